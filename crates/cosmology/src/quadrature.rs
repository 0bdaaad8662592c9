//! Gauss-Legendre quadrature, whose error falls by orders of magnitude with every point where the integrand is smooth.

/// The Legendre polynomials P_0 to P_`degree` at `x`, by their recurrence.
pub(crate) fn legendre(degree: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for n in 1..degree {
        let order = n as f64;
        let next = ((2.0 * order + 1.0) * x * values[n] - order * values[n - 1]) / (order + 1.0);
        values.push(next);
    }
    values
}

/// The points in (−1, 1) and weights of the `N`-point rule: the roots of P_N by Newton's method from their asymptotic
/// places, and 2/((1 − x²) P′_N(x)²).
pub(crate) fn rule<const N: usize>() -> [(f64, f64); N] {
    let order = N as f64;
    std::array::from_fn(|k| {
        let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (order + 0.5)).cos();
        let mut slope = 1.0;
        // Six steps from there are enough for any order in use; more do no harm.
        for _ in 0..10 {
            let values = legendre(N, x);
            slope = order * (x * values[N] - values[N - 1]) / (x * x - 1.0);
            x -= values[N] / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_up_to_twice_the_order_are_integrated_exactly() {
        let rule = rule::<20>();
        for power in 0..40 {
            let sum: f64 = rule.iter().map(|(x, weight)| weight * x.powi(power)).sum();
            let exact = if power % 2 == 0 { 2.0 / f64::from(power + 1) } else { 0.0 };
            assert!((sum - exact).abs() < 1e-14, "{power}: {sum}");
        }
        let sum: f64 = rule.iter().map(|(x, weight)| weight * x.powi(40)).sum();
        assert_ne!(sum, 2.0 / 41.0);
    }
}
