//! Student's t distribution.

/// The quantile of `probability` (between 0 and 1) for `freedom` degrees of freedom (at least 1), to about 1e-10.
pub(super) fn quantile(probability: f64, freedom: f64) -> f64 {
    if probability < 0.5 {
        return -quantile(1.0 - probability, freedom);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while cumulative(high, freedom) < probability && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    // Every halving gains a bit; the last ones change nothing any more.
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if cumulative(middle, freedom) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The probability of a value up to `t`, for `t` not negative: 1 − I_x(ν/2, 1/2)/2 with x = ν/(ν + t²), where I is the
/// regularised incomplete beta function.
fn cumulative(t: f64, freedom: f64) -> f64 {
    1.0 - 0.5 * incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5)
}

/// The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), where that converges fast.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp() / a;
    // The fraction 1/(1 + d₁/(1 + d₂/(1 + …))), evaluated from a depth where it has long converged.
    let mut fraction = 0.0;
    for m in (1..=400).rev() {
        let half = f64::from(m / 2);
        let term = if m % 2 == 0 {
            half * (b - half) * x / ((a + 2.0 * half - 1.0) * (a + 2.0 * half))
        } else {
            -(a + half) * (a + b + half) * x / ((a + 2.0 * half) * (a + 2.0 * half + 1.0))
        };
        fraction = term / (1.0 + fraction);
    }
    front / (1.0 + fraction)
}

/// ln Γ(x) for x > 0 by Stirling's series (DLMF 5.11.1), after Γ(x) = Γ(x + k)/(x (x + 1) … (x + k − 1)).
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 15.0 {
        shift += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_scipy() {
        // python3 -c "from scipy.stats import t; [print(p, v, repr(t.ppf(p, v))) for p in (.9, .975, .995) for v in (1, 2, 4, 19, 200, 5000)]"
        for (probability, freedom, expected) in GOLDEN {
            let found = quantile(probability, freedom);
            assert!(
                (found - expected).abs() < 1e-9 * expected,
                "{probability} {freedom}: {found} {expected}"
            );
        }
        assert!((quantile(0.025, 4.0) + quantile(0.975, 4.0)).abs() < 1e-12);
    }

    const GOLDEN: [(f64, f64, f64); 18] = [
        (0.9, 1.0, 3.0776835371752544),
        (0.9, 2.0, 1.8856180831641272),
        (0.9, 4.0, 1.533206274058944),
        (0.9, 19.0, 1.3277282090267986),
        (0.9, 200.0, 1.2857987939948012),
        (0.9, 5000.0, 1.2817209053357184),
        (0.975, 1.0, 12.706204736174694),
        (0.975, 2.0, 4.302652729749462),
        (0.975, 4.0, 2.7764451051977934),
        (0.975, 19.0, 2.0930240544083087),
        (0.975, 200.0, 1.9718962236339088),
        (0.975, 5000.0, 1.9604385517065073),
        (0.995, 1.0, 63.656741162871526),
        (0.995, 2.0, 9.924843200918287),
        (0.995, 4.0, 4.604094871349992),
        (0.995, 19.0, 2.8609346064649794),
        (0.995, 200.0, 2.600634436191558),
        (0.995, 5000.0, 2.5768129665562802),
    ];
}
