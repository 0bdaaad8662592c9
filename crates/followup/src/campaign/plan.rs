//! A night's plan: a strategy's worths spent by an allocator.

use hesper_telescope::allocate::{Budget, Pick, Requests};
use rand_chacha::ChaCha8Rng;

use super::Offers;
use super::policy::{Built, DEFAULT_ALLOCATOR};
use crate::k_means::k_means;
use crate::{Error, Needs, Pool, Random, Strategy, Valued};

/// What is to be observed in a night.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Who is taken where, best first.
    pub picks: Vec<Pick>,
    /// The strategy's score of each candidate; NaN where it gave none.
    pub scores: Vec<f64>,
    /// The sum of the worths.
    pub value: f64,
    /// What no plan can exceed, where it is known.
    pub bound: Option<f64>,
}

/// The allocator that spreads a night over clusters, which must be made for it.
const CLUSTERED: &str = "clustered";

impl Built {
    /// What must be known of the candidates.
    pub(crate) fn needs(&self) -> Needs {
        let needs = self.strategy.info().needs;
        Needs { embedding: needs.embedding || self.allocator.info().name == CLUSTERED, ..needs }
    }
}

/// Chooses among the candidates of a pool, which are those of the offers in their order. `keys` settle ties.
pub(crate) fn plan(
    policy: &Built,
    pool: &Pool<'_>,
    keys: Vec<String>,
    offers: &Offers,
    rng: &mut ChaCha8Rng,
) -> Result<Plan, Error> {
    let count = capacity(offers);
    let mut valued = if policy.allocator.info().name == DEFAULT_ALLOCATOR {
        // Some of a batch may not fit where others do.
        Valued::by_rank(&policy.strategy.select(pool, count.saturating_mul(2), rng), pool.candidates)
    } else {
        policy.strategy.value(pool, count, rng)
    };
    // Before anything is learned all are worth the same, which is nothing: then the night is drawn at random.
    let all: Vec<usize> = (0..pool.candidates).collect();
    if !valued.worth.gains(&all).iter().any(|gain| *gain > WORTHLESS) {
        valued.worth = Random.value(pool, count, rng).worth;
    }
    let Valued { scores, mut worth } = valued;
    let clusters =
        if policy.allocator.info().name == CLUSTERED { clusters(pool, count, rng) } else { Vec::new() };
    let requests =
        Requests { keys, exposures: offers.exposures.clone(), places: offers.places.clone(), clusters };
    let budget = Budget { telescopes: offers.telescopes.clone(), fill: false };
    let allocation = policy.allocator.allocate(&requests, &budget, worth.as_mut())?;
    Ok(Plan { picks: allocation.picks, scores, value: allocation.value, bound: allocation.bound })
}

/// A gain below this is a matter of rounding.
const WORTHLESS: f64 = 1e-12;

/// No plan can have more objects than this: the cheapest of each telescope, one after the other.
fn capacity(offers: &Offers) -> usize {
    let telescopes = offers.telescopes.len();
    let of = |(place, night): (usize, &hesper_telescope::allocate::TelescopeNight)| -> usize {
        let costs = offers.exposures.iter().skip(place).step_by(telescopes);
        let mut costs: Vec<f64> =
            costs.map(|exposure| exposure + night.overhead).filter(|cost| cost.is_finite()).collect();
        costs.sort_unstable_by(f64::total_cmp);
        let mut left = night.seconds;
        let pointings = costs.iter().take_while(|cost| {
            left -= **cost;
            left >= 0.0
        });
        pointings.count().saturating_mul(night.fibres)
    };
    let all: usize = offers.telescopes.iter().enumerate().map(of).sum();
    all.min(offers.rows.len())
}

/// As many kinds of candidates as can be observed.
fn clusters(pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Option<u64>> {
    let points: Vec<&[f32]> = (0..pool.candidates).map(|candidate| pool.point(candidate)).collect();
    let found = k_means(&points, &vec![1.0; points.len()], count, rng);
    found.of.iter().map(|cluster| Some(*cluster as u64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Policy;
    use hesper_learn::Matrix;
    use hesper_telescope::allocate::TelescopeNight;
    use rand::SeedableRng;

    /// Six candidates, one telescope of 1,000 s; the third costs too much.
    fn offers() -> Offers {
        let night = TelescopeNight { seconds: 1000.0, overhead: 100.0, ..TelescopeNight::default() };
        Offers {
            rows: (0..6).collect(),
            magnitude: vec![20.0; 6],
            exposures: vec![100.0, 400.0, 950.0, 300.0, 500.0, f64::NAN],
            snr_share: vec![1.0; 6],
            places: Vec::new(),
            telescopes: vec![night],
        }
    }

    #[test]
    fn plans_keep_the_budget_and_the_order_of_the_strategy() {
        let p = [0.52, 0.6, 0.5, 0.51, 0.9, 0.5];
        let rows: Vec<[f64; 2]> = p.iter().map(|p| [*p, 1.0 - p]).collect();
        let pool = Pool { probabilities: Matrix::from_rows(&rows).unwrap(), ..Pool::new(6, 2) };
        let keys: Vec<String> = (0..6).map(|i| format!("object {i}")).collect();
        assert_eq!(capacity(&offers()), 2);
        for allocator in ["order", "greedy", "knapsack"] {
            let policy: Policy = format!("uncertainty@{allocator}").parse().unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let plan = plan(&policy.build().unwrap(), &pool, keys.clone(), &offers(), &mut rng).unwrap();
            let taken: Vec<usize> = plan.picks.iter().map(|pick| pick.object).collect();
            assert!(plan.picks.iter().map(|pick| pick.seconds).sum::<f64>() <= 1000.0);
            assert!(taken.iter().all(|object| [0, 1, 3].contains(object)), "{allocator}: {taken:?}");
            if allocator == "order" {
                assert_eq!(taken, [3, 0], "the third is too long, the sixth cannot be seen");
            }
        }
    }

    #[test]
    fn where_nothing_is_known_the_night_is_drawn_at_random() {
        let even = Matrix::from_rows(&[[0.5, 0.5]; 6]).unwrap();
        let pool = Pool { probabilities: even.clone(), members: vec![even; 3], ..Pool::new(6, 2) };
        let keys: Vec<String> = (0..6).map(|i| format!("object {i}")).collect();
        for text in ["uncertainty@knapsack", "bald@greedy", "batchbald@greedy", "uncertainty"] {
            let policy: Policy = text.parse().unwrap();
            let mut firsts = std::collections::BTreeSet::new();
            for seed in 0..20 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let plan = plan(&policy.build().unwrap(), &pool, keys.clone(), &offers(), &mut rng).unwrap();
                firsts.extend(plan.picks.first().map(|pick| pick.object));
            }
            assert!(firsts.len() > 1, "{text}: {firsts:?}");
        }
    }
}
