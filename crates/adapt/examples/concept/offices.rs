//! Digits of two post offices, from the labels of one to the digits of the other.

use std::error::Error;

use hesper_adapt::deep::{Dann, DeepCoral, NetworkParams};
use hesper_adapt::maps::{Coral, Ot, Scale, Standardise, Subspace};
use hesper_adapt::{Mapping, Method, Source, Target};
use hesper_learn::{Classifier, Learner, LogisticParams, Matrix, TrainingSet, metrics};
use hesper_nn::MlpParams;

use super::data::{Set, of_length};
use super::{Outcome, cpu_seconds};

const CLASSES: usize = 10;

/// Accuracy and CPU seconds of each method, in both directions. Digits have one length: 1 for logistic regression, for networks 16, which is a mean square of 1 for each pixel.
pub(crate) fn compare(mnist: &Set, usps: &Set, seeds: u64) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let mut found = Vec::new();
    for (direction, source, target) in [("MNIST to USPS", mnist, usps), ("USPS to MNIST", usps, mnist)] {
        let mut add = |name: &str, seed: u64, start: f64, classifier: &dyn Classifier, x: &Matrix| {
            let guessed = metrics::most_probable(&classifier.predict_proba(x)?);
            let accuracy = metrics::accuracy(&target.y, &guessed)?;
            found.push((direction.to_owned(), cpu_seconds() - start, name.to_owned(), seed, accuracy));
            Ok::<_, Box<dyn Error>>(())
        };
        let (short, short_target) = (of_length(source, 1.0)?, of_length(target, 1.0)?);
        let (source, target) = (&of_length(source, 16.0)?, &of_length(target, 16.0)?);
        let own = Source { x: &source.x, y: &source.y, n_classes: CLASSES };
        let others = Target { x: &target.x };
        let logistic = LogisticParams::default();
        let maps: [(&str, &dyn Mapping); 5] = [
            ("logistic, source only", &Standardise { scale: Scale::None }),
            ("CORAL + logistic", &Coral { centre: true, ..Coral::default() }),
            ("subspace + logistic", &Subspace::default()),
            ("OT + logistic", &Ot::default()),
            ("per-domain scaling + logistic", &Standardise { scale: Scale::PerDomain }),
        ];
        for (name, map) in maps {
            let start = cpu_seconds();
            let own = Source { x: &short.x, ..own };
            let aligned = map.align(&own, &Target { x: &short_target.x }, 0)?;
            let classifier = logistic.fit(&set(&aligned.source, source), 0)?;
            add(name, 0, start, classifier.as_ref(), &aligned.target)?;
        }
        for seed in 0..seeds {
            let start = cpu_seconds();
            let alone = MlpParams::default().fit(&set(&source.x, source), seed)?;
            add("network, source only", seed, start, alone.as_ref(), &target.x)?;
            for scale in [Scale::None, Scale::PerDomain] {
                let network = NetworkParams { scale, ..NetworkParams::default() };
                let alone = Dann { network: network.clone(), strength: 0.0, ..Dann::default() };
                let dann = Dann { network: network.clone(), ..Dann::default() };
                let coral = DeepCoral { network, ..DeepCoral::default() };
                for (name, method) in [
                    ("network with dropout, source only", &alone as &dyn Method),
                    ("DANN", &dann),
                    ("Deep CORAL", &coral),
                ] {
                    let start = cpu_seconds();
                    let fitted = method.fit(&own, &others, &logistic, seed)?;
                    add(&format!("{name}, {scale:?}"), seed, start, fitted.classifier.as_ref(), &target.x)?;
                }
            }
        }
    }
    Ok(found)
}

fn set<'a>(x: &'a Matrix, from: &'a Set) -> TrainingSet<'a> {
    TrainingSet { x, y: &from.y, weights: None, n_classes: CLASSES }
}

/// One line for each method and direction.
pub(crate) fn table(found: &[Outcome]) -> Result<(), Box<dyn Error>> {
    println!("| direction | method | accuracy | CPU s |\n|---|---|---|---|");
    let mut done: Vec<(&str, &str)> = Vec::new();
    for (direction, _, name, ..) in found {
        if done.contains(&(direction, name)) {
            continue;
        }
        done.push((direction, name));
        let rows: Vec<&Outcome> = found.iter().filter(|row| row.0 == *direction && row.2 == *name).collect();
        let accuracies: Vec<f64> = rows.iter().map(|row| row.4).collect();
        let interval = metrics::mean_interval(&accuracies, 0.95)?;
        let half = match rows.len() {
            1 => String::new(),
            _ => format!(" ± {:.3}", interval.upper - interval.estimate),
        };
        let seconds = rows.iter().map(|row| row.1).sum::<f64>() / rows.len() as f64;
        println!("| {direction} | {name} | {:.3}{half} | {seconds:.1} |", interval.estimate);
    }
    Ok(())
}
