//! Metrics against scikit-learn 1.9.1 and numpy 2.4.6. What made the numbers:
//! ```python
//! import numpy as np
//! from sklearn import metrics as m
//! g = np.random.default_rng(20)
//! p = np.round(g.dirichlet([0.7, 0.7, 0.7], 24), 2)
//! p[:, 2] = np.round(1 - p[:, 0] - p[:, 1], 2)
//! y = np.array([g.choice(3, p=np.clip(q, 0, 1) / np.clip(q, 0, 1).sum()) for q in p])
//! d = p.argmax(1)
//! s = p[:, 1]
//! b = y == 1
//! print("rows", [[float(v) for v in q] for q in p])
//! print("truth", y.tolist())
//! print("accuracy", m.accuracy_score(y, d))
//! print("balanced", m.balanced_accuracy_score(y, d))
//! print("confusion", m.confusion_matrix(y, d).tolist())
//! print("purity", m.precision_score(b, d == 1), "efficiency", m.recall_score(b, d == 1))
//! print("log_loss", m.log_loss(y, np.maximum(p, 1e-15)) , -np.log(np.maximum(p[np.arange(24), y], 1e-15)).mean())
//! print("brier", m.brier_score_loss(b, s))
//! print("brier_multi", m.brier_score_loss(y, p, scale_by_half=False))
//! print("roc", m.roc_auc_score(b, s))
//! print("roc_ovr", m.roc_auc_score(y, p, multi_class="ovr"))
//! print("ap", m.average_precision_score(b, s))
//! from sklearn.calibration import calibration_curve
//! t, q = calibration_curve(b, s, n_bins=4)
//! print("calibration", t.tolist(), q.tolist(), np.histogram(s, 4, (0, 1))[0].tolist())
//! ```

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use hesper_learn::Matrix;
use hesper_learn::metrics::*;

const PROBABILITIES: [[f64; 3]; 24] = [
    [0.65, 0.2, 0.15],
    [0.65, 0.3, 0.05],
    [0.98, 0.0, 0.02],
    [0.48, 0.04, 0.48],
    [0.38, 0.06, 0.56],
    [0.4, 0.55, 0.05],
    [0.46, 0.4, 0.14],
    [0.76, 0.04, 0.2],
    [0.12, 0.48, 0.4],
    [0.09, 0.77, 0.14],
    [0.6, 0.0, 0.4],
    [0.27, 0.65, 0.08],
    [0.58, 0.36, 0.06],
    [0.41, 0.24, 0.35],
    [0.52, 0.1, 0.38],
    [0.55, 0.02, 0.43],
    [0.26, 0.32, 0.42],
    [0.01, 0.77, 0.22],
    [0.61, 0.26, 0.13],
    [0.18, 0.14, 0.68],
    [0.8, 0.0, 0.2],
    [0.43, 0.37, 0.2],
    [0.71, 0.27, 0.02],
    [0.12, 0.24, 0.64],
];
const TRUTH: [u32; 24] = [2, 1, 0, 2, 2, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2, 0, 0, 2, 0, 2, 0, 0, 0, 2];

#[track_caller]
fn same(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
}

fn probabilities() -> Matrix {
    Matrix::from_rows(&PROBABILITIES).unwrap()
}

/// Whether each row is of class 1, and the probability of that.
fn class_one() -> (Vec<bool>, Vec<f64>) {
    (TRUTH.iter().map(|&class| class == 1).collect(), probabilities().column(1))
}

#[test]
fn decisions() {
    let predicted = most_probable(&probabilities());
    same(accuracy(&TRUTH, &predicted).unwrap(), 0.5416666666666666);
    same(balanced_accuracy(&TRUTH, &predicted).unwrap(), 0.4583333333333333);
    same(purity(&TRUTH, &predicted, 1).unwrap(), 0.2);
    same(efficiency(&TRUTH, &predicted, 1).unwrap(), 0.25);
    // One true and four false positives of four: 1/(1 + 3·4) · 1/4.
    same(figure_of_merit(&TRUTH, &predicted, 1).unwrap(), 1.0 / 13.0 / 4.0);
    let confusion = Confusion::new(&TRUTH, &predicted, 3).unwrap();
    assert_eq!(confusion.rows().collect::<Vec<_>>(), [[9, 2, 1], [3, 1, 0], [3, 2, 3]]);
}

#[test]
fn probabilities_of_all_classes() {
    same(log_loss(&TRUTH, &probabilities(), CLIP).unwrap(), 0.7756515635962934);
    same(brier(&TRUTH, &probabilities()).unwrap(), 0.498225);
    same(roc_auc_one_vs_rest(&TRUTH, &probabilities()).unwrap(), 0.8021701388888888);
}

#[test]
fn probabilities_of_one_class() {
    let (positive, scores) = class_one();
    same(brier_binary(&positive, &scores).unwrap(), 0.143025);
    same(roc_auc(&positive, &scores).unwrap(), 0.80625);
    same(average_precision(&positive, &scores).unwrap(), 0.40208333333333335);
}

#[test]
fn calibration() {
    let (positive, scores) = class_one();
    let curve = reliability_curve(&positive, &scores, 4).unwrap();
    assert_eq!(curve.iter().map(|bin| bin.count).collect::<Vec<_>>(), [12, 8, 2, 2]);
    let (fractions, means) = ([0.0, 0.375, 0.0, 0.5], [0.09, 0.345, 0.6, 0.77]);
    for (bin, (fraction, mean)) in curve.iter().zip(fractions.into_iter().zip(means)) {
        same(bin.fraction_positive, fraction);
        same(bin.mean_probability, mean);
    }
    let expected = (12.0 * 0.09 + 8.0 * 0.03 + 2.0 * 0.6 + 2.0 * 0.27) / 24.0;
    same(expected_calibration_error(&positive, &scores, 4).unwrap(), expected);
}
