//! The format of Pantheon and Union3: a table of magnitudes and, beside it, a matrix.

use std::path::Path;

use super::{number, text};
use crate::{Covariance, Distances, Error};

/// Reads magnitudes at redshifts in the format of the JLA and Pantheon releases: a table whose first line, after `#`, names columns
/// among them `zcmb`, `zhel`, `mb` and `dmb`, and a matrix, its size in the first line and then its entries
/// in any lines. The covariance is the matrix plus dmb² on the diagonal; without a matrix the errors are dmb.
///
/// Pantheon (Scolnic et al. 2018, doi:10.3847/1538-4357/aab9bb): `lcparam_DS17f.txt` with `sys_DS17f.txt`, 40 bins, or
/// `lcparam_full_long_zhel.txt`. Union3 (Rubin et al., arXiv:2311.12098): `lcparam_full.txt` with `mag_covmat.txt`, 22 nodes.
///
/// # Errors
/// [`Error::Io`], and [`Error::Malformed`] with file, line and value; [`Error::Data`] for values out of range.
pub fn read_binned(table: &Path, matrix: Option<&Path>) -> Result<Distances, Error> {
    let text = text(table)?;
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(line, text)| (line as u64 + 1, text))
        .filter(|(_, text)| !text.trim().is_empty());
    let (_, header) = lines.next().ok_or_else(|| {
        Error::malformed(table, None, "is empty: give a table whose first line names zcmb, mb and dmb")
    })?;
    let names: Vec<&str> = header.trim_start().trim_start_matches('#').split_whitespace().collect();
    let column = |name: &str| {
        names.iter().position(|column| *column == name).ok_or_else(|| {
            let message =
                format!("there is no column {name} in {}: give a table that has it", names.join(", "));
            Error::malformed(table, Some(1), message)
        })
    };
    let columns = [
        ("zcmb", column("zcmb")?),
        ("zhel", column("zhel")?),
        ("mb", column("mb")?),
        ("dmb", column("dmb")?),
    ];
    let mut values = [const { Vec::new() }; 4];
    for (line, text) in lines.filter(|(_, text)| !text.trim_start().starts_with('#')) {
        let fields: Vec<&str> = text.split_whitespace().collect();
        for ((name, column), values) in columns.iter().zip(&mut values) {
            let Some(field) = fields.get(*column) else {
                let message =
                    format!("{} fields, but {name} is field {}: complete the line", fields.len(), column + 1);
                return Err(Error::malformed(table, Some(line), message));
            };
            values.push(number(table, line, name, field)?);
        }
    }
    let [z, z_hel, magnitude, error] = values;
    let n = z.len();
    let covariance = match matrix {
        None => Covariance::Diagonal(error.iter().map(|error| error * error).collect()),
        Some(path) => {
            let mut entries = read_matrix(path, n, table)?;
            error.iter().enumerate().for_each(|(row, error)| entries[row * (n + 1)] += error * error);
            Covariance::Full(entries)
        }
    };
    Distances::with_covariance(z, magnitude, covariance)?.with_heliocentric(z_hel)
}

fn read_matrix(path: &Path, n: usize, table: &Path) -> Result<Vec<f64>, Error> {
    let text = text(path)?;
    let mut fields = text
        .lines()
        .enumerate()
        .flat_map(|(line, text)| text.split_whitespace().map(move |field| (line as u64 + 1, field)));
    let (line, size) = fields.next().ok_or_else(|| {
        Error::malformed(path, None, "is empty: give a matrix with its size in the first line")
    })?;
    if size.parse() != Ok(n) {
        let message =
            format!("the matrix has size {size}, but {} has {n} objects: give the pair", table.display());
        return Err(Error::malformed(path, Some(line), message));
    }
    let entries: Vec<f64> =
        fields.map(|(line, field)| number(path, line, "the entry", field)).collect::<Result<_, _>>()?;
    if entries.len() != n * n {
        let message =
            format!("{} entries, but size {n} needs {}: fetch the file again", entries.len(), n * n);
        return Err(Error::malformed(path, None, message));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str, matrix: &str) -> Result<Distances, String> {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("t.txt"), dir.path().join("m.txt"));
        std::fs::write(&one, table).unwrap();
        std::fs::write(&other, matrix).unwrap();
        read_binned(&one, Some(&other))
            .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
    }

    const TABLE: &str = "#name zcmb zhel dz mb dmb\n0 0.1 0.101 0 18.9 0.3\n\n1 0.2 0.2 0 20.4 0.1\n";

    #[test]
    fn the_matrix_is_added_to_the_diagonal() {
        let read = read(TABLE, "2\n0.01\n0.002 0.002\n0.03\n").unwrap();
        assert_eq!(
            (read.z(), read.z_hel(), read.modulus()),
            (&[0.1, 0.2][..], &[0.101, 0.2][..], &[18.9, 20.4][..])
        );
        let Covariance::Full(matrix) = read.covariance() else { panic!("diagonal") };
        for (entry, expected) in matrix.iter().zip([0.1, 0.002, 0.002, 0.04]) {
            assert!((entry - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn faults_are_named() {
        let matrix = "2\n1 0\n0 1\n";
        assert_eq!(
            read(&TABLE.replace("20.4", "bright"), matrix).unwrap_err(),
            "t.txt:4: mb is \"bright\", but must be a finite number: correct it"
        );
        assert_eq!(
            read(&TABLE.replace(" 0.1\n", "\n"), matrix).unwrap_err(),
            "t.txt:4: 5 fields, but dmb is field 6: complete the line"
        );
        assert!(
            read(&TABLE.replace(" mb", " m"), matrix)
                .unwrap_err()
                .starts_with("t.txt:1: there is no column mb")
        );
        assert_eq!(
            read(TABLE, "3\n1\n").unwrap_err(),
            "m.txt:1: the matrix has size 3, but t.txt has 2 objects: give the pair"
        );
        assert!(read(TABLE, "2\n1 0\n0\n").unwrap_err().contains("3 entries, but size 2 needs 4"));
        assert!(read(TABLE, "2\n1 0\n0 inf\n").unwrap_err().starts_with("m.txt:3: the entry is \"inf\""));
        assert!(read("", matrix).is_err() && read(TABLE, "").is_err());
        assert!(
            read_binned(Path::new("/no/such/file"), None).unwrap_err().to_string().contains("/no/such/file")
        );
    }
}
