use hesper_learn::Scaling;
use serde::{Deserialize, Serialize};

use super::search::search;
use super::{Family, PriorParams};
use crate::{Error, Source};

/// How likely each member of a family is to suit tasks like the source: what one survey learns about complexity, on disk or
/// carried to the next one.
///
/// π(θ) ∝ ε0 + mean over bootstraps b of softmax over θ of s √n_b · score_b(θ), where score_b is the score on the n_b
/// objects that b did not draw and s is [`PriorParams::sharpness`].
///
/// ```
/// use hesper_adapt::Source;
/// use hesper_adapt::complexity::{ComplexityPrior, Family, PriorParams};
/// use hesper_learn::{Matrix, Scaling};
/// let x = Matrix::new(40, 1, (0..40).map(f64::from).collect())?;
/// let y: Vec<u32> = (0..40).map(|row| row / 20).collect();
/// let family = Family::knn(&[1, 3, 40], Scaling::None);
/// let source = Source { x: &x, y: &y, n_classes: 2 };
/// let prior = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 1)?;
/// assert!(prior.mass()[0] < prior.mass()[2]);
/// let carried = ComplexityPrior::from_json(&prior.to_json()?)?;
/// carried.check(&family)?;
/// # Ok::<(), hesper_adapt::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplexityPrior {
    version: u32,
    family: String,
    scaling: Scaling,
    members: Vec<Record>,
    /// Nothing for a prior that was not learned.
    learned: Option<Learned>,
}

/// What is known of one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    learner: String,
    /// As compact JSON, in which numbers stay what they are.
    parameters: String,
    mass: f64,
    /// The mean over the bootstraps, if learned.
    score: Option<f64>,
}

/// Where a prior comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// How it was learned.
    pub params: PriorParams,
    /// The number of objects of the source.
    pub objects: usize,
    /// The number of features of the source.
    pub features: usize,
    /// The seed.
    pub seed: u64,
    /// How many models were fitted.
    pub fits: usize,
}

const VERSION: u32 = 1;
const NAME: &str = "complexity prior";

impl ComplexityPrior {
    /// Learns from a source: the exhaustive search, done once. Members share their draws. The same source and seed give the same
    /// prior, whatever the number of threads.
    ///
    /// # Errors
    /// As [`Source::check`], [`Family::check`], [`PriorParams::check`]; what a learner says; a source so small that
    /// bootstraps draw every object.
    pub fn learn(
        source: &Source<'_>,
        family: &Family,
        params: &PriorParams,
        seed: u64,
    ) -> Result<Self, Error> {
        let found = search(source, family, params, seed)?;
        let learned = Learned {
            params: *params,
            objects: source.x.rows(),
            features: source.x.cols(),
            seed,
            fits: found.fits,
        };
        Ok(Self::new(family, &found.mass, Some(&found.scores), Some(learned)))
    }

    /// The prior of one who knows nothing: all members alike.
    ///
    /// # Errors
    /// As [`Family::check`].
    pub fn uniform(family: &Family) -> Result<Self, Error> {
        family.check()?;
        Ok(Self::new(family, &vec![1.0; family.members.len()], None, None))
    }

    fn new(family: &Family, mass: &[f64], scores: Option<&[f64]>, learned: Option<Learned>) -> Self {
        let total: f64 = mass.iter().sum();
        let members = family.members.iter().enumerate().map(|(at, member)| Record {
            name: member.name.clone(),
            learner: member.learner.name().to_owned(),
            parameters: member.learner.parameters().to_string(),
            mass: mass[at] / total,
            score: scores.map(|scores| scores[at]),
        });
        Self {
            version: VERSION,
            family: family.name.clone(),
            scaling: family.scaling,
            members: members.collect(),
            learned,
        }
    }

    /// π(θ) of each member, adding up to 1.
    pub fn mass(&self) -> Vec<f64> {
        self.members.iter().map(|member| member.mass).collect()
    }

    /// The mean score of each member on the source; nothing if the prior was not learned.
    pub fn scores(&self) -> Option<Vec<f64>> {
        self.members.iter().map(|member| member.score).collect()
    }

    /// Where the prior comes from; nothing if it was not learned.
    pub fn learned(&self) -> Option<&Learned> {
        self.learned.as_ref()
    }

    /// The name of the family it is about.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The most likely member, the first of equals.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (at, member) in self.members.iter().enumerate() {
            if member.mass > self.members[best].mass {
                best = at;
            }
        }
        best
    }

    /// The entropy of π in units of that of a uniform prior, from 0 (one member has it all) to 1 (the source says nothing).
    pub fn flatness(&self) -> f64 {
        let entropy: f64 = self.members.iter().map(|member| -member.mass * member.mass.ln()).sum();
        if self.members.len() < 2 { 0.0 } else { entropy / (self.members.len() as f64).ln() }
    }

    /// Checks that the prior is about this family, member by member with their parameters, and sound.
    ///
    /// # Errors
    /// [`Error::Failed`] says where they part.
    pub fn check(&self, family: &Family) -> Result<(), Error> {
        family.check()?;
        self.sound()?;
        let other = |what: String| {
            let what = format!("{what}; give the family that it was learned for, or learn it anew");
            Err(Error::Failed { method: NAME, what })
        };
        if self.family != family.name {
            return other(format!("it is about the family `{}`, not `{}`", self.family, family.name));
        }
        if self.scaling != family.scaling {
            return other(format!(
                "it is about features scaled by {:?}, not {:?}",
                self.scaling, family.scaling
            ));
        }
        if self.members.len() != family.members.len() {
            return other(format!(
                "it has {} members, but the family {}",
                self.members.len(),
                family.members.len()
            ));
        }
        let expected = Self::new(family, &vec![1.0; family.members.len()], None, None);
        for (at, (own, expected)) in self.members.iter().zip(&expected.members).enumerate() {
            let of = |record: &Record| {
                format!("`{}` ({} with {})", record.name, record.learner, record.parameters)
            };
            let (own, expected) = (of(own), of(expected));
            if own != expected {
                return other(format!("its member {at} is {own}, but the family's {expected}"));
            }
        }
        Ok(())
    }

    fn sound(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Failed { method: NAME, what });
        if self.version != VERSION {
            return wrong(format!("its version is {}, but this program reads {VERSION}", self.version));
        }
        if self.members.is_empty() {
            return wrong("it has no members".to_owned());
        }
        if let Some(member) = self.members.iter().find(|member| !(member.mass > 0.0 && member.mass <= 1.0)) {
            return wrong(format!(
                "the mass of `{}` is {}, but must be above 0 and up to 1",
                member.name, member.mass
            ));
        }
        let total: f64 = self.members.iter().map(|member| member.mass).sum();
        if (total - 1.0).abs() > 1e-6 {
            return wrong(format!("its masses add up to {total}, but must to 1"));
        }
        Ok(())
    }

    /// The prior as text, to be saved.
    ///
    /// # Errors
    /// Never for a sound prior.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self)
            .map_err(|error| Error::Failed { method: NAME, what: error.to_string() })
    }

    /// A prior that [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::Failed`] for text that is none, of another version, or with masses that are none.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let prior: Self = serde_json::from_str(text).map_err(|error| {
            let what = format!("this is not a prior as `to_json` writes it: {error}");
            Error::Failed { method: NAME, what }
        })?;
        prior.sound()?;
        Ok(prior)
    }
}

#[cfg(test)]
mod tests {
    use hesper_learn::Matrix;

    use super::*;

    /// Two classes in stripes of two objects: many neighbours know nothing.
    fn stripes() -> (Matrix, Vec<u32>) {
        let x = Matrix::new(60, 1, (0..60).map(f64::from).collect()).unwrap();
        (x, (0..60).map(|row| row / 6 % 2).collect())
    }

    #[test]
    fn the_source_says_how_complex_the_task_is() {
        let (x, y) = stripes();
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let family = Family::knn(&[1, 5, 40], Scaling::None);
        let prior = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 3).unwrap();
        let mass = prior.mass();
        assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(prior.best(), 2);
        assert!(mass[2] > 2.0 * mass[0], "{mass:?}");
        assert!(prior.flatness() < 1.0);
        assert_eq!(prior.learned().unwrap().fits, 60);
        let again = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 3).unwrap();
        assert_eq!(prior, again);
        assert_ne!(prior, ComplexityPrior::learn(&source, &family, &PriorParams::default(), 4).unwrap());
    }

    #[test]
    fn a_few_objects_want_simpler_models() {
        // One class but for noise.
        let (x, _) = stripes();
        let y: Vec<u32> = (0..60).map(|row| u32::from(row % 5 == 2)).collect();
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let family = Family::knn(&[1, 9], Scaling::None);
        let params = PriorParams { objects: Some(12), ..PriorParams::default() };
        let prior = ComplexityPrior::learn(&source, &family, &params, 3).unwrap();
        assert_eq!(prior.best(), 0);
    }

    #[test]
    fn priors_are_carried_and_refused_for_other_families() {
        let (x, y) = stripes();
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let family = Family::svm(&[0.1, 1.0 / 3.0], &[1.0], Scaling::Standard);
        let params = PriorParams { bootstraps: 2, ..PriorParams::default() };
        let prior = ComplexityPrior::learn(&source, &family, &params, 3).unwrap();
        let carried = ComplexityPrior::from_json(&prior.to_json().unwrap()).unwrap();
        carried.check(&family).unwrap();
        assert_eq!(carried.to_json().unwrap(), prior.to_json().unwrap());
        let refused = |family: &Family| prior.check(family).unwrap_err().to_string();
        assert!(refused(&Family::knn(&[], Scaling::Standard)).contains("`svm`, not `knn`"));
        assert!(
            refused(&Family::svm(&[0.1, 1.0 / 3.0], &[1.0], Scaling::None)).contains("Standard, not None")
        );
        assert!(refused(&Family::svm(&[0.1], &[1.0], Scaling::Standard)).contains("2 members"));
        assert!(refused(&Family::svm(&[0.1, 0.4], &[1.0], Scaling::Standard)).contains("member 1 is"));
        let text = prior.to_json().unwrap();
        let damaged = |from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            ComplexityPrior::from_json(&text.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(damaged("\"version\": 1", "\"version\": 9").contains("version is 9"));
        assert!(damaged("\"mass\": 0.", "\"mass\": -0.").contains("above 0"));
        assert!(damaged("\"mass\": 0.", "\"mass\": 0.00").contains("add up to"));
        assert!(damaged("\"family\"", "\"kind\"").contains("not a prior"));
    }

    #[test]
    fn what_cannot_be_learned_from_is_named() {
        let family = Family::knn(&[1], Scaling::None);
        let one = Matrix::from_rows(&[[1.0]]).unwrap();
        let error = ComplexityPrior::learn(
            &Source { x: &one, y: &[0], n_classes: 1 },
            &family,
            &PriorParams::default(),
            0,
        );
        assert!(error.unwrap_err().to_string().contains("take all of 1 objects"));
        assert_eq!(
            ComplexityPrior::uniform(&Family::knn(&[1, 2], Scaling::None)).unwrap().mass(),
            [0.5, 0.5]
        );
    }
}
