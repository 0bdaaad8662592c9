use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::UnitMap;
use crate::Error;
use crate::maps::{product, refuse, transpose};

/// Fast approximate quadratic assignment: Frank & Wolfe's steps from a start inside the permutations' convex hull
/// (Vogelstein et al. 2015, doi:10.1371/journal.pone.0121002), here for signed permutations too.
///
/// Looks for the map P with the largest tr(A P B Pᵀ) for symmetric A (n × n) and B (m × m, m ≥ n). The gradient at P is
/// 2 A P B; the vertex with the largest product with it is an assignment, whose signs, where there are any, are those of the
/// gradient's entries: no sign costs anything. The way there is gone as far as the objective, a parabola, rises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faq {
    /// Steps at most, at least 1. Default 30.
    pub iterations: usize,
    /// Steps end when P changes by less, as ‖ΔP‖_F/√n; 0 or more. Default 0.03.
    pub tolerance: f64,
    /// Whether units may be turned round. Default yes.
    pub signed: bool,
}

impl Default for Faq {
    fn default() -> Self {
        Self { iterations: 30, tolerance: 0.03, signed: true }
    }
}

impl Faq {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if self.iterations == 0 {
            return refuse("iterations", 0, "at least 1");
        }
        if !(self.tolerance.is_finite() && self.tolerance >= 0.0) {
            return refuse("tolerance", self.tolerance, "0 or more, and finite");
        }
        Ok(())
    }

    /// The map found from a start: n × m, rows whose absolute values add up to at most 1. [`even`] is the usual one without
    /// signs; with signs the middle is 0, where no way leads up, and a guess such as [`spectral`]'s is needed.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::Domain`] when tables are not square or do not fit one another.
    pub fn solve(&self, a: &Matrix, b: &Matrix, start: &Matrix) -> Result<UnitMap, Error> {
        self.check()?;
        let (n, m) = (a.rows(), b.rows());
        if a.cols() != n || b.cols() != m || (start.rows(), start.cols()) != (n, m) || n > m || n == 0 {
            let what = format!(
                "{n} × {} and {m} × {} with a start of {} × {}: give n × n, m × m, n × m with 0 < n ≤ m",
                a.cols(),
                b.cols(),
                start.rows(),
                start.cols()
            );
            return Err(Error::Domain { domain: "graphs", what });
        }
        let mut p = start.data().to_vec();
        for _ in 0..self.iterations {
            let gradient = sandwich(a.data(), &p, b.data(), n, m);
            let vertex = dense(&self.vertex(n, m, &gradient)?, m);
            // f(P + t D) = f(P) + t · 2⟨A P B, D⟩ + t² ⟨A D B, D⟩.
            let way: Vec<f64> = vertex.iter().zip(&p).map(|(to, from)| to - from).collect();
            let slope = 2.0 * inner(&gradient, &way);
            let curvature = inner(&sandwich(a.data(), &way, b.data(), n, m), &way);
            let peak = -slope / (2.0 * curvature);
            let step = match curvature < 0.0 && peak.is_finite() {
                true => peak.clamp(0.0, 1.0),
                false => f64::from(u8::from(slope + curvature > 0.0)),
            };
            p.iter_mut().zip(&way).for_each(|(p, way)| *p += step * way);
            if step * inner(&way, &way).sqrt() / (n as f64).sqrt() < self.tolerance {
                break;
            }
        }
        self.vertex(n, m, &p)
    }

    /// The map with the largest inner product with a table.
    fn vertex(&self, n: usize, m: usize, table: &[f64]) -> Result<UnitMap, Error> {
        let gain = Matrix::new(n, m, table.to_vec())?;
        let turned = Matrix::new(n, m, table.iter().map(|value| -value).collect())?;
        UnitMap::best(&gain, self.signed.then_some(&turned), true)
    }
}

/// The middle of all permutations, n × m.
pub fn even(n: usize, m: usize) -> Matrix {
    Matrix::new(n, m, vec![1.0 / m.max(1) as f64; n * m]).unwrap_or_default()
}

/// A P B.
fn sandwich(a: &[f64], p: &[f64], b: &[f64], n: usize, m: usize) -> Vec<f64> {
    product(&product(a, n, p, m), m, b, m)
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    crate::maps::dot(a, b)
}

/// A map as a table, units of the source × units of the target.
pub(super) fn dense(map: &UnitMap, m: usize) -> Vec<f64> {
    let mut table = vec![0.0; map.from.len() * m];
    for (row, (column, sign)) in map.from.iter().zip(&map.sign).enumerate() {
        table[row * m + column] = *sign;
    }
    table
}

/// A first guess from the graphs' eigenvectors (Umeyama 1988, doi:10.1109/34.6778): units are alike whose components along
/// the eigenvectors, ordered by eigenvalue, have like sizes. Sizes alone, as eigenvectors have no sign of their own. Then
/// signs: those of the first eigenvector of the table of A's entries times B's.
///
/// # Errors
/// [`Error::Domain`] for more units in A than in B.
pub fn spectral(a: &Matrix, b: &Matrix, signed: bool) -> Result<UnitMap, Error> {
    let (n, m) = (a.rows(), b.rows());
    let sizes = |table: &Matrix| -> Vec<f64> {
        let eigen = crate::maps::symmetric(table.data().to_vec(), table.rows());
        // Rows are eigenvectors; the units' components shall be rows. Directions of no variance tell nothing.
        let weigh = eigen.values.iter().map(|value| value.max(0.0).sqrt());
        let weighted: Vec<f64> = eigen
            .vectors
            .iter()
            .zip(weigh)
            .take(n)
            .flat_map(|(vector, weight)| vector.iter().map(move |value| weight * value.abs()))
            .collect();
        transpose(&weighted, table.rows())
    };
    let (own, others) = (sizes(a), sizes(b));
    let near = |at: usize| {
        let (left, right) = (&own[at / m * n..][..n], &others[at % m * n..][..n]);
        -left.iter().zip(right).map(|(left, right)| (left - right).powi(2)).sum::<f64>()
    };
    let gain = Matrix::new(n, m, (0..n * m).map(near).collect())?;
    let mut map = UnitMap::best(&gain, None, true)?;
    if signed {
        let agree = |at: usize| a.data()[at] * b.row(map.from[at / n])[map.from[at % n]];
        let eigen = crate::maps::symmetric((0..n * n).map(agree).collect(), n);
        if let Some(vector) = eigen.vectors.first() {
            map.sign = vector.iter().map(|value| if *value < 0.0 { -1.0 } else { 1.0 }).collect();
        }
    }
    Ok(map)
}
