//! Where in the spectrum a band lies.

use crate::Band;

/// Mean wavelengths ∫λT dλ / ∫T dλ of whole throughputs T with atmosphere, Å: LSST's (baseline throughputs, airmass 1.2).
const LSST: [(&str, f64); 6] =
    [("u", 3_685.0), ("g", 4_802.0), ("r", 6_231.0), ("i", 7_542.0), ("z", 8_690.0), ("y", 9_736.0)];
/// DECam's (DES-SN, airmass 1.3).
const DECAM: [(&str, f64); 5] =
    [("g", 4_828.0), ("r", 6_435.0), ("i", 7_828.0), ("z", 9_181.0), ("y", 9_897.0)];
/// ZTF's (SVO Filter Profile Service).
const ZTF: [(&str, f64); 3] = [("g", 4_805.0), ("r", 6_437.0), ("i", 7_968.0)];

impl Band {
    /// The mean wavelength of the band's filter, Å; `None` for filters other than u, g, r, i, z and y.
    ///
    /// A prefix chooses the camera: `ztf_g` is ZTF's, `des_g` and `decam_g` are DECam's; all others, such as `g` and
    /// `lsst_g`, are LSST's.
    pub fn wavelength(&self) -> Option<f64> {
        let name = self.as_str();
        let (camera, filter) = name.rsplit_once(['_', '-', ':']).unwrap_or(("", name));
        let is = |camera_name: &str| camera.to_ascii_lowercase().starts_with(camera_name);
        let table: &[(&str, f64)] = if is("ztf") {
            &ZTF
        } else if is("des") || is("decam") {
            &DECAM
        } else {
            &LSST
        };
        table.iter().find(|(known, _)| known.eq_ignore_ascii_case(filter)).map(|(_, wavelength)| *wavelength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_the_wavelength_of_their_camera() {
        let wavelength = |name: &str| Band::new(name).unwrap().wavelength();
        assert_eq!(wavelength("r"), Some(6_231.0));
        assert_eq!(wavelength("lsst_r"), Some(6_231.0));
        assert_eq!(wavelength("Y"), Some(9_736.0));
        assert_eq!(wavelength("ztf_r"), Some(6_437.0));
        assert_eq!(wavelength("DES-z"), Some(9_181.0));
        assert_eq!(wavelength("W1"), None);
        assert_eq!(wavelength("ztf_z"), None);
    }

    #[test]
    fn bands_in_order_are_in_order_of_wavelength() {
        let mut bands: Vec<Band> =
            ["y", "g", "z", "u", "i", "r"].iter().map(|b| Band::new(b).unwrap()).collect();
        crate::sort_bands(&mut bands);
        assert!(bands.is_sorted_by(|a, b| a.wavelength() < b.wavelength()));
    }
}
