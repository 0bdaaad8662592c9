#!/usr/bin/env python3
"""Bazin fits of other programs, and ours, on the same light curves.

    python benches/bazin_peers.py --objects objects.parquet --ids 200 --seed 0 \
        --out peers.parquet --summary peers.json [--hesper target/release/hesper | --ours features.parquet]

Every method fits every band with at least five points of the same objects, one after the other on one thread. Each
solution is brought to one form, fluxes in nJy and times in MJD,

    f(t) = A exp(-(t - t0) / fall) / (1 + exp(-(t - t0) / rise)) + B,

and judged by one chi-squared function (`chi_squared` below), whatever the program itself reported.

Methods
- `resspect`: the set-up of LSSTDESC/RESSPECT (`bazin.py`, `fit_scipy`), re-stated here: SciPy's trust-region reflective
  least squares in its own units (FLUXCAL, zero point 27.5; days from the band's first point), residual |data - model| / error,
  parameters (A, B, t0, fall, fall/rise), its start and its bounds, among them rise <= fall.
- `trf-scaled`: the same with signed residuals, scaled by the Jacobian (`x_scale="jac"`) and 2,000 evaluations: what the
  peer's algorithm can do with a better set-up.
- `lmsder`, `lmsder-100`, `ceres`, `ceres-100`, `mcmc-lmsder`: `BazinFit` of the `light-curve` package (GPL: run as a
  process of its own, bazin_light_curve.py), default (10 iterations), 100 iterations, and 4,096
  ensemble steps followed by 100 iterations. It needs six points.
- `search`, only on request (`--methods ...,search`): a grid and many polished starts (bazin_search.py); slow, a yardstick for
  the best solution there is, not a competitor.
- `hesper`: ours, from a features table (`--ours`) or by running the binary on the same objects (`--hesper`); its CPU time
  is that of the whole process, with start-up, reading and writing.

Seconds are CPU seconds: of the fit alone for the peers. Needs: light-curve, scipy, numpy, pyarrow.
"""

import bazin_timing  # before numpy: one thread

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import resource
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy
from scipy.optimize import least_squares

from bazin_search import search

MINIMUM_POINTS = 5
PARAMETERS = 5
# nJy per unit of FLUXCAL: zero points 31.4 and 27.5.
NJY_PER_FLUXCAL = 10 ** (0.4 * (31.4 - 27.5))
# A solution counts as best when its chi-squared exceeds the best by no more than this share.
BEST_WITHIN = 0.01
COLUMNS = ("amplitude", "baseline", "t0", "rise", "fall")


# ---------------------------------------------------------------- the common yardstick


def model(mjd, amplitude, baseline, t0, rise, fall):
    """The Bazin function, evaluated in logarithms so that runaway parameters neither overflow nor give NaN."""
    x = np.asarray(mjd, dtype=np.float64) - t0
    with np.errstate(all="ignore"):
        log_shape = -x / fall - np.logaddexp(0.0, -x / rise)
        pulse = np.exp(np.minimum(math.log(abs(amplitude)) + log_shape, 700.0)) if amplitude else np.zeros_like(x)
    return math.copysign(1.0, amplitude) * pulse + baseline


def chi_squared(curve, parameters):
    """Sum of squared residuals over errors; NaN when a parameter is not finite."""
    if not all(math.isfinite(value) for value in parameters) or parameters[3] == 0 or parameters[4] == 0:
        return math.nan
    with np.errstate(all="ignore"):
        residual = (curve["flux"] - model(curve["mjd"], *parameters)) / curve["flux_err"]
        return float(residual @ residual)


# ---------------------------------------------------------------- the peers' fits
# Each takes (days from the first point, flux in nJy, error in nJy) and returns
# ((A, B, t0 in days, rise, fall) in nJy, did the program itself call it converged).


def _resspect_model(parameters, t):
    amplitude, baseline, t0, fall, ratio = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        shape = np.exp(-(t - t0) / fall) / (1 + np.exp(-(t - t0) / (fall / ratio)))
        flux = amplitude * shape + baseline
    # The peer caps the model at 1e11, by Python's own `max` over the array; kept because it is part of its cost.
    return flux if max(flux) < 1e11 else np.where(flux < 1e11, flux, 1e11)


def _resspect_start_and_bounds(t, flux):
    peak = int(flux.argmax())
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        # Slices that begin before the first point are empty in Python: their NaN leads to the next choice.
        fall = t[peak - 2 : peak + 2].std() / 2
        if math.isnan(fall):
            fall = t[peak - 1 : peak + 1].std() / 2
    if math.isnan(fall) or fall < 1:
        fall = 50.0
    lower = np.array([1e-3, -1e11, -0.5 * t.max(), 1e-3, 1.0])
    upper = np.array([1e11, 1e11, 1.5 * t.max(), 1e11, 1e11])
    start = np.clip(np.array([2 * flux[peak], 0.0, t[peak], fall, 2.0]), lower, upper)
    return start, (lower, upper)


def _from_resspect(result):
    amplitude, baseline, t0, fall, ratio = result.x
    parameters = (amplitude * NJY_PER_FLUXCAL, baseline * NJY_PER_FLUXCAL, t0, fall / ratio, fall)
    return parameters, result.status > 0


def fit_resspect(t, flux, error):
    flux, error = flux / NJY_PER_FLUXCAL, error / NJY_PER_FLUXCAL
    start, bounds = _resspect_start_and_bounds(t, flux)
    residual = lambda parameters: abs(flux - _resspect_model(parameters, t)) / error
    return _from_resspect(least_squares(residual, start, bounds=bounds, method="trf", loss="linear"))


def fit_trf_scaled(t, flux, error):
    flux, error = flux / NJY_PER_FLUXCAL, error / NJY_PER_FLUXCAL
    start, bounds = _resspect_start_and_bounds(t, flux)
    residual = lambda parameters: (_resspect_model(parameters, t) - flux) / error
    return _from_resspect(least_squares(residual, start, bounds=bounds, method="trf", x_scale="jac", max_nfev=2000))


SCIPY_METHODS = {
    "resspect": fit_resspect,
    "trf-scaled": fit_trf_scaled,
    "search": lambda t, flux, error: (search(t, flux, error), True),
}
LIGHT_CURVE_METHODS = ("lmsder", "lmsder-100", "ceres", "ceres-100", "mcmc-lmsder")
DEFAULT_METHODS = ("resspect", "trf-scaled", *LIGHT_CURVE_METHODS)
METHODS = (*DEFAULT_METHODS, "search")


def run_peers(methods, bands, repeats):
    """Solutions of all methods, in their order, and the version of light-curve (None when it was not run)."""
    inputs = [(curve["mjd"] - curve["mjd"][0], curve["flux"], curve["flux_err"]) for curve in bands]
    results = {}
    for name in methods:
        if name in SCIPY_METHODS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            results[name] = bazin_timing.fit_all(SCIPY_METHODS[name], inputs, repeats)
    others = [name for name in methods if name in LIGHT_CURVE_METHODS]
    if others:
        results |= run_light_curve(others, inputs, repeats)
    rows = []
    for name in methods:
        for curve, found in zip(bands, results[name]):
            amplitude, baseline, t0, rise, fall = found["parameters"]
            parameters = (amplitude, baseline, curve["mjd"][0] + t0, rise, fall)
            rows.append(solution(curve, name, parameters, found["converged"], found["cpu_seconds"], found["error"]))
    return rows, results.get("version")


def run_light_curve(methods, inputs, repeats):
    """The GPL package in a process of its own; JSON keeps every digit of a double."""
    program = pathlib.Path(__file__).with_name("bazin_light_curve.py")
    request = {"methods": methods, "repeats": repeats, "bands": [[list(values) for values in band] for band in inputs]}
    done = subprocess.run([sys.executable, str(program)], input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program.name} ended with status {done.returncode}")
    return json.loads(done.stdout)


def solution(curve, method, parameters, converged, seconds, error=""):
    chi2 = chi_squared(curve, parameters)
    row = {"object_id": curve["object_id"], "band": curve["band"], "method": method}
    row |= dict(zip(COLUMNS, (float(value) for value in parameters)))
    row |= {"chi2": chi2, "n": len(curve["mjd"]), "converged": converged and math.isfinite(chi2)}
    return row | {"cpu_seconds": seconds, "error": error}


# ---------------------------------------------------------------- ours


def run_hesper(binary, objects, repeats):
    """Runs the binary on the table of objects; returns its features and the median CPU seconds of the process."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "objects.parquet"), pathlib.Path(folder, "features.parquet")
        pq.write_table(objects, source)
        command = [binary, "features", str(source), "--set", "bazin", "--threads", "1", "--out", str(target), "--json"]
        seconds = []
        for _ in range(repeats):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if done.returncode != 0:
                sys.exit(f"{' '.join(command)}\nended with status {done.returncode}:\n{done.stderr}")
            seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        found = [target] if target.is_file() else sorted(target.rglob("*.parquet"))
        if len(found) != 1:
            sys.exit(f"expected one features table at {target}, found {len(found)}")
        return pq.read_table(found[0]), float(np.median(seconds))


def our_solutions(features, bands, seconds_per_object):
    """Our parameters as solutions, and how far our own chi-squared and point counts are from the common ones."""
    columns = {name: features[name].to_pylist() for name in features.column_names}
    place = {str(name): index for index, name in enumerate(columns["object_id"])}
    bands_of = {}
    for curve in bands:
        bands_of[curve["object_id"]] = bands_of.get(curve["object_id"], 0) + 1
    rows, worst, differing, other_counts = [], 0.0, 0, 0
    for curve in bands:
        index, band = place.get(curve["object_id"]), curve["band"]

        def value(name):
            found = columns[f"bazin_{name}_{band}"][index] if index is not None else None
            return math.nan if found is None else float(found)

        if index is not None and f"bazin_amplitude_{band}" not in columns:
            sys.exit(f"the features table has no column bazin_amplitude_{band}")
        row = solution(curve, "hesper", [value(name) for name in COLUMNS], True,
                       seconds_per_object / bands_of[curve["object_id"]], "" if index is not None else "object missing")
        if math.isfinite(row["chi2"]):
            # With as many parameters as points chi-squared is rounding noise: compared on an absolute scale there.
            difference = abs(value("chi2") - row["chi2"]) / max(row["chi2"], 1e-3)
            worst = max(worst, difference) if math.isfinite(difference) else math.inf
            differing += not difference <= 1e-6
            other_counts += value("n") != row["n"]
        rows.append(row)
    check = {"bands_where_chi2_differs_by_more_than_1e-6": differing, "largest_relative_difference": worst,
             "bands_with_another_number_of_points": other_counts}
    return rows, check


# ---------------------------------------------------------------- data in, tables out


def read_objects(path, count, seed):
    """The chosen objects as a table, and their bands with enough usable points, in time order."""
    table = pq.read_table(path)
    ids = np.array([str(name) for name in table["object_id"].to_pylist()])
    chosen = np.argsort(ids, kind="stable")
    if count and count < len(ids):
        chosen = np.sort(np.random.default_rng(seed).choice(len(ids), size=count, replace=False))
        chosen = np.argsort(ids, kind="stable")[chosen]
    table = table.take(pa.array(chosen))
    bands = []
    for name, points in zip(table["object_id"].to_pylist(), table["lightcurve"].to_pylist()):
        by_band = {}
        for point in points or []:
            values = [math.nan if point[key] is None else point[key] for key in ("mjd", "flux", "flux_err")]
            if all(math.isfinite(value) for value in values) and values[2] > 0:
                by_band.setdefault(point["band"], []).append(values)
        for band, rows in sorted(by_band.items()):
            if len(rows) >= MINIMUM_POINTS:
                mjd, flux, flux_err = np.array(sorted(rows, key=lambda row: row[0]), dtype=np.float64).T.copy()
                bands.append({"object_id": str(name), "band": band, "mjd": mjd, "flux": flux, "flux_err": flux_err})
    return table, bands


def summarise(rows, bands, object_count):
    methods = list(dict.fromkeys(row["method"] for row in rows))
    chi2 = {method: np.array([row["chi2"] for row in rows if row["method"] == method]) for method in methods}
    points = np.array([len(curve["mjd"]) for curve in bands])
    everything = np.array([chi2[method] for method in methods])
    best = np.nanmin(np.where(np.isfinite(everything), everything, np.inf), axis=0)
    judged = points > PARAMETERS  # with five points the best chi-squared is zero and a ratio to it means nothing
    summary = {}
    for method in methods:
        own = [row for row in rows if row["method"] == method]
        seconds = sum(row["cpu_seconds"] for row in own)
        finite = np.isfinite(chi2[method])
        reduced = chi2[method][judged & finite] / (points[judged & finite] - PARAMETERS)
        with np.errstate(invalid="ignore"):  # infinity over infinity where every method failed: NaN, never within
            excess = np.where(finite, chi2[method], np.inf)[judged] / best[judged] - 1
        summary[method] = {
            "objects_per_cpu_second": object_count / seconds if seconds > 0 else None,
            "cpu_seconds": seconds,
            "median_reduced_chi2": float(np.median(reduced)),
            "mean_reduced_chi2": float(np.mean(reduced)),
            "share_within_1_percent_of_best": float(np.mean(excess <= BEST_WITHIN)),
            "share_within_10_percent_of_best": float(np.mean(excess <= 0.1)),
            "bands": len(own),
            "bands_judged": int(judged.sum()),
            "failed": int((~finite).sum()),
            "failed_for_other_reasons_than_too_few_points": int((~finite & judged).sum()),
            "not_converged": sum(not row["converged"] for row in own) - int((~finite).sum()),
            "errors": sorted({row["error"] for row in own if row["error"]})[:5],
        }
    return summary, where_the_best_live(rows, bands, methods, judged)


def where_the_best_live(rows, bands, methods, judged):
    """The region of parameter space of the best solution of each judged band, over all methods."""
    table = {method: [row for row in rows if row["method"] == method] for method in methods}
    best = []
    for index, curve in enumerate(bands):
        candidates = [table[m][index] for m in methods if math.isfinite(table[m][index]["chi2"])]
        if judged[index] and candidates:
            best.append((min(candidates, key=lambda row: row["chi2"]), curve))

    def share(test):
        return float(np.mean([test(row, curve) for row, curve in best]))

    if not best:
        return {"bands": 0}
    span = lambda curve: curve["mjd"][-1] - curve["mjd"][0]
    regions = {
        "bands": len(best),
        "rise_above_fall": share(lambda r, c: r["rise"] > r["fall"]),
        "rise_above_fall_by_more_than_1_percent": share(lambda r, c: r["rise"] > 1.01 * r["fall"]),
        "negative_amplitude": share(lambda r, c: r["amplitude"] < 0),
        "t0_outside_data": share(lambda r, c: not c["mjd"][0] <= r["t0"] <= c["mjd"][-1]),
        "t0_before_first_point": share(lambda r, c: r["t0"] < c["mjd"][0]),
        "t0_after_last_point": share(lambda r, c: r["t0"] > c["mjd"][-1]),
        "rise_below_0.1_day": share(lambda r, c: abs(r["rise"]) < 0.1),
        "fall_below_0.1_day": share(lambda r, c: abs(r["fall"]) < 0.1),
        "fall_longer_than_data": share(lambda r, c: abs(r["fall"]) > span(c)),
        "fall_above_10_times_data": share(lambda r, c: abs(r["fall"]) > 10 * span(c)),
        "amplitude_above_100_times_largest_flux": share(lambda r, c: abs(r["amplitude"]) > 100 * abs(c["flux"]).max()),
    }
    for name in ("rise", "fall"):
        values = [row[name] for row, _ in best]
        regions[f"{name}_percentiles_1_10_50_90_99"] = [float(v) for v in np.percentile(values, [1, 10, 50, 90, 99])]
    won = [row["method"] for row, _ in best]
    regions["best_found_by"] = {method: won.count(method) for method in methods}
    return regions


def machine(light_curve_version):
    name = platform.processor()
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    versions = {"python": platform.python_version(), "light-curve": light_curve_version, "scipy": scipy.__version__,
                "numpy": np.__version__, "pyarrow": pa.__version__}
    return {"cpu": name, "cores": os.cpu_count(), "system": platform.platform(), "versions": versions,
            "date": datetime.date.today().isoformat()}


def write_aside(path, write):
    """Outputs appear whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def plain(value):
    """The same with null for numbers JSON cannot hold."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_report(report):
    place = report["machine"]
    print(f"{place['cpu']}, one thread, {place['date']}; " + ", ".join(f"{k} {v}" for k, v in place["versions"].items() if v))
    print(f"{report['objects']} objects (seed {report['seed']}), {report['bands']} bands with >= {MINIMUM_POINTS} points, "
          f"{report['bands_judged']} with more; chi-squared by one common function\n")
    print(f"{'method':<12} {'objects/s':>9} {'median':>8} {'mean':>10} {'within 1%':>9} {'10%':>6} {'failed':>12} {'not conv.':>9}")
    for name, line in report["methods"].items():
        rate = line["objects_per_cpu_second"]
        failed = f"{line['failed']} ({line['failed_for_other_reasons_than_too_few_points']})"
        print(f"{name:<12} {'' if rate is None or not math.isfinite(rate) else f'{rate:,.1f}':>9} "
              f"{line['median_reduced_chi2']:>8.4f} {line['mean_reduced_chi2']:>10.4g} "
              f"{line['share_within_1_percent_of_best']:>9.3f} {line['share_within_10_percent_of_best']:>6.3f} "
              f"{failed:>12} {line['not_converged']:>9}")
    print("median, mean: reduced chi-squared, bands with more than five points; failed: no finite solution")
    print("(in brackets: for a reason other than too few points); not conv.: the program said so\n")
    print("the best solution of each band, over all methods:")
    for name, value in report["best_solutions"].items():
        print(f"  {name:<42} {value if not isinstance(value, float) else f'{value:.3f}'}")
    if "our_chi2_check" in report:
        print("our own chi-squared against the common function:", json.dumps(report["our_chi2_check"]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", required=True, type=pathlib.Path, help="table of objects, Parquet")
    parser.add_argument("--ids", type=int, default=0, help="how many random objects; 0: all (default)")
    parser.add_argument("--seed", type=int, default=0, help="seed of that choice (default 0)")
    parser.add_argument("--methods", default=",".join(DEFAULT_METHODS), help="by comma; also: search")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="all solutions, .parquet or .csv")
    parser.add_argument("--summary", type=pathlib.Path, help="summary, JSON (default: --out with .json)")
    parser.add_argument("--objects-out", type=pathlib.Path, help="write the chosen objects here too, Parquet")
    ours = parser.add_mutually_exclusive_group()
    ours.add_argument("--ours", type=pathlib.Path, help="features table written by `hesper features --set bazin`")
    ours.add_argument("--hesper", help="the binary: runs it on the chosen objects and accounts its CPU time")
    parser.add_argument("--ours-seconds", type=float, help="CPU seconds per object, with --ours")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of the binary and of fast peers; the median counts")
    chosen = parser.parse_args()
    chosen.methods = [name for name in chosen.methods.split(",") if name]
    unknown = [name for name in chosen.methods if name not in METHODS]
    if unknown:
        parser.error(f"no such method: {', '.join(unknown)}; there are {', '.join(METHODS)}")
    if not chosen.methods and not chosen.ours and not chosen.hesper:
        parser.error("nothing to run")
    return chosen


def main():
    chosen = arguments()
    objects, bands = read_objects(chosen.objects, chosen.ids, chosen.seed)
    if not bands:
        sys.exit(f"{chosen.objects}: no band with {MINIMUM_POINTS} points")
    if chosen.objects_out:
        write_aside(chosen.objects_out, lambda path: pq.write_table(objects, path))
    extra = {}
    rows, light_curve_version = run_peers(chosen.methods, bands, chosen.repeats)
    if chosen.ours or chosen.hesper:
        if chosen.hesper:
            features, seconds = run_hesper(chosen.hesper, objects, chosen.repeats)
            extra["our_process_cpu_seconds"] = seconds
            per_object = seconds / objects.num_rows
        else:
            features = pq.read_table(chosen.ours)
            per_object = math.nan if chosen.ours_seconds is None else chosen.ours_seconds
        ours, extra["our_chi2_check"] = our_solutions(features, bands, per_object)
        rows += ours
    methods, regions = summarise(rows, bands, objects.num_rows)
    judged = sum(len(curve["mjd"]) > PARAMETERS for curve in bands)
    report = {"machine": machine(light_curve_version), "objects_file": chosen.objects.name, "objects": objects.num_rows, "seed": chosen.seed,
              "bands": len(bands), "bands_judged": judged, "methods": methods, "best_solutions": regions, **extra}
    table = pa.Table.from_pylist(rows)
    if chosen.out.suffix == ".csv":
        import pyarrow.csv as csv

        write_aside(chosen.out, lambda path: csv.write_csv(table, path))
    else:
        write_aside(chosen.out, lambda path: pq.write_table(table, path))
    summary = chosen.summary or chosen.out.with_suffix(".json")
    write_aside(summary, lambda path: path.write_text(json.dumps(plain(report), indent=1, allow_nan=False) + "\n", encoding="utf-8"))
    print_report(report)


if __name__ == "__main__":
    main()
