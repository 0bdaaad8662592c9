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

    /// Calls `visit` with every number below `bins` in the set, in ascending order, and leaves these out of the set.
    #[inline]
    pub(super) fn drain(&mut self, bins: u16, mut visit: impl FnMut(u16)) {
        for block in 0..=usize::from(bins >> 12) {
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
