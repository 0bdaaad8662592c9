//! Scores by the source's labels.

use super::{Score, Trial};
use crate::Error;

/// Weights and errors (0 or 1) of the source objects that were held out.
fn held_out(trial: &Trial<'_>) -> Result<Vec<(f64, f64)>, Error> {
    let weights = trial.domains().importance()?;
    let pairs = weights.iter().zip(trial.held_out()?);
    Ok(pairs
        .filter_map(|(weight, right)| right.map(|right| (*weight, if right { 0.0 } else { 1.0 })))
        .collect())
}

pub(super) fn weighted(trial: &Trial<'_>) -> Result<Score, Error> {
    let pairs = held_out(trial)?;
    let mean = pairs.iter().map(|(weight, _)| weight).sum::<f64>() / pairs.len() as f64;
    // Where no source object looks like the target, all count alike.
    let share = |weight: f64| if mean > 0.0 { weight / mean } else { 1.0 };
    Ok(Score::mean_of(pairs.iter().map(|(weight, wrong)| share(*weight) * (1.0 - wrong)).collect()))
}

pub(super) fn dev(trial: &Trial<'_>) -> Result<Score, Error> {
    let pairs = held_out(trial)?;
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|(weight, _)| weight).sum::<f64>() / count;
    let risk = pairs.iter().map(|(weight, wrong)| weight * wrong).sum::<f64>() / count;
    let covariance: f64 = pairs.iter().map(|(weight, wrong)| (weight * wrong - risk) * (weight - mean)).sum();
    let variance: f64 = pairs.iter().map(|(weight, _)| (weight - mean).powi(2)).sum();
    let eta = if variance > 0.0 { -covariance / variance } else { 0.0 };
    let gain = |(weight, wrong): &(f64, f64)| 1.0 - (weight * wrong + eta * (weight - 1.0));
    Ok(Score::mean_of(pairs.iter().map(gain).collect()))
}

pub(super) fn circular(trial: &Trial<'_>) -> Result<Score, Error> {
    let source = trial.domains().source();
    let said = trial.reversed()?;
    let mut counts = vec![0.0; source.n_classes];
    source.y.iter().for_each(|&class| counts[class as usize] += 1.0);
    let present = counts.iter().filter(|count| **count > 0.0).count() as f64;
    let all = source.y.len() as f64;
    let part = |(said, class): (&u32, &u32)| {
        if said == class { all / (present * counts[*class as usize]) } else { 0.0 }
    };
    Ok(Score::mean_of(said.iter().zip(source.y).map(part).collect()))
}
