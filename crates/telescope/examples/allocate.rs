//! How good the allocators' plans are and what they cost: a seeded night of 5,000 candidates, telescopes of 6 h each.
//!
//! `allocate [OBJECTS [REPEATS [SEED [PARTITIONS [MINUTES]]]]]` prints one line of JSON for each number of telescopes (1, 2 and 5) and allocator: the
//! median of the CPU seconds of the process, the value, its part of the knapsack's, and the gap to the bound. Magnitudes
//! grow more frequent with 10^(.4·m) from 19 to 23.5, exposures are 1200 s · (4 m/D)² · 10^(.8·(m − 21)) with a scatter of 20 %,
//! overheads 120 to 300 s, exposures above 7200 s cannot be, and one object in five is below a telescope's horizon. Scores are
//! skew: the fifth power of a uniform number. The objects lie in 20 fields of 3°; `fields` uses 40 fibres in 1°.

use std::error::Error;

use hesper_telescope::allocate::{
    Allocator, Budget, Clustered, Fields, Fixed, Greedy, Knapsack, Order, Requests, Score, TelescopeNight,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};

const DIAMETERS: [f64; 5] = [4.0, 8.0, 2.5, 3.6, 6.5];

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = [5000, 7, 1, Knapsack::default().partitions, 360];
    for (number, argument) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = argument.parse()?;
    }
    let [objects, repeats, seed, partitions, minutes] = numbers;
    for telescopes in [1, 2, 5] {
        let (requests, scores) = night(objects, telescopes, seed as u64);
        let one = |index: usize| TelescopeNight {
            seconds: 60.0 * minutes as f64,
            overhead: [120.0, 180.0, 240.0, 150.0, 300.0][index],
            ..TelescopeNight::default()
        };
        let single = Budget { telescopes: (0..telescopes).map(one).collect(), fill: false };
        let mut many = single.clone();
        for night in &mut many.telescopes {
            (night.fibres, night.field) = (40, 1.0);
        }
        let plans: [(&str, Box<dyn Allocator>, &Budget); 8] = [
            (
                "knapsack, searched",
                Box::new(Knapsack { steady: false, partitions, ..Knapsack::default() }),
                &single,
            ),
            ("knapsack", Box::new(Knapsack { partitions, ..Knapsack::default() }), &single),
            ("greedy", Box::new(Greedy::default()), &single),
            ("greedy, total", Box::new(Greedy { score: Score::Total, safeguard: false }), &single),
            ("order", Box::new(Order::default()), &single),
            ("clustered", Box::new(Clustered::default()), &single),
            ("fields, single fibres", Box::new(Fields::default()), &single),
            ("fields, 40 fibres", Box::new(Fields::default()), &many),
        ];
        let mut reference = f64::NAN;
        for (name, allocator, budget) in plans {
            let mut seconds = Vec::new();
            let mut plan = None;
            for _ in 0..repeats.max(1) {
                let start = cpu_seconds();
                plan = Some(allocator.allocate(&requests, budget, &mut Fixed(scores.clone()))?);
                seconds.push(cpu_seconds() - start);
            }
            seconds.sort_by(f64::total_cmp);
            let Some(plan) = plan else { continue };
            // What the scores of the picks sum to, also where the plan discounted them.
            let value: f64 = plan.picks.iter().map(|pick| scores[pick.object]).sum();
            if reference.is_nan() {
                reference = value;
            }
            println!(
                "{}",
                serde_json::json!({
                    "objects": objects, "telescopes": telescopes, "allocator": name,
                    "cpu_seconds": seconds[seconds.len() / 2], "picks": plan.picks.len(), "value": value,
                    "part_of_knapsack": value / reference, "gap": plan.gap(), "used_hours": plan.used.iter().sum::<f64>() / 3600.0,
                })
            );
        }
    }
    Ok(())
}

/// Requests and scores.
fn night(objects: usize, telescopes: usize, seed: u64) -> (Requests, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let fields: Vec<[f64; 2]> =
        (0..20).map(|_| [360.0 * rng.random::<f64>(), 60.0 * rng.random::<f64>() - 60.0]).collect();
    let mut requests = Requests::default();
    let mut scores = Vec::new();
    for object in 0..objects {
        let (bright, faint) = (10f64.powf(0.4 * 19.0), 10f64.powf(0.4 * 23.5));
        let magnitude = (bright + (faint - bright) * rng.random::<f64>()).log10() / 0.4;
        for diameter in &DIAMETERS[..telescopes] {
            let scatter = 0.8 + 0.4 * rng.random::<f64>();
            let exposure = scatter * 1200.0 * (4.0 / diameter).powi(2) * 10f64.powf(0.8 * (magnitude - 21.0));
            let visible = rng.random::<f64>() < 0.8 && exposure <= 7200.0;
            requests.exposures.push(if visible { exposure } else { f64::NAN });
        }
        let field = object % fields.len();
        let dec = fields[field][1] + 3.0 * (rng.random::<f64>() - 0.5);
        let ra = fields[field][0] + 3.0 * (rng.random::<f64>() - 0.5) / dec.to_radians().cos();
        requests.places.push([ra, dec]);
        requests.clusters.push(Some(field as u64));
        requests.keys.push(format!("object {object:05}"));
        scores.push(rng.random::<f64>().powi(5));
    }
    (requests, scores)
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
