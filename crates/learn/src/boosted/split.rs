//! The best split of a node by one feature, from the sums in its bins.
//!
//! With G and H the sums of first and second derivatives, a split gains G_L²/(H_L + λ) + G_R²/(H_R + λ) − G²/(H + λ)
//! (Chen & Guestrin 2016, doi:10.1145/2939672.2939785, equation 7, twice it and without γ).

use super::sums::{Scale, Sum};

/// A split; what it gains is `score` less the node's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best {
    /// The two children's G²/(H + λ), in units of the scale.
    pub(super) score: f64,
    pub(super) feature: usize,
    /// The last bin on the left side, and the first on the right; nothing when only missing values go right.
    pub(super) below: u8,
    pub(super) above: Option<u8>,
    pub(super) missing_left: bool,
    pub(super) left: Sum,
}

/// What a split must keep to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) scale: Scale,
    pub(super) rows_in_leaf: i64,
    /// In units of the scale, at least 1.
    pub(super) hessian_in_leaf: i64,
    /// In units of the scale.
    pub(super) l2: f64,
}

impl Rules {
    /// The score of a node that is not split.
    fn score(&self, sum: Sum) -> f64 {
        let gradient = self.scale.gradient(sum);
        gradient * gradient / (self.scale.hessian(sum) as f64 + self.l2)
    }

    /// What the best split must beat: nothing found yet. Rounding alone is no gain.
    pub(super) fn nothing(&self, total: Sum) -> Best {
        let score = self.score(total);
        let score = if score.is_nan() { f64::INFINITY } else { score * (1.0 + 1e-12) };
        Best { score, feature: usize::MAX, below: 0, above: None, missing_left: false, left: Sum::ZERO }
    }

    /// The gain of a split over its node.
    pub(super) fn gain(&self, best: &Best, total: Sum) -> f64 {
        self.scale.gain(best.score - self.score(total))
    }

    /// Whether a node of so many rows and second derivatives may be split at all.
    pub(super) fn divisible(&self, sum: Sum) -> bool {
        let (count, hessian) = (self.scale.count(sum), self.scale.hessian(sum));
        count >= self.rows_in_leaf.saturating_mul(2) && hessian >= self.hessian_in_leaf.saturating_mul(2)
    }

    /// Looks for a better split than `best`, with missing values on either side, or, where the node has none, with any
    /// that may come on the side of more rows.
    pub(super) fn search<I: Iterator<Item = (u8, Sum)>>(
        &self,
        bins: impl Fn() -> I,
        missing: Sum,
        total: Sum,
        feature: usize,
        best: &mut Best,
    ) {
        let before = best.score;
        self.scan(bins(), Sum::ZERO, total, best);
        if missing.is_empty() {
            if best.score > before {
                best.missing_left = 2 * self.scale.count(best.left) >= self.scale.count(total);
            }
        } else {
            if best.score > before {
                best.missing_left = false;
            }
            let before = best.score;
            self.scan(bins(), missing, total, best);
            best.missing_left |= best.score > before;
        }
        if best.score > before {
            best.feature = feature;
        }
    }

    /// Goes over the bins that have rows from the left, with `left` on the left side from the start.
    #[inline(always)]
    fn scan(&self, bins: impl Iterator<Item = (u8, Sum)>, mut left: Sum, total: Sum, best: &mut Best) {
        let mut below = None;
        for (code, sum) in bins {
            if let Some(below) = below
                && !self.try_split(left, total, below, Some(code), best)
            {
                return;
            }
            left += sum;
            below = Some(code);
        }
        if let Some(below) = below {
            self.try_split(left, total, below, None, best);
        }
    }

    /// Tries one split; false when the right side has become too small for this and all that follow.
    #[inline(always)]
    fn try_split(&self, left: Sum, total: Sum, below: u8, above: Option<u8>, best: &mut Best) -> bool {
        let (scale, right) = (&self.scale, total - left);
        if scale.count(left) < self.rows_in_leaf || scale.hessian(left) < self.hessian_in_leaf {
            return true;
        }
        if scale.count(right) < self.rows_in_leaf || scale.hessian(right) < self.hessian_in_leaf {
            return false;
        }
        let (gradient_left, gradient_right) = (scale.gradient(left), scale.gradient(right));
        let hessian_left = scale.hessian(left) as f64 + self.l2;
        let hessian_right = scale.hessian(right) as f64 + self.l2;
        let top =
            gradient_left * gradient_left * hessian_right + gradient_right * gradient_right * hessian_left;
        let bottom = hessian_left * hessian_right;
        // Most splits are no match: a product tells, and is a little generous, for the quotient to decide.
        if top > best.score * bottom * (1.0 - 1e-14) {
            let score = top / bottom;
            if score > best.score {
                *best = Best { score, below, above, left, ..*best };
            }
        }
        true
    }
}
