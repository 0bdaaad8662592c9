//! What ZTF's forced-photometry service sends: comments, a line of names, then values parted by spaces.
//!
//! The columns are described in the service's user guide (Masci et al. 2023, arXiv:2305.16279). `forcediffimflux` has
//! the zero point `zpdiff`, `jd` is the time, `null` stands for what was not measured. No baseline is taken off, and no
//! point is left out for its quality flags.

use std::path::Path;
use std::sync::Arc;

use crate::Error;
use crate::context::Context;
use crate::curve_table::CurveTable;
use crate::decode::{self, Compression};

/// Whether these are the first bytes of such a file.
pub(crate) fn is_one(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"forcediffimflux").is_some()
}

/// Opens a file: one object, named as the file is.
pub(crate) fn open(path: &Path, context: &Arc<Context>) -> Result<CurveTable, Error> {
    let decoded = decode::open(path, Compression::None)?;
    let bytes = decode::whole(path, Compression::None, decoded)?;
    CurveTable::open(path, Compression::None, decode::of_bytes(as_csv(&bytes)), context)
}

/// The same as CSV, line for line.
fn as_csv(bytes: &[u8]) -> Vec<u8> {
    let mut table = Vec::with_capacity(bytes.len());
    for line in bytes.split(|&byte| byte == b'\n') {
        if !line.starts_with(b"#") {
            let values = line.split(|byte| byte.is_ascii_whitespace() || *byte == b',');
            for (place, value) in values.filter(|value| !value.is_empty()).enumerate() {
                table.extend_from_slice(if place > 0 { b"," } else { b"" });
                table.extend_from_slice(value);
            }
        }
        table.push(b'\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use crate::{ReadOptions, flux_scale, read_all};

    const FORCED: &str = "# Forced photometry lightcurve for ID = 1\n#\n\nindex, field, filter, zpdiff, diffmaglim, jd, \
        forcediffimflux, forcediffimfluxunc\n\
        0 600 ZTF_g 26.3 20.5 2459000.5 100.0 10.0\n\
        1 600 ZTF_r 26.2 20.4 2459001.5 -5.5 9.0\n\
        2 600 ZTF_r 26.2 20.4 2459002.5 null null\n";

    #[test]
    fn a_file_of_the_service_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ZTF20aadvunl.txt");
        std::fs::write(&path, FORCED).unwrap();
        let (objects, _) = read_all(&path, &ReadOptions::default()).unwrap();
        assert_eq!(objects[0].object_id, "ZTF20aadvunl");
        let curve = &objects[0].lightcurve;
        assert_eq!(curve.mjd[..2], [59000.0, 59001.0]);
        assert_eq!(curve.flux[..2], [100.0 * flux_scale(26.3), -5.5 * flux_scale(26.2)]);
        assert_eq!(curve.band[1].as_str(), "r");
        // Where no flux was measured, the limit tells how faint it was.
        assert_eq!((curve.len(), curve.flux[2]), (3, 0.0));
        std::fs::write(&path, FORCED.replace("-5.5", "?")).unwrap();
        let message = read_all(&path, &ReadOptions::default()).unwrap_err().to_string();
        assert!(message.contains("ZTF20aadvunl.txt:6: forcediffimflux is '?', not a number"), "{message}");
    }
}
