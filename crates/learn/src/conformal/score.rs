use serde::{Deserialize, Serialize};

use crate::random::Stream;

/// How unlike the others a class is for a row, given the row's probabilities: the higher, the worse it fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// 1 − p: the smallest sets on average (Sadinle, Lei & Wasserman 2019, doi:10.1080/01621459.2017.1395341). The default.
    #[default]
    LeastAmbiguous,
    /// The sum of the probabilities of the more probable classes: sets that follow how hard each row is, always hold the
    /// most probable class, and are a little too large (Romano, Sesia & Candès 2020, arXiv:2006.02544).
    Adaptive,
    /// The same and a random share of the class's own probability: sets of just the right size on average.
    RandomisedAdaptive,
}

/// Scores rows one after the other.
pub(super) struct Scorer {
    score: Score,
    random: Stream,
    order: Vec<usize>,
    scores: Vec<f64>,
}

impl Scorer {
    pub(super) fn new(score: Score, n_classes: usize, random: Stream) -> Self {
        Self { score, random, order: (0..n_classes).collect(), scores: vec![0.0; n_classes] }
    }

    /// The score of each class for a row of probabilities.
    pub(super) fn scores(&mut self, probabilities: &[f64]) -> &[f64] {
        let share = match self.score {
            Score::LeastAmbiguous => {
                self.scores.iter_mut().zip(probabilities).for_each(|(score, p)| *score = 1.0 - p);
                return &self.scores;
            }
            Score::Adaptive => 0.0,
            Score::RandomisedAdaptive => self.random.uniform(),
        };
        let by_fall =
            |a: &usize, b: &usize| probabilities[*b].total_cmp(&probabilities[*a]).then_with(|| a.cmp(b));
        self.order.sort_unstable_by(by_fall);
        let mut before = 0.0;
        for &class in &self.order {
            self.scores[class] = before + share * probabilities[class];
            before += probabilities[class];
        }
        &self.scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let row = [0.25, 0.5, 0.125, 0.125];
        let scores = |score| Scorer::new(score, 4, Stream::new(1, 0)).scores(&row).to_vec();
        assert_eq!(scores(Score::LeastAmbiguous), [0.75, 0.5, 0.875, 0.875]);
        assert_eq!(scores(Score::Adaptive), [0.5, 0.0, 0.75, 0.875]);
        let share = Stream::new(1, 0).uniform();
        assert_eq!(scores(Score::RandomisedAdaptive)[0], 0.5 + share * 0.25);
    }
}
