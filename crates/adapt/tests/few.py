"""Golden values for tests/few.rs, by numpy, scipy and scikit-learn: `python few.py > few.json`."""
import json

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(5)


def learner(c=1.0):
    return LogisticRegression(C=c, tol=1e-12, max_iter=100_000)


def domain(n, classes, shift, turn):
    y = np.arange(n) % classes
    centre = np.array([[0, 0, 1, 0], [2, 0, 0, 1], [0, 2, 0, -1.0]])[y]
    x = centre + rng.normal(size=(n, 4)) + shift
    x[:, :2] = x[:, :2] @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return x.round(6), y


def full(model, x, classes):
    p = np.zeros((len(x), classes))
    p[:, model.classes_] = model.predict_proba(x)
    return p


def augment(xs, ys, xt, yt, x, k):
    rows = np.vstack([np.hstack([xs, xs, 0 * xs]), np.hstack([xt, 0 * xt, xt])])
    return full(learner().fit(rows, np.r_[ys, yt]), np.hstack([x, 0 * x, x]), k)


def balanced(xs, ys, xt, yt, x, k, gamma):
    n, m = len(ys), len(yt)
    w = np.r_[np.full(n, (1 - gamma) * (n + m) / n), np.full(m, gamma * (n + m) / m)]
    return full(learner().fit(np.vstack([xs, xt]), np.r_[ys, yt], sample_weight=w), x, k)


def tradaboost(xs, ys, xt, yt, x, k, rounds):
    n, m = len(ys), len(yt)
    rows, y = np.vstack([xs, xt]), np.r_[ys, yt]
    w, votes, said = np.ones(n + m), [], []
    for _ in range(rounds):
        w = w * (n + m) / w.sum()
        model = learner().fit(rows, y, sample_weight=w)
        wrong = model.predict(rows) != y
        error = max(w[n:][wrong[n:]].sum() / w[n:].sum(), 0.5 / m)
        vote = np.log((1 - error) / error) + np.log(k - 1)
        vote = vote if error < 1 - 1 / k else 0.0
        w[:n] *= np.where(wrong[:n], 1 / (1 + np.sqrt(2 * np.log(n) / rounds)), 1)
        w[n:] *= np.where(wrong[n:], np.exp(vote), 1)
        votes.append(vote)
        said.append(full(model, x, k))
    half = rounds // 2
    votes = np.array(votes[half:]) / np.sum(votes[half:])
    soft = sum(v * p for v, p in zip(votes, said[half:]))
    hard = sum(v * np.eye(k)[p.argmax(1)] for v, p in zip(votes, said[half:]))
    return soft, hard


def transfer(xs, ys, xt, yt, x, k, strength):
    model = learner().fit(xs, ys)
    prior = np.hstack([model.coef_, model.intercept_[:, None]])
    if k == 2:
        prior = np.vstack([-0.5 * prior, 0.5 * prior])
    a = np.hstack([xt, np.ones((len(xt), 1))])

    def value(theta):
        z = a @ theta.reshape(prior.shape).T
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        g = (p - np.eye(k)[yt]).T @ a + strength * (theta.reshape(prior.shape) - prior)
        loss = -np.log(p[np.arange(len(yt)), yt]).sum() + strength / 2 * ((theta - prior.ravel()) ** 2).sum()
        return loss, g.ravel()

    theta = minimize(value, prior.ravel(), jac=True, method="BFGS", options=dict(gtol=1e-10)).x.reshape(prior.shape)
    z = np.hstack([x, np.ones((len(x), 1))]) @ theta.T
    p = np.exp(z - z.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def em(xs, ys, x, k):
    p = full(learner().fit(xs, ys), x, k)
    prior = np.bincount(ys, minlength=k) / len(ys)
    q = prior.copy()
    for _ in range(100_000):
        r = p * q / prior
        q = (r / r.sum(1, keepdims=True)).mean(0)
    r = p * q / prior
    return q, r / r.sum(1, keepdims=True)


out = dict(made_by=f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}", cases=[])
for k in (2, 3):
    xs, ys = domain(60, k, 0.0, 0.0)
    xt, yt = domain(15, k, 0.5, 0.6)
    x, _ = domain(20, k, 0.5, 0.6)
    soft, hard = tradaboost(xs, ys, xt, yt, x, k, 8)
    # Of the first class only half is left.
    q, corrected = em(xs, ys, x[(np.arange(20) % k > 0) | (np.arange(20) % (2 * k) == 0)], k)
    case = dict(
        classes=k, source=xs, source_y=ys, labelled=xt, labelled_y=yt, target=x,
        augment=augment(xs, ys, xt, yt, x, k), balanced=balanced(xs, ys, xt, yt, x, k, 0.7), soft=soft, hard=hard,
        transfer=transfer(xs, ys, xt, yt, x, k, 2.5), em_shares=q, em=corrected,
    )
    out["cases"].append({name: value.tolist() if hasattr(value, "tolist") else value for name, value in case.items()})
print(json.dumps(out))
