#!/usr/bin/env python3
"""How often 90 % conformal sets hold the true class on SNPCC, calibrated on the spectroscopic objects (out-of-fold
probabilities of a random forest) and used on the photometric ones: plain, for each class (Mondrian), weighted for the
shift by a discriminator, and both.

    pip install numpy pandas pyarrow
    python3 benches/conformal_shift.py FEATURES [--out conformal_shift.json] [--seeds 5] [--level 0.9]

FEATURES is a table of features (`hesper features`) with the columns `class` and `sample`. Classes: Ia and other. As a control
the same is done where calibration and use are exchangeable: as many photometric objects as there are spectroscopic ones, drawn
at random, take their place. Figures are means over seeds (of folds, forests and weights), with the lowest and highest; the last
column is Wilson's 95 % interval of the first seed. The example `conformal_shift` of `crates/learn` is built first.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOT_FEATURES = ["object_id", "class", "sample", "redshift", "peak_mag"]


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-learn", "--example", "conformal_shift", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "conformal_shift" and m.get("executable"))


def run(program, x, y, target, options):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        x.astype("<f8").tofile(directory / "x.f64")
        y.astype("<u4").tofile(directory / "y.u32")
        target.astype("<u4").tofile(directory / "target.u32")
        task = dict(rows=len(y), columns=x.shape[1], classes=2, level=options.level, seeds=options.seeds, folds=5,
                    largest=options.largest, leaf=options.leaf)
        (directory / "task.json").write_text(json.dumps(task))
        output = subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def spread(values):
    return f"{np.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})"


def table(rows):
    first = rows[0]
    lines = [f"accuracy {first['accuracy']:.3f}, discriminator's ROC area {first['separation']:.3f}, effective size of the "
             f"calibration rows with weights {first['effective_size']:.0f}",
             f"{'score':<20}{'variant':<10}{'coverage':<22}{'Ia':<22}{'other':<22}{'mean size':<11}{'single':<8}{'empty':<8}interval"]
    for key in dict.fromkeys((row["score"], row["variant"]) for row in rows):
        found = [row["coverage"] for row in rows if (row["score"], row["variant"]) == key]
        mean = lambda name: np.mean([coverage[name] for coverage in found])
        share = found[0]["share"]
        lines.append(
            f"{key[0]:<20}{key[1]:<10}{spread([c['share']['estimate'] for c in found]):<22}"
            f"{spread([c['by_class'][1]['estimate'] for c in found]):<22}{spread([c['by_class'][0]['estimate'] for c in found]):<22}"
            f"{mean('mean_size'):<11.3f}{mean('single'):<8.3f}{mean('empty'):<8.3f}{share['lower']:.3f}-{share['upper']:.3f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, help="where to write the figures as JSON")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--level", type=float, default=0.9)
    parser.add_argument("--largest", type=float, default=50.0, help="the largest weight")
    parser.add_argument("--leaf", type=int, default=5, help="the fewest rows in a leaf of the discriminator")
    options = parser.parse_args()

    frame = pd.read_parquet(options.features)
    x = frame.drop(columns=[name for name in NOT_FEATURES if name in frame]).to_numpy(float)
    y = (frame["class"] == "Ia").to_numpy()
    photometric = (frame["sample"] == "photometric").to_numpy()
    program = build()
    results = {"spectroscopic to photometric": run(program, x, y, photometric, options)}
    rows = np.flatnonzero(photometric)
    drawn = np.random.default_rng(0).permutation(len(rows)) >= (~photometric).sum()
    results["control: photometric to photometric"] = run(program, x[rows], y[rows], drawn, options)
    for name, found in results.items():
        print(f"{name}\n{table(found)}\n")
    if options.out:
        about = dict(features=options.features.name, objects=len(y), features_used=x.shape[1], level=options.level,
                     largest=options.largest, leaf=options.leaf, seeds=options.seeds)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
