#!/usr/bin/env python3
"""hesper's boosted trees beside LightGBM's at equal settings (the defaults of both), and its Shapley values beside `shap`'s.

    pip install numpy pandas scikit-learn lightgbm shap
    python3 benches/boosted.py [--tasks ../shared/data/tasks] [--out boosted.json] [--repeats 5]

AUC      ten real tables, binary and of several classes (one against the rest, mean over the classes), five stratified
         folds, five times over (--fold-repeats), the same for both programs; categories are numbered, missing values stay missing; with the standard error
         of the mean difference, and, as a yardstick, how far LightGBM is from itself with 250 bins
fit      CPU seconds to train on 100,000 x 20 (bins and all), and to predict 10,000 rows
loop     the same for 1,100 and 2,100 rows x 95 features, as in a query loop
shapley  CPU seconds to explain 1,000 rows of 20 features by 100 boosted trees of 31 leaves (`shap.TreeExplainer` has
         LightGBM do it) and 200 rows by a forest of 100 full trees (scikit-learn's by `shap.TreeExplainer`)

One thread each; the programs take turns; each is timed inside its own process around the calls. Times are of
`sklearn.datasets.make_classification`. The example `boosted_bench` of `crates/learn` is built first.
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

import lightgbm
import numpy as np
import pandas as pd
import shap
import sklearn
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

# LightGBM's wrapper asks for names of columns that it was not given.
warnings.filterwarnings("ignore", message="X does not have valid feature names")

ROOT = pathlib.Path(__file__).resolve().parent.parent
TASKS = ["diabetes", "credit.g", "sick", "spambase", "mammography.jb", "magic04.miz", "vehicle", "cmc", "segment", "pendigits"]
TIMES = {
    "fit 100000 x 20": dict(train=100_000, columns=20, explained=0, learner="boosted"),
    "loop 1100 x 95": dict(train=1_100, columns=95, explained=0, learner="boosted"),
    "loop 2100 x 95": dict(train=2_100, columns=95, explained=0, learner="boosted"),
    "shapley boosted": dict(train=5_000, columns=20, explained=1_000, learner="boosted"),
    "shapley forest": dict(train=2_000, columns=20, explained=200, learner="forest"),
}


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-learn", "--example", "boosted_bench", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "boosted_bench" and m.get("executable"))


def run_hesper(program, x_train, y_train, x_test, classes, learner="boosted", explained=0, seed=1):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        x_train.astype("<f8").tofile(directory / "x_train.f64")
        x_test.astype("<f8").tofile(directory / "x_test.f64")
        y_train.astype("<u4").tofile(directory / "y_train.u32")
        task = dict(train=len(x_train), test=len(x_test), columns=x_train.shape[1], classes=classes, seed=seed, repeats=1,
                    learner=learner, params={"min_hessian_in_leaf": 1e-3} if learner == "boosted" else {}, explained=explained)
        (directory / "task.json").write_text(json.dumps(task))
        output = subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout
        proba = np.fromfile(directory / "proba.f64", "<f8").reshape(len(x_test), classes)
    return {part: seconds[0] for part, seconds in json.loads(output).items()}, proba


def run_peer(x_train, y_train, x_test, learner="boosted", explained=0, seed=1, **settings):
    if learner == "boosted":
        model = lightgbm.LGBMClassifier(n_jobs=1, random_state=seed, verbose=-1, **settings)
    else:
        model = RandomForestClassifier(n_jobs=1, random_state=seed)
    start = time.process_time()
    model.fit(x_train, y_train)
    fitted = time.process_time()
    proba = model.predict_proba(x_test)
    predicted = time.process_time()
    if explained:
        shap.TreeExplainer(model, feature_perturbation="tree_path_dependent").shap_values(x_test[:explained])
    return dict(fit=fitted - start, predict=predicted - fitted, explain=time.process_time() - predicted), proba


def table(path):
    frame = pd.read_csv(path)
    y = pd.factorize(frame.pop("class"), sort=True)[0]
    columns = [c if pd.api.types.is_numeric_dtype(c) else pd.Series(pd.factorize(c, sort=True)[0]).replace(-1, np.nan)
               for c in (frame[name] for name in frame)]
    return np.column_stack([np.asarray(column, float) for column in columns]), y


def auc(y, proba):
    return roc_auc_score(y, proba[:, 1]) if proba.shape[1] == 2 else roc_auc_score(y, proba, multi_class="ovr")


def measure_auc(program, folder, repeats):
    results = {}
    for name in TASKS:
        x, y = table(folder / "data" / f"{name}.csv.gz")
        classes = int(y.max()) + 1
        ours, theirs, other_bins = [], [], []
        for train, test in RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=1).split(x, y):
            ours.append(auc(y[test], run_hesper(program, x[train], y[train], x[test], classes)[1]))
            theirs.append(auc(y[test], run_peer(x[train], y[train], x[test])[1]))
            other_bins.append(auc(y[test], run_peer(x[train], y[train], x[test], max_bin=250)[1]))
        differences = [a - b for a, b in zip(ours, theirs)]
        results[name] = dict(rows=len(x), columns=x.shape[1], classes=classes, missing=int(np.isnan(x).sum()), hesper=ours, lightgbm=theirs,
                             lightgbm_250_bins=other_bins, difference=statistics.mean(differences),
                             standard_error=statistics.stdev(differences) / len(differences) ** 0.5,
                             difference_250_bins=statistics.mean(other_bins) - statistics.mean(theirs))
        print(f"{name}: {results[name]['difference']:+.5f}", file=sys.stderr)
    return results


def measure_times(program, repeats, cases):
    results = {}
    for name in cases:
        case = TIMES[name]
        columns = case["columns"]
        x, y = make_classification(n_samples=case["train"] + 10_000, n_features=columns, n_informative=columns // 2,
                                   n_redundant=columns // 4, flip_y=0.03, class_sep=0.8, random_state=0)
        x = x.astype(np.float32).astype(float)
        x_train, y_train, x_test = x[: case["train"]], y[: case["train"]], x[case["train"] :]
        seconds = {program: {"fit": [], "predict": [], "explain": []} for program in ("hesper", "peer")}
        for repeat in range(repeats):
            arguments = dict(learner=case["learner"], explained=case["explained"], seed=repeat)
            ours, _ = run_hesper(program, x_train, y_train, x_test, 2, **arguments)
            theirs, _ = run_peer(x_train, y_train, x_test, **arguments)
            for key, times in (("hesper", ours), ("peer", theirs)):
                for part, value in times.items():
                    seconds[key][part].append(value)
        medians = {key: {part: statistics.median(values) for part, values in parts.items()} for key, parts in seconds.items()}
        parts = ["fit", "predict"] + (["explain"] if case["explained"] else [])
        ratios = {part: medians["hesper"][part] / medians["peer"][part] for part in parts}
        results[name] = dict(case=case, seconds=seconds, medians=medians, ratios=ratios)
        print(f"{name}: done", file=sys.stderr)
    return results


def show(aucs, times):
    if aucs:
        print(f"{'table':<18}{'rows':>7}{'columns':>9}{'classes':>9}{'missing':>9}{'AUC hesper':>12}{'LightGBM':>10}{'diff.':>9}{'error':>8}{'250 bins':>10}")
        for name, result in aucs.items():
            ours, theirs = statistics.mean(result["hesper"]), statistics.mean(result["lightgbm"])
            print(f"{name:<18}{result['rows']:>7}{result['columns']:>9}{result['classes']:>9}{result['missing']:>9}"
                  f"{ours:>12.4f}{theirs:>10.4f}{result['difference']:>+9.4f}"
                  f"{result['standard_error']:>8.4f}{result['difference_250_bins']:>+10.4f}")
        worst = max(aucs.values(), key=lambda result: abs(result["difference"]))
        print(f"largest difference {worst['difference']:+.4f}\n")
    if times:
        print(f"{'case':<20}{'part':<9}{'hesper [CPU s]':>15}{'peer':>10}{'ratio':>8}")
    for name, result in times.items():
        for part, ratio in result["ratios"].items():
            ours, theirs = result["medians"]["hesper"][part], result["medians"]["peer"][part]
            print(f"{name:<20}{part:<9}{ours:>15.4f}{theirs:>10.4f}{ratio:>8.3f}")


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
    parser.add_argument("--tasks", type=pathlib.Path, default=ROOT.parent / "shared" / "data" / "tasks", help="the folder of the tables")
    parser.add_argument("--fold-repeats", type=int, default=5, help="0 leaves AUC out")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs; 0 leaves the times out")
    parser.add_argument("--cases", default=",".join(TIMES), help="what to time")
    options = parser.parse_args()

    program = build()
    aucs = measure_auc(program, options.tasks, options.fold_repeats) if options.tasks.is_dir() and options.fold_repeats else {}
    if not options.tasks.is_dir():
        print(f"no tables in {options.tasks}: AUC is left out", file=sys.stderr)
    times = measure_times(program, options.repeats, options.cases.split(",")) if options.repeats else {}
    show(aucs, times)
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     lightgbm=lightgbm.__version__, shap=shap.__version__, sklearn=sklearn.__version__, numpy=np.__version__,
                     python=platform.python_version(), repeats=options.repeats, threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, auc=aucs, times=times), indent=1) + "\n")


if __name__ == "__main__":
    main()
