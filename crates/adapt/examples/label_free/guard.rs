//! How often the guard saves from a worse model than the source-only one, and how often it costs a better one.

use std::collections::BTreeMap;
use std::sync::Arc;

use hesper_adapt::select::{Candidate, Domains, LabelFreeScore, Select, Trial};
use hesper_adapt::{Source, Target};
use hesper_learn::{Learner, metrics};

use crate::data::{Pair, Result};
use crate::methods;

/// A difference in accuracy that counts.
const COUNTS: f64 = 0.01;

/// Candidates by what the guard did with them and what they are, and what became of each choice.
#[derive(Default)]
pub(crate) struct Tally {
    /// Let pass and better, let pass and worse, refused and better, refused and worse; by accuracy and balanced accuracy.
    candidates: [[usize; 4]; 2],
    /// Accuracies of the baseline, the best score, the guarded choice and the best candidate.
    chosen: [Vec<[f64; 4]>; 2],
}

impl Tally {
    /// One line for accuracy and one for balanced accuracy.
    pub(crate) fn print(&self, what: &str) {
        for (metric, (counts, chosen)) in
            ["accuracy", "balanced"].iter().zip(self.candidates.iter().zip(&self.chosen))
        {
            let mean = |at: usize| chosen.iter().map(|row| row[at]).sum::<f64>() / chosen.len() as f64;
            let count =
                |at: usize, sign: f64| chosen.iter().filter(|row| sign * (row[at] - row[0]) > COUNTS).count();
            let worst = |at: usize| chosen.iter().map(|row| row[at] - row[0]).fold(f64::INFINITY, f64::min);
            println!(
                "{what:32} {metric:8} passed +{:4} −{:4}, refused +{:4} −{:4} | source-only {:.3}, best score {:.3} \
                 (+{:2} −{:2} worst {:+.3}), guarded {:.3} (+{:2} −{:2} worst {:+.3}), best {:.3} of {}",
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                mean(0),
                mean(1),
                count(1, 1.0),
                count(1, -1.0),
                worst(1),
                mean(2),
                count(2, 1.0),
                count(2, -1.0),
                worst(2),
                mean(3),
                chosen.len(),
            );
        }
    }

    fn merge(&mut self, other: Self) {
        for metric in [0, 1] {
            for (sum, count) in self.candidates[metric].iter_mut().zip(other.candidates[metric]) {
                *sum += count;
            }
            self.chosen[metric].extend(&other.chosen[metric]);
        }
    }

    /// What one more choice adds.
    pub(crate) fn add(
        &mut self,
        pair: &Pair,
        learner: &(&'static str, Arc<dyn Learner>),
        score: LabelFreeScore,
        keep: impl Fn(&str) -> bool,
        seed: u64,
    ) -> Result<()> {
        let source = Source { x: &pair.x, y: &pair.y, n_classes: pair.n_classes };
        let domains = Domains::new(source, Target { x: &pair.t }, seed)?;
        let mut candidates = methods::configurations(std::slice::from_ref(learner));
        candidates.retain(|candidate| keep(&candidate.name));
        let mut truths: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
        for candidate in &candidates {
            if let Ok(trial) = Trial::new(&domains, candidate.method.as_ref(), learner.1.as_ref()) {
                let said = trial.predicted();
                let both =
                    [metrics::accuracy(&pair.truth, &said)?, metrics::balanced_accuracy(&pair.truth, &said)?];
                truths.insert(&candidate.name, both);
            }
        }
        let plain = format!("source-only/none/{}", learner.0);
        let truths: BTreeMap<String, [f64; 2]> =
            truths.into_iter().map(|(name, both)| (name.to_owned(), both)).collect();
        let before = *truths.get(&plain).ok_or("no source-only model")?;
        let (own, others): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|candidate| candidate.name == plain);
        let mut select = Select { score, ..Select::new(others) };
        select.baseline = own.into_iter().next().ok_or("no source-only model")?;
        let selected = select.run(&source, &Target { x: &pair.t }, learner.1.as_ref(), seed)?;
        for metric in [0, 1] {
            let of = |name: &str| truths.get(name).map_or(before[metric], |both| both[metric]);
            for standing in selected.leaderboard.iter().filter(|standing| standing.gain.is_some()) {
                let gain = of(&standing.name) - before[metric];
                if gain.abs() > COUNTS {
                    let refused = usize::from(!standing.objections.is_empty());
                    self.candidates[metric][2 * refused + usize::from(gain < 0.0)] += 1;
                }
            }
            let best = truths.values().map(|both| both[metric]).fold(0.0, f64::max);
            self.chosen[metric].push([
                before[metric],
                of(&selected.leaderboard[0].name),
                of(&selected.name),
                best,
            ]);
        }
        Ok(())
    }
}

/// Each pair with each learner: all methods with all scales, and all without scaling.
pub(crate) fn report(pairs: &[Pair], score: LabelFreeScore, most: usize, repeats: u64) -> Result<()> {
    type Keep = fn(&str) -> bool;
    let lists: [(&str, Keep); 2] = [("all scales", |_| true), ("unscaled", |name| name.contains("/none/"))];
    let mut all = [Tally::default(), Tally::default()];
    for pair in pairs {
        for (list, (what, keep)) in lists.iter().enumerate() {
            let mut own = Tally::default();
            for repeat in 0..repeats {
                for learner in methods::learners() {
                    own.add(&pair.drawn(most, repeat), &learner, score, keep, repeat)?;
                }
            }
            own.print(&format!("{} ({what})", pair.name));
            all[list].merge(own);
        }
    }
    lists.iter().zip(&all).for_each(|((what, _), tally)| tally.print(&format!("all ({what})")));
    Ok(())
}
