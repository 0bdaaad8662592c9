//! The Gaussian process as columns.

use hesper_photometry::Band;

use super::GaussianProcess;
use super::peak::{Peak, half_time, peak};
use super::posterior::Wave;
use crate::feature::neighbours;
use crate::{Feature, per_band};

/// Rest-frame days from the reference band's peak at which colours are taken, and their names in columns.
const PHASES: [(f64, &str); 2] = [(0.0, "p0"), (15.0, "p15")];
/// The band nearest to this wavelength is the reference, Å.
const REFERENCE: f64 = 6_200.0;

/// What the mean of the process says of an object.
pub(crate) const FEATURE: Feature = Feature {
    name: "gp",
    summary: "Gaussian process over time and wavelength: peaks, delays, half widths, colours, amplitude, time scale",
    doc: "\
**gp**: a Gaussian process over time and wavelength, one for all bands of an object.

    k = amplitude² · (1 + √3·|Δt|/ℓ)·exp(−√3·|Δt|/ℓ) · exp(−Δλ²/(2·(6000 Å)²))

is the covariance of the fluxes at two points, beside the errors of measurement; the mean beforehand is 0. Amplitude (from 1/1000
to 1000 times the largest flux) and time scale ℓ (from 1 to 500 days) are those of the largest marginal likelihood, found
by Fisher scoring with exact derivatives. What follows is the posterior mean F of the flux: it needs no model of the
object, and a band of few points, or none, follows its neighbours.

A band's peak is the largest F between the object's first and last points. The reference band is the one nearest to 6200 Å.
Days are those of the rest frame of the host's photometric redshift where it is given. With x = bluer, y = redder band,

    colour = f_x/(f_x + f_y),   f = max(F, 0)

| column | unit | meaning |
|---|---|---|
| `gp_amplitude` | nJy | amplitude |
| `gp_time_scale` | days | ℓ |
| `gp_log_likelihood` | – | log marginal likelihood of the fluxes in units of their errors, by the number of points |
| `gp_flux_<band>`, `gp_flux_err_<band>` | nJy | F at the peak, its standard deviation |
| `gp_delay_<band>` | days | from the peak of the reference band to that of the band; the reference band has none |
| `gp_rise_<band>` | days | from half the peak's flux to the peak |
| `gp_fall_<band>` | days | from the peak to half its flux; beyond the points F falls to 0 within a few ℓ |
| `gp_colour_<phase>_<x>-<y>` | – | phase `p0` (peak of the reference band), `p15` (15 d later) |

Where there are more than 500 points, points of a band within a night (or two, four, …) become one. Bands other than u, g, r,
i, z and y have no known wavelength; they are left out, and their columns NaN.

Minimum data: 5 points in all bands together.
Reference: Boone 2019, AJ 158, 257, doi:10.3847/1538-3881/ab5182, whose kernel is one Matérn-3/2 of both distances together; Rasmussen & Williams 2006,
Gaussian Processes for Machine Learning.
",
    cost: "650 µs",
    min_points: GaussianProcess::MIN_POINTS,
    columns: |bands| {
        let mut names: Vec<String> =
            ["gp_amplitude", "gp_time_scale", "gp_log_likelihood"].map(str::to_owned).into();
        names.extend(per_band("gp_flux", bands));
        names.extend(per_band("gp_flux_err", bands));
        let reference = reference(bands);
        names.extend(
            bands.iter().enumerate().filter(|(i, _)| Some(*i) != reference).map(|(_, band)| format!("gp_delay_{band}")),
        );
        names.extend(per_band("gp_rise", bands));
        names.extend(per_band("gp_fall", bands));
        for (_, phase) in PHASES {
            names.extend(neighbours(bands).map(|(x, y)| format!("gp_colour_{phase}_{}-{}", bands[x], bands[y])));
        }
        names
    },
    compute: |described, values| {
        let bands = described.bands();
        let Some(process) = GaussianProcess::fit(&described.object().lightcurve) else {
            values.resize(values.len() + (FEATURE.columns)(bands).len(), f64::NAN);
            return;
        };
        summarise(&process, bands, described.time_dilation(), values);
    },
    errors: None,
};

/// The band that others are compared with.
fn reference(bands: &[Band]) -> Option<usize> {
    let distance = |band: &Band| Some((band.wavelength()? - REFERENCE).abs());
    let known = bands.iter().enumerate().filter_map(|(i, band)| Some((i, distance(band)?)));
    known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
}

/// A band as the process sees it.
struct Seen {
    wavelength: f64,
    wave: Wave,
    peak: Peak,
}

fn summarise(process: &GaussianProcess, bands: &[Band], stretch: f64, values: &mut Vec<f64>) {
    let GaussianProcess { points, posterior, time_scale, log_likelihood } = process;
    let see = |band: &Band| {
        let wavelength = band.wavelength()?;
        let wave = posterior.wave(points, wavelength);
        let peak = peak(&wave, points);
        Some(Seen { wavelength, wave, peak })
    };
    let seen: Vec<Option<Seen>> = bands.iter().map(see).collect();
    let each = |value: &dyn Fn(&Seen) -> f64| -> Vec<f64> {
        seen.iter().map(|seen| seen.as_ref().map_or(f64::NAN, value)).collect()
    };
    values.extend([process.amplitude(), time_scale / stretch, log_likelihood / points.len() as f64]);
    values.extend(each(&|seen| seen.peak.flux * points.unit));
    let error = |seen: &Seen| posterior.variance(points, seen.peak.day, seen.wavelength).sqrt();
    values.extend(each(&|seen| error(seen) * points.unit));
    let reference = reference(bands);
    let origin = reference.and_then(|i| seen[i].as_ref()).map_or(f64::NAN, |seen| seen.peak.day);
    let mut delays = each(&|seen| (seen.peak.day - origin) / stretch);
    if let Some(reference) = reference {
        delays.remove(reference);
    }
    values.extend(delays);
    for direction in [-1.0, 1.0] {
        let half = |seen: &Seen| half_time(&seen.wave, points, seen.peak, direction, *time_scale);
        values.extend(each(&|seen| half(seen).map_or(f64::NAN, |days| days / stretch)));
    }
    for (phase, _) in PHASES {
        let flux = each(&|seen| seen.wave.mean(points, origin + phase * stretch).max(0.0));
        values.extend(neighbours(bands).map(|(x, y)| flux[x] / (flux[x] + flux[y])));
    }
}
