//! Components of a kernel in which domains differ little, as TCA and JDA need them.

use hesper_learn::{Matrix, Projection};

use super::affine::squared_distances;
use super::linear::{add, dot, largest, orthogonalise, symmetric};
use crate::Error;

/// All objects of both domains, their Gaussian kernel, and components of it.
#[derive(Clone)]
pub(super) struct Gaussian {
    objects: Matrix,
    /// Twice the squared width.
    width: f64,
}

impl Gaussian {
    /// exp(−d²/(2σ²)); σ² is half the median of the squared distances when no width is given.
    pub(super) fn new(
        source: &Matrix,
        target: &Matrix,
        width: Option<f64>,
    ) -> Result<(Self, Vec<f64>), Error> {
        let all = [source.data(), target.data()].concat();
        let objects = Matrix::new(source.rows() + target.rows(), source.cols(), all)?;
        let mut table = squared_distances(&objects, &objects);
        let width = width.map_or_else(|| super::ot::typical(&table), |width| 2.0 * width * width);
        table.iter_mut().for_each(|value| *value = (-*value / width).exp());
        Ok((Self { objects, width }, table))
    }

    /// Takes objects to `count` components, whose weights are given object after object.
    pub(super) fn map(&self, weights: Vec<f64>, count: usize) -> Result<Projection, Error> {
        let weights = Matrix::new(self.objects.rows(), count, weights)?;
        Ok(Projection::Gaussian { objects: self.objects.clone(), width: self.width, weights })
    }
}

/// The components W that are largest in KHK relative to `penalty` · I + K E Eᵀ K, where E's columns say how domains differ
/// and H centres: row by row of W, an object's weight in each component.
///
/// With K E = U S Vᵀ the right side's inverse root is a change in the few directions U alone; so the generalised problem
/// becomes a symmetric one of which only the largest eigenvectors are computed, and no N³ work is done.
pub(super) fn components(
    table: &[f64],
    differences: &[Vec<f64>],
    penalty: f64,
    count: usize,
    seed: u64,
) -> Vec<f64> {
    let n = differences[0].len();
    let times = |x: &[f64]| -> Vec<f64> { table.chunks_exact(n).map(|row| dot(row, x)).collect() };
    let images: Vec<Vec<f64>> = differences.iter().map(|vector| times(vector)).collect();
    // U and S from the small Gram table of the images.
    let gram: Vec<f64> =
        images.iter().flat_map(|left| images.iter().map(move |right| dot(left, right))).collect();
    let small = symmetric(gram, images.len());
    let (mut directions, mut factors): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
    for (value, weights) in small.values.iter().zip(&small.vectors) {
        if !(*value > small.values[0] * 1e-13 && *value > 0.0) {
            continue;
        }
        let mut direction = vec![0.0; n];
        images
            .iter()
            .zip(weights)
            .for_each(|(image, weight)| add(&mut direction, weight / value.sqrt(), image));
        orthogonalise(&mut direction, &directions);
        let length = dot(&direction, &direction).sqrt();
        direction.iter_mut().for_each(|component| *component /= length);
        directions.push(direction);
        factors.push((1.0 + value / penalty).sqrt().recip() - 1.0);
    }
    let damped = |x: &[f64]| {
        let mut out = x.to_vec();
        directions
            .iter()
            .zip(&factors)
            .for_each(|(direction, factor)| add(&mut out, factor * dot(direction, x), direction));
        out
    };
    let top = largest(n, count, 1e-10, seed, |x| {
        let mut image = times(&damped(x));
        let mean = image.iter().sum::<f64>() / n as f64;
        image.iter_mut().for_each(|value| *value -= mean);
        damped(&times(&image))
    });
    let columns: Vec<Vec<f64>> = top.vectors.iter().map(|vector| damped(vector)).collect();
    (0..n).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

/// 1/n for the objects of a domain's class, −1/m for those of the other's: the difference of their means.
pub(super) fn difference(
    own: impl Iterator<Item = bool>,
    others: impl Iterator<Item = bool>,
) -> Option<Vec<f64>> {
    let (own, others): (Vec<bool>, Vec<bool>) = (own.collect(), others.collect());
    let of = |members: &[bool]| members.iter().filter(|member| **member).count() as f64;
    let (n, m) = (of(&own), of(&others));
    let share = |member: &bool, value: f64| if *member { value } else { 0.0 };
    let both = own
        .iter()
        .map(|member| share(member, 1.0 / n))
        .chain(others.iter().map(|member| share(member, -1.0 / m)));
    (n > 0.0 && m > 0.0).then(|| both.collect())
}
