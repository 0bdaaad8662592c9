//! Label-free scores against SKADA and numpy (`select.py` makes `select.json`), and what the guard lets pass.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::{Candidate, Domains, Guard, LabelFreeScore, Select, SourceOnly, Trial};
use hesper_adapt::{Error, Fitted, Info, Method, Source, Target};
use hesper_learn::{Classifier, Learner, LogisticParams, Matrix, NeighboursParams, metrics};
use proptest::prelude::*;
use serde_json::Value;

/// A method that does with the target's features what it was told to.
struct Fake<F>(&'static str, F);

impl<F: Fn(&[f64]) -> Vec<f64> + Clone + Send + Sync + 'static> Method for Fake<F> {
    fn info(&self) -> &'static Info {
        match self.0 {
            "itself" => &Info { name: "itself", doc: "" },
            "one" => &Info { name: "one", doc: "" },
            "good" => &Info { name: "good", doc: "" },
            _ => &Info { name: "fails", doc: "" },
        }
    }

    fn fit(&self, source: &Source<'_>, _: &Target<'_>, _: &dyn Learner, _: u64) -> Result<Fitted, Error> {
        if self.0 == "fails" {
            return Err(Error::Failed { method: "fails", what: "always".to_owned() });
        }
        let classifier = Rule(self.1.clone(), source.n_classes, source.x.cols());
        Ok(Fitted::new(Box::new(classifier)))
    }
}

struct Rule<F>(F, usize, usize);

impl<F: Fn(&[f64]) -> Vec<f64> + Send + Sync> Classifier for Rule<F> {
    fn n_classes(&self) -> usize {
        self.1
    }

    fn n_features(&self) -> usize {
        self.2
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        Matrix::new(x.rows(), self.1, (0..x.rows()).flat_map(|row| (self.0)(x.row(row))).collect())
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }
}

/// Noise between −1 and 1 that depends on the place alone.
fn noise(i: usize, salt: usize) -> f64 {
    let mut mixed = (i as u64 * 64 + salt as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Two classes, apart in the first feature; moved to the right.
fn domain(count: usize, moved: f64, salt: usize) -> (Matrix, Vec<u32>) {
    let rows: Vec<[f64; 2]> =
        (0..count).map(|i| [moved + (i % 2) as f64 + noise(i, salt), noise(i, salt + 1)]).collect();
    (Matrix::from_rows(&rows).unwrap(), (0..count).map(|i| (i % 2) as u32).collect())
}

#[test]
fn scores_of_probabilities_are_those_of_independent_programs() {
    let golden: Value = serde_json::from_str(include_str!("select.json")).unwrap();
    let rows: Vec<Vec<f64>> = serde_json::from_value(golden["p"].clone()).unwrap();
    let p = Matrix::from_rows(&rows).unwrap();
    let y: Vec<u32> = (0..p.rows() as u32).map(|row| row % 3).collect();
    let domains = Domains::new(Source { x: &p, y: &y, n_classes: 3 }, Target { x: &p }, 0).unwrap();
    let (itself, learner) = (Fake("itself", |row: &[f64]| row.to_vec()), LogisticParams::default());
    let trials = [Trial::new(&domains, &itself, &learner).unwrap()];
    for (score, name, sign) in [
        (LabelFreeScore::Entropy, "entropy", -1.0),
        (LabelFreeScore::Mano, "mano", 1.0),
        (LabelFreeScore::MutualInformation, "mutual_information", 1.0),
        (LabelFreeScore::Density, "density", 1.0),
    ] {
        let (found, expected) =
            (score.of(&trials).remove(0).unwrap().value, sign * golden[name].as_f64().unwrap());
        // SKADA adds 1e-7 to probabilities before it takes their logarithms.
        assert!((found - expected).abs() < 1e-6, "{name}: {found}, but {expected}");
    }
}

#[test]
fn scores_of_the_source_are_their_formulas() {
    let ((x, y), (t, _)) = (domain(90, 0.0, 1), domain(70, 0.4, 5));
    let domains = Domains::new(Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t }, 3).unwrap();
    let learner = LogisticParams::default();
    let trials = [Trial::new(&domains, &SourceOnly, &learner).unwrap()];
    let w = domains.importance().unwrap();
    let wrong: Vec<f64> =
        trials[0].held_out().unwrap().iter().map(|right| f64::from(u8::from(!right.unwrap()))).collect();
    let mean = |f: &dyn Fn(usize) -> f64| (0..90).map(f).sum::<f64>() / 90.0;
    let (of_weights, risk) = (mean(&|i| w[i]), mean(&|i| w[i] * wrong[i]));
    let weighted = 1.0 - risk / of_weights;
    let covariance = mean(&|i| w[i] * wrong[i] * w[i]) - risk * of_weights;
    let eta = -covariance / (mean(&|i| w[i] * w[i]) - of_weights * of_weights);
    let dev = 1.0 - (risk + eta * of_weights - eta);
    for (score, expected) in [(LabelFreeScore::ImportanceWeighted, weighted), (LabelFreeScore::Dev, dev)] {
        let found = score.of(&trials).remove(0).unwrap();
        assert!((found.value - expected).abs() < 1e-12, "{score:?}: {}, but {expected}", found.value);
        assert!(found.value > 0.6 && found.objects.len() == 90);
    }
    let back = metrics::balanced_accuracy(&y, &trials[0].reversed().unwrap()).unwrap();
    let circular = LabelFreeScore::Circular.of(&trials).remove(0).unwrap().value;
    assert!((circular - back).abs() < 1e-12 && back > 0.6, "{circular} {back}");
    for score in LabelFreeScore::ALL {
        assert_eq!(LabelFreeScore::named(score.info().name).unwrap(), score);
    }
    assert!(LabelFreeScore::named("iwcv").unwrap_err().to_string().contains("importance-weighted, dev"));
}

fn candidates() -> Vec<Candidate> {
    let certain = |second: bool| vec![f64::from(u8::from(!second)), f64::from(u8::from(second))];
    vec![
        Candidate::new(Box::new(Fake("good", move |row: &[f64]| certain(row[0] > 1.5)))),
        Candidate {
            name: "good too".to_owned(),
            ..Candidate::new(Box::new(Fake("good", move |row: &[f64]| certain(row[0] > 1.45))))
        },
        Candidate::new(Box::new(Fake("one", move |_: &[f64]| certain(true)))),
        Candidate::new(Box::new(Fake("fails", move |_: &[f64]| certain(true)))),
    ]
}

#[test]
fn the_best_is_taken_and_what_collapsed_or_failed_is_not() {
    let ((x, y), (t, truth)) = (domain(200, 0.0, 1), domain(300, 1.0, 5));
    let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
    let learner = LogisticParams::default();
    let selected = Select::new(candidates()).run(&source, &target, &learner, 3).unwrap();
    assert!(selected.name.starts_with("good") && !selected.fell_back, "{:?}", selected.leaderboard);
    let said = metrics::most_probable(&selected.fitted.classifier.predict_proba(&t).unwrap());
    assert!(metrics::accuracy(&truth, &said).unwrap() > 0.7);
    let of = |name: &str| selected.leaderboard.iter().find(|standing| standing.name == name).unwrap();
    assert!(of("one").objections.iter().any(|said| said.contains("not above 0")), "{:?}", of("one"));
    assert_eq!(of("fails").objections, ["fails: always"]);
    assert_eq!((selected.leaderboard.len(), of("fails").score), (5, None));
    assert!(selected.leaderboard.is_sorted_by(|a, b| a.score >= b.score));

    // A score that takes what is sure for what is right is stopped by the guard alone.
    let mut select = Select { score: LabelFreeScore::Entropy, ..Select::new(candidates().split_off(2)) };
    let guarded = select.run(&source, &target, &learner, 3).unwrap();
    assert!(guarded.fell_back && guarded.fitted.warnings[0].contains("source-only model was kept"));
    let one = guarded.leaderboard.iter().find(|standing| standing.name == "one").unwrap();
    assert!(one.gain.unwrap().lower > 0.0 && !one.objections.is_empty(), "{one:?}");
    select.guard = None;
    assert_eq!(select.run(&source, &target, &learner, 3).unwrap().name, "one");
}

#[test]
fn what_is_sure_and_wrong_does_not_agree_with_the_others() {
    let ((x, y), (t, truth)) = (domain(200, 0.0, 1), domain(300, 1.0, 5));
    let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
    let certain = |second: bool| vec![f64::from(u8::from(!second)), f64::from(u8::from(second))];
    let run = |consensus: bool| {
        let mut all =
            vec![Candidate::new(Box::new(Fake("itself", move |row: &[f64]| certain(row[0] < 1.5))))];
        all.extend(candidates().into_iter().take(2));
        let guard = Some(Guard { consensus, ..Guard::default() });
        let select = Select { score: LabelFreeScore::Entropy, guard, ..Select::new(all) };
        let selected = select.run(&source, &target, &LogisticParams::default(), 3).unwrap();
        let said = metrics::most_probable(&selected.fitted.classifier.predict_proba(&t).unwrap());
        (selected.name, metrics::accuracy(&truth, &said).unwrap())
    };
    let ((wrong, low), (right, high)) = (run(false), run(true));
    assert!(wrong == "itself" && low < 0.4, "{wrong} {low}");
    assert!(right.starts_with("good") && high > 0.7, "{right} {high}");
}

#[test]
fn parameters_are_checked() {
    let x = Matrix::from_rows(&[[0.0], [1.0]]).unwrap();
    let (source, target) = (Source { x: &x, y: &[0, 1], n_classes: 2 }, Target { x: &x });
    for guard in [
        Guard { level: 1.0, ..Guard::default() },
        Guard { draws: 1, ..Guard::default() },
        Guard { implausible: f64::NAN, ..Guard::default() },
    ] {
        let select = Select { guard: Some(guard), ..Select::new(Vec::new()) };
        let error = select.run(&source, &target, &LogisticParams::default(), 0).err().unwrap();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
    // With nothing to choose from, the source-only model it is.
    assert!(Select::new(Vec::new()).run(&source, &target, &LogisticParams::default(), 0).unwrap().fell_back);
}

/// Tables of 1 to 9 objects, some constant, repeated or huge.
fn objects(cols: usize) -> impl Strategy<Value = (Matrix, Vec<u32>)> {
    let value = prop_oneof![4 => -3.0..3.0, 2 => Just(0.0), 1 => Just(7.0)];
    let scale = prop_oneof![6 => Just(1.0), 1 => Just(1e-200), 1 => Just(1e90), 1 => Just(1e307)];
    (1usize..10).prop_flat_map(move |rows| {
        (
            prop::collection::vec(value.clone(), rows * cols),
            scale.clone(),
            prop::collection::vec(0..3u32, rows),
        )
            .prop_map(move |(values, scale, y)| {
                (Matrix::new(rows, cols, values.iter().map(|x: &f64| x * scale).collect()).unwrap(), y)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]
    #[test]
    fn random_domains_are_scored_and_chosen_from_or_it_is_said_why_not(
        ((x, y), (t, _)) in (1usize..5).prop_flat_map(|cols| (objects(cols), objects(cols))),
        neighbours: bool, seed: u64, score in prop::sample::select(LabelFreeScore::ALL.to_vec()),
    ) {
        let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
        let learner: Box<dyn Learner> =
            if neighbours { Box::new(NeighboursParams::default()) } else { Box::new(LogisticParams::default()) };
        let candidates = vec![Candidate::new(Box::new(PriorCorrection::em())), Candidate::new(Box::new(PriorCorrection::bbse()))];
        let select = Select { score, guard: Some(Guard { draws: 100, ..Guard::default() }), ..Select::new(candidates) };
        let Ok(selected) = select.run(&source, &target, learner.as_ref(), seed) else { return Ok(()) };
        for standing in &selected.leaderboard {
            prop_assert!(standing.score.is_none_or(f64::is_finite), "{score:?}: {standing:?}");
            prop_assert!(standing.gain.is_none_or(|gain| gain.lower.is_finite() && gain.estimate.is_finite()), "{standing:?}");
        }
        let p = selected.fitted.classifier.predict_proba(&t).unwrap();
        prop_assert!(p.data().iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
