//! The graph of nearest neighbours.

use rayon::prelude::*;

use crate::Points;
use crate::points::squared_distance;

/// Objects linked where one is among the [`NEIGHBOURS`] nearest of the other. A link of i and j weighs
/// w = exp(−d² / s_i s_j), d their distance and s that to the last of the nearest (Zelnik-Manor & Perona 2004), so that
/// dense and sparse regions are linked alike; it is kept as w / √(W_i W_j), W the sum of an object's weights.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The rows of the objects, in rising order: their places are the nodes.
    rows: Vec<usize>,
    /// Where each node's links start, and the end.
    starts: Vec<u32>,
    /// The nodes linked to, node after node, with their weights.
    links: Vec<(u32, f32)>,
}

/// Nearest neighbours of each object.
pub const NEIGHBOURS: usize = 10;

/// Objects that are compared with all others at a time, so that these are fetched less often.
const TOGETHER: usize = 16;

impl Graph {
    /// Links the objects of these rows. The distances of all pairs are taken.
    pub(crate) fn new(points: &Points, rows: &[usize]) -> Self {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        let nearest: Vec<Vec<(f32, u32)>> =
            rows.par_chunks(TOGETHER).flat_map_iter(|together| nearest(points, &rows, together)).collect();
        let reach: Vec<f32> =
            nearest.iter().map(|list| list.last().map_or(0.0, |last| last.0.sqrt())).collect();
        let mut linked: Vec<Vec<(u32, f32)>> = vec![Vec::new(); rows.len()];
        for (i, list) in nearest.iter().enumerate() {
            for &(squared, j) in list {
                let scale = reach[i] * reach[j as usize];
                let weight = if scale > 0.0 { (-squared / scale).exp() } else { 1.0 };
                linked[i].push((j, weight));
                linked[j as usize].push((i as u32, weight));
            }
        }
        for links in &mut linked {
            links.sort_unstable_by_key(|link| link.0);
            links.dedup_by_key(|link| link.0);
        }
        let sums: Vec<f32> = linked.iter().map(|links| links.iter().map(|link| link.1).sum()).collect();
        let mut graph = Self { rows, starts: vec![0], links: Vec::new() };
        for (i, links) in linked.iter().enumerate() {
            graph.links.extend(links.iter().map(|(j, weight)| {
                let product = sums[i] * sums[*j as usize];
                (*j, if product > 0.0 { weight / product.sqrt() } else { 0.0 })
            }));
            graph.starts.push(graph.links.len() as u32);
        }
        graph
    }

    /// The number of objects.
    pub fn nodes(&self) -> usize {
        self.rows.len()
    }

    /// The node of an object's row, if it is in the graph.
    pub fn node(&self, row: usize) -> Option<usize> {
        self.rows.binary_search(&row).ok()
    }

    /// The nodes that a node is linked to, with the weights of the links.
    ///
    /// # Panics
    /// When there is no such node, as indexing a slice does.
    pub fn links(&self, node: usize) -> &[(u32, f32)] {
        &self.links[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

/// The nearest of all `rows` to each of `together`, nearest first, as squared distances and nodes; none is its own.
fn nearest(points: &Points, rows: &[usize], together: &[usize]) -> Vec<Vec<(f32, u32)>> {
    let mut lists: Vec<Vec<(f32, u32)>> = vec![Vec::with_capacity(NEIGHBOURS + 1); together.len()];
    for (node, &row) in rows.iter().enumerate() {
        let point = points.point(row);
        for (list, &centre) in lists.iter_mut().zip(together) {
            if row == centre {
                continue;
            }
            let squared = squared_distance(points.point(centre), point);
            if list.len() < NEIGHBOURS || list.last().is_some_and(|last| squared < last.0) {
                let place = list.partition_point(|other| other.0 <= squared);
                list.insert(place, (squared, node as u32));
                list.truncate(NEIGHBOURS);
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::Matrix;

    #[test]
    fn neighbours_are_the_nearest_and_links_are_mutual() {
        let rows: Vec<[f64; 2]> = (0..80).map(|i| [f64::from(i * 37 % 83), f64::from(i * 29 % 71)]).collect();
        let points = Points::new(&Matrix::from_rows(&rows).unwrap());
        let of: Vec<usize> = (0..80).rev().filter(|row| row % 9 != 4).collect();
        let graph = Graph::new(&points, &of);
        assert_eq!((graph.nodes(), graph.node(4), graph.node(3)), (of.len(), None, Some(3)));
        for &row in &of {
            let node = graph.node(row).unwrap();
            let mut others: Vec<(f32, usize)> = of
                .iter()
                .filter(|other| **other != row)
                .map(|other| (squared_distance(points.point(row), points.point(*other)), *other))
                .collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0));
            let linked: Vec<usize> = graph.links(node).iter().map(|link| link.0 as usize).collect();
            let reach = others[NEIGHBOURS - 1].0;
            for (_, other) in others.iter().take_while(|other| other.0 < reach) {
                assert!(linked.contains(&graph.node(*other).unwrap()));
            }
            for &(other, weight) in graph.links(node) {
                let back = graph.links(other as usize).iter().find(|link| link.0 as usize == node).unwrap();
                assert!(weight > 0.0 && weight == back.1);
            }
        }
    }

    #[test]
    fn equal_lonely_and_no_objects_are_borne() {
        let same = Points::new(&Matrix::new(30, 1, vec![2.0; 30]).unwrap());
        let graph = Graph::new(&same, &(0..30).collect::<Vec<_>>());
        assert!((0..30).all(|node| graph.links(node).iter().all(|link| link.1.is_finite() && link.1 > 0.0)));
        assert!(Graph::new(&same, &[7]).links(0).is_empty());
        assert_eq!(Graph::new(&same, &[]).nodes(), 0);
    }
}
