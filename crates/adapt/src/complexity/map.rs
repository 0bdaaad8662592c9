use hesper_learn::TrainingSet;
use hesper_learn::conformal::effective_size;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Bound, Bounded, Choice, ComplexityPrior, Family};
use crate::Error;
use crate::maps::refuse;

/// How the most likely member a posteriori is found: θ* = argmax ln π(θ) − β m ε(θ), among the likeliest of the prior.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MapParams {
    /// ε. Default: PAC-Bayes with five folds.
    pub bound: Bound,
    /// β, how much one label counts against the prior; 0 or more. Default 1.
    pub beta: f64,
    /// δ, the probability that the bound of a member fails; between 0 and 1. Default 0.05.
    pub delta: f64,
    /// Members are looked at, the likeliest of the prior first, until they have so much of its mass, and all that are as likely as
    /// the last one; above 0 and up to 1. Default 0.9.
    pub top: f64,
    /// Whether ε is clipped at 1, as errors are. Unclipped, a bound that says nothing about errors still prefers the simpler
    /// member: structural risk minimisation. Default true.
    pub clip: bool,
}

impl Default for MapParams {
    fn default() -> Self {
        Self { bound: Bound::default(), beta: 1.0, delta: 0.05, top: 0.9, clip: true }
    }
}

impl MapParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        self.bound.check()?;
        if !(self.beta >= 0.0 && self.beta.is_finite()) {
            return refuse("beta", self.beta, "0 or more, and finite");
        }
        if !(self.delta > 0.0 && self.delta < 1.0) {
            return refuse("delta", self.delta, "between 0 and 1");
        }
        if !(self.top > 0.0 && self.top <= 1.0) {
            return refuse("top", self.top, "above 0 and up to 1");
        }
        Ok(())
    }
}

/// A member that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its number in the family.
    pub member: usize,
    /// π(θ).
    pub prior: f64,
    /// R, the empirical error as its bound has it.
    pub empirical: f64,
    /// ε(θ) before it is clipped.
    pub bound: f64,
    /// ln π(θ) − β m ε(θ).
    pub log_posterior: f64,
}

/// Below so many nats between the best and the worst the labels have no say.
const SILENT: f64 = 0.1;

/// The most likely member a posteriori, fitted; of equals the one that the prior prefers. Everything was checked before.
pub(super) fn map(
    family: &Family,
    prior: &ComplexityPrior,
    data: &TrainingSet<'_>,
    params: &MapParams,
    seed: u64,
) -> Result<Choice, Error> {
    let mass = prior.mass();
    let tried = likeliest(&mass, params.top);
    let mut bounded: Vec<Bounded> = tried
        .par_iter()
        .map(|&at| params.bound.of(&family.members[at], data, mass[at], params.delta, seed))
        .collect::<Result<_, _>>()?;
    let m = data.weights.map_or(data.y.len() as f64, effective_size);
    let used = |value: f64| if params.clip { value.min(1.0) } else { value };
    let likelihood = |bounded: &Bounded| -params.beta * m * used(bounded.value);
    let (mut best, mut highest) = (0, f64::NEG_INFINITY);
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut candidates = Vec::with_capacity(tried.len());
    for (place, (&member, bounded)) in tried.iter().zip(&bounded).enumerate() {
        let likelihood = likelihood(bounded);
        let log_posterior = mass[member].ln() + likelihood;
        if log_posterior > highest {
            (best, highest) = (place, log_posterior);
        }
        (least, most) = (least.min(likelihood), most.max(likelihood));
        candidates.push(Candidate {
            member,
            prior: mass[member],
            empirical: bounded.empirical,
            bound: bounded.value,
            log_posterior,
        });
    }
    let mut fits = bounded.iter().map(|bounded| bounded.fits).sum();
    let classifier = match bounded.swap_remove(best).classifier {
        Some(classifier) => classifier,
        None => {
            fits += 1;
            family.members[tried[best]].learner.fit(data, seed)?
        }
    };
    let mut choice = Choice::new(family, tried[best], fits, classifier, Vec::new());
    let vacuous = candidates.iter().filter(|candidate| candidate.bound >= 1.0).count();
    if vacuous > 0 && params.clip {
        choice.warnings.push(format!(
            "the bound of {vacuous} of {} members is 1 or more and says nothing: {m:.1} labels are too few for it",
            tried.len()
        ));
    }
    if tried.len() > 1 && most - least < SILENT {
        choice.warnings.push(format!(
            "the labels' likelihoods differ by {:.3} nats at most: the prior alone decides",
            most - least
        ));
    }
    choice.evidence = Some(most - least);
    choice.candidates = candidates;
    Ok(choice)
}

/// The members with the largest masses that together have the share `top`, the likeliest first, and all as likely as the last.
fn likeliest(mass: &[f64], top: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..mass.len()).collect();
    order.sort_by(|&a, &b| mass[b].total_cmp(&mass[a]));
    let (mut sum, mut count) = (0.0, 0);
    // Masses add up to 1 only as well as they can.
    while count < order.len() && sum < top - 1e-9 {
        sum += mass[order[count]];
        count += 1;
    }
    while count < order.len() && mass[order[count]] >= mass[order[count - 1]] * (1.0 - 1e-9) {
        count += 1;
    }
    order.truncate(count);
    order
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Matrix, Scaling};

    use super::*;
    use crate::Source;
    use crate::complexity::{Choose, PriorParams};

    #[test]
    fn the_likeliest_are_looked_at() {
        assert_eq!(likeliest(&[0.1, 0.6, 0.3], 0.9), [1, 2]);
        assert_eq!(likeliest(&[0.1, 0.6, 0.3], 0.91), [1, 2, 0]);
        assert_eq!(likeliest(&[0.1, 0.6, 0.3], 0.5), [1]);
        assert_eq!(likeliest(&[0.25; 4], 0.1), [0, 1, 2, 3]);
        assert_eq!(likeliest(&[1.0], 1.0), [0]);
        assert_eq!(likeliest(&[0.1; 10], 1.0).len(), 10);
    }

    /// Stripes of six objects of one class.
    fn stripes(rows: u32) -> (Matrix, Vec<u32>) {
        let x = Matrix::new(rows as usize, 1, (0..rows).map(f64::from).collect()).unwrap();
        (x, (0..rows).map(|row| row / 6 % 2).collect())
    }

    #[test]
    fn labels_overrule_the_prior_as_far_as_they_are_asked() {
        let (x, y) = stripes(60);
        let family = Family::knn(&[1, 40], Scaling::None);
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        // A source of noise around one class, where many neighbours are best.
        let noise: Vec<u32> = (0..60).map(|row| u32::from(row % 5 == 2)).collect();
        let source = Source { x: &x, y: &noise, n_classes: 2 };
        let prior = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 1).unwrap();
        assert_eq!(prior.best(), 0);
        let of = |params: MapParams| Choose::Map(params).choose(&family, &prior, &data, 1).unwrap();
        let open = MapParams { top: 1.0, ..MapParams::default() };
        assert_eq!(of(open).name, "k = 1");
        let deaf = of(MapParams { beta: 0.0, ..open });
        assert_eq!((deaf.name.as_str(), deaf.evidence), ("k = 40", Some(0.0)));
        assert!(deaf.warnings.iter().any(|warning| warning.contains("the prior alone decides")));
        // The bound of one neighbour, who learns all by heart, is beyond 1, and so is that of the majority.
        let vc = of(MapParams { bound: Bound::Vc, ..open });
        assert_eq!(vc.name, "k = 40");
        assert!(vc.warnings.iter().any(|warning| warning.contains("of 2 members is 1 or more")));
        for candidate in &of(open).candidates {
            let expected = candidate.prior.ln() - 60.0 * candidate.bound.min(1.0);
            assert!((candidate.log_posterior - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn ranges_are_checked() {
        let good = MapParams::default();
        good.check().unwrap();
        for bad in [
            MapParams { beta: -1.0, ..good },
            MapParams { beta: f64::INFINITY, ..good },
            MapParams { delta: 0.0, ..good },
            MapParams { top: 0.0, ..good },
            MapParams { top: f64::NAN, ..good },
            MapParams { bound: Bound::PacBayes { folds: 0 }, ..good },
        ] {
            assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
        }
        let text = serde_json::to_string(&Choose::Map(good)).unwrap();
        assert_eq!(serde_json::from_str::<Choose>(&text).unwrap(), Choose::Map(good));
        assert!(serde_json::from_str::<MapParams>(r#"{"betas": 1}"#).is_err());
    }
}
