//! Probabilities of all classes from those of pairs (Wu, Lin & Weng 2004, Journal of Machine Learning Research 5, 975,
//! their second approach).

/// A pair's probability stays so far from 0 and 1.
const MARGIN: f64 = 1e-7;

/// The p_k that minimise Σ_{i≠j} (r_ji p_i − r_ij p_j)², where r_ij (row i, column j of `pairs`, k × k) is the probability
/// of class i if it is i or j; `pairs` is overwritten.
pub(super) fn couple(pairs: &mut [f64], p: &mut [f64]) {
    let k = p.len();
    for i in 0..k {
        for j in 0..i {
            let r = pairs[j * k + i].clamp(MARGIN, 1.0 - MARGIN);
            pairs[j * k + i] = r;
            pairs[i * k + j] = 1.0 - r;
        }
    }
    // Q_ii = Σ_j r_ji² and Q_ij = −r_ji r_ij.
    for i in 0..k {
        pairs[i * k + i] = (0..k).filter(|&j| j != i).map(|j| pairs[j * k + i] * pairs[j * k + i]).sum();
    }
    for i in 0..k {
        for j in 0..i {
            let product = -pairs[i * k + j] * pairs[j * k + i];
            pairs[i * k + j] = product;
            pairs[j * k + i] = product;
        }
    }
    p.fill(1.0 / k as f64);
    let tolerance = 1e-8 / k as f64;
    for _ in 0..1000 {
        let total: f64 = (0..k).map(|i| p[i] * times(pairs, p, i)).sum();
        if (0..k).all(|i| (times(pairs, p, i) - total).abs() < tolerance) {
            break;
        }
        // With t the change of p_i, pᵀQp goes on as total + 2 t (Qp)_i + t² Q_ii, and all is scaled to add up to 1.
        let mut total = total;
        for i in 0..k {
            let (own, diagonal) = (times(pairs, p, i), pairs[i * k + i]);
            let change = (total - own) / diagonal;
            let sum = 1.0 + change;
            total = (total + change * (2.0 * own + change * diagonal)) / (sum * sum);
            p[i] += change;
            p.iter_mut().for_each(|value| *value /= sum);
        }
    }
    p.iter_mut().for_each(|value| *value = value.max(0.0));
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|value| *value /= sum);
}

fn times(matrix: &[f64], p: &[f64], row: usize) -> f64 {
    matrix[row * p.len()..].iter().zip(p).map(|(q, p)| q * p).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn probabilities_that_agree_are_found_again(weights in prop::collection::vec(0.05..1.0f64, 2..8)) {
            let k = weights.len();
            let sum: f64 = weights.iter().sum();
            let mut pairs: Vec<f64> =
                (0..k * k).map(|at| weights[at / k] / (weights[at / k] + weights[at % k])).collect();
            let mut p = vec![0.0; k];
            couple(&mut pairs, &mut p);
            for (found, weight) in p.iter().zip(&weights) {
                prop_assert!((found - weight / sum).abs() < 1e-5, "{p:?} from {weights:?}");
            }
        }

        #[test]
        fn whatever_the_pairs_say_probabilities_come_out(k in 2usize..8, pairs in prop::collection::vec(prop_oneof![0.0..=1.0f64, Just(0.0), Just(1.0)], 64)) {
            let mut p = vec![0.0; k];
            couple(&mut pairs[..k * k].to_vec(), &mut p);
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(p.iter().all(|p| (-1e-9..=1.0 + 1e-9).contains(p)), "{p:?}");
        }
    }
}
