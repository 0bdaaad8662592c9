//! A light curve small enough for a card.

use super::light_curves::{LightCurvePanel, band_entries, band_styles, flux_extent, measurements, style_of};
use crate::axis::{Axis, Extent, Numbers, usable};
use crate::figure::{Figure, TICK};
use crate::font::{self, Weight};
use crate::frame::{bottom_room, frame, left_room};
use crate::labels::flux_unit;
use crate::legend::legend;
use crate::outline::{Anchor, Area, Dash, Paint, Stroke, Words};

const CARD: f64 = 360.0;
const HEIGHT: f64 = 132.0;

/// Draws one object's measurements and fits half as wide as other figures, without title and residuals, for the card of
/// a [`Target`](crate::Target). `tonight` (MJD) is marked where it is given, and the axis reaches to it.
pub fn light_curve_card(panel: &LightCurvePanel, tonight: Option<f64>) -> Figure {
    let mut figure = Figure::untitled(&panel.title, CARD);
    let styled = band_styles(panel.bands.iter());
    let top = legend(&mut figure, &band_entries(&styled), 8.0, 4.0, CARD - 8.0);
    let tonight = tonight.and_then(usable);
    let top = top + if tonight.is_some() { 14.0 } else { 6.0 };
    let days = panel.bands.iter().flat_map(|band| band.mjd.iter().copied()).chain(tonight);
    let days = Extent::of(days).unwrap_or(Extent { low: 0.0, high: 1.0 }).widened();
    let pad = 0.03 * (days.high - days.low);
    let days = Axis::new("MJD", Extent { low: days.low - pad, high: days.high + pad }, 4, Numbers::Days);
    let flux = flux_extent(panel);
    let (unit, name) = flux_unit(flux.low.abs().max(flux.high.abs()));
    let flux = Axis::new(&format!("flux ({name})"), flux, 4, Numbers::In(unit));
    let labels = days.ticks.iter().map(|(_, label)| font::width(label, TICK, Weight::Regular));
    let right = CARD - 5.0 - (labels.fold(0.0, f64::max) / 2.0).max(5.0);
    let area = Area::new(4.0 + left_room(&[&flux]), top, right, top + HEIGHT);
    let (days, flux) = (days.onto(area.left, area.right), flux.onto(area.bottom, area.top));
    frame(&mut figure, area, &days, &flux);
    let clip = Some(figure.clip(area.grown(1.0)));
    let zero = flux.at(0.0);
    if zero > area.top && zero < area.bottom {
        figure.line((area.left, zero), (area.right, zero), Stroke::solid(Paint::Muted, 0.8));
    }
    if let Some(at) = tonight.map(|mjd| days.at(mjd)) {
        figure.line((at, area.top), (at, area.bottom), Stroke::solid(Paint::Ink, 1.1).dashed(Dash::Long));
    }
    let any = measurements(&mut figure, panel, (&days, &flux), &|name| style_of(&styled, name), 2.5, clip);
    if let Some(at) = tonight.map(|mjd| days.at(mjd)) {
        // Above the area: inside, the word would cover the newest measurements.
        let half = font::width("tonight", TICK, Weight::Regular) / 2.0;
        let x = at.max(area.left + half).min(CARD - 5.0 - half);
        figure.words(Words::new((x, area.top - 4.0), "tonight", TICK).anchor(Anchor::Middle));
    }
    if !any {
        figure.no_data(area);
    }
    figure.height = area.bottom + bottom_room(&days) + 4.0;
    let bands = panel.bands.iter().map(|band| {
        let fit = if band.model.is_empty() { "not fitted" } else { "fitted" };
        format!("{} with {} points, {fit}", band.band, band.mjd.len().min(band.flux.len()))
    });
    let bands = bands.collect::<Vec<_>>().join("; ");
    let bands = if bands.is_empty() { "no data".into() } else { bands };
    figure.description = font::described(&format!("Fluxes over time of {}: {bands}.", panel.title));
    figure
}
