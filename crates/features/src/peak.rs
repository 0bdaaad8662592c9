//! How bright each band became.

use crate::{Feature, per_band};

/// Peak flux, its error and its significance.
pub(crate) const FEATURE: Feature = Feature {
    name: "peak",
    summary: "flux at the peak of each band's smooth fit, its error and its signal-to-noise",
    doc: "\
**peak**: how bright each band became.

The smooth fit is a Bazin function without baseline, held near the shape that all bands share. At its
peak, t0 + rise·ln(fall/rise − 1), it has the flux F; with the shape φ fixed and scaled to 1 at the peak, the error of F
is (Σ φ²/flux_err²)^(−1/2).

| column | unit | meaning |
|---|---|---|
| `peak_flux_<band>` | nJy | F |
| `peak_flux_err_<band>` | nJy | its error |
| `peak_snr_<band>` | – | their ratio: the significance of the whole light curve |

Minimum data: 1 point in the band, 5 in all bands together.
Reference: matched filter, e.g. Turin 1960, doi:10.1109/TIT.1960.1057571.
",
    cost: "180 µs",
    min_points: 1,
    columns: |bands| ["peak_flux", "peak_flux_err", "peak_snr"].iter().flat_map(|stem| per_band(stem, bands)).collect(),
    compute: |described, values| {
        let peaks: Vec<(f64, f64)> = described
            .smooth()
            .iter()
            .zip(described.curves())
            .map(|(fit, curve)| {
                let Some((fit, peak)) = fit.as_ref().and_then(|fit| Some((fit, fit.peak()?))) else {
                    return (f64::NAN, f64::NAN);
                };
                let unit = crate::BazinFit { amplitude: 1.0, baseline: 0.0, ..*fit };
                let height = unit.flux(peak);
                let information: f64 =
                    (0..curve.len()).map(|i| (unit.flux(curve.mjd[i]) / height / curve.flux_err[i]).powi(2)).sum();
                (fit.amplitude * height, information.sqrt().recip())
            })
            .collect();
        values.extend(peaks.iter().map(|(flux, _)| flux));
        values.extend(peaks.iter().map(|(_, error)| error));
        values.extend(peaks.iter().map(|(flux, error)| flux / error));
    },
    errors: None,
};
