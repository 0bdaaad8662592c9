//! `hesper demo`: all of it on a simulated survey.

use std::path::PathBuf;

use clap::Args;
use hesper_features::{BazinParams, Described, Fitters, describe, select, survey_bands};
use hesper_followup::{LoopParams, Start};
use hesper_photometry::{Object, ObjectWriter};
use hesper_report::{Figure, LightCurvePanels, light_curves};
use hesper_simulate::{SurveyParams, simulate};
use serde::Serialize;

use crate::commands::query_loop::{LoopOutcome, LoopSettings, write_figures};
use crate::learners::LearnerOptions;
use crate::loop_report::LoopReport;
use crate::session::{Common, Session, forget_record, write_csv, write_figure};
use crate::{Failure, gallery, print, progress};

/// Run all of it on a simulated survey, in under a minute
///
/// Needs no data and no network: simulates a survey with a biased spectroscopic sample, fits its light curves, lets
/// strategies compete for spectra, and writes a report.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper demo
  hesper demo --objects 5000 --seeds 20 --out big-demo")]
pub(crate) struct Demo {
    /// Objects of the survey
    #[arg(long, default_value_t = 3000, value_name = "N")]
    objects: usize,
    /// Queries of each strategy
    #[arg(long, default_value_t = 300, value_name = "N")]
    queries: usize,
    /// How many times each strategy runs
    #[arg(long, default_value_t = 10, value_name = "S")]
    seeds: usize,
    /// Strategies to compare
    #[arg(long, value_delimiter = ',', default_value = "random,canonical,uncertainty", value_name = "NAMES")]
    strategies: Vec<String>,
    /// Directory to write
    #[arg(long, value_name = "DIR", default_value = "hesper-demo")]
    out: PathBuf,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    common: Common,
}

impl Demo {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let session = Session::start(&self.common, &self)?;
        session.output_directory(&self.out)?;
        forget_record(&self.out)?;
        session.say(format!("1/4  simulating {} objects", self.objects));
        let params =
            SurveyParams { objects: self.objects, seed: self.common.seed, ..SurveyParams::default() };
        let survey = simulate(&params)?;
        let mut writer = ObjectWriter::create(&self.out.join("objects.parquet"))?;
        for object in &survey.objects {
            writer.write(object)?;
        }
        writer.finish()?;
        write_csv(&self.out.join("truth.csv"), &survey.truth)?;

        session.say("2/4  fitting light curves");
        let bar = progress::bar("describing", Some(survey.objects.len() as u64));
        let table =
            describe(&survey.objects, &select(&["default"])?, &BazinParams::default(), &|| bar.inc(1))?;
        bar.finish_and_clear();
        table.write_parquet(&self.out.join("features.parquet"))?;

        session.say(format!(
            "3/4  asking for {} spectra, {} strategies, {} seeds",
            self.queries,
            self.strategies.len(),
            self.seeds
        ));
        let settings = LoopSettings {
            strategies: self.strategies.clone(),
            queries: self.queries,
            batch: 5,
            seeds: self.seeds,
            positive: "Ia".into(),
            multiclass: false,
            start: Start::Spectroscopic,
            hold_out: 0.3,
            score_every: 10,
            members: LoopParams::default().committee,
            fom_weight: hesper_learn::metrics::FALSE_POSITIVE_WEIGHT,
        };
        let mut outcome = LoopOutcome::new(table, &settings, self.learner.build(None)?, self.common.seed)?;
        outcome.write(&self.out)?;

        session.say("4/4  drawing");
        let curves = draw(&survey.objects);
        write_figure(&curves, "light_curves", &self.out)?;
        let report = LoopReport::new(&outcome, "Which spectra teach most?", session.command_line())
            .with_light_curves(curves, "Simulated objects of four classes with their smooth fits, and the residuals in units of the error.");
        for line in report.lines()? {
            session.say(line);
        }
        let finished = session.finish(&report.result()?)?;
        write_figures(&report, &self.out)?;
        report.page()?.manifest(&finished.manifest).write(self.out.join("report.html"))?;
        finished.write_record(&self.out)?;
        finished.print()?;
        if !self.common.json {
            print::line(format_args!("\nread {}", self.out.join("report.html").display()));
        }
        Ok(())
    }
}

/// Classes shown, one object each.
const SHOWN: [&str; 4] = ["Ia", "IIP", "Ib", "IIn"];
/// The signal-to-noise at the peak of objects shown: enough to see the shape, not so much that no simple function fits.
const SHOWN_SNR: f64 = 25.0;

/// An object of each of four classes, with its smooth fits.
fn draw(objects: &[Object]) -> Figure {
    let bands = survey_bands(objects);
    let fitters = Fitters::new(&BazinParams::default());
    let unlike = |object: &&Object| {
        let curve = &object.lightcurve;
        let snr =
            (0..curve.len()).map(|i| curve.flux[i] / curve.flux_err[i]).fold(f64::MIN_POSITIVE, f64::max);
        (snr / SHOWN_SNR).ln().abs()
    };
    let panels = SHOWN.iter().filter_map(|class| {
        let of_class = objects.iter().filter(|object| object.class.as_deref() == Some(*class));
        let object = of_class.min_by(|a, b| unlike(a).total_cmp(&unlike(b)))?;
        let described = Described::new(object, &bands, &fitters);
        let redshift = object.redshift.map(|z| format!(", z = {z:.2}")).unwrap_or_default();
        Some(gallery::panel(&described, described.smooth(), format!("{class}{redshift}")))
    });
    light_curves(&LightCurvePanels { title: "Light curves and fits".into(), panels: panels.collect() })
}
