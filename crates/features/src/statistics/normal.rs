//! The logarithm of the normal distribution function, fast enough for every point of every light curve.

use std::sync::LazyLock;

/// Beyond this the table ends.
const LIMIT: f64 = 8.5;
/// Cells of the table by unit of x.
const CELLS: f64 = 8.0;
/// Terms of the Taylor series of each cell: at most 1/16 from its centre, the next one is below 1e-14. Eight of them are
/// one cache line.
const TERMS: usize = 8;

/// Taylor series of ln Φ about the centres of cells of width 1/8.
pub(super) struct LnNormalCdf {
    cells: Vec<[f64; TERMS]>,
}

/// The one table, made when first asked for.
pub(super) static LN_NORMAL_CDF: LazyLock<LnNormalCdf> = LazyLock::new(LnNormalCdf::new);

impl LnNormalCdf {
    fn new() -> Self {
        let cells = (2.0 * LIMIT * CELLS) as usize;
        Self { cells: (0..cells).map(|cell| series((cell as f64 + 0.5) / CELLS - LIMIT)).collect() }
    }

    /// ln Φ(x), the logarithm of the share of a normal distribution below x standard deviations, to 1e-13 or to
    /// 1e-14 of itself; −∞ from −∞, NaN of NaN.
    pub(super) fn at(&self, x: f64) -> f64 {
        let place = (x + LIMIT) * CELLS;
        // A NaN becomes cell 0 here, but stays a NaN in the series.
        let cell = place as usize;
        match self.cells.get(cell) {
            Some(c) if place >= 0.0 || x.is_nan() => {
                let d = (place - cell as f64 - 0.5) / CELLS;
                // Estrin's scheme: shorter chains than Horner's.
                let d2 = d * d;
                let low = (c[0] + c[1] * d) + (c[2] + c[3] * d) * d2;
                let high = (c[4] + c[5] * d) + (c[6] + c[7] * d) * d2;
                low + high * (d2 * d2)
            }
            _ => ln_normal_cdf(x),
        }
    }
}

/// The density of the normal distribution.
fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Φ(−x)/φ(x) for x ≥ 2 by Laplace's continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))).
fn mills_ratio(x: f64) -> f64 {
    1.0 / (1..=200).rev().fold(x, |tail, k| x + f64::from(k) / tail)
}

/// Φ(x) for |x| < 2: ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …).
fn central_cdf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..60 {
        term *= x * x / f64::from(2 * k + 1);
        sum += term;
    }
    0.5 + density(x) * sum
}

/// ln Φ(x) by the book: what the table is made of and what serves beyond it.
fn ln_normal_cdf(x: f64) -> f64 {
    if x <= -2.0 {
        -0.5 * x * x - 0.5 * (2.0 * std::f64::consts::PI).ln() + mills_ratio(-x).ln()
    } else if x < 2.0 {
        central_cdf(x).ln()
    } else {
        (-density(x) * mills_ratio(x)).ln_1p()
    }
}

/// The Taylor series of ln Φ about x: that of its derivative φ/Φ is the quotient of two known series.
fn series(x: f64) -> [f64; TERMS] {
    let ln_cdf = ln_normal_cdf(x);
    // Scaled by 1/Φ(x), so that nothing underflows: φ' = −xφ, and Φ' = φ.
    let mut density_terms = [0.0; TERMS];
    density_terms[0] = (-0.5 * x * x - ln_cdf).exp() / (2.0 * std::f64::consts::PI).sqrt();
    for k in 1..TERMS {
        let before = if k > 1 { density_terms[k - 2] } else { 0.0 };
        density_terms[k] = -(x * density_terms[k - 1] + before) / k as f64;
    }
    let mut quotient = [0.0; TERMS];
    let mut terms = [ln_cdf; TERMS];
    for k in 0..TERMS - 1 {
        let cdf_term = |j: usize| density_terms[j - 1] / j as f64;
        quotient[k] = density_terms[k] - (1..=k).map(|j| cdf_term(j) * quotient[k - j]).sum::<f64>();
        terms[k + 1] = quotient[k] / (k + 1) as f64;
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.special.log_ndtr`, scipy 1.17.1.
    const SCIPY: &[(f64, f64)] = &[
        (-30.0, -454.32124395634327),
        (-9.0, -43.62814911333212),
        (-8.4, -38.3408723882352),
        (-5.3, -16.664525302382476),
        (-2.0, -3.7831843336820317),
        (-1.99, -3.759496454489689),
        (-1.0, -1.8410216450092634),
        (-0.3, -0.9621028181688505),
        (0.2, -0.5460043537227742),
        (0.77, -0.24929497119823055),
        (1.5, -0.06914345561223399),
        (2.0, -0.023012909328963476),
        (2.6, -0.004672085236439401),
        (3.3, -0.0004835410295067199),
        (5.0, -2.8665161296376294e-07),
        (6.1, -5.303423264355123e-10),
    ];

    #[test]
    fn values_are_scipys() {
        for (x, expected) in SCIPY {
            for (found, tolerance) in [
                (LN_NORMAL_CDF.at(*x), 1e-13 + 1e-14 * expected.abs()),
                (ln_normal_cdf(*x), 1e-14 * expected.abs()),
            ] {
                assert!((found - expected).abs() <= tolerance, "ln cdf({x}) is {found}, not {expected}");
            }
        }
    }

    #[test]
    fn the_table_follows_the_book_everywhere() {
        for step in -95_000..95_000 {
            let x = f64::from(step) * 1.000_1e-4;
            let (fast, slow) = (LN_NORMAL_CDF.at(x), ln_normal_cdf(x));
            assert!((fast - slow).abs() <= 1e-13 + 1e-14 * slow.abs(), "{x}: {fast} {slow}");
        }
    }

    #[test]
    fn ends_are_ends() {
        assert_eq!(LN_NORMAL_CDF.at(f64::INFINITY), 0.0);
        assert_eq!(LN_NORMAL_CDF.at(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert!(LN_NORMAL_CDF.at(f64::NAN).is_nan());
        assert_eq!(LN_NORMAL_CDF.at(40.0), 0.0);
    }
}
