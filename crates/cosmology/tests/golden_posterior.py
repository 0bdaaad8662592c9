"""Prints the posteriors of Pantheon (40 bins) and Union3 (22 nodes): python golden_posterior.py ../shared/data/cosmology
A grid by numpy, distances by a cumulative trapezoid, the inverse of the covariance by numpy, the offset marginalised."""

import sys

import numpy as np

root = sys.argv[1]


def load(table, matrix):
    rows = np.genfromtxt(table, usecols=(1, 2, 4, 5), skip_header=1)
    n = len(rows)
    cov = np.loadtxt(matrix, skiprows=1).reshape(n, n) + np.diag(rows[:, 3] ** 2)
    return rows[:, 0], rows[:, 1], rows[:, 2], np.linalg.inv(cov)


fine = np.linspace(0, 2.4, 48001)


def chi2(data, m, w):
    z, z_hel, mb, inv = data
    f = 1 / np.sqrt(m * (1 + fine) ** 3 + (1 - m) * (1 + fine) ** (3 * (1 + w)))
    d = np.concatenate([[0], np.cumsum((f[1:] + f[:-1]) / 2 * (fine[1] - fine[0]))])
    r = mb - 5 * np.log10((1 + z_hel) * np.interp(z, fine, d))
    one = np.ones_like(r)
    return r @ inv @ r - (one @ inv @ r) ** 2 / (one @ inv @ one)


def tell(name, x, p):
    p = p / np.trapezoid(p, x)
    mean = np.trapezoid(x * p, x)
    cdf = np.concatenate([[0], np.cumsum((p[1:] + p[:-1]) / 2 * (x[1] - x[0]))])
    q = np.interp([0.15865525, 0.5, 0.84134475], cdf, x)
    print(f"  {name}: mean {mean:.5f} sd {np.sqrt(np.trapezoid((x - mean) ** 2 * p, x)):.5f} q16 {q[0]:.5f} median {q[1]:.5f} q84 {q[2]:.5f}")


for name, table, matrix in [
    ("Pantheon", "pantheon2018/lcparam_DS17f.txt", "pantheon2018/sys_DS17f.txt"),
    ("Union3", "union3/lcparam_full.txt", "union3/mag_covmat.txt"),
]:
    data = load(f"{root}/{table}", f"{root}/{matrix}")
    m = np.linspace(0.1, 0.6, 201)
    c = np.array([chi2(data, x, -1) for x in m])
    print(name, f"flat LCDM: chi2 {c.min():.4f} of {len(data[0])}")
    tell("Om", m, np.exp(-(c - c.min()) / 2))
    m, w = np.linspace(0, 1, 101), np.linspace(-3, 0, 121)
    c = np.array([[chi2(data, x, y) for y in w] for x in m])
    p = np.exp(-(c - c.min()) / 2)
    best = np.unravel_index(c.argmin(), c.shape)
    print(f"  flat wCDM: chi2 {c.min():.4f} near Om {m[best[0]]:.3f} w {w[best[1]]:.3f}")
    tell("Om", m, np.trapezoid(p, w, axis=1))
    tell("w", w, np.trapezoid(p, m, axis=0))
