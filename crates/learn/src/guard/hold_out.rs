use super::{Problem, Warning};
use crate::Error;
use crate::metrics::wilson_interval;

/// A test of so few rows that the (Wilson) interval of a share, such as the accuracy, may be wider than `width`.
///
/// # Errors
/// When `width` or `level` is not between 0 and 1.
pub fn small_hold_out(rows: usize, width: f64, level: f64) -> Result<Option<Warning>, Error> {
    if !(width > 0.0 && width < 1.0) {
        return Err(Error::Parameter { name: "width", value: width.to_string(), limit: "between 0 and 1" });
    }
    let found = widest(rows, level)?;
    if found <= width {
        return Ok(None);
    }
    let mut enough = 1usize;
    while widest(enough, level)? > width && enough < 1 << 40 {
        enough *= 2;
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if widest(middle, level)? > width {
            too_few = middle;
        } else {
            enough = middle;
        }
    }
    let percent = 100.0 * level;
    Ok(Some(Warning {
        problem: Problem::SmallHoldOut,
        found: format!(
            "The test has {rows} rows: the {percent} % interval of a share may be {found:.3} wide, and {width} was wanted."
        ),
        remedy: format!("Hold out {enough} rows, or judge by cross-validation."),
    }))
}

/// The width of the interval where it is widest, about a half.
fn widest(rows: usize, level: f64) -> Result<f64, Error> {
    let rows = rows.max(1);
    let interval = wilson_interval(rows / 2, rows, level)?;
    Ok(interval.upper - interval.lower)
}
