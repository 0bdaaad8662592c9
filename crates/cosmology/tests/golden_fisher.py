"""Writes golden_fisher.csv, two seeded mock samples, and prints sigma_w of each: the Hessian of -ln posterior by finite
differences, with the distances of astropy and the offset as a third parameter (python golden_fisher.py golden_fisher.csv)."""

import sys

import astropy
import numpy as np
from astropy.cosmology import FlatwCDM

rng = np.random.default_rng(2026)
samples = {}
for name, n in [("deep", 120), ("shallow", 60)]:
    z = rng.uniform(0.05, 1.1 if name == "deep" else 0.4, n).round(6)
    samples[name] = z, rng.uniform(0.12, 0.3, n).round(6)
with open(sys.argv[1], "w") as file:
    print("sample,z,error", file=file)
    for name, (z, error) in samples.items():
        for row in zip(z, error):
            print(f"{name},{row[0]},{row[1]}", file=file)


def sigma_w(z, error, free_offset):
    truth = FlatwCDM(70, 0.3, w0=-1).distmod(z).value

    def cost(x):
        model = FlatwCDM(70, x[0], w0=x[1]).distmod(z).value + (x[2] if free_offset else 0)
        chi = np.sum(((model - truth) / error) ** 2)
        return 0.5 * (chi + ((x[0] - 0.3) / 0.02) ** 2 + ((x[1] + 1) / 0.2) ** 2)

    n = 3 if free_offset else 2
    x0, steps = np.array([0.3, -1.0, 0.0])[:n], np.array([2e-4, 1e-3, 1e-3])[:n]

    def hessian(scale):
        h = np.empty((n, n))
        for i in range(n):
            for j in range(n):
                a, b = np.eye(n)[i] * steps[i] * scale, np.eye(n)[j] * steps[j] * scale
                d = cost(x0 + a + b) - cost(x0 + a - b) - cost(x0 - a + b) + cost(x0 - a - b)
                h[i, j] = d / (4 * steps[i] * steps[j] * scale**2)
        return h

    # Richardson: the error of second order drops out.
    h = (4 * hessian(1) - hessian(2)) / 3
    return np.sqrt(np.linalg.inv(h)[1, 1])


print("astropy", astropy.__version__, "numpy", np.__version__)
for name, (z, error) in samples.items():
    print(name, *(f"{sigma_w(z, error, free):.10f}" for free in (True, False)))
