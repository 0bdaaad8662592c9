//! How bright the object would be nearby.

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
        let modulus = described.photoz().map_or(f64::NAN, distance_modulus);
        values.extend(described.smooth().iter().map(|fit| {
            let peak = fit.as_ref().and_then(|fit| magnitude(fit.flux(fit.peak()?)));
            peak.map_or(f64::NAN, |peak| peak - modulus)
        }));
    },
    errors: None,
};

/// Distance modulus in a flat universe, H0 = 70 km/s/Mpc, Ωm = 0.3: Simpson's rule on 64 intervals.
fn distance_modulus(z: f64) -> f64 {
    const HUBBLE_DISTANCE_MPC: f64 = 299_792.458 / 70.0;
    const INTERVALS: usize = 64;
    let inverse_expansion = |z: f64| (0.3 * (1.0 + z).powi(3) + 0.7).sqrt().recip();
    let sum: f64 = (0..=INTERVALS)
        .map(|i| {
            let weight = if i == 0 || i == INTERVALS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
            weight * inverse_expansion(z * i as f64 / INTERVALS as f64)
        })
        .sum();
    let comoving = HUBBLE_DISTANCE_MPC * sum * z / (3.0 * INTERVALS as f64);
    5.0 * ((1.0 + z) * comoving).log10() + 25.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_astropy() {
        // python -c "from astropy.cosmology import FlatLambdaCDM as F; print(F(70, .3).distmod([.01, .5, 1.2]))"
        for (z, modulus) in [(0.01, 33.175318381), (0.5, 42.261185422), (1.2, 44.590033401)] {
            assert!((distance_modulus(z) - modulus).abs() < 1e-6, "{z}: {}", distance_modulus(z));
        }
    }
}
