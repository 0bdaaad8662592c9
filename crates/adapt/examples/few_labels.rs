//! Methods with a few labels of the target on Mars landforms: accuracy and balanced accuracy on a fixed hold-out.
//!
//! `few_labels [LABELS] [SEEDS] [C]` (40, 20 and 1): half of the target is held out once for all; of the rest so many objects are
//! drawn by each seed and labelled. Features are not scaled; the learner is logistic regression with
//! that C. The landforms are looked
//! for in `$HESPER_DATA/mars_landforms`, or else in `../shared/data/mars_landforms`.

use std::error::Error;
use std::path::PathBuf;

use hesper_adapt::few::{TrAdaBoost, Transfer, few_label_methods};
use hesper_adapt::maps::Coral;
use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::SourceOnly;
use hesper_adapt::{Error as Unfit, Fitted, LabelledTarget, Mapping, Method, Source, Target};
use hesper_learn::{LogisticParams, Matrix, metrics};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

type Table = (Matrix, Vec<u32>);

fn main() -> Result<(), Box<dyn Error>> {
    let number =
        |at: usize, default: usize| std::env::args().nth(at).map_or(Ok(default), |text| text.parse());
    let (labels, seeds) = (number(1, 40)?, number(2, 20)? as u64);
    let c = std::env::args().nth(3).map_or(Ok(1.0), |text| text.parse())?;
    let root = std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let read = |name: &str| std::fs::read_to_string(root.join("mars_landforms").join(name));
    let (Ok(source), Ok(target)) = (read("mars-src.csv"), read("mars-tgt.csv")) else {
        println!("skipped: no data");
        return Ok(());
    };
    let ((x, y), (all, truth)) = (table(&source)?, table(&target)?);
    let rows = shuffled(truth.len(), u64::MAX);
    let (held_out, pool) = rows.split_at(rows.len() / 2);
    let (test, tested) = part(&all, &truth, held_out);
    let (t, _) = part(&all, &truth, pool);
    let (source, target) = (Source { x: &x, y: &y, n_classes: 6 }, Target { x: &t });
    let moved = Coral::default().align(&source, &target, 0)?.source;
    let aligned = Source { x: &moved, ..source };
    let learner = LogisticParams { c, ..LogisticParams::default() };
    let print = |name: &str, fit: &dyn Fn(u64) -> Result<Fitted, Unfit>| -> Result<(), Box<dyn Error>> {
        let mut found = [Vec::new(), Vec::new()];
        for seed in 0..seeds {
            let said = metrics::most_probable(&fit(seed)?.classifier.predict_proba(&test)?);
            found[0].push(metrics::accuracy(&tested, &said)?);
            found[1].push(metrics::balanced_accuracy(&tested, &said)?);
        }
        let [accuracy, balanced] = found.map(|values| metrics::mean_interval(&values, 0.95));
        let (a, b) = (accuracy?, balanced?);
        println!(
            "{name:24} accuracy {:.3} [{:.3}, {:.3}]  balanced {:.3} [{:.3}, {:.3}]",
            a.estimate, a.lower, a.upper, b.estimate, b.lower, b.upper
        );
        Ok(())
    };
    print("source-only", &|seed| SourceOnly.fit(&source, &target, &learner, seed))?;
    print("coral", &|seed| SourceOnly.fit(&aligned, &target, &learner, seed))?;
    print("em", &|seed| PriorCorrection::em().fit(&source, &target, &learner, seed))?;
    let mut methods = few_label_methods();
    methods.push(Box::new(Transfer { c, ..Transfer::default() }));
    methods.push(Box::new(TrAdaBoost { soft: false, ..TrAdaBoost::default() }));
    for (at, method) in methods.iter().enumerate() {
        let hard = match methods.len() - at {
            1 => " (hard votes)",
            2 => " (that C)",
            _ => "",
        };
        for (before, source) in [("", &source), ("coral + ", &aligned)] {
            print(&format!("{before}{}{hard}", method.info().name), &|seed| {
                let mut chosen = shuffled(pool.len(), seed);
                chosen.truncate(labels);
                let rows: Vec<usize> = chosen.iter().map(|&at| pool[at]).collect();
                let (x, y) = part(&all, &truth, &rows);
                method.fit(source, &target, &LabelledTarget { x: &x, y: &y }, &learner, seed)
            })?;
        }
    }
    Ok(())
}

fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..count).collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    rows
}

fn part(x: &Matrix, y: &[u32], rows: &[usize]) -> Table {
    (x.select_rows(rows), rows.iter().map(|&row| y[row]).collect())
}

fn table(text: &str) -> Result<Table, Box<dyn Error>> {
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
