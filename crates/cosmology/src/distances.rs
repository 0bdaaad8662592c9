//! Measured distances: redshifts, moduli, and how uncertain these are.

use crate::Error;

/// The covariance of the moduli, magnitudes².
#[derive(Debug, Clone, PartialEq)]
pub enum Covariance {
    /// Independent errors: the variances.
    Diagonal(Vec<f64>),
    /// The full symmetric matrix, row after row.
    Full(Vec<f64>),
}

/// Measured distances of objects. Moduli may have any common offset, such as apparent magnitudes have.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    z: Vec<f64>,
    z_hel: Vec<f64>,
    modulus: Vec<f64>,
    covariance: Covariance,
    probability: Option<Vec<f64>>,
    ia: Option<Vec<bool>>,
}

impl Distances {
    /// Distances with independent errors, magnitudes. `z` are redshifts in the frame of the microwave background.
    ///
    /// # Errors
    /// [`Error::Data`] where the lengths differ, a redshift is not above 0, a modulus is not finite, an error is not
    /// above 0.
    pub fn new(z: Vec<f64>, modulus: Vec<f64>, error: Vec<f64>) -> Result<Self, Error> {
        check_values("the error of the modulus", &error, "a finite number above 0", |error| error > 0.0)?;
        Self::with_covariance(z, modulus, Covariance::Diagonal(error.iter().map(|e| e * e).collect()))
    }

    /// Distances with any covariance.
    ///
    /// # Errors
    /// [`Error::Data`] where lengths differ, a redshift is not above 0, a modulus is not finite, a variance is negative, or a
    /// matrix is not symmetric to 1e-6 of its diagonal. Whether it is positive definite shows in [`crate::Gaussian::new`].
    pub fn with_covariance(z: Vec<f64>, modulus: Vec<f64>, covariance: Covariance) -> Result<Self, Error> {
        check_values("the redshift", &z, "a finite number above 0", |z| z > 0.0)?;
        check_values("the modulus", &modulus, "finite", |_| true)?;
        let n = z.len();
        let (entries, wanted) = match &covariance {
            Covariance::Diagonal(variances) => (variances.len(), n),
            Covariance::Full(matrix) => (matrix.len(), n * n),
        };
        if modulus.len() != n || entries != wanted {
            return Err(Error::Data(format!(
                "{n} redshifts, but {} moduli and a covariance of {entries} entries, not {wanted}: each object needs all",
                modulus.len(),
            )));
        }
        match &covariance {
            Covariance::Diagonal(variances) => {
                check_values("the variance of the modulus", variances, "0 or above", |variance| {
                    variance >= 0.0
                })?;
            }
            Covariance::Full(matrix) => check_symmetric(matrix, n)?,
        }
        Ok(Self { z_hel: z.clone(), z, modulus, covariance, probability: None, ia: None })
    }

    /// Sets the heliocentric redshifts, which stretch the luminosity distance: (1 + z_hel) D(z).
    ///
    /// # Errors
    /// [`Error::Data`] for another number of objects or a redshift not above −1.
    pub fn with_heliocentric(mut self, z_hel: Vec<f64>) -> Result<Self, Error> {
        self.check_length("heliocentric redshifts", z_hel.len())?;
        check_values("the heliocentric redshift", &z_hel, "a finite number above -1", |z| z > -1.0)?;
        self.z_hel = z_hel;
        Ok(self)
    }

    /// Sets for each object the probability of being a Ia.
    ///
    /// # Errors
    /// [`Error::Data`] for another number of objects or a probability outside 0 to 1.
    pub fn with_probability(mut self, probability: Vec<f64>) -> Result<Self, Error> {
        self.check_length("probabilities", probability.len())?;
        check_values("the probability of a Ia", &probability, "0 to 1", |p| (0.0..=1.0).contains(&p))?;
        self.probability = Some(probability);
        Ok(self)
    }

    /// Sets which objects are truly Ia.
    ///
    /// # Errors
    /// [`Error::Data`] for another number of objects.
    pub fn with_truth(mut self, ia: Vec<bool>) -> Result<Self, Error> {
        self.check_length("true classes", ia.len())?;
        self.ia = Some(ia);
        Ok(self)
    }

    /// The same distances with `scatter` magnitudes of independent scatter added in quadrature to each error.
    ///
    /// # Errors
    /// [`Error::Parameter`] where `scatter` is negative or not finite.
    pub fn with_scatter(mut self, scatter: f64) -> Result<Self, Error> {
        crate::error::check(scatter >= 0.0 && scatter.is_finite(), "scatter", scatter, "0 or above, finite")?;
        let n = self.len();
        match &mut self.covariance {
            Covariance::Diagonal(variances) => variances.iter_mut().for_each(|v| *v += scatter * scatter),
            Covariance::Full(matrix) => (0..n).for_each(|row| matrix[row * (n + 1)] += scatter * scatter),
        }
        Ok(self)
    }

    /// The objects of these rows, in this order.
    ///
    /// # Errors
    /// [`Error::Data`] for a row that there is not.
    pub fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        let n = self.len();
        if let Some(row) = rows.iter().find(|row| **row >= n) {
            return Err(Error::Data(format!("there is no object {row} among {n}: rows count from 0")));
        }
        fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|row| values[*row]).collect()
        }
        let covariance = match &self.covariance {
            Covariance::Diagonal(variances) => Covariance::Diagonal(pick(variances, rows)),
            Covariance::Full(matrix) => Covariance::Full(
                rows.iter().flat_map(|row| pick(&matrix[row * n..(row + 1) * n], rows)).collect(),
            ),
        };
        Ok(Self {
            z: pick(&self.z, rows),
            z_hel: pick(&self.z_hel, rows),
            modulus: pick(&self.modulus, rows),
            covariance,
            probability: self.probability.as_deref().map(|values| pick(values, rows)),
            ia: self.ia.as_deref().map(|values| pick(values, rows)),
        })
    }

    fn check_length(&self, what: &str, length: usize) -> Result<(), Error> {
        if length == self.len() {
            return Ok(());
        }
        Err(Error::Data(format!("{length} {what} for {} objects: give one for each", self.len())))
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.z.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.z.is_empty()
    }

    /// Redshifts in the frame of the microwave background.
    pub fn z(&self) -> &[f64] {
        &self.z
    }

    /// Heliocentric redshifts; those of the microwave background where none were given.
    pub fn z_hel(&self) -> &[f64] {
        &self.z_hel
    }

    /// Distance moduli, magnitudes, up to a common offset.
    pub fn modulus(&self) -> &[f64] {
        &self.modulus
    }

    /// The covariance of the moduli, magnitudes².
    pub fn covariance(&self) -> &Covariance {
        &self.covariance
    }

    /// The square roots of the covariance's diagonal, magnitudes.
    pub fn errors(&self) -> Vec<f64> {
        match &self.covariance {
            Covariance::Diagonal(variances) => variances.iter().map(|v| v.sqrt()).collect(),
            Covariance::Full(matrix) => matrix.iter().step_by(self.len() + 1).map(|v| v.sqrt()).collect(),
        }
    }

    /// The probability of each object to be a Ia, where given.
    pub fn probability(&self) -> Option<&[f64]> {
        self.probability.as_deref()
    }

    /// Which objects are truly Ia, where known.
    pub fn ia(&self) -> Option<&[bool]> {
        self.ia.as_deref()
    }

    /// Moduli less what [`crate::Redshifts`] gives for redshifts that are the same in both frames, i.e. less
    /// 5 log10((1 + z_hel)/(1 + z)): with these the heliocentric redshift needs no further care.
    pub(crate) fn reduced_modulus(&self) -> Vec<f64> {
        let stretch = |(z, z_hel): (&f64, &f64)| 5.0 * ((1.0 + z_hel) / (1.0 + z)).log10();
        self.modulus.iter().zip(self.z.iter().zip(&self.z_hel).map(stretch)).map(|(m, s)| m - s).collect()
    }
}

fn check_values(what: &str, values: &[f64], rule: &str, holds: impl Fn(f64) -> bool) -> Result<(), Error> {
    match values.iter().enumerate().find(|(_, value)| !(value.is_finite() && holds(**value))) {
        None => Ok(()),
        Some((row, value)) => Err(Error::Data(format!(
            "{what} of object {row} is {value}, but must be {rule}: correct or remove the object"
        ))),
    }
}

fn check_symmetric(matrix: &[f64], n: usize) -> Result<(), Error> {
    for row in 0..n {
        for column in 0..=row {
            let (one, other) = (matrix[row * n + column], matrix[column * n + row]);
            let scale = (matrix[row * (n + 1)] * matrix[column * (n + 1)]).sqrt();
            let alike = (one - other).abs() <= 1e-6 * scale;
            if !alike {
                return Err(Error::Data(format!(
                    "the covariance of objects {row} and {column} is {one}, but {other} the other way round: give a \
                     symmetric matrix of finite numbers with a diagonal above 0"
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_data_are_named() {
        let new = |z: f64, modulus: f64, error: f64| {
            Distances::new(vec![0.1, z], vec![38.0, modulus], vec![0.1, error]).unwrap_err().to_string()
        };
        assert_eq!(
            new(-0.2, 40.0, 0.1),
            "the redshift of object 1 is -0.2, but must be a finite number above 0: correct or remove the object"
        );
        assert!(new(0.2, f64::NAN, 0.1).contains("modulus of object 1 is NaN"));
        assert!(new(0.2, 40.0, 0.0).contains("error of the modulus of object 1 is 0"));
        let short = Distances::new(vec![0.1], vec![], vec![0.1]).unwrap_err().to_string();
        assert!(short.contains("1 redshifts, but 0 moduli"), "{short}");
        let skew = Covariance::Full(vec![1.0, 0.5, 0.2, 1.0]);
        let skew = Distances::with_covariance(vec![0.1, 0.2], vec![1.0, 2.0], skew).unwrap_err().to_string();
        assert!(skew.contains("objects 1 and 0 is 0.2, but 0.5"), "{skew}");
        let good = Distances::new(vec![0.1], vec![38.0], vec![0.1]).unwrap();
        assert!(good.clone().with_probability(vec![1.1]).is_err());
        assert!(good.clone().with_probability(vec![]).is_err());
        assert!(good.clone().with_truth(vec![true; 2]).is_err());
        assert!(good.clone().with_heliocentric(vec![f64::INFINITY]).is_err());
        assert!(good.clone().with_scatter(-0.1).is_err());
        assert!(good.select(&[1]).is_err());
    }

    #[test]
    fn a_selection_keeps_each_objects_values() {
        let matrix = vec![1.0, 0.1, 0.2, 0.1, 2.0, 0.3, 0.2, 0.3, 3.0];
        let all =
            Distances::with_covariance(vec![0.1, 0.2, 0.3], vec![38.0, 39.0, 40.0], Covariance::Full(matrix));
        let all = all.unwrap().with_truth(vec![true, false, true]).unwrap();
        let some = all.with_scatter(2.0).unwrap().select(&[2, 0]).unwrap();
        assert_eq!(some.z(), [0.3, 0.1]);
        assert_eq!(some.ia(), Some(&[true, true][..]));
        assert_eq!(some.covariance(), &Covariance::Full(vec![7.0, 0.2, 0.2, 5.0]));
        assert_eq!(some.errors(), [7f64.sqrt(), 5f64.sqrt()]);
    }
}
