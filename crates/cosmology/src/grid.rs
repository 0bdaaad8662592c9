//! The posterior of Ωm and w on a grid.

mod axis;
mod shrink;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::check;
use crate::{Cosmology, Error, Likelihood, Marginal, Prior};

pub use axis::Axis;
use shrink::shrunk;

/// Where to compute the posterior of a flat universe with constant w.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GridParams {
    /// The density of matter; within 0 to 1. 0 to 1 in 121 points.
    pub matter: Axis,
    /// The equation of state; within −5 to 1. −3 to 0 in 121 points; [`Axis::fixed`] at −1 for a cosmological constant.
    pub w0: Axis,
    /// The prior within these ranges, in which it is else flat.
    pub prior: Prior,
    /// Whether the grid shrinks to where the posterior is, e⁻¹² of its maximum; the ranges remain those of the prior.
    pub shrink: bool,
}

impl Default for GridParams {
    fn default() -> Self {
        Self {
            matter: Axis { from: 0.0, to: 1.0, points: 121 },
            w0: Axis { from: -3.0, to: 0.0, points: 121 },
            prior: Prior::default(),
            shrink: true,
        }
    }
}

impl GridParams {
    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        self.matter.check("matter")?;
        self.w0.check("w0")?;
        self.prior.check()?;
        Cosmology::flat_w(self.matter.from, self.w0.from).check()?;
        Cosmology::flat_w(self.matter.to, self.w0.to).check()
    }
}

/// The place of the highest posterior.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Best {
    /// The density of matter.
    pub matter: f64,
    /// The equation of state.
    pub w0: f64,
    /// ln of likelihood times prior there, the prior up to its constant.
    pub log_posterior: f64,
}

/// A posterior on a grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridPosterior {
    /// The place of the maximum, between the grid's points.
    pub best: Best,
    /// The density of matter, whatever w.
    pub matter: Marginal,
    /// The equation of state, whatever Ωm; none where it was fixed.
    pub w0: Option<Marginal>,
    /// The axis of Ωm as computed.
    pub matter_axis: Axis,
    /// The axis of w as computed.
    pub w0_axis: Axis,
    /// ln posterior less its maximum on the grid: for each Ωm all w.
    pub log_density: Vec<f64>,
    /// The values of `log_density` above which there are 68.27 % and 95.45 % of the probability: contours.
    pub levels: [f64; 2],
}

/// Computes the posterior of Ωm and w, or of one of them where the other is fixed.
///
/// # Errors
/// [`Error::Parameter`] for parameters out of range or both fixed, [`Error::Data`] where the likelihood is nowhere finite.
pub fn on_grid(likelihood: &impl Likelihood, params: &GridParams) -> Result<GridPosterior, Error> {
    params.check()?;
    check(params.matter.points > 1, "matter.points", params.matter.points, "5 or more: fix w0 alone")?;
    let (matter, w0) = if params.shrink { shrunk(likelihood, params)? } else { (params.matter, params.w0) };
    let (highest, log_density) = evaluate(likelihood, &params.prior, matter, w0)?;
    let best = peak(&log_density, matter, w0);
    let best = Best { log_posterior: highest + best.log_posterior, ..best };
    let density: Vec<f64> = log_density.iter().map(|log| log.exp()).collect();
    let end = |index: usize, axis: Axis| if index == 0 || index + 1 == axis.points { 0.5 } else { 1.0 };
    let weight = |index: usize, axis: Axis| if axis.points == 1 { 1.0 } else { end(index, axis) };
    let over_w0 = density
        .chunks(w0.points)
        .map(|row| row.iter().enumerate().map(|(index, density)| weight(index, w0) * density).sum::<f64>());
    let vanishes = || Error::Data("the posterior vanishes on the grid: widen its axes".into());
    let matter_marginal = Marginal::new(matter.values(), over_w0.collect()).ok_or_else(vanishes)?;
    let mut over_matter = vec![0.0; w0.points];
    for (row, densities) in density.chunks(w0.points).enumerate() {
        over_matter
            .iter_mut()
            .zip(densities)
            .for_each(|(sum, density)| *sum += weight(row, matter) * density);
    }
    let w0_marginal = match w0.points {
        1 => None,
        _ => Some(Marginal::new(w0.values(), over_matter).ok_or_else(vanishes)?),
    };
    let masses = density.iter().enumerate().map(|(place, density)| {
        (log_density[place], density * weight(place / w0.points, matter) * weight(place % w0.points, w0))
    });
    let levels = levels(masses.collect());
    let (matter_axis, w0_axis) = (matter, w0);
    Ok(GridPosterior {
        best,
        matter: matter_marginal,
        w0: w0_marginal,
        matter_axis,
        w0_axis,
        log_density,
        levels,
    })
}

/// The maximum of ln posterior on the grid, and ln posterior less it: for each Ωm all w.
fn evaluate(
    likelihood: &impl Likelihood,
    prior: &Prior,
    matter: Axis,
    w0: Axis,
) -> Result<(f64, Vec<f64>), Error> {
    let mut density: Vec<f64> = (0..matter.points * w0.points)
        .into_par_iter()
        .map(|place| {
            let cosmology = Cosmology::flat_w(matter.value(place / w0.points), w0.value(place % w0.points));
            let log = likelihood.log_likelihood(&cosmology) + prior.log_density(&cosmology);
            if log.is_nan() { f64::NEG_INFINITY } else { log }
        })
        .collect();
    let highest = density.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return Err(Error::Data(format!(
            "the highest log-likelihood on the grid is {highest}: look for extreme moduli or errors in the data"
        )));
    }
    density.iter_mut().for_each(|log| *log -= highest);
    Ok((highest, density))
}

/// The maximum between the points: that of the parabolas through the highest point and its neighbours, if it is inside.
fn peak(density: &[f64], matter: Axis, w0: Axis) -> Best {
    let place = (0..density.len()).max_by(|a, b| density[*a].total_cmp(&density[*b])).unwrap_or(0);
    let (row, column) = (place / w0.points, place % w0.points);
    let at = |row: usize, column: usize| density[row * w0.points + column];
    let inside = |index: usize, axis: Axis| index > 0 && index + 1 < axis.points;
    let (rows, columns) = (inside(row, matter), inside(column, w0));
    let line = |low: f64, high: f64| ((high - low) / 2.0, high + low - 2.0 * at(row, column));
    let (slope_row, bend_row) =
        if rows { line(at(row - 1, column), at(row + 1, column)) } else { (0.0, -1.0) };
    let (slope_column, bend_column) =
        if columns { line(at(row, column - 1), at(row, column + 1)) } else { (0.0, -1.0) };
    let cross = match rows && columns {
        true => {
            (at(row + 1, column + 1) + at(row - 1, column - 1)
                - at(row + 1, column - 1)
                - at(row - 1, column + 1))
                / 4.0
        }
        false => 0.0,
    };
    let determinant = bend_row * bend_column - cross * cross;
    let move_row = (cross * slope_column - bend_column * slope_row) / determinant;
    let move_column = (cross * slope_row - bend_row * slope_column) / determinant;
    let good = determinant > 0.0 && bend_row < 0.0 && move_row.abs() <= 1.0 && move_column.abs() <= 1.0;
    let (move_row, move_column) = if good { (move_row, move_column) } else { (0.0, 0.0) };
    Best {
        matter: matter.value(row) + matter.step() * move_row,
        w0: w0.value(column) + w0.step() * move_column,
        log_posterior: 0.5 * (slope_row * move_row + slope_column * move_column),
    }
}

/// The log-densities that enclose 68.27 % and 95.45 % of the masses.
fn levels(mut masses: Vec<(f64, f64)>) -> [f64; 2] {
    masses.sort_by(|a, b| b.0.total_cmp(&a.0));
    let whole: f64 = masses.iter().map(|(_, mass)| mass).sum();
    [crate::marginal::ONE_SIGMA, 0.954_499_736_103_642].map(|part| {
        let mut sum = 0.0;
        let reached = masses.iter().find(|(_, mass)| {
            sum += mass;
            sum >= part * whole
        });
        reached.map_or(0.0, |(log, _)| *log)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A correlated normal distribution.
    struct Bell {
        matter: f64,
        w0: f64,
        sigma: [f64; 2],
        correlation: f64,
    }

    impl Likelihood for Bell {
        fn log_likelihood(&self, cosmology: &Cosmology) -> f64 {
            let x = (cosmology.matter - self.matter) / self.sigma[0];
            let y = (cosmology.w0 - self.w0) / self.sigma[1];
            let r = self.correlation;
            7.0 - 0.5 * (x * x + y * y - 2.0 * r * x * y) / (1.0 - r * r)
        }
    }

    #[test]
    fn a_bell_is_found_and_measured() {
        // The narrow one falls between the coarse points.
        for (sigma, correlation) in [([0.04, 0.2], -0.9), ([1e-3, 4e-3], -0.9), ([0.05, 0.25], -0.995)] {
            let bell = Bell { matter: 0.3123, w0: -1.0731, sigma, correlation };
            let found = on_grid(&bell, &GridParams::default()).unwrap();
            let w0 = found.w0.unwrap();
            assert!((found.best.matter - bell.matter).abs() < 1e-6 * sigma[0], "{:?}", found.best);
            assert!((found.best.w0 - bell.w0).abs() < 1e-6 * sigma[1]);
            assert!((found.best.log_posterior - 7.0).abs() < 1e-9);
            for (told, expected, sigma) in [(found.matter, bell.matter, sigma[0]), (w0, bell.w0, sigma[1])] {
                assert!((told.mean - expected).abs() < 0.01 * sigma, "{} {expected}", told.mean);
                assert!((told.deviation / sigma - 1.0).abs() < 0.02, "{} {sigma}", told.deviation);
                assert!((told.upper - told.lower) / sigma - 2.0 < 0.04);
                assert!(!told.cut);
            }
            // Of a normal distribution in two dimensions: ln of what is outside.
            for (level, outside) in found.levels.iter().zip([0.317_310_5f64, 0.045_500_3]) {
                assert!((level - outside.ln()).abs() < 0.06, "{level}");
            }
        }
    }

    #[test]
    fn priors_multiply_and_edges_are_told() {
        let bell = Bell { matter: 0.3, w0: -1.0, sigma: [0.1, 0.1], correlation: 0.0 };
        let prior = Prior::on_matter(0.4, 0.1);
        let found =
            on_grid(&bell, &GridParams { prior, w0: Axis::fixed(-1.0), ..GridParams::default() }).unwrap();
        assert!((found.best.matter - 0.35).abs() < 1e-9);
        assert!((found.matter.deviation - 0.1 / 2f64.sqrt()).abs() < 1e-4);
        assert!(found.w0.is_none());
        let wide = Bell { sigma: [0.5, 3.0], ..bell };
        let found = on_grid(&wide, &GridParams::default()).unwrap();
        assert!(found.matter.cut && found.w0.unwrap().cut);
    }

    #[test]
    fn bad_grids_are_refused() {
        struct Nowhere;
        impl Likelihood for Nowhere {
            fn log_likelihood(&self, _: &Cosmology) -> f64 {
                f64::NAN
            }
        }
        let params = GridParams::default();
        assert!(on_grid(&Nowhere, &params).unwrap_err().to_string().contains("-inf"));
        for matter in
            [Axis { from: 0.5, to: 0.1, points: 9 }, Axis { from: 0.0, to: 1.5, points: 9 }, Axis::fixed(0.3)]
        {
            assert!(on_grid(&Nowhere, &GridParams { matter, ..params.clone() }).is_err());
        }
        let points = 2;
        let w0 = Axis { points, ..params.w0 };
        let message = on_grid(&Nowhere, &GridParams { w0, ..params }).unwrap_err().to_string();
        assert!(message.starts_with("w0 is -3 to 0 in 2 points"), "{message}");
    }
}
