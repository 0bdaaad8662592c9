//! `hesper strategies`: who may ask for spectra.

use clap::Args;
use hesper_followup::{strategies, strategy};
use serde_json::{Map, Value};

use crate::{Failure, print};

/// List the query strategies with their formulas and sources
#[derive(Args)]
#[command(after_help = "\
Examples:
  hesper strategies
  hesper strategies batchbald
  hesper loop features.parquet --strategies random,uncertainty,batchbald --batch 20 --out run")]
pub(crate) struct Strategies {
    /// Only these
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// List them, which is what happens anyway
    #[arg(long)]
    list: bool,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

impl Strategies {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let chosen = if self.names.is_empty() {
            strategies()
        } else {
            self.names.iter().map(|name| strategy(name)).collect::<Result<_, _>>()?
        };
        if self.json {
            let list: Map<String, Value> = chosen
                .iter()
                .map(|strategy| (strategy.info().name.to_owned(), strategy.info().doc.into()))
                .collect();
            return print::result(format_args!("{:#}", Value::Object(list)));
        }
        for strategy in chosen {
            print::result(format_args!("{}\n    {}\n", strategy.info().name, strategy.info().doc))?;
        }
        Ok(())
    }
}
