use proptest::prelude::*;

use super::*;
use crate::{ForestParams, Learner, TrainingSet};

const SCORES: [Score; 3] = [Score::LeastAmbiguous, Score::Adaptive, Score::RandomisedAdaptive];

/// Probabilities of three classes, which say little of the third, and classes drawn otherwise than they say.
fn rows(count: usize, random: &mut Stream) -> (Matrix, Vec<u32>) {
    let (mut data, mut y) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (a, b, c) = (random.uniform(), random.uniform(), 0.4 * random.uniform());
        let sum = a + b + c;
        data.extend([a / sum, b / sum, c / sum]);
        // Flatter than told.
        let draw = random.uniform() * (sum + 0.9);
        y.push(if draw < a + 0.2 { 0 } else { u32::from(draw >= a + b + 0.4) + 1 });
    }
    (Matrix::new(count, 3, data).unwrap(), y)
}

/// Coverage over many calibrations, so that the randomness of the thresholds averages out.
fn held(params: &ConformalParams, calibration: usize, test: usize) -> Vec<(f64, f64)> {
    let mut held = vec![(0.0, 0.0); 4];
    for trial in 0..300 {
        let mut random = Stream::new(77, trial);
        let (known, labels) = rows(calibration, &mut random);
        let (new, truth) = rows(test, &mut random);
        let sets =
            Conformal::calibrate(params, &known, &labels, None, trial).unwrap().sets(&new, None).unwrap();
        for (row, &class) in truth.iter().enumerate() {
            let hit = f64::from(u8::from(sets.contains(row, class)));
            for at in [class as usize, 3] {
                held[at].0 += hit;
                held[at].1 += 1.0;
            }
        }
    }
    held
}

#[test]
fn sets_hold_the_true_class_as_often_as_promised() {
    for score in SCORES {
        for (level, calibration) in [(0.9, 40), (0.7, 15), (0.5, 200)] {
            let params = ConformalParams { level, score, mondrian: false };
            let (hits, all) = held(&params, calibration, 40)[3];
            let share = hits / all;
            // The promise is level ≤ coverage, and coverage ≤ level + 1/(n + 1) if no scores are equal; the most probable class
            // always has the adaptive score 0. The thresholds of 300 trials vary by about the square root of
            // level (1 − level)/n each.
            let error = (level * (1.0 - level) * (1.0 / all + 1.0 / (300.0 * calibration as f64))).sqrt();
            assert!(share > level - 3.0 * error, "{score:?} {level}: {share}");
            let most = level + 1.0 / (calibration + 1) as f64 + 3.0 * error;
            assert!(share < most || score == Score::Adaptive, "{score:?} {level}: {share}");
        }
    }
}

#[test]
fn mondrian_sets_keep_the_promise_for_each_class() {
    for score in SCORES {
        let marginal = held(&ConformalParams { level: 0.8, score, mondrian: false }, 150, 60);
        let each = held(&ConformalParams { level: 0.8, score, mondrian: true }, 150, 60);
        for (class, (hits, all)) in each[..3].iter().enumerate() {
            let share = hits / all;
            assert!(
                share > 0.785 && (share < 0.85 || score == Score::Adaptive),
                "{score:?}, class {class}: {share}"
            );
        }
        let worst = marginal[..3].iter().map(|(hits, all)| hits / all).fold(1.0, f64::min);
        assert!(worst < 0.76, "{score:?}: without it a class would get {worst}");
    }
}

#[test]
fn weights_bring_the_promise_back_where_rows_come_otherwise() {
    // The classifier says 0.9/0.1 of what it sees well and 0.6/0.4 of what it does not; it is right in 95 % and 55 % of
    // these. Calibrated where 1 in 10 is hard, used where 9 in 10 are.
    let draw = |count: usize, hard: f64, random: &mut Stream| {
        let (mut data, mut y, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let is_hard = random.uniform() < hard;
            let (p, right) = if is_hard { (0.6, 0.55) } else { (0.9, 0.95) };
            let p = p + 0.05 * random.uniform();
            data.extend([p, 1.0 - p]);
            y.push(u32::from(random.uniform() >= right));
            ratio.push(if is_hard { 9.0 } else { 1.0 / 9.0 });
        }
        (Matrix::new(count, 2, data).unwrap(), y, ratio)
    };
    let params = ConformalParams { level: 0.8, ..Default::default() };
    let (mut plain, mut weighted, mut all) = (0usize, 0usize, 0usize);
    for trial in 0..200 {
        let mut random = Stream::new(5, trial);
        let (known, labels, ratio) = draw(400, 0.1, &mut random);
        let (new, truth, new_ratio) = draw(100, 0.9, &mut random);
        let without =
            Conformal::calibrate(&params, &known, &labels, None, 1).unwrap().sets(&new, None).unwrap();
        let with = Conformal::calibrate(&params, &known, &labels, Some(&ratio), 1).unwrap();
        let with = with.sets(&new, Some(&new_ratio)).unwrap();
        for (row, &class) in truth.iter().enumerate() {
            plain += usize::from(without.contains(row, class));
            weighted += usize::from(with.contains(row, class));
            all += 1;
        }
    }
    let (plain, weighted) = (plain as f64 / all as f64, weighted as f64 / all as f64);
    assert!(plain < 0.65, "{plain}");
    assert!((0.785..0.85).contains(&weighted), "{weighted}");
}

#[test]
fn a_ratio_of_densities_is_estimated() {
    // Uniform on 0..1, and twice as often above ½ as below.
    let mut random = Stream::new(8, 0);
    let source = Matrix::new(1500, 1, (0..1500).map(|_| random.uniform()).collect()).unwrap();
    let target: Vec<f64> = (0..1500)
        .map(|_| 0.5 * random.uniform() + if random.uniform() < 2.0 / 3.0 { 0.5 } else { 0.0 })
        .collect();
    let target = Matrix::new(1500, 1, target).unwrap();
    let forest = ForestParams { min_samples_leaf: 100, ..Default::default() };
    let found = shift_weights(&ShiftParams::default(), &forest, &source, &target, 1).unwrap();
    let mean = |above: bool| {
        let rows: Vec<usize> = (0..1500).filter(|&row| (source.row(row)[0] > 0.5) == above).collect();
        rows.iter().map(|&row| found.source[row]).sum::<f64>() / rows.len() as f64
    };
    assert!((mean(true) - 4.0 / 3.0).abs() < 0.1 && (mean(false) - 2.0 / 3.0).abs() < 0.1, "{}", mean(true));
    assert!((0.54..0.62).contains(&found.separation), "{}", found.separation);
    assert!((1200.0..1450.0).contains(&found.effective_size), "{}", found.effective_size);
    let trees = ForestParams::default();
    let clipped = ShiftParams { largest: 1.5, folds: 3 };
    let found = shift_weights(&clipped, &trees, &source, &target, 1).unwrap();
    assert!(found.source.iter().chain(&found.target).all(|w| (0.0..=1.5).contains(w)));
    for (params, source, target) in [
        (ShiftParams { largest: 0.0, ..Default::default() }, &source, &target),
        (ShiftParams { folds: 1, ..Default::default() }, &source, &target),
        (ShiftParams::default(), &source, &Matrix::filled(5, 2, 0.0)),
        (ShiftParams::default(), &source, &Matrix::filled(1, 1, 0.0)),
        (ShiftParams::default(), &source, &Matrix::filled(0, 1, 0.0)),
    ] {
        assert!(shift_weights(&params, &trees, source, target, 1).is_err());
    }
}

#[test]
fn too_few_rows_promise_nothing_and_sets_hold_all() {
    let (known, labels) = rows(8, &mut Stream::new(1, 0));
    let conformal = Conformal::calibrate(&ConformalParams::default(), &known, &labels, None, 1).unwrap();
    assert_eq!(conformal.thresholds(), [f64::INFINITY]);
    let sets = conformal.sets(&known, None).unwrap();
    assert_eq!(sets.classes(3), [0, 1, 2]);
    let params = ConformalParams { mondrian: true, level: 0.5, ..Default::default() };
    let conformal = Conformal::calibrate(&params, &known, &[0; 8], None, 1).unwrap();
    assert!(conformal.thresholds()[0].is_finite() && conformal.thresholds()[2].is_infinite());
}

#[test]
fn coverage_by_hand() {
    let known = Matrix::from_rows(&[[0.6, 0.4], [0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]).unwrap();
    let params = ConformalParams { level: 0.6, ..Default::default() };
    let conformal = Conformal::calibrate(&params, &known, &[0, 0, 0, 1], None, 1).unwrap();
    assert_eq!(conformal.thresholds(), [0.4]);
    let sets = conformal.sets(&known, None).unwrap();
    assert_eq!((0..4).map(|row| sets.size(row)).collect::<Vec<_>>(), [1, 1, 0, 1]);
    let found = sets.coverage(&[0, 1, 1, 1], 0.95).unwrap();
    assert_eq!((found.share.estimate, found.mean_size, found.single, found.empty), (0.5, 0.75, 0.75, 0.25));
    assert_eq!(found.by_class[1].unwrap().estimate, 1.0 / 3.0);
    let some = sets.select_rows(&[3, 2]);
    assert_eq!((some.rows(), some.classes(0), some.size(1)), (2, vec![1], 0));
    assert!(!sets.contains(0, 9) && !sets.contains(9, 0));
    assert_eq!(sets.coverage(&[0; 4], 0.95).unwrap().by_class[1], None);
    assert!(sets.coverage(&[0; 3], 0.95).is_err());
    assert!(sets.coverage(&[0, 0, 0, 2], 0.95).is_err());
}

#[test]
fn bad_requests_are_refused() {
    let (known, labels) = rows(30, &mut Stream::new(1, 0));
    let params = ConformalParams::default();
    let calibrate = |labels: &[u32], weights| Conformal::calibrate(&params, &known, labels, weights, 1);
    assert!(calibrate(&labels[1..], None).is_err());
    assert!(calibrate(&[3; 30], None).is_err());
    assert!(calibrate(&labels, Some(&[0.0; 30])).is_err());
    assert!(calibrate(&labels, Some(&[f64::NAN; 30])).is_err());
    for level in [0.0, 1.0, f64::NAN] {
        let params = ConformalParams { level, ..Default::default() };
        assert!(Conformal::calibrate(&params, &known, &labels, None, 1).is_err());
    }
    let (plain, weighted) =
        (calibrate(&labels, None).unwrap(), calibrate(&labels, Some(&[2.0; 30])).unwrap());
    assert!(plain.sets(&known, Some(&[1.0; 30])).is_err());
    assert!(weighted.sets(&known, None).is_err());
    assert!(matches!(weighted.sets(&known, Some(&[-1.0; 30])), Err(Error::Weight { row: 0, .. })));
    assert!(weighted.sets(&known, Some(&[2.0; 29])).is_err());
    assert_eq!(weighted.sets(&known, Some(&[2.0; 30])).unwrap(), plain.sets(&known, None).unwrap());
    assert!(plain.sets(&Matrix::filled(1, 2, 0.5), None).is_err());
    assert!(plain.sets(&Matrix::filled(1, 3, f64::NAN), None).is_err());
    assert_eq!(plain.sets(&Matrix::filled(0, 3, 0.5), None).unwrap().rows(), 0);
}

proptest! {
    #[test]
    fn sets_grow_with_the_level_and_scale_of_weights_does_not_matter(seed: u64, score in 0usize..3, mondrian: bool) {
        let (known, labels) = rows(60, &mut Stream::new(seed, 0));
        let weights: Vec<f64> = (0..60).map(|row| f64::from(row % 4)).collect();
        let sets = |level: f64, scale: f64| {
            let weights: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
            let params = ConformalParams { level, score: SCORES[score], mondrian };
            Conformal::calibrate(&params, &known, &labels, Some(&weights), 3).unwrap().sets(&known, Some(&weights)).unwrap()
        };
        let (low, high) = (sets(0.6, 1.0), sets(0.85, 1.0));
        prop_assert_eq!(&low, &sets(0.6, 8.0));
        for row in 0..60 {
            prop_assert!(low.classes(row).iter().all(|&class| high.contains(row, class)));
        }
    }
}

#[test]
fn a_forest_and_its_sets_work_together() {
    let mut random = Stream::new(3, 0);
    let y: Vec<u32> = (0..400).map(|row| row % 2).collect();
    let x: Vec<f64> = y.iter().map(|&class| f64::from(class) + 1.5 * random.uniform()).collect();
    let x = Matrix::new(400, 1, x).unwrap();
    let part = |from: usize| (from..400).step_by(3).collect::<Vec<_>>();
    let pick = |rows: &[usize]| (x.select_rows(rows), rows.iter().map(|&row| y[row]).collect::<Vec<_>>());
    let ((train, y_train), (known, labels), (new, truth)) = (pick(&part(0)), pick(&part(1)), pick(&part(2)));
    let data = TrainingSet { x: &train, y: &y_train, weights: None, n_classes: 2 };
    let forest = ForestParams::default().fit(&data, 1).unwrap();
    let params = ConformalParams { score: Score::RandomisedAdaptive, ..Default::default() };
    let conformal =
        Conformal::calibrate(&params, &forest.predict_proba(&known).unwrap(), &labels, None, 1).unwrap();
    let sets = conformal.sets(&forest.predict_proba(&new).unwrap(), None).unwrap();
    let found = sets.coverage(&truth, 0.99).unwrap();
    assert!(found.share.upper > 0.9 && found.share.lower < 0.95 && found.mean_size < 1.9, "{found:?}");
}
