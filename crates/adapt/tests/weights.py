"""Golden values for tests/weights.rs: python weights.py > weights.json

Kernel mean matching by an interior-point solver (cvxopt 1.3), prior shift by numpy, feature tests by scipy.
"""
import json, sys
import numpy as np, cvxopt, scipy
from scipy import stats, special

rng = np.random.default_rng(5)
xs = np.round(rng.normal(size=(40, 3)), 3)
xt = np.round(rng.normal(size=(60, 3)) * .7 + [.8, 0, -.4], 3)
width, largest, ridge = 1.5, 8.0, 1e-6
k = lambda a, b: np.exp(-((a[:, None] - b[None]) ** 2).sum(2) / (2 * width**2))
n = len(xs)

def kmm(slack):
    K = k(xs, xs) + ridge * np.eye(n)
    kappa = n * k(xs, xt).mean(1)
    G = np.vstack([np.eye(n), -np.eye(n), np.ones((1, n)), -np.ones((1, n))])
    h = np.concatenate([np.full(n, largest), np.zeros(n), [n * (1 + slack), -n * (1 - slack)]])
    m = cvxopt.matrix
    o = dict(show_progress=False, abstol=1e-14, reltol=1e-14, feastol=1e-14, maxiters=300)
    w = np.array(cvxopt.solvers.qp(m(K), m(-kappa), m(G), m(h), options=o)["x"]).ravel()
    return (w / w.mean()).tolist()

# Prior shift: Saerens' EM and BBSE.
y = np.repeat([0, 1, 2], [50, 30, 20])
ps = rng.dirichlet([1, 1, 1], 100) + 1.5 * np.eye(3)[y]; ps = np.round(ps / ps.sum(1, keepdims=True), 6); ps[:, 2] = 1 - ps[:, 0] - ps[:, 1]
yt = np.repeat([0, 1, 2], [20, 30, 70])
pt = rng.dirichlet([1, 1, 1], 120) + 1.5 * np.eye(3)[yt]; pt = np.round(pt / pt.sum(1, keepdims=True), 6); pt[:, 2] = 1 - pt[:, 0] - pt[:, 1]
prior = np.bincount(y) / len(y)
q = prior.copy()
for _ in range(100000):
    r = pt * (q / prior); r /= r.sum(1, keepdims=True); q = r.mean(0)
C = np.array([[((ps.argmax(1) == i) & (y == j)).mean() for j in range(3)] for i in range(3)])
w = np.linalg.solve(C, np.bincount(pt.argmax(1), minlength=3) / len(pt)).clip(0)
bbse = w * prior / (w * prior).sum()

ks = [stats.ks_2samp(xs[:, j], xt[:, j]).statistic for j in range(3)]
en = np.sqrt(len(xs) * len(xt) / (len(xs) + len(xt)))
json.dump(dict(
    versions=dict(numpy=np.__version__, scipy=scipy.__version__, cvxopt=cvxopt.__version__),
    source=xs.tolist(), target=xt.tolist(), width=width, largest=largest, ridge=ridge,
    kmm=[dict(slack=s, weights=kmm(s)) for s in (.9, .05, .0)],
    y=y.tolist(), source_probabilities=ps.tolist(), target_probabilities=pt.tolist(),
    em=q.tolist(), bbse=bbse.tolist(), ks=ks, ks_p=[special.kolmogorov(en * d) for d in ks],
    wasserstein=[stats.wasserstein_distance(xs[:, j], xt[:, j]) for j in range(3)],
), sys.stdout)
