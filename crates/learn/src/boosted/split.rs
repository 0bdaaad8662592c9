//! What makes a split the best.
//!
//! With G and H the sums of first and second derivatives, a split gains G_L²/(H_L + λ) + G_R²/(H_R + λ) − G²/(H + λ)
//! (Chen & Guestrin 2016, doi:10.1145/2939672.2939785, equation 7, twice it and without γ). With h_L = H_L + λ and
//! h_R = H_R + λ the first two terms are G²/(h_L + h_R) + (h_L + h_R)·d²/(h_L·h_R), where d = G_L − h_L·G/(h_L + h_R):
//! within a node the best split has the largest d²/(h_L·h_R), its *score*, which takes few operations to compare.

use super::sums::{Scale, Sum};

/// A split.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best {
    /// d²/(h_L·h_R), in units of the scale.
    pub(super) score: f64,
    /// `usize::MAX` when there is none.
    pub(super) feature: usize,
    /// The last bin on the left side, and the first on the right; nothing when only missing values go right.
    pub(super) below: u8,
    pub(super) above: Option<u8>,
    /// Nothing when no row of the node misses the feature.
    pub(super) missing_left: Option<bool>,
}

/// What a split must keep to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) scale: Scale,
    pub(super) rows_in_leaf: usize,
    /// In units of the scale, at least 1.
    pub(super) hessian_in_leaf: i64,
    /// In units of the scale.
    pub(super) l2: f64,
}

/// The node whose splits are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub(super) sum: Sum,
    /// h_L + h_R.
    pub(super) hessian: f64,
    /// G/(h_L + h_R).
    pub(super) ratio: f64,
}

impl Rules {
    pub(super) fn whole(&self, sum: Sum) -> Whole {
        let hessian = self.scale.hessian(sum) as f64 + 2.0 * self.l2;
        Whole { sum, hessian, ratio: self.scale.gradient(sum) / hessian }
    }

    /// What the best split must beat: the node as it is. Rounding alone is no gain.
    pub(super) fn nothing(&self, sum: Sum) -> Best {
        let least = self.shortfall(sum) + 1e-12 * self.scale.gradient(sum).powi(2) / self.whole(sum).hessian;
        let score = least / self.whole(sum).hessian;
        let score = if score.is_nan() { f64::INFINITY } else { score };
        Best { score, feature: usize::MAX, below: 0, above: None, missing_left: None }
    }

    /// G²/(H + λ) − G²/(h_L + h_R).
    fn shortfall(&self, sum: Sum) -> f64 {
        let hessian = self.scale.hessian(sum) as f64 + self.l2;
        self.scale.gradient(sum).powi(2) * self.l2 / (hessian * (hessian + self.l2))
    }

    /// What a split gains.
    pub(super) fn gain(&self, best: &Best, sum: Sum) -> f64 {
        self.scale.gain(best.score * self.whole(sum).hessian - self.shortfall(sum))
    }

    /// Whether a node of so many rows and second derivatives may be split at all.
    pub(super) fn divisible(&self, sum: Sum) -> bool {
        let (count, hessian) = (self.scale.count(sum), self.scale.hessian(sum));
        count / 2 >= self.rows_in_leaf && hessian / 2 >= self.hessian_in_leaf
    }
}

impl Best {
    /// What d² must exceed times h_L·h_R for a split to be worth the division that decides.
    #[inline(always)]
    pub(super) fn bound(&self) -> f64 {
        self.score * (1.0 - 1e-14)
    }
}
