/// Points and weights of Gauss–Legendre quadrature on (0, 1), exact for polynomials of degree 2·`count` − 1.
///
/// The points are the zeros of the Legendre polynomial P_n, found by Newton's method from the usual cosine guess, with
/// the weights 2/((1 − x²)·P_n'(x)²) (Abramowitz & Stegun 25.4.29), both brought from (−1, 1) to (0, 1).
pub(super) fn gauss_legendre(count: usize) -> (Vec<f64>, Vec<f64>) {
    let n = count as f64;
    let mut pairs = Vec::with_capacity(count);
    for place in 0..count {
        let mut x = (std::f64::consts::PI * (place as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (value, derivative) = legendre(count, x);
            slope = derivative;
            let step = value / derivative;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        pairs.push((0.5 * (1.0 - x), 1.0 / ((1.0 - x * x) * slope * slope)));
    }
    pairs.into_iter().unzip()
}

/// P_n(x) and its derivative, by the three-term recurrence.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for count in 1..70 {
            let (points, weights) = gauss_legendre(count);
            assert!(points.iter().all(|point| *point > 0.0 && *point < 1.0));
            for degree in 0..2 * count {
                let sum: f64 = points
                    .iter()
                    .zip(&weights)
                    .map(|(point, weight)| weight * point.powi(degree as i32))
                    .sum();
                assert!(
                    (sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-13,
                    "{count} points, degree {degree}: {sum}"
                );
            }
        }
    }
}
