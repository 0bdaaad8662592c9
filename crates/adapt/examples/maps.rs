//! What maps and transport plans take, in CPU seconds on one thread (medians), and what CORAL gains on Mars landforms.
//!
//! `maps [REPEATS]` prints one line of JSON each. The landforms are looked for in `$HESPER_DATA/mars_landforms`, or else in
//! `../shared/data/mars_landforms`.

use std::error::Error;
use std::path::PathBuf;

use hesper_adapt::maps::{Coral, Tca};
use hesper_adapt::transport::{Sinkhorn, exact, sinkhorn};
use hesper_adapt::{Mapping, Source, Target};
use hesper_learn::{Learner, LogisticParams, Matrix, TrainingSet, metrics};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let repeats = std::env::args().nth(1).map_or(Ok(3), |argument| argument.parse())?;
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    landforms()?;
    let (x, t) = (normal(613, 12, 0.0, 1)?, normal(1500, 12, 0.5, 2)?);
    let y: Vec<u32> = (0..613).map(|row| row % 2).collect();
    let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
    time("tca 613+1500 x 12", repeats, || {
        Ok(Tca::default().align(&source, &target, 1)?.warnings.join("; "))
    })?;
    time("coral 613+1500 x 12", repeats, || {
        Ok(Coral::default().align(&source, &target, 1)?.warnings.join("; "))
    })?;
    let table: Vec<f64> = (0..613 * 1500)
        .map(|at| x.row(at / 1500).iter().zip(t.row(at % 1500)).map(|(a, b)| (a - b).powi(2)).sum())
        .collect();
    let cost = Matrix::new(613, 1500, table)?;
    time("exact 613 x 1500", repeats, || {
        Ok(format!("cost {}", exact(&vec![1.0; 613], &vec![1.0; 1500], &cost)?.cost))
    })?;
    let (x, t) = (normal(2000, 12, 0.0, 3)?, normal(2000, 12, 0.5, 4)?);
    let mut cost: Vec<f64> = Vec::with_capacity(4_000_000);
    for row in 0..2000 {
        let distance =
            |at| x.row(row).iter().zip(t.row(at)).map(|(a, b): (&f64, &f64)| (a - b).powi(2)).sum::<f64>();
        cost.extend((0..2000).map(distance));
    }
    let mut sorted = cost.clone();
    let median = *sorted.select_nth_unstable_by(2_000_000, f64::total_cmp).1;
    cost.iter_mut().for_each(|value| *value /= median);
    let (cost, masses) = (Matrix::new(2000, 2000, cost)?, vec![1.0; 2000]);
    time("sinkhorn 2000 x 2000", repeats, || {
        let plan = sinkhorn(&masses, &masses, &cost, &Sinkhorn::default())?;
        Ok(format!("cost {} {:?}", plan.cost, plan.outcome))
    })?;
    time("exact 2000 x 2000", repeats, || Ok(format!("cost {}", exact(&masses, &masses, &cost)?.cost)))?;
    let uneven: Vec<f64> = (0..2000).map(|at| 1.0 + f64::from(at % 7)).collect();
    time("exact 2000 x 2000, uneven masses", 1, || {
        Ok(format!("cost {}", exact(&uneven, &masses, &cost)?.cost))
    })
}

fn time(
    what: &str,
    repeats: usize,
    run: impl Fn() -> Result<String, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut seconds, mut said) = (Vec::new(), String::new());
    for _ in 0..repeats {
        let start = cpu_seconds();
        said = run()?;
        seconds.push(cpu_seconds() - start);
    }
    seconds.sort_by(f64::total_cmp);
    println!(
        "{}",
        serde_json::json!({ "what": what, "median_cpu_seconds": seconds.get(repeats / 2), "said": said })
    );
    Ok(())
}

fn landforms() -> Result<(), Box<dyn Error>> {
    let root = std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let read = |name: &str| std::fs::read_to_string(root.join("mars_landforms").join(name));
    let (Ok(source), Ok(target)) = (read("mars-src.csv"), read("mars-tgt.csv")) else {
        println!("skipped: no data");
        return Ok(());
    };
    let ((x, y), (t, truth)) = (table(&source)?, table(&target)?);
    let (source, target) = (Source { x: &x, y: &y, n_classes: 6 }, Target { x: &t });
    for (what, centre) in [("source only", None), ("coral", Some(false)), ("coral, centred", Some(true))] {
        let (own, others) = match centre {
            None => (x.clone(), t.clone()),
            Some(centre) => {
                let aligned = Coral { centre, ..Coral::default() }.align(&source, &target, 0)?;
                (aligned.source, aligned.target)
            }
        };
        let data = TrainingSet { x: &own, y: &y, weights: None, n_classes: 6 };
        let guessed =
            metrics::most_probable(&LogisticParams::default().fit(&data, 0)?.predict_proba(&others)?);
        let recalls = (0..6u32).filter_map(|class| {
            let all = truth.iter().filter(|truth| **truth == class).count();
            let right = truth
                .iter()
                .zip(&guessed)
                .filter(|(truth, guess)| **truth == class && truth == guess)
                .count();
            (all > 0).then(|| right as f64 / all as f64)
        });
        let recalls: Vec<f64> = recalls.collect();
        println!(
            "{}",
            serde_json::json!({
                "landforms": what, "accuracy": metrics::accuracy(&truth, &guessed)?,
                "balanced": recalls.iter().sum::<f64>() / recalls.len() as f64,
            })
        );
    }
    Ok(())
}

fn table(text: &str) -> Result<(Matrix, Vec<u32>), Box<dyn Error>> {
    let (mut rows, mut classes) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let values =
            line.split(',').map(|field| field.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>()?;
        let (class, features) = values.split_last().ok_or("an empty line")?;
        rows.push(features.to_vec());
        classes.push(*class as u32 - 1);
    }
    Ok((Matrix::from_rows(&rows)?, classes))
}

/// Sums of twelve uniform numbers less 6: near enough to normal.
fn normal(rows: usize, columns: usize, shift: f64, seed: u64) -> Result<Matrix, hesper_learn::Error> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let value = |_| (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0 + shift;
    Matrix::new(rows, columns, (0..rows * columns).map(value).collect())
}

fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
