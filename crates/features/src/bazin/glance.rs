//! A quick look at a shape, to choose among starts.

use super::descent::{Descent, prior_cost};
use super::model::{LARGEST_EXPONENT, Linear, Points, Priors, Shape};
use crate::exponential::exponentials;

impl Descent {
    /// The cost of a shape, less a constant that all shapes of these points and this prior of the baseline share. It leaves nothing
    /// behind for the derivatives and costs half of what [`Descent::project`] does, but as the difference of large numbers it
    /// is no measure of a good fit.
    pub(super) fn glance(&mut self, points: &Points, priors: &Priors, shape: Shape) -> f64 {
        let n = points.len();
        let (inverse_rise, inverse_fall) = ((-shape.ln_rise).exp(), (-shape.ln_fall).exp());
        if shape.t0 * (inverse_fall - inverse_rise) > LARGEST_EXPONENT {
            return f64::INFINITY;
        }
        self.seen = None;
        self.phi.resize(n, 0.0);
        self.share.resize(n, 0.0);
        for ((phi, share), time) in self.phi.iter_mut().zip(&mut self.share).zip(&points.time) {
            let x = time - shape.t0;
            *share = -x.abs() * inverse_rise;
            let before = (x * (inverse_rise - inverse_fall)).min(LARGEST_EXPONENT);
            *phi = if x >= 0.0 { -x * inverse_fall } else { before };
        }
        exponentials(&mut self.share);
        exponentials(&mut self.phi);
        for (phi, share) in self.phi.iter_mut().zip(&self.share) {
            *phi /= 1.0 + share;
        }
        let mut cost = prior_cost(priors, shape);
        for band in &points.bands {
            let mut sums = band.totals.with_baseline(priors.baseline);
            let weights = &points.weight[band.range.clone()];
            let weighted_flux = &points.weighted_flux[band.range.clone()];
            for ((phi, weight), weighted_flux) in
                self.phi[band.range.clone()].iter().zip(weights).zip(weighted_flux)
            {
                sums.wp += weight * phi;
                sums.wpp += weight * phi * phi;
                sums.wpy += weighted_flux * phi;
            }
            let Linear { amplitude, baseline } = sums.solve();
            // As on the grid: the normal equations make χ² linear in the sums.
            cost -= amplitude * sums.wpy + baseline * sums.wy;
        }
        cost
    }
}

#[cfg(test)]
mod tests {
    use hesper_photometry::BandCurve;

    use super::super::Gaussian;
    use super::super::model::bazin;
    use super::*;

    #[test]
    fn the_cost_is_that_of_the_projection_less_a_constant() {
        let curves = [(800.0, 0.0), (300.0, 1.3)].map(|(amplitude, shift)| {
            let mjd: Vec<f64> = (0..25).map(|i| 56_000.0 + shift + 4.0 * f64::from(i)).collect();
            let flux = mjd.iter().map(|t| bazin(*t, amplitude, 5.0, 56_030.0, 4.0, 25.0) + 40.0 * t.sin());
            let flux = flux.collect();
            BandCurve { flux, flux_err: mjd.iter().map(|t| 10.0 + t.cos()).collect(), mjd }
        });
        let mut points = Points::default();
        points.load(curves.iter());
        let prior = |mean, sd| Some(Gaussian { mean, sd });
        let held = Priors {
            t0: prior(28.0, 2.0),
            ln_rise: prior(1.0, 0.5),
            ln_fall: prior(3.0, 0.7),
            baseline: prior(0.0, 3.0),
        };
        let mut descent = Descent::default();
        for priors in [Priors::default(), held] {
            let mut constant = None;
            for (t0, rise, fall) in
                [(30.0, 4.0f64, 25.0f64), (22.0, 1.5, 60.0), (50.0, 12.0, 7.0), (-30.0, 1.0, 9.0)]
            {
                let shape = Shape { t0, ln_rise: rise.ln(), ln_fall: fall.ln() };
                let difference =
                    descent.project(&points, &priors, shape).cost - descent.glance(&points, &priors, shape);
                let constant = *constant.get_or_insert(difference);
                assert!((difference - constant).abs() < 1e-6 * constant.abs(), "{difference} {constant}");
            }
        }
        let cut = Shape { t0: 155.0, ln_rise: 1e6f64.ln(), ln_fall: 0.5f64.ln() };
        assert_eq!(descent.glance(&points, &held, cut), f64::INFINITY);
    }
}
