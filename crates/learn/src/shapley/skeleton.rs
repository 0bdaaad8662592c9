//! What the paths of a tree have in common for all rows.

use crate::forest::Node;

/// No edge.
pub(super) const NONE: u32 = u32::MAX;

/// A tree with what is known of its paths. Nodes are numbered from the tree's root, 0; the edge to a node has the node's
/// number.
pub(super) struct Skeleton<'a> {
    pub(super) nodes: &'a [Node],
    /// The node's number in the ensemble.
    pub(super) root: usize,
    /// The nodes that are no leaves, ascending, and for each the nearest edge above it that comes from a split by the
    /// same feature, or [`NONE`].
    pub(super) splits: Vec<(u32, u32)>,
    /// For each edge the product of the shares of cover along the edges of its feature from the root to it.
    pub(super) zeros: Vec<f64>,
    /// The most different features on a path.
    pub(super) most_features: usize,
}

impl<'a> Skeleton<'a> {
    /// Children come after their parents, the second right after the first; `covers` are those of the nodes.
    pub(super) fn new(nodes: &'a [Node], root: usize, covers: &[f64]) -> Self {
        let count = nodes.len();
        let (mut parents, mut features_above) = (vec![NONE; count], vec![0usize; count]);
        let (mut splits, mut zeros, mut most_features) = (Vec::with_capacity(count / 2), vec![1.0; count], 0);
        for (at, node) in nodes.iter().enumerate() {
            let child = node.child as usize - root;
            most_features = most_features.max(features_above[at]);
            if child == at {
                continue;
            }
            let above = nearest(nodes, &parents, at, node.feature());
            splits.push((at as u32, above));
            for place in [child, child + 1] {
                parents[place] = at as u32;
                features_above[place] = features_above[at] + usize::from(above == NONE);
                let before = if above == NONE { 1.0 } else { zeros[above as usize] };
                zeros[place] = before * share(covers, child, place);
            }
        }
        Self { nodes, root, splits, zeros, most_features }
    }

    /// The first child of a node.
    #[inline(always)]
    pub(super) fn child(&self, node: u32) -> usize {
        self.nodes[node as usize].child as usize - self.root
    }
}

/// The share of the cover of two siblings, the first of which is `child`, that one of them has; half of nothing.
pub(super) fn share(covers: &[f64], child: usize, place: usize) -> f64 {
    let sum = covers[child] + covers[child + 1];
    if sum > 0.0 { covers[place] / sum } else { 0.5 }
}

/// The nearest edge above a node that comes from a split by the feature.
fn nearest(nodes: &[Node], parents: &[u32], mut at: usize, feature: usize) -> u32 {
    while parents[at] != NONE {
        let parent = parents[at] as usize;
        if nodes[parent].feature() == feature {
            return at as u32;
        }
        at = parent;
    }
    NONE
}
