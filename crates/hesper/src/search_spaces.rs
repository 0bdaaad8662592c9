//! What `--search` tries: the parameters of each learner that matter most, and how far they may go.

use std::collections::BTreeMap;

use clap::Args;
use hesper_learn::search::{SearchMethod, SearchParams, Space, Values};
use serde::Serialize;
use serde_json::{Value, json};

use crate::learners::LearnerName;

/// Whether parameters are searched for.
#[derive(Args, Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Searching {
    /// Try N random choices of the learner's parameters (`hesper learners` tells which) by cross-validation within the
    /// labelled objects, and learn with the best by log-loss; what --param sets stays. Cross-validation searches anew in
    /// every fold, so that no object helps to choose the parameters by which it is judged
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) search: Option<u16>,
}

impl Searching {
    /// How it is searched, if it is.
    pub(crate) fn params(self) -> Option<SearchParams> {
        let candidates = usize::from(self.search?);
        Some(SearchParams { method: SearchMethod::Random { candidates }, ..SearchParams::default() })
    }
}

/// The values that a search tries for a learner.
pub(crate) fn space(learner: LearnerName) -> Space {
    let space: Vec<(&str, Values)> = match learner {
        LearnerName::Forest => vec![
            (
                "max_features",
                Values::Choices(vec![
                    json!("sqrt"),
                    json!({ "fraction": 0.2 }),
                    json!({ "fraction": 0.5 }),
                    json!("all"),
                ]),
            ),
            ("min_samples_leaf", Values::LogIntegers(1, 20)),
        ],
        LearnerName::Boosted => vec![
            ("feature_fraction", Values::Uniform(0.3, 1.0)),
            ("l2", Values::LogUniform(1e-3, 10.0)),
            ("learning_rate", Values::LogUniform(0.02, 0.3)),
            ("max_leaves", Values::LogIntegers(4, 63)),
            ("min_rows_in_leaf", Values::LogIntegers(2, 50)),
            ("rounds", Values::LogIntegers(30, 300)),
        ],
        LearnerName::Mlp => vec![
            ("dropout", Values::Uniform(0.0, 0.5)),
            ("epochs", Values::LogIntegers(10, 60)),
            ("hidden", Values::Choices(vec![json!([32]), json!([64, 64]), json!([128, 128])])),
            ("learning_rate", Values::LogUniform(2e-3, 5e-2)),
        ],
        LearnerName::Logistic => vec![("c", Values::LogUniform(1e-3, 100.0))],
        LearnerName::Neighbours => vec![
            ("k", Values::LogIntegers(3, 100)),
            ("weights", Values::Choices(vec![json!("uniform"), json!("distance")])),
        ],
        LearnerName::NaiveBayes => vec![("var_smoothing", Values::LogUniform(1e-9, 1.0))],
        LearnerName::Svm => {
            let widths = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3].map(|gamma| json!({ "value": gamma }));
            vec![
                ("c", Values::LogUniform(0.1, 1000.0)),
                ("gamma", Values::Choices(std::iter::once(json!("scale")).chain(widths).collect())),
            ]
        }
    };
    Space(space.into_iter().map(|(name, values)| (name.to_owned(), values)).collect::<BTreeMap<_, _>>())
}

/// A space in a line: `c=0.001..100, weights=uniform|distance`.
pub(crate) fn written(space: &Space) -> String {
    let one = |(name, values): (&String, &Values)| match values {
        Values::Choices(choices) => {
            format!("{name}={}", choices.iter().map(plain).collect::<Vec<_>>().join("|"))
        }
        Values::Uniform(low, high) | Values::LogUniform(low, high) => {
            format!("{name}={}..{}", plain(&json!(low)), plain(&json!(high)))
        }
        Values::Integers(low, high) | Values::LogIntegers(low, high) => format!("{name}={low}..{high}"),
    };
    space.0.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Parameters in a line: `c=0.1, weights=distance`.
pub(crate) fn written_params(params: &Value) -> String {
    let pair = |(name, value): (&String, &Value)| {
        // More digits than anybody compares are in the model.
        let value = match value {
            Value::Number(number) if number.is_f64() => {
                json!(number.as_f64().map(|value| format!("{value:.2e}").parse::<f64>().unwrap_or(value)))
            }
            other => other.clone(),
        };
        format!("{name}={}", plain(&value))
    };
    params
        .as_object()
        .map(|params| params.iter().map(pair).collect::<Vec<_>>().join(", "))
        .unwrap_or_default()
}

/// A value as `--param` takes it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        // As TOML writes it.
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| format!("{name}={}", plain(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_learner_knows_the_parameters_that_are_searched() {
        for learner in LearnerName::value_variants() {
            let defaults = learner.defaults().unwrap();
            let space = space(*learner);
            assert!(!space.0.is_empty());
            for name in space.0.keys() {
                assert!(defaults.get(name).is_some(), "{learner:?} has no {name}: {defaults}");
            }
        }
    }

    #[test]
    fn spaces_and_parameters_are_written_in_a_line() {
        assert_eq!(written(&space(LearnerName::Neighbours)), "k=3..100, weights=uniform|distance");
        let params = json!({ "c": 0.123456, "gamma": { "value": 0.01 }, "hidden": [32], "rounds": 12 });
        assert_eq!(written_params(&params), "c=0.123, gamma={value=0.01}, hidden=[32], rounds=12");
    }
}
