//! The Rust half of `benches/periodogram.py`, which calls it: periodograms of series that the Python half wrote, and the CPU
//! time of the process for each, on one thread.
//!
//! `periodogram_bench DIRECTORY` reads `DIRECTORY/task.json` (`points`; `first`, `step` and `count` of the frequencies; `repeats`) and
//! `points.f64` (little-endian: times, values, errors); writes `power.f64`; prints one line of JSON: `seconds`, the CPU
//! seconds of each repeat.

use std::error::Error;
use std::path::Path;

use hesper_features::{FrequencyGrid, lomb_scargle};
use rustix::time::{ClockId, clock_gettime};

#[derive(serde::Deserialize)]
struct Task {
    points: usize,
    first: f64,
    step: f64,
    count: usize,
    repeats: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: periodogram_bench DIRECTORY")?;
    let directory = Path::new(&directory);
    let task: Task = serde_json::from_slice(&std::fs::read(directory.join("task.json"))?)?;
    let bytes = std::fs::read(directory.join("points.f64"))?;
    let numbers: Vec<f64> = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let columns: Vec<&[f64]> = numbers.chunks(task.points.max(1)).collect();
    let [times, values, errors] = columns.as_slice() else {
        return Err("points.f64 has another length".into());
    };
    let grid = FrequencyGrid { first: task.first, step: task.step, count: task.count };
    let mut seconds = Vec::new();
    for repeat in 0..=task.repeats {
        let start = cpu_seconds();
        let power = lomb_scargle(times, values, errors, &grid)?;
        let end = cpu_seconds();
        // The first one is not counted: it finds the memory.
        if repeat > 0 {
            seconds.push(end - start);
        } else {
            let bytes: Vec<u8> = power.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(directory.join("power.f64"), bytes)?;
        }
    }
    println!("{}", serde_json::json!({ "seconds": seconds }));
    Ok(())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
