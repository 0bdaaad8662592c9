"""Posterior means, variances and log marginal likelihoods of the two-dimensional kernel, for gaussian_process.rs:

    python gaussian_process_golden.py > gaussian_process_golden.txt

By numpy's dense algebra, straight from the definitions; scikit-learn's kernels and regressor are asserted to agree to 1e-9.
A case: one line "case amplitude time_scale log_likelihood", then "point mjd band flux flux_err" and "at mjd band mean sd".
The likelihood is that of the fluxes in units of their errors.
"""

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Kernel, Matern

WAVELENGTH = {"u": 3685.0, "g": 4802.0, "r": 6231.0, "i": 7542.0, "z": 8690.0, "ztf_g": 4805.0, "ztf_r": 6437.0}


class Column(Kernel):
    """A kernel of one column."""

    def __init__(self, kernel, column):
        self.kernel, self.column = kernel, column

    def __call__(self, x, y=None, eval_gradient=False):
        return self.kernel(x[:, [self.column]], None if y is None else y[:, [self.column]])

    def diag(self, x):
        return np.ones(len(x))

    def is_stationary(self):
        return True


def kernel(amplitude, scale, t1, w1, t2, w2):
    s = np.sqrt(3) * np.abs(t1[:, None] - t2) / scale
    return amplitude**2 * (1 + s) * np.exp(-s) * np.exp(-0.5 * ((w1[:, None] - w2) / 6000.0) ** 2)


print(f"# numpy {np.__version__}, scikit-learn {sklearn.__version__}")
rng = np.random.default_rng(158)
for n, bands, amplitude, scale, noise in [
    (40, "g r i z", 900.0, 18.0, 30.0),
    (95, "g r i z", 4000.0, 45.0, 90.0),
    (12, "ztf_g ztf_r", 60.0, 7.0, 25.0),
    (60, "u r", 30000.0, 120.0, 20.0),
    (3, "i", 10.0, 5.0, 1.0),
]:
    bands = bands.split()
    t = np.round(56200 + np.sort(rng.uniform(0, 140, n)), 3)
    # Some nights have two points at once.
    t[1::6] = t[0 : n - 1 : 6][: len(t[1::6])]
    band = rng.choice(bands, n)
    w = np.array([WAVELENGTH[b] for b in band])
    truth = 20 * noise * np.exp(-(((t - 56250) / 25) ** 2)) * (w / 6000)
    error = np.round(noise * rng.uniform(0.5, 2, n), 2)
    flux = np.round(truth + error * rng.normal(size=n), 2)
    at_t = np.round(56200 + rng.uniform(-30, 190, 8), 3)
    at_band = rng.choice(bands, 8)
    at_w = np.array([WAVELENGTH[b] for b in at_band])

    k = kernel(amplitude, scale, t, w, t, w) + np.diag(error**2)
    cross = kernel(amplitude, scale, at_t, at_w, t, w)
    mean = cross @ np.linalg.solve(k, flux)
    variance = amplitude**2 - np.einsum("ij,ji->i", cross, np.linalg.solve(k, cross.T))
    log_likelihood = -0.5 * (flux @ np.linalg.solve(k, flux) + np.linalg.slogdet(k)[1] + n * np.log(2 * np.pi))

    theirs = ConstantKernel(amplitude**2) * Column(Matern(scale, nu=1.5), 0) * Column(RBF(6000.0), 1)
    regressor = GaussianProcessRegressor(theirs, alpha=error**2, optimizer=None).fit(np.c_[t, w], flux)
    their_mean, their_sd = regressor.predict(np.c_[at_t, at_w], return_std=True)
    np.testing.assert_allclose(mean, their_mean, rtol=1e-9, atol=1e-9 * amplitude)
    np.testing.assert_allclose(variance, their_sd**2, rtol=1e-9, atol=1e-9 * amplitude**2)
    np.testing.assert_allclose(log_likelihood, regressor.log_marginal_likelihood_value_, rtol=1e-9)

    print("case", amplitude, scale, repr(float(log_likelihood + np.log(error).sum())))
    for row in zip(t, band, flux, error):
        print("point", *(x if isinstance(x, str) else repr(float(x)) for x in row))
    for row in zip(at_t, at_band, mean, np.sqrt(variance)):
        print("at", *(x if isinstance(x, str) else repr(float(x)) for x in row))
