//! What candidates are worth to an allocator.

use hesper_telescope::allocate::{Fixed, Worth};

use super::Choice;

/// Candidates as an allocator weighs them against telescope time.
pub struct Valued<'a> {
    /// The strategy's scores, which tell people why; NaN where it gave none.
    pub scores: Vec<f64>,
    /// What each candidate adds to a plan: not negative, and NaN where it is not wanted.
    pub worth: Box<dyn Worth + 'a>,
}

impl Valued<'_> {
    /// The scores as they are; where some are negative, as with |p − ½| to be made small, all are raised until the lowest is
    /// 0. A candidate of twice the worth may then cost twice the time.
    pub fn by_score(scores: Vec<f64>) -> Self {
        let lowest = scores.iter().copied().filter(|score| score.is_finite()).fold(0.0, f64::min);
        let worth = scores.iter().map(|score| if score.is_finite() { score - lowest } else { f64::NAN });
        let worth = Fixed(worth.collect());
        Self { scores, worth: Box::new(worth) }
    }

    /// The order of a batch alone: the first is worth 1, the others evenly less, and those that are not of it are not
    /// wanted. For strategies whose scores mean nothing beside each other, since each choice depends on those before.
    pub fn by_rank(choices: &[Choice], candidates: usize) -> Self {
        let mut scores = vec![f64::NAN; candidates];
        let mut worth = vec![f64::NAN; candidates];
        for (rank, choice) in choices.iter().enumerate() {
            scores[choice.candidate] = choice.score;
            worth[choice.candidate] = 1.0 - rank as f64 / choices.len() as f64;
        }
        Self { scores, worth: Box::new(Fixed(worth)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worths_are_not_negative_and_keep_the_order() {
        let valued = Valued::by_score(vec![-0.5, -0.1, f64::NAN, -0.2]);
        let worth: Vec<f64> = (0..4).map(|i| valued.worth.gain(i)).collect();
        assert_eq!((worth[0], worth[1]), (0.0, 0.4));
        assert!(worth[2].is_nan() && (worth[3] - 0.3).abs() < 1e-15);
        let kept = Valued::by_score(vec![0.2, 0.6]);
        assert_eq!((kept.worth.gain(0), kept.worth.gain(1)), (0.2, 0.6));
        let choice = |candidate| Choice { candidate, score: 7.0 };
        let ranked = Valued::by_rank(&[choice(2), choice(0)], 4);
        assert_eq!((ranked.worth.gain(2), ranked.worth.gain(0)), (1.0, 0.5));
        assert!(ranked.worth.gain(1).is_nan() && ranked.scores[2] == 7.0);
    }
}
