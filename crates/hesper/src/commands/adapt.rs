//! `hesper adapt`: a classifier of objects that are not like those with labels.

use std::path::PathBuf;

use clap::Args;
use hesper_adapt::Adaptation;
use hesper_adapt::methods::{method, methods};
use serde::Serialize;
use serde_json::json;

use crate::Failure;
use crate::adapt_report::AdaptPage;
use crate::adapting::{Bench, model, score};
use crate::commands::shift::ScaleName;
use crate::domains::DomainOptions;
use crate::learners::LearnerOptions;
use crate::predictions::Predictions;
use crate::session::{Common, Session, forget_record, remove_if_there};

/// Classify objects that are not like those with labels
///
/// Learns from SOURCE, whose classes are known, for TARGET, of which nothing but features is looked at: classes that it may
/// have are scored, never fitted. Writes predictions.csv, model.safetensors for `hesper predict`, methods.csv, figures and
/// report.html. `hesper adapt --list` tells what the methods do; see `hesper shift` first.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper adapt labelled.parquet tonight.parquet --method coral --out adapted
  hesper adapt features.parquet features.parquet --positive Ia --learner boosted --method em --compare all --out adapted
                                               spectroscopic to photometric objects of one survey, all methods
  hesper adapt source.csv target.csv --no-header --class-column last --method coral --learner logistic --scale none \\
    --out adapted --json")]
pub(crate) struct Adapt {
    #[command(flatten)]
    domains: DomainOptions,
    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How to adapt
    #[arg(long, default_value = "coral", value_name = "NAME")]
    method: String,
    /// Also try these methods, or `all`, and tell how they do
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    compare: Vec<String>,
    /// By whose values the columns are scaled
    #[arg(long, value_enum, default_value_t = ScaleName::Joint, value_name = "WHOSE")]
    scale: ScaleName,
    /// Adapt to at most so many objects of the target, drawn at random; all are classified
    #[arg(long, default_value_t = Adaptation::default().target_objects, value_name = "N")]
    target_objects: usize,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    common: Common,
}

impl Adapt {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.output_directory(&self.out)?;
        let mut asked = vec![method(&self.method)?];
        if self.compare.iter().any(|name| name == "all") {
            asked.extend(methods().into_iter().filter(|method| method.info().name != self.method));
        } else {
            for name in self.compare.iter().filter(|name| **name != self.method) {
                asked.push(method(name)?);
            }
        }
        let domains = self.domains.read(&mut session)?;
        let learner = self.learner.build_unscaled()?;
        let adaptation = Adaptation {
            scale: self.scale.into(),
            scaling: self.learner.scaling(),
            target_objects: self.target_objects,
        };
        let bench =
            Bench { domains: &domains, adaptation, learner: learner.as_ref(), seed: self.common.seed };
        let (mut entries, failed) = bench.fit(&asked)?;
        let scores = score(&entries, &domains.truth, self.domains.positive.is_some(), self.common.seed)?;
        let page = AdaptPage {
            entries: &entries,
            failed: &failed,
            scores: scores.as_ref(),
            domains: &domains,
            scale: self.scale,
            learner: self.learner.name(),
            subtitle: session.command_line(),
        };
        page.lines().iter().for_each(|line| session.say(line));
        let mut result = page.result();
        forget_record(&self.out)?;
        page.write(&self.out)?;
        let made = page.page();
        let chosen = entries.swap_remove(0);
        Predictions {
            object_id: &domains.target.object_id,
            classes: &domains.classes,
            probabilities: &chosen.probabilities,
            sets: None,
        }
        .write(&self.out.join("predictions.csv"))?;
        let told = json!({
            "method": chosen.adapted.method.name,
            "scale": self.scale,
            "scaling": self.learner.scaling(),
            "warnings": chosen.adapted.warnings,
        });
        let path = self.out.join("model.safetensors");
        match model(chosen.adapted, learner.as_ref(), &domains, told)? {
            Some(model) => {
                model.save(&path)?;
                result["model"] = json!(path);
            }
            None => {
                remove_if_there(&path)?;
                session.say("  the model cannot be kept: further objects of the target need another run");
            }
        }
        session.finish(&result)?.end(made, &self.out)
    }
}
