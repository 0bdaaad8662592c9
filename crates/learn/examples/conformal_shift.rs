//! The Rust half of `benches/conformal_shift.py`, which calls it: how often conformal sets hold the true class when they
//! are calibrated on one sample and used on another.
//!
//! `conformal_shift DIRECTORY` reads `DIRECTORY/task.json` (`rows`, `columns`, `classes`, `level`, `seeds`, `folds`,
//! `largest` and `leaf` for the weights), `x.f64`, `y.u32` and `target.u32` (1 for the rows to be covered, 0 for those to
//! learn from; little-endian); prints one line of JSON for each seed, score and variant.

use std::error::Error;
use std::path::Path;

use hesper_learn::conformal::{Conformal, ConformalParams, Score, ShiftParams, shift_weights};
use hesper_learn::{ForestParams, Learner, Matrix, TrainingSet, cross_validate, metrics, split};

#[derive(serde::Deserialize)]
struct Task {
    rows: usize,
    columns: usize,
    classes: usize,
    level: f64,
    seeds: u64,
    folds: usize,
    largest: f64,
    leaf: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: conformal_shift DIRECTORY")?;
    let directory = Path::new(&directory);
    let task: Task = serde_json::from_slice(&std::fs::read(directory.join("task.json"))?)?;
    let values: Vec<f64> = std::fs::read(directory.join("x.f64"))?
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    let x = Matrix::new(task.rows, task.columns, values)?;
    let y = integers(&directory.join("y.u32"))?;
    let is_target = integers(&directory.join("target.u32"))?;
    let (target, source): (Vec<usize>, Vec<usize>) = (0..task.rows).partition(|&row| is_target[row] == 1);
    let pick = |rows: &[usize]| (x.select_rows(rows), rows.iter().map(|&row| y[row]).collect::<Vec<_>>());
    let ((x_source, y_source), (x_target, y_target)) = (pick(&source), pick(&target));
    for seed in 0..task.seeds {
        let data = TrainingSet { x: &x_source, y: &y_source, weights: None, n_classes: task.classes };
        let forest = ForestParams::default();
        let folds = split::stratified_k_fold(&y_source, task.folds, seed)?;
        let known = cross_validate(&forest, &data, &folds, seed)?.probabilities;
        let new = forest.fit(&data, seed)?.predict_proba(&x_target)?;
        let discriminator = ForestParams { min_samples_leaf: task.leaf, ..Default::default() };
        let params = ShiftParams { largest: task.largest, ..Default::default() };
        let shift = shift_weights(&params, &discriminator, &x_source, &x_target, seed)?;
        let accuracy = metrics::accuracy(&y_target, &metrics::most_probable(&new))?;
        for score in [Score::LeastAmbiguous, Score::Adaptive, Score::RandomisedAdaptive] {
            for (variant, mondrian, weighted) in [
                ("plain", false, false),
                ("mondrian", true, false),
                ("weighted", false, true),
                ("both", true, true),
            ] {
                let params = ConformalParams { level: task.level, score, mondrian };
                let weights = weighted.then_some((&shift.source[..], &shift.target[..]));
                let conformal =
                    Conformal::calibrate(&params, &known, &y_source, weights.map(|weights| weights.0), seed)?;
                let found =
                    conformal.sets(&new, weights.map(|weights| weights.1))?.coverage(&y_target, 0.95)?;
                println!(
                    "{}",
                    serde_json::json!({
                        "seed": seed, "score": score, "variant": variant, "coverage": found,
                        "accuracy": accuracy, "effective_size": shift.effective_size, "separation": shift.separation,
                    })
                );
            }
        }
    }
    Ok(())
}

fn integers(path: &Path) -> std::io::Result<Vec<u32>> {
    Ok(std::fs::read(path)?.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}
