//! How fast the light fades.

use crate::{Feature, per_band};

/// Rest-frame days after the peak at which the remaining flux is taken.
const PHASES: [(f64, &str); 3] = [(-10.0, "m10"), (15.0, "p15"), (40.0, "p40")];

/// The share of the peak flux that is there before and left after the peak.
pub(crate) const FEATURE: Feature = Feature {
    name: "decline",
    summary: "each band's flux 10 days before, 15 and 40 days after the peak, as a share of its peak flux",
    doc: "\
**decline**: how fast each band brightens and fades.

On the smooth fit f of a band with its peak at t_p: f(t_p + phase)/f(t_p), the phase in days of the rest frame of the
host's photometric redshift where it is given. The Δm15 of the literature is −2.5·log10 of the column `p15`.

| column | unit | meaning |
|---|---|---|
| `decline_<phase>_<band>` | – | phase `m10` (−10 d), `p15`, `p40` |

Minimum data: 1 point in the band, 5 in all bands together.
Reference: Phillips 1993, doi:10.1086/186970.
",
    cost: "180 µs",
    min_points: 1,
    columns: |bands| {
        PHASES.iter().flat_map(|(_, phase)| per_band(&format!("decline_{phase}"), bands)).collect()
    },
    compute: |described, values| {
        let stretch = described.time_dilation();
        for (phase, _) in PHASES {
            values.extend(described.smooth().iter().map(|fit| {
                let Some((fit, peak)) = fit.as_ref().and_then(|fit| Some((fit, fit.peak()?))) else { return f64::NAN };
                fit.flux(peak + phase * stretch) / fit.flux(peak)
            }));
        }
    },
    errors: None,
};
