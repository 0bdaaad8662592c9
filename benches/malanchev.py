#!/usr/bin/env python3
"""Features that assume no shape beside those of `light-curve`, on real curves: values and CPU seconds of one thread each.

    pip install light-curve numpy pyarrow
    python3 benches/malanchev.py --snpcc ../shared/data/snpcc/snpcc_open.tar.xz [--objects 125] [--repeats 9] [--out malanchev.json]

Sets: `malanchev` (what RESSPECT takes: 13 numbers a band) and `statistics` (all that has a peer there: 38 numbers a band). Each band
of each object is a curve. `light-curve` runs as `Extractor.many(n_jobs=1, check=False, sorted=True)` on a list of NumPy arrays and on an Arrow
array, and the faster counts; hesper runs as `describe` in the example `statistics_bench` of `crates/features`, which sorts
the points of an object into bands within the measured time. The two take turns; the table gives medians. `light-curve` is
GPL-3.0-or-later and is only ever run.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import light_curve as lc
import numpy as np
import pyarrow as pa

from forest import ROOT, processor

sys.path.insert(0, str(ROOT / "crates/features/tests/statistics"))
from golden import EVALUATORS

MALANCHEV = 8  # the first of EVALUATORS
BANDS = ["g", "r", "i", "z"]


def build(example):
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-features", "--example", example, "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == example and m.get("executable"))


def objects(path, count, seed):
    """Random objects, each a list over `BANDS` of (times, fluxes in nJy, errors), in order of time."""
    found = []
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.name.endswith(".DAT"):
                continue
            rows = {band: [] for band in BANDS}
            for line in archive.extractfile(member).read().decode().splitlines():
                if line.startswith("OBS:"):
                    fields = line.split()
                    rows[fields[2]].append([float(fields[1]), float(fields[4]), float(fields[5])])
            curves = [np.array(sorted(rows[band])).reshape(-1, 3) * [1, 10**1.56, 10**1.56] for band in BANDS]
            found.append([tuple(np.ascontiguousarray(column) for column in curve.T) for curve in curves])
    found.sort(key=lambda curves: [len(curve[0]) for curve in curves])
    return random.Random(seed).sample(found, count)


def run_hesper(program, features, repeats, sample):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        np.concatenate([part for curves in sample for curve in curves for part in curve]).astype("<f8").tofile(directory / "points.f64")
        counts = [[len(curve[0]) for curve in curves] for curves in sample]
        (directory / "task.json").write_text(json.dumps(dict(features=features, repeats=repeats, bands=BANDS, objects=counts)))
        output = json.loads(subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout)
        values = np.fromfile(directory / "values.f64", "<f8").reshape(len(sample), len(output["columns"]))
    return output["seconds"], output["columns"], values


def cpu(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure(name, evaluators, program, sample, repeats):
    curves = [curve for curves in sample for curve in curves]
    columns = [column for names, _ in evaluators for column in names]
    extractor = lc.Extractor(*(evaluator for _, evaluator in evaluators))
    structs = pa.array([[dict(t=t, m=m, s=s) for t, m, s in zip(*curve)] for curve in curves])
    options = dict(fill_value=np.nan, sorted=True, check=False, n_jobs=1)
    peers = {
        "numpy": lambda: extractor.many(curves, **options),
        "arrow": lambda: extractor.many(structs, arrow_fields=dict(t="t", m="m", sigma="s"), **options),
    }
    theirs = {key: work() for key, work in peers.items()}["numpy"]
    seconds = {"hesper": [], **{key: [] for key in peers}}
    for _ in range(repeats):
        ours, names, values = run_hesper(program, [name], 3, sample)
        seconds["hesper"].append(statistics.median(ours))
        for key, work in peers.items():
            seconds[key].append(statistics.median(cpu(work)[0] for _ in range(3)))
    # Curves in order, columns in that of `columns`.
    ours = np.stack([values[:, [names.index(f"{column}_{band}") for column in columns]] for band in BANDS], axis=1)
    agreement = compare(ours.reshape(len(curves), len(columns)), theirs, columns)
    ranges = np.array([single_precision_range(flux) for _, flux, _ in curves])
    their_ranges = theirs[:, columns.index("percentile_range")]
    agreement["percentile_range"]["greatest_relative_difference_in_single_precision"] = float(
        np.max(np.abs(ranges - their_ranges) / np.maximum(their_ranges, np.finfo(float).tiny)))
    medians = {key: statistics.median(value) / len(curves) * 1e6 for key, value in seconds.items()}
    best = min(peers, key=medians.get)
    return dict(curves=len(curves), points=float(np.median([len(curve[0]) for curve in curves])), columns=len(columns),
                microseconds_a_curve=medians, fastest_peer=best, ratio=medians[best] / medians["hesper"],
                agreement=agreement, seconds=seconds)


def single_precision_range(flux):
    """Our definition of percentile_range with the places among the points in single precision, as light-curve's seem to be."""
    single, flux = np.float32, np.sort(flux)

    def quantile(share):
        place = np.clip(single(share) * single(len(flux)) - single(0.5), 0, len(flux) - 1)
        below = int(place)
        above = min(below + 1, len(flux) - 1)
        return flux[below] + (float(place) - below) * (flux[above] - flux[below])

    return quantile(0.95) - quantile(0.05)


def compare(ours, theirs, columns):
    agreement = {}
    for column, a, b in zip(columns, ours.T, theirs.T):
        both = ~np.isnan(a) & ~np.isnan(b)
        difference = np.abs(a - b)[both] / np.maximum(np.abs(b[both]), np.finfo(float).tiny)
        difference[a[both] == b[both]] = 0
        agreement[column] = dict(greatest_relative_difference=float(difference.max(initial=0)),
                                 within_1e_6=float((difference <= 1e-6).mean()),
                                 measured_by_one_alone=int((np.isnan(a) != np.isnan(b)).sum()))
    return agreement


def table(results):
    lines = []
    for name, result in results.items():
        lines += [f"{name}: {result['curves']} curves, {result['points']:.0f} points in the median one, {result['columns']} numbers each",
                  *(f"  {key:<24}{value:8.3f} us of CPU a curve" for key, value in result["microseconds_a_curve"].items()),
                  f"  hesper is {result['ratio']:.2f} times as fast as the faster way of light-curve", ""]
    lines.append(f"{'column':<28}{'greatest rel. diff.':>20}{'within 1e-6':>13}{'one alone':>11}")
    for column, row in results["statistics"]["agreement"].items():
        lines.append(f"{column:<28}{row['greatest_relative_difference']:>20.1e}{row['within_1e_6']:>13.4f}{row['measured_by_one_alone']:>11}")
    single = results["malanchev"]["agreement"]["percentile_range"]["greatest_relative_difference_in_single_precision"]
    lines.append(f"with the place of a quantile among the points in single precision, percentile_range differs from light-curve's by {single:.1e}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snpcc", type=pathlib.Path, required=True, help="archive of SNPCC's light curves as SNANA text")
    parser.add_argument("--objects", type=int, default=125, help="how many random objects of four bands each")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, help="where to write the measurements as JSON")
    options = parser.parse_args()

    program = build("statistics_bench")
    sample = objects(options.snpcc, options.objects, options.seed)
    results = {
        "malanchev": measure("malanchev", EVALUATORS[:MALANCHEV], program, sample, options.repeats),
        "statistics": measure("statistics", EVALUATORS, program, sample, options.repeats),
    }
    print(table(results))
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     light_curve=lc.__version__, numpy=np.__version__, python=platform.python_version(),
                     seed=options.seed, repeats=options.repeats, threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
