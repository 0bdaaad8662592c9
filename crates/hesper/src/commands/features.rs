//! `hesper features`: light curves as numbers.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::{
    BazinParams, Bootstrap, DescribeOptions, Described, FEATURES, Fitters, SETS, Uncertainty, describe_with,
    select, survey_bands,
};
use hesper_photometry::{Band, Object, nearest};
use hesper_report::{Figure, LightCurvePanels, light_curves};
use serde::Serialize;
use serde_json::json;

use crate::input::Reading;
use crate::session::{Common, Session};
use crate::{Failure, gallery, print, progress};

/// Describe light curves by features
///
/// Every object stays: what cannot be measured is NaN.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper features objects.parquet --out features.parquet
  hesper features snpcc.tar.xz --set bazin --out bazin.parquet
  hesper features objects.parquet --set bazin --errors covariance --out bazin.parquet
  hesper features ztf_bts/ --draw ZTF19acazbqm,ZTF21aavotzn --out ztf.parquet
  hesper features --list
  hesper features --explain bazin")]
pub(crate) struct Features {
    /// Light curves in any format that `convert` reads
    #[arg(value_name = "INPUT", required_unless_present_any = ["list", "explain"])]
    input: Option<PathBuf>,
    /// Sets or single features, see --list
    #[arg(long = "set", value_delimiter = ',', default_value = "default", value_name = "NAMES")]
    sets: Vec<String>,
    /// Only points of these bands, such as those that two surveys have in common [default: all]
    #[arg(long, value_delimiter = ',', value_name = "BANDS", value_parser = band)]
    bands: Vec<Band>,
    /// The table to write
    #[arg(long, value_name = "FILE", required_unless_present_any = ["list", "explain"])]
    out: Option<PathBuf>,
    /// Tell also how well each value is known, one standard deviation, in columns `<column>_err`: `bootstrap` describes each
    /// object again with other noise, 50 times or as often as `bootstrap:N` says; `covariance` is what a fit tells of
    /// itself, for those features that --list marks with ±
    #[arg(long, value_name = "HOW", value_parser = errors)]
    errors: Option<Uncertainty>,
    /// Draw these objects with their fits, into FILE.light_curves.svg and .png: the free fits with `--set bazin`,
    /// otherwise the smooth ones
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    draw: Vec<String>,
    /// List the features and their sets, what each costs, and which can tell their errors
    #[arg(long, exclusive = true)]
    list: bool,
    /// Explain a feature: formula, columns, minimum data, reference
    #[arg(long, exclusive = true, value_name = "NAME")]
    explain: Option<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    common: Common,
}

impl Features {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.list {
            return print::result(list());
        }
        if let Some(name) = &self.explain {
            for feature in select(&[name])? {
                print::result(feature.doc)?;
            }
            return Ok(());
        }
        let (Some(input), Some(out)) = (&self.input, &self.out) else {
            return Err(Failure::request("INPUT and --out are needed: see hesper features --help"));
        };
        let features = select(&self.sets)?;
        let options = DescribeOptions { bazin: BazinParams::default(), uncertainty: self.uncertainty() };
        if options.uncertainty == Some(Uncertainty::Covariance)
            && features.iter().all(|feature| feature.errors.is_none())
        {
            return Err(Failure::request(format!(
                "--errors covariance: no fit of {} tells its errors (see ± in hesper features --list): take --errors bootstrap",
                self.sets.join(",")
            )));
        }
        let mut session = Session::start(&self.common, &json!({ "command": &self, "options": &options }))?;
        session.input(input)?;
        session.output(out)?;
        let (mut objects, skipped) = self.reading.all(input, out)?;
        self.keep_bands(&mut objects, input)?;
        let drawn = self.drawn(&objects, input)?;
        let bar = progress::bar("describing", Some(objects.len() as u64));
        let table = describe_with(&objects, &features, &options, &|| bar.inc(1))?;
        bar.finish_and_clear();
        table.write_parquet(out)?;
        if !drawn.is_empty() {
            let free = features.iter().all(|feature| feature.name == "bazin");
            let figure = draw(&drawn, &objects, &options.bazin, free);
            for ending in ["svg", "png"] {
                let mut name = out.as_os_str().to_owned();
                name.push(format!(".light_curves.{ending}"));
                figure.save(PathBuf::from(name))?;
            }
        }
        let bands: Vec<String> = survey_bands(&objects).iter().map(ToString::to_string).collect();
        session.say(format!(
            "{} objects, {} features in the bands {} in {:.1} s: {}",
            table.rows(),
            table.columns(),
            bands.join(" "),
            session.seconds(),
            out.display()
        ));
        let finished = session.finish(&json!({
            "objects": table.rows(),
            "features": table.names,
            "bands": bands,
            "skipped": skipped.len(),
            "out": out,
        }))?;
        finished.write_record(out)?;
        finished.print()?;
        Ok(())
    }

    fn keep_bands(&self, objects: &mut [Object], input: &Path) -> Result<(), Failure> {
        if self.bands.is_empty() {
            return Ok(());
        }
        let known = survey_bands(objects.iter());
        if let Some(band) = self.bands.iter().find(|band| !known.contains(band)) {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            return Err(Failure::request(format!(
                "--bands {band}: {} has no such points; its bands are {}",
                input.display(),
                known.join(", ")
            )));
        }
        objects.iter_mut().for_each(|object| object.lightcurve.keep_bands(&self.bands));
        Ok(())
    }

    /// What tells the errors; the bootstrap has the run's seed.
    fn uncertainty(&self) -> Option<Uncertainty> {
        self.errors.map(|errors| match errors {
            Uncertainty::Bootstrap(bootstrap) => {
                Uncertainty::Bootstrap(Bootstrap { seed: self.common.seed, ..bootstrap })
            }
            Uncertainty::Covariance => errors,
        })
    }

    /// The objects to draw.
    fn drawn<'a>(&self, objects: &'a [Object], input: &Path) -> Result<Vec<&'a Object>, Failure> {
        let find = |name: &String| {
            objects.iter().find(|object| object.object_id == *name).ok_or_else(|| {
                let known = objects.iter().map(|object| object.object_id.as_str());
                let hint =
                    nearest(name, known).map(|known| format!(": did you mean {known}?")).unwrap_or_default();
                Failure::request(format!("there is no object {name:?} in {}{hint}", input.display()))
            })
        };
        self.draw.iter().map(find).collect()
    }
}

/// Draws objects with their fits.
fn draw(drawn: &[&Object], objects: &[Object], params: &BazinParams, free: bool) -> Figure {
    let (bands, fitters) = (survey_bands(objects), Fitters::new(params));
    let panel = |object: &&Object| {
        let described = Described::new(object, &bands, &fitters);
        let fits = if free { described.bazin() } else { described.smooth() };
        let redshift = object.redshift.map(|z| format!(", z {z:.2}")).unwrap_or_default();
        let class = object.class.as_deref().map(|class| format!(" {class}")).unwrap_or_default();
        gallery::panel(&described, fits, format!("{}{class}{redshift}", object.object_id))
    };
    let title = if free { "Light curves and free fits" } else { "Light curves and smooth fits" };
    light_curves(&LightCurvePanels { title: title.into(), panels: drawn.iter().map(panel).collect() })
}

/// Reads `bootstrap`, `bootstrap:N` or `covariance`.
fn errors(text: &str) -> Result<Uncertainty, String> {
    let bootstrap = Bootstrap::default();
    match text.split_once(':').map_or((text, None), |(how, draws)| (how, Some(draws))) {
        ("covariance", None) => Ok(Uncertainty::Covariance),
        ("bootstrap", None) => Ok(Uncertainty::Bootstrap(bootstrap)),
        ("bootstrap", Some(draws)) => {
            let draws = draws.parse().ok().filter(|draws| *draws >= 2);
            let draws = draws.ok_or("the N of bootstrap:N must be a whole number, 2 or more")?;
            Ok(Uncertainty::Bootstrap(Bootstrap { draws, ..bootstrap }))
        }
        _ => Err("must be bootstrap, bootstrap:N or covariance".to_owned()),
    }
}

fn list() -> String {
    let row = |name: &str, summary: &str| format!("  {name:<16} {summary}");
    let sets = SETS.iter().map(|set| row(set.name, set.summary));
    let features = FEATURES.iter().map(|feature| {
        let errors = if feature.errors.is_some() { "±" } else { " " };
        format!("  {:<16} {errors} {:>6}  {}", feature.name, feature.cost, feature.summary)
    });
    let legend = "\nTimes are what one object costs alone on one core; features share their fits, so together they cost less.\n± \
                  marks features whose fits can tell their errors (--errors covariance).";
    let lines = std::iter::once("Sets:".to_owned()).chain(sets);
    let lines = lines.chain(std::iter::once("\nFeatures:".to_owned())).chain(features);
    lines.chain(std::iter::once(legend.to_owned())).collect::<Vec<_>>().join("\n")
}

/// Reads the name of a band.
fn band(name: &str) -> Result<Band, String> {
    Band::new(name).map_err(|error| error.to_string())
}
