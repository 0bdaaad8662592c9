//! The Rust half of `benches/boosted.py`, which calls it: fits, predicts and explains on arrays that the Python half
//! wrote, and measures the CPU time of the process around each, on one thread.
//!
//! `boosted_bench DIRECTORY` reads `DIRECTORY/task.json` (`train`, `test`, `columns`, `classes`, `seed`, `repeats`, `learner`:
//! `boosted` or `forest`, its `params`, and `explained`: of how many of the test rows Shapley values are wanted),
//! `x_train.f64`, `y_train.u32` and `x_test.f64` (little-endian, row after row); writes `proba.f64`; prints one line of
//! JSON: `fit`, `predict` and `explain`, the CPU seconds of each repeat.

use std::error::Error;
use std::path::Path;

use hesper_learn::{BoostedParams, ForestParams, Learner, Matrix, TrainingSet};
use rustix::time::{ClockId, clock_gettime};

#[derive(serde::Deserialize)]
struct Task {
    train: usize,
    test: usize,
    columns: usize,
    classes: usize,
    seed: u64,
    repeats: usize,
    learner: String,
    params: serde_json::Value,
    explained: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: boosted_bench DIRECTORY")?;
    let directory = Path::new(&directory);
    let task: Task = serde_json::from_slice(&std::fs::read(directory.join("task.json"))?)?;
    let x_train = Matrix::new(task.train, task.columns, floats(&directory.join("x_train.f64"))?)?;
    let x_test = Matrix::new(task.test, task.columns, floats(&directory.join("x_test.f64"))?)?;
    let y: Vec<u32> = std::fs::read(directory.join("y_train.u32"))?
        .as_chunks()
        .0
        .iter()
        .map(|bytes| u32::from_le_bytes(*bytes))
        .collect();
    let data = TrainingSet { x: &x_train, y: &y, weights: None, n_classes: task.classes };
    let explained = x_test.select_rows(&(0..task.explained).collect::<Vec<_>>());
    let learner: Box<dyn Learner> = match task.learner.as_str() {
        "boosted" => Box::new(serde_json::from_value::<BoostedParams>(task.params)?),
        "forest" => Box::new(serde_json::from_value::<ForestParams>(task.params)?),
        other => return Err(format!("unknown learner `{other}`").into()),
    };

    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let (mut fit, mut predict, mut explain) = (Vec::new(), Vec::new(), Vec::new());
    for repeat in 0..task.repeats {
        let start = cpu_seconds();
        let classifier = learner.fit(&data, task.seed)?;
        let fitted = cpu_seconds();
        let proba = classifier.predict_proba(&x_test)?;
        let predicted = cpu_seconds();
        let shapley = classifier.shapley(&explained, &x_train)?;
        let done = cpu_seconds();
        fit.push(fitted - start);
        predict.push(predicted - fitted);
        explain.push(done - predicted);
        std::hint::black_box(shapley);
        if repeat == 0 {
            let bytes: Vec<u8> = proba.data().iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(directory.join("proba.f64"), bytes)?;
        }
    }
    println!("{}", serde_json::json!({ "fit": fit, "predict": predict, "explain": explain }));
    Ok(())
}

fn floats(path: &Path) -> std::io::Result<Vec<f64>> {
    Ok(std::fs::read(path)?.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
