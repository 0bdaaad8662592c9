"""Reference values for maps and transport plans: POT 0.9.7, SKADA 0.6.0, NumPy and SciPy.

    python golden.py > golden.json

TCA is the generalised eigenproblem of its paper solved densely by scipy.linalg.eigh (SKADA 0.6.0 hands a table that is not
symmetric to numpy.linalg.eigh, which reads its lower half alone). GFK and JDA are their papers' formulas in plain NumPy. Columns of SA,
TCA and JDA have arbitrary signs: compare up to them.
"""
import json

import numpy as np
import ot
import scipy.linalg
import skada
from skada._mapping import CORALAdapter
from skada._subspace import SubspaceAlignmentAdapter

assert ot.__version__.startswith("0.9.7") and skada.__version__.startswith("0.6")
rng = np.random.default_rng(5)
n, m, d = 24, 31, 4
xs = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 1.0
xt = rng.normal(size=(m, d)) @ rng.normal(size=(d, d)) - 0.5
y = np.arange(n) % 3
x = np.vstack([xs, xt])
domain = np.r_[np.ones(n), -np.ones(m)]

out = {"n_source": n, "source": xs.tolist(), "target": xt.tolist(), "y": y.tolist()}


def moved(adapter):
    adapter.fit(x, None, sample_domain=domain)
    return adapter.transform(x, sample_domain=domain, allow_source=True)


out["coral"] = moved(CORALAdapter(reg=None))[:n].tolist()
z = moved(SubspaceAlignmentAdapter(n_components=3))
out["subspace_source"], out["subspace_target"] = z[:n].tolist(), z[n:].tolist()
a_linear, b_linear = ot.gaussian.empirical_bures_wasserstein_mapping(xs, xt, reg=1e-6)
out["ot_linear"] = (xs @ a_linear + b_linear).tolist()

a = rng.uniform(0.5, 1.5, n)
b = rng.uniform(0.5, 1.5, m)
a, b = a / a.sum(), b / b.sum()
cost = ot.dist(xs, xt)
cost /= np.median(cost)
out["a"], out["b"], out["cost"] = a.tolist(), b.tolist(), cost.tolist()
out["emd"] = float(ot.emd2(a, b, cost))
out["sinkhorn"] = ot.sinkhorn(a, b, cost, 0.05, method="sinkhorn_log", stopThr=1e-13, numItermax=100000).tolist()
out["by_class"] = ot.da.sinkhorn_lpl1_mm(a, y, b, cost, 0.1, eta=0.1, numItermax=10, numInnerItermax=100000, stopInnerThr=1e-13).tolist()

k = np.exp(-ot.dist(x, x) / 4.0)
e = np.r_[np.full(n, 1 / n), np.full(m, -1 / m)]
h = np.eye(n + m) - 1 / (n + m)
mu = 10.0
values, w = scipy.linalg.eigh(k @ h @ k, np.eye(n + m) + mu * k @ np.outer(e, e) @ k)
w = w[:, ::-1][:, :3]
# The method here gives w its length by A^(1/2) w = a unit vector, as eigh does.
out["tca"] = (k @ w).tolist()

# GFK: the integral over the geodesic between the principal subspaces by Gauss and Legendre's rule, and the root of it.
p = 2
ps, rest = np.split(np.linalg.svd(xs - xs.mean(0), full_matrices=True)[2].T, [p], axis=1)
pt = np.linalg.svd(xt - xt.mean(0))[2].T[:, :p]
u1, cosines, vt = np.linalg.svd(ps.T @ pt)
theta = np.arccos(np.clip(cosines, -1, 1))
u2 = -rest.T @ pt @ vt.T / np.sin(theta)
g = np.zeros((d, d))
for at, weight in zip(*np.polynomial.legendre.leggauss(60)):
    phi = ps @ u1 * np.cos((at + 1) / 2 * theta) - rest @ u2 * np.sin((at + 1) / 2 * theta)
    g += weight / 2 * phi @ phi.T
root = scipy.linalg.sqrtm(g).real
out["gfk"] = np.vstack([(xs - xs.mean(0)) @ root, (xt - xt.mean(0)) @ root]).tolist()

# JDA: the same dense eigenproblem as TCA, with a difference of means for each class; classes by the nearest neighbour.
centres = rng.normal(size=(3, d)) * 1.5
yt = rng.integers(0, 3, m)
xs = centres[y] + rng.normal(size=(n, d))
xt = centres[yt] * [1.0, 0.5, 1.0, -0.2] + rng.normal(size=(m, d)) * 0.8 + 0.8
x = np.vstack([xs, xt])
k = np.exp(-ot.dist(x, x) / 8.0)
ridge, count, guessed, changes = 0.1, 3, None, []
for round in range(11):
    differences = [np.outer(e, e)]
    for label in range(3) if guessed is not None else []:
        if (guessed == label).any():
            each = np.r_[(y == label) / (y == label).sum(), -1.0 * (guessed == label) / (guessed == label).sum()]
            differences.append(np.outer(each, each))
    values, w = scipy.linalg.eigh(k @ h @ k, ridge * np.eye(n + m) + k @ sum(differences) @ k)
    # The method here gives w its length by I + K M K / ridge.
    w *= np.sqrt(ridge)
    z = k @ w[:, ::-1][:, :count]
    if round == 10:
        break
    again = y[((z[n:, None] - z[None, :n]) ** 2).sum(-1).argmin(1)]
    if guessed is not None:
        changes.append(int((again != guessed).sum()))
    if guessed is not None and (again == guessed).all():
        break
    guessed = again
# A test in which the classes never change would not see the rounds.
assert sum(changes) > 0
out["jda_source"], out["jda_target"], out["jda"] = xs.tolist(), xt.tolist(), z.tolist()
print(json.dumps(out))
