"""Writes learners_golden.json, beside this file: what scikit-learn learns from small made sets.

    python crates/learn/tests/learners_golden.py

A case with `weights` is what scikit-learn learns from each row repeated so many times: a weight is a count.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

warnings.simplefilter("ignore")


def case(classes, columns, weighted, seed):
    x, y = make_classification(n_samples=72, n_features=columns, n_informative=columns - 1, n_redundant=0, n_classes=classes,
                               n_clusters_per_class=1, flip_y=0.1, class_sep=0.7, random_state=seed)
    # Rounded, so that the file is short; one column of another size.
    x = np.round(x, 3)
    x[:, 0] *= 20
    a, b, y = x[:60], x[60:], y[:60]
    found = dict(x=a.tolist(), y=y.tolist(), test=b.tolist(), classes=classes)
    if weighted:
        weights = np.random.default_rng(seed).integers(0, 4, 60)
        found["weights"] = weights.astype(float).tolist()
        a, y = np.repeat(a, weights, axis=0), np.repeat(y, weights)
    logistic = LogisticRegression(C=0.5, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(a, y)
    found["logistic"] = dict(coefficients=logistic.coef_.ravel().tolist(), intercepts=logistic.intercept_.tolist(),
                             probabilities=logistic.predict_proba(b).ravel().tolist())
    found["naive_bayes"] = GaussianNB().fit(a, y).predict_proba(b).ravel().tolist()
    if not weighted:
        for weights in ("uniform", "distance"):
            neighbours = KNeighborsClassifier(7, weights=weights, algorithm="brute").fit(a, y)
            found[f"neighbours_{weights}"] = neighbours.predict_proba(b).ravel().tolist()
    for name, gamma in (("svm_scale", "scale"), ("svm_value", 0.05)):
        svm = SVC(C=2.0, gamma=gamma, tol=1e-9, decision_function_shape="ovo").fit(a, y)
        decision = svm.decision_function(b)
        # Of two classes scikit-learn favours the second, and the first of each pair of more.
        found[name] = (-decision if classes == 2 else decision).ravel().tolist()
    return found


def platt(seed):
    random = np.random.default_rng(seed)
    truth = random.random(40) < 0.3
    decisions = np.round(random.normal(size=40) + 1.5 * truth - 0.5, 3)
    weights = random.integers(1, 4, 40)
    plain = _SigmoidCalibration().fit(decisions, truth)
    weighted = _SigmoidCalibration().fit(np.repeat(decisions, weights), np.repeat(truth, weights))
    return dict(decisions=decisions.tolist(), truth=truth.tolist(), weights=weights.astype(float).tolist(),
                plain=[float(plain.a_), float(plain.b_)], weighted=[float(weighted.a_), float(weighted.b_)])


def main():
    golden = dict(
        made_by="crates/learn/tests/learners_golden.py", sklearn=sklearn.__version__, numpy=np.__version__,
        cases=[case(2, 3, False, 1), case(3, 4, False, 2), case(2, 3, True, 3), case(4, 5, True, 4)], platt=platt(5),
    )
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
