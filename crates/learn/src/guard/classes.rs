use super::{Problem, Warning, counts, list};
use crate::Error;

/// Classes that have rows on one side of the split only.
///
/// # Errors
/// When a class is out of range.
pub fn missing_classes(train: &[u32], test: &[u32], classes: &[String]) -> Result<Vec<Warning>, Error> {
    let (learned, tested) = (counts(train, classes.len())?, counts(test, classes.len())?);
    let named = |here: &[usize], there: &[usize]| -> Vec<&String> {
        (0..classes.len()).filter(|&c| here[c] > 0 && there[c] == 0).map(|c| &classes[c]).collect()
    };
    let mut warnings = Vec::new();
    let unknown = named(&tested, &learned);
    if !unknown.is_empty() {
        let rows: usize = (0..classes.len()).filter(|&c| learned[c] == 0).map(|c| tested[c]).sum();
        warnings.push(Warning {
            problem: Problem::ClassMissingFromTraining,
            found: format!(
                "{rows} of {} test rows are of classes without a training row ({}): they cannot be recognised.",
                test.len(),
                list(&unknown)
            ),
            remedy: "Add objects of these classes to training, merge them with others, or say that they are left out."
                .to_owned(),
        });
    }
    let untested = named(&learned, &tested);
    if !untested.is_empty() {
        warnings.push(Warning {
            problem: Problem::ClassMissingFromTest,
            found: format!("The test has no row of classes that training has ({}).", list(&untested)),
            remedy: "Hold out rows of every class, or do not claim anything for these.".to_owned(),
        });
    }
    Ok(warnings)
}

/// Classes with some, but fewer than `few`, rows to learn from.
///
/// # Errors
/// When a class is out of range.
pub fn few_objects(y: &[u32], classes: &[String], few: usize) -> Result<Option<Warning>, Error> {
    let counts = counts(y, classes.len())?;
    let rare: Vec<String> = (counts.iter().zip(classes))
        .filter(|(count, _)| (1..few).contains(*count))
        .map(|(count, class)| format!("{class}: {count}"))
        .collect();
    if rare.is_empty() {
        return Ok(None);
    }
    Ok(Some(Warning {
        problem: Problem::FewObjects,
        found: format!("Some classes have fewer than {few} objects to learn from ({}).", list(&rare)),
        remedy: "Label more of them, merge them with others, or do not trust their probabilities.".to_owned(),
    }))
}
