"""hesper's k-NN, naive Bayes, logistic regression and RBF-SVM beside scikit-learn's: values and CPU time, one thread.

    python benches/learners.py --out benches/results/DATE-MACHINE/learners.json

Values: ten sets of the folder `tasks` (its place: --data, $HESPER_DATA or ../shared/data), every third row held out. Gaps
are filled with the median and columns standardised by each program itself. The table gives the largest difference of the
prepared values, the logistic coefficients, the probabilities of naive Bayes and k-NN and the SVM's decision values (both
solved to a tolerance of 1e-6), and the CPU times of fit and predict summed over the sets. Both SVMs calibrate
probabilities in five folds, which are not the same ones; the time to predict is that of probabilities.
Speed: k-NN on made sets, 15,000 rows learned, 10,000 predicted; scikit-learn by its best algorithm there.
A k-NN row whose k-th and (k+1)-th neighbours are equally far has no one answer; such rows are counted and left out.
The two programs take turns; the times are medians. The example `learner_bench` of `crates/learn` is built first.
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
import pandas as pd
import sklearn
from sklearn.datasets import make_classification
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

ROOT = pathlib.Path(__file__).resolve().parent.parent
TASKS = ["iris", "glass", "horse-colic.jb", "ionosphere", "wdbc.miz", "diabetes", "vehicle", "vowel.cd", "segment", "space_ga_bin"]
K = 15
LIMITS = {"prepared": 1e-9, "logistic": 1e-4, "naive-bayes": 1e-9, "neighbours": 1e-9, "neighbours-distance": 1e-9, "svm": 1e-3}
LEARNERS = {
    "logistic": ("logistic", {}, lambda: LogisticRegression(C=1.0, tol=1e-10, max_iter=100_000, solver="newton-cholesky")),
    "naive-bayes": ("naive-bayes", {}, GaussianNB),
    "neighbours": ("neighbours", {"k": K}, lambda: KNeighborsClassifier(K, algorithm="kd_tree", n_jobs=1)),
    "neighbours-distance": ("neighbours", {"k": K, "weights": "distance"},
                            lambda: KNeighborsClassifier(K, algorithm="kd_tree", weights="distance", n_jobs=1)),
    "svm": ("svm", {"tolerance": 1e-6}, lambda: SVC(tol=1e-6, decision_function_shape="ovo", cache_size=250, probability=True, random_state=0)),
}


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-learn", "--example", "learner_bench", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "learner_bench" and m.get("executable"))


def read(folder, name):
    """A set of the folder `tasks`: learned rows, their classes, held-out rows."""
    path = next(path for path in sorted((folder / "tasks" / "data").iterdir()) if path.name in (f"{name}.csv.gz", f"{name}.csv"))
    table = pd.read_csv(path)
    y = np.unique(table["class"].astype(str), return_inverse=True)[1]
    x = table.drop(columns="class").to_numpy(dtype=float)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    test = np.arange(len(x)) % 3 == 2
    return x[~test], y[~test], x[test]


def run_hesper(program, learner, params, x_train, y_train, x_test, classes, repeats):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        x_train.astype("<f8").tofile(directory / "x_train.f64")
        x_test.astype("<f8").tofile(directory / "x_test.f64")
        y_train.astype("<u4").tofile(directory / "y_train.u32")
        task = dict(learner=learner, params=params, train=len(x_train), test=len(x_test), columns=x_train.shape[1],
                    classes=classes, seed=1, repeats=repeats)
        (directory / "task.json").write_text(json.dumps(task))
        output = subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True).stdout
        arrays = {path.stem: np.fromfile(path, "<f8") for path in directory.glob("*.f64")}
    return json.loads(output), arrays


def run_sklearn(make, x_train, y_train, x_test):
    model = make()
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x_train, y_train)
    fitted = time.process_time()
    result = model.predict_proba(x_test)
    predicted = time.process_time()
    return model, result, fitted - start, predicted - fitted


def difference(name, arrays, model, result, x_train, x_test, classes):
    """The largest difference, and the number of rows left out."""
    if name == "logistic":
        theirs = np.concatenate([model.coef_.ravel(), model.intercept_.ravel()])
        return float(np.abs(arrays["coefficients"] - theirs).max()), 0
    if name == "svm":
        ours = arrays["decision"].reshape(len(x_test), -1)
        # Of two classes scikit-learn favours the second, and the first of each pair of more.
        decision = model.decision_function(x_test)
        theirs = -decision.reshape(-1, 1) if classes == 2 else decision
        return float(np.abs(ours - theirs).max()), 0
    rows = np.abs(arrays["proba"].reshape(len(x_test), -1) - result).max(axis=1)
    if name.startswith("neighbours"):
        distance = NearestNeighbors(n_neighbors=K + 1, algorithm="kd_tree").fit(x_train).kneighbors(x_test)[0]
        tied = distance[:, K] - distance[:, K - 1] <= 1e-12 * distance[:, K]
        return float(rows[~tied].max()), int(tied.sum())
    return float(rows.max()), 0


def compare(program, folder, repeats, names):
    sets = []
    for task in TASKS:
        x_train, y_train, x_test = read(folder, task)
        classes = int(y_train.max()) + 1
        # A column without any value in the learned rows: 0, as hesper has it.
        prepare = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()).fit(x_train)
        a, b = prepare.transform(x_train), prepare.transform(x_test)
        entry = dict(name=task, train=len(a), test=len(b), columns=a.shape[1], classes=classes,
                     missing=int(np.isnan(x_train).sum() + np.isnan(x_test).sum()), differences={}, left_out={}, times={})
        for name in names:
            learner, params, make = LEARNERS[name]
            ours, theirs = {"fit": [], "predict": []}, {"fit": [], "predict": []}
            for _ in range(repeats):
                times, arrays = run_hesper(program, learner, params, x_train, y_train, x_test, classes, 1)
                model, result, fit, predict = run_sklearn(make, a, y_train, b)
                ours["fit"] += times["fit"]
                ours["predict"] += times["predict"]
                theirs["fit"].append(fit)
                theirs["predict"].append(predict)
            entry["differences"]["prepared"] = float(np.abs(arrays["prepared"].reshape(b.shape) - b).max())
            entry["differences"][name], entry["left_out"][name] = difference(name, arrays, model, result, a, b, classes)
            entry["times"][name] = {who: {part: statistics.median(t) for part, t in times.items()} for who, times in (("hesper", ours), ("sklearn", theirs))}
        sets.append(entry)
        print(f"{task}: done", file=sys.stderr)
    return sets


def speed(program, repeats, columns_list=(4, 8, 20, 50)):
    cases = []
    for columns in columns_list:
        informative = max(2, columns // 2)
        x, y = make_classification(n_samples=25_000, n_features=columns, n_informative=informative,
                                   n_redundant=columns // 4, flip_y=0.03, class_sep=0.8, random_state=7)
        x_train, y_train, x_test = x[:15_000], y[:15_000], x[15_000:]
        scaler = StandardScaler().fit(x_train)
        a, b = scaler.transform(x_train), scaler.transform(x_test)
        algorithms = ["brute", "kd_tree", "ball_tree"]
        ours, theirs = [], {algorithm: [] for algorithm in algorithms}
        worst = 0.0
        for repeat in range(repeats):
            times, arrays = run_hesper(program, "neighbours", {"k": K}, x_train, y_train, x_test, 2, 1)
            ours.append(times["fit"][0] + times["predict"][0])
            for algorithm in algorithms:
                # The slow ones are not asked again.
                if repeat and statistics.median(theirs[algorithm]) > 2 * min(statistics.median(t) for t in theirs.values()):
                    continue
                make = lambda: KNeighborsClassifier(K, algorithm=algorithm, n_jobs=1)
                _, result, fit, predict = run_sklearn(make, a, y_train, b)
                theirs[algorithm].append(fit + predict)
                worst = max(worst, float(np.abs(arrays["proba"].reshape(result.shape) - result).max()))
        medians = {algorithm: statistics.median(times) for algorithm, times in theirs.items()}
        best = min(medians, key=medians.get)
        cases.append(dict(train=15_000, test=10_000, columns=columns, hesper=statistics.median(ours), sklearn=medians, best=best,
                          ratio=statistics.median(ours) / medians[best], difference=worst))
        print(f"k-NN, {columns} columns: done", file=sys.stderr)
    return cases


def tables(sets, cases, names):
    columns = ["prepared", *names]
    lines = ["Largest differences", f"{'set':<18}{'rows':>6}{'cols':>6}{'classes':>8}{'gaps':>6}" + "".join(f"{c:>21}" for c in columns)]
    for entry in sets:
        lines.append(f"{entry['name']:<18}{entry['train'] + entry['test']:>6}{entry['columns']:>6}{entry['classes']:>8}{entry['missing']:>6}"
                     + "".join(f"{entry['differences'][c]:>21.1e}" for c in columns))
    lines.append(f"{'all':<44}" + "".join(f"{max(e['differences'][c] for e in sets):>21.1e}" for c in columns))
    lines.append(f"{'allowed':<44}" + "".join(f"{LIMITS[c]:>21.0e}" for c in columns))
    lines.append(f"{'rows left out: no one answer':<44}" + "".join(f"{sum(e['left_out'].get(c, 0) for e in sets):>21}" for c in columns))
    lines += ["", "CPU seconds, all sets", f"{'learner':<22}{'part':<9}{'hesper':>10}{'scikit-learn':>14}{'ratio':>8}"]
    for name in names:
        for part in ("fit", "predict"):
            ours, theirs = (sum(e["times"][name][who][part] for e in sets) for who in ("hesper", "sklearn"))
            lines.append(f"{name:<22}{part:<9}{ours:>10.4f}{theirs:>14.4f}{ours / theirs:>8.3f}")
    if cases:
        lines += ["", "k-NN, 15,000 rows learned and 10,000 predicted, CPU seconds of both", f"{'columns':<10}{'hesper':>10}{'scikit-learn':>14}  {'by':<10}{'ratio':>8}{'difference':>12}"]
        for case in cases:
            lines.append(f"{case['columns']:<10}{case['hesper']:>10.4f}{case['sklearn'][case['best']]:>14.4f}  {case['best']:<10}{case['ratio']:>8.3f}{case['difference']:>12.1e}")
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
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("HESPER_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--learners", default=",".join(LEARNERS))
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    if not (options.data / "tasks").is_dir():
        sys.exit(f"skipped: no data (no folder tasks in {options.data})")

    program = build()
    names = options.learners.split(",")
    sets = compare(program, options.data, options.repeats, names)
    cases = [] if options.no_speed else speed(program, options.repeats)
    print(tables(sets, cases, names))
    if options.out:
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     sklearn=sklearn.__version__, numpy=np.__version__, python=platform.python_version(),
                     repeats=options.repeats, threads=1, limits=LIMITS)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, sets=sets, neighbours_speed=cases), indent=1) + "\n")
    failed = [f"{e['name']}: {c}" for e in sets for c in ("prepared", *names) if not e["differences"][c] <= LIMITS[c]]
    if failed:
        sys.exit("differs by more than allowed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
