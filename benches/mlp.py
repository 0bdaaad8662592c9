#!/usr/bin/env python3
"""hesper's multi-layer perceptron beside scikit-learn's MLPClassifier, on the same arrays, in CPU seconds of one thread each.

    pip install numpy scikit-learn pandas pyarrow
    python3 benches/mlp.py [--out mlp.json] [--runs 5] [--table features.parquet] [--tables DIRECTORY]

Cases:
  epochs   20,000 rows of 20 features and 10 classes, layers 20-128-128-10, batches of 256: ten epochs of each
  small    2,100 rows of 95 features and 2 classes (1,100 in `smaller`), each program with its own defaults and layers of
           64 and 64; 4,000 others predicted
`--table` adds the spectroscopic rows of a table of features (`hesper features`), Ia or not, in five folds: `table`; and
these with 1,000 others to learn from, 4,000 others predicted: `table_grown`. `--tables` adds a directory of gzipped CSV
files with the class in the last column, in five folds each, of at most 3,000 rows.
Features are filled in (median), made normal by rank and scaled, by the rows learned from. Every run has another seed;
the two take turns. The example `mlp_bench` of `crates/nn` is built first.
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
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import sklearn
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import QuantileTransformer

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ("iris0.keelgh tae.cd glass bodyfat.statlib_bin cleveland.cd column2C ionosphere movement_libras.cd dermatology saheart.cd "
          "credit.a diabetes vehicle cmc segment.cd spambase.keel").split()


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-nn", "--example", "mlp_bench", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "mlp_bench" and m.get("executable"))


def prepared(x_train, x_test):
    """Missing values by the median, each feature normal by rank, then to mean 0 and variance 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        median = np.nan_to_num(np.nanmedian(x_train, axis=0))
    filled = [np.where(np.isnan(x), median, x) for x in (x_train, x_test)]
    ranks = QuantileTransformer(n_quantiles=min(len(x_train), 1000), output_distribution="normal", subsample=10**9).fit(filled[0])
    normal = [np.clip(ranks.transform(x), -3, 3) for x in filled]
    mean, scale = normal[0].mean(0), normal[0].std(0)
    scale[scale == 0] = 1
    return [(x - mean) / scale for x in normal]


def folds(x, y):
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        yield (*prepared(x[train], x[test]), y[train], y[test])


def made(train, test, columns, informative, classes, seed):
    x, y = make_classification(n_samples=train + test, n_features=columns, n_informative=informative, n_redundant=columns // 4,
                               n_classes=classes, flip_y=0.03, class_sep=0.8, random_state=seed)
    return (*prepared(x[:train], x[train:]), y[:train], y[train:])


def cases(options):
    """name, parameters of either program, and the data of each run."""
    epochs = 10
    ours = dict(hidden=[128, 128], epochs=epochs, min_steps=0, batch=256)
    theirs = dict(hidden_layer_sizes=(128, 128), batch_size=256, max_iter=epochs, n_iter_no_change=10**6)
    small = {}, dict(hidden_layer_sizes=(64, 64))
    runs = range(options.runs)
    yield "epochs", ours, theirs, [made(20_000, 5_000, 20, 10, 10, seed) for seed in runs]
    yield "small", *small, [made(2_100, 4_000, 95, 20, 2, seed) for seed in runs]
    yield "smaller", *small, [made(1_100, 4_000, 95, 20, 2, seed) for seed in runs]
    if options.table:
        import pandas as pd
        table = pd.read_parquet(options.table)
        y = (table["class"] == "Ia").to_numpy(int)
        known = (table["sample"] == "spectroscopic").to_numpy()
        x = table.select_dtypes(float).drop(columns=["ra", "dec", "redshift", "redshift_err", "peak_mag"], errors="ignore").to_numpy()
        yield "table", *small, list(folds(x[known], y[known]))
        others = np.random.default_rng(0).permutation(np.flatnonzero(~known))
        test, grown = others[:4_000], []
        for run in range(min(options.runs, (len(others) - 4_000) // 1_000)):
            train = np.concatenate([np.flatnonzero(known), others[4_000 + 1_000 * run:5_000 + 1_000 * run]])
            grown.append((*prepared(x[train], x[test]), y[train], y[test]))
        yield "table_grown", *small, grown
    for name in TABLES if options.tables else ():
        import pandas as pd
        table = pd.read_csv(options.tables / f"{name}.csv.gz")
        y = table.pop("class").astype(str).to_numpy()
        x = pd.get_dummies(table, dtype=float).to_numpy(float)
        chosen = np.random.default_rng(0).permutation(len(y))[:3_000]
        y = np.unique(y[chosen], return_inverse=True)[1]
        yield name, *small, list(folds(x[chosen], y))


def run_hesper(program, params, seed, x_train, x_test, y_train, classes):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        x_train.astype("<f8").tofile(directory / "x_train.f64")
        x_test.astype("<f8").tofile(directory / "x_test.f64")
        y_train.astype("<u4").tofile(directory / "y_train.u32")
        # A second fit goes on from the first, as the query loop may.
        again = dict(params, epochs=5, min_steps=0, learning_rate=0.005, weight_decay=5.0)
        task = dict(train=len(x_train), test=len(x_test), columns=x_train.shape[1], classes=classes, seed=seed, repeats=1)
        (directory / "task.json").write_text(json.dumps(dict(task, params=params)))
        output = json.loads(subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout)
        proba = np.fromfile(directory / "proba.f64", "<f8").reshape(len(x_test), classes)
        (directory / "task.json").write_text(json.dumps(dict(task, params=params, again=again)))
        more = json.loads(subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout)
    return dict(fit=output["fit"][0], predict=output["predict"][0], again=more["again"][0]), proba


def run_sklearn(params, seed, x_train, x_test, y_train):
    network = MLPClassifier(random_state=seed, **params)
    start = time.process_time()
    network.fit(x_train, y_train)
    fitted = time.process_time()
    proba = network.predict_proba(x_test)
    return dict(fit=fitted - start, predict=time.process_time() - fitted, again=None), proba


def log_loss(y, proba):
    return float(-np.log(np.maximum(proba[np.arange(len(y)), y], 1e-6)).mean())


def measure(program, ours, theirs, data):
    programs = {key: {part: [] for part in ("fit", "predict", "again", "accuracy", "log_loss")} for key in ("hesper", "sklearn")}
    for seed, (x_train, x_test, y_train, y_test) in enumerate(data):
        classes = int(max(y_train.max(), y_test.max())) + 1
        results = {"hesper": run_hesper(program, ours, seed, x_train, x_test, y_train, classes),
                   "sklearn": run_sklearn(theirs, seed, x_train, x_test, y_train)}
        for key, (times, proba) in results.items():
            for part, seconds in times.items():
                programs[key][part].append(seconds)
            programs[key]["accuracy"].append(float(np.mean(proba.argmax(1) == y_test)))
            programs[key]["log_loss"].append(log_loss(y_test, proba))
    x_train, x_test, y_train, _ = data[0]
    size = dict(train=len(x_train), test=len(x_test), columns=x_train.shape[1], classes=int(y_train.max()) + 1)
    ratio = {part: statistics.median(programs["hesper"][part]) / statistics.median(programs["sklearn"][part]) for part in ("fit", "predict")}
    return dict(size=size, hesper=ours, sklearn=theirs, programs=programs, ratio=ratio)


def table(results):
    lines = [f"{'case':<20}{'rows':>7}{'fit [CPU s]':>13}{'sklearn':>9}{'ratio':>7}{'going on':>10}{'predict':>9}{'sklearn':>9}"
             f"{'accuracy':>10}{'sklearn':>9}{'log-loss':>10}{'sklearn':>9}"]
    for name, result in results.items():
        ours, theirs = result["programs"]["hesper"], result["programs"]["sklearn"]
        median, mean = statistics.median, statistics.mean
        lines.append(
            f"{name:<20}{result['size']['train']:>7}{median(ours['fit']):>13.4f}{median(theirs['fit']):>9.3f}{result['ratio']['fit']:>7.3f}"
            f"{median(ours['again']):>10.4f}{median(ours['predict']):>9.4f}{median(theirs['predict']):>9.4f}{mean(ours['accuracy']):>10.4f}"
            f"{mean(theirs['accuracy']):>9.4f}{mean(ours['log_loss']):>10.4f}{mean(theirs['log_loss']):>9.4f}")
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
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--table", type=pathlib.Path, help="a table of features with `class` and `sample`")
    parser.add_argument("--tables", type=pathlib.Path, help="a directory of gzipped CSV files")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # scikit-learn's about epochs

    program = build()
    results = {}
    for name, ours, theirs, data in cases(options):
        results[name] = measure(program, ours, theirs, data)
        print(f"{name} done", file=sys.stderr)
    print(table(results))
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     sklearn=sklearn.__version__, numpy=np.__version__, python=platform.python_version(), threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
