//! The periodogram as columns.

use super::{FrequencyGrid, Periodogram};
use crate::{Feature, per_band};

/// The highest frequency looked at, per day: a period of 0.2 days is that of the fastest RR Lyrae stars.
const HIGHEST: f64 = 5.0;
/// Frequencies in the width of a peak.
const SAMPLES_PER_PEAK: f64 = 5.0;
/// Light curves of more years than this serves are looked at up to a lower frequency.
const MOST_FREQUENCIES: f64 = 250_000.0;

/// Period, power, false-alarm probability, second peak.
pub(crate) const FEATURE: Feature = Feature {
    name: "periodogram",
    summary: "generalised Lomb-Scargle periodogram of all bands together: period, power, false-alarm probability, second peak",
    doc: "\
**periodogram**: whether the light curve repeats, and after how long.

The generalised Lomb–Scargle periodogram: at each frequency f a sine with a mean of its own is fitted to each band,
a_b + b_b·cos 2πft + c_b·sin 2πft, and the power is the share of χ² that it removes: P = (χ²_constants − χ²_sines)/χ²_constants over all bands. The
frequencies go from 1/(10·T) in steps of 1/(5·T) to 5 per day, T being the days from the first to the last point (and to less
where T is more than 27 years).

| column | unit | meaning |
|---|---|---|
| `periodogram_period` | days | 1/f of the highest power, in the observer's frame |
| `periodogram_power` | – | the highest power, 0 to 1 |
| `periodogram_log_fap` | – | log10 of the probability that noise alone has so high a power anywhere |
| `periodogram_second_power` | – | the highest power of another peak, farther than 1/T |
| `periodogram_power_<band>` | – | the band's own power at the period of all |

What varies slowly, as a supernova does, has its highest power near the lowest frequency.

Minimum data: 5 points in a band, not all of one flux; bands with fewer have no part in it.
Reference: Zechmeister & Kürster 2009, doi:10.1051/0004-6361:200811296; VanderPlas & Ivezić 2015, doi:10.1088/0004-637X/812/1/18;
Baluev 2008, doi:10.1111/j.1365-2966.2008.12689.x.
",
    cost: "480 µs",
    errors: None,
    min_points: Periodogram::MIN_POINTS,
    columns: |bands| {
        let columns = ["periodogram_period", "periodogram_power", "periodogram_log_fap", "periodogram_second_power"];
        let mut names: Vec<String> = columns.map(str::to_owned).into();
        names.extend(per_band("periodogram_power", bands));
        names
    },
    compute: |described, values| {
        let start = values.len();
        values.resize(start + 4 + described.curves().len(), f64::NAN);
        let grid = Periodogram::range(described.curves()).and_then(|range| {
            let span = range.end - range.start;
            let highest = HIGHEST.min(MOST_FREQUENCIES / (SAMPLES_PER_PEAK * span));
            FrequencyGrid::covering(span, SAMPLES_PER_PEAK, highest).ok()
        });
        // Points that readers let through make no error.
        let found = grid.and_then(|grid| Periodogram::new(described.curves(), &grid).ok().flatten());
        let Some((found, peak)) = found.as_ref().and_then(|found| Some((found, found.peak()?))) else {
            return;
        };
        let power = found.power[peak];
        values[start] = 1.0 / found.grid.frequency(peak);
        values[start + 1] = power;
        values[start + 2] = found.ln_false_alarm(power) / std::f64::consts::LN_10;
        values[start + 3] = found.second_peak().map_or(f64::NAN, |second| found.power[second]);
        for (value, band) in values[start + 4..].iter_mut().zip(&found.bands) {
            *value = band.as_ref().map_or(f64::NAN, |power| power[peak]);
        }
    },
};
