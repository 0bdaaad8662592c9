//! Eigenvalues and eigenvectors of symmetric tables.

/// Eigenvalues, the largest first, and their vectors of length 1.
pub(crate) struct Eigen {
    /// The values.
    pub values: Vec<f64>,
    /// The vector of each value; its largest component is positive.
    pub vectors: Vec<Vec<f64>>,
}

/// More sweeps have never been needed: convergence is quadratic after a few.
const MOST_SWEEPS: usize = 60;

/// The eigenvectors of a symmetric n × n table, by Jacobi's rotations in cyclic order (Golub & Van Loan, Matrix
/// Computations, section 8.5). Precise to the last digits also for small eigenvalues; meant for up to some hundred rows.
pub(crate) fn symmetric(mut a: Vec<f64>, n: usize) -> Eigen {
    // Vectors lie in rows here, so that rotations run along memory.
    let mut vectors: Vec<f64> = (0..n * n).map(|at| f64::from(u8::from(at / n == at % n))).collect();
    let total: f64 = a.iter().map(|value| value * value).sum();
    for _ in 0..MOST_SWEEPS {
        let off: f64 =
            (0..n).flat_map(|row| a[row * n..row * n + row].iter()).map(|value| value * value).sum();
        // What is not a number will never get better.
        if off <= total * 1e-32 || !off.is_finite() {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, n, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&left, &right| a[right * n + right].total_cmp(&a[left * n + left]));
    let values = order.iter().map(|&at| a[at * n + at]).collect();
    let vectors = order.iter().map(|&at| signed(vectors[at * n..(at + 1) * n].to_vec())).collect();
    Eigen { values, vectors }
}

/// Makes a[p][q] zero by a rotation of rows and columns p and q.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = a[p * n + q];
    if apq == 0.0 || !apq.is_finite() {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..n {
        let (left, right) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * left - s * right;
        a[k * n + q] = s * left + c * right;
    }
    turn(a, n, p, q, c, s);
    turn(vectors, n, p, q, c, s);
    a[p * n + q] = 0.0;
    a[q * n + p] = 0.0;
}

fn turn(table: &mut [f64], n: usize, p: usize, q: usize, c: f64, s: f64) {
    let (head, tail) = table.split_at_mut(q * n);
    for (left, right) in head[p * n..(p + 1) * n].iter_mut().zip(&mut tail[..n]) {
        (*left, *right) = (c * *left - s * *right, s * *left + c * *right);
    }
}

/// A vector's sign is arbitrary: one that depends on nothing but the vector makes results repeatable.
pub(super) fn signed(mut vector: Vec<f64>) -> Vec<f64> {
    let largest =
        vector.iter().fold(0.0f64, |best, value| if value.abs() > best.abs() { *value } else { best });
    if largest < 0.0 {
        vector.iter_mut().for_each(|value| *value = -*value);
    }
    vector
}

impl Eigen {
    /// Σ f(λ) v vᵀ: a function of the table, row after row.
    pub(crate) fn function(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let n = self.values.len();
        let mut table = vec![0.0; n * n];
        for (value, vector) in self.values.iter().zip(&self.vectors) {
            let factor = f(*value);
            for (out, component) in table.chunks_exact_mut(n).zip(vector) {
                super::add(out, factor * component, vector);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_taken_apart_comes_together(n in 1usize..9, numbers in prop::collection::vec(-1.0..1.0f64, 64)) {
            let table: Vec<f64> = (0..n * n).map(|at| numbers[at / n * 8 + at % n] + numbers[at % n * 8 + at / n]).collect();
            let eigen = symmetric(table.clone(), n);
            for (back, value) in eigen.function(|value| value).iter().zip(&table) {
                prop_assert!((back - value).abs() < 1e-13, "{back} {value}");
            }
            for (left, one) in eigen.vectors.iter().enumerate() {
                for (right, other) in eigen.vectors.iter().enumerate() {
                    let expected = f64::from(u8::from(left == right));
                    prop_assert!((super::super::dot(one, other) - expected).abs() < 1e-13);
                }
            }
            prop_assert!(eigen.values.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn what_is_not_a_number_ends() {
        assert_eq!(symmetric(vec![f64::NAN; 9], 3).values.len(), 3);
        assert_eq!(symmetric(vec![f64::INFINITY; 4], 2).values.len(), 2);
    }
}
