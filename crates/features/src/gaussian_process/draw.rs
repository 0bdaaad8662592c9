//! Whole light curves out of the process: its mean at many places at once, and curves drawn from it.

use super::GaussianProcess;

/// Added to the variances, in units of the squared amplitude, so that places next to each other can be told apart.
const JITTER: f64 = 1e-8;

impl GaussianProcess {
    /// The posterior mean of the flux at places (MJD, wavelength in Å), nJy. Any wavelength will do, and far from those of
    /// the points the mean falls to 0 as exp(−Δλ²/(2·(6000 Å)²)).
    pub fn means(&self, places: &[(f64, f64)]) -> Vec<f64> {
        let (points, posterior) = (&self.points, &self.posterior);
        let mean = |&(mjd, wavelength): &(f64, f64)| {
            posterior.mean(&posterior.shared(points, mjd - points.start, wavelength)) * points.unit
        };
        places.iter().map(mean).collect()
    }

    /// A curve of the posterior at places (MJD, wavelength in Å), nJy: its mean and L·`deviates`, where L·Lᵀ is the
    /// covariance of the places. With deviates of the standard normal distribution the curve is drawn from the posterior.
    /// Places without a deviate have the deviate 0; where the covariance cannot be decomposed, the curve is the mean.
    ///
    /// Errors of measurement are not part of it.
    pub fn curve(&self, places: &[(f64, f64)], deviates: &[f64]) -> Vec<f64> {
        let (points, posterior) = (&self.points, &self.posterior);
        let days: Vec<(f64, f64)> = places.iter().map(|(mjd, wave)| (mjd - points.start, *wave)).collect();
        let mut curve = self.means(places);
        let Some(triangle) = posterior.joint(points, &days, JITTER) else { return curve };
        let scale = posterior.amplitude() * points.unit;
        let mut row = triangle.as_slice();
        for (i, flux) in curve.iter_mut().enumerate() {
            let (own, rest) = row.split_at(i + 1);
            *flux += scale * own.iter().zip(deviates).map(|(l, deviate)| l * deviate).sum::<f64>();
            row = rest;
        }
        curve
    }

    /// When the mean at a wavelength (Å) is largest between the first and the last point, MJD.
    pub fn peak_mjd(&self, wavelength: f64) -> f64 {
        let wave = self.posterior.wave(&self.points, wavelength);
        self.points.start + super::peak::peak(&wave, &self.points).day
    }
}

#[cfg(test)]
mod tests {
    use hesper_photometry::{Band, LightCurve};

    use super::*;

    fn process() -> GaussianProcess {
        let mut curve = LightCurve::default();
        for (i, band) in ["g", "r", "i", "z"].into_iter().cycle().take(40).enumerate() {
            let day = 2.0 * i as f64;
            let flux = 3_000.0 * (-0.5 * ((day - 30.0) / 12.0).powi(2)).exp();
            curve.push(56_000.0 + day, Band::new(band).unwrap(), flux, 60.0);
        }
        GaussianProcess::fit(&curve).unwrap()
    }

    #[test]
    fn the_mean_is_the_same_by_either_way() {
        let process = process();
        for (mjd, name) in [(56_010.0, "g"), (56_033.3, "r"), (55_980.0, "i"), (56_200.0, "z")] {
            let band = Band::new(name).unwrap();
            let direct = process.means(&[(mjd, band.wavelength().unwrap())])[0];
            let swift = process.flux(mjd, band).unwrap();
            assert!((direct - swift).abs() < 1e-8 * swift.abs().max(1.0), "{direct} {swift}");
        }
    }

    #[test]
    fn curves_scatter_as_the_posterior_says() {
        let process = process();
        let places: Vec<(f64, f64)> = [(56_020.0, 4_802.0), (56_020.5, 6_231.0), (56_120.0, 6_231.0)].into();
        let mean = process.means(&places);
        assert_eq!(process.curve(&places, &[0.0; 3]), mean);
        // The rows of L: what unit deviates add. Their squares add up to the variances.
        let each: Vec<Vec<f64>> = (0..3)
            .map(|k| {
                let mut deviates = [0.0; 3];
                deviates[k] = 1.0;
                process.curve(&places, &deviates)
            })
            .collect();
        for (i, name) in ["g", "r", "r"].into_iter().enumerate() {
            let variance: f64 = each.iter().map(|curve| (curve[i] - mean[i]).powi(2)).sum();
            let known = process.flux_err(places[i].0, Band::new(name).unwrap()).unwrap();
            assert!((variance.sqrt() / known - 1.0).abs() < 1e-4, "{} {known}", variance.sqrt());
        }
        assert!((0..2).all(|i| (each[2][i] - mean[i]).abs() < 1e-9), "L is a lower triangle");
        // The same place twice is no trouble.
        let twice = process.curve(&[places[0], places[0]], &[1.0, -1.0]);
        assert!((twice[0] - twice[1]).abs() < 1e-2 * twice[0].abs());
    }

    #[test]
    fn the_peak_is_where_it_was_put() {
        assert!((process().peak_mjd(6_231.0) - 56_030.0).abs() < 2.0);
    }
}
