"""Bands and the lowest chi-squared that scipy finds for each, for golden.rs:

    python golden.py > golden.txt

Each band is drawn as SNPCC's are (a season of 50 to 150 days, fluxes in nJy); the last two are no Bazin functions. The fit is
scipy.optimize.least_squares (scipy 1.17.1) on all five parameters from 300 random starts, within the bounds of BazinParams.
"""

import numpy as np
from scipy.optimize import least_squares
from scipy.special import log_expit

rng = np.random.default_rng(20101)


def bazin(t, amplitude, baseline, t0, log_rise, log_fall):
    x = t - t0
    return amplitude * np.exp(np.minimum(-x / np.exp(log_fall) + log_expit(x / np.exp(log_rise)), 300.0)) + baseline


def best(t, flux, error):
    span, height = t[-1] - t[0], np.ptp(flux)
    lower = np.array([0.0, -np.inf, t[0] - span, np.log(1e-2), np.log(1e-2)])
    upper = np.array([np.inf, np.inf, t[0] + 2 * span, np.log(1e3), np.log(1e4)])
    costs = []
    for _ in range(300):
        start = [
            height * rng.uniform(0.3, 3),
            flux.min() + 0.3 * height * rng.uniform(),
            t[0] + span * rng.uniform(-0.2, 1.1),
            np.log(10 ** rng.uniform(-0.7, 1.5)),
            np.log(10 ** rng.uniform(0.3, 2.6)),
        ]
        found = least_squares(
            lambda p: (bazin(t, *p) - flux) / error, start, bounds=(lower, upper), x_scale="jac", max_nfev=500
        )
        costs.append(2 * found.cost)
    return min(costs)


def band(n, span, signal, t0, rise, fall, kind=""):
    t = np.round(np.sort(rng.uniform(56190, 56190 + span, n)), 3)
    noise = 90.0
    flux = bazin(t, signal * noise, 0.0, t0, np.log(rise), np.log(fall))
    if kind == "two humps":
        flux = flux + bazin(t, 0.7 * signal * noise, 0.0, t0 + 28, np.log(rise), np.log(0.6 * fall))
    if kind == "plateau":
        flux = signal * noise * ((t > t0) & (t < t0 + 55))
    error = np.round(np.hypot(noise, 0.03 * flux) * rng.uniform(0.7, 1.4, n), 2)
    return t, np.round(flux + error * rng.normal(size=n), 2), error


for name, args in {
    "bright, whole": (28, 120, 60, 56225, 3.5, 25),
    "bright, dense": (70, 150, 90, 56240, 4.5, 35),
    "faint, whole": (22, 110, 4, 56230, 3.0, 22),
    "faint, few points": (9, 80, 6, 56215, 4.0, 30),
    "rise alone": (18, 60, 30, 56245, 5.0, 40),
    "decline alone": (20, 90, 40, 56180, 4.0, 30),
    "nothing": (24, 110, 0, 56230, 4.0, 30),
    "two humps": (40, 140, 40, 56220, 3.0, 20, "two humps"),
    "plateau": (35, 140, 25, 56215, 3.0, 20, "plateau"),
}.items():
    t, flux, error = band(*args)
    print(f"# {name}; chi2 {best(t, flux, error):.8g}")
    for row in zip(t, flux, error):
        print(*(f"{value:.10g}" for value in row))
