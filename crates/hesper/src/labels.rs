//! Classes from a table of labels.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;

/// Reads a CSV file with the columns `object_id` and `class`; other columns are passed over. An object without a class, and
/// one with two different classes, are errors that name the line.
pub(crate) fn read(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let shown = path.display();
    let failed = |error: csv::Error| Failure::work(format!("{shown}: {error}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|error| {
        match error.kind() {
            csv::ErrorKind::Io(error) => {
                Failure::request(format!("{shown}: {error}{}", hesper_files::remedy(error)))
            }
            _ => failed(error),
        }
    })?;
    let header = reader.headers().map_err(failed)?.clone();
    let column = |name: &str| {
        header.iter().position(|known| known == name).ok_or_else(|| {
            let known: Vec<&str> = header.iter().collect();
            Failure::request(format!(
                "{shown}:1: there is no column {name:?} among {}: name it so",
                known.join(", ")
            ))
        })
    };
    let (id, class) = (column("object_id")?, column("class")?);
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |place: usize| record.get(place).unwrap_or_default();
        let (id, class) = (cell(id), cell(class));
        if id.is_empty() || class.is_empty() {
            let what = if id.is_empty() { "object_id" } else { "class" };
            return Err(Failure::work(format!(
                "{shown}:{line}: {what} is empty: fill it in or remove the line"
            )));
        }
        match labels.insert(id.to_owned(), class.to_owned()) {
            Some(before) if before != class => {
                return Err(Failure::work(format!(
                    "{shown}:{line}: {id} is {class}, but was {before} before: keep one of the lines"
                )));
            }
            _ => (),
        }
    }
    Ok(labels)
}
