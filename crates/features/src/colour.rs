//! The colours of the light curve and how they change.

use hesper_photometry::Band;

use crate::Feature;
use crate::feature::neighbours;

/// Rest-frame days from the peak at which colours are taken, and their names in columns.
const PHASES: [(f64, &str); 4] = [(-7.0, "m7"), (0.0, "p0"), (15.0, "p15"), (30.0, "p30")];

/// Colours of neighbouring bands.
pub(crate) const FEATURE: Feature = Feature {
    name: "colour",
    summary: "colours of neighbouring bands 7 days before the peak, at the peak, 15 and 30 days after it",
    doc: "\
**colour**: the colours of neighbouring bands and how they change.

For the smooth fits f and the time of the peak of the shape that all bands share, with x = bluer, y = redder band:

    colour = f_x(t) / (f_x(t) + f_y(t))

a number from 0 (all light in the redder band) to 1, which stays finite where one flux is 0; a colour in magnitudes is
−2.5·log10(colour/(1 − colour)). The phases are days in the rest frame of the host's photometric redshift where it is
given, else days.

| column | unit | meaning |
|---|---|---|
| `colour_<phase>_<x>-<y>` | – | phase `m7` (−7 d), `p0`, `p15`, `p30` |

Minimum data: 1 point in both bands, 5 in all bands together.
Reference: colours at maximum and their evolution separate Ia from core collapse: Poznanski, Maoz & Gal-Yam 2007,
doi:10.1086/520956.
",
    cost: "180 µs",
    min_points: 1,
    columns: |bands: &[Band]| {
        let pairs = || neighbours(bands).map(|(x, y)| format!("{}-{}", bands[x], bands[y]));
        PHASES.iter().flat_map(|(_, name)| pairs().map(move |pair| format!("colour_{name}_{pair}"))).collect()
    },
    compute: |described, values| {
        let stretch = described.time_dilation();
        let peak = described.peak_time().unwrap_or(f64::NAN);
        let smooth = described.smooth();
        for (phase, _) in PHASES {
            let flux = |band: usize| smooth[band].as_ref().map_or(f64::NAN, |fit| fit.flux(peak + phase * stretch));
            values.extend(neighbours(described.bands()).map(|(x, y)| flux(x) / (flux(x) + flux(y))));
        }
    },
    errors: None,
};
