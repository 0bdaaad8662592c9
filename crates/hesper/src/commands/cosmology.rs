//! `hesper cosmology`: what distances tell of Ωm and w.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hesper_cosmology::{
    Axis, ChainParams, Chains, Distances, Fisher, FisherParams, Gaussian, GridParams, GridPosterior,
    Likelihood, Mixture, MixtureParams, Normal, Prior, Salt2Params, metric, on_grid, read_binned, read_salt2,
    read_table, sample_wcdm,
};
use hesper_report::Report;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::session::{Common, Session, csv, forget_record, write_csv, write_figure, write_file};
use crate::{Failure, cosmology_figures as figures};

/// Fit Ωm and w to distances
///
/// The posterior of a flat universe, on a grid and if asked by chains, with the offset (absolute magnitude and Hubble
/// constant) marginalised. Contaminants are allowed for by the probability of each object to be of type Ia. `--fisher`
/// tells how well the sample would measure w. Writes posterior.json, grid.csv, figures and report.html.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper cosmology lcparam_DS17f.txt --covariance sys_DS17f.txt --out pantheon
  hesper cosmology distances.csv --model lambda --out lambda
  hesper cosmology contaminated.csv.gz --purity 0.9 --prior-matter 0.3,0.02 --out mixture
  hesper cosmology mine.csv --fisher --against theirs.csv --out fisher")]
pub(crate) struct CosmologyCommand {
    /// Distances: a table `z,mu,mu_err[,p_ia]`; binned samples with a matrix; SALT2 fits
    #[arg(value_name = "DATA")]
    data: PathBuf,
    /// How DATA is written [default: by its name and its columns]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<DistanceFormat>,
    /// A covariance matrix, for binned samples
    #[arg(long, value_name = "FILE")]
    covariance: Option<PathBuf>,
    /// The universe
    #[arg(long, value_enum, default_value_t = Model::Wcdm)]
    model: Model,
    /// A normal prior on Ωm
    #[arg(long, value_parser = normal, value_name = "MEAN,SIGMA")]
    prior_matter: Option<Normal>,
    /// A normal prior on w
    #[arg(long, value_parser = normal, value_name = "MEAN,SIGMA", allow_negative_numbers = true)]
    prior_w: Option<Normal>,
    /// Some objects are not of type Ia: this share is
    #[arg(long, value_name = "SHARE", conflicts_with = "probabilities")]
    purity: Option<f64>,
    /// Some objects are not of type Ia: the column p_ia tells how probably each is
    #[arg(long)]
    probabilities: bool,
    /// Draw chains beside the grid
    #[arg(long, value_name = "N")]
    chains: Option<usize>,
    /// How well the sample would measure w, and what each object adds
    #[arg(long)]
    fisher: bool,
    /// The sample that --fisher compares with
    #[arg(long, value_name = "DATA", requires = "fisher")]
    against: Option<PathBuf>,
    /// Directory to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// How distances are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum DistanceFormat {
    /// CSV: z, mu, mu_err and perhaps p_ia
    Table,
    /// Binned samples such as Pantheon's and Union3's: zcmb, zhel, mb, dmb
    Binned,
    /// SALT2 fits: mB, x1, c with their covariances
    Salt2,
}

/// Which universe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Model {
    /// Flat, with a cosmological constant
    Lambda,
    /// Flat, with a constant w
    Wcdm,
}

fn normal(text: &str) -> Result<Normal, String> {
    let wrong = || format!("{text:?} is no MEAN,SIGMA, such as 0.3,0.02");
    let (mean, sigma) = text.split_once(',').ok_or_else(wrong)?;
    let number = |part: &str| part.trim().parse::<f64>().map_err(|_| wrong());
    Ok(Normal { mean: number(mean)?, sigma: number(sigma)? })
}

impl CosmologyCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        for path in [Some(&self.data), self.covariance.as_ref(), self.against.as_ref()].into_iter().flatten()
        {
            session.input(path)?;
        }
        session.output_directory(&self.out)?;
        forget_record(&self.out)?;
        let distances = self.read(&self.data)?;
        let mut result = Map::new();
        result.insert("objects".into(), distances.len().into());
        let params = self.grid();
        params.check()?;
        let probability = self.probability(&distances)?;
        let (posterior, chains) = match &probability {
            None => self.fit(&Gaussian::new(&distances)?, &params, &mut result)?,
            Some(p) => {
                self.fit(&Mixture::new(&distances, p, &MixtureParams::default())?, &params, &mut result)?
            }
        };
        for line in self.lines(&distances, &posterior, chains.as_ref()) {
            session.say(line);
        }
        write_file(&self.out.join("posterior.json"), serde_json::to_vec_pretty(&json!({
            "best": posterior.best, "matter": posterior.matter, "w0": posterior.w0, "levels": posterior.levels,
        })).map_err(Failure::work)?)?;
        self.write_grid(&posterior)?;
        result.insert("matter".into(), summary(&posterior.matter));
        if let Some(w0) = &posterior.w0 {
            result.insert("w".into(), summary(w0));
        }
        let mut page = Report::new("Ωm and w", session.command_line())
            .summary(self.lines(&distances, &posterior, chains.as_ref()).join("\n\n"));
        let hubble = figures::hubble(&distances, &posterior);
        write_figure(&hubble, "hubble", &self.out)?;
        if let Some(figure) = figures::posterior(&posterior) {
            write_figure(&figure, "posterior", &self.out)?;
            page =
                page.figure(&figure, "68 % and 95 % of the probability, and the density of each parameter.");
        }
        page = page.figure(&hubble, "Distance moduli less those of the best fit, the offset taken out.");
        if self.fisher {
            let told = self.fisher(&distances)?;
            session.say(&told.1);
            page = page.section("As a measurement of w", told.1);
            result.insert("fisher".into(), told.0);
        }
        session.finish(&Value::Object(result))?.end(page, &self.out)
    }

    fn read(&self, path: &Path) -> Result<Distances, Failure> {
        let format = match self.format {
            Some(format) => format,
            None => guess(path)?,
        };
        Ok(match format {
            DistanceFormat::Table => read_table(path)?,
            DistanceFormat::Binned => {
                // The matrix is that of the data, not of what they are compared with.
                let matrix = self.covariance.as_deref().filter(|_| path == self.data);
                read_binned(path, matrix)?
            }
            DistanceFormat::Salt2 => read_salt2(path, &Salt2Params::default())?.distances,
        })
    }

    fn grid(&self) -> GridParams {
        let prior = Prior { matter: self.prior_matter, w0: self.prior_w };
        let mut params = GridParams { prior, ..GridParams::default() };
        if self.model == Model::Lambda {
            params.w0 = Axis::fixed(-1.0);
        }
        params
    }

    /// How probably each object is of type Ia, where that is asked.
    fn probability(&self, distances: &Distances) -> Result<Option<Vec<f64>>, Failure> {
        if let Some(purity) = self.purity {
            if !(purity > 0.0 && purity < 1.0) {
                return Err(Failure::request(format!("--purity is {purity}, but must be between 0 and 1")));
            }
            return Ok(Some(vec![purity; distances.len()]));
        }
        if !self.probabilities {
            return Ok(None);
        }
        match distances.probability() {
            Some(probability) => Ok(Some(probability.to_vec())),
            None => Err(Failure::request(format!(
                "{} has no column p_ia: give one, or --purity",
                self.data.display()
            ))),
        }
    }

    fn fit(
        &self,
        likelihood: &impl Likelihood,
        params: &GridParams,
        result: &mut Map<String, Value>,
    ) -> Result<(GridPosterior, Option<Chains>), Failure> {
        let posterior = on_grid(likelihood, params)?;
        let chains = match self.chains {
            None => None,
            Some(chains) => {
                let params_of = ChainParams { chains, seed: self.common.seed, ..ChainParams::default() };
                let chains = sample_wcdm(likelihood, params, &params_of)?;
                let names: &[&str] = if self.model == Model::Lambda { &["matter"] } else { &["matter", "w"] };
                let told = names.iter().enumerate().map(|(place, name)| {
                    let (mean, deviation) = chains.moments(place);
                    let told = json!({
                        "mean": mean, "deviation": deviation, "r_hat": chains.r_hat(place),
                        "effective_size": chains.effective_size(place),
                    });
                    ((*name).to_owned(), told)
                });
                result.insert("chains".into(), Value::Object(told.collect()));
                Some(chains)
            }
        };
        Ok((posterior, chains))
    }

    fn lines(
        &self,
        distances: &Distances,
        posterior: &GridPosterior,
        chains: Option<&Chains>,
    ) -> Vec<String> {
        let mut lines = vec![format!(
            "{} objects, flat {}",
            distances.len(),
            match self.model {
                Model::Lambda => "ΛCDM",
                Model::Wcdm => "wCDM",
            }
        )];
        let parameters = [("Ωm", Some(&posterior.matter)), ("w", posterior.w0.as_ref())];
        for (place, (name, marginal)) in parameters.into_iter().enumerate() {
            let Some(of) = marginal else { continue };
            let mut line = format!(
                "  {name:<3} = {:.3} +{:.3} −{:.3}  (mean {:.3} ± {:.3})",
                of.median,
                of.upper - of.median,
                of.median - of.lower,
                of.mean,
                of.deviation
            );
            if let Some(chains) = chains {
                let (mean, deviation) = chains.moments(place);
                line += &format!(
                    "; chains {mean:.3} ± {deviation:.3}, R̂ {:.4}, {:.0} effective",
                    chains.r_hat(place),
                    chains.effective_size(place)
                );
            }
            if of.cut {
                line += "; its range cuts it off: give a prior";
            }
            lines.push(line);
        }
        lines
    }

    fn write_grid(&self, posterior: &GridPosterior) -> Result<(), Failure> {
        let (matter, w0) = (posterior.matter_axis.values(), posterior.w0_axis.values());
        let header = vec!["matter".to_owned(), "w".to_owned(), "log_density".to_owned()];
        let rows = posterior.log_density.iter().enumerate().map(|(place, density)| {
            vec![matter[place / w0.len()].to_string(), w0[place % w0.len()].to_string(), density.to_string()]
        });
        write_file(&self.out.join("grid.csv"), csv(std::iter::once(header).chain(rows))?)
    }

    /// σ of w, the comparison, and what each object adds.
    fn fisher(&self, distances: &Distances) -> Result<(Value, String), Failure> {
        let params = FisherParams {
            matter_sigma: self
                .prior_matter
                .map_or(FisherParams::default().matter_sigma, |prior| Some(prior.sigma)),
            w_sigma: self.prior_w.map_or(FisherParams::default().w_sigma, |prior| Some(prior.sigma)),
            ..FisherParams::default()
        };
        let fisher = Fisher::new(distances.z(), &distances.errors(), &params)?;
        let sigma = fisher.sigma_w()?;
        let mut told = json!({ "sigma_w": sigma, "matrix": fisher.matrix(), "params": params });
        let mut words = format!("σ(w) = {sigma:.4} with priors on Ωm and w");
        if let Some(path) = &self.against {
            let other = self.read(path)?;
            let other = Fisher::new(other.z(), &other.errors(), &params)?;
            let metric = metric(&fisher, &other)?;
            told["against"] = json!({ "sigma_w": other.sigma_w()?, "metric": metric });
            words += &format!(
                "; {} has {:.4}: the metric σ(w) − σ(w) of it is {metric:+.4}",
                path.display(),
                other.sigma_w()?
            );
        }
        let utilities = fisher.utilities(distances.z(), &distances.errors())?;
        let rows = distances.z().iter().zip(utilities).map(|(&z, utility)| Utility { z, utility });
        write_csv(&self.out.join("utilities.csv"), rows)?;
        Ok((told, words))
    }
}

/// What another object like this one would take from the variance of w.
#[derive(Serialize)]
struct Utility {
    z: f64,
    utility: f64,
}

fn summary(of: &hesper_cosmology::Marginal) -> Value {
    json!({
        "mean": of.mean, "deviation": of.deviation, "median": of.median, "lower": of.lower, "upper": of.upper,
        "cut": of.cut,
    })
}

/// The format by name and first line.
fn guess(path: &Path) -> Result<DistanceFormat, Failure> {
    if path.extension().is_some_and(|ending| ending == "gz") {
        return Ok(DistanceFormat::Salt2);
    }
    let text = std::fs::read(path).map_err(|error| {
        Failure::request(format!("{}: {error}{}", path.display(), hesper_files::remedy(&error)))
    })?;
    let first =
        String::from_utf8_lossy(text.split(|byte| *byte == b'\n').next().unwrap_or_default()).to_lowercase();
    let names: Vec<&str> = first.split([',', ' ', '\t', '#']).map(str::trim).collect();
    Ok(if names.contains(&"dmb") {
        DistanceFormat::Binned
    } else if names.contains(&"x1") {
        DistanceFormat::Salt2
    } else {
        DistanceFormat::Table
    })
}
