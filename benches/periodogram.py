#!/usr/bin/env python3
"""hesper's Lomb-Scargle periodogram beside astropy's and `light-curve`'s: powers and CPU seconds of one thread each.

    pip install astropy light-curve numpy scipy
    python3 benches/periodogram.py [--repeats 5] [--out periodogram.json]

Each case is a sine in noise at random times, with a frequency grid of 5 samples a peak. astropy runs `LombScargle(t, y, dy).power` with its methods
`cython` (exact), `fastchi2` and `fast` (approximate, by Fourier transform); its checks of the input are off. `light-curve` has no weights and no
floating mean, so it computes another, simpler number; it runs `Periodogram.power` on as many frequencies, directly, and by Fourier
transform where the number is rounded up to the next 2^k + 1. Powers are compared with those of `cython`. The programs take turns; the table gives
medians. `light-curve` is GPL-3.0-or-later and is only ever run.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import astropy
import light_curve as lc
import numpy as np
from astropy.timeseries import LombScargle

from forest import processor
from malanchev import build

CASES = {
    "supernova survey": dict(points=100, span=150.0, highest=5.0),
    "one band of LSST": dict(points=200, span=3650.0, highest=5.0),
    "ZTF star": dict(points=1000, span=2000.0, highest=10.0),
    "dense": dict(points=5_000, span=500.0, highest=10.0),
}
# A peer that takes longer than this in a case runs once in it.
LONGEST = 1.0


def series(case, seed):
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, case["span"], case["points"]))
    error = rng.uniform(0.5, 2.0, case["points"])
    return t, 20 + 1.5 * np.sin(2 * np.pi * t / 0.61) + error * rng.normal(size=len(t)), error


def cpu(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def run_hesper(program, t, y, error, first, step, count, repeats):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        np.concatenate([t, y, error]).astype("<f8").tofile(directory / "points.f64")
        task = dict(points=len(t), first=first, step=step, count=count, repeats=repeats)
        (directory / "task.json").write_text(json.dumps(task))
        output = json.loads(subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout)
        return statistics.median(output["seconds"]), np.fromfile(directory / "power.f64", "<f8")


def measure(case, program, repeats):
    t, y, error = series(case, 0)
    step = 1 / (5 * (t[-1] - t[0]))
    first, count = 0.5 * step, 1 + int(round((case["highest"] - 0.5 * step) / step))
    frequency = first + step * np.arange(count)
    peer = LombScargle(t, y, error)
    astropy_power = lambda method: lambda: peer.power(frequency, method=method, assume_regular_frequency=True)
    highest = 2 * np.pi * frequency[-1]
    power_of_two = 2 ** int(np.ceil(np.log2(count))) + 1
    direct = lc.Periodogram(freqs=2 * np.pi * frequency, fast=False, normalization="standard")
    fast = lc.Periodogram(freqs=np.linspace(0, highest, power_of_two), fast=True, normalization="standard")
    peers = {
        "astropy cython": astropy_power("cython"),
        "astropy fastchi2": astropy_power("fastchi2"),
        "astropy fast": astropy_power("fast"),
        "light-curve direct": lambda: direct.power(t, y),
        "light-curve fast": lambda: fast.power(t, y),
    }
    seconds, powers = {"hesper": []}, {}
    for _ in range(repeats):
        took, powers["hesper"] = run_hesper(program, t, y, error, first, step, count, 1 if len(t) > 500 else 5)
        seconds["hesper"].append(took)
        for name, work in list(peers.items()):
            took, powers[name] = cpu(work)
            if took > LONGEST:
                del peers[name]
            seconds.setdefault(name, []).append(took)
    exact = powers["astropy cython"]
    differences = {name: float(np.max(np.abs(power - exact))) for name, power in powers.items() if not name.startswith("light-curve")}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return dict(case=dict(case, frequencies=count), medians=medians, greatest_difference=differences,
                ratios={name: medians["hesper"] / value for name, value in medians.items() if name != "hesper"}, seconds=seconds)


def table(results):
    lines = []
    for name, result in results.items():
        case = result["case"]
        lines.append(f"{name}: {case['points']} points, {case['frequencies']} frequencies")
        for program, seconds in result["medians"].items():
            difference = result["greatest_difference"].get(program)
            lines.append(f"  {program:<20}{seconds * 1e3:>12.3f} ms of CPU"
                         + (f", hesper {result['ratios'][program]:.4f} of it" if program != "hesper" else " " * 23)
                         + (f", greatest difference from cython {difference:.1e}" if difference is not None else ""))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, help="where to write the measurements as JSON")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cases", default=",".join(CASES))
    options = parser.parse_args()
    program = build("periodogram_bench")
    results = {}
    for name in options.cases.split(","):
        results[name] = measure(CASES[name], program, options.repeats)
        print(table({name: results[name]}), flush=True)
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     astropy=astropy.__version__, light_curve=lc.__version__, numpy=np.__version__,
                     python=platform.python_version(), repeats=options.repeats, threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
