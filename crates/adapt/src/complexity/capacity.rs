use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

/// How much a member of a family could learn by heart: h in the bound of Vapnik and Chervonenkis.
///
/// Only for some families is h known. The others are surrogates, named here for what they are: they order the members of a
/// family as their true capacities would, and promise nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// A number that does not depend on the objects, such as the number of weights of a network.
    Fixed(f64),
    /// As many cells as can each be given a class of their own, min(`most`, m / `objects`), where m objects are labelled: the
    /// leaves of a tree with `objects` in each; m/k for k nearest neighbours (their effective number of parameters: Hastie,
    /// Tibshirani & Friedman 2009, section 2.3.2).
    Cells {
        /// A cell holds so many objects, at least 1.
        objects: f64,
        /// No more cells than that; infinite if there is no limit.
        #[serde(with = "unlimited")]
        most: f64,
    },
    /// The effective dimension of the kernel exp(−γ |a − b|²) at the labelled objects, tr K (K + λ I)⁻¹ with λ = 1/(2C): the
    /// degrees of freedom of ridge regression with the same kernel and price. A support vector machine with this kernel has an
    /// infinite dimension of Vapnik and Chervonenkis; this one is at most m.
    Kernel {
        /// γ, above 0.
        gamma: f64,
        /// C, above 0.
        c: f64,
    },
}

impl Capacity {
    /// h at these labelled objects, at least 1.
    pub fn at(&self, x: &Matrix) -> f64 {
        let capacity = match *self {
            Self::Fixed(capacity) => capacity,
            Self::Cells { objects, most } => most.min(x.rows() as f64 / objects.max(1.0)),
            Self::Kernel { gamma, c } => effective_dimension(x, gamma, 0.5 / c),
        };
        // max takes the number where the other is NaN.
        capacity.max(1.0)
    }
}

/// Infinity has no place in JSON.
mod unlimited {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(most: &f64, to: S) -> Result<S::Ok, S::Error> {
        most.is_finite().then_some(*most).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(from)?.unwrap_or(f64::INFINITY))
    }
}

/// tr K (K + λ I)⁻¹ = m − λ tr (K + λ I)⁻¹, the last trace by the factor L of Cholesky: the sum of the squares of L⁻¹.
fn effective_dimension(x: &Matrix, gamma: f64, ridge: f64) -> f64 {
    let m = x.rows();
    // With less, a matrix of equal rows would not be positive definite in double precision.
    let ridge = ridge.max(1e-8);
    let square = |row: usize, other: usize| -> f64 {
        x.row(row).iter().zip(x.row(other)).map(|(a, b)| (a - b).powi(2)).sum()
    };
    let mut lower: Vec<f64> = (0..m * m).map(|at| (-gamma * square(at / m, at % m)).exp()).collect();
    for row in 0..m {
        lower[row * m + row] += ridge;
        for column in 0..=row {
            let dot: f64 = (0..column).map(|at| lower[row * m + at] * lower[column * m + at]).sum();
            let rest = lower[row * m + column] - dot;
            lower[row * m + column] =
                if row == column { rest.max(ridge).sqrt() } else { rest / lower[column * m + column] };
        }
    }
    let mut trace = 0.0;
    let mut solution = vec![0.0; m];
    for unit in 0..m {
        for row in unit..m {
            let dot: f64 = (unit..row).map(|at| lower[row * m + at] * solution[at]).sum();
            solution[row] = (f64::from(u8::from(row == unit)) - dot) / lower[row * m + row];
            trace += solution[row] * solution[row];
        }
    }
    (m as f64 - ridge * trace).clamp(0.0, m as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_by_hand() {
        let x = Matrix::from_rows(&[[0.0], [10.0], [20.0], [20.0]]).unwrap();
        assert_eq!(Capacity::Fixed(7.0).at(&x), 7.0);
        assert_eq!(Capacity::Cells { objects: 2.0, most: f64::INFINITY }.at(&x), 2.0);
        assert_eq!(Capacity::Cells { objects: 1.0, most: 3.0 }.at(&x), 3.0);
        assert_eq!(Capacity::Fixed(f64::NAN).at(&x), 1.0);
        // Three places far apart, one of them twice: eigenvalues 1, 1, 2 and 0, and λ = 1/2.
        let kernel = Capacity::Kernel { gamma: 1.0, c: 1.0 }.at(&x);
        assert!((kernel - (2.0 / 1.5 + 2.0 / 2.5)).abs() < 1e-12, "{kernel}");
        // A wide kernel sees one object, a narrow one as many as there are places.
        assert!((Capacity::Kernel { gamma: 1e-12, c: 1e3 }.at(&x) - 1.0).abs() < 1e-3);
        assert!((Capacity::Kernel { gamma: 1e3, c: 1e12 }.at(&x) - 3.0).abs() < 1e-3);
    }

    #[test]
    fn capacities_read_back() {
        for capacity in [
            Capacity::Cells { objects: 3.0, most: f64::INFINITY },
            Capacity::Cells { objects: 3.0, most: 8.0 },
            Capacity::Kernel { gamma: 0.5, c: 10.0 },
            Capacity::Fixed(2.0),
        ] {
            let text = serde_json::to_string(&capacity).unwrap();
            assert_eq!(serde_json::from_str::<Capacity>(&text).unwrap(), capacity, "{text}");
        }
    }
}
