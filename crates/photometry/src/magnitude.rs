//! Fluxes and magnitudes: nJy, AB.

/// The AB magnitude of one nanojansky.
pub const NJY_ZERO_POINT: f64 = 31.4;

/// The zero point of SNANA's `FLUXCAL`.
pub const FLUXCAL_ZERO_POINT: f64 = 27.5;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zero_points_agree() {
        assert!((fluxcal_to_njy() - 36.307_805).abs() < 1e-5);
        assert!((magnitude(fluxcal_to_njy()).unwrap() - 27.5).abs() < 1e-12);
        assert!((magnitude(flux_of_magnitude(21.3)).unwrap() - 21.3).abs() < 1e-12);
        assert!((flux_of_magnitude(23.9) - 1000.0).abs() < 1e-9);
        assert_eq!(magnitude(-1.0), None);
    }
}
