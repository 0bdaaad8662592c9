//! The joint fit of all bands, as it is.

use crate::{BazinFit, Feature, per_band};

/// The parameters of the shape that all bands share, and each band's amplitude.
pub(crate) const FEATURE: Feature = Feature {
    name: "joint",
    summary: "one Bazin shape fitted to all bands together: shared t0, rise and fall, each band's amplitude, reduced chi2",
    doc: "\
**joint**: one Bazin function fitted to all bands together, with an amplitude for each.

    f_band(t) = amplitude_band · exp(−(t − t0)/fall) / (1 + exp(−(t − t0)/rise))

t0, rise and fall are the same in all bands; there is no baseline. Minimises χ² of all points and of what is known of
supernovae, ln(rise/4 d) = 0 ± 0.7 and ln(fall/30 d) = 0 ± 0.8, by variable projection. It bears bands of a few
points each, and it is the fit around which `peak`, `colour`, `width`, `decline`, `delay` and `shape` let each band
depart a little.

| column | unit | meaning |
|---|---|---|
| `joint_t0` | MJD | the time of the turn in all bands |
| `joint_rise`, `joint_fall` | days | e-folding times as observed; `shape` has them in the rest frame |
| `joint_chi2` | – | χ² by the number of points less 3 and less 1 for each band with points |
| `joint_amplitude_<band>` | nJy | scale of the transient, 0 where the band shows none, NaN where it has no points |

Minimum data: 5 points in all bands together.
Reference: Bazin et al. 2009, doi:10.1051/0004-6361/200911847; variable projection: Golub & Pereyra 1973,
doi:10.1137/0710036.
",
    cost: "160 µs",
    min_points: 5,
    columns: |bands| {
        let mut names: Vec<String> =
            ["joint_t0", "joint_rise", "joint_fall", "joint_chi2"].map(str::to_owned).into();
        names.extend(per_band("joint_amplitude", bands));
        names
    },
    compute: |described, values| {
        let fits = described.shared();
        let shape: [fn(&BazinFit) -> f64; 3] = [|fit| fit.t0, |fit| fit.rise, |fit| fit.fall];
        values.extend(shape.map(|parameter| fits.first().map_or(f64::NAN, parameter)));
        let points: usize = fits.iter().map(|fit| fit.n).sum();
        let free = 3 + fits.iter().filter(|fit| fit.n > 0).count();
        let chi2: f64 = fits.iter().map(|fit| fit.chi2).sum();
        values.push(if points > free { chi2 / (points - free) as f64 } else { f64::NAN });
        values.extend((0..described.bands().len()).map(|band| match fits.get(band) {
            Some(fit) if fit.n > 0 => fit.amplitude,
            _ => f64::NAN,
        }));
    },
    errors: None,
};
