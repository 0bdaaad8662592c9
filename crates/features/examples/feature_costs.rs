//! What each feature costs: CPU time per object on one thread, each feature alone, and the share of its values that cannot
//! be measured.
//!
//! ```text
//! cargo run --release -p hesper-features --example feature_costs                      # 500 simulated objects
//! cargo run --release -p hesper-features --example feature_costs -- objects.parquet 500
//! ```
//!
//! A feature alone pays for the fits it shares with others; `default` and `all` tell what the sets cost together.

use std::error::Error;
use std::path::Path;

use hesper_features::{BazinParams, FEATURES, Feature, SETS, describe};
use hesper_photometry::{Object, ReadOptions, read};
use hesper_simulate::{SurveyParams, simulate};
use rustix::time::{ClockId, clock_gettime};

/// Medians over this many runs.
const REPEATS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next();
    let count: usize = arguments.next().map_or(Ok(500), |count| count.parse())?;
    let objects: Vec<Object> = match &input {
        Some(path) => {
            read(Path::new(path), &ReadOptions::default())?.take(count).collect::<Result<_, _>>()?
        }
        None => simulate(&SurveyParams { objects: count, seed: 1, ..SurveyParams::default() })?.objects,
    };
    let points: usize = objects.iter().map(|object| object.lightcurve.len()).sum();
    println!("{} objects of {:.0} points", objects.len(), points as f64 / objects.len() as f64);
    println!("{:<12} {:>8} {:>12} {:>10}", "feature", "columns", "µs/object", "missing");
    for feature in FEATURES {
        report(feature.name, &objects, &[feature])?;
    }
    for set in SETS {
        report(set.name, &objects, set.features)?;
    }
    Ok(())
}

fn report(name: &str, objects: &[Object], features: &[&Feature]) -> Result<(), Box<dyn Error>> {
    let mut seconds = Vec::with_capacity(REPEATS);
    let (mut columns, mut missing) = (0, 0.0);
    for _ in 0..REPEATS {
        let start = cpu_seconds();
        let table = describe(objects, features, &BazinParams::default(), &|| {})?;
        seconds.push(cpu_seconds() - start);
        columns = table.columns();
        missing =
            table.values.iter().filter(|value| value.is_nan()).count() as f64 / table.values.len() as f64;
    }
    seconds.sort_by(f64::total_cmp);
    let microseconds = 1e6 * seconds[REPEATS / 2] / objects.len() as f64;
    println!("{name:<12} {columns:>8} {microseconds:>12.1} {missing:>10.4}");
    Ok(())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
