//! The extinction law of Cardelli, Clayton & Mathis (1989, doi:10.1086/167900).

/// Extinction A(λ) over E(B−V) at `wavelength` (Å, as the dust sees it) for dust of ratio `r_v` = A(V)/E(B−V).
///
/// Equations 2 to 5 of the paper, from 0.3 to 8 inverse micrometres; outside, the value at the nearer end.
pub fn extinction(wavelength: f64, r_v: f64) -> f64 {
    let x = (1e4 / wavelength).clamp(0.3, 8.0);
    let (a, b) = if x < 1.1 {
        let power = x.powf(1.61);
        (0.574 * power, -0.527 * power)
    } else if x < 3.3 {
        optical(x - 1.82)
    } else {
        ultraviolet(x)
    };
    a * r_v + b
}

fn polynomial(y: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * y + c)
}

fn optical(y: f64) -> (f64, f64) {
    (
        polynomial(y, &[1.0, 0.176_99, -0.504_47, -0.024_27, 0.720_85, 0.019_79, -0.775_30, 0.329_99]),
        polynomial(y, &[0.0, 1.413_38, 2.283_05, 1.072_33, -5.384_34, -0.622_51, 5.302_60, -2.090_02]),
    )
}

fn ultraviolet(x: f64) -> (f64, f64) {
    let far = (x - 5.9).max(0.0);
    let a = 1.752
        - 0.316 * x
        - 0.104 / ((x - 4.67).powi(2) + 0.341)
        - 0.044_73 * far.powi(2)
        - 0.009_779 * far.powi(3);
    let b = -3.090
        + 1.825 * x
        + 1.206 / ((x - 4.62).powi(2) + 0.263)
        + 0.213_0 * far.powi(2)
        + 0.120_7 * far.powi(3);
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// dust_extinction 1.7: `CCM89(Rv=r_v)(wavelength * u.AA) * r_v`.
    const GOLDEN: [(f64, f64, f64); 12] = [
        (12000.0, 2.1, 0.505_829_359_407_899),
        (9130.0, 2.1, 0.785_466_898_302_086_6),
        (6370.0, 2.1, 1.700_463_697_178_384_6),
        (4400.0, 2.1, 3.106_267_294_791_324_6),
        (2900.0, 2.1, 5.212_110_276_829_668),
        (2200.0, 2.1, 9.746_354_441_528_146),
        (9130.0, 3.1, 1.450_057_110_014_052_7),
        (7770.0, 3.1, 1.957_016_100_349_820_8),
        (5500.0, 3.1, 3.096_435_009_651_882_5),
        (3400.0, 3.1, 5.020_275_687_481_376_5),
        (2200.0, 3.1, 9.770_275_167_639_27),
        (1500.0, 3.1, 8.258_025_565_612_522),
    ];

    #[test]
    fn the_law_is_dust_extinctions() {
        for (wavelength, r_v, value) in GOLDEN {
            assert!((extinction(wavelength, r_v) - value).abs() < 1e-9, "{wavelength} {r_v}");
        }
    }

    #[test]
    fn beyond_its_ends_the_law_stands_still() {
        assert_eq!(extinction(1000.0, 3.1), extinction(1250.0, 3.1));
        assert_eq!(extinction(1e6, 3.1), extinction(1e5, 3.1));
    }
}
