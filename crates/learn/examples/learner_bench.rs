//! The Rust half of `benches/learners.py`, which calls it: prepares arrays that the Python half wrote, fits a learner and
//! predicts, and measures the CPU time of the process around fit and prediction, on one thread.
//!
//! `learner_bench DIRECTORY` reads `DIRECTORY/task.json` (`learner`, its `params`, `train`, `test`, `columns`, `classes`,
//! `seed`, `repeats`), `x_train.f64`, `y_train.u32` and `x_test.f64` (little-endian, row after row; NaN where missing);
//! fills in and standardises; writes `prepared.f64` (the test rows), `proba.f64` and, of some learners,
//! `coefficients.f64` (each output's, then all intercepts) or `decision.f64`; prints one line of JSON: `fit` and
//! `predict`, the CPU seconds of each repeat.

use std::error::Error;
use std::path::Path;

use hesper_learn::{
    Classifier, Learner, Logistic, LogisticParams, Matrix, NaiveBayesParams, NeighboursParams, Prepare,
    Scaling, Svm, SvmParams, TrainingSet,
};
use rustix::time::{ClockId, clock_gettime};

#[derive(serde::Deserialize)]
struct Task {
    learner: String,
    params: serde_json::Value,
    train: usize,
    test: usize,
    columns: usize,
    classes: usize,
    seed: u64,
    repeats: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: learner_bench DIRECTORY")?;
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
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let prepare = Prepare::fit(Scaling::Standard, &x_train, None)?;
    let (x_train, x_test) = (prepare.apply(&x_train)?, prepare.apply(&x_test)?);
    write(&directory.join("prepared.f64"), x_test.data())?;
    let data = TrainingSet { x: &x_train, y: &y, weights: None, n_classes: task.classes };
    let params = task.params.clone();
    match task.learner.as_str() {
        "naive-bayes" => {
            let params: NaiveBayesParams = serde_json::from_value(params)?;
            measure(&task, directory, &x_test, || params.fit(&data, task.seed))?;
        }
        "neighbours" => {
            let params: NeighboursParams = serde_json::from_value(params)?;
            measure(&task, directory, &x_test, || params.fit(&data, task.seed))?;
        }
        "logistic" => {
            let params: LogisticParams = serde_json::from_value(params)?;
            let fitted = measure(&task, directory, &x_test, || Logistic::fit(&params, &data))?;
            write(
                &directory.join("coefficients.f64"),
                &[fitted.coefficients(), fitted.intercepts()].concat(),
            )?;
        }
        "svm" => {
            let params: SvmParams = serde_json::from_value(params)?;
            let fitted = measure(&task, directory, &x_test, || Svm::fit(&params, &data, task.seed))?;
            write(&directory.join("decision.f64"), fitted.decision(&x_test)?.data())?;
        }
        other => return Err(format!("unknown learner {other}").into()),
    }
    Ok(())
}

/// Fits and predicts, again and again; returns what was fitted.
fn measure<C: Fitted>(
    task: &Task,
    directory: &Path,
    x_test: &Matrix,
    learn: impl Fn() -> Result<C, hesper_learn::Error>,
) -> Result<C, Box<dyn Error>> {
    let (mut fit, mut predict, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..task.repeats {
        let start = cpu_seconds();
        let classifier = learn()?;
        let fitted = cpu_seconds();
        let proba = classifier.proba(x_test)?;
        predict.push(cpu_seconds() - fitted);
        fit.push(fitted - start);
        last = Some((classifier, proba));
    }
    let (classifier, proba) = last.ok_or("no repeats")?;
    write(&directory.join("proba.f64"), proba.data())?;
    println!("{}", serde_json::json!({ "fit": fit, "predict": predict }));
    Ok(classifier)
}

trait Fitted {
    fn proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error>;
}

impl Fitted for Box<dyn Classifier> {
    fn proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        self.predict_proba(x)
    }
}

impl Fitted for Logistic {
    fn proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        self.predict_proba(x)
    }
}

impl Fitted for Svm {
    fn proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        self.predict_proba(x)
    }
}

fn write(path: &Path, values: &[f64]) -> std::io::Result<()> {
    std::fs::write(path, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

fn floats(path: &Path) -> std::io::Result<Vec<f64>> {
    Ok(std::fs::read(path)?.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
