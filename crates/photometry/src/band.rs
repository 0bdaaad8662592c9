//! The name of a photometric band.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// The name of a photometric band, such as `g`, `Y` or `ztf_r`: 1 to 15 bytes of printable ASCII without spaces.
///
/// Light curves hold one band for each point, so a band is a small copyable value, not an allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band {
    /// The name, zeros, and in the last byte its length: two bands are compared in one instruction, which is what
    /// sorting points by band spends its time on.
    bytes: [u8; Band::MAX_LEN + 1],
}

impl Band {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 15;

    /// Checks a name.
    ///
    /// # Errors
    /// [`Error::Band`] where the name is empty, longer than 15 bytes, or holds a space or a non-ASCII character.
    pub fn new(name: &str) -> Result<Self, Error> {
        let name = name.as_bytes();
        if name.is_empty() || name.len() > Self::MAX_LEN || !name.iter().all(u8::is_ascii_graphic) {
            return Err(Error::Band { name: String::from_utf8_lossy(name).into_owned() });
        }
        let mut bytes = [0; Self::MAX_LEN + 1];
        bytes[..name.len()].copy_from_slice(name);
        bytes[Self::MAX_LEN] = name.len() as u8;
        Ok(Self { bytes })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        // The constructor lets ASCII alone through, so this never takes the default.
        std::str::from_utf8(&self.bytes[..usize::from(self.bytes[Self::MAX_LEN])]).unwrap_or_default()
    }
}

/// The place of a band's filter in the sky's usual order of wavelength (u g r i z y), for ordering columns and colours;
/// unknown bands come after them.
pub fn wavelength_rank(band: &Band) -> usize {
    let name = band.as_str();
    let filter = name.rsplit(['_', '-', ':']).next().unwrap_or(name);
    ["u", "g", "r", "i", "z", "y"].iter().position(|known| known.eq_ignore_ascii_case(filter)).unwrap_or(6)
}

/// Sorts bands by [`wavelength_rank`], then by name, and removes repetitions.
pub fn sort_bands(bands: &mut Vec<Band>) {
    bands.sort_by_key(|band| (wavelength_rank(band), *band));
    bands.dedup();
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Band({})", self.as_str())
    }
}

impl std::str::FromStr for Band {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::new(name)
    }
}

impl Serialize for Band {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Band {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::new(&name).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_kept() {
        assert_eq!(Band::new("ztf_r").unwrap().as_str(), "ztf_r");
        assert_eq!(Band::new("exactly15bytes_").unwrap().to_string(), "exactly15bytes_");
        for bad in ["", "sixteen_bytes_xx", "a b", "é"] {
            assert!(Band::new(bad).is_err(), "{bad:?} passed");
        }
    }

    #[test]
    fn bands_sort_by_wavelength() {
        let mut bands: Vec<Band> =
            ["Y", "z", "lsst_g", "r", "W1", "u", "r"].iter().map(|b| Band::new(b).unwrap()).collect();
        sort_bands(&mut bands);
        let names: Vec<&str> = bands.iter().map(Band::as_str).collect();
        assert_eq!(names, ["u", "lsst_g", "r", "z", "Y", "W1"]);
    }
}
