#!/usr/bin/env python3
"""hesper's domain adaptation beside SKADA, POT and cvxopt: agreement and CPU time, on the same arrays, one thread each.

    pip install numpy scipy scikit-learn skada==0.6 POT==0.9.7.post1 cvxopt==1.3.3
    python3 benches/adapt_peers.py --out adapt_peers.json [--repeats 3] [--cases kmm,exact-uneven]

SKADA is BSD-3-Clause and POT MIT; cvxopt is GPL-3.0-or-later, and only run, in a process of its own like the other peers.

Cases, of two normal clouds that differ in mean and width; every repeat makes others:
  tca            transfer components, 613 + 1,500 x 12 (SKADA)
  kmm            kernel mean matching, 613 + 1,500 x 12 (SKADA, by its Frank-Wolfe solver)
  kmm-qp         the same problem, with the same ridge, solved by cvxopt to all its digits
  coral          correlation alignment, 613 + 1,500 x 12 (SKADA)
  subspace       subspace alignment, 613 + 1,500 x 12, 6 axes (SKADA)
  ot-linear      the transport between two normal distributions, 613 + 1,500 x 12 (POT)
  sinkhorn       entropic transport, 2,000 x 2,000, regularisation 0.05 of the median cost (POT)
  sinkhorn-log   the same beside POT's form in logarithms
  exact-even     the cheapest plan, 2,000 x 2,000, equal masses (POT)
  exact-uneven   the same, masses from 0.2 to 2 at random (POT)
  mmd            the kernel two-sample test, 500 + 500 x 12, 1,000 permutations (plain NumPy)
  two-sample     the classifier two-sample test with logistic regression, the same objects and permutations (scikit-learn,
                 NumPy)

The two programs take turns; each is timed in its own process around the method alone. The table gives medians over repeats, and
the largest absolute difference where both solve the same problem: of coordinates (coral, subspace, ot-linear; axes up to
their sign), of weights with mean 1 (kmm), of a plan's masses times the number of objects (sinkhorn), of the cost relative to
the peer's (exact), of the value (mmd). `lower` is, for quadratic problems, by how much hesper's minimum is below the peer's.
The example `adapt_bench` of `crates/adapt` is built first.
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

ROOT = pathlib.Path(__file__).resolve().parent.parent
PERMUTATIONS = 1000
RIDGE = 1e-3
CLOUDS = dict(source=613, target=1500, columns=12)
SMALL = dict(source=500, target=500, columns=12)
PLAN = dict(source=2000, target=2000, columns=0)
CASES = {
    "tca": dict(task="tca", params={"components": 10}, peer="SKADA", sizes=CLOUDS, slow=True),
    "kmm": dict(task="kmm", params={"ridge": RIDGE}, peer="SKADA", sizes=CLOUDS),
    "kmm-qp": dict(task="kmm", params={"ridge": RIDGE}, peer="cvxopt", sizes=CLOUDS, allowed=1e-6),
    "coral": dict(task="coral", params={"ridge": 0.0, "centre": True}, peer="SKADA", sizes=CLOUDS, allowed=1e-9),
    "subspace": dict(task="subspace", params={"components": 6}, peer="SKADA", sizes=CLOUDS, allowed=1e-9),
    "ot-linear": dict(task="ot-linear", params={"ridge": 1e-6}, peer="POT", sizes=CLOUDS, allowed=1e-9),
    "sinkhorn": dict(task="sinkhorn", params={}, peer="POT", sizes=PLAN, allowed=1e-6),
    "sinkhorn-log": dict(task="sinkhorn", params={}, peer="POT", sizes=PLAN, allowed=1e-6, slow=True),
    "exact-even": dict(task="exact", params=None, peer="POT", sizes=PLAN, allowed=1e-9),
    "exact-uneven": dict(task="exact", params=None, peer="POT", sizes=PLAN, allowed=1e-9),
    "mmd": dict(task="mmd", params=PERMUTATIONS, peer="NumPy", sizes=SMALL, allowed=1e-12),
    "two-sample": dict(task="two-sample", params=PERMUTATIONS, peer="scikit-learn", sizes=SMALL),
}


def build():
    """Builds the Rust half and returns its path."""
    command = ["cargo", "build", "--release", "-p", "hesper-adapt", "--example", "adapt_bench", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "adapt_bench" and m.get("executable"))


def write_arrays(directory, name, sizes, seed):
    rng = np.random.default_rng(seed)
    columns = sizes["columns"] or 12
    source = rng.normal(size=(sizes["source"], columns)) @ (np.eye(columns) + 0.2 * rng.normal(size=(columns, columns)))
    target = rng.normal(size=(sizes["target"], columns)) * 0.8 + 0.4
    arrays = dict(source=source, target=target)
    if sizes["columns"] == 0:
        cost = squares(source, target)
        uneven = name == "exact-uneven"
        masses = [rng.uniform(0.2, 2.0, size) if uneven else np.ones(size) for size in cost.shape]
        arrays = dict(cost=cost / np.median(cost), a=masses[0] / masses[0].sum(), b=masses[1] / masses[1].sum())
    for key, values in arrays.items():
        values.astype("<f8").tofile(directory / f"{key}.f64")


def read_arrays(directory, sizes):
    read = lambda key: np.fromfile(directory / f"{key}.f64", "<f8")
    if sizes["columns"] == 0:
        return read("a"), read("b"), read("cost").reshape(sizes["source"], sizes["target"])
    return tuple(read(key).reshape(-1, sizes["columns"]) for key in ("source", "target"))


def squares(a, b):
    distances = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.maximum(distances, 0.0)


def width(x, t):
    """The median distance of at most a thousand objects, evenly chosen, as hesper takes it."""
    from scipy.spatial.distance import pdist

    pooled = np.vstack([x, t])
    distances = pdist(pooled[:: -(-len(pooled) // 1000)])
    middle = len(distances) // 2
    return float(np.partition(distances, middle)[middle])


def kernel_matching(x, t, ridge):
    """Matrix, linear term, and the bounds of the sum."""
    n, scale = len(x), 2 * width(x, t) ** 2
    matrix = np.exp(-squares(x, x) / scale) + ridge * np.eye(n)
    return matrix, n * np.exp(-squares(x, t) / scale).mean(1), n**0.5


# The peers, each timed around the method alone: returns what is compared, and values.


def skada_adapted(adapter, x, t):
    both, domain = np.vstack([x, t]), np.r_[np.ones(len(x)), -np.ones(len(t))]
    start = time.process_time()
    adapter.fit(both, None, sample_domain=domain)
    moved = adapter.transform(both, sample_domain=domain, allow_source=True)
    return time.process_time() - start, moved, []


def peer_tca(x, t):
    from skada._subspace import TransferComponentAnalysisAdapter

    return skada_adapted(TransferComponentAnalysisAdapter(kernel="rbf", n_components=10), x, t)


def peer_coral(x, t):
    from skada._mapping import CORALAdapter

    seconds, moved, _ = skada_adapted(CORALAdapter(reg=None), x, t)
    # It divides covariances by n, not n - 1, and moves both means to 0.
    n, m = len(x), len(t)
    source = moved[:n] * np.sqrt((m / (m - 1)) / (n / (n - 1))) + t.mean(0)
    return seconds, np.vstack([source, t]), []


def peer_subspace(x, t):
    from skada._subspace import SubspaceAlignmentAdapter

    return skada_adapted(SubspaceAlignmentAdapter(n_components=6), x, t)


def peer_ot_linear(x, t):
    import ot

    start = time.process_time()
    a, b = ot.gaussian.empirical_bures_wasserstein_mapping(x, t, reg=1e-6)
    moved = x @ a + b
    return time.process_time() - start, np.vstack([moved, t]), []


def peer_kmm(x, t):
    from skada._reweight import KMMReweightAdapter

    adapter = KMMReweightAdapter(gamma=1 / (2 * width(x, t) ** 2))
    both, domain = np.vstack([x, t]), np.r_[np.ones(len(x)), -np.ones(len(t))]
    start = time.process_time()
    adapter.fit(both, None, sample_domain=domain)
    return time.process_time() - start, adapter.source_weights_, []


def peer_kmm_qp(x, t):
    import cvxopt

    start = time.process_time()
    matrix, linear, slack = kernel_matching(x, t, RIDGE)
    n = len(x)
    g = np.vstack([-np.eye(n), np.eye(n), np.ones((1, n)), -np.ones((1, n))])
    h = np.r_[np.zeros(n), np.full(n, 1000.0), n * (2 - 1 / slack), -n * (1 / slack)]
    cvxopt.solvers.options.update(show_progress=False, abstol=1e-13, reltol=1e-14, feastol=1e-13, maxiters=100)
    found = cvxopt.solvers.qp(*(cvxopt.matrix(part) for part in (matrix, -linear, g, h)))
    return time.process_time() - start, np.array(found["x"]).ravel(), []


def peer_sinkhorn(a, b, cost, method="sinkhorn"):
    import ot

    start = time.process_time()
    plan = ot.sinkhorn(a, b, cost, 0.05, method=method, stopThr=1e-9, numItermax=1000)
    return time.process_time() - start, plan, []


def peer_exact(a, b, cost):
    import ot

    start = time.process_time()
    plan = ot.emd(a, b, cost, numItermax=10**9, numThreads=1)
    seconds = time.process_time() - start
    return seconds, plan, [float((plan * cost).sum())]


def peer_mmd(x, t):
    rng = np.random.default_rng(1)
    start = time.process_time()
    n, m, pooled = len(x), len(t), np.vstack([x, t])
    kernel = np.exp(-squares(pooled, pooled) / (2 * width(x, t) ** 2))
    np.fill_diagonal(kernel, 0.0)
    statistic = lambda i, j: (kernel[np.ix_(i, i)].sum() / (n * (n - 1)) + kernel[np.ix_(j, j)].sum() / (m * (m - 1))
                              - 2 * kernel[np.ix_(i, j)].mean())
    everyone = np.arange(n + m)
    value = statistic(everyone[:n], everyone[n:])
    reached = 0
    for _ in range(PERMUTATIONS):
        order = rng.permutation(n + m)
        reached += statistic(order[:n], order[n:]) >= value
    return time.process_time() - start, np.array([]), [float(value), (1 + reached) / (1 + PERMUTATIONS)]


def peer_two_sample(x, t):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rng = np.random.default_rng(1)
    start = time.process_time()
    pooled, domain = np.vstack([x, t]), np.r_[np.zeros(len(x)), np.ones(len(t))]
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    said = cross_val_predict(LogisticRegression(), pooled, domain, cv=folds)
    accuracy = lambda truth: 0.5 * (np.mean(said[truth == 1] == 1) + np.mean(said[truth == 0] == 0))
    value = accuracy(domain)
    places = [test for _, test in folds.split(pooled, domain)]
    reached = 0
    for _ in range(PERMUTATIONS):
        permuted = domain.copy()
        for test in places:
            permuted[test] = rng.permutation(domain[test])
        reached += accuracy(permuted) >= value
    return time.process_time() - start, np.array([]), [float(value), (1 + reached) / (1 + PERMUTATIONS)]


PEERS = {
    "tca": peer_tca, "kmm": peer_kmm, "kmm-qp": peer_kmm_qp, "coral": peer_coral, "subspace": peer_subspace,
    "ot-linear": peer_ot_linear, "sinkhorn": peer_sinkhorn, "exact-even": peer_exact, "exact-uneven": peer_exact,
    "sinkhorn-log": lambda a, b, cost: peer_sinkhorn(a, b, cost, "sinkhorn_log"), "mmd": peer_mmd, "two-sample": peer_two_sample,
}


def run_as_peer(name, directory):
    """The other process: reads the arrays, runs the peer once, writes what it found."""
    warnings.simplefilter("ignore")
    arrays = read_arrays(directory, CASES[name]["sizes"])
    if name in ("coral", "subspace", "ot-linear", "two-sample"):
        # The first call of a short method pays for loading things.
        PEERS[name](*arrays)
    seconds, out, values = PEERS[name](*arrays)
    np.asarray(out).astype("<f8").tofile(directory / "peer.f64")
    print(json.dumps(dict(seconds=seconds, values=values)))


def difference(name, case, directory, ours, theirs):
    """How far apart both answers are, and by how much the value of hesper's is lower, where there is a value."""
    sizes = case["sizes"]
    out, peer = (np.fromfile(directory / f"{which}.f64", "<f8") for which in ("out", "peer"))
    if name in ("coral", "ot-linear"):
        return float(np.abs(out - peer).max()), None
    if name == "subspace":
        out, peer = (values.reshape(sizes["source"] + sizes["target"], -1) for values in (out, peer))
        return float(np.abs(out * np.sign((out * peer).sum(0)) - peer).max()), None
    if name.startswith("kmm"):
        x, t = read_arrays(directory, sizes)
        matrix, linear, slack = kernel_matching(x, t, RIDGE if name == "kmm-qp" else 0.0)
        # hesper scales its weights to mean 1: the value is that of the best of their multiples that the sum allows.
        best = np.clip(out @ linear / (out @ matrix @ out), 1 / slack, 2 - 1 / slack)
        value = lambda w: w @ matrix @ w / 2 - linear @ w
        return float(np.abs(out - peer / peer.mean()).max()), float(value(peer) - value(best * out))
    if name.startswith("sinkhorn"):
        return float(np.abs(out - peer).max() * sizes["source"]), None
    if name.startswith("exact"):
        return abs(ours["values"][0] / theirs["values"][0] - 1), None
    if name == "mmd":
        return abs(ours["values"][0] - theirs["values"][0]), None
    return None, None


def measure(name, case, program, options):
    result = dict(peer=case["peer"], hesper=[], theirs=[], differences=[], lower=[], values=[])
    for repeat in range(1 if case.get("slow") else options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            directory = pathlib.Path(folder)
            write_arrays(directory, name, case["sizes"], repeat)
            task = dict(case["sizes"], task=case["task"], params=case["params"], repeats=options.inner)
            (directory / "task.json").write_text(json.dumps(task))
            run = lambda *command: json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            ours = run(program, folder)
            theirs = run(sys.executable, __file__, "--peer", name, folder)
            apart, lower = difference(name, case, directory, ours, theirs)
        result["hesper"].append(statistics.median(ours["seconds"]))
        result["theirs"].append(theirs["seconds"])
        result["values"].append(dict(hesper=ours["values"], peer=theirs["values"], said=ours["said"]))
        result["differences"].append(apart)
        result["lower"].append(lower)
        print(f"{name}: repeat {repeat} done", file=sys.stderr)
    ours, theirs = (statistics.median(result[who]) for who in ("hesper", "theirs"))
    result["medians"] = dict(hesper=ours, theirs=theirs, ratio=ours / theirs)
    return result


def table(results):
    lines = [f"{'case':<14}{'hesper [CPU s]':>15}{'peer':>10}{'ratio':>9}  {'of':<14}{'difference':>11}{'allowed':>9}{'lower':>10}"]
    worst = lambda values: max((value for value in values if value is not None), default=None)
    text = lambda value: "-" if value is None else f"{value:.1e}"
    for name, result in results.items():
        medians = result["medians"]
        lines.append(f"{name:<14}{medians['hesper']:>15.4f}{medians['theirs']:>10.4f}{medians['ratio']:>9.4f}  {result['peer']:<14}"
                     f"{text(worst(result['differences'])):>11}{text(CASES[name].get('allowed')):>9}{text(worst(result['lower'])):>10}")
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
    parser.add_argument("--repeats", type=int, default=3, help="data sets of each case (slow peers: one)")
    parser.add_argument("--inner", type=int, default=3, help="runs of hesper on each")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--peer", nargs=2, metavar=("CASE", "DIRECTORY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return run_as_peer(options.peer[0], pathlib.Path(options.peer[1]))

    import importlib.metadata as metadata

    program = build()
    results = {name: measure(name, CASES[name], program, options) for name in options.cases.split(",")}
    print(table(results))
    if options.out:
        versions = {name: metadata.version(name) for name in ("numpy", "scipy", "scikit-learn", "skada", "POT", "cvxopt")}
        about = dict(date=datetime.date.today().isoformat(), processor=processor(), system=platform.platform(terse=True),
                     python=platform.python_version(), versions=versions, repeats=options.repeats, threads=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(dict(about=about, results=results), indent=1) + "\n")
    failed = [name for name, result in results.items()
              if "allowed" in CASES[name] and not max(result["differences"]) <= CASES[name]["allowed"]]
    if failed:
        sys.exit("differs by more than allowed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
