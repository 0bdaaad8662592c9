#!/usr/bin/env python3
"""Writes golden.json: calibrated probabilities by scikit-learn's CalibratedClassifierCV (isotonic, sigmoid, temperature),
and by scipy's minimiser for beta calibration, which scikit-learn does not have.

    pip install numpy scipy scikit-learn
    python3 crates/learn/tests/calibration/golden.py > crates/learn/tests/calibration/golden.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

METHODS = {"isotonic": "isotonic", "platt": "sigmoid", "temperature": "temperature"}
LEAST = 1e-12


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose features are its probabilities."""

    def __init__(self, classes):
        self.classes = classes
        self.classes_ = np.arange(classes)
        self.is_fitted_ = True

    def fit(self, x, y):
        return self

    def predict(self, x):
        return x.argmax(1)

    def predict_proba(self, x):
        return x


def table(random, rows, classes):
    """Overconfident probabilities and classes drawn from the milder ones; some probabilities are exactly 0 or equal."""
    mild = random.dirichlet(np.full(classes, 0.8), rows)
    sharp = mild**1.7
    sharp /= sharp.sum(1, keepdims=True)
    sharp = np.round(sharp * 20) / 20 if classes == 2 else sharp
    sharp[sharp < 0.02] = 0
    sharp /= sharp.sum(1, keepdims=True)
    y = np.array([random.choice(classes, p=row) for row in mild])
    return sharp, y


def beta_curve(score, positive, weights):
    score = np.clip(score, LEAST, 1 - LEAST)
    terms = np.column_stack([np.log(score), -np.log1p(-score)])

    def fit(columns):
        x = np.column_stack([terms[:, columns], np.ones(len(score))])

        def loss(beta):
            z = x @ beta
            return weights @ (np.logaddexp(0, z) - positive * z)

        def slope(beta):
            return x.T @ (weights * (1 / (1 + np.exp(-(x @ beta))) - positive))

        best = minimize(loss, np.zeros(x.shape[1]), jac=slope, method="BFGS", options=dict(gtol=1e-10, maxiter=10_000)).x
        return best

    columns = [0, 1]
    best = fit(columns)
    if (best[:2] < 0).any():
        columns = [1] if best[0] < 0 else [0]
        best = fit(columns)
    coefficients = np.zeros(3)
    coefficients[columns] = best[:-1]
    coefficients[2] = best[-1]
    return coefficients


def beta(x, y, weights, new):
    classes = x.shape[1]
    out = np.zeros_like(new)
    for c in [1] if classes == 2 else range(classes):
        a, b, constant = beta_curve(x[:, c], (y == c).astype(float), weights)
        s = np.clip(new[:, c], LEAST, 1 - LEAST)
        out[:, c] = 1 / (1 + np.exp(-(a * np.log(s) - b * np.log1p(-s) + constant)))
    if classes == 2:
        out[:, 0] = 1 - out[:, 1]
    return out / out.sum(1, keepdims=True)


def main():
    random = np.random.default_rng(20261123)
    cases = []
    for classes in (2, 4):
        for weighted in (False, True):
            x, y = table(random, 150, classes)
            new, _ = table(random, 20, classes)
            weights = random.integers(1, 4, len(y)).astype(float) if weighted else np.ones(len(y))
            expected = {"beta": beta(x, y, weights, new)}
            for ours, theirs in METHODS.items():
                calibrated = CalibratedClassifierCV(FrozenEstimator(Given(classes)), method=theirs)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    calibrated.fit(x, y, sample_weight=weights)
                expected[ours] = calibrated.predict_proba(new)
            cases.append(dict(
                classes=classes, probabilities=x.ravel().tolist(), y=y.tolist(), weights=weights.tolist(),
                new=new.ravel().tolist(), expected={name: value.ravel().tolist() for name, value in expected.items()},
            ))
    about = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"
    json.dump(dict(about=about, cases=cases), sys.stdout)
    print()


if __name__ == "__main__":
    main()
