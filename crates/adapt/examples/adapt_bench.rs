//! The Rust half of `benches/adapt_peers.py`, which calls it: runs one method on arrays that the Python half wrote, and
//! measures the CPU time of the process around it, on one thread.
//!
//! `adapt_bench DIRECTORY` reads `DIRECTORY/task.json` (`task`, its `params`, `source`, `target` and `columns`: the sizes;
//! `repeats`) and either `source.f64` and `target.f64`, or, for plans, `a.f64`, `b.f64` and `cost.f64` (little-endian, row
//! after row); writes `out.f64` (the source where a map moved it, the target after it; a plan; weights); prints one line of
//! JSON: `seconds` of each repeat, `values` that the method found and whatever it `said`.

use std::error::Error;
use std::path::Path;

use hesper_adapt::maps::{Coral, OtLinear, Subspace, Tca};
use hesper_adapt::shift::{mmd, two_sample};
use hesper_adapt::transport::{Plan, Sinkhorn, exact, sinkhorn};
use hesper_adapt::weights::Kmm;
use hesper_adapt::{Mapping, Source, Target, Weighting};
use hesper_learn::{LogisticParams, Matrix};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
struct Task {
    task: String,
    params: Value,
    source: usize,
    target: usize,
    columns: usize,
    repeats: usize,
}

/// What is written, the values that are printed, and words.
type Found = (Vec<f64>, Vec<f64>, String);

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: adapt_bench DIRECTORY")?;
    let directory = Path::new(&directory);
    let task: Task = serde_json::from_slice(&std::fs::read(directory.join("task.json"))?)?;
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let read = |name: &str| floats(&directory.join(name));
    if matches!(task.task.as_str(), "exact" | "sinkhorn") {
        let (a, b) = (read("a.f64")?, read("b.f64")?);
        let cost = Matrix::new(task.source, task.target, read("cost.f64")?)?;
        return measure(&task, directory, || {
            let plan = match task.task.as_str() {
                "exact" => exact(&a, &b, &cost)?,
                _ => sinkhorn(&a, &b, &cost, &parameters::<Sinkhorn>(&task)?)?,
            };
            let Plan { mass, cost, outcome } = plan;
            Ok((mass.data().to_vec(), vec![cost], format!("{outcome:?}")))
        });
    }
    let x = Matrix::new(task.source, task.columns, read("source.f64")?)?;
    let t = Matrix::new(task.target, task.columns, read("target.f64")?)?;
    let y: Vec<u32> = (0..x.rows() as u32).map(|row| row % 2).collect();
    let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
    measure(&task, directory, || match task.task.as_str() {
        "coral" => mapped(&parameters::<Coral>(&task)?, &source, &target),
        "subspace" => mapped(&parameters::<Subspace>(&task)?, &source, &target),
        "ot-linear" => mapped(&parameters::<OtLinear>(&task)?, &source, &target),
        "tca" => mapped(&parameters::<Tca>(&task)?, &source, &target),
        "kmm" => {
            let found = parameters::<Kmm>(&task)?.weights(&source, &target, 0)?;
            Ok((found.values, vec![found.effective_size], found.warnings.join("; ")))
        }
        "mmd" => {
            let found = mmd(&source, &target, parameters::<usize>(&task)?, 1)?;
            Ok((vec![], vec![found.squared, found.p_value, found.width], String::new()))
        }
        "two-sample" => {
            let permutations = parameters::<usize>(&task)?;
            let found = two_sample(&source, &target, &LogisticParams::default(), permutations, 1)?;
            let values = vec![found.balanced_accuracy, found.p_value, found.a_distance, found.auc];
            Ok((vec![], values, String::new()))
        }
        other => Err(format!("unknown task {other}").into()),
    })
}

fn parameters<P: serde::de::DeserializeOwned>(task: &Task) -> Result<P, serde_json::Error> {
    serde_json::from_value(task.params.clone())
}

fn mapped(map: &dyn Mapping, source: &Source<'_>, target: &Target<'_>) -> Result<Found, Box<dyn Error>> {
    let aligned = map.align(source, target, 1)?;
    let moved = [aligned.source.data(), aligned.target.data()].concat();
    Ok((moved, vec![], aligned.warnings.join("; ")))
}

fn measure(
    task: &Task,
    directory: &Path,
    run: impl Fn() -> Result<Found, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut seconds, mut last) = (Vec::new(), None);
    for _ in 0..task.repeats {
        let start = cpu_seconds();
        let found = run()?;
        seconds.push(cpu_seconds() - start);
        last = Some(found);
    }
    let (out, values, said) = last.ok_or("no repeats")?;
    let bytes: Vec<u8> = out.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(directory.join("out.f64"), bytes)?;
    println!("{}", json!({ "seconds": seconds, "values": values, "said": said }));
    Ok(())
}

fn floats(path: &Path) -> Result<Vec<f64>, std::io::Error> {
    Ok(std::fs::read(path)?.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
