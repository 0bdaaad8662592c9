//! The shape that all bands share, and how well it fits.

use crate::{Feature, per_band};

/// Rise and fall of the shared shape and reduced χ² of the fits.
pub(crate) const FEATURE: Feature = Feature {
    name: "shape",
    summary: "rest-frame rise and fall of the shape that all bands share, and reduced chi-squared of the smooth fits",
    doc: "\
**shape**: the Bazin shape that all bands share (one joint fit with one t0, rise and fall, see `joint`), and how well the
smooth fits of single bands, held near it, describe the points.

| column | unit | meaning |
|---|---|---|
| `shape_rise`, `shape_fall` | days | e-folding times, in the rest frame of the host's photometric redshift where it is given |
| `shape_chi2` | – | χ² of the shared shape by the number of points of all bands |
| `shape_chi2_<band>` | – | χ² of the band's smooth fit by its number of points |

A plateau or a second peak does not follow a Bazin function: its χ² tells.

Minimum data: 5 points in all bands together.
Reference: Bazin et al. 2009, doi:10.1051/0004-6361/200911847.
",
    cost: "180 µs",
    min_points: 5,
    columns: |bands| {
        let mut names: Vec<String> = ["shape_rise", "shape_fall", "shape_chi2"].map(str::to_owned).into();
        names.extend(per_band("shape_chi2", bands));
        names
    },
    compute: |described, values| {
        let stretch = described.time_dilation();
        let shared = described.shared();
        values.push(shared.first().map_or(f64::NAN, |fit| fit.rise / stretch));
        values.push(shared.first().map_or(f64::NAN, |fit| fit.fall / stretch));
        let points: usize = shared.iter().map(|fit| fit.n).sum();
        values.push(shared.iter().map(|fit| fit.chi2).sum::<f64>() / points as f64);
        let by_band = described.smooth().iter();
        values.extend(by_band.map(|fit| fit.as_ref().map_or(f64::NAN, |fit| fit.chi2 / fit.n as f64)));
    },
    errors: None,
};
