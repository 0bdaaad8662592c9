//! Distances and what they tell of Ωm and w, drawn.

use hesper_cosmology::{Cosmology, Distances, GridPosterior};
use hesper_report::{ContourSet, Contours, Figure, LearningCurves, Panel, Series, contours, learning_curves};

/// Objects are shown in so many bins of redshift where they are more.
const BINS: usize = 40;

/// Distance moduli less those of the best fit, weighted means in bins of equally many objects.
pub(crate) fn hubble(distances: &Distances, posterior: &GridPosterior) -> Figure {
    let best = Cosmology::flat_w(posterior.best.matter, posterior.best.w0);
    let mut points: Vec<(f64, f64, f64)> = distances
        .z()
        .iter()
        .zip(distances.modulus())
        .zip(distances.errors())
        .map(|((&z, modulus), error)| (z, modulus - best.distance_modulus(z), error))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |of: &[(f64, f64, f64)], value: &dyn Fn(&(f64, f64, f64)) -> f64| {
        let weight: f64 = of.iter().map(|point| point.2.powi(-2)).sum();
        of.iter().map(|point| value(point) * point.2.powi(-2)).sum::<f64>() / weight
    };
    let offset = mean(&points, &|point| point.1);
    let mut series = Series { name: "data".into(), ..Series::default() };
    for bin in points.chunks(points.len().div_ceil(BINS).max(1)) {
        let residual = mean(bin, &|point| point.1) - offset;
        let error = bin.iter().map(|point| point.2.powi(-2)).sum::<f64>().sqrt().recip();
        series.x.push(mean(bin, &|point| point.0));
        series.y.push(residual);
        series.low.push(residual - error);
        series.high.push(residual + error);
    }
    let panel = Panel {
        title: "residual, magnitudes".into(),
        series: vec![series],
        reference_lines: vec![("best fit".into(), 0.0)],
        ..Panel::default()
    };
    learning_curves(&LearningCurves {
        title: "Distances beside the best fit".into(),
        x_label: "redshift".into(),
        panels: vec![panel],
    })
}

/// The posterior of both parameters; nothing where w was fixed.
pub(crate) fn posterior(posterior: &GridPosterior) -> Option<Figure> {
    let w0 = posterior.w0.as_ref()?;
    let (matter, rows) = (&posterior.matter.values, w0.values.len());
    // The grid goes through w first, the figure through Ωm.
    let density = (0..rows).flat_map(|row| {
        (0..matter.len()).map(move |column| posterior.log_density[column * rows + row].exp())
    });
    Some(contours(&Contours {
        title: "What the distances allow".into(),
        x_label: "Ωm".into(),
        x: matter.clone(),
        y_label: "w".into(),
        y: w0.values.clone(),
        sets: vec![ContourSet {
            name: "posterior".into(),
            density: density.collect(),
            best: Some((posterior.best.matter, posterior.best.w0)),
            x_marginal: posterior.matter.density.clone(),
            y_marginal: w0.density.clone(),
            ..ContourSet::default()
        }],
        x_lines: Vec::new(),
        y_lines: vec![("w = −1".into(), -1.0)],
    }))
}
