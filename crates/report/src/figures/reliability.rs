//! The reliability diagram: are predicted probabilities met?

use crate::axis::{Axis, Extent, Numbers, place, runs, usable};
use crate::figure::{Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_room, frame, left_room, markers};
use crate::labels::fixed;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Anchor, Area, Dash, Paint, Stroke, Words};
use crate::palette::styles;

/// The data of [`reliability`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliability {
    /// The figure's title.
    pub title: String,
    /// What the probabilities are of, such as "Ia".
    pub positive: String,
    /// The models.
    pub curves: Vec<ReliabilityCurve>,
}

/// One model's bins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReliabilityCurve {
    /// The model's name.
    pub name: String,
    /// Bins of predicted probability, ascending.
    pub bins: Vec<ReliabilityBin>,
}

/// A bin of predicted probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// The bin's lower edge.
    pub lower: f64,
    /// The bin's upper edge.
    pub upper: f64,
    /// The mean prediction of its objects; NaN if it has none.
    pub mean_predicted: f64,
    /// The share of its objects that are positive; NaN if it has none.
    pub observed_fraction: f64,
    /// The number of its objects.
    pub count: f64,
}

impl ReliabilityBin {
    /// The 95 % interval of the observed fraction (Wilson 1927).
    fn interval(&self) -> Option<(f64, f64)> {
        let (fraction, count) = (usable(self.observed_fraction)?, usable(self.count)?);
        if count <= 0.0 || !(0.0..=1.0).contains(&fraction) {
            return None;
        }
        let z: f64 = 1.959_963_985;
        let share = z * z / count;
        let centre = (fraction + share / 2.0) / (1.0 + share);
        let half = z / (1.0 + share) * (fraction * (1.0 - fraction) / count + share / count / 4.0).sqrt();
        Some((centre - half, centre + half))
    }
}

impl ReliabilityCurve {
    /// The expected calibration error: the mean distance of observed from predicted, weighted by the counts.
    fn calibration_error(&self) -> Option<f64> {
        let (mut sum, mut total) = (0.0, 0.0);
        for bin in &self.bins {
            if let (Some(distance), Some(count)) =
                (usable((bin.observed_fraction - bin.mean_predicted).abs()), usable(bin.count))
                && count > 0.0
            {
                sum += distance * count;
                total += count;
            }
        }
        usable(sum / total)
    }
}

/// Draws observed fractions over predicted probabilities with 95 % intervals, and below how the predictions are spread.
/// The legend gives each model's expected calibration error.
pub fn reliability(data: &Reliability) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let names: Vec<&str> = data.curves.iter().map(|curve| curve.name.as_str()).collect();
    let styles = styles(&names);
    let error = |curve: &ReliabilityCurve| {
        curve.calibration_error().map_or("no data".into(), |error| format!("ECE {}", fixed(error, 3, false)))
    };
    let entries = data.curves.iter().zip(&styles).enumerate().map(|(shape, (curve, style))| Entry {
        name: format!("{} ({})", curve.name, error(curve)),
        sign: Sign::Both(*style, shape),
    });
    let top = legend(&mut figure, &entries.collect::<Vec<_>>(), 16.0, top, WIDTH - 16.0) + 8.0;
    let unit = Extent { low: 0.0, high: 1.0 };
    let x = Axis::new(&format!("predicted probability of {}", data.positive), unit, 5, Numbers::Plain);
    let y = Axis::new("observed fraction", unit, 5, Numbers::Plain);
    let most = data.curves.iter().flat_map(shares).fold(0.0, f64::max);
    let spread = Axis::new(
        "share",
        Extent { low: 0.0, high: if most > 0.0 { 1.05 * most } else { 1.0 } },
        2,
        Numbers::Plain,
    );
    let side = 390.0;
    let room = left_room(&[&y, &spread]);
    let left = (WIDTH - side - room) / 2.0 + room;
    let area = Area::new(left, top, left + side, top + side);
    let lower = Area::new(left, area.bottom + 14.0, area.right, area.bottom + 84.0);
    let (x, y) = (x.onto(area.left, area.right), y.onto(area.bottom, area.top));
    let spread = spread.onto(lower.bottom, lower.top);
    frame(&mut figure, area, &x.clone().bare(), &y);
    frame(&mut figure, lower, &x, &spread);
    figure.line(
        (area.left, area.bottom),
        (area.right, area.top),
        Stroke::solid(Paint::Muted, 1.2).dashed(Dash::Long),
    );
    // Each remark in the half where an overconfident or underconfident curve leaves room.
    let remark = |words: &str, at| Words::new(at, words, TICK).paint(Paint::Muted);
    figure.words(remark("more often than predicted", (area.left + 10.0, area.top + 18.0)));
    let words = "less often than predicted";
    let width = font::width(words, TICK, Weight::Regular);
    figure.words(remark(words, (area.right - 10.0 - width, area.bottom - 10.0)));
    let clip = Some(figure.clip(area.grown(6.0)));
    // Below all curves, so that no interval crosses another's points.
    for (curve, &(paint, _)) in data.curves.iter().zip(&styles) {
        let whiskers = curve.bins.iter().filter_map(|bin| {
            let ((low, high), at) = (bin.interval()?, x.at(usable(bin.mean_predicted)?));
            Some(vec![(at, y.at(low)), (at, y.at(high))])
        });
        figure.lines(whiskers.collect(), Stroke { opacity: 0.6, ..Stroke::solid(paint, 1.4) }, clip);
    }
    for (shape, (curve, &(paint, dash))) in data.curves.iter().zip(&styles).enumerate() {
        let places: Vec<_> =
            curve.bins.iter().map(|bin| place(&x, &y, bin.mean_predicted, bin.observed_fraction)).collect();
        // A bin without objects is no gap: the curve goes on to the next.
        let line = runs(places.iter().filter(|place| place.is_some()).copied());
        figure.lines(line, Stroke::solid(paint, 2.0).dashed(dash), clip);
        let points: Vec<_> = places.into_iter().flatten().collect();
        markers(&mut figure, &points, shape, 3.6, paint, clip);
        let steps = curve.bins.iter().zip(shares(curve)).filter_map(|(bin, share)| {
            Some([place(&x, &spread, bin.lower, share)?, place(&x, &spread, bin.upper, share)?])
        });
        let below = Some(figure.clip(lower.grown(1.0)));
        figure.lines(vec![steps.flatten().collect()], Stroke::solid(paint, 1.7).dashed(dash), below);
    }
    if data.curves.iter().all(|curve| curve.calibration_error().is_none()) {
        let (x, y) = area.centre();
        figure.words(
            Words::new((x, y + 4.0), "no data", 12.5).anchor(Anchor::Middle).paint(Paint::Muted).halo(),
        );
    }
    figure.height = lower.bottom + bottom_room(&x) + 12.0;
    let listed: Vec<_> =
        data.curves.iter().map(|curve| format!("{}: {}", curve.name, error(curve))).collect();
    figure.description = font::described(&format!(
        "Reliability diagram for {} with a histogram of predictions. {}.",
        data.positive,
        listed.join("; ")
    ));
    figure
}

/// The bins' shares of all objects.
fn shares(curve: &ReliabilityCurve) -> Vec<f64> {
    let counts: Vec<f64> = curve
        .bins
        .iter()
        .map(|bin| if bin.count > 0.0 { usable(bin.count).unwrap_or(0.0) } else { 0.0 })
        .collect();
    let largest = counts.iter().copied().fold(0.0, f64::max);
    let total: f64 = counts.iter().map(|count| count / largest.max(1e-300)).sum();
    counts.iter().map(|count| if total > 0.0 { count / largest / total } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(mean_predicted: f64, observed_fraction: f64, count: f64) -> ReliabilityBin {
        ReliabilityBin { lower: 0.0, upper: 1.0, mean_predicted, observed_fraction, count }
    }

    #[test]
    fn the_interval_is_wilsons() {
        // 8 of 10: 0.4901625 to 0.9433178, as in statsmodels.stats.proportion.proportion_confint(8, 10, method="wilson").
        let (low, high) = bin(0.5, 0.8, 10.0).interval().unwrap();
        assert!((low - 0.490_162_5).abs() < 1e-6 && (high - 0.943_317_8).abs() < 1e-6, "{low} {high}");
        assert!(bin(0.5, f64::NAN, 0.0).interval().is_none());
    }

    #[test]
    fn the_calibration_error_is_weighted_by_counts() {
        let bins = vec![bin(0.2, 0.3, 30.0), bin(f64::NAN, f64::NAN, 0.0), bin(0.9, 0.6, 10.0)];
        let error = ReliabilityCurve { name: String::new(), bins }.calibration_error().unwrap();
        assert!((error - (0.1 * 30.0 + 0.3 * 10.0) / 40.0).abs() < 1e-12);
    }
}
