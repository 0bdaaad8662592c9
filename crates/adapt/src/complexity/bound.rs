use hesper_learn::conformal::effective_size;
use hesper_learn::{Classifier, TrainingSet, metrics};
use serde::{Deserialize, Serialize};

use super::Member;
use super::folds::{out_of_fold, wrong_share};
use super::rademacher::rademacher;
use crate::Error;
use crate::maps::refuse;

/// What is known of the error on new objects, given that on the labelled ones.
///
/// With m labels, R the empirical error and δ the probability that the bound fails, for one member at a time. Bounds of this
/// kind are loose: with tens of labels the first two mostly exceed 1, and then say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// R + √((h (ln(2m/h) + 1) + ln(4/δ))/m), with R the error of the fitted member on what it learned from and h its
    /// [`super::Capacity`] (Vapnik 1998). One fit.
    Vc,
    /// R + 2 C + 3 √(ln(2/δ)/(2m)), with C the empirical Rademacher complexity of the member's errors (Bartlett & Mendelson
    /// 2002, JMLR 3:463). C = E sup (1/m) Σ σᵢ [wrong at i] over random signs σ is estimated by refits: where σᵢ = 1 the class is
    /// replaced by another, where it is −1 it is kept, and the member learns that. What it then reaches is not the supremum but
    /// what its own way of learning finds, k nearest neighbours and support vector machines too; so C is a little too small, and
    /// the bound no longer a theorem. 1 + `draws` fits.
    Rademacher {
        /// The number of draws of signs, at least 1.
        draws: usize,
    },
    /// The largest p with kl(R ‖ p) ≤ (ln(1/π(θ)) + ln(2√m/δ))/m: the PAC-Bayes bound of Maurer (2004, arXiv:cs/0411099) for the
    /// posterior that has all its mass on θ, whose divergence from the prior is ln(1/π(θ)). A theorem of this kind is about
    /// predictors that did not learn from the m labels; so R is the error out of fold, where each label is predicted without it,
    /// and the bound holds but for the folds' models not being quite the final one. The prior counts twice in the posterior, once
    /// here. `folds` fits.
    PacBayes {
        /// The number of folds, at least 2; as many as labels if there are fewer.
        folds: usize,
    },
}

impl Default for Bound {
    fn default() -> Self {
        Self::PacBayes { folds: 5 }
    }
}

impl Bound {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::Rademacher { draws: 0 } => refuse("draws", 0, "at least 1"),
            Self::PacBayes { folds } if *folds < 2 => refuse("folds", folds, "at least 2"),
            _ => Ok(()),
        }
    }

    /// The bound of one member at these labels. `mass` is π(θ), `delta` the probability that the bound fails. With weights, m is
    /// their effective size.
    ///
    /// # Errors
    /// Parameters out of range; what the learner says; for PAC-Bayes, fewer than two labels.
    pub fn of(
        &self,
        member: &Member,
        data: &TrainingSet<'_>,
        mass: f64,
        delta: f64,
        seed: u64,
    ) -> Result<Bounded, Error> {
        self.check()?;
        if !(delta > 0.0 && delta < 1.0) {
            return refuse("delta", delta, "between 0 and 1");
        }
        if !(mass > 0.0 && mass <= 1.0) {
            return refuse("mass", mass, "above 0 and up to 1");
        }
        data.check()?;
        let m = data.weights.map_or(data.y.len() as f64, effective_size);
        if let Self::PacBayes { folds } = self {
            if data.y.len() < 2 {
                let what = "it has 1 object, but an error out of fold needs 2 or more".to_owned();
                return Err(Error::Domain { domain: "labelled target", what });
            }
            let (guessed, fits) = out_of_fold(member.learner.as_ref(), data, *folds, seed)?;
            let empirical = wrong_share(data, &guessed);
            let value = pac_bayes_bound(empirical, -mass.ln(), m, delta);
            return Ok(Bounded { empirical, value, fits, classifier: None });
        }
        let classifier = member.learner.fit(data, seed)?;
        let empirical = wrong_share(data, &metrics::most_probable(&classifier.predict_proba(data.x)?));
        let (value, fits) = match self {
            Self::Rademacher { draws } => {
                let complexity = rademacher(member.learner.as_ref(), data, *draws, seed)?;
                (rademacher_bound(empirical, complexity, m, delta), 1 + draws)
            }
            _ => (vc_bound(empirical, member.capacity.at(data.x), m, delta), 1),
        };
        Ok(Bounded { empirical, value, fits, classifier: Some(classifier) })
    }
}

/// What a bound says of a member.
pub struct Bounded {
    /// R.
    pub empirical: f64,
    /// ε before it is clipped at 1.
    pub value: f64,
    /// How many models were fitted.
    pub fits: usize,
    /// The member fitted to all labels with the seed given, if the bound needed that.
    pub classifier: Option<Box<dyn Classifier>>,
}

/// R + √((h (ln(2m/h) + 1) + ln(4/δ))/m). h counts as 2m at most, beyond which the formula would fall again.
pub fn vc_bound(empirical: f64, capacity: f64, m: f64, delta: f64) -> f64 {
    let h = capacity.min(2.0 * m);
    empirical + ((h * ((2.0 * m / h).ln() + 1.0) + (4.0 / delta).ln()) / m).sqrt()
}

/// R + 2 C + 3 √(ln(2/δ)/(2m)).
pub fn rademacher_bound(empirical: f64, complexity: f64, m: f64, delta: f64) -> f64 {
    empirical + 2.0 * complexity + 3.0 * ((2.0 / delta).ln() / (2.0 * m)).sqrt()
}

/// The largest p with kl(R ‖ p) ≤ (`divergence` + ln(2√m/δ))/m, by bisection.
pub fn pac_bayes_bound(empirical: f64, divergence: f64, m: f64, delta: f64) -> f64 {
    let room = (divergence + (2.0 * m.sqrt() / delta).ln()) / m;
    let (mut low, mut high) = (empirical.clamp(0.0, 1.0), 1.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        *(if relative_entropy(empirical, middle) <= room { &mut low } else { &mut high }) = middle;
    }
    low
}

/// kl(q ‖ p) of two coins.
fn relative_entropy(q: f64, p: f64) -> f64 {
    let part = |q: f64, p: f64| if q > 0.0 { q * (q / p).ln() } else { 0.0 };
    part(q, p) + part(1.0 - q, 1.0 - p)
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Matrix, Scaling};
    use proptest::prelude::*;

    use super::*;
    use crate::complexity::Family;

    /// Two groups that any member tells apart, and one object of the other class in either.
    fn groups() -> (Matrix, Vec<u32>) {
        let x = (0..40).map(|row| f64::from(row / 20) * 10.0 + f64::from(row % 20) * 0.1).collect();
        (Matrix::new(40, 1, x).unwrap(), (0..40).map(|row| (row / 20) ^ u32::from(row % 20 == 9)).collect())
    }

    #[test]
    fn bounds_tell_simple_from_complex() {
        let (x, y) = groups();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let family = Family::knn(&[1, 7], Scaling::None);
        let of = |bound: Bound, at: usize| bound.of(&family.members[at], &data, 0.5, 0.05, 2).unwrap();
        for bound in [Bound::Vc, Bound::Rademacher { draws: 20 }, Bound::PacBayes { folds: 5 }] {
            let (simple, complex) = (of(bound, 0), of(bound, 1));
            assert!(simple.value < complex.value, "{bound:?}: {} and {}", simple.value, complex.value);
            assert!(simple.value > simple.empirical);
        }
        assert_eq!((of(Bound::Vc, 0).empirical, of(Bound::Vc, 1).empirical), (0.05, 0.0));
        // One neighbour is its own: any classes are learned by heart, and half of the signs are +1.
        let complexity = rademacher(family.members[1].learner.as_ref(), &data, 50, 1).unwrap();
        assert!((complexity - 0.5).abs() < 0.04, "{complexity}");
        let fits = |bound| of(bound, 0).fits;
        assert_eq!(
            (fits(Bound::Vc), fits(Bound::Rademacher { draws: 3 }), fits(Bound::PacBayes { folds: 4 })),
            (1, 4, 4)
        );
    }

    #[test]
    fn what_cannot_be_bounded_is_named() {
        let (x, y) = groups();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let member = &Family::knn(&[1], Scaling::None).members[0];
        let refused = |bound: Bound, mass: f64, delta: f64| {
            matches!(bound.of(member, &data, mass, delta, 0), Err(Error::Parameter { .. }))
        };
        assert!(refused(Bound::Rademacher { draws: 0 }, 0.5, 0.1));
        assert!(refused(Bound::PacBayes { folds: 1 }, 0.5, 0.1));
        assert!(refused(Bound::Vc, 0.0, 0.1) && refused(Bound::Vc, f64::NAN, 0.1));
        assert!(refused(Bound::Vc, 0.5, 0.0) && refused(Bound::Vc, 0.5, 1.0));
        let (x, y) = (x.select_rows(&[0]), [0]);
        let one = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        assert!(Bound::default().of(member, &one, 0.5, 0.1, 0).is_err());
        assert!(Bound::Vc.of(member, &one, 0.5, 0.1, 0).is_ok());
        assert!(Bound::Rademacher { draws: 2 }.of(member, &one, 0.5, 0.1, 0).is_ok());
    }

    proptest! {
        #[test]
        fn more_labels_fewer_errors_and_simpler_members_are_better(
            error in 0.0..1.0f64, more in 0.0..1.0f64, m in 1.0..1e4f64, h in 1.0..1e5f64, delta in 1e-6..0.5f64,
        ) {
            let worse = error + more * (1.0 - error);
            for bound in [vc_bound, rademacher_bound, pac_bayes_bound] {
                prop_assert!(bound(error, h, m, delta) >= error);
                prop_assert!(bound(worse, h, m, delta) >= bound(error, h, m, delta) - 1e-9);
                prop_assert!(bound(error, 1.5 * h, m, delta) >= bound(error, h, m, delta) - 1e-9);
                prop_assert!(bound(error, h, m, delta / 2.0) >= bound(error, h, m, delta) - 1e-9);
            }
            prop_assert!(pac_bayes_bound(error, h, m, delta) <= 1.0);
        }
    }
}
