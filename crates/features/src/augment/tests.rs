use hesper_cosmology::Cosmology;
use hesper_photometry::{Band, LightCurve};
use hesper_simulate::{SurveyParams, simulate};

use super::*;

fn survey(objects: usize) -> (Vec<Object>, Vec<Object>) {
    let survey = simulate(&SurveyParams { objects, ..SurveyParams::default() }).unwrap();
    survey.objects.into_iter().partition(|object| object.sample == Sample::Spectroscopic)
}

/// A bright object at redshift 0.2, seen often and well, and models of the same visits at others.
fn bright() -> (Object, Object) {
    let mut curve = LightCurve::default();
    let mut visits = LightCurve::default();
    for day in 0..120 {
        for (name, factor) in [("g", 0.6), ("r", 1.0), ("i", 0.9), ("z", 0.8)] {
            let flux = 50_000.0 * factor * (-0.5 * ((f64::from(day) - 40.0) / 12.0).powi(2)).exp();
            curve.push(56_000.0 + f64::from(day), Band::new(name).unwrap(), flux, 500.0);
            let other = 500.0 * (-0.5 * ((f64::from(day) - 50.0) / 15.0).powi(2)).exp();
            visits.push(56_500.0 + f64::from(day), Band::new(name).unwrap(), other, 60.0);
        }
    }
    let parent = Object {
        redshift: Some(0.2),
        class: Some("Ia".into()),
        sample: Sample::Spectroscopic,
        lightcurve: curve,
        ..Object::new("near")
    };
    let model = Object {
        host_photoz: Some(0.5),
        host_photoz_err: Some(0.0),
        lightcurve: visits,
        ..Object::new("far")
    };
    (parent, model)
}

#[test]
fn what_is_moved_is_dimmer_slower_and_redder() {
    let (parent, model) = bright();
    let copies = augment(
        std::slice::from_ref(&parent),
        std::slice::from_ref(&model),
        &AugmentParams::default(),
        &|| (),
    )
    .unwrap();
    assert_eq!(copies.len(), 10);
    let copy = &copies[3].object;
    assert_eq!(copy.object_id, "near_aug4");
    assert_eq!((copy.class.as_deref(), copy.redshift, copy.host_photoz), (Some("Ia"), Some(0.5), Some(0.5)));
    assert_eq!(copy.lightcurve.mjd, model.lightcurve.mjd);
    let process = GaussianProcess::fit(&copy.lightcurve).unwrap();
    let original = GaussianProcess::fit(&parent.lightcurve).unwrap();
    let stretch = 1.5 / 1.2;
    // The peak is where the model's was; the band of the copy is one of shorter wavelength of the parent.
    assert!((process.peak_mjd(4_800.0 * 1.5) - 56_550.0).abs() < 2.0);
    let peak = GaussianProcess::fit(&model.lightcurve).unwrap().peak_mjd(4_800.0 * 1.5);
    let dimming = stretch
        * (Cosmology::FIDUCIAL.luminosity_distance(0.2) / Cosmology::FIDUCIAL.luminosity_distance(0.5))
            .powi(2);
    for day in [-20.0, 0.0, 20.0] {
        let seen = process.means(&[(peak + day, 7_542.0)])[0];
        let at = original.peak_mjd(4_800.0 * 1.2) + day / stretch;
        let told = dimming * original.means(&[(at, 7_542.0 / stretch)])[0];
        assert!((seen - told).abs() < 150.0, "{day}: {seen} {told}");
    }
}

#[test]
fn what_is_too_faint_or_too_far_is_no_copy() {
    let (parent, mut model) = bright();
    for point in &mut model.lightcurve.flux_err {
        *point = 1e5;
    }
    let run = |parent: &Object, model: &Object, params: &AugmentParams| {
        augment(std::slice::from_ref(parent), std::slice::from_ref(model), params, &|| ())
    };
    assert!(matches!(run(&parent, &model, &AugmentParams::default()), Err(Error::Empty)));
    let (_, mut far) = bright();
    far.host_photoz = Some(1.0);
    assert!(run(&parent, &far, &AugmentParams::default()).is_err());
    let farther = AugmentParams { farthest: 2.0, ..AugmentParams::default() };
    assert_eq!(run(&parent, &far, &farther).unwrap().len(), 10);
    let even = AugmentParams { redshifts: Redshifts::Even, ..AugmentParams::default() };
    for copy in run(&parent, &far, &even).unwrap() {
        let z = copy.redshift.unwrap();
        assert!((0.19..=0.8).contains(&z), "{z}");
    }
    let no_redshift = Object { redshift: None, ..parent.clone() };
    assert!(run(&no_redshift, &far, &farther).is_err());
    for params in [
        AugmentParams { copies: 0, ..AugmentParams::default() },
        AugmentParams { nearest: f64::NAN, ..AugmentParams::default() },
        AugmentParams { farthest: 0.9, ..AugmentParams::default() },
        AugmentParams { detection_quantile: 2.0, ..AugmentParams::default() },
    ] {
        assert!(matches!(run(&parent, &far, &params), Err(Error::Params { .. })), "{params:?}");
    }
}

#[test]
fn copies_look_like_the_target() {
    let (labelled, target) = survey(400);
    let params = AugmentParams { copies: 4, draw: true, ..AugmentParams::default() };
    let copies = augment(&labelled, &target, &params, &|| ()).unwrap();
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let all: Vec<f64> = values.collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let photoz = |objects: &[Object]| mean(&mut objects.iter().filter_map(|object| object.host_photoz));
    let made: Vec<Object> = copies.iter().map(|copy| copy.object.clone()).collect();
    let (near, far, moved) = (photoz(&labelled), photoz(&target), photoz(&made));
    assert!((moved - far).abs() < 0.4 * (far - near).abs(), "{near} {far} {moved}");
    let count = |objects: &[Object]| mean(&mut objects.iter().map(|object| detections(object, 5.0) as f64));
    let (near, far, moved) = (count(&labelled), count(&target), count(&made));
    assert!((moved - far).abs() < 0.5 * (near - far).abs(), "{near} {far} {moved}");
    for copy in &copies {
        assert_eq!(copy.object.class, labelled[copy.parent].class);
        assert!(copy.object.object_id.starts_with(&labelled[copy.parent].object_id));
    }
}

#[test]
fn threads_do_not_matter_and_seeds_do() {
    let (labelled, target) = survey(60);
    for synthesis in [Synthesis::Staccato, Synthesis::Redshift] {
        let params = AugmentParams { synthesis, copies: 2, ..AugmentParams::default() };
        let all = augment(&labelled, &target, &params, &|| ()).unwrap();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| augment(&labelled, &target, &params, &|| ())).unwrap(), all);
        let other = AugmentParams { seed: 1, ..params };
        assert_ne!(augment(&labelled, &target, &other, &|| ()).unwrap(), all);
    }
}

#[test]
fn drawn_curves_scatter_about_their_own() {
    let (labelled, _) = survey(60);
    let params = AugmentParams { synthesis: Synthesis::Staccato, copies: 3, ..AugmentParams::default() };
    let copies = augment(&labelled, &[], &params, &|| ()).unwrap();
    assert_eq!(copies.len(), 3 * labelled.len());
    let (mut chi2, mut n) = (0.0, 0.0);
    for copy in &copies {
        let (own, drawn) = (&labelled[copy.parent].lightcurve, &copy.object.lightcurve);
        assert_eq!((&own.mjd, &own.band), (&drawn.mjd, &drawn.band));
        for i in 0..own.len() {
            chi2 += (drawn.flux[i] - own.flux[i]).powi(2) / own.flux_err[i].powi(2);
            n += 1.0;
        }
    }
    // Own noise twice, less what the smooth curve takes of it.
    assert!((1.0..2.5).contains(&(chi2 / n)), "{}", chi2 / n);
    let counts = redraw(&labelled[..2], &[0, 5], &params, &|| ()).unwrap();
    assert!(counts.len() == 5 && counts.iter().all(|copy| copy.parent == 1));
    assert!(redraw(&labelled[..2], &[1], &params, &|| ()).is_err());
}
