"""Times one fit program over many bands, on one thread. Import it before numpy: it limits the linear algebra to one thread."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = "1"

import math
import time

# A sweep over all bands that costs less CPU than this is repeated.
SHORT_SECONDS = 2.0


def fit_all(fit, bands, repeats):
    """Fits every (days, flux, error) in `bands`; a fast method does so `repeats` times, and the sweep of median cost counts.

    Returns one dictionary a band: `parameters` (A, B, t0, rise, fall), `converged`, `cpu_seconds`, `error`.
    """
    _sweep(fit, bands[:1])  # warm: the first call of a library is not what is measured
    sweeps = [_sweep(fit, bands)]
    if _cost(sweeps[0]) < SHORT_SECONDS:
        sweeps += [_sweep(fit, bands) for _ in range(repeats - 1)]
    return sorted(sweeps, key=_cost)[len(sweeps) // 2]


def _cost(rows):
    return sum(row["cpu_seconds"] for row in rows)


def _sweep(fit, bands):
    rows = []
    for band in bands:
        parameters, converged, error_text = (math.nan,) * 5, False, ""
        begin = time.process_time()
        try:
            parameters, converged = fit(*band)
        except Exception as error:  # a program that raises is a result, and is counted as one
            error_text = f"{type(error).__name__}: {error}"
        seconds = time.process_time() - begin
        rows.append({"parameters": [float(value) for value in parameters], "converged": bool(converged),
                     "cpu_seconds": seconds, "error": error_text})
    return rows
