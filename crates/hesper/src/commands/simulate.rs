//! `hesper simulate`: a synthetic survey with known truth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hesper_photometry::{ObjectWriter, Sample};
use hesper_simulate::{SurveyParams, simulate};
use serde::Serialize;
use serde_json::json;

use crate::session::{Common, Session, write_csv};
use crate::{Failure, config};

/// Simulate a supernova survey with known truth and a biased spectroscopic sample
///
/// Supernovae and rarer transients under a griz cadence with seasons, weather and noise. The spectroscopic sample is
/// brighter, nearer and richer in Ia than the rest, as in the Supernova Photometric Classification Challenge.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper simulate --out survey.parquet
  hesper simulate --objects 100000 --seed 7 --out big.parquet
  hesper simulate --config deep.toml --out deep.parquet

The truth (class, redshift, peak, luminosity, dust) is written to survey.parquet.truth.csv.
A configuration has the keys of the survey's parameters, which run.json shows with their defaults.")]
pub(crate) struct Simulate {
    /// Objects to detect [default: 2000]
    #[arg(long, value_name = "N")]
    objects: Option<usize>,
    /// Parameters of the survey, TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The table to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Simulate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut params: SurveyParams = match &self.config {
            None => SurveyParams::default(),
            Some(path) => config::read(path)?,
        };
        if ![SurveyParams::default().seed, self.common.seed].contains(&params.seed) {
            return Err(self.in_config(format!(
                "seed is {}, but the run's is {}: take it out of the file and give --seed {0}",
                params.seed, self.common.seed
            )));
        }
        params.seed = self.common.seed;
        params.objects = self.objects.unwrap_or(params.objects);
        if params.objects == 0 {
            return Err(self.in_config("objects is 0, but must be at least 1"));
        }
        let session = Session::start(&self.common, &params)?;
        session.output(&self.out)?;
        let survey = simulate(&params).map_err(|error| self.in_config(error))?;
        let mut writer = ObjectWriter::create(&self.out)?;
        for object in &survey.objects {
            writer.write(object)?;
        }
        let mut truth = self.out.clone().into_os_string();
        truth.push(".truth.csv");
        let truth = PathBuf::from(truth);
        write_csv(&truth, &survey.truth)?;
        writer.finish()?;
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        for object in &survey.objects {
            *classes.entry(object.class.as_deref().unwrap_or("unknown")).or_default() += 1;
        }
        let spectroscopic =
            survey.objects.iter().filter(|object| object.sample == Sample::Spectroscopic).count();
        session.say(format!(
            "{} objects, {spectroscopic} of them with a spectrum, in {:.1} s: {}, truth in {}",
            survey.objects.len(),
            session.seconds(),
            self.out.display(),
            truth.display()
        ));
        let finished = session.finish(&json!({
            "objects": survey.objects.len(),
            "spectroscopic": spectroscopic,
            "classes": classes,
            "out": self.out,
            "truth": truth,
        }))?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }
    /// The failure for wrong parameters, which come from the configuration where there is one.
    fn in_config(&self, message: impl std::fmt::Display) -> Failure {
        match &self.config {
            Some(path) => Failure::request(format!("{}: {message}", path.display())),
            None => Failure::request(message),
        }
    }
}
