//! The search for splits by sums in bins.

use rayon::prelude::*;

use super::grow::{Ground, Leaf, Search};
use super::split::{Best, Rules, Whole};
use super::sums::Sum;

/// A leaf with fewer rows is searched straight from them; of others the histograms are kept, so that the larger child's
/// is its parent's less its sibling's.
const FEW_ROWS: usize = 512;
/// Fewer additions to bins than this are not worth being shared among threads.
const PARALLEL_WORK: usize = 1 << 18;
/// Bins of a feature, that of missing values among them.
const MAX_CODES: usize = 256;

/// The sums in each feature's bins, the last that of missing values.
type Histogram = Vec<Vec<Sum>>;

/// Working memory.
pub(super) struct Histograms {
    bins: Box<Bins>,
    pool: Vec<Histogram>,
    gathered: Vec<Sum>,
}

impl Search for Histograms {
    type Kept = Histogram;

    fn root(&mut self, ground: &Ground<'_>, rows: &[u32], root: &mut Leaf<Histogram>) {
        self.gather(ground, rows, root);
        let gathered = std::mem::take(&mut self.gathered);
        if root.rows() < FEW_ROWS {
            self.search_few(ground, rows, &gathered, root);
        } else {
            let nothing = vec![Vec::new(); ground.features.len()];
            let mut nobody = Leaf::new(&ground.rules, 0, (0, 0), 0, Sum::ZERO);
            self.search_both(ground, rows, &gathered, nothing, root, &mut nobody);
        }
        self.gathered = gathered;
    }

    fn children(
        &mut self,
        ground: &Ground<'_>,
        rows: &[u32],
        of_small: &[Sum],
        parent: Option<Histogram>,
        small: &mut Leaf<Histogram>,
        large: &mut Leaf<Histogram>,
    ) {
        let rules = &ground.rules;
        if let Some(histogram) = parent {
            if large.rows() >= FEW_ROWS && rules.divisible(large.sum) {
                return self.search_both(ground, rows, of_small, histogram, small, large);
            }
            self.pool.push(histogram);
        }
        if rules.divisible(small.sum) {
            self.search_few(ground, rows, of_small, small);
        }
        if rules.divisible(large.sum) {
            self.gather(ground, rows, large);
            let gathered = std::mem::take(&mut self.gathered);
            self.search_few(ground, rows, &gathered, large);
            self.gathered = gathered;
        }
    }

    fn give_back(&mut self, kept: Option<Histogram>) {
        self.pool.extend(kept);
    }
}

impl Histograms {
    pub(super) fn new() -> Self {
        Self { bins: Box::new(Bins::new()), pool: Vec::new(), gathered: Vec::new() }
    }

    /// Fills the smaller leaf's histogram from its rows and makes that of the larger one from it and the parent's.
    fn search_both(
        &mut self,
        ground: &Ground<'_>,
        rows: &[u32],
        of_small: &[Sum],
        mut parent: Histogram,
        small: &mut Leaf<Histogram>,
        large: &mut Leaf<Histogram>,
    ) {
        let rules = &ground.rules;
        let mut histogram = self.take_histogram(ground);
        let small_rows = &rows[small.start..small.end];
        let all = small_rows.len() == ground.rows.len();
        let wholes = [small.sum, large.sum].map(|sum| (rules.divisible(sum), rules.whole(sum)));
        let search =
            |bins: &mut Bins, feature: usize, kept: &mut [Sum], parent: &mut [Sum], best: &mut [Best; 2]| {
                let codes = &ground.columns[feature].codes;
                if all {
                    bins.fill_all(codes, of_small)
                } else {
                    bins.fill(codes, small_rows, of_small)
                }
                bins.move_to(kept);
                for (sum, small) in parent.iter_mut().zip(kept.iter()) {
                    *sum -= *small;
                }
                for ((histogram, best), (divisible, whole)) in
                    [kept, parent].into_iter().zip(best).zip(&wholes)
                {
                    if *divisible {
                        search_kept(rules, histogram, whole, feature, best);
                    }
                }
            };
        let start = [small.best, large.best];
        let parts = (ground.features, &mut histogram, &mut parent);
        [small.best, large.best] = each_feature(small_rows.len(), &mut self.bins, start, parts, search);
        large.kept = Some(parent);
        if small.rows() >= FEW_ROWS {
            small.kept = Some(histogram);
        } else {
            self.pool.push(histogram);
        }
    }

    /// Looks for the best split of a leaf straight from its rows.
    fn search_few(&mut self, ground: &Ground<'_>, rows: &[u32], of_leaf: &[Sum], leaf: &mut Leaf<Histogram>) {
        let whole = ground.rules.whole(leaf.sum);
        let bins = self.bins.as_mut();
        for &feature in ground.features {
            let column = &ground.columns[feature];
            bins.fill_few(&column.codes, &rows[leaf.start..leaf.end], of_leaf);
            let missing = bins.pack(column.bins());
            let filled = || bins.codes.iter().copied().zip(bins.packed.iter().copied());
            search(&ground.rules, filled, missing, &whole, feature, &mut leaf.best);
        }
    }

    fn gather(&mut self, ground: &Ground<'_>, rows: &[u32], leaf: &Leaf<Histogram>) {
        self.gathered.clear();
        self.gathered.extend(rows[leaf.start..leaf.end].iter().map(|&row| ground.rows[row as usize]));
    }

    /// A histogram to be written over.
    fn take_histogram(&mut self, ground: &Ground<'_>) -> Histogram {
        let mut histogram = self.pool.pop().unwrap_or_default();
        histogram.resize_with(ground.features.len(), Vec::new);
        for (kept, &feature) in histogram.iter_mut().zip(ground.features) {
            kept.resize(ground.columns[feature].bins() + 1, Sum::ZERO);
        }
        histogram
    }
}

/// The sums in one feature's bins, and which of them have rows.
struct Bins {
    sums: [Sum; MAX_CODES],
    used: [u64; MAX_CODES / 64],
    codes: Vec<u8>,
    packed: Vec<Sum>,
}

impl Bins {
    fn new() -> Self {
        Self {
            sums: [Sum::ZERO; MAX_CODES],
            used: [0; MAX_CODES / 64],
            codes: Vec::with_capacity(MAX_CODES),
            packed: Vec::with_capacity(MAX_CODES),
        }
    }

    /// Adds all rows.
    fn fill_all(&mut self, codes: &[u8], sums: &[Sum]) {
        for (&code, &sum) in codes.iter().zip(sums) {
            self.sums[usize::from(code)] += sum;
        }
    }

    /// Adds the rows with these numbers.
    fn fill(&mut self, codes: &[u8], rows: &[u32], sums: &[Sum]) {
        for (&row, &sum) in rows.iter().zip(sums) {
            self.sums[usize::from(codes[row as usize])] += sum;
        }
    }

    /// As [`Self::fill`], and marks the bins.
    fn fill_few(&mut self, codes: &[u8], rows: &[u32], sums: &[Sum]) {
        for (&row, &sum) in rows.iter().zip(sums) {
            let code = codes[row as usize];
            self.sums[usize::from(code)] += sum;
            self.used[usize::from(code >> 6)] |= 1 << (code & 63);
        }
    }

    /// Leaves all bins empty and their sums in a kept histogram.
    fn move_to(&mut self, kept: &mut [Sum]) {
        let sums = &mut self.sums[..kept.len()];
        kept.copy_from_slice(sums);
        sums.fill(Sum::ZERO);
    }

    /// Leaves all bins empty and those that had rows in `codes` and `packed`; returns the sum of bin `missing`, which is
    /// not among these.
    fn pack(&mut self, missing: usize) -> Sum {
        let of_missing = std::mem::take(&mut self.sums[missing]);
        self.used[missing >> 6] &= !(1 << (missing & 63));
        self.codes.clear();
        self.packed.clear();
        for (place, word) in self.used.iter_mut().enumerate() {
            let mut word = std::mem::take(word);
            while word != 0 {
                let code = place << 6 | word.trailing_zeros() as usize;
                word &= word - 1;
                self.codes.push(code as u8);
                self.packed.push(std::mem::take(&mut self.sums[code]));
            }
        }
        of_missing
    }
}

/// Looks for the best split by a feature with a kept histogram.
fn search_kept(rules: &Rules, histogram: &[Sum], whole: &Whole, feature: usize, best: &mut Best) {
    let Some((&missing, bins)) = histogram.split_last() else { return };
    let filled = || (0..=u8::MAX).zip(bins.iter().copied()).filter(|(_, sum)| !sum.is_empty());
    search(rules, filled, missing, whole, feature, best);
}

/// Looks for a better split than `best` by a feature with these bins, all of which have rows.
#[inline(always)]
fn search<I: Iterator<Item = (u8, Sum)>>(
    rules: &Rules,
    bins: impl Fn() -> I,
    missing: Sum,
    whole: &Whole,
    feature: usize,
    best: &mut Best,
) {
    let sides: &[Option<bool>] = if missing.is_empty() { &[None] } else { &[Some(false), Some(true)] };
    for &missing_left in sides {
        let before = best.score;
        let start = if missing_left == Some(true) { missing } else { Sum::ZERO };
        scan(rules, bins(), start, whole, best);
        if best.score > before {
            (best.feature, best.missing_left) = (feature, missing_left);
        }
    }
}

/// Goes over the bins from the left, with `left` on the left side from the start.
#[inline(always)]
fn scan(rules: &Rules, bins: impl Iterator<Item = (u8, Sum)>, mut left: Sum, whole: &Whole, best: &mut Best) {
    let mut below = None;
    for (code, sum) in bins {
        if let Some(below) = below
            && !try_split(rules, left, whole, below, Some(code), best)
        {
            return;
        }
        left += sum;
        below = Some(code);
    }
    if let Some(below) = below {
        try_split(rules, left, whole, below, None, best);
    }
}

/// Tries one split; false when the right side has become too small for this and all that follow.
#[inline(always)]
fn try_split(rules: &Rules, left: Sum, whole: &Whole, below: u8, above: Option<u8>, best: &mut Best) -> bool {
    let (scale, right) = (&rules.scale, whole.sum - left);
    let hessian = scale.hessian(left);
    if scale.count(left) < rules.rows_in_leaf || hessian < rules.hessian_in_leaf {
        return true;
    }
    if scale.count(right) < rules.rows_in_leaf || scale.hessian(right) < rules.hessian_in_leaf {
        return false;
    }
    let hessian = hessian as f64 + rules.l2;
    let distance = scale.gradient(left) - hessian * whole.ratio;
    let (square, product) = (distance * distance, hessian * (whole.hessian - hessian));
    if square > best.bound() * product {
        let score = square / product;
        if score > best.score {
            *best = Best { score, below, above, ..*best };
        }
    }
    true
}

/// Runs `search` for each feature with its part of two histograms, on many threads if it is worth it, and returns the
/// best splits: of equal ones, that by the first feature.
fn each_feature(
    rows: usize,
    bins: &mut Bins,
    start: [Best; 2],
    (features, kept, parent): (&[usize], &mut Histogram, &mut Histogram),
    search: impl Fn(&mut Bins, usize, &mut [Sum], &mut [Sum], &mut [Best; 2]) + Sync,
) -> [Best; 2] {
    let mut best = start;
    if rows * features.len() < PARALLEL_WORK || rayon::current_num_threads() == 1 {
        for ((&feature, kept), parent) in features.iter().zip(kept).zip(parent) {
            search(bins, feature, kept, parent, &mut best);
        }
        return best;
    }
    let parts = features.par_iter().zip(kept.par_iter_mut()).zip(parent.par_iter_mut());
    let found = parts.map_init(
        || Box::new(Bins::new()),
        |bins, ((&feature, kept), parent)| {
            let mut best = start;
            search(bins, feature, kept, parent, &mut best);
            best
        },
    );
    for pair in found.collect::<Vec<_>>() {
        for (best, found) in best.iter_mut().zip(pair) {
            if found.score > best.score {
                *best = found;
            }
        }
    }
    best
}
