//! The Villar fit as columns.

use super::VillarFit;
use crate::{Feature, per_band};

/// A parameter's name and its value.
type Parameter = (&'static str, fn(&VillarFit) -> f64);

const PARAMETERS: [Parameter; 7] = [
    ("amplitude", |fit| fit.amplitude),
    ("slope", |fit| fit.slope),
    ("t0", |fit| fit.t0),
    ("plateau", |fit| fit.plateau),
    ("rise", |fit| fit.rise),
    ("fall", |fit| fit.fall),
    ("chi2", VillarFit::reduced_chi2),
];

/// The parameters of the fit of each band.
pub(crate) const FEATURE: Feature = Feature {
    name: "villar",
    summary: "Villar function fitted to each band: amplitude, slope, t0, plateau, rise, fall, reduced chi2",
    doc: "\
**villar**: rise, plateau and fall, fitted to each band by itself.

    f(t) = (A + β·x)/(1 + exp(−x/τ_rise))                              x < γ
    f(t) = (A + β·γ)·exp(−(x − γ)/τ_fall)/(1 + exp(−x/τ_rise))         x ≥ γ        x = t − t0

Minimises χ² and what is known of supernovae, by Levenberg–Marquardt from 32 starts around the band's
smooth Bazin fit (t0_B, rise, fall), of which the best of each of four plateaus are followed. Known is, as Gaussians: t0 = t0_B ± 15 d, ln(γ/20 d) = 0 ± 1,
ln(τ_rise/4 d) = 0 ± 0.7, ln(τ_fall/25 d) = 0 ± 0.8; A ≥ 0, β ≤ 0, and the plateau's end, A + β·γ, is not negative;
γ from 0.5 to 300 d, τ_rise from 0.1 to 100 d, τ_fall from 0.5 to 1000 d. There is no baseline.

| column | unit | meaning |
|---|---|---|
| `villar_amplitude_<band>` | nJy | A |
| `villar_slope_<band>` | nJy/day | β, the slope of the plateau |
| `villar_t0_<band>` | MJD | t0, the time of the turn |
| `villar_plateau_<band>` | days | γ = t1 − t0, how long the plateau lasts |
| `villar_rise_<band>` | days | τ_rise |
| `villar_fall_<band>` | days | τ_fall |
| `villar_chi2_<band>` | – | χ² of the points by their number less 6 |

The function is continuous, but it has a corner at t0 + γ. Times are as observed.

Minimum data: 7 points in the band.
Reference: Villar et al. 2019, ApJ 884, 83, doi:10.3847/1538-4357/ab418c, equation 1; the priors are ours.
",
    cost: "500 µs",
    min_points: VillarFit::MIN_POINTS,
    columns: |bands| PARAMETERS.iter().flat_map(|(name, _)| per_band(&format!("villar_{name}"), bands)).collect(),
    compute: |described, values| {
        let starts = described.smooth().iter();
        let fits: Vec<Option<VillarFit>> =
            described.curves().iter().zip(starts).map(|(curve, start)| VillarFit::new(curve, start.as_ref()?)).collect();
        for (_, parameter) in PARAMETERS {
            values.extend(fits.iter().map(|fit| fit.as_ref().map_or(f64::NAN, parameter)));
        }
    },
    errors: None,
};
