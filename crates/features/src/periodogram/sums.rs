//! The sums over the points that the power is made of.

/// One band's points, ready for sums.
#[derive(Debug)]
pub(super) struct Points {
    /// Days, relative to the middle of the points: small angles are exact angles.
    pub(super) time: Vec<f64>,
    /// 1/error², scaled to a sum of 1.
    pub(super) weight: Vec<f64>,
    /// Values less their weighted mean.
    pub(super) value: Vec<f64>,
    /// Σ weight·value².
    pub(super) variance: f64,
}

/// Weighted sums over the points at one frequency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// Of cos 2πft.
    pub(super) cos: f64,
    /// Of sin 2πft.
    pub(super) sin: f64,
    /// Of cos²; that of sin² is what it lacks to 1.
    pub(super) cos_cos: f64,
    /// Of cos·sin.
    pub(super) cos_sin: f64,
    /// Of value·cos.
    pub(super) value_cos: f64,
    /// Of value·sin.
    pub(super) value_sin: f64,
}

/// Below this share, what is left of a determinant is rounding.
const DEGENERATE: f64 = 1e-13;

impl Sums {
    /// By how much a sine of this frequency lowers χ², as a share: Zechmeister & Kürster 2009, equations 5 to 15. NaN where it
    /// cannot be told from a constant.
    pub(super) fn power(&self, variance: f64) -> f64 {
        let Self { cos, sin, value_cos, value_sin, .. } = *self;
        let cos_cos = self.cos_cos - cos * cos;
        let sin_sin = 1.0 - self.cos_cos - sin * sin;
        let cos_sin = self.cos_sin - cos * sin;
        let determinant = cos_cos * sin_sin - cos_sin * cos_sin;
        let trace = cos_cos + sin_sin;
        let explained = if determinant > DEGENERATE * trace * trace {
            (sin_sin * value_cos * value_cos + cos_cos * value_sin * value_sin
                - 2.0 * cos_sin * value_cos * value_sin)
                / determinant
        } else if trace > DEGENERATE {
            // All times are at two phases, so cosine and sine are the same up to a factor, and one of them is the model.
            (value_cos * value_cos + value_sin * value_sin) / trace
        } else {
            return f64::NAN;
        };
        explained / variance
    }
}
