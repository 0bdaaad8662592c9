//! `hesper loop`: which spectra teach most?

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_followup::{LoopData, LoopParams, Partition, Run, Start, Strategy, run_loop, strategy};
use hesper_learn::guard::Warning;
use hesper_learn::{Matrix, Model};
use hesper_photometry::Sample;
use serde::Serialize;
use serde_json::json;

use crate::clock::Clock;
use crate::failure::by_option;
use crate::guards::examine_split;
use crate::input::Columns;
use crate::learners::{LearnerName, Tuning};
use crate::learning::{ClassView, matrix};
use crate::loop_report::LoopReport;
use crate::loop_summary::LoopSummary;
use crate::session::{Common, Session, forget_record, write_csv, write_figure, write_file};
use crate::{Failure, progress};

/// Compare query strategies on a pool of objects
///
/// Starting from the spectroscopic sample (or from random objects, or from nothing), each strategy asks for the class of
/// one batch of photometric objects after the other and learns from the answers. All strategies are scored on one fixed
/// hold-out that none of them may touch. Writes metrics.csv, queries.csv, figures, models and report.html.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper loop features.parquet --strategies random,uncertainty --out run
  hesper loop features.parquet --strategies random,entropy --start random:100 --out run
  hesper loop features.parquet --queries 500 --batch 10 --seeds 20 --positive Ia --out run")]
pub(crate) struct QueryLoop {
    /// A table of features with classes and samples
    #[arg(value_name = "FEATURES")]
    features: PathBuf,
    #[command(flatten)]
    pub(crate) settings: LoopSettings,
    /// The learner, or several; `hesper learners` tells what each is good for. With several, each has a directory of
    /// its own below DIR
    #[arg(
        long = "learner",
        value_enum,
        value_delimiter = ',',
        default_value = "forest",
        value_name = "NAMES"
    )]
    learners: Vec<LearnerName>,
    #[command(flatten)]
    tuning: Tuning,
    #[command(flatten)]
    columns: Columns,
    /// Directory to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// What is run.
#[derive(Args, Clone, Serialize)]
pub(crate) struct LoopSettings {
    /// Strategies to compare; `hesper strategies` tells what each does
    #[arg(long, value_delimiter = ',', default_value = "random,uncertainty", value_name = "NAMES")]
    pub(crate) strategies: Vec<String>,
    /// Queries of each strategy
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub(crate) queries: usize,
    /// Queries between two fits of the learner
    #[arg(long, default_value_t = 1, value_name = "K")]
    pub(crate) batch: usize,
    /// How many times each strategy runs
    #[arg(long, default_value_t = 5, value_name = "S")]
    pub(crate) seeds: usize,
    /// The class that is looked for
    #[arg(long, default_value = "Ia", value_name = "CLASS")]
    pub(crate) positive: String,
    /// Let the learner tell all classes apart, not only the positive one from the rest
    #[arg(long)]
    pub(crate) multiclass: bool,
    /// Labelled objects at the start: spectroscopic, random:N or nothing
    #[arg(long, default_value = "spectroscopic")]
    pub(crate) start: Start,
    /// Share of the photometric objects to hold out
    #[arg(long, default_value_t = 0.3, value_name = "SHARE")]
    pub(crate) hold_out: f64,
    /// Queries between two scores
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) score_every: usize,
    /// Members of the committee that some strategies question
    #[arg(long, default_value_t = LoopParams::default().committee, value_name = "N")]
    pub(crate) members: usize,
    /// How many times a false positive counts in the figure of merit
    #[arg(long, default_value_t = hesper_learn::metrics::FALSE_POSITIVE_WEIGHT, value_name = "W")]
    pub(crate) fom_weight: f64,
}

impl LoopSettings {
    fn params(&self, seed: u64) -> LoopParams {
        LoopParams {
            queries: self.queries,
            batch: self.batch,
            seeds: self.seeds,
            seed,
            start: self.start,
            hold_out: self.hold_out,
            score_every: self.score_every,
            fom_weight: self.fom_weight,
            committee: self.members,
        }
    }
}

impl QueryLoop {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (features, out) = (&self.features, &self.out);
        let mut session = Session::start(&self.common, &self)?;
        session.input(features)?;
        session.output_directory(out)?;
        let table = self.columns.read(features)?;
        let learners = self.tuning.build(&self.learners, None)?;
        let several = learners.len() > 1;
        let mut summary = LoopSummary::default();
        for (name, learner) in learners {
            let clock = Clock::start();
            let mut outcome = LoopOutcome::new(table.clone(), &self.settings, learner, self.common.seed)?;
            let spent = clock.seconds();
            let directory = if several { out.join(&name) } else { out.clone() };
            forget_record(out)?;
            outcome.write(&directory)?;
            let report = LoopReport::new(&outcome, "Which spectra teach most?", session.command_line());
            if several {
                session.say(format!("{name}: {spent:.0} CPU s"));
            }
            report.lines()?.iter().for_each(|line| session.say(line));
            write_figures(&report, &directory)?;
            if !several {
                return session.finish(&report.result()?)?.end(report.page()?, out);
            }
            report.page()?.write(directory.join("report.html"))?;
            summary.add(&name, &report, spent)?;
        }
        summary.lines().iter().for_each(|line| session.say(line));
        write_figure(&summary.figure(), "learners_and_strategies", out)?;
        let page = summary.page(&session.command_line());
        session.finish(&summary.result())?.end(page, out)
    }
}

/// Writes the figures.
pub(crate) fn write_figures(report: &LoopReport<'_>, out: &Path) -> Result<(), Failure> {
    report.figures()?.iter().try_for_each(|(name, figure)| write_figure(figure, name, out))
}

/// A loop that was run, with all that is needed to tell of it.
pub(crate) struct LoopOutcome {
    pub(crate) table: hesper_features::FeatureTable,
    pub(crate) view: ClassView,
    pub(crate) positive: u32,
    pub(crate) partition: Partition,
    pub(crate) strategies: Vec<Box<dyn Strategy>>,
    pub(crate) runs: Vec<Run>,
    pub(crate) settings: LoopSettings,
    /// What may make the scores worth less than they seem.
    pub(crate) warnings: Vec<Warning>,
    /// Importances of the features after the last query, one list for each run that can tell.
    pub(crate) importances: Vec<(usize, Vec<f64>)>,
    first_seed: u64,
    learner: Box<dyn hesper_learn::Learner>,
}

impl LoopOutcome {
    /// Runs the loop.
    pub(crate) fn new(
        table: hesper_features::FeatureTable,
        settings: &LoopSettings,
        learner: Box<dyn hesper_learn::Learner>,
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut chosen = Vec::new();
        for (place, name) in settings.strategies.iter().enumerate() {
            if settings.strategies[..place].contains(name) {
                return Err(Failure::request(format!("--strategies names {name} twice: name it once")));
            }
            chosen.push(strategy(name)?);
        }
        let params = settings.params(seed);
        params.check().map_err(by_option)?;
        let view = ClassView::new(&table.class, &settings.positive, settings.multiclass)?;
        let positive = view.code(&settings.positive);
        let unknown = f64::NAN;
        let place = (0..table.rows())
            .flat_map(|row| [table.redshift[row].unwrap_or(unknown), table.peak_mag[row].unwrap_or(unknown)]);
        let data = LoopData {
            x: matrix(&table)?,
            class: view.codes.clone(),
            n_classes: view.classes.len(),
            positive,
            spectroscopic: table.sample.iter().map(|sample| *sample == Some(Sample::Spectroscopic)).collect(),
            place: Matrix::new(table.rows(), 2, place.collect())?,
        };
        let partition = data.partition(params.hold_out, seed)?;
        let total = chosen.len() * params.seeds * params.queries.min(partition.pool.len());
        let bar = progress::bar("querying", Some(total as u64));
        let runs = run_loop(&data, &partition, learner.as_ref(), &chosen, &params, &|n| bar.inc(n as u64))?;
        bar.finish_and_clear();
        let warnings = warnings(&table, &view, &partition)?;
        let importances = runs
            .iter()
            .filter_map(|run| Some((run.strategy, run.classifier.as_ref()?.importances()?)))
            .collect();
        Ok(Self {
            table,
            view,
            positive,
            partition,
            strategies: chosen,
            runs,
            settings: settings.clone(),
            warnings,
            importances,
            first_seed: seed,
            learner,
        })
    }

    /// The name of a run's strategy.
    pub(crate) fn name(&self, run: &Run) -> &'static str {
        self.strategies[run.strategy].info().name
    }

    /// Writes metrics.csv, queries.csv and the model of each strategy's first seed, which is given away by that.
    pub(crate) fn write(&mut self, out: &Path) -> Result<(), Failure> {
        let metrics = self.runs.iter().flat_map(|run| {
            run.scores.iter().map(|scores| MetricsRow {
                strategy: self.name(run),
                seed: run.seed,
                queries: scores.queries,
                accuracy: scores.accuracy,
                efficiency: scores.efficiency,
                purity: scores.purity,
                fom: scores.fom,
            })
        });
        write_csv(&out.join("metrics.csv"), metrics)?;
        // A pool without objects leaves nothing to ask for: then the file is the header alone.
        let path = out.join("queries.csv");
        let none = self.runs.iter().all(|run| run.queries.is_empty());
        let queries = self.runs.iter().flat_map(|run| {
            run.queries.iter().map(|query| QueryRow {
                strategy: self.name(run),
                seed: run.seed,
                order: query.order,
                object_id: &self.table.object_id[query.row],
                class: self.table.class[query.row].as_deref(),
                score: query.score,
                redshift: self.table.redshift[query.row],
                peak_mag: self.table.peak_mag[query.row],
            })
        });
        if none {
            write_file(&path, NO_QUERIES)?
        } else {
            write_csv(&path, queries)?
        }
        let first = self.first_seed;
        for run in self.runs.iter_mut().filter(|run| run.seed == first) {
            if let Some(classifier) = run.classifier.take() {
                let name = self.strategies[run.strategy].info().name;
                let (features, classes) = (self.table.names.clone(), self.view.classes.clone());
                Model::new(self.learner.as_ref(), classifier, features, classes)?
                    .save(&out.join("models").join(format!("{name}.safetensors")))?;
            }
        }
        Ok(())
    }

    /// The record's parameters and outcome in short.
    pub(crate) fn sizes(&self) -> serde_json::Value {
        json!({
            "spectroscopic": self.partition.spectroscopic.len(),
            "pool": self.partition.pool.len(),
            "hold_out": self.partition.hold_out.len(),
            "features": self.table.columns(),
            "classes": self.view.classes,
        })
    }
}

/// What is wrong with learning from the pool and the spectra and scoring on the hold-out.
fn warnings(
    table: &hesper_features::FeatureTable,
    view: &ClassView,
    partition: &Partition,
) -> Result<Vec<Warning>, Failure> {
    let labels = |rows: &[usize]| -> Vec<u32> { rows.iter().filter_map(|&row| view.codes[row]).collect() };
    let train: Vec<usize> = partition.spectroscopic.iter().chain(&partition.pool).copied().collect();
    let test = &partition.hold_out;
    examine_split(table, &view.classes, (&train, &labels(&train)), Some((test, &labels(test))))
}

#[derive(Serialize)]
struct MetricsRow {
    strategy: &'static str,
    seed: u64,
    queries: usize,
    accuracy: f64,
    efficiency: f64,
    purity: f64,
    fom: f64,
}

/// `queries.csv` without a query: the names of [`QueryRow`]'s fields.
const NO_QUERIES: &str = "strategy,seed,order,object_id,class,score,redshift,peak_mag\n";

#[derive(Serialize)]
struct QueryRow<'a> {
    strategy: &'static str,
    seed: u64,
    order: usize,
    object_id: &'a str,
    class: Option<&'a str>,
    score: f64,
    redshift: Option<f64>,
    peak_mag: Option<f64>,
}
