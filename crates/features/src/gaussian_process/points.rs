//! The points of an object as the process sees them.

use hesper_photometry::LightCurve;

use super::{GaussianProcess, coupling};

/// The points of all bands whose wavelength is known, in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    /// Days from the first point.
    pub(super) day: Vec<f64>,
    /// Fluxes in units of the largest.
    pub(super) flux: Vec<f64>,
    /// Variances in the square of that unit.
    pub(super) variance: Vec<f64>,
    /// Which of the wavelengths each point has.
    pub(super) wave: Vec<usize>,
    /// The wavelengths that occur, Å.
    pub(super) wavelengths: Vec<f64>,
    /// What two of them have in common, row after row.
    pub(super) coupling: Vec<f64>,
    /// The first point's time, MJD.
    pub(super) start: f64,
    /// The largest absolute flux, nJy.
    pub(super) unit: f64,
}

impl Points {
    /// Takes the points; `None` where there are none of known wavelength or their numbers bear no fit.
    pub(super) fn load(curve: &LightCurve) -> Option<Self> {
        let mut points = Self::default();
        let mut order: Vec<usize> =
            (0..curve.len()).filter(|i| curve.band[*i].wavelength().is_some()).collect();
        order.sort_by(|a, b| curve.mjd[*a].total_cmp(&curve.mjd[*b]));
        points.start = curve.mjd[*order.first()?];
        points.unit = order.iter().fold(0.0f64, |largest, i| largest.max(curve.flux[*i].abs()));
        if points.unit == 0.0 {
            points.unit = 1.0;
        }
        for i in order {
            let wavelength = curve.band[i].wavelength()?;
            let known = points.wavelengths.iter().position(|known| *known == wavelength);
            points.wave.push(known.unwrap_or(points.wavelengths.len()));
            if known.is_none() {
                points.wavelengths.push(wavelength);
            }
            points.day.push(curve.mjd[i] - points.start);
            points.flux.push(curve.flux[i] / points.unit);
            points.variance.push((curve.flux_err[i] / points.unit).powi(2));
        }
        // A variance that vanishes or overflows would make the covariances no matrix that can be decomposed.
        let bears = |i: usize| {
            points.day[i].is_finite()
                && points.flux[i].is_finite()
                && points.variance[i] > 1e-14
                && points.variance[i] < 1e14
        };
        if !(0..points.len()).all(bears) {
            return None;
        }
        let mut night = 1.0;
        while points.len() > GaussianProcess::MAX_POINTS {
            points.merge(night);
            night *= 2.0;
        }
        for one in &points.wavelengths {
            points.coupling.extend(points.wavelengths.iter().map(|other| coupling(*one, *other)));
        }
        Some(points)
    }

    pub(super) fn len(&self) -> usize {
        self.day.len()
    }

    /// Makes one point of all points of a band within a night of so many days: their weighted means.
    fn merge(&mut self, night: f64) {
        let whole = std::mem::take(self);
        *self =
            Self { wavelengths: whole.wavelengths, start: whole.start, unit: whole.unit, ..Self::default() };
        // For each band: the night that its last point here is of, and the point.
        let mut last: Vec<Option<(f64, usize)>> = vec![None; self.wavelengths.len()];
        for i in 0..whole.day.len() {
            let this = (whole.day[i] / night).floor();
            let wave = whole.wave[i];
            match last[wave] {
                Some((that, into)) if that == this => {
                    let share = self.variance[into] / (self.variance[into] + whole.variance[i]);
                    self.day[into] += share * (whole.day[i] - self.day[into]);
                    self.flux[into] += share * (whole.flux[i] - self.flux[into]);
                    self.variance[into] *= 1.0 - share;
                }
                _ => {
                    last[wave] = Some((this, self.day.len()));
                    self.day.push(whole.day[i]);
                    self.flux.push(whole.flux[i]);
                    self.variance.push(whole.variance[i]);
                    self.wave.push(wave);
                }
            }
        }
        let mut order: Vec<usize> = (0..self.day.len()).collect();
        order.sort_by(|a, b| self.day[*a].total_cmp(&self.day[*b]));
        let sorted = |values: &[f64]| order.iter().map(|i| values[*i]).collect();
        (self.day, self.flux, self.variance, self.wave) = (
            sorted(&self.day),
            sorted(&self.flux),
            sorted(&self.variance),
            order.iter().map(|i| self.wave[*i]).collect(),
        );
    }
}

#[cfg(test)]
mod tests {
    use hesper_photometry::Band;

    use super::*;

    #[test]
    fn points_of_one_night_become_their_weighted_mean() {
        let (g, r) = (Band::new("g").unwrap(), Band::new("r").unwrap());
        let mut curve = LightCurve::default();
        for night in 0..300 {
            let mjd = 56_000.0 + f64::from(night);
            curve.push(mjd, g, 1.0, 1.0);
            curve.push(mjd + 0.1, r, 5.0, 1.0);
            curve.push(mjd + 0.2, g, 4.0, 0.5);
        }
        let points = Points::load(&curve).unwrap();
        // 900 points: after one night each 600, after two 300.
        assert_eq!(points.len(), 300);
        let mut once = Points { unit: 1.0, wavelengths: vec![1.0, 2.0], ..Points::default() };
        once.day = vec![0.0, 0.1, 0.2];
        once.flux = vec![1.0, 5.0, 4.0];
        once.variance = vec![1.0, 1.0, 0.25];
        once.wave = vec![0, 1, 0];
        once.merge(1.0);
        // (1/1 + 4/0.25)/(1/1 + 1/0.25) = 3.4 at the time 0.16, with the variance 1/5; the other band's point comes first.
        assert_eq!(once.wave, [1, 0]);
        for (ours, theirs) in [(once.day[1], 0.16), (once.flux[1], 3.4), (once.variance[1], 0.2)] {
            assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
        }
    }

    #[test]
    fn unknown_bands_are_not_seen() {
        let mut curve = LightCurve::default();
        curve.push(1.0, Band::new("W1").unwrap(), 1.0, 1.0);
        assert!(Points::load(&curve).is_none());
        curve.push(2.0, Band::new("i").unwrap(), 3.0, 1.0);
        let points = Points::load(&curve).unwrap();
        assert_eq!((points.len(), points.start, points.unit), (1, 2.0, 3.0));
    }
}
