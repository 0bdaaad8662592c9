//! The Rust half of `benches/malanchev.py`, which calls it: describes light curves that the Python half wrote, and measures
//! the CPU time of the process around that, on one thread.
//!
//! `statistics_bench DIRECTORY` reads `DIRECTORY/task.json` (`features`, names of features and sets; `repeats`; `bands`, the
//! names of the bands; `objects`, for each object the number of points of each band), and `points.f64` (little-endian: for each
//! band of each object its times, then its fluxes, then its errors); writes `values.f64`, row after row; prints one line of
//! JSON: `columns` and `seconds`, the CPU seconds of each repeat.

use std::error::Error;
use std::path::Path;

use hesper_features::{BazinParams, describe, select};
use hesper_photometry::{Band, Object};
use rustix::time::{ClockId, clock_gettime};

#[derive(serde::Deserialize)]
struct Task {
    features: Vec<String>,
    repeats: usize,
    bands: Vec<String>,
    objects: Vec<Vec<usize>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: statistics_bench DIRECTORY")?;
    let directory = Path::new(&directory);
    let task: Task = serde_json::from_slice(&std::fs::read(directory.join("task.json"))?)?;
    let bytes = std::fs::read(directory.join("points.f64"))?;
    let points: Vec<f64> = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let bands: Vec<Band> = task.bands.iter().map(|name| Band::new(name)).collect::<Result<_, _>>()?;
    let objects = objects(&task, &bands, &points).ok_or("points.f64 is too short")?;
    let features = select(&task.features)?;

    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let (mut seconds, mut columns) = (Vec::new(), Vec::new());
    for repeat in 0..=task.repeats {
        let start = cpu_seconds();
        let table = describe(&objects, &features, &BazinParams::default(), &|| {})?;
        let end = cpu_seconds();
        // The first one is not counted: it finds the memory and makes the tables.
        if repeat > 0 {
            seconds.push(end - start);
        } else {
            let bytes: Vec<u8> = table.values.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(directory.join("values.f64"), bytes)?;
            columns = table.names;
        }
    }
    println!("{}", serde_json::json!({ "columns": columns, "seconds": seconds }));
    Ok(())
}

fn objects(task: &Task, bands: &[Band], mut points: &[f64]) -> Option<Vec<Object>> {
    let mut objects = Vec::new();
    for counts in &task.objects {
        let mut object = Object::new(objects.len().to_string());
        for (band, count) in bands.iter().zip(counts) {
            let (curve, rest) = points.split_at_checked(3 * count)?;
            points = rest;
            for i in 0..*count {
                object.lightcurve.push(curve[i], *band, curve[count + i], curve[2 * count + i]);
            }
        }
        object.lightcurve.sort_by_time();
        objects.push(object);
    }
    Some(objects)
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
