//! `hesper learners`: what can learn.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use crate::learners::LearnerName;
use crate::search_spaces::{plain, space, written};
use crate::{Failure, print};

/// List the learners with their methods, parameters and sources
#[derive(Args)]
#[command(after_help = "\
Examples:
  hesper learners
  hesper learners boosted
  hesper train features.parquet --learner boosted --param rounds=300 --out model.safetensors")]
pub(crate) struct Learners {
    /// Only these
    #[arg(value_name = "NAME", value_enum)]
    names: Vec<LearnerName>,
    /// List them, which is what happens anyway
    #[arg(long)]
    list: bool,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

impl Learners {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let names: &[LearnerName] =
            if self.names.is_empty() { LearnerName::value_variants() } else { &self.names };
        if self.json {
            let mut list = Map::new();
            for name in names {
                list.insert(
                    name.name(),
                    serde_json::json!({ "doc": name.doc(), "parameters": name.defaults()?, "search": space(*name) }),
                );
            }
            return print::result(format_args!("{:#}", Value::Object(list)));
        }
        for name in names {
            print::result(format_args!("{}\n    {}", name.name(), name.doc()))?;
            if let Value::Object(parameters) = name.defaults()? {
                let parameters: Vec<String> =
                    parameters.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
                print::result(format_args!("    Parameters: {}", parameters.join(", ")))?;
                print::result(format_args!("    Searched with --search: {}", written(&space(*name))))?;
            }
            print::result("")?;
        }
        Ok(())
    }
}
