"""Reference values for kernel mean matching and target shift: cvxopt 1.3.3, NumPy.

    pip install numpy scipy cvxopt
    python golden.py > golden.json

cvxopt (GPL, run as a program of its own) solves the quadratic problems by an interior point method, but not to many digits. Which bounds
hold is read off its answer, and the linear system of the others solved by NumPy; the result is kept only if it meets Kuhn and
Tucker's conditions to 1e-9, so it is the one minimum whoever found it.
"""
import json

import cvxopt
import numpy as np
from scipy.spatial.distance import cdist, pdist

assert cvxopt.__version__.startswith("1.3.3")
cvxopt.solvers.options.update(show_progress=False, abstol=1e-13, reltol=1e-14, feastol=1e-13, maxiters=300)


def solve(q, c, upper, low, high):
    """The least w'Qw/2 - c'w with 0 <= w <= upper and low <= sum w <= high."""
    n = len(c)
    g = np.vstack([-np.eye(n), np.eye(n), np.ones((1, n)), -np.ones((1, n))])
    h = np.r_[np.zeros(n), upper, high, -low]
    matrix = cvxopt.matrix
    found = np.array(cvxopt.solvers.qp(matrix(q), matrix(-c), matrix(g), matrix(h))["x"]).ravel()
    least = 1e-5
    free = (found > least) & (found < upper - least)
    w = np.where(found > upper / 2, upper, 0.0)
    total = next((s for s in (low, high) if abs(found.sum() - s) < 1e-5 * max(s, 1)), None)
    for _ in range(50):
        f = free.sum()
        w[free] = 0.0
        right = c[free] - q[np.ix_(free, ~free)] @ w[~free]
        inner = q[np.ix_(free, free)]
        if total is None:
            w[free], price = np.linalg.solve(inner, right), 0.0
        else:
            system = np.block([[inner, np.ones((f, 1))], [np.ones((1, f)), np.zeros((1, 1))]])
            solution = np.linalg.solve(system, np.r_[right, total - w[~free].sum()])
            w[free], price = solution[:-1], solution[-1]
        slope = q @ w - c + price
        out = free & ((w < 0) | (w > upper))
        back = ~free & np.where(w > 0, slope > 1e-9, slope < -1e-9)
        if not (out | back).any():
            break
        w[out] = np.clip(w[out], 0, upper[out])
        free = (free & ~out) | back
    assert np.abs(slope[free]).max() < 1e-9 and (slope[w == 0] > -1e-9).all() and (slope[w == upper] < 1e-9).all()
    assert (w >= 0).all() and (w <= upper).all() and low - 1e-9 <= w.sum() <= high + 1e-9
    assert total is None or low == high or (price >= 0 if total == high else price <= 0)
    value = lambda w: w @ q @ w / 2 - c @ w
    assert abs(value(w) - value(found)) < 1e-6 * abs(value(w))
    return w


def kernels(a, b, width):
    return np.exp(-cdist(a, b, "sqeuclidean") / (2 * width**2))


def median(x):
    distances = np.sort(pdist(x))
    return distances[len(distances) // 2]


rng = np.random.default_rng(5)
n, m, d = 60, 80, 3
x = rng.normal(size=(n, d))
t = rng.normal(size=(m, d)) * 0.8 + [0.7, 0.0, -0.4]
out = {"source": x.tolist(), "target": t.tolist(), "kmm": []}
width = median(np.vstack([x, t]))
for bound, tolerance, ridge in [(1000.0, 1 - n**-0.5, 1e-3), (4.0, 0.0, 1e-3), (2.0, 0.01, 0.1), (1000.0, 0.001, 1e-6)]:
    q = kernels(x, x, width) + ridge * np.eye(n)
    c = n * kernels(x, t, width).mean(1)
    w = solve(q, c, np.full(n, bound), n * (1 - tolerance), n * (1 + tolerance))
    out["kmm"].append(dict(bound=bound, tolerance=tolerance, ridge=ridge, weights=(w / w.mean()).tolist()))

# Target shift: three classes whose shares differ, and a fourth that the target lacks.
y = np.repeat([0, 1, 2, 3], [30, 20, 15, 10])
yt = np.repeat([0, 1, 2], [15, 25, 50])
means = rng.normal(size=(4, d)) * 2
xs = means[y] + rng.normal(size=(len(y), d))
xt = means[yt] + rng.normal(size=(len(yt), d))
width = median(np.vstack([xs, xt]))
one = np.eye(4)[y] / np.bincount(y)
q = one.T @ kernels(xs, xs, width) @ one
c = one.T @ kernels(xs, xt, width).mean(1)
prior = np.bincount(y) / len(y)
out["tars"] = {"source": xs.tolist(), "target": xt.tolist(), "y": y.tolist(), "shares": []}
for bound, ridge in [(1000.0, 1e-6), (1.5, 1e-6), (1000.0, 0.1)]:
    shares = solve(q + ridge * np.diag(np.ones(4)), c, np.minimum(bound * prior, 1.0), 1.0, 1.0)
    out["tars"]["shares"].append(dict(bound=bound, ridge=ridge, shares=shares.tolist()))
print(json.dumps(out))
