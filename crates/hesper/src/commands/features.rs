//! `hesper features`: light curves as numbers.

use std::path::PathBuf;

use clap::Args;
use hesper_features::{BazinParams, FEATURES, SETS, describe, select, survey_bands};
use serde::Serialize;
use serde_json::json;

use crate::input::Reading;
use crate::session::{Common, Session};
use crate::{Failure, print, progress};

/// Describe light curves by features
///
/// Every object stays: what cannot be measured is NaN.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper features objects.parquet --out features.parquet
  hesper features snpcc.tar.xz --set bazin --out bazin.parquet
  hesper features --list
  hesper features --explain bazin")]
pub(crate) struct Features {
    /// Light curves in any format that `convert` reads
    #[arg(value_name = "INPUT", required_unless_present_any = ["list", "explain"])]
    input: Option<PathBuf>,
    /// Sets or single features, see --list
    #[arg(long = "set", value_delimiter = ',', default_value = "default", value_name = "NAMES")]
    sets: Vec<String>,
    /// The table to write
    #[arg(long, value_name = "FILE", required_unless_present_any = ["list", "explain"])]
    out: Option<PathBuf>,
    /// List the features and their sets
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
        let params = BazinParams::default();
        let mut session = Session::start(&self.common, &json!({ "command": &self, "bazin": &params }))?;
        session.input(input)?;
        session.output(out)?;
        let (objects, skipped) = self.reading.all(input, out)?;
        let bar = progress::bar("describing", Some(objects.len() as u64));
        let table = describe(&objects, &features, &params, &|| bar.inc(1))?;
        bar.finish_and_clear();
        table.write_parquet(out)?;
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
}

fn list() -> String {
    let row = |name: &str, summary: &str| format!("  {name:<12} {summary}");
    let sets = SETS.iter().map(|set| row(set.name, set.summary));
    let features = FEATURES.iter().map(|feature| row(feature.name, feature.summary));
    let lines = std::iter::once("Sets:".to_owned()).chain(sets);
    let lines = lines.chain(std::iter::once("\nFeatures:".to_owned())).chain(features);
    lines.collect::<Vec<_>>().join("\n")
}
