//! Mars landforms with 40 labels of the target: complexity chosen a posteriori, a priori and by full search, and the aligned
//! source with labels asked for, on fixed hold-outs.
//!
//! `complexity [--data DIR] [--seeds N] [--out DIR]` reads `mars-src.csv` and `mars-tgt.csv` in DIR (default
//! `../shared/data/mars_landforms`). For each seed half of the target, class by class, is held out and never asked about; all
//! arms share it. The table is printed as Markdown and, with `--out`, written as `complexity.md`, `complexity.csv`, the priors as
//! `prior_*.json`, and every run as `complexity_seeds.csv`. CPU seconds are those of one thread.

use std::error::Error;
use std::path::{Path, PathBuf};

use hesper_adapt::complexity::{
    ActiveParams, Answered, Asking, Bound, Choose, ComplexityPrior, CoralActiveParams, EntropyCurve, Family,
    MapParams, PriorParams, Query, Score, Start, active, coral_active, cover,
};
use hesper_adapt::maps::Coral;
use hesper_adapt::{Mapping, Source, Target};
use hesper_learn::{Classifier, Learner, LogisticParams, Matrix, Scaling, TrainingSet, metrics, split};
use rustix::time::{ClockId, clock_gettime};

mod report;

use report::{Row, Run, Runs, csv, markdown, seeds_csv};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A classifier, how many models were fitted to labels of the target on the way, and which share of the bounds looked at last
/// were 1 or more.
type Learned = (Box<dyn Classifier>, usize, Option<f64>);

/// Labels of the target.
const BUDGET: usize = 40;
const CLASSES: usize = 6;

fn main() -> Outcome<()> {
    let (mut data, mut seeds, mut out) = (PathBuf::from("../shared/data/mars_landforms"), 30u64, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--data" => data = value.into(),
            "--seeds" => seeds = value.parse()?,
            "--out" => out = Some(PathBuf::from(value)),
            other => return Err(format!("{other}: only --data, --seeds and --out are known").into()),
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let ((x, y), (t, truth)) = (table(&data.join("mars-src.csv"))?, table(&data.join("mars-tgt.csv"))?);
    let study = Study { x, y, t, truth, seeds };
    let mut rows = Vec::new();
    let curve = EntropyCurve::new(&study.source(), 400)?;
    let reach = curve.largest_below(0.9);
    eprintln!("entropy curve of the source: area {:.3} bits, K* = {reach}", curve.area());
    for family in
        [Family::knn(&[], Scaling::None), Family::svm(&[], &[], Scaling::None), Family::trees(&[], &[])]
    {
        let priors = Priors::learn(&study, &family, out.as_deref())?;
        let grid = study.run("full grid", |fold| {
            let choose = Choose::Grid { folds: 5, score: Score::Accuracy };
            fold.complexity(&family, &priors.uniform, asking(), choose)
        })?;
        rows.push(Row::new(&family.name, &grid, Some(&grid))?);
        for (name, arm) in arms(&priors, reach) {
            let runs =
                study.run(&name, |fold| fold.complexity(&family, arm.prior, arm.asking, arm.choose))?;
            rows.push(Row::new(&family.name, &runs, Some(&grid))?);
        }
    }
    for (name, params) in coral_arms(reach) {
        rows.push(Row::new("coral + logistic", &study.run(&name, |fold| fold.coral(&params))?, None)?);
    }
    let alone = [
        ("source only", false, false),
        ("40 random labels only", true, false),
        ("coral, no labels", false, true),
    ];
    for (name, own, align) in alone {
        let runs = study.run(name, |fold| fold.logistic(own, align))?;
        rows.push(Row::new("logistic", &runs, None)?);
    }
    let text = markdown(&rows);
    println!("{text}");
    if let Some(out) = out {
        std::fs::create_dir_all(&out)?;
        std::fs::write(out.join("complexity.md"), text)?;
        std::fs::write(out.join("complexity.csv"), csv(&rows))?;
        std::fs::write(out.join("complexity_seeds.csv"), seeds_csv(&rows))?;
    }
    Ok(())
}

fn asking() -> Asking {
    Asking { budget: BUDGET, ..Asking::default() }
}

/// What is known before the target is looked at.
struct Priors {
    source: ComplexityPrior,
    small: ComplexityPrior,
    steep: ComplexityPrior,
    uniform: ComplexityPrior,
}

impl Priors {
    fn learn(study: &Study, family: &Family, out: Option<&Path>) -> Outcome<Self> {
        let learn = |name: &str, objects, sharpness| -> Outcome<ComplexityPrior> {
            let start = cpu_seconds();
            let params = PriorParams { objects, sharpness, ..PriorParams::default() };
            let prior = ComplexityPrior::learn(&study.source(), family, &params, 0)?;
            eprintln!(
                "{} prior, {name}: best {}, entropy {:.4} of the largest, {} fits, {:.2} CPU s",
                family.name,
                family.members[prior.best()].name,
                prior.flatness(),
                prior.learned().map_or(0, |learned| learned.fits),
                cpu_seconds() - start
            );
            if let Some(out) = out {
                std::fs::create_dir_all(out)?;
                std::fs::write(out.join(format!("prior_{}_{name}.json", family.name)), prior.to_json()?)?;
            }
            Ok(prior)
        };
        Ok(Self {
            source: learn("source", None, 1.0)?,
            small: learn("source_40", Some(BUDGET), 1.0)?,
            steep: learn("source_40_steep", Some(BUDGET), 4.0)?,
            uniform: ComplexityPrior::uniform(family)?,
        })
    }
}

/// One way to choose and to ask.
struct Arm<'a> {
    prior: &'a ComplexityPrior,
    choose: Choose,
    asking: Asking,
}

fn arms(priors: &Priors, reach: usize) -> Vec<(String, Arm<'_>)> {
    let all = [
        ("source", &priors.source),
        ("source of 40", &priors.small),
        ("source of 40, steep", &priors.steep),
        ("uniform", &priors.uniform),
    ];
    let map = MapParams::default();
    let bounds = [
        ("VC", MapParams { bound: Bound::Vc, ..map }),
        ("VC unclipped", MapParams { bound: Bound::Vc, clip: false, ..map }),
        ("Rademacher", MapParams { bound: Bound::Rademacher { draws: 10 }, ..map }),
        ("PAC-Bayes", map),
    ];
    let mut arms = Vec::new();
    for (prior_name, prior) in all {
        for (bound, params) in bounds {
            let choose = Choose::Map(params);
            arms.push((format!("MAP {bound}, prior {prior_name}"), Arm { prior, choose, asking: asking() }));
        }
    }
    for (name, prior) in &all[..3] {
        let arm = Arm { prior, choose: Choose::Prior, asking: asking() };
        arms.push((format!("prior {name} alone"), arm));
    }
    let covered = Asking { start: Start::Cover { neighbours: reach }, ..asking() };
    let structural = MapParams { bound: Bound::Vc, clip: false, ..map };
    let savings = [("MAP VC unclipped", Choose::Map(structural)), ("alone", Choose::Prior)];
    for (name, choose) in savings {
        let arm = Arm { prior: &priors.steep, choose, asking: covered };
        arms.push((format!("{name}, prior source of 40, steep, cover of 10, margin"), arm));
    }
    let others = [
        ("random", Asking { query: Query::Random, ..asking() }),
        ("entropy", Asking { query: Query::Entropy, ..asking() }),
        ("margin, bias corrected", Asking { correct: true, ..asking() }),
        ("cover", Asking { first: BUDGET, start: Start::Cover { neighbours: reach }, ..asking() }),
        ("cover of 10, margin", covered),
    ];
    for (name, asking) in others {
        let arm = Arm { prior: &priors.small, choose: Choose::Map(map), asking };
        arms.push((format!("MAP PAC-Bayes, prior source of 40, {name}"), arm));
    }
    arms
}

fn coral_arms(reach: usize) -> Vec<(String, CoralActiveParams)> {
    let good = CoralActiveParams::default();
    let asking = Asking { budget: BUDGET, ..good.asking };
    let mut arms = Vec::new();
    for weight in [1.0, 2.0, 5.0, 10.0, 50.0] {
        let params = CoralActiveParams { asking, weight: Some(weight), ..good };
        arms.push((format!("margin, weight {weight}"), params));
    }
    let cover = Asking { first: BUDGET, start: Start::Cover { neighbours: reach }, ..asking };
    let others = [
        ("margin", asking),
        ("margin, one by one", Asking { batch: 1, ..asking }),
        ("entropy", Asking { query: Query::Entropy, ..asking }),
        ("margin, bias corrected", Asking { correct: true, ..asking }),
        ("random", Asking { query: Query::Random, ..asking }),
        ("cover", cover),
    ];
    for (name, asking) in others {
        arms.push((format!("{name}, weight as the source"), CoralActiveParams { asking, ..good }));
    }
    arms
}

struct Study {
    x: Matrix,
    y: Vec<u32>,
    t: Matrix,
    truth: Vec<u32>,
    seeds: u64,
}

impl Study {
    fn source(&self) -> Source<'_> {
        Source { x: &self.x, y: &self.y, n_classes: CLASSES }
    }

    fn run(&self, name: &str, learn: impl Fn(&HoldOut<'_>) -> Outcome<Learned>) -> Outcome<Runs> {
        let mut runs = Vec::new();
        for seed in 0..self.seeds {
            let fold = HoldOut::new(self, seed)?;
            let start = cpu_seconds();
            let (classifier, fits, vacuous) = learn(&fold)?;
            let seconds = cpu_seconds() - start;
            let guessed = metrics::most_probable(&classifier.predict_proba(&fold.held)?);
            runs.push(Run {
                accuracy: metrics::accuracy(&fold.held_truth, &guessed)?,
                balanced: metrics::balanced_accuracy(&fold.held_truth, &guessed)?,
                fits,
                vacuous,
                seconds,
            });
        }
        Ok(Runs { name: name.to_owned(), runs })
    }
}

/// A pool to ask about, and objects to judge by.
struct HoldOut<'a> {
    study: &'a Study,
    pool: Matrix,
    pool_truth: Vec<u32>,
    held: Matrix,
    held_truth: Vec<u32>,
    seed: u64,
}

impl<'a> HoldOut<'a> {
    fn new(study: &'a Study, seed: u64) -> Outcome<Self> {
        let fold = split::stratified_hold_out(&study.truth, 0.5, seed)?;
        let classes = |rows: &[usize]| rows.iter().map(|&row| study.truth[row]).collect();
        Ok(Self {
            study,
            pool: study.t.select_rows(&fold.train),
            pool_truth: classes(&fold.train),
            held: study.t.select_rows(&fold.test),
            held_truth: classes(&fold.test),
            seed,
        })
    }

    fn answers(&self, rows: &[usize]) -> Vec<u32> {
        rows.iter().map(|&row| self.pool_truth[row]).collect()
    }

    fn complexity(
        &self,
        family: &Family,
        prior: &ComplexityPrior,
        asking: Asking,
        choose: Choose,
    ) -> Outcome<Learned> {
        let params = ActiveParams { asking, choose, again: true };
        let mut oracle = |rows: &[usize]| Ok(self.answers(rows));
        let target = Target { x: &self.pool };
        learned(active(family, prior, &target, CLASSES, &mut oracle, &params, self.seed)?)
    }

    fn coral(&self, params: &CoralActiveParams) -> Outcome<Learned> {
        let mut oracle = |rows: &[usize]| Ok(self.answers(rows));
        let (source, target) = (self.study.source(), Target { x: &self.pool });
        let learner = LogisticParams::default();
        learned(coral_active(&source, &target, &learner, &mut oracle, params, self.seed)?)
    }

    /// Of labels of one domain alone.
    fn logistic(&self, own: bool, align: bool) -> Outcome<Learned> {
        let (source, target) = (self.study.source(), Target { x: &self.pool });
        let rows: Vec<usize> = cover(&self.pool, 0, BUDGET, self.seed);
        let (x, y) = match (own, align) {
            (true, _) => (self.pool.select_rows(&rows), self.answers(&rows)),
            (_, true) => (Coral::default().align(&source, &target, 0)?.source, self.study.y.clone()),
            _ => (self.study.x.clone(), self.study.y.clone()),
        };
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: CLASSES };
        Ok((LogisticParams::default().fit(&data, self.seed)?, usize::from(own), None))
    }
}

fn learned(answered: Answered) -> Outcome<Learned> {
    let count = answered.candidates.len();
    let vacuous = answered.candidates.iter().filter(|candidate| candidate.bound >= 1.0).count();
    let share = (count > 0).then(|| vacuous as f64 / count as f64);
    Ok((answered.fitted.classifier, answered.fits, share))
}

fn table(path: &Path) -> Outcome<(Matrix, Vec<u32>)> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut rows, mut classes) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let values =
            line.split(',').map(|field| field.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>()?;
        let (class, features) = values.split_last().ok_or("an empty line")?;
        rows.push(features.to_vec());
        classes.push(*class as u32 - 1);
    }
    Ok((Matrix::from_rows(&rows)?, classes))
}

fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
