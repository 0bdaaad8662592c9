"""Prints golden derivatives of the distance modulus: mpmath 50-digit quadrature, differentiated numerically by mpmath
(python golden_gradient.py > golden_gradient.csv)."""

import mpmath
from mpmath import diff, log10, mp, quad, sqrt, exp

mp.dps = 40


def mu(z, m, w0, wa):
    def inverse(x):
        dark = (1 + x) ** (3 * (1 + w0 + wa)) * exp(-3 * wa * x / (1 + x))
        return 1 / sqrt(m * (1 + x) ** 3 + (1 - m) * dark)

    return 5 * log10((1 + z) * mpmath.mpf("299792.458") / 70 * quad(inverse, [0, z])) + 25


print(f"# mpmath {mpmath.__version__}")
print("matter,w0,wa,z,modulus,d_matter,d_w0,d_wa")
for m, w0, wa in [("0.3", "-1", "0"), ("0.25", "-0.8", "0.4"), ("0.4", "-1.3", "-0.5")]:
    m, w0, wa = map(mpmath.mpf, (m, w0, wa))
    for z in ["0.001", "0.05", "0.5", "1.2", "3"]:
        z = mpmath.mpf(z)
        row = [m, w0, wa, z, mu(z, m, w0, wa)]
        row.append(diff(lambda x: mu(z, x, w0, wa), m))
        row.append(diff(lambda x: mu(z, m, x, wa), w0))
        row.append(diff(lambda x: mu(z, m, w0, x), wa))
        print(",".join(mpmath.nstr(v, 17) for v in row))
