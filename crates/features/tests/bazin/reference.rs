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
fn downhill(curve: &BandCurve, start: Place, steps: usize) -> (f64, Place) {
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
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0]
}

/// The best χ² that grid, chance and patience find.
fn best(curve: &BandCurve, rng: &mut ChaCha8Rng) -> (f64, Place) {
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
    let ends = kept.into_iter().map(|place| downhill(curve, place, 300));
    ends.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn the_fit_is_as_good_as_a_slow_search() {
    let mut rng = seeded(11);
    let mut fitter = BazinFitter::new(BazinParams {
        starts: std::env::var("S").unwrap().parse().unwrap(),
        iterations: std::env::var("I").unwrap().parse().unwrap(),
        tolerance: std::env::var("T").unwrap().parse().unwrap(),
        ..Default::default()
    });
    let ratios: Vec<f64> = (0..400)
        .map(|_| {
            let curve = survey_curve(&mut rng);
            let ours = fitter.fit(&curve).unwrap();
            let (theirs, place) = best(&curve, &mut rng);
            if ours.chi2 > 1.01 * theirs {
                println!(
                    "n {} span {:.0}; ours {:.4} at {:.2} {:.2} {:.2}; slow {theirs:.4} at {:.2} {:.2} {:.2}; {} A {:.1e}",
                    curve.len(), curve.mjd[curve.len()-1]-curve.mjd[0], ours.chi2, ours.t0 - curve.mjd[0], ours.rise, ours.fall,
                    place[0], place[1].exp(), place[2].exp(), ours.converged, ours.amplitude
                );
            }
            ours.chi2 / theirs
        })
        .collect();
    let share =
        |limit: f64| ratios.iter().filter(|ratio| **ratio <= limit).count() as f64 / ratios.len() as f64;
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    println!("within 1 %: {}, 5 %: {}; below .99: {}; worst {worst}", share(1.01), share(1.05), share(0.99));
    assert!(share(1.01) >= 0.95, "{} of the fits are within 1 % of the slow search's", share(1.01));
    // The reference is worth its name: it is seldom beaten.
    assert!(share(0.99) <= 0.02, "the slow search misses {}", share(0.99));
}

#[test]
fn snpcc_tmp() {
    let path = std::path::Path::new("/work/shared/data/snpcc/snpcc_open.tar.xz");
    let mut rng = seeded(11);
    let mut fitter = BazinFitter::new(BazinParams {
        starts: std::env::var("S").unwrap().parse().unwrap(),
        iterations: std::env::var("I").unwrap().parse().unwrap(),
        tolerance: std::env::var("T").unwrap().parse().unwrap(),
        ..Default::default()
    });
    let mut r: Vec<(f64, bool)> = vec![];
    for object in
        hesper_photometry::read(path, &Default::default()).unwrap().map(|o| o.unwrap()).step_by(37).take(100)
    {
        for band in object.lightcurve.bands() {
            let curve = object.lightcurve.in_band(band);
            let Some(ours) = fitter.fit(&curve) else { continue };
            let (theirs, place) = best(&curve, &mut rng);
            let constant = projected(&curve, [0.0, 0.0, 1e4f64.ln()].map(|x| x)).max({
                let w: f64 = curve.flux_err.iter().map(|e| e.powi(-2)).sum();
                let m = (0..curve.len()).map(|i| curve.flux[i] * curve.flux_err[i].powi(-2)).sum::<f64>() / w;
                chi2(&curve, |_| m)
            });
            let seen = constant - theirs > 40.0;
            r.push((ours.chi2 / theirs, seen));
            if ours.chi2 > 1.01 * theirs && seen {
                println!(
                    "n {} span {:.0}; constant {constant:.1} ours {:.4} at {:.2} {:.2} {:.2}; slow {theirs:.4} at {:.2} {:.2} {:.2}; {} A {:.1e}",
                    curve.len(),
                    curve.mjd[curve.len() - 1] - curve.mjd[0],
                    ours.chi2,
                    ours.t0 - curve.mjd[0],
                    ours.rise,
                    ours.fall,
                    place[0],
                    place[1].exp(),
                    place[2].exp(),
                    ours.converged,
                    ours.amplitude
                );
            }
        }
    }
    for which in [None, Some(true), Some(false)] {
        let v: Vec<f64> = r.iter().filter(|x| which.is_none_or(|w| w == x.1)).map(|x| x.0).collect();
        println!(
            "{which:?} {} bands: within 1 % {:.4} 5 % {:.4}, below .99 {:.4}",
            v.len(),
            v.iter().filter(|x| **x <= 1.01).count() as f64 / v.len() as f64,
            v.iter().filter(|x| **x <= 1.05).count() as f64 / v.len() as f64,
            v.iter().filter(|x| **x < 0.99).count() as f64 / v.len() as f64
        );
    }
}
