//! Query strategies: which objects of the pool deserve a spectrum.

mod badge;
mod bald;
mod batch_bald;
mod canonical;
mod certainty;
mod clustered;
mod committee_kl;
mod consensus_entropy;
mod core_set;
mod density;
mod entropy;
mod expected_error;
mod expected_error_bayes;
mod expected_merit;
mod label_propagation;
mod least_confident;
mod margin;
mod pool;
mod random;
mod uncertainty;
mod value;
mod vote_entropy;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub use badge::Badge;
pub use bald::Bald;
pub use batch_bald::BatchBald;
pub use canonical::Canonical;
pub use certainty::Certainty;
pub use clustered::Clustered;
pub use committee_kl::CommitteeKl;
pub use consensus_entropy::ConsensusEntropy;
pub use core_set::CoreSet;
pub use density::Density;
pub use entropy::Entropy;
pub use expected_error::ExpectedError;
pub use expected_error_bayes::ExpectedErrorBayes;
pub use expected_merit::ExpectedMerit;
pub use label_propagation::LabelPropagation;
pub use least_confident::LeastConfident;
pub use margin::Margin;
pub use pool::{Needs, Pool};
pub use random::Random;
pub use uncertainty::Uncertainty;
pub use value::Valued;
pub use vote_entropy::VoteEntropy;

use crate::Error;

/// What is said of a strategy.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// Formula and source, one paragraph.
    pub doc: &'static str,
    /// What it looks at.
    pub needs: Needs,
}

/// Gives each candidate a score; the highest are queried first.
pub trait Strategy: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// A score for each candidate, higher is sooner. Of strategies whose later choices depend on the earlier ones, the
    /// scores for the first.
    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64>;

    /// The next `count` queries, in order: the highest scores, ties broken at random. Strategies whose later choices
    /// depend on the earlier ones have their own way.
    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        highest_at_random(&self.scores(pool, rng), count, rng)
    }

    /// What each candidate is worth to an allocator that weighs it against telescope time, of which there may be enough for
    /// `count`: the score. Strategies whose choices depend on one another give their order, or what each adds.
    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        let _ = count;
        Valued::by_score(self.scores(pool, rng))
    }
}

/// A candidate that is to be queried, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Its place among the candidates.
    pub candidate: usize,
    /// The strategy's score of it.
    pub score: f64,
}

/// All strategies, in the order of the documentation.
pub fn strategies() -> Vec<Box<dyn Strategy>> {
    vec![
        Box::new(Random),
        Box::new(Certainty),
        Box::new(Uncertainty),
        Box::new(LeastConfident),
        Box::new(Margin),
        Box::new(Entropy),
        Box::new(Canonical),
        Box::new(VoteEntropy),
        Box::new(ConsensusEntropy),
        Box::new(CommitteeKl),
        Box::new(Bald),
        Box::new(BatchBald::default()),
        Box::new(Density::default()),
        Box::new(CoreSet),
        Box::new(Badge),
        Box::new(Clustered::default()),
        Box::new(ExpectedError),
        Box::new(ExpectedErrorBayes),
        Box::new(ExpectedMerit),
        Box::new(LabelPropagation),
    ]
}

/// The strategy of that name.
///
/// # Errors
/// [`Error::Strategy`] with the names that there are.
pub fn strategy(name: &str) -> Result<Box<dyn Strategy>, Error> {
    strategies().into_iter().find(|strategy| strategy.info().name == name).ok_or_else(|| {
        let known: Vec<&str> = strategies().iter().map(|strategy| strategy.info().name).collect();
        Error::Strategy { name: name.to_owned(), known: known.join(", ") }
    })
}

/// The `count` candidates of the highest scores, highest first; ties fall to `tie_break`, highest first. NaN scores
/// come last.
pub fn highest(scores: &[f64], tie_break: &[u64], count: usize) -> Vec<usize> {
    let key = |i: usize| (if scores[i].is_nan() { f64::NEG_INFINITY } else { scores[i] }, tie_break[i]);
    let sooner = |a: &usize, b: &usize| {
        let ((score_a, tie_a), (score_b, tie_b)) = (key(*a), key(*b));
        score_b.total_cmp(&score_a).then(tie_b.cmp(&tie_a))
    };
    let mut order: Vec<usize> = (0..scores.len()).collect();
    let count = count.min(order.len());
    if count == 0 {
        return Vec::new();
    }
    order.select_nth_unstable_by(count - 1, sooner);
    order.truncate(count);
    order.sort_by(sooner);
    order
}

/// The `count` candidates of the highest scores, highest first, ties broken at random.
fn highest_at_random(scores: &[f64], count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
    let tie_break: Vec<u64> = scores.iter().map(|_| rng.random()).collect();
    let chosen = highest(scores, &tie_break, count);
    chosen.into_iter().map(|candidate| Choice { candidate, score: scores[candidate] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    /// Three candidates, three classes: sure of class 0, torn between 0 and 1, even over all.
    fn probabilities() -> Matrix {
        Matrix::from_rows(&[[0.90, 0.06, 0.04], [0.48, 0.47, 0.05], [0.34, 0.33, 0.33]]).unwrap()
    }

    fn order(name: &str) -> Vec<usize> {
        let pool = Pool { probabilities: probabilities(), ..Pool::new(3, 3) };
        let scores = strategy(name).unwrap().scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
        highest(&scores, &[0, 0, 0], 3)
    }

    #[test]
    fn each_strategy_orders_as_its_formula_says() {
        assert_eq!(order("certainty"), [0, 1, 2]);
        assert_eq!(order("uncertainty"), [1, 2, 0]);
        assert_eq!(order("least-confident"), [2, 1, 0]);
        // Margins .84, .01, .01 + rounding: the second's is .48 − .47, the third's .34 − .33.
        assert_eq!(order("margin")[2], 0);
        assert_eq!(order("entropy"), [2, 1, 0]);
    }

    #[test]
    fn ties_and_missing_scores_are_settled() {
        assert_eq!(highest(&[1.0, 2.0, 2.0, f64::NAN], &[0, 5, 9, 99], 4), [2, 1, 0, 3]);
        assert_eq!(highest(&[1.0], &[0], 5), [0]);
        assert!(highest(&[], &[], 5).is_empty());
    }

    #[test]
    fn random_depends_on_the_seed_alone() {
        let pool = Pool { probabilities: probabilities(), ..Pool::new(3, 3) };
        let draw = |seed| Random.scores(&pool, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn unknown_strategies_are_named_with_the_known() {
        let message = strategy("uncertain").err().unwrap().to_string();
        assert!(message.contains("\"uncertain\"") && message.contains("least-confident"), "{message}");
    }
}
