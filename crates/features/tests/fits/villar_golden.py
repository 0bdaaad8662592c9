"""Values of the Villar function by light-curve (its Python package), for villar.rs:

    pip install light-curve && python villar_golden.py > villar_golden.txt

A line: A, beta, t0, gamma, tau_rise, tau_fall, then times and fluxes. light-curve has nu = -beta gamma/A in place of beta, and a
baseline, which is 0 here.
"""

import light_curve
import numpy as np

print(f"# light-curve {light_curve.__version__}, numpy {np.__version__}")
rng = np.random.default_rng(844)
for _ in range(20):
    amplitude = 10 ** rng.uniform(0, 4)
    nu = rng.uniform(0, 1)
    t0, gamma = rng.uniform(-20, 60), 10 ** rng.uniform(0, 2)
    rise, fall = 10 ** rng.uniform(-0.5, 1.5), 10 ** rng.uniform(0.3, 2)
    # On both sides of the turn and of the plateau's end, and far out.
    t = np.sort(np.r_[rng.uniform(-100, 200, 8), t0 + gamma + np.array([-0.01, 0.01])])
    flux = light_curve.VillarFit.model(t, np.array([amplitude, 0.0, t0, rise, fall, nu, gamma]))
    print(*(repr(float(x)) for x in [amplitude, -nu * amplitude / gamma, t0, gamma, rise, fall, *np.c_[t, flux].ravel()]))
