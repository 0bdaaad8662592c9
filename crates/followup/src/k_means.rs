//! Lloyd's k-means with weights, from k-means++ seeds (Arthur & Vassilvitskii 2007).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::points::squared_distance;

/// Rounds of k-means; the clusters hardly change after a few.
const ROUNDS: usize = 20;

/// Points in clusters.
pub(crate) struct Clusters {
    pub(crate) centres: Vec<Centre>,
    /// The cluster of each point.
    pub(crate) of: Vec<usize>,
}

/// The middle of a cluster.
pub(crate) struct Centre {
    pub(crate) cluster: usize,
    pub(crate) point: Vec<f32>,
}

/// Lloyd's k-means with weights, from k-means++ seeds.
pub(crate) fn k_means(points: &[&[f32]], weights: &[f64], clusters: usize, rng: &mut ChaCha8Rng) -> Clusters {
    let mut centres: Vec<Centre> = seeds(points, weights, clusters, rng)
        .into_iter()
        .enumerate()
        .map(|(cluster, seed)| Centre { cluster, point: points[seed].to_vec() })
        .collect();
    let mut of = vec![0; points.len()];
    for round in 0..ROUNDS {
        let mut moved = round == 0;
        for (point, of) in points.iter().zip(&mut of) {
            let mut nearest = (f32::INFINITY, 0);
            for centre in &centres {
                let distance = squared_distance(point, &centre.point);
                if distance < nearest.0 {
                    nearest = (distance, centre.cluster);
                }
            }
            moved |= *of != nearest.1;
            *of = nearest.1;
        }
        if !moved {
            break;
        }
        for centre in &mut centres {
            let members = || (0..points.len()).filter(|i| of[*i] == centre.cluster);
            let mass: f64 = members().map(|i| weights[i]).sum();
            if mass <= 0.0 {
                continue;
            }
            centre.point.fill(0.0);
            for i in members() {
                let share = (weights[i] / mass) as f32;
                for (to, from) in centre.point.iter_mut().zip(points[i]) {
                    *to += share * from;
                }
            }
        }
    }
    Clusters { centres, of }
}

/// Points drawn with probability ∝ weight × squared distance to the nearest drawn before.
fn seeds(points: &[&[f32]], weights: &[f64], count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut pull = weights.to_vec();
    let mut nearest = vec![f32::INFINITY; points.len()];
    let mut seeds = Vec::with_capacity(count);
    while seeds.len() < count {
        let total: f64 = pull.iter().sum();
        if total <= 0.0 {
            break;
        }
        let seed = draw(&pull, rng.random::<f64>() * total);
        seeds.push(seed);
        for i in 0..points.len() {
            nearest[i] = nearest[i].min(squared_distance(points[i], points[seed]));
            pull[i] = weights[i] * f64::from(nearest[i]);
        }
    }
    seeds
}

/// The place where the running sum of the weights passes `at`; a place of positive weight.
pub(crate) fn draw(weights: &[f64], at: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (place, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            sum += weight;
            last = place;
            if sum > at {
                break;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn draws_follow_the_weights() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [0u32; 4];
        for _ in 0..10_000 {
            counts[draw(&[1.0, 0.0, 2.0, 1.0], rng.random::<f64>() * 4.0)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!(counts[0].abs_diff(2500) < 260 && counts[2].abs_diff(5000) < 300, "{counts:?}");
        assert_eq!(draw(&[0.0, 1.0, 0.0], 1.0), 1, "rounding does not lead past the last");
    }
}
