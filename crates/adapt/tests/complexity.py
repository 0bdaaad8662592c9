"""Golden values for tests/complexity.rs: python complexity.py > complexity.json

Bounds by scipy's root finder, effective dimensions by numpy's eigenvalues, the entropy curve by scikit-learn's neighbours.
"""
import json, sys
import numpy as np, scipy, sklearn
from scipy.optimize import brentq
from scipy.special import rel_entr
from scipy.stats import entropy
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(7)
x = np.round(rng.normal(size=(60, 3)), 3)
y = (x[:, 0] + .5 * rng.normal(size=60) > 0).astype(int) + 2 * (x[:, 1] > .8)

order = NearestNeighbors(n_neighbors=31, algorithm="brute").fit(x).kneighbors(x, return_distance=False)
assert (order[:, 0] == np.arange(60)).all()
curve = [np.mean([entropy(np.bincount(y[row[:k + 1]], minlength=4), base=2) for row in order]) for k in range(1, 31)]

def dimension(gamma, c):
    values = np.linalg.eigvalsh(rbf_kernel(x, gamma=gamma)).clip(0)
    return (values / (values + .5 / c)).sum()

def pac_bayes(q, divergence, m, delta):
    room = (divergence + np.log(2 * np.sqrt(m) / delta)) / m
    kl = lambda p: rel_entr(q, p) + rel_entr(1 - q, 1 - p) - room
    return brentq(kl, max(q, 1e-300), 1 - 1e-15, xtol=1e-15)

cases = [(r, h, m, d) for r in (0., .05, .3) for h in (1., 4.5, 30.) for m in (40., 1000.) for d in (.05, .2)]
json.dump(dict(
    versions=dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__),
    x=x.tolist(), y=y.tolist(), curve=curve,
    dimensions=[(g, c, dimension(g, c)) for g in (.01, .5, 20.) for c in (.1, 1., 100.)],
    bounds=[dict(
        error=r, capacity=h, m=m, delta=d,
        vc=r + np.sqrt((h * (np.log(2 * m / h) + 1) + np.log(4 / d)) / m),
        rademacher=r + 2 * h / 100 + 3 * np.sqrt(np.log(2 / d) / (2 * m)),
        pac_bayes=pac_bayes(r, h, m, d),
    ) for r, h, m, d in cases],
), sys.stdout)
