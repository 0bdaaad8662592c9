"""Curves and what `light-curve` measures in each, for main.rs:

    pip install light-curve==0.13.3
    python golden.py > golden.txt

The package is run, and nothing of it copied; each column of hesper stands beside the evaluator that gives it. What `light-curve`
refuses to measure is written as nan. Where a quantile stands among the points it reckons in single precision, hesper in double, so
what is made of quantiles differs in the sixth digit or later: benches/malanchev.py shows that this is all.
"""

import math
import sys

import light_curve as lc
import numpy as np

EVALUATORS = [
    (["anderson_darling"], lc.AndersonDarlingNormal()),
    (["percentile_range"], lc.InterPercentileRange(0.05)),
    (["reduced_chi2"], lc.ReducedChi2()),
    (["stetson_k"], lc.StetsonK()),
    (["weighted_mean"], lc.WeightedMean()),
    (["duration"], lc.Duration()),
    (["otsu_difference", "otsu_sd_low", "otsu_sd_high", "otsu_share_low"], lc.OtsuSplit()),
    (["linear_fit_slope", "linear_fit_slope_err", "linear_fit_chi2"], lc.LinearFit()),
    (["amplitude_half"], lc.Amplitude()),
    (["amplitude_median"], lc.PercentAmplitude()),
    (["moments_mean"], lc.Mean()),
    (["moments_sd"], lc.StandardDeviation()),
    (["moments_skew"], lc.Skew()),
    (["moments_kurtosis"], lc.Kurtosis()),
    (["moments_relative_sd"], lc.MeanVariance()),
    (["moments_excess_variance"], lc.ExcessVariance()),
    (["moments_beyond1"], lc.BeyondNStd(1.0)),
    (["moments_beyond2"], lc.BeyondNStd(2.0)),
    (["percentiles_median"], lc.Median()),
    (["percentiles_mad"], lc.MedianAbsoluteDeviation()),
    (["percentiles_range25"], lc.InterPercentileRange(0.25)),
    (["percentiles_ratio40"], lc.MagnitudePercentageRatio(0.40, 0.05)),
    (["percentiles_ratio20"], lc.MagnitudePercentageRatio(0.20, 0.05)),
    (["percentiles_relative_range"], lc.PercentDifferenceMagnitudePercentile(0.05)),
    (["percentiles_near_median"], lc.MedianBufferRangePercentage(0.10)),
    (["variability_eta"], lc.Eta()),
    (["variability_eta_e"], lc.EtaE()),
    (["variability_cusum"], lc.Cusum()),
    (["variability_slope"], lc.MaximumSlope()),
    (["times_mean"], lc.TimeMean()),
    (["times_sd"], lc.TimeStandardDeviation()),
    (["times_shortest"], lc.MinimumTimeInterval()),
    (["times_longest"], lc.MaximumTimeInterval()),
]


def measure(t, flux, error):
    """One value a column, in the order of `EVALUATORS`."""
    values = []
    for names, evaluator in EVALUATORS:
        values += list(evaluator(t, flux, error, fill_value=math.nan, sorted=True))
    return values


def curves():
    rng = np.random.default_rng(1996)

    def curve(n, shape, noise):
        t = np.round(np.sort(rng.uniform(56190, 56340, n)), 3)
        error = np.round(noise * rng.uniform(0.6, 1.6, n), 2)
        return t, np.round(shape(t) + error * rng.normal(size=n), 2), error

    def supernova(t):
        return 3000 * np.exp(-(t - 56230) / 28) / (1 + np.exp(-(t - 56230) / 4))

    yield "supernova, 40 points", curve(40, supernova, 60)
    yield "supernova, 11 points", curve(11, supernova, 60)
    yield "faint supernova", curve(25, lambda t: 0.05 * supernova(t), 60)
    yield "noise", curve(33, np.zeros_like, 50)
    yield "sine", curve(120, lambda t: 1000 + 300 * np.sin(2 * np.pi * t / 11.3), 5)
    yield "one high point", curve(101, lambda t: 1e5 * (np.arange(len(t)) == 50), 10)
    for n in [1, 2, 3, 4, 5]:
        yield f"{n} points", curve(n, supernova, 60)
    t = np.arange(56200.0, 56212.0)
    yield "few levels", (t, np.array([3.0, 1, 1, 2, 2, 2, 3, 3, 1, 7, 7, 2]), np.array([1.0, 2, 3, 4] * 3))
    yield "one level", (t, np.full(12, 0.1), np.array([0.1, 0.2, 0.3, 0.4] * 3))


def main():
    print("# light-curve", lc.__version__)
    print("# columns", *(name for names, _ in EVALUATORS for name in names))
    for name, (t, flux, error) in curves():
        print("# curve", name)
        for row in zip(t, flux, error):
            print(*(f"{value:.10g}" for value in row))
        print("# values", *(f"{value:.15g}" for value in measure(t, flux, error)))
    print("written by light-curve", lc.__version__, file=sys.stderr)


if __name__ == "__main__":
    main()
