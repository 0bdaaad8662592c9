//! How bright the sky is where the Moon shines into it.

/// The way through the scattering air in units of that to the zenith: (1 − 0.96 sin²z)^(−½) (Krisciunas & Schaefer 1991,
/// PASP 103, 1033, equation 3), from sin² of the zenith distance.
pub fn airmass_of_scatter(sine_squared: f64) -> f64 {
    (1.0 - 0.96 * sine_squared).sqrt().recip()
}

/// How much brighter the moonless sky is at the scattering airmass `x` than at the zenith: x 10^(−0.4 k (x−1)) (Krisciunas &
/// Schaefer 1991, equation 2): airglow comes from a shell seen aslant, through more air. `extinction` k is in magnitudes
/// an airmass.
pub fn dark_sky_factor(x: f64, extinction: f64) -> f64 {
    x * magnitudes(extinction * (x - 1.0))
}

/// The brightness that the Moon adds to the sky in V, nanolamberts (Krisciunas & Schaefer 1991, equations 15 to 21; their
/// scatter about 20 %):
///
/// ```text
/// B = f(ρ) I 10^(−0.4 k X(z_moon)) [1 − 10^(−0.4 k X(z))]
/// I = 10^(−0.4 (3.84 + 0.026 α + 4e−9 α⁴))
/// f(ρ) = 10^5.36 (1.06 + cos²ρ) + { 10^(6.15 − ρ/40)  from 10° on; 6.2e7 ρ⁻² nearer }
/// ```
///
/// with α the Moon's phase angle, ρ its distance from the target, both in degrees, X [`airmass_of_scatter`], here from the
/// Moon's altitude in degrees and as the target's `x`, and k `extinction`, magnitudes an airmass. 0 where the Moon is below
/// the horizon. Nearer than 0.25° to the Moon's centre the brightness is that at 0.25°, the edge of the disc.
pub fn moonlight(phase_angle: f64, altitude: f64, separation: f64, x: f64, extinction: f64) -> f64 {
    if altitude <= 0.0 {
        return 0.0;
    }
    let phase = phase_angle.abs();
    let light = magnitudes(3.84 + 0.026 * phase + 4e-9 * phase.powi(4));
    let separation = if separation < 0.25 { 0.25 } else { separation };
    let rayleigh = 229_086.765 * (1.06 + separation.to_radians().cos().powi(2));
    let mie = if separation < 10.0 {
        6.2e7 / separation.powi(2)
    } else {
        1_412_537.545 * (-separation / 40.0 * std::f64::consts::LN_10).exp()
    };
    let moon_x = airmass_of_scatter(altitude.to_radians().cos().powi(2));
    (rayleigh + mie) * light * magnitudes(extinction * moon_x) * (1.0 - magnitudes(extinction * x))
}

/// Nanolamberts of a surface of so many V magnitudes per square arcsecond (Krisciunas & Schaefer 1991, equation 1).
pub(crate) fn nanolamberts(magnitude: f64) -> f64 {
    34.08 * (20.7233 - 0.921_04 * magnitude).exp()
}

/// The ratio of two fluxes that differ by so many magnitudes: 10^(−0.4 m).
pub(crate) fn magnitudes(difference: f64) -> f64 {
    (-0.4 * std::f64::consts::LN_10 * difference).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3 with math only, the formulas written anew from the paper:
    /// `f = 10**5.36*(1.06+cos(radians(rho))**2) + (10**(6.15-rho/40) if rho >= 10 else 6.2e7/rho**2)`,
    /// `X = lambda z: (1-0.96*sin(radians(z))**2)**-0.5`, `f*10**(-0.4*(3.84+0.026*a+4e-9*a**4))*10**(-0.4*k*X(90-h))
    /// *(1-10**(-0.4*k*X(z)))`; columns: phase angle a, altitude h, separation rho, zenith distance z, extinction k, result.
    const GOLDEN: [[f64; 6]; 6] = [
        [0.0, 60.0, 60.0, 30.0, 0.172, 1390.427037868702],
        [30.0, 45.0, 90.0, 10.0, 0.172, 422.98173942431595],
        [90.0, 20.0, 40.0, 50.0, 0.12, 159.3563191755768],
        [150.0, 5.0, 120.0, 0.0, 0.3, 2.536778976642815],
        [10.0, 80.0, 5.0, 12.0, 0.2, 9614.828478832553],
        [60.0, 30.0, 10.0, 55.0, 0.15, 1322.6378361287932],
    ];

    #[test]
    fn moonlight_is_that_of_the_formula() {
        for [phase, altitude, separation, zenith, extinction, expected] in GOLDEN {
            let x = airmass_of_scatter(zenith.to_radians().sin().powi(2));
            let light = moonlight(phase, altitude, separation, x, extinction);
            assert!((light / expected - 1.0).abs() < 1e-8, "{light} {expected}");
        }
    }

    #[test]
    fn the_sky_is_as_bright_as_the_paper_says() {
        // The paper's dark sky over Mauna Kea: 21.587 magnitudes, 79.0 nanolamberts.
        assert!((nanolamberts(21.587) - 79.0).abs() < 0.1, "{}", nanolamberts(21.587));
    }

    #[test]
    fn more_moon_is_more_light() {
        let light = |phase, altitude, separation| moonlight(phase, altitude, separation, 1.2, 0.172);
        assert!(light(0.0, 60.0, 60.0) > light(30.0, 60.0, 60.0));
        assert!(light(90.0, 60.0, 60.0) < 0.2 * light(0.0, 60.0, 60.0));
        assert!(light(30.0, 60.0, 20.0) > light(30.0, 60.0, 60.0));
        assert!(light(30.0, 10.0, 60.0) < light(30.0, 60.0, 60.0));
        assert_eq!(light(0.0, -0.1, 60.0), 0.0);
        assert!(light(0.0, 60.0, 0.0).is_finite() && light(0.0, 0.001, 180.0).is_finite());
    }
}
