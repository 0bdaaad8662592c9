//! How long each strategy takes to choose a batch of 20 from a pool of 9,700 candidates with 95 features, 1,600 labelled
//! objects, 2 classes and a committee of 10, on one thread, in CPU milliseconds of the process.
//!
//! `strategies [POOL [FEATURES [LABELLED [BATCH [CLASSES [REPEATS]]]]]]` prints one line of JSON: for each strategy the median
//! over the repeats, and what is made once for a whole loop. Models are not fitted: the probabilities are given.

use std::error::Error;

use hesper_followup::{Pool, Space, strategies};
use hesper_learn::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};

const COMMITTEE: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = [9700, 95, 1600, 20, 2, 5];
    for (number, argument) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = argument.parse()?;
    }
    let [candidates, features, labelled, batch, classes, repeats] = numbers;
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let mut result = serde_json::Map::new();

    // Features of a few hidden numbers and noise; the class hangs on the first of them.
    let objects = candidates + labelled;
    let hidden: Vec<[f64; 5]> = (0..objects).map(|_| [(); 5].map(|()| rng.random_range(-1.0..1.0))).collect();
    let mixing: Vec<[f64; 5]> =
        (0..features).map(|_| [(); 5].map(|()| rng.random_range(-1.0..1.0))).collect();
    let value = |hidden: &[f64; 5], mixing: &[f64; 5], noise: f64| -> f64 {
        hidden.iter().zip(mixing).map(|(a, b)| a * b).sum::<f64>() + 0.3 * noise
    };
    let x = hidden.iter().flat_map(|hidden| mixing.iter().map(move |mixing| (hidden, mixing)));
    let x: Vec<f64> = x.map(|(hidden, mixing)| value(hidden, mixing, rng.random_range(-1.0..1.0))).collect();
    let x = Matrix::new(objects, features, x)?;
    let all: Vec<usize> = (0..objects).collect();
    let class =
        |row: usize| (((hidden[row][0] + 1.0) / 2.0 * classes as f64) as usize).min(classes - 1) as u32;
    let labelled_classes: Vec<u32> = (0..labelled).map(class).collect();
    let mut member = || -> Result<Matrix, hesper_learn::Error> {
        let shift = rng.random_range(-0.2..0.2);
        let rows: Vec<Vec<f64>> = hidden[labelled..]
            .iter()
            .map(|hidden| {
                let place = (hidden[0] + shift * hidden[1] + 1.0) / 2.0 * classes as f64 - 0.5;
                let weights = (0..classes).map(|class| (-(place - class as f64).powi(2) * 3.0).exp() + 1e-3);
                let weights: Vec<f64> = weights.collect();
                let sum: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / sum).collect()
            })
            .collect();
        Matrix::from_rows(&rows)
    };
    let probabilities = member()?;
    let mut members = Vec::with_capacity(COMMITTEE);
    for _ in 0..COMMITTEE {
        members.push(member()?);
    }

    let mut once = |what: &str, start: f64| {
        result.insert(format!("once: {what}"), serde_json::json!(milliseconds(start)));
    };
    let start = cpu_seconds();
    let space = Space::new(&x, &all);
    once("features", start);
    let start = cpu_seconds();
    let space = space.with_density(&all[labelled..], 1);
    once("density", start);
    let start = cpu_seconds();
    let space = space.with_graph(&all);
    once("graph", start);
    // The loop keeps these from round to round.
    let nearest = |row: &usize| (x.row(*row)[0] - x.row(0)[0]).powi(2) as f32 + 50.0;
    let pool = Pool {
        probabilities,
        members,
        place: x.select_rows(&all[labelled..]),
        reference: x.select_rows(&all[..labelled]),
        space: Some(&space),
        rows: &all[labelled..],
        labelled: &all[..labelled],
        labelled_classes: &labelled_classes,
        nearest: all[labelled..].iter().map(nearest).collect(),
        ..Pool::new(candidates, classes)
    };
    for strategy in strategies() {
        let mut times: Vec<f64> = (0..repeats as u64)
            .map(|repeat| {
                let mut rng = ChaCha8Rng::seed_from_u64(repeat);
                let start = cpu_seconds();
                let chosen = strategy.select(&pool, batch, &mut rng);
                let time = milliseconds(start);
                assert_eq!(chosen.len(), batch.min(candidates));
                time
            })
            .collect();
        times.sort_by(f64::total_cmp);
        result.insert(strategy.info().name.to_owned(), serde_json::json!(times.get(times.len() / 2)));
    }
    println!("{}", serde_json::Value::Object(result));
    Ok(())
}

fn milliseconds(start: f64) -> f64 {
    (10_000.0 * (cpu_seconds() - start)).round() / 10.0
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
