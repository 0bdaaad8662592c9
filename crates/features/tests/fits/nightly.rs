//! Features night after night: warm fits beside cold ones, states that are kept, forecasts.

use hesper_features::{
    BazinParams, Error, FeatureTable, Nightly, NightlyState, bazin_flux, describe, select,
};
use hesper_photometry::{Band, BandCurve, Object, flux_of_magnitude};

use crate::{band, object, observed};

const BANDS: [(&str, f64, f64); 3] = [("g", 900.0, 0.0), ("r", 1400.0, 1.0), ("i", 1100.0, 2.5)];

/// A supernova in three bands, a visit every 4 days from MJD 56200, exploding after some of them.
fn supernova(seed: u64, brightness: f64) -> Object {
    let t0 = 56_230.0 + (seed % 7) as f64 * 5.0;
    let fall = 18.0 + (seed % 5) as f64 * 6.0;
    let curves = BANDS.map(|(name, height, delay)| {
        let flux = |t: f64| bazin_flux(t, brightness * height, 0.0, t0 + delay, 3.5, fall);
        let mut curve = observed(32, 4.0, 40.0, 7 * seed + delay as u64, flux);
        // Not all bands in every visit.
        let keep: Vec<usize> = (0..curve.len()).filter(|i| !(i + delay as usize).is_multiple_of(3)).collect();
        for column in [&mut curve.mjd, &mut curve.flux, &mut curve.flux_err] {
            *column = keep.iter().map(|i| column[*i]).collect();
        }
        (name, curve)
    });
    let mut object = object(&format!("sn{seed}"), &curves);
    object.host_photoz = Some(0.1 + 0.05 * (seed % 4) as f64);
    object
}

fn bands() -> Vec<Band> {
    BANDS.iter().map(|(name, ..)| band(name)).collect()
}

fn nightly() -> Nightly {
    Nightly::new(&select(&["default", "joint"]).unwrap(), &bands(), &BazinParams::default()).unwrap()
}

fn nights() -> impl Iterator<Item = f64> {
    (0..70).map(|night| 56_199.5 + 2.0 * f64::from(night))
}

fn until(object: &Object, mjd: f64) -> Object {
    Object { lightcurve: object.lightcurve.before(mjd.next_up()), ..object.clone() }
}

/// The whole search; an object with a point in every band holds the columns.
fn cold(object: &Object) -> FeatureTable {
    let every = BANDS.map(|(name, ..)| (name, observed(1, 1.0, 1.0, 0, |_| 0.0)));
    let objects = [object.clone(), crate::object("every band", &every)];
    describe(&objects, &select(&["default", "joint"]).unwrap(), &BazinParams::default(), &|| {}).unwrap()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn without_new_points_the_values_stand() {
    let (nightly, object) = (nightly(), supernova(1, 1.0));
    let mut state = NightlyState::default();
    assert!(state.values().is_empty() && state.last().is_none());
    assert!(nightly.update_one(&mut state, &object, 56_260.0));
    assert_eq!(state.last(), Some(56_260.0));
    let before = state.clone();
    // Visits are 4 days apart.
    assert!(!nightly.update_one(&mut state, &object, 56_263.9));
    assert_eq!(bits(state.values()), bits(before.values()));
    assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&before).unwrap());
    assert!(nightly.update_one(&mut state, &object, 56_264.0));
    assert!(state.points() > before.points());
    assert_ne!(bits(state.values()), bits(before.values()));
}

#[test]
fn a_state_never_seen_is_described_as_by_the_whole_search() {
    let (nightly, object) = (nightly(), supernova(2, 1.0));
    let mut state = NightlyState::default();
    nightly.update_one(&mut state, &object, f64::INFINITY);
    let cold = cold(&object);
    assert_eq!(nightly.names(), cold.names);
    for ((name, warm), cold) in cold.names.iter().zip(state.values()).zip(cold.row(0)) {
        // The smooth fits of bands end where the next step promises too little.
        let tolerance = if name.starts_with("bazin") || name.starts_with("joint") { 1e-9 } else { 0.02 };
        let close = (warm - cold).abs() <= tolerance * cold.abs().max(1.0);
        assert!(close || warm.is_nan() && cold.is_nan(), "{name}: {warm} {cold}");
    }
}

#[test]
fn nights_lead_to_the_fits_of_the_whole_search() {
    let nightly = nightly();
    let column = |name: &str| nightly.names().iter().position(|known| known == name).unwrap();
    let shared = [column("shape_chi2")];
    let smooth = ["g", "r", "i"].map(|band| column(&format!("shape_chi2_{band}")));
    let free = ["g", "r", "i"].map(|band| column(&format!("bazin_chi2_{band}")));
    let mut ratios = [vec![], vec![], vec![]];
    for seed in 0..40 {
        let object = supernova(seed, if seed % 3 == 0 { 0.2 } else { 1.0 });
        let mut state = NightlyState::default();
        for (night, mjd) in nights().enumerate() {
            if nightly.update_one(&mut state, &object, mjd) && night % 5 == 0 {
                let cold = cold(&until(&object, mjd));
                for (ratios, columns) in ratios.iter_mut().zip([&shared[..], &smooth, &free]) {
                    let of = columns.iter().map(|c| state.values()[*c] / cold.row(0)[*c]);
                    ratios.extend(of.filter(|ratio| ratio.is_finite()));
                }
            }
        }
    }
    for ratios in &mut ratios {
        ratios.sort_by(f64::total_cmp);
        let (median, high) = (ratios[ratios.len() / 2], ratios[ratios.len() * 9 / 10]);
        assert!(ratios.len() > 100 && (median - 1.0).abs() < 0.005 && high < 1.05, "{median} {high}");
    }
}

#[test]
fn a_state_written_and_read_goes_on_with_the_same_bytes() {
    let (nightly, object) = (nightly(), supernova(3, 0.5));
    let (mut kept, mut resumed) = (NightlyState::default(), NightlyState::default());
    for mjd in nights() {
        nightly.update_one(&mut kept, &object, mjd);
        nightly.update_one(&mut resumed, &object, mjd);
        let text = serde_json::to_string(&resumed).unwrap();
        resumed = serde_json::from_str(&text).unwrap();
        assert_eq!(text, serde_json::to_string(&resumed).unwrap());
        assert_eq!(text, serde_json::to_string(&kept).unwrap());
    }
    assert!(kept.values().iter().any(|value| value.is_finite()));
}

#[test]
fn neither_threads_nor_companions_change_a_bit() {
    let nightly = nightly();
    let objects: Vec<Object> = (0..12).map(|seed| supernova(seed, 0.7)).collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut states = vec![NightlyState::default(); objects.len()];
        for mjd in nights() {
            pool.install(|| nightly.update(&mut states, &objects, mjd)).unwrap();
        }
        serde_json::to_string(&states).unwrap()
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let mut alone = NightlyState::default();
    for mjd in nights() {
        nightly.update_one(&mut alone, &objects[5], mjd);
    }
    assert!(one.contains(&serde_json::to_string(&alone).unwrap()));
    let error = nightly.update(&mut [], &objects, 0.0).unwrap_err();
    assert!(matches!(error, Error::States { states: 0, objects: 12 }), "{error}");
}

#[test]
fn the_order_of_bands_matters_to_columns_only() {
    let object = supernova(4, 1.0);
    let features = select(&["peak", "joint"]).unwrap();
    let of = |bands: &[Band]| {
        let nightly = Nightly::new(&features, bands, &BazinParams::default()).unwrap();
        let mut state = NightlyState::default();
        nights().for_each(|mjd| _ = nightly.update_one(&mut state, &object, mjd));
        let mut values: Vec<(String, f64)> =
            nightly.names().iter().cloned().zip(state.values().iter().copied()).collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values
    };
    let turned: Vec<Band> = bands().into_iter().rev().collect();
    for ((name, value), (other, turned)) in of(&bands()).into_iter().zip(of(&turned)) {
        assert!(name == other && (value - turned).abs() < 0.02 * value.abs(), "{name}: {value} {turned}");
    }
}

#[test]
fn what_is_revised_is_fitted_again_and_what_is_foreign_from_nothing() {
    let (nightly, mut object) = (nightly(), supernova(5, 1.0));
    let mut state = NightlyState::default();
    nightly.update_one(&mut state, &object, 56_300.0);
    object.lightcurve.flux[20] += 300.0;
    assert!(nightly.update_one(&mut state, &object, 56_300.0));
    // Earlier nights know fewer points.
    assert!(nightly.update_one(&mut state, &object, 56_250.0));
    assert_eq!(state.points(), until(&object, 56_250.0).lightcurve.len());
    // A host found late is a feature, too.
    object.host_photoz = None;
    assert!(nightly.update_one(&mut state, &object, 56_250.0));
    let others = Nightly::new(&select(&["peak"]).unwrap(), &bands(), &BazinParams::default()).unwrap();
    let mut fresh = NightlyState::default();
    assert!(others.forecast(&state, &object, band("r"), 56_251.0).is_none());
    others.update_one(&mut state, &object, 56_250.0);
    others.update_one(&mut fresh, &object, 56_250.0);
    assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&fresh).unwrap());
    assert!(Nightly::new(&[], &[], &BazinParams { starts: 0, ..BazinParams::default() }).is_err());
}

#[test]
fn nothing_and_nonsense_are_missing_values() {
    let nightly = nightly();
    let count = nightly.names().len();
    let empty = Object::new("empty");
    let one = crate::object("one", &[("r", observed(1, 1.0, 1.0, 1, |_| 10.0))]);
    let foreign = crate::object("foreign", &[("y", observed(9, 1.0, 1.0, 1, |_| 10.0))]);
    for object in [&empty, &one, &foreign] {
        let mut state = NightlyState::default();
        for mjd in [f64::NEG_INFINITY, 56_200.0, f64::NAN, 56_300.0] {
            nightly.update_one(&mut state, object, mjd);
            let fitted = |i: &usize| nightly.names()[*i].starts_with("peak");
            assert!(
                state.values().len() == count
                    && (0..count).filter(fitted).all(|i| state.values()[i].is_nan())
            );
            assert!(nightly.forecast(&state, object, band("r"), 56_201.0).is_none());
        }
    }
    let curve = observed(20, 4.0, 20.0, 1, |t| bazin_flux(t, 500.0, 0.0, 56_230.0, 4.0, 25.0));
    for unusable in crate::unusable(&curve) {
        let object = Object {
            lightcurve: crate::object("bad", &[("g", curve.clone()), ("r", unusable)]).lightcurve,
            ..Object::new("bad")
        };
        let mut state = NightlyState::default();
        for mjd in nights() {
            nightly.update_one(&mut state, &object, mjd);
        }
        assert!(state.values().iter().all(|value| value.is_nan() || value.is_finite()));
        if let Some(forecast) = nightly.forecast(&state, &object, band("g"), 56_280.0) {
            assert!(forecast.flux.is_finite() && forecast.flux_err >= 0.0);
        }
    }
}

#[test]
fn forecasts_follow_the_fit_within_limits() {
    let nightly = nightly();
    let truth = |t: f64| bazin_flux(t, 1000.0, 0.0, 56_230.0, 4.0, 25.0);
    let curve: BandCurve = observed(80, 1.0, 1.0, 2, truth);
    let object = crate::object("sn", &[("g", curve.clone()), ("r", curve)]);
    let (r, mut state) = (band("r"), NightlyState::default());
    let tell = |state: &NightlyState, mjd| nightly.forecast(state, &object, r, mjd);

    nightly.update_one(&mut state, &object, 56_260.0);
    for (mjd, tolerance) in [(56_245.5, 0.01), (56_261.0, 0.02), (56_263.0, 0.03)] {
        let forecast = tell(&state, mjd).unwrap();
        assert!((forecast.flux / truth(mjd) - 1.0).abs() < tolerance, "{mjd}: {forecast:?} {}", truth(mjd));
        let (magnitude, error) = forecast.magnitude().unwrap();
        assert!((flux_of_magnitude(magnitude) - forecast.flux).abs() < 1e-6 * forecast.flux);
        assert!(error > 0.1 && error < 0.15, "{error}");
    }
    // The error grows with the days ahead.
    let share = |mjd| tell(&state, mjd).map(|forecast| forecast.flux_err / forecast.flux).unwrap();
    assert!(share(56_285.0) > share(56_265.0));
    assert!(tell(&state, 56_290.0).is_some() && tell(&state, 56_290.1).is_none());
    assert!(tell(&state, f64::NAN).is_none());
    assert!(nightly.forecast(&state, &object, band("i"), 56_261.0).is_none());
    assert!(nightly.forecast(&state, &object, band("y"), 56_261.0).is_none());

    // A supernova that rises: never more than half a magnitude brighter than at its points.
    nightly.update_one(&mut state, &object, 56_226.0);
    let seen = tell(&state, 56_226.0).unwrap().flux;
    for days in 0..30 {
        let told = tell(&state, 56_226.0 + f64::from(days)).unwrap().flux;
        assert!(told <= seen * 10f64.powf(0.2) * (1.0 + 1e-12), "{days}: {told} {seen}");
    }
}
