//! Light curves as structures of arrays.

use crate::{Band, Error, sort_bands};

/// The photometry of one object: four arrays of one length, a point an index, in order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LightCurve {
    /// Times, modified Julian days.
    pub mjd: Vec<f64>,
    /// The band of each point.
    pub band: Vec<Band>,
    /// Fluxes, nJy (AB zero point 31.4); difference fluxes may be negative.
    pub flux: Vec<f64>,
    /// One-sigma errors of the fluxes, nJy, positive.
    pub flux_err: Vec<f64>,
}

/// The points of one band: slices of one length, in order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BandCurve {
    /// Times, modified Julian days.
    pub mjd: Vec<f64>,
    /// Fluxes, nJy.
    pub flux: Vec<f64>,
    /// One-sigma errors of the fluxes, nJy.
    pub flux_err: Vec<f64>,
}

impl LightCurve {
    /// An empty light curve with room for `points`.
    pub fn with_capacity(points: usize) -> Self {
        Self {
            mjd: Vec::with_capacity(points),
            band: Vec::with_capacity(points),
            flux: Vec::with_capacity(points),
            flux_err: Vec::with_capacity(points),
        }
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.mjd.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.mjd.is_empty()
    }

    /// Adds a point without looking at it: for readers, which have checked it with [`LightCurve::check_point`].
    pub fn push(&mut self, mjd: f64, band: Band, flux: f64, flux_err: f64) {
        self.mjd.push(mjd);
        self.band.push(band);
        self.flux.push(flux);
        self.flux_err.push(flux_err);
    }

    /// Whether a point can be used: a finite time and flux, and a finite positive error.
    ///
    /// # Errors
    /// [`Error::Point`] says which of the three is wrong and what was found.
    pub fn check_point(mjd: f64, flux: f64, flux_err: f64) -> Result<(), Error> {
        let wrong = |column, value, rule| Err(Error::Point { column, value, rule });
        if !mjd.is_finite() {
            return wrong("mjd", mjd, "finite");
        }
        if !flux.is_finite() {
            return wrong("flux", flux, "finite");
        }
        if !(flux_err.is_finite() && flux_err > 0.0) {
            return wrong("flux_err", flux_err, "finite and positive");
        }
        Ok(())
    }

    /// Leaves out the points of all other bands.
    pub fn keep_bands(&mut self, bands: &[Band]) {
        let kept: Vec<bool> = self.band.iter().map(|band| bands.contains(band)).collect();
        let mut place = kept.iter();
        let mut keep = || place.next().copied().unwrap_or(false);
        self.band.retain(|_| keep());
        for values in [&mut self.mjd, &mut self.flux, &mut self.flux_err] {
            let mut place = kept.iter();
            values.retain(|_| place.next().copied().unwrap_or(false));
        }
    }

    /// Puts the points in order of time (stable: equal times keep their order).
    pub fn sort_by_time(&mut self) {
        if self.mjd.is_sorted() {
            return;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&a, &b| self.mjd[a].total_cmp(&self.mjd[b]));
        *self = Self {
            mjd: order.iter().map(|&i| self.mjd[i]).collect(),
            band: order.iter().map(|&i| self.band[i]).collect(),
            flux: order.iter().map(|&i| self.flux[i]).collect(),
            flux_err: order.iter().map(|&i| self.flux_err[i]).collect(),
        };
    }

    /// The bands present, in order of wavelength.
    pub fn bands(&self) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::with_capacity(8);
        for band in &self.band {
            if !bands.contains(band) {
                bands.push(*band);
            }
        }
        sort_bands(&mut bands);
        bands
    }

    /// The points of one band, in order of time; empty where the band is absent.
    pub fn in_band(&self, band: Band) -> BandCurve {
        let mut curve = BandCurve::default();
        for i in 0..self.len() {
            if self.band[i] == band {
                curve.mjd.push(self.mjd[i]);
                curve.flux.push(self.flux[i]);
                curve.flux_err.push(self.flux_err[i]);
            }
        }
        curve
    }

    /// The points of each of several bands: [`LightCurve::in_band`] of all of them in one go.
    pub fn in_bands(&self, bands: &[Band]) -> Vec<BandCurve> {
        // Bands alternate from point to point, and a branch on them would be guessed wrong half of the time: so each
        // point is compared with all bands, and those of no band have a place after the last.
        let place = |point: &Band| {
            let places = bands.iter().enumerate();
            places.fold(bands.len(), |found, (place, band)| if band == point { place } else { found })
        };
        let places: Vec<usize> = self.band.iter().map(place).collect();
        let mut counts = vec![0; bands.len() + 1];
        for place in &places {
            counts[*place] += 1;
        }
        let mut curves: Vec<BandCurve> = counts
            .iter()
            .map(|&points| BandCurve {
                mjd: Vec::with_capacity(points),
                flux: Vec::with_capacity(points),
                flux_err: Vec::with_capacity(points),
            })
            .collect();
        for (i, place) in places.into_iter().enumerate() {
            let curve = &mut curves[place];
            curve.mjd.push(self.mjd[i]);
            curve.flux.push(self.flux[i]);
            curve.flux_err.push(self.flux_err[i]);
        }
        curves.truncate(bands.len());
        curves
    }

    /// The points taken before `mjd` (a light curve as it was known on that night).
    pub fn before(&self, mjd: f64) -> Self {
        let mut known = Self::default();
        for i in (0..self.len()).filter(|&i| self.mjd[i] < mjd) {
            known.push(self.mjd[i], self.band[i], self.flux[i], self.flux_err[i]);
        }
        known
    }
}

impl BandCurve {
    /// The number of points.
    pub fn len(&self) -> usize {
        self.mjd.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.mjd.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_bands() -> LightCurve {
        let (g, r) = (Band::new("g").unwrap(), Band::new("r").unwrap());
        let mut curve = LightCurve::default();
        curve.push(3.0, r, 30.0, 1.0);
        curve.push(1.0, g, 10.0, 1.0);
        curve.push(2.0, r, 20.0, 1.0);
        curve.sort_by_time();
        curve
    }

    #[test]
    fn points_come_in_order_of_time_and_by_band() {
        let curve = two_bands();
        assert_eq!(curve.flux, [10.0, 20.0, 30.0]);
        assert_eq!(curve.in_band(Band::new("r").unwrap()).mjd, [2.0, 3.0]);
        assert!(curve.in_band(Band::new("z").unwrap()).is_empty());
        assert_eq!(curve.before(2.0).len(), 1);
        for names in [vec!["r", "g"], vec!["z"], vec!["g", "z"], vec![]] {
            let bands: Vec<Band> = names.iter().map(|name| Band::new(name).unwrap()).collect();
            let alone: Vec<BandCurve> = bands.iter().map(|band| curve.in_band(*band)).collect();
            assert_eq!(curve.in_bands(&bands), alone);
        }
    }

    #[test]
    fn unusable_points_are_named() {
        assert!(LightCurve::check_point(1.0, 2.0, 3.0).is_ok());
        for (point, column) in [
            ((f64::NAN, 1.0, 1.0), "mjd"),
            ((1.0, f64::INFINITY, 1.0), "flux"),
            ((1.0, 1.0, 0.0), "flux_err"),
        ] {
            let error = LightCurve::check_point(point.0, point.1, point.2).unwrap_err().to_string();
            assert!(error.contains(column), "{error}");
        }
    }
}
