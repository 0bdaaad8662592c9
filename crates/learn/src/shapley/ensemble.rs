use rayon::prelude::*;

use super::quadrature::gauss_legendre;
use super::skeleton::{NONE, Skeleton, share};
use crate::Matrix;
use crate::forest::Node;

/// Rows that share the tables of a tree.
const BLOCK_ROWS: usize = 128;
/// The most points of quadrature that are worked on together.
const LANES: usize = 8;

/// Trees whose outputs add up.
pub(crate) struct Ensemble<'a> {
    /// Tree after tree; children come after their parents, the second right after the first.
    pub(crate) nodes: &'a [Node],
    /// The first node of each tree.
    pub(crate) roots: &'a [u32],
    /// How many rows, or how much weight, each node stands for.
    pub(crate) covers: &'a [f64],
    /// What each leaf adds to the outputs that its tree has a say in, nodes × `width`.
    pub(crate) values: &'a [f64],
    /// The number of outputs that a tree has a say in: those from `width` times the tree's number, modulo `outputs`.
    pub(crate) width: usize,
    /// The number of outputs.
    pub(crate) outputs: usize,
}

/// What rows that go down an edge need of it, at each of `Q` points t with weight w. The edge's feature is i; z_i goes
/// with the edge, and y_i with the nearest edge above of the same feature (1 where there is none).
#[derive(Clone, Copy)]
struct Edge<const Q: usize> {
    /// The factor of i here over that above: (1 − t)·z_i, or t + (1 − t)·z_i for rows that go this way, over
    /// t + (1 − t)·y_i.
    factors: [[f64; Q]; 2],
    /// What a leaf's product counts for i, here less above: w·(o_i − z_i)/(t·o_i + (1 − t)·z_i), less
    /// w·(1 − y_i)/(t + (1 − t)·y_i).
    counts: [[f64; Q]; 2],
    /// The factor z_i/y_i for rows that have left the path above; these count nothing.
    lost: f64,
}

/// Working memory for one row.
struct Walk<const Q: usize> {
    /// For each node the products at each point on the way down.
    products: Vec<[f64; Q]>,
    /// For each node the sums of leaf values times products on the way up.
    sums: Vec<[f64; Q]>,
    /// Whether the row goes the way of each edge and of those of the same feature above.
    goes: Vec<bool>,
}

impl Ensemble<'_> {
    /// The Shapley values, rows × features × outputs.
    pub(crate) fn shapley(&self, x: &Matrix) -> Vec<f64> {
        let (cols, stride) = (x.cols(), x.cols() * self.outputs);
        let mut values = vec![0.0; x.rows() * stride];
        if values.is_empty() {
            return values;
        }
        let trees = self.skeletons();
        values.par_chunks_mut(BLOCK_ROWS * stride).zip(x.data().par_chunks(BLOCK_ROWS * cols)).for_each(
            |(out, rows)| {
                for (number, tree) in trees.iter().enumerate() {
                    let output = number * self.width % self.outputs;
                    // Half as many points as there are other features on the path, and one.
                    let (points, weights) = gauss_legendre(tree.most_features.div_ceil(2).max(1));
                    for (points, weights) in points.chunks(LANES).zip(weights.chunks(LANES)) {
                        let part = Part { tree, points, weights, output, cols };
                        match points.len() {
                            1 => self.add_tree::<1>(&part, rows, out),
                            2 => self.add_tree::<2>(&part, rows, out),
                            3 | 4 => self.add_tree::<4>(&part, rows, out),
                            5 | 6 => self.add_tree::<6>(&part, rows, out),
                            _ => self.add_tree::<8>(&part, rows, out),
                        }
                    }
                }
            },
        );
        values
    }

    /// The outputs for no row in particular: the mean of all leaves by their covers.
    pub(crate) fn base(&self) -> Vec<f64> {
        let mut base = vec![0.0; self.outputs];
        let mut means = self.values.to_vec();
        for (number, tree) in self.skeletons().iter().enumerate() {
            for &(at, _) in tree.splits.iter().rev() {
                let (at, child) = (tree.root + at as usize, tree.root + tree.child(at));
                let shares = [child, child + 1].map(|place| share(self.covers, child, place));
                for output in 0..self.width {
                    let mean = |place: usize| means[place * self.width + output];
                    means[at * self.width + output] = shares[0] * mean(child) + shares[1] * mean(child + 1);
                }
            }
            let first = number * self.width % self.outputs.max(1);
            for output in 0..self.width {
                base[first + output] += means[tree.root * self.width + output];
            }
        }
        base
    }

    fn skeletons(&self) -> Vec<Skeleton<'_>> {
        let ends = self.roots.iter().skip(1).map(|&root| root as usize).chain([self.nodes.len()]);
        let trees = self.roots.iter().zip(ends).map(|(&root, end)| {
            let range = root as usize..end;
            Skeleton::new(&self.nodes[range.clone()], root as usize, &self.covers[range])
        });
        trees.collect()
    }

    fn add_tree<const Q: usize>(&self, part: &Part<'_>, rows: &[f64], out: &mut [f64]) {
        let edges = part.edges::<Q>();
        let count = part.tree.nodes.len();
        let mut walk =
            Walk { products: vec![[1.0; Q]; count], sums: vec![[0.0; Q]; count], goes: vec![false; count] };
        let stride = part.cols * self.outputs;
        for (row, out) in rows.chunks_exact(part.cols).zip(out.chunks_exact_mut(stride)) {
            part.descend(row, &edges, &mut walk);
            for place in 0..self.width {
                let values =
                    self.values[part.tree.root * self.width..].iter().skip(place).step_by(self.width);
                part.set_leaves(values, &mut walk);
                part.ascend(&edges, &mut walk, &mut out[part.output + place..], self.outputs);
            }
        }
    }
}

/// A tree with some of the points of quadrature.
struct Part<'a> {
    tree: &'a Skeleton<'a>,
    points: &'a [f64],
    weights: &'a [f64],
    /// The first output that the tree has a say in.
    output: usize,
    cols: usize,
}

impl Part<'_> {
    fn edges<const Q: usize>(&self) -> Vec<Edge<Q>> {
        let empty = Edge { factors: [[0.0; Q]; 2], counts: [[0.0; Q]; 2], lost: 0.0 };
        let mut edges = vec![empty; self.tree.nodes.len()];
        for &(at, above) in &self.tree.splits {
            let child = self.tree.child(at);
            let z_above = if above == NONE { 1.0 } else { self.tree.zeros[above as usize] };
            for place in [child, child + 1] {
                let (z, edge) = (self.tree.zeros[place], &mut edges[place]);
                edge.lost = if z_above > 0.0 { z / z_above } else { 0.0 };
                // Points beyond the last have no weight.
                for (lane, (&t, &weight)) in self.points.iter().zip(self.weights).enumerate() {
                    let (there, here) = (t + (1.0 - t) * z_above, t + (1.0 - t) * z);
                    let before = weight * (1.0 - z_above) / there;
                    edge.factors[0][lane] = (1.0 - t) * z / there;
                    edge.factors[1][lane] = here / there;
                    edge.counts[0][lane] = -weight / (1.0 - t) - before;
                    edge.counts[1][lane] = weight * (1.0 - z) / here - before;
                }
            }
        }
        edges
    }

    /// Builds the products of all nodes.
    #[inline(always)]
    fn descend<const Q: usize>(&self, row: &[f64], edges: &[Edge<Q>], walk: &mut Walk<Q>) {
        for &(at, above) in &self.tree.splits {
            let node = self.tree.nodes[at as usize];
            let right = usize::from(node.goes_right_or_missing(row[node.feature()]));
            let on_path = above == NONE || walk.goes[above as usize];
            let (child, product) = (self.tree.child(at), walk.products[at as usize]);
            for side in 0..2 {
                let (place, goes) = (child + side, on_path && side == right);
                walk.goes[place] = goes;
                let edge = &edges[place];
                walk.products[place] = if on_path {
                    let factors = &edge.factors[usize::from(goes)];
                    std::array::from_fn(|lane| product[lane] * factors[lane])
                } else {
                    product.map(|product| product * edge.lost)
                };
            }
        }
    }

    fn set_leaves<'v, const Q: usize>(&self, values: impl Iterator<Item = &'v f64>, walk: &mut Walk<Q>) {
        for ((sum, product), value) in walk.sums.iter_mut().zip(&walk.products).zip(values) {
            *sum = product.map(|product| product * value);
        }
    }

    /// Sums up the leaves below each edge and adds what they say of its feature.
    #[inline(always)]
    fn ascend<const Q: usize>(&self, edges: &[Edge<Q>], walk: &mut Walk<Q>, out: &mut [f64], outputs: usize) {
        for &(at, above) in self.tree.splits.iter().rev() {
            let child = self.tree.child(at);
            let (left, right) = (walk.sums[child], walk.sums[child + 1]);
            walk.sums[at as usize] = std::array::from_fn(|lane| left[lane] + right[lane]);
            if above == NONE || walk.goes[above as usize] {
                let counts =
                    [child, child + 1].map(|place| &edges[place].counts[usize::from(walk.goes[place])]);
                let lanes: [f64; Q] =
                    std::array::from_fn(|lane| counts[0][lane] * left[lane] + counts[1][lane] * right[lane]);
                out[self.tree.nodes[at as usize].feature() * outputs] += lanes.iter().sum::<f64>();
            }
        }
    }
}
