//! Methods of adaptation that may look at a few labels of the target: given ones, or ones that are asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hesper_adapt::complexity::{
    ActiveParams, Answered, Asking, Bound, Capacity, Choose, Complexity, ComplexityPrior, CoralActiveParams,
    EntropyCurve, Family, MapParams, Member, PriorParams, Start, active, coral_active, cover,
};
use hesper_adapt::few::{few_label_method, few_label_methods};
use hesper_adapt::{Adapted, Error, FewLabels, Info, LabelledTarget, Target};
use hesper_learn::{Scaling, split};
use hesper_nn::MlpParams;
use serde::Serialize;

use crate::adapting::{Bench, Entry};
use crate::clock::Clock;
use crate::domains::{DomainOptions, Domains};
use crate::session::{Session, write_csv, write_file};
use crate::{Failure, labels};

/// The labels of the target that may be looked at.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct LabelOptions {
    /// The classes of a few objects of the target, to learn from: CSV with object_id and class
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Ask for the classes of so many objects of the target
    #[arg(long, value_name = "N", requires = "oracle", conflicts_with = "labels", value_parser = clap::value_parser!(u32).range(1..))]
    labels_budget: Option<u32>,
    /// Who knows the classes that are asked for: a table with classes, such as the target's own, or CSV with object_id and
    /// class
    #[arg(long, value_name = "FILE", requires = "labels_budget")]
    oracle: Option<PathBuf>,
    /// With an oracle, this share of the objects that it knows is never asked about: methods are scored by them
    #[arg(long, default_value_t = 0.5, value_name = "SHARE", value_parser = share)]
    hold_out: f64,
    /// So many classes are asked for at once
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// The models among which `--method complexity` chooses
    #[arg(long, value_enum, default_value_t = FamilyName::Svm, value_name = "FAMILY")]
    family: FamilyName,
    /// How it chooses
    #[arg(long, value_enum, default_value_t = ChooseName::Prior, value_name = "HOW")]
    choose: ChooseName,
    /// What is known of complexity already: the prior.json of an earlier run [default: learned from the source]
    #[arg(long, value_name = "FILE")]
    prior: Option<PathBuf>,
}

/// Families of models of growing complexity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum FamilyName {
    /// k nearest neighbours, by k
    Knn,
    /// Support vector machines, by the width of the kernel and the price of errors
    Svm,
    /// Trees, by depth and size of leaves
    Trees,
    /// Multilayer perceptrons, by width
    Mlp,
}

/// How a member of a family is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum ChooseName {
    /// By the source's prior alone: no search on the target
    Prior,
    /// By the prior times a likelihood of the labels through the Vapnik-Chervonenkis bound
    MapVc,
    /// The same through the empirical Rademacher complexity
    MapRademacher,
    /// The same through a PAC-Bayes bound out of fold
    MapPacBayes,
    /// By cross-validation of all on the labels: what the prior is to spare
    Grid,
}

impl From<ChooseName> for Choose {
    fn from(name: ChooseName) -> Self {
        let map = |bound| Self::Map(MapParams { bound, ..MapParams::default() });
        match name {
            ChooseName::Prior => Self::Prior,
            ChooseName::MapVc => map(Bound::Vc),
            ChooseName::MapRademacher => map(Bound::Rademacher { draws: 10 }),
            ChooseName::MapPacBayes => map(Bound::PacBayes { folds: 5 }),
            ChooseName::Grid => Self::Grid { folds: 5, score: hesper_adapt::complexity::Score::Accuracy },
        }
    }
}

/// The name of the method that asks, aligns the source and learns from both.
const CORAL_ACTIVE: &str = "coral+active";
const COMPLEXITY: &str = "complexity";

static CORAL_ACTIVE_INFO: Info = Info {
    name: CORAL_ACTIVE,
    doc: "The source takes the target's covariance (CORAL); objects of the target that the learner is least sure of are asked \
          about, batch by batch, and learned from beside the source, all of them together weighing as much as it.",
};

/// All methods that look at labels of the target: names and documentation.
pub(crate) fn label_methods() -> Vec<&'static Info> {
    let complexity = Complexity::new(Family::knn(&[], Scaling::None));
    let mut all = vec![&CORAL_ACTIVE_INFO, complexity.info()];
    all.extend(few_label_methods().iter().map(|method| method.info()));
    all
}

/// Whether a method looks at labels of the target.
pub(crate) fn needs_labels(name: &str) -> bool {
    label_methods().iter().any(|info| info.name == name)
}

/// What is known of the target's classes: what may be learned from, and what may be scored by.
pub(crate) struct Known {
    /// Rows of the target whose classes may be looked at; all of them if there are labels, those that may be asked about if
    /// there is an oracle.
    pool: Vec<usize>,
    /// Their classes.
    classes: Vec<u32>,
    /// The number of labels, if they are to be asked for.
    budget: Option<usize>,
}

/// What came of methods with labels.
pub(crate) struct Asked {
    /// Rows of the target in the order in which their classes were asked for, with their classes.
    pub(crate) asked: Vec<(usize, u32)>,
    /// How many models were fitted to labels of the target.
    pub(crate) fits: usize,
    /// The member of the family that was chosen.
    pub(crate) chosen: Option<String>,
    prior: Option<ComplexityPrior>,
}

#[derive(Serialize)]
struct AskedRow<'a> {
    order: usize,
    object_id: &'a str,
    class: &'a str,
}

impl LabelOptions {
    /// Whether any label may be looked at.
    pub(crate) fn given(&self) -> bool {
        self.labels.is_some() || self.labels_budget.is_some()
    }

    /// Reads what is known. The classes in `truth` that may not be scored by become unknown.
    pub(crate) fn read(
        &self,
        session: &mut Session,
        options: &DomainOptions,
        bench: &Bench<'_>,
        truth: &mut [Option<u32>],
    ) -> Result<Known, Failure> {
        let domains = bench.domains;
        let (path, budget) = match (&self.labels, &self.oracle, self.labels_budget) {
            (Some(path), _, _) => (path, None),
            (None, Some(path), Some(budget)) => (path, Some(budget as usize)),
            _ => {
                return Err(Failure::request(
                    "this method looks at labels of the target: give --labels FILE, or --labels-budget N with --oracle FILE",
                ));
            }
        };
        session.input(path)?;
        let named = if budget.is_some() { options.classes(path)? } else { labels::read(path)? };
        if named.is_empty() {
            return Err(Failure::request(format!(
                "{}: no object has a known class: name a table that has the column `class`, or see --class-column",
                path.display()
            )));
        }
        let place: BTreeMap<&str, usize> =
            domains.target.object_id.iter().map(String::as_str).zip(0..).collect();
        let mut known: BTreeMap<usize, u32> = BTreeMap::new();
        for (id, class) in &named {
            let Some(&row) = place.get(id.as_str()) else { continue };
            let code = options.code(&domains.classes, class).ok_or_else(|| {
                Failure::work(format!(
                    "{}: {id} is of the class {class:?}, but the source has {}: give the source an object of it, or leave it out",
                    path.display(),
                    domains.classes.join(", ")
                ))
            })?;
            known.insert(row, code);
        }
        if known.is_empty() {
            return Err(Failure::request(format!(
                "{}: none of its {} objects is among those of the target: see --target-sample, and the names of the objects",
                path.display(),
                named.len()
            )));
        }
        let (mut pool, mut classes): (Vec<usize>, Vec<u32>) = known.into_iter().unzip();
        if budget.is_none() {
            pool.iter().for_each(|&row| truth[row] = None);
            return Ok(Known { pool, classes, budget });
        }
        let fold = split::stratified_hold_out(&classes, self.hold_out, bench.seed)?;
        truth.fill(None);
        fold.test.iter().for_each(|&place| truth[pool[place]] = Some(classes[place]));
        pool = fold.train.iter().map(|&place| pool[place]).collect();
        classes = fold.train.iter().map(|&place| classes[place]).collect();
        Ok(Known { pool, classes, budget })
    }

    /// Fits a method that asks, or is given what was asked.
    pub(crate) fn fit(
        &self,
        name: &str,
        bench: &Bench<'_>,
        known: &Known,
        asked: Option<&Asked>,
    ) -> Result<(Entry, Asked), Failure> {
        let clock = Clock::start();
        let domains = bench.domains;
        let (info, answered, prior) = match (name, known.budget) {
            (CORAL_ACTIVE | COMPLEXITY, Some(budget)) => self.ask(name, bench, known, budget)?,
            (CORAL_ACTIVE, None) => {
                return Err(Failure::request(
                    "--method coral+active asks for labels: give --labels-budget N with --oracle FILE, or take coral-few for \
                     --labels",
                ));
            }
            _ => {
                let places = self.places(known, asked, bench);
                let rows: Vec<usize> = places.iter().map(|&place| known.pool[place]).collect();
                let x = domains.t.select_rows(&rows);
                let y: Vec<u32> = places.iter().map(|&place| known.classes[place]).collect();
                let labelled = LabelledTarget { x: &x, y: &y };
                let method = self.method(name, y.len(), bench)?;
                let adapted = bench.adaptation.fit_with_labels(
                    &domains.source(),
                    &domains.target(),
                    &labelled,
                    method.as_ref(),
                    bench.learner,
                    bench.seed,
                )?;
                let asked =
                    Asked { asked: rows.into_iter().zip(y).collect(), fits: 0, chosen: None, prior: None };
                return Ok((bench.entry(name, adapted, &clock)?, asked));
            }
        };
        let scaled = bench.adaptation.prepare(&domains.source(), &domains.target())?;
        let (source, pool) = (scaled.source(&domains.source()), scaled.target().x.select_rows(&known.pool));
        let rows = answered.asked.iter().map(|&place| known.pool[place]);
        let done = Asked {
            asked: rows.zip(answered.labels).collect(),
            fits: answered.fits,
            chosen: answered.chosen.last().cloned(),
            prior,
        };
        let adapted = Adapted {
            method: info,
            adaptation: bench.adaptation,
            learner: answered.fitted.learner,
            classifier: scaled.prepare().clone().before(answered.fitted.classifier),
            weights: None,
            effective_size: None,
            before: [source.x.clone(), pool],
            after: None,
            warnings: answered.fitted.warnings,
        };
        Ok((bench.entry(name, adapted, &clock)?, done))
    }

    /// Places in the pool of the labels to learn from: those that were asked for, or as many as may be, drawn at random.
    fn places(&self, known: &Known, asked: Option<&Asked>, bench: &Bench<'_>) -> Vec<usize> {
        match (asked, known.budget) {
            (Some(asked), _) => {
                asked.asked.iter().filter_map(|(row, _)| known.pool.binary_search(row).ok()).collect()
            }
            (None, Some(budget)) => {
                let x = bench.domains.t.select_rows(&known.pool);
                // A cover whose objects forbid no neighbours is any sample.
                cover(&x, 0, budget, bench.seed)
            }
            (None, None) => (0..known.pool.len()).collect(),
        }
    }

    fn method(&self, name: &str, labels: usize, bench: &Bench<'_>) -> Result<Box<dyn FewLabels>, Failure> {
        Ok(match name {
            COMPLEXITY => {
                let learn = PriorParams { objects: Some(labels), ..PriorParams::default() };
                let prior = self.prior.as_deref().map(read_prior).transpose()?;
                Box::new(Complexity {
                    prior,
                    learn,
                    choose: self.choose.into(),
                    ..Complexity::new(self.family(bench))
                })
            }
            name => few_label_method(name)?,
        })
    }

    /// Asks for labels.
    fn ask(
        &self,
        name: &str,
        bench: &Bench<'_>,
        known: &Known,
        budget: usize,
    ) -> Result<(&'static Info, Answered, Option<ComplexityPrior>), Failure> {
        let domains = bench.domains;
        let scaled = bench.adaptation.prepare(&domains.source(), &domains.target())?;
        let source = scaled.source(&domains.source());
        let pool = scaled.target().x.select_rows(&known.pool);
        let target = Target { x: &pool };
        let mut oracle = |places: &[usize]| -> Result<Vec<u32>, Error> {
            Ok(places.iter().map(|&place| known.classes[place]).collect())
        };
        let asking = Asking { budget, batch: self.batch as usize, ..Asking::default() };
        let seed = bench.seed;
        if name == CORAL_ACTIVE {
            let params =
                CoralActiveParams { asking: Asking { first: 0, ..asking }, ..CoralActiveParams::default() };
            let answered = coral_active(&source, &target, bench.learner, &mut oracle, &params, seed)?;
            return Ok((&CORAL_ACTIVE_INFO, answered, None));
        }
        let family = self.family(bench);
        let prior = match &self.prior {
            Some(path) => read_prior(path)?,
            None => {
                let objects = Some(budget.min(source.x.rows()));
                let params = PriorParams { objects, ..PriorParams::default() };
                ComplexityPrior::learn(&source, &family, &params, seed)?
            }
        };
        // Objects that lie as far apart as a label reaches come first.
        let reach = EntropyCurve::new(&source, source.x.rows().saturating_sub(1).clamp(1, 500))?;
        let start = Start::Cover { neighbours: reach.largest_below(NEIGHBOURHOOD_ENTROPY) };
        let asking = Asking { first: asking.first.min(budget), start, ..asking };
        let params = ActiveParams { asking, choose: self.choose.into(), ..ActiveParams::default() };
        let classes = domains.classes.len();
        let answered = active(&family, &prior, &target, classes, &mut oracle, &params, seed)?;
        Ok((Complexity::new(family).info(), answered, Some(prior)))
    }

    /// The family asked for. Its columns are scaled before.
    fn family(&self, bench: &Bench<'_>) -> Family {
        match self.family {
            FamilyName::Knn => Family::knn(&[], Scaling::None),
            FamilyName::Svm => Family::svm(&[], &[], Scaling::None),
            FamilyName::Trees => Family::trees(&[], &[]),
            FamilyName::Mlp => perceptrons(bench.domains.x.cols(), bench.domains.classes.len()),
        }
    }
}

/// A neighbourhood whose classes have less entropy than this, in bits, is spoken for by one label.
const NEIGHBOURHOOD_ENTROPY: f64 = 0.9;

/// Reads a share of the objects.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "must be between 0 and 1, such as 0.5".to_owned())
}

/// Perceptrons with one hidden layer, from narrow to wide; as many weights as they have bound what they can tell apart.
fn perceptrons(features: usize, classes: usize) -> Family {
    let member = |width: usize| Member {
        name: format!("width = {width}"),
        learner: Box::new(MlpParams { hidden: vec![width], ..MlpParams::default() }),
        capacity: Capacity::Fixed((width * (features + 1) + (width + 1) * classes) as f64),
    };
    let members = [2, 4, 8, 16, 32, 64].map(member);
    Family { name: "mlp".to_owned(), scaling: Scaling::None, members: Vec::from(members) }
}

fn read_prior(path: &Path) -> Result<ComplexityPrior, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::request(format!("{shown}: {error}{}", hesper_files::remedy(&error))))?;
    ComplexityPrior::from_json(&text).map_err(|error| Failure::work(format!("{shown}: {error}")))
}

impl Asked {
    /// Writes asked.csv and, if complexity was learned, prior.json.
    pub(crate) fn write(&self, domains: &Domains, out: &Path) -> Result<(), Failure> {
        let rows = self.asked.iter().enumerate().map(|(order, &(row, class))| AskedRow {
            order: order + 1,
            object_id: &domains.target.object_id[row],
            class: &domains.classes[class as usize],
        });
        write_csv(&out.join("asked.csv"), rows)?;
        match &self.prior {
            Some(prior) => write_file(&out.join("prior.json"), prior.to_json()?),
            None => Ok(()),
        }
    }
}
