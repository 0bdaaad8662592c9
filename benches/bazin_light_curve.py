"""Runs `BazinFit` of the `light-curve` package: standard input to standard output, JSON; started by bazin_peers.py.

A program of its own because that package is under the GPL: it is run to compare with, and nothing else here loads it.
Input: {"methods": [...], "repeats": n, "bands": [[days, flux, error], ...]}; output: {"version": ..., METHOD: [row a band]}.
"""

import json
import sys

from bazin_timing import fit_all

import light_curve
import numpy as np

ITERATIONS = {
    "lmsder": ("lmsder", {}),
    "lmsder-100": ("lmsder", {"lmsder_niter": 100}),
    "ceres": ("ceres", {}),
    "ceres-100": ("ceres", {"ceres_niter": 100}),
    "mcmc-lmsder": ("mcmc-lmsder", {"mcmc_niter": 4096, "lmsder_niter": 100}),
}


def fitter(name):
    algorithm, options = ITERATIONS[name]
    evaluator = light_curve.BazinFit(algorithm, **options)

    def fit(t, flux, error):
        amplitude, baseline, t0, rise, fall, _ = evaluator(t, flux, error, sorted=True)
        # The package reports no convergence; a finite result is all it promises.
        return (amplitude, baseline, t0, rise, fall), True

    return fit


def main():
    request = json.load(sys.stdin)
    bands = [tuple(np.array(values) for values in band) for band in request["bands"]]
    answer = {"version": light_curve.__version__}
    for name in request["methods"]:
        print(f"{name} ...", file=sys.stderr, flush=True)
        answer[name] = fit_all(fitter(name), bands, request["repeats"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
