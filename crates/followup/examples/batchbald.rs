//! How long BatchBALD takes to choose a batch of 30 from a pool of 2,000 with a committee of 10 and 3 classes, on one
//! thread, in CPU seconds of the process; the other arguments change these numbers.
//!
//! `batchbald [POOL [COMMITTEE [BATCH [CLASSES [REPEATS]]]]]` prints one line of JSON for each kind of pool: the CPU seconds
//! of each repeat and their median, and the mutual information of the batch. The kinds:
//! - `independent`: each member's probabilities are drawn for themselves, so that nearly any batch tells the committee apart;
//! - `smooth`: candidates are points of a plane, members are linear classifiers around a common one: neighbours tell the
//!   same;
//! - `agreeing`: as `smooth`, with members that hardly differ, so that many objects are needed to tell them apart.

use std::error::Error;

use hesper_followup::{BatchBald, Pool, Strategy};
use hesper_learn::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = [2000, 10, 30, 3, 7];
    for (number, argument) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = argument.parse()?;
    }
    let [candidates, committee, batch, classes, repeats] = numbers;
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    for (kind, spread) in [("independent", None), ("smooth", Some(1.0)), ("agreeing", Some(0.1))] {
        let mut rng = ChaCha8Rng::seed_from_u64(42);
        let members = match spread {
            None => independent(candidates, committee, classes, &mut rng)?,
            Some(spread) => linear(candidates, committee, classes, spread, &mut rng)?,
        };
        let pool = Pool { members, ..Pool::new(candidates, classes) };
        let (mut seconds, mut information) = (Vec::new(), 0.0);
        for _ in 0..repeats {
            let start = cpu_seconds();
            let chosen = BatchBald::default().select(&pool, batch, &mut ChaCha8Rng::seed_from_u64(7));
            seconds.push(cpu_seconds() - start);
            information = chosen.iter().map(|choice| choice.score).sum::<f64>();
        }
        let mut sorted = seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2);
        println!(
            "{}",
            serde_json::json!({
                "pool": kind, "candidates": candidates, "committee": committee, "batch": batch, "classes": classes,
                "cpu_seconds": seconds, "median": median, "information": information,
            })
        );
    }
    Ok(())
}

/// Tables of independent draws.
fn independent(
    candidates: usize,
    committee: usize,
    classes: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<Matrix>, hesper_learn::Error> {
    let mut tables = Vec::with_capacity(committee);
    for _ in 0..committee {
        let mut rows = Vec::with_capacity(candidates);
        for _ in 0..candidates {
            rows.push(normalised((0..classes).map(|_| -(1.0 - rng.random::<f64>()).ln()).collect()));
        }
        tables.push(Matrix::from_rows(&rows)?);
    }
    Ok(tables)
}

/// Linear classifiers in the plane, whose coefficients differ by `spread`.
fn linear(
    candidates: usize,
    committee: usize,
    classes: usize,
    spread: f64,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<Matrix>, hesper_learn::Error> {
    let points: Vec<[f64; 3]> =
        (0..candidates).map(|_| [rng.random_range(-2.0..2.0), rng.random_range(-2.0..2.0), 1.0]).collect();
    let common: Vec<f64> = (0..classes * 3).map(|_| rng.random_range(-2.0..2.0)).collect();
    let mut tables = Vec::with_capacity(committee);
    for _ in 0..committee {
        let coefficients: Vec<f64> =
            common.iter().map(|value| value + spread * rng.random_range(-1.0..1.0)).collect();
        let exponential = |point: &[f64; 3], class: usize| -> f64 {
            (0..3).map(|axis| point[axis] * coefficients[3 * class + axis]).sum::<f64>().exp()
        };
        let rows: Vec<Vec<f64>> = points
            .iter()
            .map(|point| normalised((0..classes).map(|class| exponential(point, class)).collect()))
            .collect();
        tables.push(Matrix::from_rows(&rows)?);
    }
    Ok(tables)
}

fn normalised(row: Vec<f64>) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|value| value / sum).collect()
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
