use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::Error;
use crate::random::{Stream, derived_seed};

/// The values that a parameter may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// One of these.
    Choices(Vec<Value>),
    /// A number from the first to the second, each equally likely.
    Uniform(f64, f64),
    /// A number from the first, above 0, to the second, its logarithm uniform.
    LogUniform(f64, f64),
    /// A whole number from the first to the second, both included.
    Integers(i64, i64),
    /// A whole number from the first, above 0, to the second, its logarithm uniform but for rounding.
    LogIntegers(i64, i64),
}

/// Parameters by name, and what each may be.
///
/// ```
/// use hesper_learn::search::Space;
/// let space: Space = serde_json::from_str(r#"{ "trees": {"choices": [100, 300]}, "min_samples_leaf": {"log_integers": [1, 30]} }"#)?;
/// assert_eq!(space.0.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Space(pub BTreeMap<String, Values>);

/// No grid is larger.
const LARGEST_GRID: usize = 100_000;

impl Space {
    /// Different combinations out of so many drawn at random.
    pub(super) fn draw(&self, count: usize, seed: u64) -> Result<Vec<Value>, Error> {
        self.check()?;
        let mut random = Stream::new(derived_seed(seed, 2), 0);
        let mut seen = BTreeSet::new();
        let draw = |_| {
            let one = self.0.iter().map(|(name, values)| (name.clone(), values.at(random.uniform())));
            Value::Object(one.collect::<Map<_, _>>())
        };
        Ok((0..count).map(draw).filter(|candidate| seen.insert(candidate.to_string())).collect())
    }

    /// Every combination, with so many values of each range.
    pub(super) fn grid(&self, steps: usize) -> Result<Vec<Value>, Error> {
        self.check()?;
        let mut grid = vec![Map::new()];
        for (name, values) in &self.0 {
            let values = values.steps(steps);
            if grid.len().saturating_mul(values.len()) > LARGEST_GRID {
                let (what, actual) = ("combinations of a grid", grid.len().saturating_mul(values.len()));
                return Err(Error::TooLarge { what, actual, limit: LARGEST_GRID });
            }
            grid = grid
                .iter()
                .flat_map(|known| {
                    values.iter().map(|value| {
                        let mut more = known.clone();
                        more.insert(name.clone(), value.clone());
                        more
                    })
                })
                .collect();
        }
        Ok(grid.into_iter().map(Value::Object).collect())
    }

    fn check(&self) -> Result<(), Error> {
        for values in self.0.values() {
            let (good, limit) = match values {
                Values::Choices(choices) => (!choices.is_empty(), "at least one choice"),
                Values::Uniform(low, high) => (
                    low.is_finite() && high.is_finite() && low <= high && (high - low).is_finite(),
                    "finite, from low to high",
                ),
                Values::LogUniform(low, high) => {
                    (*low > 0.0 && high.is_finite() && low <= high, "finite and above 0, from low to high")
                }
                Values::Integers(low, high) => (low <= high, "from low to high"),
                Values::LogIntegers(low, high) => (*low > 0 && low <= high, "above 0, from low to high"),
            };
            if !good {
                return Err(Error::Parameter {
                    name: "values of a search space",
                    value: format!("{values:?}"),
                    limit,
                });
            }
        }
        Ok(())
    }
}

impl Values {
    /// The value at a place from 0 up to 1.
    fn at(&self, place: f64) -> Value {
        let logarithmic = |low: f64, high: f64| (low * (high / low).powf(place)).clamp(low, high);
        match *self {
            Self::Choices(ref choices) => {
                let at = (place * choices.len() as f64) as usize;
                choices.get(at.min(choices.len() - 1)).cloned().unwrap_or_default()
            }
            Self::Uniform(low, high) => number((low + place * (high - low)).clamp(low, high)),
            Self::LogUniform(low, high) => number(logarithmic(low, high)),
            Self::Integers(low, high) => {
                let many = (high as f64 - low as f64 + 1.0) * place;
                Value::from(low.saturating_add(many as i64).min(high))
            }
            Self::LogIntegers(low, high) => Value::from(logarithmic(low as f64, high as f64).round() as i64),
        }
    }

    /// All choices, or so many different values of a range, the ends among them (the middle, if it is one).
    fn steps(&self, steps: usize) -> Vec<Value> {
        let place = |step: usize| if steps == 1 { 0.5 } else { step as f64 / (steps - 1) as f64 };
        let mut values = match self {
            Self::Choices(choices) => choices.clone(),
            // Whole numbers are reached by rounding, not by equal chances.
            Self::Integers(low, high) => {
                let whole = |step| *low as f64 + place(step) * (*high as f64 - *low as f64);
                (0..steps).map(|step| Value::from((whole(step).round() as i64).clamp(*low, *high))).collect()
            }
            _ => (0..steps).map(|step| self.at(place(step))).collect(),
        };
        values.dedup();
        values
    }
}

fn number(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(text: &str) -> Space {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_grid_has_all_combinations() {
        let grid = space(r#"{"a": {"choices": ["x", null]}, "b": {"integers": [1, 4]}, "c": {"log_uniform": [0.01, 1.0]}}"#)
            .grid(3)
            .unwrap();
        assert_eq!(grid.len(), 18);
        assert_eq!(grid[0], serde_json::json!({"a": "x", "b": 1, "c": 0.01}));
        assert!((grid[1]["c"].as_f64().unwrap() - 0.1).abs() < 1e-15);
        let few = space(r#"{"b": {"integers": [1, 2]}}"#).grid(10).unwrap();
        assert_eq!(few.len(), 2);
        assert_eq!(Space::default().grid(2).unwrap().len(), 1);
        assert!(space(r#"{"a": {"uniform": [0, 1]}, "b": {"uniform": [0, 1]}}"#).grid(1000).is_err());
    }

    #[test]
    fn draws_fill_their_ranges() {
        let many = space(
            r#"{"c": {"choices": [1, 2, 3]}, "i": {"integers": [-2, 2]}, "l": {"log_integers": [1, 100]},
                "u": {"uniform": [-1.0, 3.0]}, "w": {"log_uniform": [1e-4, 1e4]}}"#,
        );
        let drawn = many.draw(3000, 1).unwrap();
        assert_eq!(drawn.len(), 3000);
        let share =
            |test: &dyn Fn(&Value) -> bool| drawn.iter().filter(|one| test(one)).count() as f64 / 3000.0;
        for (found, expected) in [
            (share(&|one| one["c"] == 2), 1.0 / 3.0),
            (share(&|one| one["i"] == 2), 0.2),
            (share(&|one| one["i"] == -2), 0.2),
            (share(&|one| one["l"].as_i64().unwrap() <= 10), 0.51),
            (share(&|one| one["u"].as_f64().unwrap() < 0.0), 0.25),
            (share(&|one| one["w"].as_f64().unwrap() < 1.0), 0.5),
        ] {
            assert!((found - expected).abs() < 0.035, "{found} instead of {expected}");
        }
        assert_eq!(space(r#"{"c": {"choices": [1, 2]}}"#).draw(50, 1).unwrap().len(), 2);
    }

    #[test]
    fn impossible_ranges_are_refused() {
        for text in [
            r#"{"a": {"choices": []}}"#,
            r#"{"a": {"uniform": [2, 1]}}"#,
            r#"{"a": {"log_uniform": [0, 1]}}"#,
            r#"{"a": {"integers": [2, 1]}}"#,
            r#"{"a": {"log_integers": [0, 1]}}"#,
        ] {
            assert!(space(text).draw(1, 1).is_err() && space(text).grid(2).is_err(), "{text}");
        }
        let infinite = Space(BTreeMap::from([("a".to_owned(), Values::Uniform(0.0, f64::INFINITY))]));
        assert!(infinite.draw(1, 1).is_err());
        let widest = Space(BTreeMap::from([("a".to_owned(), Values::Integers(i64::MIN, i64::MAX))]));
        assert!(widest.draw(10, 1).is_ok() && widest.grid(3).is_ok());
    }
}
