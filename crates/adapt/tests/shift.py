"""Golden values for tests/shift.rs: python shift.py > shift.json

Prior shift by numpy, feature tests by scipy.
"""
import json, sys
import numpy as np, scipy
from scipy import stats, special

rng = np.random.default_rng(5)
xs = np.round(rng.normal(size=(40, 3)), 3)
xt = np.round(rng.normal(size=(60, 3)) * .7 + [.8, 0, -.4], 3)
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
    versions=dict(numpy=np.__version__, scipy=scipy.__version__),
    source=xs.tolist(), target=xt.tolist(),
    y=y.tolist(), source_probabilities=ps.tolist(), target_probabilities=pt.tolist(),
    em=q.tolist(), bbse=bbse.tolist(), ks=ks, ks_p=[special.kolmogorov(en * d) for d in ks],
    wasserstein=[stats.wasserstein_distance(xs[:, j], xt[:, j]) for j in range(3)],
), sys.stdout)
