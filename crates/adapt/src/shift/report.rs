use hesper_learn::conformal::{ShiftParams, shift_weights};
use hesper_learn::split::stratified_k_fold;
use hesper_learn::{Learner, TrainingSet, cross_validate};
use serde::{Deserialize, Serialize};

use super::mmd::Kernels;
use super::prior::shares;
use super::{FeatureShift, Mmd, TwoSample, bbse, check_pairs, drawn, em, feature_shifts, two_sample};
use crate::{Error, Source, Target};

const PERMUTATIONS: usize = 1000;
/// How many objects of each domain the kernels are of, at most.
const KERNEL_OBJECTS: usize = 2000;
/// A p-value below which domains count as different.
const LEVEL: f64 = 0.05;

/// What kind of shift the figures speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// The domains cannot be told apart.
    None,
    /// The classes come in other shares; within a class, objects look alike.
    Prior,
    /// Objects come in other numbers, but both domains have of all kinds.
    Covariate,
    /// The domains hardly overlap: what a source object tells of a target object is open.
    Concept,
}

/// The classes' shares in source and target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriorShift {
    /// The shares in the source.
    pub source: Vec<f64>,
    /// Those in the target by black-box shift estimation, if the learner tells the classes.
    pub bbse: Option<Vec<f64>>,
    /// Those in the target by maximum likelihood.
    pub em: Vec<f64>,
    /// The part of the biased MMD² that goes away when the source's classes are weighted to the shares by `em`; below 0 if it
    /// grows.
    pub explained: f64,
}

/// How source and target differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftReport {
    /// Objects of source and target.
    pub objects: [usize; 2],
    /// The classifier two-sample test and proxy A-distance.
    pub two_sample: TwoSample,
    /// The maximum mean discrepancy.
    pub mmd: Mmd,
    /// Each feature, most different first.
    pub features: Vec<FeatureShift>,
    /// The classes; nothing if the source has fewer than two, or a class with a single object.
    pub prior: Option<PriorShift>,
    /// (Σ w)²/Σ w² of weights by the learner as discriminator: so many source objects speak for the target.
    pub effective_size: f64,
    /// The kind of shift.
    pub suspicion: Suspicion,
    /// What that means and what to try, in words.
    pub verdict: String,
}

/// All that can be said of a shift without labels of the target. Features are compared as they are given: scale them before.
///
/// The kernels are of at most 2,000 objects of each domain, drawn at random.
///
/// # Errors
/// As [`super::two_sample()`].
pub fn report(
    source: &Source<'_>,
    target: &Target<'_>,
    learner: &dyn Learner,
    seed: u64,
) -> Result<ShiftReport, Error> {
    check_pairs(source, target)?;
    let two_sample = two_sample(source, target, learner, PERMUTATIONS, seed)?;
    let features = feature_shifts(source, target)?;
    let params = ShiftParams { folds: 5.min(source.x.rows()).min(target.x.rows()), ..Default::default() };
    let effective_size = shift_weights(&params, learner, source.x, target.x, seed)?.effective_size;
    let (rows, x) = drawn(source.x, KERNEL_OBJECTS, seed);
    let y: Vec<u32> = rows.iter().map(|&row| source.y[row]).collect();
    let (_, t) = drawn(target.x, KERNEL_OBJECTS, seed ^ 1);
    let kernels = Kernels::new(&Source { x: &x, y: &y, n_classes: source.n_classes }, &Target { x: &t });
    let mmd = kernels.test(PERMUTATIONS, seed);
    let prior = prior_shift(source, target, learner, &kernels, &y, seed)?;
    let explained = prior.as_ref().map_or(0.0, |prior| prior.explained);
    let share = effective_size / source.x.rows() as f64;
    let suspicion = if two_sample.p_value > LEVEL && mmd.p_value > LEVEL {
        Suspicion::None
    } else if explained > 0.7 {
        Suspicion::Prior
    } else if two_sample.auc > 0.95 || share < 0.05 {
        Suspicion::Concept
    } else {
        Suspicion::Covariate
    };
    let objects = [source.x.rows(), target.x.rows()];
    let figures = format!(
        "proxy A-distance {:.2} of 2 (p = {:.3}), MMD² {:.4} (p = {:.3}), {:.0} of {} source objects effective",
        two_sample.a_distance, two_sample.p_value, mmd.squared, mmd.p_value, effective_size, objects[0]
    );
    let verdict = format!("{}: {figures}.", words(suspicion, explained));
    Ok(ShiftReport { objects, two_sample, mmd, features, prior, effective_size, suspicion, verdict })
}

fn words(suspicion: Suspicion, explained: f64) -> String {
    match suspicion {
        Suspicion::None => "No shift is seen: learn from the source as it is".to_owned(),
        Suspicion::Prior => format!(
            "Prior shift is suspected, for other shares of the classes explain {:.0} % of the discrepancy: try label shift (EM, BBSE)",
            100.0 * explained
        ),
        Suspicion::Covariate => "Covariate shift is suspected, for the domains differ but overlap: try weights, and maps such as \
                                 CORAL. Whether like objects are of like classes no test without labels of the target can tell"
            .to_owned(),
        Suspicion::Concept => "The domains hardly overlap, so that concept shift cannot be ruled out: weights will not help; try \
                               maps (per-domain standardisation, CORAL, optimal transport) and ask for some labels of the target"
            .to_owned(),
    }
}

fn prior_shift(
    source: &Source<'_>,
    target: &Target<'_>,
    learner: &dyn Learner,
    kernels: &Kernels,
    y: &[u32],
    seed: u64,
) -> Result<Option<PriorShift>, Error> {
    let own_shares = shares(source.y, source.n_classes);
    let single = 1.5 / source.y.len() as f64;
    let seen = own_shares.iter().filter(|share| **share > 0.0).count();
    if seen < 2 || own_shares.iter().any(|share| *share > 0.0 && *share < single) {
        return Ok(None);
    }
    let data = TrainingSet { x: source.x, y: source.y, weights: None, n_classes: source.n_classes };
    let folds = stratified_k_fold(source.y, 5.min(source.y.len()), seed)?;
    let own = cross_validate(learner, &data, &folds, seed)?.probabilities;
    let other = learner.fit(&data, seed)?.predict_proba(target.x)?;
    let em = em(source, &other)?;
    let drawn = shares(y, source.n_classes);
    let reached: f64 = em.iter().zip(&drawn).filter(|(_, drawn)| **drawn > 0.0).map(|(em, _)| em).sum();
    let weight = |&class: &u32| em[class as usize] / drawn[class as usize] / y.len() as f64 / reached;
    let weights: Vec<f64> = y.iter().map(weight).collect();
    let before = kernels.weighted(&vec![1.0 / y.len() as f64; y.len()]);
    let explained =
        if before > 0.0 && reached > 0.0 { 1.0 - kernels.weighted(&weights) / before } else { 0.0 };
    Ok(Some(PriorShift { source: own_shares, bbse: bbse(source, &own, &other).ok(), em, explained }))
}
