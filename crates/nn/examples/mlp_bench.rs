//! The Rust half of `benches/mlp.py`, which calls it: fits and predicts on arrays that the Python half wrote, and measures
//! the CPU time of the process around each, on one thread.
//!
//! `mlp_bench DIRECTORY` reads `DIRECTORY/task.json` (`train`, `test`, `columns`, `classes`, `seed`, `repeats`, `params`
//! of the learner and, for a second fit that goes on from the first, `again`), `x_train.f64`, `y_train.u32` and
//! `x_test.f64` (little-endian, row after row); writes `proba.f64`; prints one line of JSON: `fit`, `again` and `predict`,
//! the CPU seconds of each repeat.

use std::error::Error;
use std::path::Path;

use hesper_learn::{Classifier, Matrix, TrainingSet};
use hesper_nn::MlpParams;
use rustix::time::{ClockId, clock_gettime};

#[derive(serde::Deserialize)]
struct Task {
    train: usize,
    test: usize,
    columns: usize,
    classes: usize,
    seed: u64,
    repeats: usize,
    params: MlpParams,
    again: Option<MlpParams>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: mlp_bench DIRECTORY")?;
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

    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let (mut fit, mut again, mut predict) = (Vec::new(), Vec::new(), Vec::new());
    for repeat in 0..task.repeats {
        let start = cpu_seconds();
        let mut networks = task.params.train(&data, task.seed)?;
        let fitted = cpu_seconds();
        if let Some(params) = &task.again {
            networks = params.fit_from(&networks, &data, task.seed)?;
        }
        let went_on = cpu_seconds();
        let proba = networks.predict_proba(&x_test)?;
        let predicted = cpu_seconds();
        fit.push(fitted - start);
        again.push(went_on - fitted);
        predict.push(predicted - went_on);
        if repeat == 0 {
            let bytes: Vec<u8> = proba.data().iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(directory.join("proba.f64"), bytes)?;
        }
    }
    println!("{}", serde_json::json!({ "fit": fit, "again": again, "predict": predict }));
    Ok(())
}

fn floats(path: &Path) -> std::io::Result<Vec<f64>> {
    Ok(std::fs::read(path)?.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
