//! A spanning tree of a transport problem, with the flows and prices that it stands for.

/// Flows from rows to columns: row, column, amount.
pub(super) type Flows = Vec<(usize, usize, u64)>;

const NONE: u32 = u32::MAX;

/// A tree that spans rows (nodes `0..rows`), columns (`rows..rows + columns`) and a root that stands for nobody.
///
/// Arcs lead from rows to columns, and from nodes to the root; so nothing can flow through the root, and the arcs to it, which
/// only hold the tree together, never carry anything. The tree is strongly feasible: from each node something could be sent
/// to the root, that is, arcs that lead down carry flow.
pub(super) struct Tree {
    pub rows: usize,
    pub columns: usize,
    /// What a row pays and a column gets: cost − both is 0 for the arcs of the tree.
    pub prices: Vec<f64>,
    nodes: Vec<Node>,
    /// Nodes still to be visited.
    stack: Vec<u32>,
}

/// Where a node hangs. Together in memory, because it is read together.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    depth: u32,
    /// The first of the nodes that hang from it.
    child: u32,
    /// The others that hang from its parent.
    next: u32,
    previous: u32,
    /// The flow on the arc to the parent.
    flow: u64,
}

impl Tree {
    /// From flows along a forest, all above 0; each of its trees hangs from the root.
    pub(super) fn new(flows: Flows, rows: usize, columns: usize) -> Self {
        let nodes = rows + columns + 1;
        let alone = Node { parent: NONE, depth: 0, child: NONE, next: NONE, previous: NONE, flow: 0 };
        let mut tree =
            Self { rows, columns, prices: vec![0.0; nodes], nodes: vec![alone; nodes], stack: Vec::new() };
        let mut beside: Vec<Vec<(u32, u64)>> = vec![Vec::new(); nodes];
        for (row, column, amount) in flows {
            beside[row].push(((rows + column) as u32, amount));
            beside[rows + column].push((row as u32, amount));
        }
        let root = (nodes - 1) as u32;
        for start in 0..root {
            if tree.nodes[start as usize].parent != NONE {
                continue;
            }
            tree.attach(start, root, 0);
            let mut stack = vec![start];
            while let Some(node) = stack.pop() {
                for &(other, amount) in &beside[node as usize] {
                    if other != tree.nodes[node as usize].parent {
                        tree.attach(other, node, amount);
                        stack.push(other);
                    }
                }
            }
        }
        tree
    }

    /// Prices and depths of all nodes from the costs.
    pub(super) fn price(&mut self, cost: &[f64]) {
        let root = self.nodes.len() - 1;
        self.stack.clear();
        self.stack.push(root as u32);
        while let Some(node) = self.stack.pop() {
            let mut child = self.nodes[node as usize].child;
            while child != NONE {
                let (at, above) = (child as usize, node as usize);
                self.nodes[at].depth = self.nodes[above].depth + 1;
                self.prices[at] = if above == root {
                    0.0
                } else {
                    let (row, column) = if at < self.rows { (at, above) } else { (above, at) };
                    cost[row * self.columns + column - self.rows] - self.prices[above]
                };
                self.stack.push(child);
                child = self.nodes[at].next;
            }
        }
    }

    /// The arc from `row` to `column` (a node) enters, whose cost is `reduced` (below 0) more than the way through the tree.
    pub(super) fn enter(&mut self, row: usize, column: usize, reduced: f64) {
        let (top, amount, leaving, on_row_side) = self.limit(row, column);
        if amount > 0 {
            // Up from the column and down to the row; arcs that are followed backwards lose what others gain.
            self.send(column, top, amount, true);
            self.send(row, top, amount, false);
        }
        let (inside, outside, change) =
            if on_row_side { (row, column, reduced) } else { (column, row, -reduced) };
        self.turn(inside as u32, leaving as u32);
        self.attach(inside as u32, outside as u32, amount);
        self.shift(inside as u32, change);
    }

    /// Where the ways up from both ends meet, how much can flow around, which arc (to its parent) limits that, and on which
    /// side it is. Of several, the last one on the way from the meeting point down to the row, over to the column and up.
    fn limit(&self, row: usize, column: usize) -> (usize, u64, usize, bool) {
        let (mut left, mut right) = (row, column);
        let (mut least_left, mut least_right) = ((u64::MAX, row), (u64::MAX, column));
        while left != right {
            if self.nodes[left].depth >= self.nodes[right].depth {
                // Followed downwards: arcs up, those of rows and of all below the root, lose flow.
                let backwards = left < self.rows || self.nodes[left].depth == 1;
                if backwards && self.nodes[left].flow < least_left.0 {
                    least_left = (self.nodes[left].flow, left);
                }
                left = self.nodes[left].parent as usize;
            } else {
                let backwards = right >= self.rows && self.nodes[right].depth > 1;
                if backwards && self.nodes[right].flow <= least_right.0 {
                    least_right = (self.nodes[right].flow, right);
                }
                right = self.nodes[right].parent as usize;
            }
        }
        if least_right.0 <= least_left.0 {
            (left, least_right.0, least_right.1, false)
        } else {
            (left, least_left.0, least_left.1, true)
        }
    }

    /// Changes the flows on the way up from a node.
    fn send(&mut self, from: usize, top: usize, amount: u64, rows_gain: bool) {
        let mut node = from;
        while node != top {
            if (node < self.rows) == rows_gain {
                self.nodes[node].flow += amount;
            } else {
                self.nodes[node].flow -= amount;
            }
            node = self.nodes[node].parent as usize;
        }
    }

    /// Cuts the arc above `cut` and makes `node`, below it, the top of what was cut off.
    fn turn(&mut self, node: u32, cut: u32) {
        let (mut current, mut above, mut carried) = (node, NONE, 0);
        loop {
            let Node { parent, flow, .. } = self.nodes[current as usize];
            self.detach(current);
            if above != NONE {
                self.attach(current, above, carried);
            }
            if current == cut {
                return;
            }
            (above, current, carried) = (current, parent, flow);
        }
    }

    fn detach(&mut self, node: u32) {
        let Node { parent, previous, next, .. } = self.nodes[node as usize];
        if previous == NONE {
            self.nodes[parent as usize].child = next;
        } else {
            self.nodes[previous as usize].next = next;
        }
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
    }

    fn attach(&mut self, node: u32, parent: u32, flow: u64) {
        let (at, above) = (node as usize, parent as usize);
        let next = self.nodes[above].child;
        if next != NONE {
            self.nodes[next as usize].previous = node;
        }
        let hanging = &mut self.nodes[at];
        (hanging.parent, hanging.flow, hanging.next, hanging.previous) = (parent, flow, next, NONE);
        self.nodes[above].child = node;
    }

    /// Depths and prices of a node and all that hangs from it; what rows pay changes by `of_row`, and what columns get by as
    /// much the other way.
    fn shift(&mut self, top: u32, of_row: f64) {
        self.stack.clear();
        self.stack.push(top);
        while let Some(node) = self.stack.pop() {
            let at = node as usize;
            self.prices[at] += if at < self.rows { of_row } else { -of_row };
            self.nodes[at].depth = self.nodes[self.nodes[at].parent as usize].depth + 1;
            let mut child = self.nodes[at].child;
            while child != NONE {
                self.stack.push(child);
                child = self.nodes[child as usize].next;
            }
        }
    }

    /// All flows above 0.
    pub(super) fn flows(&self) -> Flows {
        let nodes = 0..self.rows + self.columns;
        let carrying = nodes.filter(|&node| self.nodes[node].flow > 0);
        carrying
            .map(|node| {
                let parent = self.nodes[node].parent as usize;
                let (row, column) = if node < self.rows { (node, parent) } else { (parent, node) };
                (row, column - self.rows, self.nodes[node].flow)
            })
            .collect()
    }
}
