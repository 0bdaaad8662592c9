"""Golden values for tests/select.rs, by SKADA, numpy and scipy: `python select.py > select.json`.

SKADA's soft neighbourhood density is not used: its softmax runs over the whole matrix rather than over each row, and an
object's own similarity is negated rather than left out.
"""
import sys

sys.path.pop(0)  # This file would hide a module of the standard library.
import json

import numpy as np
import scipy
import skada
from scipy.special import entr, logsumexp
from skada.metrics import MaNoScorer, PredictionEntropyScorer
from sklearn.pipeline import Pipeline


class Fixed(Pipeline):
    """Gives the table that it was made with."""

    def __init__(self, p):
        self.p = p

    def predict_proba(self, x, **_):
        return self.p


rng = np.random.default_rng(4)
p = rng.dirichlet([0.4, 0.4, 0.4], size=40).round(9)
p[:, 2] = 1 - p[:, 0] - p[:, 1]
x, domain = np.vstack([p, p]), np.r_[np.ones(40), -np.ones(40)].astype(int)
y = np.r_[np.arange(40) % 3, np.full(40, -1)]
unit = p / np.linalg.norm(p, axis=1, keepdims=True)
cosines = unit @ unit.T / 0.05
np.fill_diagonal(cosines, -np.inf)
logs = cosines - logsumexp(cosines, axis=1, keepdims=True)
logs[np.isinf(logs)] = 0
np.fill_diagonal(cosines, -1e9)
density = -(np.exp(cosines - logsumexp(cosines, axis=1, keepdims=True)) * logs).sum(1).mean()
out = dict(
    made_by=f"SKADA {skada.__version__}, numpy {np.__version__}, scipy {scipy.__version__}",
    p=p.tolist(),
    entropy=3 * float(PredictionEntropyScorer(greater_is_better=True)._score(None, Fixed(p), x, y, domain)),
    mano=float(MaNoScorer()._score(None, Fixed(p), x, y, domain)),
    mutual_information=float(entr(p.mean(0)).sum() - entr(p).sum(1).mean()),
    density=float(density),
)
print(json.dumps(out))
