#!/usr/bin/env python3
"""Makes golden_mlp.json: what scikit-learn's MLPClassifier makes of given weights after some full-batch steps of Adam.

    pip install numpy scikit-learn
    python3 crates/nn/tests/golden_mlp.py > crates/nn/tests/golden_mlp.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

ROWS, INPUTS, HIDDEN, CLASSES, STEPS, RATE = 40, 4, [6, 5], 3, 30, 0.02

random = np.random.default_rng(3)
y = np.arange(ROWS) % CLASSES
x = np.round(random.normal(size=(ROWS, INPUTS)) + 0.7 * np.eye(CLASSES, INPUTS)[y], 3)
sizes = [INPUTS, *HIDDEN, CLASSES]
weights = [np.round(random.normal(size=pair) / 2, 3) for pair in zip(sizes, sizes[1:])]
biases = [np.round(random.normal(size=size) / 4, 3) for size in sizes[1:]]

cases = {}
warnings.filterwarnings("ignore")
for activation in ("relu", "tanh"):
    network = MLPClassifier(HIDDEN, activation=activation, alpha=0.0, batch_size=ROWS, learning_rate_init=RATE, max_iter=1,
                            warm_start=True, shuffle=False, n_iter_no_change=10**9, tol=0.0, random_state=0)
    network.fit(x, y)
    # A warm start goes on from these weights, with a new optimiser.
    network.coefs_, network.intercepts_ = [w.copy() for w in weights], [b.copy() for b in biases]
    network.max_iter = STEPS
    network.n_iter_ = 0
    network.fit(x, y)
    assert network.n_iter_ == STEPS and network._optimizer.t == STEPS
    cases[activation] = dict(probabilities=network.predict_proba(x).round(9).tolist(), first=network.coefs_[0].round(9).tolist())

print(json.dumps(dict(
    made_by=f"crates/nn/tests/golden_mlp.py with scikit-learn {sklearn.__version__}",
    x=x.tolist(), y=y.tolist(), weights=[w.tolist() for w in weights], biases=[b.tolist() for b in biases],
    steps=STEPS, rate=RATE, cases=cases)))
