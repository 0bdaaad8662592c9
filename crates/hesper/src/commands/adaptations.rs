//! `hesper adaptations`: the methods of adaptation.

use clap::Args;
use hesper_adapt::methods::methods;
use serde_json::{Map, Value};

use crate::adapting_labels::label_methods;
use crate::{Failure, print};

/// List the methods of adaptation with their formulas and sources
///
/// Those that look at a few labels of the target are marked so; all others look at its features alone.
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
        let plain = methods.iter().map(|method| (method.info(), ""));
        let labels = label_methods();
        let entries =
            plain.chain(labels.iter().map(|info| (*info, " (looks at a few labels of the target)")));
        if self.json {
            let list: Map<String, Value> =
                entries.map(|(info, _)| (info.name.to_owned(), info.doc.into())).collect();
            return print::result(format_args!("{:#}", Value::Object(list)));
        }
        for (info, note) in entries {
            print::result(format_args!("{}{note}\n    {}\n", info.name, info.doc))?;
        }
        Ok(())
    }
}
