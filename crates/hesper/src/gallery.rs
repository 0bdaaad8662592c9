//! Light curves with their fits, one panel an object.

use hesper_features::{BazinFit, Described};
use hesper_report::{BandSeries, LightCurvePanel};

/// Points of a drawn model.
const MODEL_POINTS: usize = 160;

/// The panel of an object with these fits, one for each band; bands without points are left out.
pub(crate) fn panel(described: &Described<'_>, fits: &[Option<BazinFit>], title: String) -> LightCurvePanel {
    let bands = described.bands().iter().zip(described.curves()).zip(fits);
    let seen = bands.filter(|((_, curve), _)| !curve.is_empty());
    let series = seen.map(|((band, curve), fit)| {
        let (first, last) =
            (curve.mjd.first().copied().unwrap_or(0.0), curve.mjd.last().copied().unwrap_or(0.0));
        let time = |i: usize| first + (last - first) * i as f64 / (MODEL_POINTS - 1) as f64;
        BandSeries {
            band: band.to_string(),
            model: fit
                .iter()
                .flat_map(|fit| (0..MODEL_POINTS).map(|i| (time(i), fit.flux(time(i)))))
                .collect(),
            fitted: fit.iter().flat_map(|fit| curve.mjd.iter().map(|mjd| fit.flux(*mjd))).collect(),
            mjd: curve.mjd.clone(),
            flux: curve.flux.clone(),
            flux_err: curve.flux_err.clone(),
        }
    });
    LightCurvePanel { title, bands: series.collect() }
}
