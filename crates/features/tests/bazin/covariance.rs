//! The covariance is the scatter of the parameters.

use super::*;

#[test]
fn the_covariance_is_the_inverse_of_the_fisher_matrix() {
    let mut rng = seeded(21);
    for _ in 0..50 {
        let curve = with_noise(noiseless(every_days(3.0, 50), 10.0, |t| TRUTH.flux(t)), &mut rng);
        let fit = fitter().fit(&curve).unwrap();
        let at = |p: [f64; 5], mjd: f64| {
            Truth { amplitude: p[0], baseline: p[1], t0: p[2], rise: p[3], fall: p[4] }.flux(mjd)
        };
        let steps = [1e-3 * fit.amplitude, 1e-3 * fit.amplitude, 1e-3, 1e-3, 1e-3];
        let gradient: Vec<[f64; 5]> = curve
            .mjd
            .iter()
            .map(|mjd| {
                std::array::from_fn(|i| {
                    let (mut more, mut less) = (parameters(&fit), parameters(&fit));
                    more[i] += steps[i];
                    less[i] -= steps[i];
                    (at(more, *mjd) - at(less, *mjd)) / (2.0 * steps[i])
                })
            })
            .collect();
        // Fisher matrix × covariance = 1, each row in the scale of its parameter's error.
        for i in 0..5 {
            for j in 0..5 {
                let product: f64 = (0..5)
                    .map(|k| {
                        let fisher: f64 = gradient.iter().map(|g| g[i] * g[k] / 100.0).sum();
                        fisher * fit.covariance[k][j]
                    })
                    .sum();
                let unit = (fit.covariance[j][j] / fit.covariance[i][i]).sqrt();
                let wanted = f64::from(u8::from(i == j));
                assert!((product / unit - wanted).abs() < 1e-3, "{i} {j}: {}", product / unit);
            }
        }
    }
}

#[test]
fn the_covariance_is_the_scatter_over_noise() {
    const REALISATIONS: usize = 800;
    let mut rng = seeded(22);
    let curve = noiseless(every_days(3.0, 50), 20.0, |t| TRUTH.flux(t));
    let fits: Vec<BazinFit> =
        (0..REALISATIONS).map(|_| fitter().fit(&with_noise(curve.clone(), &mut rng)).unwrap()).collect();
    let expected = fitter().fit(&curve).unwrap().covariance;
    let mean: [f64; 5] =
        std::array::from_fn(|i| fits.iter().map(|fit| parameters(fit)[i]).sum::<f64>() / REALISATIONS as f64);
    for i in 0..5 {
        for j in 0..5 {
            let product = |fit: &BazinFit| (parameters(fit)[i] - mean[i]) * (parameters(fit)[j] - mean[j]);
            let scatter = fits.iter().map(product).sum::<f64>() / (REALISATIONS - 1) as f64;
            let unit = (expected[i][i] * expected[j][j]).sqrt();
            // The scatter itself scatters by √(2/800) = .05; the rest is what is not linear.
            let difference = (scatter - expected[i][j]) / unit;
            assert!(
                difference.abs() < 0.2,
                "{i} {j}: scatter − covariance is {difference} of the errors' product"
            );
        }
    }
    let mean_chi2 = fits.iter().map(|fit| fit.chi2).sum::<f64>() / REALISATIONS as f64;
    assert!((mean_chi2 - 45.0).abs() < 1.5, "χ² of 50 points and 5 parameters is {mean_chi2} on average");
}
