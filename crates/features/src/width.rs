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
///
/// ln f is concave, so Newton's steps from where f is surely below the half never jump over the root; and f is below both
/// of its asymptotes, whose own roots lie close.
fn half_time(fit: &BazinFit, direction: f64) -> Option<f64> {
    let unit = BazinFit { amplitude: 1.0, baseline: 0.0, ..*fit };
    let peak = unit.peak()? - fit.t0;
    let (rate, steepness) = (1.0 / fit.fall, 1.0 / fit.rise);
    let half = (0.5 * unit.flux(fit.t0 + peak)).ln();
    let mut x = if direction > 0.0 { -half / rate } else { half / (steepness - rate) };
    for _ in 0..60 {
        let e = (-x.abs() * steepness).exp();
        // ln f = −x·rate − ln(1 + exp(−x·steepness)), written so that nothing overflows.
        let (fading, share) =
            if x >= 0.0 { (x * rate, e / (1.0 + e)) } else { (x * (rate - steepness), 1.0 / (1.0 + e)) };
        let step = (-fading - e.ln_1p() - half) / (share * steepness - rate);
        x -= step;
        if step.abs() <= 1e-13 * (x.abs() + fit.rise) {
            break;
        }
    }
    let days = direction * (x - peak);
    days.is_finite().then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLANK: BazinFit = BazinFit {
        amplitude: 0.0,
        baseline: 0.0,
        t0: 0.0,
        rise: 1.0,
        fall: 1.0,
        chi2: 0.0,
        n: 9,
        converged: true,
        covariance: [[0.0; 5]; 5],
    };

    #[test]
    fn a_pure_decay_halves_in_fall_times_ln_2() {
        let fit = BazinFit { amplitude: 7.0, t0: 100.0, rise: 1e-3, fall: 20.0, ..BLANK };
        assert!((half_time(&fit, 1.0).unwrap() - 20.0 * 2f64.ln()).abs() < 0.01);
        assert!(half_time(&fit, -1.0).unwrap() < 0.05);
    }

    #[test]
    fn at_the_half_time_half_is_left() {
        for rise in [1e-2, 0.5, 4.0, 100.0, 1e3] {
            for stretch in [1.0 + 1e-6, 1.01, 2.0, 7.0, 1e3] {
                let unit =
                    BazinFit { amplitude: 1.0, baseline: 0.0, t0: 0.0, rise, fall: rise * stretch, ..BLANK };
                for direction in [-1.0, 1.0] {
                    let days = half_time(&unit, direction).unwrap();
                    let peak = unit.peak().unwrap();
                    let left = unit.flux(peak + direction * days) / unit.flux(peak);
                    assert!(
                        days > 0.0 && (left - 0.5).abs() < 1e-9,
                        "{rise} {stretch} {direction}: {days} {left}"
                    );
                }
                // Without a peak, no width.
                assert_eq!(half_time(&BazinFit { fall: rise / stretch, ..unit }, 1.0), None);
            }
        }
    }
}
