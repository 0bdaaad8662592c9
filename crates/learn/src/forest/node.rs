/// A node of a tree, in 16 bytes: four of them share a cache line.
///
/// A value up to the threshold goes to node `child`, a larger one to `child + 1`. A leaf is its own child under a
/// threshold that nothing passes, so a walk that has arrived stays without having to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub(crate) struct Node {
    pub(crate) threshold: f64,
    pub(crate) child: u32,
    /// The number of the feature, and in the highest bit whether missing values go right.
    code: u32,
}

const MISSING_RIGHT: u32 = 1 << 31;

impl Node {
    pub(crate) fn leaf(index: usize) -> Self {
        Self { threshold: f64::INFINITY, child: index as u32, code: 0 }
    }

    pub(crate) fn split(feature: usize, threshold: f64, missing_left: bool, child: usize) -> Self {
        let code = feature as u32 | if missing_left { 0 } else { MISSING_RIGHT };
        Self { threshold, child: child as u32, code }
    }

    /// The node among others that come before its tree.
    pub(crate) fn shifted(self, by: u32) -> Self {
        Self { child: self.child + by, ..self }
    }

    pub(crate) fn feature(self) -> usize {
        (self.code & !MISSING_RIGHT) as usize
    }

    pub(crate) fn missing_left(self) -> bool {
        self.code & MISSING_RIGHT == 0
    }

    /// Whether a value goes to the second child, when it is not missing.
    #[inline]
    pub(crate) fn goes_right(self, value: f64) -> bool {
        value > self.threshold
    }

    /// Whether a value goes to the second child.
    #[inline]
    pub(crate) fn goes_right_or_missing(self, value: f64) -> bool {
        (value > self.threshold) | (value.is_nan() & !self.missing_left())
    }
}
