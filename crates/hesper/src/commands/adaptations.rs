//! `hesper adaptations`: the methods of adaptation.

use clap::Args;
use hesper_adapt::methods::methods;
use serde_json::{Map, Value};

use crate::adapting_labels::label_methods;
use crate::{Failure, print};

/// List the methods of adaptation with their formulas and sources
///
/// Those that look at a few labels of the target say so; all others look at its features alone.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hesper adaptations
  hesper adapt labelled.parquet tonight.parquet --method coral --out adapted")]
pub(crate) struct Adaptations {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

impl Adaptations {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let methods = methods();
        let plain = methods.iter().map(|method| (method.info().name, method.info().doc.to_owned()));
        let labels = label_methods()
            .into_iter()
            .map(|info| (info.name, format!("Looks at a few labels of the target. {}", info.doc)));
        let entries = plain.chain(labels);
        if self.json {
            let list: Map<String, Value> = entries.map(|(name, doc)| (name.to_owned(), doc.into())).collect();
            return print::result(format_args!("{:#}", Value::Object(list)));
        }
        for (name, doc) in entries {
            print::result(format_args!("{name}\n    {doc}\n"))?;
        }
        Ok(())
    }
}
