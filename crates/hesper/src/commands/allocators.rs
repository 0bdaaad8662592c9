//! `hesper allocators`: who spends telescope time, and who weighs the labels.

use clap::Args;
use hesper_followup::campaign::{adapters, allocators};
use serde_json::{Map, Value};

use crate::{Failure, print};

/// List the allocators and adapters of campaigns with their guarantees and sources
///
/// A policy is `STRATEGY[@ALLOCATOR][+ADAPTER]`: the strategy (see `hesper strategies`) says what each object is worth, the
/// allocator spends the telescope time, the adapter weighs the labelled objects. Parameters may follow the allocator's name,
/// as in `uncertainty@knapsack:steady=false`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hesper allocators
  hesper campaign my.toml --strategies random,uncertainty@knapsack,bald@greedy+weights --out campaign")]
pub(crate) struct Allocators {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

impl Allocators {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let adapters = adapters();
        let adapters = adapters.iter().map(|adapter| (format!("+{}", adapter.name()), adapter.doc()));
        let allocators = allocators().into_iter().map(|(name, doc)| (format!("@{name}"), doc));
        let entries = allocators.chain(adapters);
        if self.json {
            let list: Map<String, Value> = entries.map(|(name, doc)| (name, doc.into())).collect();
            return print::result(format_args!("{:#}", Value::Object(list)));
        }
        for (name, doc) in entries {
            print::result(format_args!("{name}\n    {doc}\n"))?;
        }
        Ok(())
    }
}
