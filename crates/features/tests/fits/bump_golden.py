"""Bands and the lowest chi-squared that scipy finds for the bump function, for bump.rs:

    python bump_golden.py > bump_golden.txt

scipy.optimize.least_squares on (p1, p2, p3) from RESSPECT's start and 60 random ones, within the bounds of the feature `bump`.
A band: one line "band chi2", then "mjd flux flux_err" for each point.
"""

import numpy as np
import scipy
from scipy.optimize import least_squares
from scipy.special import expit

rng = np.random.default_rng(7)


def bump(place, t, flux):
    p1, height, p3 = np.exp(place[0]), place[1], np.exp(place[2])
    d = t - t[np.argmax(flux)]
    x = d + 40
    return flux.max() * expit(p1 * d + height - np.exp(np.minimum(p3 * x, 300)) + np.exp(40 * p3))


lower, upper = [np.log(1e-3), -10, np.log(1e-3)], [np.log(10), 10, np.log(0.2)]
start = [np.log(0.225), 0.225 * 40 - 2.5 - np.exp(40 * 0.038), np.log(0.038)]
print(f"# scipy {scipy.__version__}, numpy {np.__version__}")
for signal, n, t0, rise, fall in [
    (60, 28, 40, 3.5, 25),
    (8, 24, 50, 5.0, 35),
    (2, 20, 30, 4.0, 25),
    (30, 15, 5, 4.0, 60),
    (30, 18, 95, 4.0, 30),
    (40, 9, 40, 4.0, 30),
]:
    t = np.round(56200 + np.sort(rng.uniform(0, 110, n)), 3)
    x = t - 56200 - t0
    flux = signal * 90 * np.exp(-x / fall) / (1 + np.exp(-x / rise))
    error = np.round(90 * rng.uniform(0.7, 1.4, n), 2)
    flux = np.round(flux + error * rng.normal(size=n), 2)
    starts = [start] + [rng.uniform(lower, upper) for _ in range(60)]
    best = min(
        2 * least_squares(lambda p: (bump(p, t, flux) - flux) / error, s, bounds=(lower, upper), x_scale="jac").cost for s in starts
    )
    print("band", repr(float(best)))
    for row in zip(t, flux, error):
        print(*(repr(float(v)) for v in row))
