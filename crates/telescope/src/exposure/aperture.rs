//! What a slit or a fibre lets through.

/// The part of a Gaussian star's light, of full width at half maximum `fwhm`, that falls within a slit of `width` centred
/// on it: erf(√(ln 2) width / fwhm).
pub fn in_slit(width: f64, fwhm: f64) -> f64 {
    erf(std::f64::consts::LN_2.sqrt() * width / fwhm)
}

/// The part of a Gaussian star's light, of full width at half maximum `fwhm`, that falls into a fibre of `diameter` centred
/// on it: 1 − 2^(−(diameter/fwhm)²).
pub fn in_fibre(diameter: f64, fwhm: f64) -> f64 {
    -(-std::f64::consts::LN_2 * (diameter / fwhm).powi(2)).exp_m1()
}

/// The error function of a number that is not negative, within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26), and near 0 by its
/// series, because a narrow slit needs relative accuracy.
fn erf(x: f64) -> f64 {
    if x < 0.1 {
        let square = x * x;
        return std::f64::consts::FRAC_2_SQRT_PI
            * x
            * (1.0 - square / 3.0 * (1.0 - square * 0.3 * (1.0 - square * 5.0 / 21.0)));
    }
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial =
        0.254_829_592 + (-0.284_496_736 + (1.421_413_741 + (-1.453_152_027 + 1.061_405_429 * t) * t) * t) * t;
    1.0 - polynomial * t * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3: `math.erf(x)`.
    const GOLDEN: [(f64, f64); 12] = [
        (1e-06, 1.1283791670951364e-06),
        (0.01, 0.011283415555849616),
        (0.0999, 0.11235119974081934),
        (0.1001, 0.11257463006144725),
        (0.3, 0.3286267594591274),
        (0.5, 0.5204998778130465),
        (0.83, 0.759523756937773),
        (1.0, 0.8427007929497149),
        (1.5, 0.9661051464753108),
        (2.0, 0.9953222650189527),
        (3.0, 0.9999779095030014),
        (6.0, 1.0),
    ];

    #[test]
    fn the_error_function_is_pythons() {
        for (x, expected) in GOLDEN {
            assert!((erf(x) - expected).abs() < 1.5e-7, "{x}: {}", erf(x));
            assert!((erf(x) - expected).abs() < 1e-6 * expected, "{x}: {}", erf(x));
        }
    }

    /// Half of the light of a Gaussian is within a circle of its full width at half maximum; sums over a fine grid.
    #[test]
    fn losses_are_those_of_a_summed_gaussian() {
        assert!((in_fibre(1.0, 1.0) - 0.5).abs() < 1e-12);
        let (fwhm, step) = (0.9, 0.01);
        let sigma = fwhm / (8.0 * std::f64::consts::LN_2).sqrt();
        let (mut slit, mut fibre, mut all) = (0.0, 0.0, 0.0);
        for i in 0..800 {
            for j in 0..800 {
                let (x, y) = ((f64::from(i) - 399.5) * step, (f64::from(j) - 399.5) * step);
                let light = (-(x * x + y * y) / (2.0 * sigma * sigma)).exp();
                all += light;
                slit += if x.abs() < 0.5 { light } else { 0.0 };
                fibre += if x.hypot(y) < 0.7 { light } else { 0.0 };
            }
        }
        assert!((slit / all - in_slit(1.0, fwhm)).abs() < 1e-4, "{}", slit / all);
        assert!((fibre / all - in_fibre(1.4, fwhm)).abs() < 1e-3, "{}", fibre / all);
    }
}
