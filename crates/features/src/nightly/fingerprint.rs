//! Whether points are those of the last night: a number that as good as any change of them changes.

/// FNV-1a, a word at a time with a turn, for bytes would cost more than some fits.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3_0193).rotate_left(23);
    }

    pub(super) fn number(&mut self, number: f64) {
        self.word(number.to_bits());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for bytes in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// Mixed once more, for the last words reached few bits.
    pub(super) fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

/// The points taken by a night: a sum that the order of points does not change, nor wait for one of them.
pub(super) fn of_points(mjd: &[f64], flux: &[f64], flux_err: &[f64], until: f64) -> u64 {
    let points = mjd.iter().zip(flux).zip(flux_err);
    points.fold(0u64, |sum, ((time, flux), error)| {
        let bits = time.to_bits() ^ flux.to_bits().rotate_left(21) ^ error.to_bits().rotate_left(42);
        // Mixed before it is added: sums of the bits alone do not see two points that exchange their fluxes.
        let product = bits.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum.wrapping_add(if *time <= until { product ^ (product >> 29) } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_a_known_point_counts() {
        let points = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0], [0.1, 0.2, 0.3]];
        let of = |points: &[[f64; 3]; 3], until| of_points(&points[0], &points[1], &points[2], until);
        let base = of(&points, 2.0);
        for row in 0..3 {
            for place in 0..3 {
                let mut other = points;
                other[row][place] = other[row][place].next_up();
                // The third point is not known yet.
                assert_eq!(of(&other, 2.5) == base, place == 2, "{row} {place}");
            }
        }
        let mut swapped = points;
        swapped[1].swap(0, 1);
        assert!(of(&swapped, 2.0) != base && of(&points, 3.0) != base && of(&points, 1.5) != base);
        assert_eq!(of(&points, f64::NAN), 0);
    }

    #[test]
    fn texts_are_told_apart() {
        let of = |texts: &[&str]| {
            let mut fingerprint = Fingerprint::new();
            texts.iter().for_each(|text| fingerprint.text(text));
            fingerprint.finish()
        };
        assert!(
            of(&["ab", "c"]) != of(&["a", "bc"]) && of(&["a"]) != of(&["a\0"]) && of(&["g"]) != of(&["r"])
        );
    }
}
