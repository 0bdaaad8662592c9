//! How bright the object would be nearby.

use hesper_cosmology::Cosmology;
use hesper_photometry::magnitude;

use crate::{Feature, per_band};

/// Absolute magnitudes at peak, for the host's photometric redshift.
pub(crate) const FEATURE: Feature = Feature {
    name: "luminosity",
    summary: "peak magnitude of each band less the distance modulus of the host's photometric redshift",
    doc: "\
**luminosity**: the peak magnitude of each band's smooth fit less the distance modulus of the host's photometric redshift,

    M = m_peak − 5·log10(d_L / 10 pc),   d_L = (1 + z)·c/H0·∫₀^z dz′/√(Ωm(1 + z′)³ + 1 − Ωm)

for a flat universe with H0 = 70 km/s/Mpc and Ωm = 0.3; no K-correction: the bands are the observer's.

| column | unit | meaning |
|---|---|---|
| `luminosity_<band>` | mag | M |

Minimum data: 1 point in the band, 5 in all bands together, and a photometric redshift above 0.
Reference: Hogg 1999, arXiv:astro-ph/9905116, equations 14, 16, 21 and 25.
",
    cost: "180 µs",
    min_points: 1,
    columns: |bands| per_band("luminosity", bands),
    compute: |described, values| {
        let modulus = described.photoz().map_or(f64::NAN, |z| Cosmology::FIDUCIAL.distance_modulus(z));
        values.extend(described.smooth().iter().map(|fit| {
            let peak = fit.as_ref().and_then(|fit| magnitude(fit.flux(fit.peak()?)));
            peak.map_or(f64::NAN, |peak| peak - modulus)
        }));
    },
    errors: None,
};
