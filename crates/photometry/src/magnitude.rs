//! Fluxes and magnitudes: nJy, AB.
//!
//! A flux F with AB zero point z has the magnitude z − 2.5·log₁₀ F. Errors go over to first order:
//! σ_F = F·(ln 10/2.5)·σ_m, so a magnitude and its error come back as they were, whatever the error. A Vega magnitude is
//! an AB magnitude less an offset of its band: m_AB = m_Vega + offset. What the offset is, only the survey knows: see
//! [`crate::ReadOptions::vega_offsets`].

/// The AB magnitude of one nanojansky.
pub const NJY_ZERO_POINT: f64 = 31.4;

/// The zero point of SNANA's `FLUXCAL`.
pub const FLUXCAL_ZERO_POINT: f64 = 27.5;

/// How many standard deviations an upper limit is above zero, where a file does not say: the usual 5, as ZTF's
/// `diffmaglim` has it (Masci et al. 2019, PASP 131, 018003).
pub const LIMIT_SIGMAS: f64 = 5.0;

/// ln 10/2.5: the relative error of a flux for each magnitude of error.
const FLUX_PER_MAGNITUDE: f64 = std::f64::consts::LN_10 / 2.5;

/// How many nJy make one `FLUXCAL` unit: 10^(0.4·(31.4 − 27.5)) ≈ 36.31.
pub fn fluxcal_to_njy() -> f64 {
    flux_scale(FLUXCAL_ZERO_POINT)
}

/// How many nJy make one unit of a flux with AB zero point `zero_point`.
pub fn flux_scale(zero_point: f64) -> f64 {
    10f64.powf(0.4 * (NJY_ZERO_POINT - zero_point))
}

/// AB magnitude of a flux in nJy; `None` where the flux is not positive.
pub fn magnitude(flux: f64) -> Option<f64> {
    (flux > 0.0).then(|| NJY_ZERO_POINT - 2.5 * flux.log10())
}

/// Flux in nJy of an AB magnitude.
pub fn flux_of_magnitude(magnitude: f64) -> f64 {
    10f64.powf(0.4 * (NJY_ZERO_POINT - magnitude))
}

/// Flux and its error in nJy of an AB magnitude and its error.
pub fn measured_flux(magnitude: f64, error: f64) -> (f64, f64) {
    let flux = flux_of_magnitude(magnitude);
    (flux, flux * FLUX_PER_MAGNITUDE * error)
}

/// AB magnitude and its error of a flux and its error in nJy; `None` where the flux is not positive.
pub fn measured_magnitude(flux: f64, error: f64) -> Option<(f64, f64)> {
    magnitude(flux).map(|magnitude| (magnitude, error / flux / FLUX_PER_MAGNITUDE))
}

/// Flux and its error in nJy of an upper limit, an AB magnitude at which a source would have stood `sigmas` standard
/// deviations above the noise: nothing was seen, so the flux is 0, and its error the limit's flux over `sigmas`.
pub fn limiting_flux(limit: f64, sigmas: f64) -> (f64, f64) {
    (0.0, flux_of_magnitude(limit) / sigmas)
}

/// The AB magnitude that stands `sigmas` standard deviations above a noise of `error` nJy: the inverse of
/// [`limiting_flux`]; `None` where the error is not positive.
pub fn limiting_magnitude(error: f64, sigmas: f64) -> Option<f64> {
    magnitude(sigmas * error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_zero_points_agree() {
        assert!((fluxcal_to_njy() - 36.307_805).abs() < 1e-5);
        assert!((magnitude(fluxcal_to_njy()).unwrap() - 27.5).abs() < 1e-12);
        assert!((magnitude(flux_of_magnitude(21.3)).unwrap() - 21.3).abs() < 1e-12);
        assert!((flux_of_magnitude(23.9) - 1000.0).abs() < 1e-9);
        assert_eq!(magnitude(-1.0), None);
        assert_eq!(measured_magnitude(0.0, 1.0), None);
        assert_eq!(limiting_magnitude(0.0, 5.0), None);
    }

    #[test]
    fn errors_are_the_derivative_of_the_flux() {
        let (flux, error) = measured_flux(20.0, 0.01);
        let slope = (flux_of_magnitude(20.0 - 1e-5) - flux_of_magnitude(20.0 + 1e-5)) / 2e-5;
        assert!((error / (0.01 * slope) - 1.0).abs() < 1e-8, "{error} {flux}");
        // A magnitude error of 1.0857 is a relative error of 1.
        let (flux, error) = measured_flux(20.0, 2.5 / std::f64::consts::LN_10);
        assert!((error / flux - 1.0).abs() < 1e-12);
        // 5 sigma at 20.5 mag: the noise is a fifth of that flux.
        let (flux, error) = limiting_flux(20.5, LIMIT_SIGMAS);
        assert_eq!(flux, 0.0);
        assert!((5.0 * error / flux_of_magnitude(20.5) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn magnitudes_come_back(mag in 5.0..35.0_f64, error in 1e-4..2.0_f64) {
            let (flux, flux_err) = measured_flux(mag, error);
            let (back, back_err) = measured_magnitude(flux, flux_err).unwrap();
            prop_assert!((back - mag).abs() < 1e-11, "{back} for {mag}");
            prop_assert!((back_err / error - 1.0).abs() < 1e-11, "{back_err} for {error}");
        }

        #[test]
        fn fluxes_come_back(flux in 1e-3..1e12_f64, relative in 1e-4..10.0_f64) {
            let (mag, mag_err) = measured_magnitude(flux, relative * flux).unwrap();
            let (back, back_err) = measured_flux(mag, mag_err);
            prop_assert!((back / flux - 1.0).abs() < 1e-11);
            prop_assert!((back_err / (relative * flux) - 1.0).abs() < 1e-11);
        }

        #[test]
        fn limits_come_back(limit in 10.0..32.0_f64, sigmas in 1.0..10.0_f64) {
            let (flux, error) = limiting_flux(limit, sigmas);
            prop_assert_eq!(flux, 0.0);
            prop_assert!((limiting_magnitude(error, sigmas).unwrap() - limit).abs() < 1e-11);
        }

        /// A zero point larger by 2.5 makes each unit ten times fainter.
        #[test]
        fn zero_points_scale(zero_point in 0.0..40.0_f64, flux in 1.0..1e6_f64) {
            let magnitude_there = zero_point - 2.5 * flux.log10();
            prop_assert!((magnitude(flux * flux_scale(zero_point)).unwrap() - magnitude_there).abs() < 1e-10);
            prop_assert!((flux_scale(zero_point) / flux_scale(zero_point + 2.5) - 10.0).abs() < 1e-10);
        }
    }
}
