//! The fit against a search that is slow and obvious: a dense grid of shapes and random ones, the best of them walked
//! downhill by Nelder–Mead, amplitude and baseline by a plain regression at each step.

use super::*;

/// A shape: days from the first point, logarithms of days.
type Place = [f64; 3];

const WALKS: usize = 16;

/// The best χ² with A ≥ 0, by the regression of the fluxes on the shape and a constant; infinite out of bounds.
fn projected(curve: &BandCurve, [t0, ln_rise, ln_fall]: Place) -> f64 {
    let span = curve.mjd[curve.len() - 1] - curve.mjd[0];
    let inside = (-span..=2.0 * span).contains(&t0)
        && (1e-2f64.ln()..=1e3f64.ln()).contains(&ln_rise)
        && (1e-2f64.ln()..=1e4f64.ln()).contains(&ln_fall);
    if !inside {
        return f64::INFINITY;
    }
    // The shape's largest value at the points is scaled to 1, which the amplitude undoes.
    let logarithms: Vec<f64> = curve
        .mjd
        .iter()
        .map(|t| {
            let x = t - curve.mjd[0] - t0;
            let gate = -x / ln_rise.exp();
            -x / ln_fall.exp() - if gate > 30.0 { gate } else { gate.exp().ln_1p() }
        })
        .collect();
    let top = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shape: Vec<f64> = logarithms.iter().map(|value| (value - top).exp()).collect();
    let weight: Vec<f64> = curve.flux_err.iter().map(|error| error.powi(-2)).collect();
    let mean = |values: &[f64]| {
        values.iter().zip(&weight).map(|(v, w)| v * w).sum::<f64>() / weight.iter().sum::<f64>()
    };
    let (mean_shape, mean_flux) = (mean(&shape), mean(&curve.flux));
    let (mut spread, mut common) = (0.0, 0.0);
    for i in 0..curve.len() {
        spread += weight[i] * (shape[i] - mean_shape).powi(2);
        common += weight[i] * (shape[i] - mean_shape) * (curve.flux[i] - mean_flux);
    }
    let amplitude =
        if spread > 1e-12 * weight.iter().sum::<f64>() { (common / spread).max(0.0) } else { 0.0 };
    (0..curve.len())
        .map(|i| weight[i] * (curve.flux[i] - mean_flux - amplitude * (shape[i] - mean_shape)).powi(2))
        .sum()
}

/// Nelder & Mead 1965, doi:10.1093/comjnl/7.4.308.
fn downhill(curve: &BandCurve, start: Place, steps: usize) -> f64 {
    let span = curve.mjd[curve.len() - 1] - curve.mjd[0];
    let mut simplex: Vec<(f64, Place)> = (0..4)
        .map(|corner| {
            let mut place = start;
            match corner {
                1 => place[0] += 0.03 * span,
                2 => place[1] += 0.3,
                3 => place[2] += 0.3,
                _ => {}
            }
            (projected(curve, place), place)
        })
        .collect();
    for _ in 0..steps {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let centre: Place =
            std::array::from_fn(|axis| simplex[..3].iter().map(|s| s.1[axis]).sum::<f64>() / 3.0);
        let worst = simplex[3];
        let toward = |factor: f64| {
            let place: Place =
                std::array::from_fn(|axis| centre[axis] + factor * (centre[axis] - worst.1[axis]));
            (projected(curve, place), place)
        };
        let mirrored = toward(1.0);
        let better = if mirrored.0 < simplex[0].0 {
            let further = toward(2.0);
            if further.0 < mirrored.0 { further } else { mirrored }
        } else if mirrored.0 < simplex[2].0 {
            mirrored
        } else {
            toward(if mirrored.0 < worst.0 { 0.5 } else { -0.5 })
        };
        if better.0 < worst.0 {
            simplex[3] = better;
        } else {
            let best = simplex[0].1;
            for (cost, place) in &mut simplex[1..] {
                *place = std::array::from_fn(|axis| 0.5 * (place[axis] + best[axis]));
                *cost = projected(curve, *place);
            }
        }
    }
    simplex.iter().map(|corner| corner.0).fold(f64::INFINITY, f64::min)
}

/// The best χ² that grid, chance and patience find.
fn best(curve: &BandCurve, rng: &mut ChaCha8Rng) -> f64 {
    let span = curve.mjd[curve.len() - 1] - curve.mjd[0];
    let logarithms = |from: f64, to: f64, steps: usize| {
        (0..steps).map(move |i| from.ln() + (to / from).ln() * i as f64 / (steps - 1) as f64)
    };
    let mut starts: Vec<(f64, Place)> = Vec::new();
    for step in 0..=40 {
        let t0 = span * (-0.3 + 1.5 * f64::from(step) / 40.0);
        for ln_rise in logarithms(0.05, 60.0, 9) {
            for ln_fall in logarithms(0.5, 1000.0, 10) {
                let place = [t0, ln_rise, ln_fall];
                starts.push((projected(curve, place), place));
            }
        }
    }
    for _ in 0..500 {
        let place = [
            span * rng.random_range(-1.0..2.0),
            rng.random_range(1e-2f64.ln()..1e3f64.ln()),
            rng.random_range(1e-2f64.ln()..1e4f64.ln()),
        ];
        starts.push((projected(curve, place), place));
    }
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut kept: Vec<Place> = Vec::new();
    for (_, place) in starts {
        let near = |other: &Place| {
            (place[0] - other[0]).abs() < 0.06 * span
                && (place[1] - other[1]).abs() < 1.5
                && (place[2] - other[2]).abs() < 1.5
        };
        if !kept.iter().any(near) {
            kept.push(place);
        }
        if kept.len() == WALKS {
            break;
        }
    }
    kept.into_iter().map(|place| downhill(curve, place, 300)).fold(f64::INFINITY, f64::min)
}

/// χ² of the fits by those of the slow search, with and without a transient in the points.
#[derive(Default)]
struct Comparison {
    /// Bands that a constant fits worse by at least 40: the transient is seen.
    seen: Vec<f64>,
    /// The others: there the best fits are spikes that follow the noise of one or two points.
    unseen: Vec<f64>,
}

impl Comparison {
    fn add(&mut self, fitter: &mut BazinFitter, curve: &BandCurve, rng: &mut ChaCha8Rng) {
        let Some(fit) = fitter.fit(curve) else { return };
        let theirs = best(curve, rng);
        let weight = |i: usize| curve.flux_err[i].powi(-2);
        let mean = (0..curve.len()).map(|i| weight(i) * curve.flux[i]).sum::<f64>()
            / (0..curve.len()).map(weight).sum::<f64>();
        let seen = chi2(curve, |_| mean) - theirs > 40.0;
        if seen { &mut self.seen } else { &mut self.unseen }.push(fit.chi2 / theirs);
    }

    fn all(&self) -> Vec<f64> {
        [self.seen.clone(), self.unseen.clone()].concat()
    }

    fn show(&self) {
        for (name, ratios) in [("seen", &self.seen), ("unseen", &self.unseen), ("all", &self.all())] {
            let shares = [0.99, 1.01, 1.05].map(|limit| format!("{:.4}", share(ratios, limit)));
            println!(
                "{name}: {} bands; χ² at most .99, 1.01, 1.05 of the slow search's: {shares:?}",
                ratios.len()
            );
        }
    }
}

fn share(ratios: &[f64], limit: f64) -> f64 {
    ratios.iter().filter(|ratio| **ratio <= limit).count() as f64 / ratios.len() as f64
}

#[test]
fn the_fit_is_as_good_as_a_slow_search() {
    let mut rng = seeded(11);
    let mut comparison = Comparison::default();
    for _ in 0..500 {
        let curve = survey_curve(&mut rng);
        comparison.add(&mut fitter(), &curve, &mut rng);
    }
    comparison.show();
    assert!(comparison.seen.len() > 150);
    assert!(share(&comparison.seen, 1.01) >= 0.95);
    assert!(share(&comparison.all(), 1.01) >= 0.86);
    // The reference is worth its name: it is seldom beaten.
    assert!(share(&comparison.all(), 0.99) <= 0.01);
}

/// Real bands: every 59th object of the challenge, from `$HESPER_DATA` or `../shared/data`.
#[test]
fn real_bands_are_fitted_as_well_as_by_a_slow_search() {
    let data = std::env::var_os("HESPER_DATA")
        .map_or_else(|| "../../../shared/data".into(), std::path::PathBuf::from);
    let path = data.join("snpcc/snpcc_open.tar.xz");
    if !path.exists() {
        println!("skipped: no data");
        return;
    }
    let mut rng = seeded(12);
    let mut comparison = Comparison::default();
    let objects = hesper_photometry::read(&path, &Default::default()).unwrap();
    for object in objects.map(Result::unwrap).step_by(59).take(60) {
        for band in object.lightcurve.bands() {
            comparison.add(&mut fitter(), &object.lightcurve.in_band(band), &mut rng);
        }
    }
    comparison.show();
    assert!(share(&comparison.seen, 1.01) >= 0.95);
    assert!(share(&comparison.all(), 1.01) >= 0.90);
    assert!(share(&comparison.all(), 0.99) <= 0.01);
}
