//! Which bands peak first.

use crate::{Feature, per_band};

/// The time of each band's peak, from the peak of the shared shape.
pub(crate) const FEATURE: Feature = Feature {
    name: "delay",
    summary: "rest-frame days from the peak of all bands together to the peak of each band",
    doc: "\
**delay**: the days from the peak of the shape that all bands share to the peak of each band's smooth fit, in the rest
frame of the host's photometric redshift where it is given. What cools as it expands peaks later in redder bands.

| column | unit | meaning |
|---|---|---|
| `delay_<band>` | days | positive where the band peaks later |

Minimum data: 1 point in the band, 5 in all bands together.
Reference: after the t0 differences of Ishida & de Souza 2013, doi:10.1093/mnras/sts650.
",
    cost: "180 µs",
    min_points: 1,
    columns: |bands| per_band("delay", bands),
    compute: |described, values| {
        let stretch = described.time_dilation();
        let together = described.peak_time().unwrap_or(f64::NAN);
        values.extend(described.smooth().iter().map(|fit| {
            fit.as_ref().and_then(crate::BazinFit::peak).map_or(f64::NAN, |peak| (peak - together) / stretch)
        }));
    },
    errors: None,
};
