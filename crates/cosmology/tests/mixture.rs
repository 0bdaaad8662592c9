//! Contaminated mock samples.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hesper_cosmology::{
    Axis, ChainParams, Cosmology, Distances, Gaussian, GridParams, Likelihood, Marginal, Mixture,
    MixtureParams, Prior, on_grid,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// The sum of 12 uniform numbers less 6: normal enough within 4 σ.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| uniform(random)).sum::<f64>() - 6.0
}

/// Supernovae of the default cosmology with probabilities that are what they say, and which are Ia. The others are 1 mag fainter
/// nearby, less so far away, and scatter by 0.6 mag.
fn mock(n: usize, seed: u64) -> (Distances, Vec<f64>) {
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let (mut z, mut modulus, mut error, mut probability, mut ia) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..n {
        z.push(0.05 + uniform(random));
        error.push(0.1 + 0.1 * uniform(random));
        probability.push(1.0 - 0.8 * uniform(random).powi(3));
        ia.push(uniform(random) < probability[ia.len()]);
        let last = ia.len() - 1;
        let (level, scatter): (f64, f64) =
            if ia[last] { (-19.3, 0.12) } else { (-18.3 - 1.5 * (z[last] - 0.55), 0.6) };
        let spread = (error[last] * error[last] + scatter * scatter).sqrt();
        modulus.push(Cosmology::default().distance_modulus(z[last]) + level + spread * normal(random));
    }
    (Distances::new(z, modulus, error).unwrap().with_truth(ia).unwrap(), probability)
}

fn grid() -> GridParams {
    let w0 = Axis { from: -3.0, to: 0.0, points: 41 };
    let prior = Prior::on_matter(0.3, 0.02);
    GridParams { matter: Axis { from: 0.2, to: 0.4, points: 31 }, w0, prior, shrink: true }
}

fn w(distances: &Distances, probability: &[f64], params: &MixtureParams) -> Marginal {
    on_grid(&Mixture::new(distances, probability, params).unwrap(), &grid()).unwrap().w0.unwrap()
}

#[test]
fn the_plain_fit_is_biased_and_the_mixture_is_not() {
    let params = MixtureParams::default();
    let (mut plain, mut mixed) = (0.0, 0.0);
    const SAMPLES: u64 = 6;
    for seed in 0..SAMPLES {
        let (distances, probability) = mock(600, seed);
        let naive = w(&distances, &vec![1.0; 600], &params);
        let mixture = w(&distances, &probability, &params);
        plain += (naive.mean + 1.0) / naive.deviation / SAMPLES as f64;
        mixed += (mixture.mean + 1.0) / mixture.deviation / SAMPLES as f64;
        assert!(
            (mixture.mean + 1.0).abs() < 3.0 * mixture.deviation,
            "{seed}: {} ± {}",
            mixture.mean,
            mixture.deviation
        );
    }
    println!("mean bias in standard deviations: plain {plain}, mixture {mixed}");
    // Of six samples the mean has an error of 0.41 standard deviations.
    assert!(plain.abs() > 1.5, "{plain}");
    assert!(mixed.abs() < 1.2, "{mixed}");
}

#[test]
fn the_nuisances_are_found() {
    let (distances, probability) = mock(3000, 11);
    let truth = distances.ia().unwrap().to_vec();
    let mixture = Mixture::new(&distances, &probability, &MixtureParams::default()).unwrap();
    let fit = mixture.profile(&Cosmology::default());
    let told = [fit.offset, fit.scatter, fit.level[0], fit.level[1], fit.width];
    for ((value, expected), tolerance) in
        told.iter().zip([-19.3, 0.12, -18.3, -1.5, 0.6]).zip([0.02, 0.03, 0.1, 0.3, 0.06])
    {
        assert!((value - expected).abs() < tolerance, "{told:?}");
    }
    // The distance sharpens the classes.
    let score =
        |p: &[f64]| p.iter().zip(&truth).map(|(p, ia)| (p - f64::from(u8::from(*ia))).powi(2)).sum::<f64>();
    let after = mixture.posterior_probability(&Cosmology::default(), &fit);
    assert!(score(&after) < 0.6 * score(&probability), "{} {}", score(&after), score(&probability));
    // Probabilities that are all too high are put right.
    let boasted: Vec<f64> = probability.iter().map(|p| 3.0 * p / (3.0 * p + 1.0 - p)).collect();
    let shifting = MixtureParams { shift_odds: true, ..MixtureParams::default() };
    let fit = Mixture::new(&distances, &boasted, &shifting).unwrap().profile(&Cosmology::default());
    assert!((fit.shift + 3f64.ln()).abs() < 0.35, "{}", fit.shift);
}

/// With all probabilities 1 and a fixed scatter only the offset is left, and profiling it shifts ln L by a constant.
#[test]
fn without_contaminants_it_is_the_gaussian() {
    let (distances, _) = mock(50, 3);
    let params = MixtureParams { scatter: Some(0.15), ..MixtureParams::default() };
    let mixture = Mixture::new(&distances, &[1.0; 50], &params).unwrap();
    assert_eq!(mixture.nuisances(), ["offset"]);
    let gaussian = Gaussian::new(&distances.with_scatter(0.15).unwrap()).unwrap();
    let difference =
        |cosmology: &Cosmology| mixture.log_likelihood(cosmology) - gaussian.log_likelihood(cosmology);
    let here = difference(&Cosmology::default());
    for cosmology in [Cosmology::flat_w(0.1, -0.5), Cosmology::flat_w(0.5, -1.7)] {
        assert!((difference(&cosmology) - here).abs() < 1e-7);
    }
    assert!(
        (mixture.profile(&Cosmology::default()).offset - gaussian.chi_square(&Cosmology::default()).1).abs()
            < 1e-6
    );
}

#[test]
fn chains_over_the_nuisances_agree_with_the_profile() {
    let (distances, probability) = mock(300, 5);
    let mixture = Mixture::new(&distances, &probability, &MixtureParams::default()).unwrap();
    let profiled = on_grid(&mixture, &grid()).unwrap().w0.unwrap();
    let chains = mixture.sample(&grid(), &ChainParams { draws: 4000, ..ChainParams::default() }).unwrap();
    assert_eq!(mixture.nuisances(), ["offset", "scatter", "level", "slope", "width"]);
    let (mean, deviation) = chains.moments(1);
    assert!(
        chains.r_hat(1) < 1.03 && chains.effective_size(1) > 300.0,
        "{} {}",
        chains.r_hat(1),
        chains.effective_size(1)
    );
    // Profiling is not marginalising, but near with five nuisances and 300 objects.
    assert!((mean - profiled.mean).abs() < 0.3 * deviation, "{mean} {}", profiled.mean);
    assert!((deviation / profiled.deviation - 1.0).abs() < 0.15, "{deviation} {}", profiled.deviation);
}

#[test]
fn bad_samples_are_refused() {
    let (distances, probability) = mock(20, 1);
    let params = MixtureParams::default();
    let refused = |distances: &Distances, probability: &[f64], params: &MixtureParams| {
        Mixture::new(distances, probability, params).unwrap_err().to_string()
    };
    assert!(refused(&distances, &probability[..19], &params).contains("19 probabilities for 20 objects"));
    assert!(refused(&distances, &[1.5; 20], &params).contains("1.5"));
    assert!(refused(&distances.select(&[0, 1]).unwrap(), &[1.0; 2], &params).contains("too few"));
    assert!(
        refused(&distances, &probability, &MixtureParams { trend: 3, ..params.clone() })
            .contains("trend is 3")
    );
    // Certainty of either kind is no trouble.
    for p in [0.0, 1.0] {
        let mixture = Mixture::new(&distances, &[p; 20], &params).unwrap();
        assert!(mixture.log_likelihood(&Cosmology::default()).is_finite(), "{p}");
    }
}
