//! How long the light curve stays bright.

use crate::{BazinFit, Feature, per_band};

/// Rest-frame times from half the peak flux up to the peak and down again.
pub(crate) const FEATURE: Feature = Feature {
    name: "width",
    summary: "rest-frame days from half the peak flux to the peak, and back to half, of each band's smooth fit",
    doc: "\
**width**: how long each band stays brighter than half its peak.

On the smooth fit, the times on either side of the peak at which the flux is half the peak's, found by bisection and
divided by 1 + z of the host's photometric redshift where it is given.

| column | unit | meaning |
|---|---|---|
| `width_rise_<band>` | days | from half the peak's flux to the peak |
| `width_fall_<band>` | days | from the peak to half its flux |

Minimum data: 1 point in the band, 5 in all bands together.
Reference: the width of a supernova's light curve tells its kind and, for Ia, its luminosity: Phillips 1993,
doi:10.1086/186970.
",
    cost: "190 µs",
    min_points: 1,
    columns: |bands| ["width_rise", "width_fall"].iter().flat_map(|stem| per_band(stem, bands)).collect(),
    compute: |described, values| {
        let stretch = described.time_dilation();
        for direction in [-1.0, 1.0] {
            values.extend(described.smooth().iter().map(|fit| {
                fit.as_ref().and_then(|fit| half_time(fit, direction)).map_or(f64::NAN, |days| days / stretch)
            }));
        }
    },
    errors: None,
};

/// Days from the peak to half its flux, before it (direction −1) or after it (+1).
fn half_time(fit: &BazinFit, direction: f64) -> Option<f64> {
    let unit = BazinFit { amplitude: 1.0, baseline: 0.0, ..*fit };
    let peak = unit.peak()?;
    let half = 0.5 * unit.flux(peak);
    let mut far = 1.0;
    while unit.flux(peak + direction * far) > half {
        far *= 2.0;
        if far > 1e6 {
            return None;
        }
    }
    let mut near = 0.0;
    for _ in 0..40 {
        let middle = 0.5 * (near + far);
        if unit.flux(peak + direction * middle) > half { near = middle } else { far = middle }
    }
    Some(0.5 * (near + far))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_decay_halves_in_fall_times_ln_2() {
        let fit = BazinFit {
            amplitude: 7.0,
            baseline: 0.0,
            t0: 100.0,
            rise: 1e-3,
            fall: 20.0,
            chi2: 0.0,
            n: 9,
            converged: true,
            covariance: [[0.0; 5]; 5],
        };
        assert!((half_time(&fit, 1.0).unwrap() - 20.0 * 2f64.ln()).abs() < 0.01);
        assert!(half_time(&fit, -1.0).unwrap() < 0.05);
    }
}
