//! `hesper shift`: how two samples differ, before anything is adapted.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hesper_adapt::maps::Scale;
use hesper_adapt::{Adaptation, shift};
use serde::Serialize;
use serde_json::json;

use crate::domains::DomainOptions;
use crate::learners::LearnerOptions;
use crate::session::{Common, Session, forget_record};
use crate::shift_report::ShiftPage;
use crate::{Failure, progress};

/// Tell how the objects to classify differ from those with labels
///
/// Can a classifier tell source from target, and by which features? Is it the classes that come in other shares, the objects
/// that come in other numbers, or do the two hardly overlap? Ends with a verdict and what to try. No class of the target is
/// looked at.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper shift features.parquet features.parquet --positive Ia --out shift
                                               spectroscopic against photometric objects of one survey
  hesper shift labelled.parquet tonight.parquet --out shift
  hesper shift source.csv target.csv --no-header --class-column last --json")]
pub(crate) struct Shift {
    #[command(flatten)]
    domains: DomainOptions,
    /// The directory to write features.csv, the figures and report.html to
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// By whose values the columns are scaled before they are compared
    #[arg(long, value_enum, default_value_t = ScaleName::Joint, value_name = "WHOSE")]
    scale: ScaleName,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    common: Common,
}

/// By whose values the columns are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ScaleName {
    /// Nobody's: they stay as they are, but for gaps, which become each domain's medians
    None,
    /// The source's, for both
    Source,
    /// Those of both together
    Joint,
    /// Each domain's own
    PerDomain,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::None => Self::None,
            ScaleName::Source => Self::Source,
            ScaleName::Joint => Self::Joint,
            ScaleName::PerDomain => Self::PerDomain,
        }
    }
}

impl Shift {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        if let Some(out) = &self.out {
            session.output_directory(out)?;
        }
        let domains = self.domains.read(&mut session)?;
        let adaptation =
            Adaptation { scale: self.scale.into(), scaling: self.learner.scaling(), ..Adaptation::default() };
        let scaled = adaptation.prepare(&domains.source(), &domains.target())?;
        let learner = self.learner.build_unscaled()?;
        let busy = progress::bar("comparing the samples", None);
        let (source, target) = (scaled.source(&domains.source()), scaled.target());
        let report = shift::report(&source, &target, learner.as_ref(), self.common.seed)?;
        busy.finish_and_clear();
        let page = ShiftPage {
            report: &report,
            domains: &domains,
            scaled: (source.x, target.x),
            subtitle: session.command_line(),
        };
        page.lines().iter().for_each(|line| session.say(line));
        let mut result = json!(report);
        result["names"] = json!(domains.source.names);
        result["classes"] = json!(domains.classes);
        result["warnings"] = json!(domains.warnings);
        if let Some(out) = &self.out {
            forget_record(out)?;
            page.write(out)?;
        }
        let made = self.out.is_some().then(|| page.page());
        let finished = session.finish(&result)?;
        match (&self.out, made) {
            (Some(out), Some(made)) => finished.end(made, out),
            _ => finished.print(),
        }
    }
}
