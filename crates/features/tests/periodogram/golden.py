"""Curves, their periodograms and false-alarm probabilities by astropy, for main.rs:

    pip install astropy==8.0.2 scipy
    python golden.py > golden.txt

Powers of one band are those of `LombScargle(t, y, dy).power(method="slow")`. Its method `false_alarm_probability` rounds the highest
frequency to a grid of its own, so the function behind it is called. Astropy has no such probability for several bands, and its
multi-band powers are regularised, so the power of several bands is here the share of chi-squared that `numpy.linalg.lstsq` removes
with a constant, a cosine and a sine a band.
"""

import sys

import astropy
import numpy as np
from astropy.timeseries import LombScargle
from astropy.timeseries.periodograms.lombscargle._statistics import false_alarm_probability

rng = np.random.default_rng(2009)


def curve(n, span, period, amplitude, phase=0.0, whole_days=False):
    t = np.sort(rng.uniform(0, span, n))
    t = 56000 + (np.round(t) if whole_days else np.round(t, 4))
    error = np.round(rng.uniform(0.5, 2, n), 3)
    return t, np.round(100 + amplitude * np.sin(2 * np.pi * t / period + phase) + error * rng.normal(size=n), 3), error


def least_squares(bands, frequency):
    before, after = 0.0, 0.0
    for t, y, error in bands:
        x = 2 * np.pi * frequency * (t - t.mean())
        design = np.stack([np.ones_like(x), np.cos(x), np.sin(x)], axis=1) / error[:, None]
        for columns, into in ((design[:, :1], "before"), (design, "after")):
            solution = np.linalg.lstsq(columns, y / error, rcond=None)[0]
            chi2 = np.sum((y / error - columns @ solution) ** 2)
            before, after = (before + chi2, after) if into == "before" else (before, after + chi2)
    return (before - after) / before


def show(name, bands, first, step, count):
    print("# curve", name)
    for index, band in enumerate(bands):
        for row in zip(*band):
            print(index, *(f"{value:.10g}" for value in row))
    frequency = first + step * np.arange(count)
    print("# grid", repr(float(first)), repr(float(step)), count)
    if len(bands) == 1:
        peer = LombScargle(*bands[0])
        power = peer.power(frequency, method="slow")
        levels = np.array([0.05, 0.2, 0.5, 0.9])
        fap = false_alarm_probability(levels, frequency[-1], *bands[0], "standard", method="baluev")
        print("# false alarm", *(f"{level}:{value:.15g}" for level, value in zip(levels, fap)))
    else:
        power = [least_squares(bands, f) for f in frequency]
    print("# power", *(f"{value:.15g}" for value in power))


print("# astropy", astropy.__version__, "numpy", np.__version__)
show("sine", [curve(60, 90, 7.3, 3)], 0.0011, 0.0023, 300)
show("noise", [curve(25, 150, 1, 0)], 0.0007, 0.0017, 700)
show("long", [curve(150, 3000, 0.61, 1.5)], 1.5, 0.00007, 300)
show("few", [curve(6, 40, 5, 4)], 0.005, 0.01, 90)
show("whole days", [curve(40, 60, 9.1, 5, whole_days=True)], 0.011, 0.0103, 130)
show("three bands", [curve(20, 90, 4.4, 3, phase) for phase in (0.0, 0.3, 1.1)], 0.0013, 0.0027, 250)
show("uneven bands", [curve(n, span, 4.4, 3) for n, span in ((5, 30), (40, 90), (9, 60))], 0.0013, 0.0027, 250)
print("written by astropy", astropy.__version__, file=sys.stderr)
