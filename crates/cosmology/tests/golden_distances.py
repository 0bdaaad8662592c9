"""Writes golden_distances.csv: distances and volumes by astropy 8.0.2; python golden_distances.py > golden_distances.csv"""

import astropy
from astropy.cosmology import Flatw0waCDM, FlatLambdaCDM, FlatwCDM

print(f"# astropy {astropy.__version__}: FlatLambdaCDM, FlatwCDM, Flatw0waCDM; Mpc, mag, Mpc^3")
print("hubble,matter,w0,wa,z,comoving,luminosity,modulus,expansion,differential_volume")
models = [
    (FlatLambdaCDM(70, 0.3), -1, 0),
    (FlatLambdaCDM(67.4, 0.315), -1, 0),
    (FlatLambdaCDM(73, 0.05), -1, 0),
    (FlatLambdaCDM(73, 0.95), -1, 0),
    (FlatwCDM(70, 0.3, w0=-0.8), -0.8, 0),
    (FlatwCDM(70, 0.3, w0=-1.5), -1.5, 0),
    (FlatwCDM(70, 0.2, w0=-0.3), -0.3, 0),
    (FlatwCDM(70, 0.45, w0=-2.5), -2.5, 0),
    (Flatw0waCDM(70, 0.3, w0=-0.9, wa=0.3), -0.9, 0.3),
    (Flatw0waCDM(68, 0.34, w0=-0.7, wa=-1.1), -0.7, -1.1),
]
for c, w0, wa in models:
    for z in [0.001, 0.01, 0.05, 0.1, 0.35, 0.5, 0.68, 1.0, 1.4, 2.0, 3.0]:
        values = [
            c.comoving_distance(z).value,
            c.luminosity_distance(z).value,
            c.distmod(z).value,
            c.efunc(z),
            # per steradian
            c.differential_comoving_volume(z).value,
        ]
        print(",".join(repr(float(v)) for v in [c.H0.value, c.Om0, w0, wa, z, *values]))
