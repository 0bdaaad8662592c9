#!/usr/bin/env python3
"""hesper's random forest beside scikit-learn's, on the same arrays, in CPU seconds of one thread each.

    pip install numpy scikit-learn
    python3 benches/forest.py [--out forest.json] [--seeds 5] [--repeats 3] [--trees 100]

Cases, each with 20 features, of `sklearn.datasets.make_classification`:
  fit         15,000 rows of 2 classes learned, 10,000 others predicted
  loop        1,103 rows learned, 13,861 predicted: one iteration of the query loop on the SNPCC sizes
  multiclass  5,000 rows of 8 classes learned, 5,000 predicted
Every seed makes other data. Each program is timed inside its own process around fit and predict_proba; the two take
turns, seed by seed; the table gives medians over seeds and repeats. The example `forest_bench` of `crates/learn` is built first.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import sklearn
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = {
    "fit": dict(train=15_000, test=10_000, classes=2),
    "loop": dict(train=1_103, test=13_861, classes=2),
    "multiclass": dict(train=5_000, test=5_000, classes=8),
}
COLUMNS = 20


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-learn", "--example", "forest_bench", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "forest_bench" and m.get("executable"))


def arrays(case, seed):
    x, y = make_classification(
        n_samples=case["train"] + case["test"], n_features=COLUMNS, n_informative=10, n_redundant=5,
        n_classes=case["classes"], flip_y=0.03, class_sep=0.8, random_state=seed,
    )
    return x[: case["train"]], y[: case["train"]], x[case["train"] :], y[case["train"] :]


def log_loss(y, proba):
    return float(-np.log(np.maximum(proba[np.arange(len(y)), y], 1e-6)).mean())


def run_hesper(program, case, seed, options, x_train, y_train, x_test):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        x_train.astype("<f8").tofile(directory / "x_train.f64")
        x_test.astype("<f8").tofile(directory / "x_test.f64")
        y_train.astype("<u4").tofile(directory / "y_train.u32")
        params = {"trees": options.trees}
        if options.max_bins:
            params["max_bins"] = options.max_bins
        task = dict(case, columns=COLUMNS, seed=seed, repeats=options.repeats, params=params)
        (directory / "task.json").write_text(json.dumps(task))
        output = subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout
        proba = np.fromfile(directory / "proba.f64", "<f8").reshape(len(x_test), case["classes"])
    return json.loads(output), proba


def run_sklearn(seed, options, x_train, y_train, x_test):
    times, proba = {"fit": [], "predict": []}, None
    for _ in range(options.sklearn_repeats):
        forest = RandomForestClassifier(n_estimators=options.trees, n_jobs=1, random_state=seed)
        start = time.process_time()
        forest.fit(x_train, y_train)
        fitted = time.process_time()
        proba = forest.predict_proba(x_test)
        times["predict"].append(time.process_time() - fitted)
        times["fit"].append(fitted - start)
    times["nodes"] = sum(tree.tree_.node_count for tree in forest.estimators_)
    return times, proba


def measure(name, case, program, options):
    programs = {"hesper": {"fit": [], "predict": [], "total": [], "accuracy": [], "log_loss": [], "nodes": []}}
    programs["sklearn"] = {key: [] for key in programs["hesper"]}
    for seed in range(options.seeds):
        x_train, y_train, x_test, y_test = arrays(case, seed)
        results = {
            "hesper": run_hesper(program, case, seed, options, x_train, y_train, x_test),
            "sklearn": run_sklearn(seed, options, x_train, y_train, x_test),
        }
        for key, (times, proba) in results.items():
            into = programs[key]
            into["fit"] += times["fit"]
            into["predict"] += times["predict"]
            into["total"] += [a + b for a, b in zip(times["fit"], times["predict"])]
            into["nodes"].append(times["nodes"])
            into["accuracy"].append(float(np.mean(proba.argmax(1) == y_test)))
            into["log_loss"].append(log_loss(y_test, proba))
        print(f"{name}: seed {seed} done", file=sys.stderr)
    medians = {key: {part: statistics.median(into[part]) for part in ("fit", "predict", "total")} for key, into in programs.items()}
    ratios = {part: medians["hesper"][part] / medians["sklearn"][part] for part in ("fit", "predict", "total")}
    differences = [a - b for a, b in zip(programs["hesper"]["accuracy"], programs["sklearn"]["accuracy"])]
    return dict(case=dict(case, columns=COLUMNS), programs=programs, medians=medians, ratios=ratios,
                accuracy_difference=dict(mean=statistics.mean(differences), each=differences))


def table(results):
    lines = [f"{'case':<11}{'part':<9}{'hesper [CPU s]':>15}{'scikit-learn':>14}{'ratio':>8}"]
    for name, result in results.items():
        for part in ("fit", "predict", "total"):
            ours, theirs = result["medians"]["hesper"][part], result["medians"]["sklearn"][part]
            lines.append(f"{name:<11}{part:<9}{ours:>15.4f}{theirs:>14.4f}{ours / theirs:>8.3f}")
    lines += ["", f"{'case':<11}{'accuracy':>10}{'sklearn':>10}{'mean diff.':>12}{'worst':>9}{'log-loss':>10}{'sklearn':>10}{'nodes':>8}{'sklearn':>9}"]
    for name, result in results.items():
        ours, theirs = result["programs"]["hesper"], result["programs"]["sklearn"]
        difference = result["accuracy_difference"]
        worst = max(difference["each"], key=abs)
        mean = lambda values: statistics.mean(values)
        lines.append(
            f"{name:<11}{mean(ours['accuracy']):>10.4f}{mean(theirs['accuracy']):>10.4f}{difference['mean']:>+12.4f}{worst:>+9.4f}"
            f"{mean(ours['log_loss']):>10.4f}{mean(theirs['log_loss']):>10.4f}{mean(ours['nodes']):>8.0f}{mean(theirs['nodes']):>9.0f}")
    return "\n".join(lines)


def processor():
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, help="where to write the measurements as JSON")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3, help="fits of hesper's forest per seed")
    parser.add_argument("--sklearn-repeats", type=int, default=None, help="the same for scikit-learn (default: as many)")
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--max-bins", type=int, default=None, help="hesper's `max_bins` (default: the forest's own)")
    parser.add_argument("--cases", default=",".join(CASES))
    options = parser.parse_args()
    options.sklearn_repeats = options.sklearn_repeats or options.repeats

    program = build()
    results = {name: measure(name, CASES[name], program, options) for name in options.cases.split(",")}
    print(table(results))
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     sklearn=sklearn.__version__, numpy=np.__version__, python=platform.python_version(),
                     trees=options.trees, seeds=options.seeds, repeats=options.repeats, threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
