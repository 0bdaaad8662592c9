//! Where the posterior is: the grid shrinks to it.

use super::{evaluate, peak};
use crate::{Axis, Best, Cosmology, Error, GridParams, Likelihood};

/// Axes that hold the posterior down to e⁻¹² of its maximum and little more.
pub(super) fn shrunk(likelihood: &impl Likelihood, params: &GridParams) -> Result<(Axis, Axis), Error> {
    const COARSE: usize = 21;
    let (whole_matter, whole_w0) = (params.matter.with_points(COARSE), params.w0.with_points(COARSE));
    let (mut matter, mut w0) = (whole_matter, whole_w0);
    let (highest, density) = evaluate(likelihood, &params.prior, matter, w0)?;
    let best = peak(&density, matter, w0);
    let best = climb(likelihood, params, Best { log_posterior: highest, ..best });
    for _ in 0..8 {
        let (highest, density) = evaluate(likelihood, &params.prior, matter, w0)?;
        // A coarse grid may have no point near a sharp peak, so that the peak itself counts.
        let (row, column) = (matter.nearest(best.matter), w0.nearest(best.w0));
        let mut extent = [row, row, column, column];
        let threshold = best.log_posterior.max(highest) - highest - 12.0;
        for (place, _) in density.iter().enumerate().filter(|(_, log)| **log > threshold) {
            let (row, column) = (place / w0.points, place % w0.points);
            extent = [extent[0].min(row), extent[1].max(row), extent[2].min(column), extent[3].max(column)];
        }
        let next_matter = matter.around(extent[0], extent[1], whole_matter);
        let next_w0 = w0.around(extent[2], extent[3], whole_w0);
        let settled = |axis: Axis, next: Axis| {
            let kept = (next.to - next.from) / (axis.to - axis.from);
            axis.points == 1 || (0.6..=1.0).contains(&kept)
        };
        let enough = settled(matter, next_matter) && settled(w0, next_w0);
        (matter, w0) = (next_matter, next_w0);
        if enough {
            break;
        }
    }
    Ok((matter.with_points(params.matter.points), w0.with_points(params.w0.points)))
}

/// Compass search: steps along the axes and diagonals to a higher posterior, halved where there is none. The ridge of Ωm and w is
/// long and narrow, but the search need only come within the grid's reach of the top.
fn climb(likelihood: &impl Likelihood, params: &GridParams, mut best: Best) -> Best {
    let (matter, w0) = (params.matter, params.w0);
    let mut steps = [(matter.to - matter.from) / 20.0, (w0.to - w0.from) / 20.0];
    for _ in 0..200 {
        let before = best;
        for (x, y) in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1), (1, 1), (-1, -1)] {
            let candidate = Cosmology::flat_w(
                (before.matter + f64::from(x) * steps[0]).clamp(matter.from, matter.to),
                (before.w0 + f64::from(y) * steps[1]).clamp(w0.from, w0.to),
            );
            let log_posterior = likelihood.log_likelihood(&candidate) + params.prior.log_density(&candidate);
            if log_posterior > best.log_posterior {
                best = Best { matter: candidate.matter, w0: candidate.w0, log_posterior };
            }
        }
        if best.log_posterior - before.log_posterior < 0.1 {
            // Flat on all sides within the step: it was fine enough.
            if best == before && steps[0] < 1e-4 * (matter.to - matter.from) {
                break;
            }
            steps = steps.map(|step| 0.5 * step);
        }
        if steps[0] < 1e-6 {
            break;
        }
    }
    best
}
