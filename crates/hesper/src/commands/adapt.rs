//! `hesper adapt`: a classifier of objects that are not like those with labels.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use hesper_adapt::methods::{method, methods};
use hesper_adapt::select::LabelFreeScore;
use hesper_adapt::{Adaptation, Method};
use serde::Serialize;
use serde_json::json;

use crate::adapt_report::AdaptPage;
use crate::adapting::{Bench, model, score};
use crate::adapting_labels::{LabelOptions, label_methods, needs_labels};
use crate::commands::shift::ScaleName;
use crate::domains::DomainOptions;
use crate::learners::LearnerOptions;
use crate::predictions::Predictions;
use crate::session::{Common, Session, forget_record, remove_if_there};
use crate::{Failure, progress};

/// Classify objects that are not like those with labels
///
/// Learns from SOURCE, whose classes are known, for TARGET, of which nothing but features is looked at: classes that it may
/// have are scored, never fitted. Writes predictions.csv, model.safetensors for `hesper predict`, methods.csv, figures and
/// report.html. `hesper adaptations` tells what the methods do; see `hesper shift` first.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper adapt labelled.parquet tonight.parquet --out adapted
  hesper adapt features.parquet features.parquet --positive Ia --learner boosted --method em --compare all --out adapted
                                               spectroscopic to photometric objects of one survey, all methods
  hesper adapt source.csv target.csv --method coral+active --labels-budget 40 --oracle target.csv --out adapted
                                               with the classes of 40 objects that are asked for
  hesper adapt source.csv target.csv --no-header --class-column last --method coral --learner logistic --scale none \\
    --out adapted --json")]
pub(crate) struct Adapt {
    #[command(flatten)]
    domains: DomainOptions,
    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How to adapt; `auto` tries all methods, or those of --compare, takes the best by a score that needs no labels of the
    /// target, and keeps the source as it is where none is surely better
    #[arg(long, default_value = AUTO, value_name = "NAME")]
    method: String,
    /// The score by which `auto` chooses
    #[arg(long, default_value = "mutual-information", value_name = "NAME", value_parser = label_free_score)]
    score: LabelFreeScore,
    /// Also try these methods, or `all`, and tell how they do
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    compare: Vec<String>,
    /// By whose values the columns are scaled
    #[arg(long, value_enum, default_value_t = ScaleName::Joint, value_name = "WHOSE")]
    scale: ScaleName,
    /// Adapt to at most so many objects of the target, drawn at random; all are classified
    #[arg(long, default_value_t = Adaptation::default().target_objects, value_name = "N")]
    target_objects: usize,
    #[command(flatten, next_help_heading = "A few labels of the target")]
    labels: LabelOptions,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    common: Common,
}

/// The method that tries the others.
const AUTO: &str = "auto";
/// What it falls back to.
const SOURCE_ONLY: &str = "source-only";

fn label_free_score(name: &str) -> Result<LabelFreeScore, String> {
    LabelFreeScore::named(name).map_err(|error| error.to_string())
}

impl Adapt {
    /// The methods to fit, the one that was asked for first.
    fn names(&self) -> Result<Vec<String>, Failure> {
        let mut known: Vec<String> = methods().iter().map(|method| method.info().name.to_owned()).collect();
        let mut names = vec![self.method.clone()];
        if self.compare.iter().any(|name| name == "all") {
            names.extend(known.iter().cloned());
        }
        names.extend(self.compare.iter().filter(|name| *name != "all").cloned());
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        known.push(AUTO.to_owned());
        known.extend(label_methods().iter().map(|info| info.name.to_owned()));
        match names.iter().find(|name| !known.contains(name)) {
            Some(name) => Err(hesper_adapt::Error::Unknown {
                what: "method of adaptation",
                name: name.clone(),
                known: known.join(", "),
            }
            .into()),
            None => Ok(names),
        }
    }

    /// What `auto` chooses from.
    fn candidates(&self) -> Result<Vec<Box<dyn Method>>, Failure> {
        if self.compare.is_empty() || self.compare.iter().any(|name| name == "all") {
            return Ok(methods().into_iter().filter(|method| method.info().name != SOURCE_ONLY).collect());
        }
        let named = self.compare.iter().filter(|name| *name != SOURCE_ONLY && !needs_labels(name));
        Ok(named.map(|name| method(name)).collect::<Result<_, _>>()?)
    }

    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.output_directory(&self.out)?;
        let names = self.names()?;
        let domains = self.domains.read(&mut session)?;
        let learner = self.learner.build_unscaled()?;
        let adaptation = Adaptation {
            scale: self.scale.into(),
            scaling: self.learner.scaling(),
            target_objects: self.target_objects,
        };
        let bench =
            Bench { domains: &domains, adaptation, learner: learner.as_ref(), seed: self.common.seed };
        let mut truth = domains.truth.clone();
        let known = match self.labels.given() || names.iter().any(|name| needs_labels(name)) {
            true => Some(self.labels.read(&mut session, &self.domains, &bench, &mut truth)?),
            false => None,
        };
        let (mut entries, mut failed, mut asked, mut board) = (Vec::new(), Vec::new(), None, Vec::new());
        let bar = progress::bar("adapting", Some(names.len() as u64));
        for name in &names {
            bar.set_message(name.clone());
            let fitted = match &known {
                Some(known) if needs_labels(name) => {
                    self.labels.fit(name, &bench, known, asked.as_ref()).map(|(entry, now)| {
                        asked.get_or_insert(now);
                        entry
                    })
                }
                _ if name == AUTO => self.candidates().and_then(|candidates| {
                    let (entry, candidates) = bench.select(candidates, self.score)?;
                    board = candidates;
                    Ok(entry)
                }),
                _ => method(name).map_err(Failure::from).and_then(|method| bench.fit(method.as_ref())),
            };
            match fitted {
                Ok(entry) => entries.push(entry),
                Err(failure) if entries.is_empty() => return Err(failure),
                // What was asked for beside is left out, and why.
                Err(failure) => failed.push(format!("{name}: {failure}")),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let scores = score(&entries, &truth, self.domains.positive.is_some(), self.common.seed)?;
        let page = AdaptPage {
            entries: &entries,
            failed: &failed,
            scores: scores.as_ref(),
            board: &board,
            asked: asked.as_ref(),
            domains: &domains,
            scale: self.scale,
            learner: self.learner.name(),
            subtitle: session.command_line(),
        };
        page.lines().iter().for_each(|line| session.say(line));
        let mut result = page.result();
        forget_record(&self.out)?;
        page.write(&self.out)?;
        if let Some(asked) = &asked {
            asked.write(&domains, &self.out)?;
        }
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
