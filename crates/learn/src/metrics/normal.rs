//! The normal distribution.

/// The quantile of `probability`, between 0 and 1, of the standard normal distribution, to about 1e-15 (Wichura 1988,
/// algorithm AS 241, doi:10.2307/2347330).
pub(super) fn quantile(probability: f64) -> f64 {
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * ratio(r, &MIDDLE.0, &MIDDLE.1);
    }
    let tail = if centred < 0.0 { probability } else { 1.0 - probability };
    let r = (-tail.ln()).sqrt();
    let size = if r <= 5.0 { ratio(r - 1.6, &NEAR.0, &NEAR.1) } else { ratio(r - 5.0, &FAR.0, &FAR.1) };
    size.copysign(centred)
}

fn ratio(r: f64, above: &[f64; 8], below: &[f64; 8]) -> f64 {
    let polynomial = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * r + term);
    polynomial(above) / polynomial(below)
}

/// Coefficients of a numerator and a denominator, the constant terms first.
type Ratio = ([f64; 8], [f64; 8]);

const MIDDLE: Ratio = (
    [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ],
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ],
);

const NEAR: Ratio = (
    [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ],
    [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ],
);

const FAR: Ratio = (
    [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ],
    [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_scipy() {
        for (probability, expected) in GOLDEN {
            let found = quantile(probability);
            assert!(
                (found - expected).abs() < 1e-14 * expected.abs().max(1.0),
                "{probability}: {found} {expected}"
            );
        }
    }

    // scipy 1.17.1:
    // python3 -c "from scipy.stats import norm; [print(p, repr(norm.ppf(p))) for p in (1e-300, 1e-12, .001, .025, .07, .08, .3, .5, .77, .9, .975, .995, .9999)]"
    const GOLDEN: [(f64, f64); 13] = [
        (1e-300, -37.0470962993612),
        (1e-12, -7.034483825301131),
        (0.001, -3.090232306167813),
        (0.025, -1.9599639845400545),
        (0.07, -1.4757910281791706),
        (0.08, -1.4050715603096329),
        (0.3, -0.5244005127080409),
        (0.5, 0.0),
        (0.77, 0.7388468491852137),
        (0.9, 1.2815515655446004),
        (0.975, 1.959963984540054),
        (0.995, 2.5758293035489004),
        (0.9999, 3.719016485455709),
    ];
}
