/// A set of bin numbers that empties itself in order, in time proportional to what is in it.
pub(super) struct CodeSet {
    words: Box<[u64; 1024]>,
    summary: [u64; 16],
}

impl CodeSet {
    pub(super) fn new() -> Self {
        Self { words: Box::new([0; 1024]), summary: [0; 16] }
    }

    #[inline]
    pub(super) fn insert(&mut self, code: u16) {
        self.words[usize::from(code >> 6)] |= 1 << (code & 63);
        self.summary[usize::from(code >> 12)] |= 1 << (code >> 6 & 63);
    }

    /// Calls `visit` with every number in the set, in ascending order, and leaves the set empty. None is above `last`.
    #[inline]
    pub(super) fn drain(&mut self, last: u16, mut visit: impl FnMut(u16)) {
        for block in 0..=usize::from(last >> 12) {
            let mut summary = std::mem::take(&mut self.summary[block]);
            while summary != 0 {
                let at = block << 6 | summary.trailing_zeros() as usize;
                summary &= summary - 1;
                let mut word = std::mem::take(&mut self.words[at]);
                while word != 0 {
                    visit((at << 6 | word.trailing_zeros() as usize) as u16);
                    word &= word - 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_an_ordered_set(fills in prop::collection::vec(prop::collection::btree_set(any::<u16>(), 0..60), 1..4)) {
            let mut set = CodeSet::new();
            for fill in fills {
                fill.iter().rev().for_each(|&code| set.insert(code));
                fill.iter().for_each(|&code| set.insert(code));
                let mut found = Vec::new();
                set.drain(fill.last().copied().unwrap_or(0), |code| found.push(code));
                prop_assert!(found.is_sorted());
                prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), fill);
            }
        }
    }
}
