"""Reference values for assignments: SciPy.

    python golden.py > golden.json

Linear ones by scipy.optimize.linear_sum_assignment, quadratic ones by scipy.optimize.quadratic_assignment with method "faq" from the
barycentre, 30 iterations and tolerance 0.03 (its defaults), maximising; and the best over all permutations for a small one.
"""
import itertools
import json

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment, quadratic_assignment

rng = np.random.default_rng(11)
out = {"scipy": scipy.__version__, "linear": [], "quadratic": []}
for rows, cols in [(1, 1), (5, 5), (7, 12), (40, 40), (30, 55)]:
    cost = rng.normal(size=(rows, cols)).round(6)
    r, c = linear_sum_assignment(cost)
    out["linear"].append({"cost": cost.tolist(), "columns": c.tolist(), "sum": float(cost[r, c].sum())})
for n in (6, 12, 20):
    a, b = (np.corrcoef(rng.normal(size=(n, n // 2 + 4))).round(6) for _ in range(2))
    found = quadratic_assignment(a, b, method="faq", options={"maximize": True})
    case = {"a": a.tolist(), "b": b.tolist(), "columns": found.col_ind.tolist(), "value": float(found.fun)}
    if n == 6:
        case["best"] = max(float(np.sum(a * b[np.ix_(p, p)])) for p in map(list, itertools.permutations(range(n))))
    out["quadratic"].append(case)
print(json.dumps(out))
