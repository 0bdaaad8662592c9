"""The lowest chi-squared a Bazin function reaches on one band, by brute force: slow, and meant to be.

For fixed (t0, rise, fall) the model is linear in amplitude and baseline, so a grid over the three is solved in one sweep,
with amplitude >= 0; its best and mutually distant cells start a trust-region fit of (t0, ln rise, ln fall), the linear two
solved inside (variable projection: Golub & Pereyra 1973, doi:10.1137/0710036). The search stays within t0 no further than one
length of the data outside them and times between 0.01 day and 100 lengths.
"""

import numpy as np
from scipy.optimize import least_squares

STARTS = 12
SHORTEST = 0.01


def _shapes(t, t0, log_rise, log_fall):
    """Shapes with largest value one at the points, so that the linear problem stays well scaled."""
    x = t - np.asarray(t0)[..., None]
    log_shape = -x / np.exp(log_fall)[..., None] - np.logaddexp(0.0, -x / np.exp(log_rise)[..., None])
    top = log_shape.max(axis=-1, keepdims=True)
    return np.exp(log_shape - top), top[..., 0]


def _solve(shape, flux, weight):
    """Amplitude (>= 0), baseline and chi-squared of the weighted linear problem, along the last axis."""
    total = weight.sum()
    mean_shape = (shape * weight).sum(-1) / total
    mean_flux = (flux * weight).sum() / total
    centred = shape - mean_shape[..., None]
    spread = (centred**2 * weight).sum(-1)
    amplitude = (centred * (flux - mean_flux) * weight).sum(-1) / np.where(spread > 1e-14 * total, spread, np.inf)
    amplitude = np.maximum(amplitude, 0.0)
    baseline = mean_flux - amplitude * mean_shape
    residual = flux - amplitude[..., None] * shape - baseline[..., None]
    return amplitude, baseline, (residual**2 * weight).sum(-1)


def search(t, flux, error):
    """Best (A, B, t0, rise, fall) found, in the units of `t` and `flux`."""
    span, weight = t[-1] - t[0], error**-2.0
    lower = np.array([t[0] - span, np.log(SHORTEST), np.log(SHORTEST)])
    upper = np.array([t[-1] + span, np.log(100 * span), np.log(100 * span)])
    # t0 on and between the points as well as evenly: sharp rises between two points are found only so.
    places = np.unique(np.concatenate([np.linspace(t[0] - span / 2, t[-1] + span / 2, 33), t, (t[1:] + t[:-1]) / 2]))
    rises = np.linspace(np.log(0.03), np.log(2 * span), 12)
    falls = np.linspace(np.log(0.1), np.log(20 * span), 14)
    grid = np.stack(np.meshgrid(places, rises, falls, indexing="ij"), axis=-1).reshape(-1, 3)
    chi2 = _solve(_shapes(t, *grid.T)[0], flux, weight)[2]
    unit = (grid - lower) / (upper - lower)
    open_cells, starts = np.isfinite(chi2), []
    for index in np.argsort(chi2, kind="stable"):
        if open_cells[index]:
            starts.append(grid[index])
            open_cells &= np.abs(unit - unit[index]).max(axis=-1) > 0.04
            if len(starts) == STARTS:
                break

    def residual(place):
        shape, _ = _shapes(t, *place)
        amplitude, baseline, _ = _solve(shape, flux, weight)
        return (amplitude * shape + baseline - flux) / error

    best = None
    for start in starts:
        start = np.clip(start, lower + 1e-9, upper - 1e-9)
        found = least_squares(residual, start, bounds=(lower, upper), x_scale="jac", max_nfev=300)
        if best is None or found.cost < best.cost:
            best = found
    shape, top = _shapes(t, *best.x)
    amplitude, baseline, _ = _solve(shape, flux, weight)
    return amplitude * np.exp(-top), baseline, best.x[0], np.exp(best.x[1]), np.exp(best.x[2])
