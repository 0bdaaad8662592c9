//! A plain table of distances.

use std::path::Path;

use super::Table;
use crate::{Distances, Error};

/// Reads a CSV (packed by gzip or not) with the columns `z`, `mu`, `mu_err` and, where there are, `z_hel`, `p_ia` (the probability of
/// being a Ia) and `class` (the true class; `Ia` is a Ia). Other columns are passed over.
///
/// # Errors
/// [`Error::Io`], and [`Error::Malformed`] with file, line and value for a missing column or a value out of range.
pub fn read_table(path: &Path) -> Result<Distances, Error> {
    let table = Table::read(path)?;
    let in_range = |column: usize, rule: &str, holds: fn(f64) -> bool| {
        let values = table.values(column)?;
        let Some(row) = values.iter().position(|value| !holds(*value)) else { return Ok(values) };
        let message = format!(
            "{} is {}, but must be {rule}: correct or remove the object",
            table.header[column], values[row]
        );
        Err(Error::malformed(path, Some(table.rows[row].0), message))
    };
    let z = in_range(table.column(&["z"])?, "above 0", |z| z > 0.0)?;
    let modulus = table.values(table.column(&["mu"])?)?;
    let error = in_range(table.column(&["mu_err"])?, "above 0", |error| error > 0.0)?;
    let mut distances = Distances::new(z, modulus, error)?;
    if let Some(column) = table.find(&["z_hel"]) {
        distances = distances.with_heliocentric(in_range(column, "above -1", |z| z > -1.0)?)?;
    }
    if let Some(column) = table.find(&["p_ia"]) {
        distances = distances.with_probability(in_range(column, "0 to 1", |p| (0.0..=1.0).contains(&p))?)?;
    }
    if let Some(column) = table.find(&["class"]) {
        distances = distances
            .with_truth(table.rows.iter().map(|(_, row)| row.get(column) == Some("Ia")).collect())?;
    }
    Ok(distances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<Distances, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("d.csv");
        std::fs::write(&path, bytes).unwrap();
        read_table(&path)
            .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
    }

    const TABLE: &str =
        "object_id,mu,z,mu_err,class,p_ia\nx,38.2,0.1,0.2,Ia,0.9\n# a comment\ny, 41.9 ,0.5,0.1,II,0\n";

    #[test]
    fn columns_are_found_by_name_packed_or_not() {
        let plain = read(TABLE.as_bytes()).unwrap();
        assert_eq!((plain.z(), plain.modulus()), (&[0.1, 0.5][..], &[38.2, 41.9][..]));
        assert_eq!((plain.probability(), plain.ia()), (Some(&[0.9, 0.0][..]), Some(&[true, false][..])));
        assert!((plain.errors()[0] - 0.2).abs() < 1e-15);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(TABLE.as_bytes()).unwrap();
        assert_eq!(read(&packer.finish().unwrap()).unwrap(), plain);
        assert!(read(&[0x1f, 0x8b, 3, 4]).unwrap_err().contains("gzip stream is broken"));
    }

    #[test]
    fn faults_are_named() {
        let with = |old: &str, new: &str| read(TABLE.replace(old, new).as_bytes()).unwrap_err();
        assert_eq!(
            with("0.5,", "-0.5,"),
            "d.csv:4: z is -0.5, but must be above 0: correct or remove the object"
        );
        assert_eq!(with("41.9", "nan"), "d.csv:4: mu is \"nan\", but must be a finite number: correct it");
        assert!(with(",0.9", ",1.5").starts_with("d.csv:2: p_ia is 1.5, but must be 0 to 1"));
        assert!(with("mu_err", "error").contains("no column mu_err; there are object_id, mu, z, error"));
        assert_eq!(
            with(",II,0", ",II"),
            "d.csv:4: 5 fields, but the header has 6: complete or remove the line"
        );
        assert!(read(b"z,mu,mu_err\n").unwrap_err().contains("no row"));
        assert!(read(b"").is_err());
    }
}
