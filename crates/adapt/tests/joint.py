"""Golden values for tests/joint.rs, by SKADA (JDOT), numpy and scikit-learn: `python joint.py > joint.json`."""
import json
import math

import numpy as np
import skada
import sklearn
from skada._ot import solve_jdot_classification
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(8)


def learner():
    return LogisticRegression(tol=1e-12, max_iter=100_000)


def domain(n, classes, shift):
    y = np.arange(n) % classes
    centre = np.array([[0, 0, 1], [2.5, 0, 0], [0, 2.5, 0]])[y]
    return (centre + rng.normal(size=(n, 3)) + shift).round(6), y


def jdot(xs, ys, xt, alpha, rounds, tolerance):
    model = solve_jdot_classification(learner(), xs, ys, xt, alpha=alpha, n_iter_max=rounds, tol=tolerance)[0]
    return model.predict_proba(xt)


def dasvm(xs, ys, xt, rounds):
    """For two classes; ys of 0 and 1."""
    kept, taken = np.ones(len(ys), bool), np.full(len(xt), -1)
    model = learner().fit(xs, ys)
    for r in range(rounds):
        s, t = 2 * model.predict_proba(xs)[:, 1] - 1, 2 * model.predict_proba(xt)[:, 1] - 1
        said = (t > 0).astype(int)
        taken[(taken >= 0) & (taken != said)] = -1
        for k in (0, 1):
            free = np.flatnonzero((taken < 0) & (said == k))
            free = free[np.argsort(-abs(t[free]), kind="stable")]
            taken[free[: math.ceil(len(free) / (rounds - r))]] = k
            own = np.flatnonzero(kept & (ys == k))
            own = own[np.argsort(-abs(s[own]), kind="stable")]
            kept[own[: math.ceil(len(own) / (rounds - r))]] = False
        x = np.vstack([xs[kept], xt[taken >= 0]])
        model = learner().fit(x, np.r_[ys[kept], taken[taken >= 0]])
    return model.predict_proba(xt)[:, 1]


cases = []
for k in (2, 3):
    xs, ys = domain(45, k, 0.0)
    xt, _ = domain(36, k, np.array([0.7, -0.4, 0.3]))
    p = np.column_stack([dasvm(xs, (ys == c).astype(int), xt, 6) for c in range(k)])
    p = np.column_stack([1 - p[:, 1], p[:, 1]]) if k == 2 else p / p.sum(1, keepdims=True)
    # One turn is the plan by distances alone; tolerances are never met in so few.
    one, three = jdot(xs, ys, xt, 0.4, 1, 0.0), jdot(xs, ys, xt, 0.4, 3, 0.0)
    case = dict(classes=k, source=xs, source_y=ys, target=xt, jdot_one=one, jdot_three=three, dasvm=p)
    cases.append({name: value.tolist() if hasattr(value, "tolist") else value for name, value in case.items()})
made_by = f"SKADA {skada.__version__}, numpy {np.__version__}, scikit-learn {sklearn.__version__}"
print(json.dumps(dict(made_by=made_by, cases=cases)))
