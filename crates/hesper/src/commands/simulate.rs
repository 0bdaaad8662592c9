//! `hesper simulate`: a synthetic survey with known truth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hesper_photometry::{ObjectWriter, Sample};
use hesper_simulate::{SurveyParams, simulate};
use serde::Serialize;
use serde_json::json;

use crate::Failure;
use crate::session::{Common, Session, write_csv};

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
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| {
                    Failure::request(format!("{}: {e}{}", path.display(), hesper_files::remedy(&e)))
                })?;
                toml::from_str(&text)
                    .map_err(|error| Failure::request(format!("{}: {error}", path.display())))?
            }
        };
        params.seed = self.common.seed;
        params.objects = self.objects.unwrap_or(params.objects);
        let session = Session::start(&self.common, &params)?;
        let survey = simulate(&params)?;
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
        finished.print();
        Ok(())
    }
}
