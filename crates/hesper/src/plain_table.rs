//! Tables of features as plain text: comma-separated values, with a header or without.

use std::path::Path;

use clap::Args;
use hesper_features::FeatureTable;
use serde::Serialize;

use crate::Failure;

/// How to read tables of plain text.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub(crate) struct PlainOptions {
    /// CSV tables have no header: the first line is an object
    #[arg(long)]
    no_header: bool,
    /// The column of the class in CSV tables: its name, its number from 1, `first` or `last` [default: class]
    #[arg(long, value_name = "COLUMN")]
    class_column: Option<String>,
}

impl PlainOptions {
    /// Reads a table of features: CSV where the name ends in `.csv` or `.txt`, Parquet otherwise.
    pub(crate) fn read(&self, path: &Path) -> Result<FeatureTable, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv" | "txt") => self.read_csv(path),
            _ => Ok(FeatureTable::read_parquet(path)?),
        }
    }

    fn read_csv(&self, path: &Path) -> Result<FeatureTable, Failure> {
        let shown = path.display();
        let failed = |error: csv::Error| match error.kind() {
            csv::ErrorKind::Io(error) => {
                Failure::request(format!("{shown}: {error}{}", hesper_files::remedy(error)))
            }
            _ => Failure::work(format!("{shown}: {error}")),
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(!self.no_header)
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(failed)?;
        let header: Vec<String> = if self.no_header {
            let columns = reader.headers().map_err(failed)?.len();
            (1..=columns).map(|column| format!("column_{column}")).collect()
        } else {
            reader.headers().map_err(failed)?.iter().map(str::to_owned).collect()
        };
        let class = self.class(&header, path)?;
        let id = header.iter().position(|name| name == "object_id");
        let features: Vec<usize> =
            (0..header.len()).filter(|&column| Some(column) != class && Some(column) != id).collect();
        for (place, &column) in features.iter().enumerate() {
            if header[column].is_empty()
                || features[..place].iter().any(|&other| header[other] == header[column])
            {
                return Err(Failure::request(format!(
                    "{shown}:1: the name of column {} is {:?}, which is empty or comes twice: give each column its own, or \
                     --no-header",
                    column + 1,
                    header[column]
                )));
            }
        }
        let mut table = FeatureTable {
            names: features.iter().map(|&column| header[column].clone()).collect(),
            ..FeatureTable::default()
        };
        for record in reader.records() {
            let record = record.map_err(failed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or_default();
            for &column in &features {
                table.values.push(number(cell(column)).ok_or_else(|| {
                    let named = &header[column];
                    Failure::work(format!(
                        "{shown}:{line}: {named} is {:?}, but must be a finite number, or empty where missing: correct it, \
                         or name the column of the class with --class-column",
                        cell(column)
                    ))
                })?);
            }
            table
                .object_id
                .push(id.map_or_else(|| format!("{}", table.object_id.len() + 1), |id| cell(id).to_owned()));
            table.class.push(class.map(cell).filter(|class| !class.is_empty()).map(str::to_owned));
            table.sample.push(None);
            table.redshift.push(None);
            table.peak_mag.push(None);
        }
        if table.rows() == 0 {
            return Err(Failure::work(format!("{shown}: the table has no object: copy or write it again")));
        }
        Ok(table)
    }

    /// The place of the column of the class. A column that was not asked for by name may be missing.
    fn class(&self, header: &[String], path: &Path) -> Result<Option<usize>, Failure> {
        let Some(wanted) = &self.class_column else {
            return Ok(header.iter().position(|name| name == "class"));
        };
        let found = match wanted.as_str() {
            "first" => Some(0),
            "last" => header.len().checked_sub(1),
            name => header.iter().position(|known| known == name).or_else(|| {
                let number: usize = name.parse().ok()?;
                (1..=header.len()).contains(&number).then(|| number - 1)
            }),
        };
        found.map(Some).ok_or_else(|| {
            Failure::request(format!(
                "{}: there is no column {wanted:?} among {}: see --class-column",
                path.display(),
                header.join(", ")
            ))
        })
    }
}

/// A finite number, or NaN where nothing is written.
fn number(cell: &str) -> Option<f64> {
    if cell.is_empty() || ["nan", "null", "na"].contains(&cell.to_ascii_lowercase().as_str()) {
        return Some(f64::NAN);
    }
    cell.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, options: &PlainOptions) -> Result<FeatureTable, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        options.read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn with_and_without_a_header() {
        let table = read("object_id,a,class,b\nx,1,Ia,\ny,2,,-3e1\n", &PlainOptions::default()).unwrap();
        assert_eq!(table.names, ["a", "b"]);
        assert_eq!(table.object_id, ["x", "y"]);
        assert_eq!(table.class, [Some("Ia".to_owned()), None]);
        assert!(table.values[1].is_nan() && table.values[3] == -30.0);
        let bare = PlainOptions { no_header: true, class_column: Some("last".into()) };
        let table = read("1,2,5\n3,nan,6\n", &bare).unwrap();
        assert_eq!((table.names.len(), table.rows()), (2, 2));
        assert_eq!(table.class[1].as_deref(), Some("6"));
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let plain = PlainOptions::default();
        assert!(read("a,b\n1,x\n", &plain).unwrap_err().contains("table.csv:2: b is \"x\""));
        assert!(read("a,b\n1,inf\n", &plain).unwrap_err().contains("b is \"inf\""));
        assert!(read("a,a\n1,2\n", &plain).unwrap_err().contains("comes twice"));
        assert!(read("a,b\n1\n", &plain).unwrap_err().contains("table.csv"));
        assert!(read("a,b\n", &plain).unwrap_err().contains("no object"));
        let asked = PlainOptions { no_header: false, class_column: Some("kind".into()) };
        assert!(read("a,b\n1,2\n", &asked).unwrap_err().contains("\"kind\" among a, b"));
    }
}
