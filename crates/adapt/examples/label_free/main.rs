//! How well scores without labels of the target rank methods.
//!
//! `label_free [--csv SOURCE TARGET | --only PAIR,..] [--guard SCORE] [--lines FILE] [--most N] [--repeats N]`: fits every method with three scales and
//! several learners to each pair of domains, and prints the rank correlation (Spearman) of each score with accuracy and
//! balanced accuracy on the target, whose classes serve for that alone. Without `--csv` the pairs are Mars landforms,
//! supernovae drawn unevenly and digits, from `$HESPER_DATA` or else `../shared/data`. `--guard` instead counts what the guard
//! does to the choice by a score, on these and on synthetic shifts.

mod data;
mod guard;
mod methods;

use std::io::Write;

use data::{Pair, Result};
use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::{Domains, LabelFreeScore, Score, Trial};
use hesper_adapt::{Source, Target};
use hesper_learn::metrics;
use serde_json::{Map, Value, json};

fn main() -> Result<()> {
    let (mut pairs, mut only, mut guarded, mut lines, mut most, mut repeats) =
        (None, None, None, None, 600, 1u64);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
        match &*argument {
            "--only" => only = Some(next()?),
            "--csv" => pairs = Some(vec![data::pair_of_files(&next()?, &next()?)?]),
            "--guard" => guarded = Some(LabelFreeScore::named(&next()?)?),
            "--lines" => lines = Some(std::fs::File::create(next()?)?),
            "--most" => most = next()?.parse()?,
            "--repeats" => repeats = next()?.parse()?,
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    let pairs = match (pairs, &only) {
        (Some(pairs), _) => pairs,
        (None, Some(names)) => {
            let mut all = data::guarded()?;
            all.retain(|pair| names.split(',').any(|name| name == pair.name));
            all
        }
        (None, None) if guarded.is_some() => data::guarded()?,
        (None, None) => data::judged()?,
    };
    if let Some(score) = guarded {
        return guard::report(&pairs, score, most, repeats);
    }
    for pair in &pairs {
        for repeat in 0..repeats {
            let found = configurations(&pair.drawn(most, repeat), repeat)?;
            if let Some(lines) = &mut lines {
                for line in &found {
                    writeln!(lines, "{}", Value::from(line.clone()))?;
                }
            }
            for score in LabelFreeScore::ALL {
                let name = score.info().name;
                let ranks = |truth: &str| spearman(&found, name, truth);
                println!(
                    "{:12} {repeat} {name:20} {:6.2} {:6.2}  of {}",
                    pair.name,
                    ranks("accuracy"),
                    ranks("balanced"),
                    found.len()
                );
            }
        }
    }
    Ok(())
}

/// One line for each configuration that could be fitted and scored.
fn configurations(pair: &Pair, seed: u64) -> Result<Vec<Map<String, Value>>> {
    let source = Source { x: &pair.x, y: &pair.y, n_classes: pair.n_classes };
    let domains = Domains::new(source, Target { x: &pair.t }, seed)?;
    let learners = methods::learners();
    let candidates = methods::configurations(&learners);
    let mut trials = Vec::new();
    let mut named = Vec::new();
    for candidate in &candidates {
        let learner = candidate.learner.as_ref().ok_or("no learner")?;
        match Trial::new(&domains, candidate.method.as_ref(), learner.as_ref()) {
            Ok(trial) => {
                trials.push(trial);
                named.push(&candidate.name);
            }
            Err(error) => eprintln!("{}: {}: {error}", pair.name, candidate.name),
        }
    }
    let scores: Vec<Vec<Option<Score>>> = LabelFreeScore::ALL
        .iter()
        .map(|score| score.of(&trials).into_iter().map(std::result::Result::ok).collect())
        .collect();
    let shares: Vec<Value> = learners
        .iter()
        .map(|(_, learner)| {
            json!(PriorCorrection::em().shares(&source, &Target { x: &pair.t }, learner.as_ref(), seed).ok())
        })
        .collect();
    let mut found = Vec::new();
    for (at, (trial, name)) in trials.iter().zip(&named).enumerate() {
        let learner = learners.iter().position(|(learner, _)| name.ends_with(learner)).ok_or("no learner")?;
        let plain =
            named.iter().position(|other| **other == format!("source-only/none/{}", learners[learner].0));
        let Some(plain) = plain else { continue };
        let own: Option<Vec<&Score>> = scores.iter().map(|scores| scores[at].as_ref()).collect();
        let other: Option<Vec<&Score>> = scores.iter().map(|scores| scores[plain].as_ref()).collect();
        let (Some(own), Some(other)) = (own, other) else {
            eprintln!("{}: {name}: not every score", pair.name);
            continue;
        };
        let mut line = line(pair, trial, &trials[plain].predicted(), &own, &other)?;
        line.insert("name".to_owned(), json!(name));
        line.insert("shares".to_owned(), shares[learner].clone());
        line.insert("seed".to_owned(), json!(seed));
        found.push(line);
    }
    Ok(found)
}

fn line(
    pair: &Pair,
    trial: &Trial<'_>,
    before: &[u32],
    own: &[&Score],
    other: &[&Score],
) -> Result<Map<String, Value>> {
    let predicted = trial.predicted();
    let alike = predicted.iter().zip(before).filter(|(a, b)| a == b).count();
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    put("pair", json!(pair.name));
    put("accuracy", json!(metrics::accuracy(&pair.truth, &predicted)?));
    put("balanced", json!(metrics::balanced_accuracy(&pair.truth, &predicted)?));
    put("accuracy_before", json!(metrics::accuracy(&pair.truth, before)?));
    put("balanced_before", json!(metrics::balanced_accuracy(&pair.truth, before)?));
    put("effective_size", json!(trial.fitted().effective_size.map(|size| size / pair.y.len() as f64)));
    put("predicted", json!(trial.predicted_shares()));
    put("alike", json!(alike as f64 / before.len() as f64));
    for ((score, own), other) in LabelFreeScore::ALL.iter().zip(own).zip(other) {
        put(score.info().name, json!(own.value));
        // The gain over the source alone, and its standard deviation.
        let gains: Vec<f64> = own.objects.iter().zip(&other.objects).map(|(a, b)| a - b).collect();
        let mean = gains.iter().sum::<f64>() / gains.len() as f64;
        let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / gains.len() as f64;
        put(&format!("{} gain", score.info().name), json!([mean, (variance / gains.len() as f64).sqrt()]));
    }
    Ok(line)
}

/// The correlation of the ranks of two numbers.
fn spearman(lines: &[Map<String, Value>], a: &str, b: &str) -> f64 {
    let values = |name: &str| -> Vec<f64> { lines.iter().filter_map(|line| line[name].as_f64()).collect() };
    let (a, b) = (ranks(&values(a)), ranks(&values(b)));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (ma, mb) = (mean(&a), mean(&b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(&b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// Ranks, the mean of them where values are equal.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        below + 0.5 * (equal - 1.0)
    };
    values.iter().map(rank).collect()
}
