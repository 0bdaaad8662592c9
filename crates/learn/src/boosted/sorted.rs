//! The search for splits by rows in order, for tables of few rows: where a leaf has fewer rows than a feature has bins,
//! going over its rows is cheaper than going over bins.
//!
//! Each feature's rows are kept in the order of their bins, leaf after leaf, missing values last. A leaf's rows carry
//! g − h·G/(h_L + h_R) instead of g, so that a sum over them is the distance d of `split.rs`; these are whole numbers
//! that floating-point numbers hold and add without rounding, so that, as with histograms, no order matters.

use super::bins::Column;
use super::grow::{Ground, Leaf, Search};
use super::split::{Best, Rules, Whole};
use super::sums::Sum;

/// The most rows of a table for which this is the faster way.
pub(super) const MAX_ROWS: usize = 3000;

/// Working memory.
pub(super) struct Sorted {
    /// For each feature all rows in order.
    all: Vec<Vec<u16>>,
    /// For each feature the rows of the present tree, leaf after leaf, each in order.
    orders: Vec<Vec<u16>>,
    spare: Vec<u16>,
    /// Whether a row of the leaf that is divided goes left.
    goes_left: Vec<bool>,
    /// For each row g − h·G/(h_L + h_R) and h.
    values: Vec<[f64; 2]>,
}

impl Search for Sorted {
    type Kept = ();

    fn root(&mut self, ground: &Ground<'_>, rows: &[u32], root: &mut Leaf<()>) {
        let drawn = rows.len() < self.values.len();
        if drawn {
            self.goes_left.fill(false);
            rows.iter().for_each(|&row| self.goes_left[row as usize] = true);
        }
        for &feature in ground.features {
            let (order, all) = (&mut self.orders[feature], &self.all[feature]);
            order.clear();
            if drawn {
                order.extend(all.iter().filter(|&&row| self.goes_left[usize::from(row)]));
            } else {
                order.extend_from_slice(all);
            }
        }
        self.take_up(ground, rows, root);
        let whole = ground.rules.whole(root.sum);
        for &feature in ground.features {
            self.search(ground, &whole, feature, root);
        }
    }

    fn children(
        &mut self,
        ground: &Ground<'_>,
        rows: &[u32],
        _of_small: &[Sum],
        _parent: Option<()>,
        small: &mut Leaf<()>,
        large: &mut Leaf<()>,
    ) {
        let (left, right) = if small.start < large.start { (small, large) } else { (large, small) };
        for (leaf, goes_left) in [(&*left, true), (&*right, false)] {
            for &row in &rows[leaf.start..leaf.end] {
                self.goes_left[row as usize] = goes_left;
            }
        }
        let divisible = [&*left, &*right].map(|leaf| ground.rules.divisible(leaf.sum));
        let wholes = [&*left, &*right].map(|leaf| ground.rules.whole(leaf.sum));
        for (leaf, divisible) in [&*left, &*right].into_iter().zip(divisible) {
            if divisible {
                self.take_up(ground, rows, leaf);
            }
        }
        for &feature in ground.features {
            let order = &mut self.orders[feature][left.start..right.end];
            match divisible {
                [true, true] => partition(order, &mut self.spare, &self.goes_left),
                [true, false] => move_left(order, &self.goes_left),
                _ => move_right(order, &self.goes_left),
            }
            for (leaf, (divisible, whole)) in
                [&mut *left, &mut *right].into_iter().zip(divisible.iter().zip(&wholes))
            {
                if *divisible {
                    self.search(ground, whole, feature, leaf);
                }
            }
        }
    }

    fn give_back(&mut self, _kept: Option<()>) {}
}

impl Sorted {
    /// For tables of up to [`MAX_ROWS`] rows.
    pub(super) fn new(columns: &[Column], rows: usize) -> Self {
        let order = |column: &Column| {
            let mut order: Vec<u16> = (0..rows as u16).collect();
            order.sort_by_key(|&row| column.codes[usize::from(row)]);
            order
        };
        Self {
            all: columns.iter().map(order).collect(),
            orders: vec![Vec::with_capacity(rows); columns.len()],
            spare: vec![0; rows],
            goes_left: vec![false; rows],
            values: vec![[0.0; 2]; rows],
        }
    }

    /// Gives a leaf's rows their values.
    fn take_up(&mut self, ground: &Ground<'_>, rows: &[u32], leaf: &Leaf<()>) {
        let (scale, ratio) = (&ground.rules.scale, ground.rules.whole(leaf.sum).ratio);
        for &row in &rows[leaf.start..leaf.end] {
            let sum = ground.rows[row as usize];
            let hessian = scale.hessian(sum) as f64;
            self.values[row as usize] = [whole_number(scale.gradient(sum) - hessian * ratio), hessian];
        }
    }

    /// Looks for a better split of a leaf by a feature.
    fn search(&self, ground: &Ground<'_>, whole: &Whole, feature: usize, leaf: &mut Leaf<()>) {
        let column = &ground.columns[feature];
        let codes = column.codes.as_slice();
        let order = &self.orders[feature][leaf.start..leaf.end];
        let misses = |row: &u16| usize::from(codes[usize::from(*row)]) == column.bins();
        let filled = if order.last().is_some_and(misses) {
            order.partition_point(|row| !misses(row))
        } else {
            order.len()
        };
        let (filled, missing) = order.split_at(filled);
        let scan = Scan { rules: &ground.rules, whole, codes, values: &self.values, filled };
        let start = scan.add([-whole.ratio * ground.rules.l2, ground.rules.l2], missing);
        let sides: &[Option<bool>] = if missing.is_empty() { &[None] } else { &[Some(false), Some(true)] };
        for &missing_left in sides {
            let before = leaf.best.score;
            match missing_left {
                Some(true) => scan.run(start, missing.len(), 0, &mut leaf.best),
                _ => scan.run(
                    [-whole.ratio * ground.rules.l2, ground.rules.l2],
                    0,
                    missing.len(),
                    &mut leaf.best,
                ),
            }
            if leaf.best.score > before {
                (leaf.best.feature, leaf.best.missing_left) = (feature, missing_left);
            }
        }
    }
}

/// The rows of a leaf in the order of a feature.
struct Scan<'a> {
    rules: &'a Rules,
    whole: &'a Whole,
    codes: &'a [u8],
    values: &'a [[f64; 2]],
    /// The rows that do not miss the feature.
    filled: &'a [u16],
}

impl Scan<'_> {
    #[inline(always)]
    fn add(&self, start: [f64; 2], rows: &[u16]) -> [f64; 2] {
        rows.iter().fold(start, |sum, &row| {
            let value = self.values[usize::from(row)];
            [sum[0] + value[0], sum[1] + value[1]]
        })
    }

    /// Goes over the rows from the left, with so many that miss the feature on either side, and `left` on the left side
    /// from the start.
    fn run(&self, left: [f64; 2], missing_left: usize, missing_right: usize, best: &mut Best) {
        let (rows, least) = (self.filled, self.rules.rows_in_leaf);
        // How many of the rows may go left. One must, and one must go right or miss the feature and go right.
        let fewest = least.saturating_sub(missing_left).max(1);
        let Some(most) = (rows.len() + missing_right).checked_sub(least) else { return };
        let most = most.min(rows.len());
        if fewest > most {
            return;
        }
        let mut left = self.add(left, &rows[..fewest]);
        let mut bound = best.bound();
        let mut place = fewest;
        let tried = &rows[fewest..rows.len().min(most + 1)];
        // Two at a time, so that one instruction serves both.
        let (pairs, rest) = tried.as_chunks::<2>();
        for &[first, second] in pairs {
            let next = self.add(left, &[first]);
            let (distance, hessian) = ([left[0], next[0]], [left[1], next[1]]);
            let square = distance.map(|distance| distance * distance);
            let product = hessian.map(|hessian| hessian * (self.whole.hessian - hessian));
            if (square[0] > bound * product[0]) | (square[1] > bound * product[1]) {
                self.try_split(left, place, best);
                self.try_split(next, place + 1, best);
                bound = best.bound();
            }
            left = self.add(next, &[second]);
            place += 2;
        }
        for &row in rest {
            self.try_split(left, place, best);
            left = self.add(left, &[row]);
        }
        if most == rows.len() {
            self.try_split(left, most, best);
        }
    }

    /// Tries the split with so many rows on the left.
    #[inline(always)]
    fn try_split(&self, [distance, hessian]: [f64; 2], place: usize, best: &mut Best) {
        let right = self.whole.hessian - hessian;
        let score = distance * distance / (hessian * right);
        if score > best.score {
            let code = |place: usize| self.codes[usize::from(self.filled[place])];
            let (below, above) = (code(place - 1), (place < self.filled.len()).then(|| code(place)));
            // Seldom asked, for few splits come so far.
            let least = self.rules.hessian_in_leaf as f64 + self.rules.l2;
            if Some(below) != above && hessian >= least && right >= least {
                *best = Best { score, below, above, ..*best };
            }
        }
    }
}

/// The nearest whole number, for numbers below 2⁵¹.
fn whole_number(value: f64) -> f64 {
    // Where the unit is 1, numbers have no fraction.
    const UNIT_IS_ONE: f64 = 1.5 * (1u64 << 52) as f64;
    (value + UNIT_IS_ONE) - UNIT_IS_ONE
}

/// Brings the rows that go left before the others; all keep their order.
fn partition(order: &mut [u16], spare: &mut [u16], goes_left: &[bool]) {
    let (mut left, mut right) = (0, 0);
    for place in 0..order.len() {
        let row = order[place];
        let goes_left = goes_left[usize::from(row)];
        order[left] = row;
        spare[right] = row;
        left += usize::from(goes_left);
        right += usize::from(!goes_left);
    }
    order[left..].copy_from_slice(&spare[..right]);
}

/// Brings the rows that go left to the front; the others are lost.
fn move_left(order: &mut [u16], goes_left: &[bool]) {
    let mut left = 0;
    for place in 0..order.len() {
        let row = order[place];
        order[left] = row;
        left += usize::from(goes_left[usize::from(row)]);
    }
}

/// Brings the rows that go right to the back; the others are lost.
fn move_right(order: &mut [u16], goes_left: &[bool]) {
    let mut right = order.len();
    for place in (0..order.len()).rev() {
        let row = order[place];
        order[right - 1] = row;
        right -= usize::from(!goes_left[usize::from(row)]);
    }
}
