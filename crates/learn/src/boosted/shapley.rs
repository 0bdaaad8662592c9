use super::Boosted;
use crate::shapley::{Ensemble, Shapley};
use crate::{Error, Matrix};

impl Boosted {
    /// Exact Shapley values of [`Boosted::margins`]: for a row and class, the values of all features add up to the margin
    /// less the base value. The cover of a node is the weight of the training rows in it. A class without rows has the
    /// base value −∞ and no values, the only class with rows the base value 0.
    ///
    /// # Errors
    /// When the rows have another number of features than those learned from.
    pub fn shapley(&self, x: &Matrix) -> Result<Shapley, Error> {
        Error::check_length("features of the rows", self.n_features, x.cols())?;
        let margins = self.start.len();
        let ensemble = Ensemble {
            nodes: &self.nodes,
            roots: &self.roots,
            covers: &self.covers,
            values: &self.values,
            width: margins.min(1),
            outputs: margins,
        };
        let of_margins = ensemble.shapley(x);
        let base_of_margins: Vec<f64> =
            ensemble.base().iter().zip(&self.start).map(|(base, start)| base + start).collect();
        let classes = self.n_classes;
        let mut values = vec![0.0; x.rows() * x.cols() * classes];
        let mut base = vec![f64::NEG_INFINITY; classes];
        let spread = |from: &[f64], to: &mut [f64]| match *self.present {
            [only] => to[only as usize] = 0.0,
            [first, second] => (to[first as usize], to[second as usize]) = (-from[0], from[0]),
            _ => self.present.iter().zip(from).for_each(|(&class, &value)| to[class as usize] = value),
        };
        spread(&base_of_margins, &mut base);
        if margins > 0 {
            for (from, to) in of_margins.chunks_exact(margins).zip(values.chunks_exact_mut(classes)) {
                spread(from, to);
            }
        }
        Ok(Shapley::new(x.rows(), x.cols(), values, base))
    }
}
