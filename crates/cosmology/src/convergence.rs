//! Whether Markov chains have forgotten where they began, and how many independent draws they are worth
//! (Vehtari et al. 2021, doi:10.1214/20-BA1221; without their normalisation by ranks).

/// Mean and sample variance.
fn moments(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// Each chain's halves, of one length.
fn halves<'a>(chains: &'a [&'a [f64]]) -> Vec<&'a [f64]> {
    let half = chains.iter().map(|chain| chain.len()).min().unwrap_or(0) / 2;
    chains.iter().flat_map(|chain| [&chain[..half], &chain[chain.len() - half..]]).collect()
}

/// The variance within the parts and the estimate of the whole variance that grows when the parts disagree.
fn variances(parts: &[&[f64]]) -> (f64, f64) {
    let n = parts[0].len() as f64;
    let each: Vec<(f64, f64)> = parts.iter().map(|part| moments(part)).collect();
    let within = each.iter().map(|(_, variance)| variance).sum::<f64>() / each.len() as f64;
    let means: Vec<f64> = each.iter().map(|(mean, _)| *mean).collect();
    (within, within * (n - 1.0) / n + moments(&means).1)
}

/// Split R̂ of one parameter: the chains are halved, and the variance of all draws is compared with that within the halves.
/// 1 where they agree; above 1.01 the chains should run longer. NaN for fewer than 4 draws a chain, 1 for draws that are all
/// the same.
pub fn split_r_hat(chains: &[&[f64]]) -> f64 {
    let parts = halves(chains);
    if parts.is_empty() || parts[0].len() < 2 {
        return f64::NAN;
    }
    let (within, whole) = variances(&parts);
    if whole == 0.0 { 1.0 } else { (whole / within).sqrt() }
}

/// The effective sample size of one parameter's mean: the number of draws over the autocorrelation time, which is summed by
/// Geyer's initial monotone sequence over the halves of all chains. NaN for fewer than 4 draws a chain or draws
/// that are all the same.
pub fn effective_size(chains: &[&[f64]]) -> f64 {
    let parts = halves(chains);
    if parts.is_empty() || parts[0].len() < 2 {
        return f64::NAN;
    }
    let n = parts[0].len();
    let (within, whole) = variances(&parts);
    if whole == 0.0 {
        return f64::NAN;
    }
    let means: Vec<f64> = parts.iter().map(|part| moments(part).0).collect();
    let correlation = |lag: usize| {
        let covariance = |(part, mean): (&&[f64], &f64)| {
            part[..n - lag].iter().zip(&part[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
                / n as f64
        };
        let covariance = parts.iter().zip(&means).map(covariance).sum::<f64>() / parts.len() as f64;
        // `within` has n − 1 in its denominator, the covariance n.
        1.0 - (within * (n as f64 - 1.0) / n as f64 - covariance) / whole
    };
    let (mut time, mut last) = (0.0, f64::INFINITY);
    for lag in (0..n.saturating_sub(1)).step_by(2) {
        let pair = (correlation(lag) + correlation(lag + 1)).min(last);
        if pair <= 0.0 {
            break;
        }
        time += 2.0 * pair;
        last = pair;
    }
    let draws = (n * parts.len()) as f64;
    // Chains that alternate can be worth more than independent draws; the sum is too noisy to believe in much more.
    draws / (time - 1.0).max(1.0 / draws.log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// x_t = ρ x_(t−1) + noise, whose autocorrelation time is (1+ρ)/(1−ρ).
    fn autoregressive(rho: f64, draws: usize, stream: u64) -> Vec<f64> {
        let mut random = Stream::new(5, stream);
        let mut x = random.normal();
        let noise = (1.0 - rho * rho).sqrt();
        (0..draws)
            .map(|_| {
                x = rho * x + noise * random.normal();
                x
            })
            .collect()
    }

    #[test]
    fn the_size_is_that_of_known_processes() {
        for rho in [0.0, 0.5, 0.9] {
            let chains: Vec<Vec<f64>> = (0..4).map(|k| autoregressive(rho, 20_000, k)).collect();
            let chains: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
            let expected = 80_000.0 * (1.0 - rho) / (1.0 + rho);
            let size = effective_size(&chains);
            assert!((size / expected - 1.0).abs() < 0.1, "{rho}: {size} {expected}");
            assert!((split_r_hat(&chains) - 1.0).abs() < 0.005);
        }
    }

    #[test]
    fn chains_that_disagree_or_drift_are_told() {
        let one = autoregressive(0.3, 2000, 1);
        let other: Vec<f64> = autoregressive(0.3, 2000, 2).iter().map(|x| x + 1.0).collect();
        assert!(split_r_hat(&[&one, &other]) > 1.1);
        let drift: Vec<f64> = one.iter().enumerate().map(|(k, x)| x + k as f64 / 500.0).collect();
        assert!(split_r_hat(&[&drift]) > 1.1);
        assert!(effective_size(&[&one, &other]) < 20.0);
    }

    #[test]
    fn too_little_is_not_judged() {
        assert!(split_r_hat(&[]).is_nan() && effective_size(&[]).is_nan());
        assert!(split_r_hat(&[&[1.0, 2.0]]).is_nan());
        assert_eq!(split_r_hat(&[&[1.0; 10]]), 1.0);
        assert!(effective_size(&[&[1.0; 10]]).is_nan());
    }
}
