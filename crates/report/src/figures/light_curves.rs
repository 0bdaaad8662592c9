//! Light curves with their fits and residuals.

use crate::axis::{Axis, Extent, Numbers, place, runs, simplified, usable};
use crate::figure::{Figure, WIDTH};
use crate::font;
use crate::frame::{bottom_room, frame, left_room, markers, panel_title};
use crate::labels::flux_unit;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Area, Dash, Paint, Point, Stroke};
use crate::palette::{self, ORDER};

/// The data of [`light_curves`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LightCurvePanels {
    /// The figure's title.
    pub title: String,
    /// One object each.
    pub panels: Vec<LightCurvePanel>,
}

/// One object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LightCurvePanel {
    /// The object's name and what is known of it, such as "1032 · Ia · z = 0.31".
    pub title: String,
    /// Its bands.
    pub bands: Vec<BandSeries>,
}

/// The measurements and the fit in one band.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BandSeries {
    /// The band's name; u, g, r, i, z and y have fixed colours and markers, with any prefix.
    pub band: String,
    /// Times of the measurements in days (MJD).
    pub mjd: Vec<f64>,
    /// Fluxes in nJy.
    pub flux: Vec<f64>,
    /// Errors of the fluxes in nJy; empty for none, and then there are no residuals.
    pub flux_err: Vec<f64>,
    /// The fitted curve as (MJD, nJy), dense enough to be drawn with straight lines; empty if the band was not fitted.
    pub model: Vec<(f64, f64)>,
    /// The fitted flux in nJy at each measurement, for the residuals; where it is empty, the curve is interpolated.
    pub fitted: Vec<f64>,
}

impl BandSeries {
    /// (flux − fit) / error of the `index`-th measurement, NaN where one of them is missing.
    fn residual(&self, index: usize) -> f64 {
        let number = |values: &[f64]| values.get(index).copied().unwrap_or(f64::NAN);
        let fitted =
            if self.fitted.is_empty() { self.interpolated(number(&self.mjd)) } else { number(&self.fitted) };
        let error = number(&self.flux_err);
        if error > 0.0 { (number(&self.flux) - fitted) / error } else { f64::NAN }
    }

    fn interpolated(&self, mjd: f64) -> f64 {
        let between = self.model.windows(2).find(|pair| pair[0].0 <= mjd && mjd <= pair[1].0);
        between.map_or(f64::NAN, |pair| {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            if to > from { low + (mjd - from) / (to - from) * (high - low) } else { low }
        })
    }
}

const RESIDUALS: f64 = 54.0;
/// The gap between the light curve and its residuals.
const GAP: f64 = 8.0;

/// Draws one panel an object: the measurements with their errors and the fits above, the residuals in units of the
/// error below. Residuals beyond the panel are drawn at its edge as triangles. The flux is in nJy, or where the numbers
/// would be long in µJy, mJy or Jy; the time is the MJD itself.
pub fn light_curves(data: &LightCurvePanels) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let styled = band_styles(data.panels.iter().flat_map(|panel| &panel.bands));
    let entries = band_entries(&styled);
    let top = legend(&mut figure, &entries, 16.0, top, WIDTH - 16.0);
    if data.panels.is_empty() {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 80.0));
        figure.height = top + 94.0;
        figure.description = "No data.".into();
        return figure;
    }
    let columns = match data.panels.len() {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let height = [250.0, 180.0, 150.0][columns - 1];
    let axes: Vec<_> = data.panels.iter().map(|panel| Axes::of(panel, columns)).collect();
    // The first column has the titles of the axes, unless the units differ.
    let same_unit = axes.windows(2).all(|pair| pair[0].flux.title == pair[1].flux.title);
    let named = |column: usize| column == 0 || !same_unit;
    let room = |column: usize| {
        let bare =
            axes.iter().skip(column).step_by(columns).map(|axes| left_room(&[&axes.flux, &axes.sigma]));
        bare.fold(0.0, f64::max) - if named(column) { 0.0 } else { 20.0 }
    };
    let rooms: Vec<f64> = (0..columns).map(room).collect();
    let width = (WIDTH - 8.0 - 22.0 * columns as f64 - rooms.iter().sum::<f64>()) / columns as f64;
    let rows = data.panels.len().div_ceil(columns);
    let mut bottom = top;
    for (index, (panel, axes)) in data.panels.iter().zip(axes).enumerate() {
        let (row, column) = (index / columns, index % columns);
        let left = 8.0 + rooms[..=column].iter().sum::<f64>() + column as f64 * (width + 22.0);
        let above = top + 26.0 + row as f64 * (height + GAP + RESIDUALS + 60.0);
        let curve = Area::new(left, above, left + width, above + height);
        let rest = Area::new(left, curve.bottom + GAP, curve.right, curve.bottom + GAP + RESIDUALS);
        let mut axes = axes.onto(curve, rest, rooms[column]);
        if !named(column) {
            axes.flux.title.clear();
            axes.sigma.title.clear();
        }
        if index + columns < data.panels.len() {
            axes.days.title.clear();
        }
        let style = |name: &str| style_of(&styled, name);
        draw(&mut figure, panel, &axes, (curve, rest), &style);
        bottom = f64::max(
            bottom,
            rest.bottom + if row + 1 == rows { bottom_room(&axes.days).max(40.0) } else { 20.0 },
        );
    }
    figure.height = bottom + 12.0;
    figure.description = description(data);
    figure
}

/// A band's name, colour and marker.
pub(super) type BandStyle<'a> = (&'a str, (Paint, usize));

/// The bands in the order of their wavelengths, those that are not known last.
pub(super) fn band_styles<'a>(bands: impl Iterator<Item = &'a BandSeries>) -> Vec<BandStyle<'a>> {
    let mut names: Vec<&str> = Vec::new();
    for band in bands {
        if !names.contains(&band.band.as_str()) {
            names.push(&band.band);
        }
    }
    let order = |name: &&str| {
        "ugrizy".find(name.trim().chars().last().map_or('-', |last| last.to_ascii_lowercase())).unwrap_or(9)
    };
    names.sort_by_key(order);
    let mut other = 5;
    let mut style = |name: &str| {
        palette::band(name).unwrap_or_else(|| {
            other += 1;
            (ORDER[(other - 1) % ORDER.len()], other)
        })
    };
    names.iter().map(|name| (*name, style(name))).collect()
}

pub(super) fn band_entries(styled: &[BandStyle<'_>]) -> Vec<Entry> {
    let entry = |(name, (paint, shape)): &BandStyle<'_>| Entry {
        name: (*name).into(),
        sign: Sign::Both((*paint, Dash::None), *shape),
    };
    styled.iter().map(entry).collect()
}

pub(super) fn style_of(styled: &[BandStyle<'_>], name: &str) -> (Paint, usize) {
    styled.iter().find(|(known, _)| *known == name).map_or((Paint::Muted, 0), |(_, style)| *style)
}

/// The three axes of a panel.
struct Axes {
    days: Axis,
    flux: Axis,
    sigma: Axis,
}

impl Axes {
    fn of(panel: &LightCurvePanel, columns: usize) -> Self {
        let days = Extent::of(panel.bands.iter().flat_map(|band| band.mjd.iter().copied()))
            .unwrap_or(Extent { low: 0.0, high: 1.0 });
        let pad = 0.03 * (days.widened().high - days.widened().low);
        let days = Extent { low: days.widened().low - pad, high: days.widened().high + pad };
        let flux = flux_extent(panel);
        let (unit, name) = flux_unit(flux.low.abs().max(flux.high.abs()));
        let residuals =
            panel.bands.iter().flat_map(|band| (0..band.mjd.len()).map(|index| band.residual(index).abs()));
        let reach = Extent::of(residuals).map_or(3.0, |extent| extent.high.clamp(3.0, 5.5)) + 0.7;
        let target = [8, 5, 4][columns - 1];
        Self {
            days: Axis::new("MJD", days, target, Numbers::Days),
            flux: Axis::new(
                &format!("flux ({name})"),
                flux,
                if columns == 1 { 6 } else { 4 },
                Numbers::In(unit),
            ),
            sigma: Axis::new("resid. (σ)", Extent { low: -reach, high: reach }, 3, Numbers::Plain)
                .ticked(&if reach > 5.0 { [-5.0, 0.0, 5.0] } else { [-3.0, 0.0, 3.0] }),
        }
    }

    fn onto(self, curve: Area, rest: Area, room: f64) -> Self {
        Self {
            days: self.days.onto(curve.left, curve.right),
            flux: self.flux.onto(curve.bottom, curve.top).roomy(room),
            sigma: self.sigma.onto(rest.bottom, rest.top).roomy(room),
        }
    }
}

/// The range of the measurements; errors and fits make it wider, but not so that the measurements become flat.
pub(super) fn flux_extent(panel: &LightCurvePanel) -> Extent {
    let points = panel.bands.iter().flat_map(|band| band.flux.iter().copied());
    let Some(points) = Extent::of(points).map(Extent::widened) else { return Extent { low: 0.0, high: 1.0 } };
    let slack = 0.3 * (points.high - points.low);
    let ends = panel.bands.iter().flat_map(|band| {
        let errors =
            band.flux.iter().zip(&band.flux_err).flat_map(|(flux, error)| [flux - error, flux + error]);
        errors.chain(band.model.iter().map(|(_, flux)| *flux))
    });
    let wide = Extent::of(ends).unwrap_or(points);
    let low = points.low.min(wide.low.max(points.low - slack));
    let high = points.high.max(wide.high.min(points.high + slack));
    Extent { low: low - 0.04 * (high - low), high: high + 0.04 * (high - low) }
}

fn draw(
    figure: &mut Figure,
    panel: &LightCurvePanel,
    axes: &Axes,
    (curve, rest): (Area, Area),
    style: &dyn Fn(&str) -> (Paint, usize),
) {
    panel_title(figure, curve, &panel.title);
    frame(figure, curve, &axes.days.clone().bare(), &axes.flux);
    frame(figure, rest, &axes.days, &axes.sigma);
    let clip = Some(figure.clip(curve.grown(1.0)));
    let zero = axes.flux.at(0.0);
    if zero > curve.top && zero < curve.bottom {
        figure.line((curve.left, zero), (curve.right, zero), Stroke::solid(Paint::Muted, 0.8));
    }
    let level = axes.sigma.at(0.0);
    figure.line((rest.left, level), (rest.right, level), Stroke::solid(Paint::Muted, 0.8));
    let radius = if curve.width() > 400.0 { 3.3 } else { 2.6 };
    let empty = !measurements(figure, panel, (&axes.days, &axes.flux), style, radius, clip);
    for band in &panel.bands {
        let (paint, shape) = style(&band.band);
        residuals(figure, band, axes, rest, (paint, shape, 0.8 * radius));
    }
    if empty {
        figure.no_data(curve);
    } else if panel
        .bands
        .iter()
        .all(|band| (0..band.mjd.len()).all(|index| usable(band.residual(index)).is_none()))
    {
        let (x, y) = rest.centre();
        let words = crate::outline::Words::new((x, y + 4.0), "no fit", crate::figure::TICK);
        figure.words(words.anchor(crate::outline::Anchor::Middle).paint(Paint::Muted).halo());
    }
}

/// Draws the fits, then the measurements with their errors; whether there were any measurements.
pub(super) fn measurements(
    figure: &mut Figure,
    panel: &LightCurvePanel,
    (days, fluxes): (&Axis, &Axis),
    style: &dyn Fn(&str) -> (Paint, usize),
    radius: f64,
    clip: Option<usize>,
) -> bool {
    for band in &panel.bands {
        let (paint, _) = style(&band.band);
        let lines = runs(band.model.iter().map(|(mjd, flux)| place(days, fluxes, *mjd, *flux)));
        let lines = lines.iter().map(|line| simplified(line, 0.1)).collect();
        figure.lines(lines, Stroke { opacity: 0.85, ..Stroke::solid(paint, 1.7) }, clip);
    }
    let mut any = false;
    for band in &panel.bands {
        let (paint, shape) = style(&band.band);
        let measured = || band.mjd.iter().zip(&band.flux);
        let points: Vec<Point> =
            measured().filter_map(|(mjd, flux)| place(days, fluxes, *mjd, *flux)).collect();
        let errors = measured().zip(&band.flux_err).filter_map(|((mjd, flux), error)| {
            let error = usable(*error)?;
            Some(vec![place(days, fluxes, *mjd, flux - error)?, place(days, fluxes, *mjd, flux + error)?])
        });
        figure.lines(errors.collect(), Stroke { opacity: 0.7, ..Stroke::solid(paint, 1.0) }, clip);
        any |= !points.is_empty();
        markers(figure, &points, shape, radius, paint, clip);
    }
    any
}

/// Draws one band's residuals; those beyond the axis become triangles at its edge.
fn residuals(
    figure: &mut Figure,
    band: &BandSeries,
    axes: &Axes,
    rest: Area,
    (paint, shape, radius): (Paint, usize, f64),
) {
    let (mut inside, mut above, mut below) = (Vec::new(), Vec::new(), Vec::new());
    for (index, mjd) in band.mjd.iter().enumerate() {
        let Some((x, y)) = place(&axes.days, &axes.sigma, *mjd, band.residual(index)) else { continue };
        match y {
            y if y < rest.top => above.push((x, rest.top + 4.0)),
            y if y > rest.bottom => below.push((x, rest.bottom - 4.0)),
            y => inside.push((x, y)),
        }
    }
    markers(figure, &inside, shape, radius, paint, None);
    markers(figure, &above, 1, radius, paint, None);
    markers(figure, &below, 3, radius, paint, None);
}

fn description(data: &LightCurvePanels) -> String {
    let panel = |panel: &LightCurvePanel| {
        let bands: Vec<_> = panel
            .bands
            .iter()
            .map(|band| {
                let fit = if band.model.is_empty() { "not fitted" } else { "fitted" };
                format!("{} with {} points, {fit}", band.band, band.mjd.len().min(band.flux.len()))
            })
            .collect();
        format!("{}: {}.", panel.title, if bands.is_empty() { "no data".into() } else { bands.join("; ") })
    };
    let panels: Vec<_> = data.panels.iter().map(panel).collect();
    font::described(&format!("Fluxes over time with fits, residuals below. {}", panels.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_come_from_the_fit_or_from_the_curve() {
        let mut band = BandSeries {
            mjd: vec![0.0, 1.0, 5.0],
            flux: vec![10.0, 14.0, 1.0],
            flux_err: vec![2.0, 2.0, 2.0],
            model: vec![(0.0, 8.0), (2.0, 12.0)],
            ..BandSeries::default()
        };
        assert_eq!((band.residual(0), band.residual(1)), (1.0, 2.0));
        assert!(band.residual(2).is_nan() && band.residual(9).is_nan());
        band.fitted = vec![6.0, 14.0, 3.0];
        assert_eq!([0, 1, 2].map(|index| band.residual(index)), [2.0, 0.0, -1.0]);
        band.flux_err[0] = 0.0;
        assert!(band.residual(0).is_nan());
    }
}
