//! `hesper telescopes`: the telescopes that come with the program.

use clap::Args;
use hesper_telescope::Telescope;
use serde::Serialize;
use serde_json::json;

use crate::{Failure, print};

/// Print the preset telescopes as TOML, with where their values are from
///
/// With names, these alone and with every key: a start for a file of one's own.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hesper telescopes
  hesper telescopes ntt-efosc2 > mine.toml")]
pub(crate) struct Telescopes {
    /// Only these, with every key
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print the telescopes as JSON
    #[arg(long)]
    json: bool,
}

/// A file of telescopes, its keys in the order of the fields.
#[derive(Serialize)]
struct TelescopeFile<'a> {
    telescope: &'a [Telescope],
}

impl Telescopes {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let chosen = if self.names.is_empty() {
            Telescope::presets()?
        } else {
            self.names.iter().map(|name| Telescope::preset(name)).collect::<Result<_, _>>()?
        };
        if self.json {
            return print::result(format_args!("{:#}", json!(chosen)));
        }
        if self.names.is_empty() {
            return print::result(Telescope::presets_toml().trim_end());
        }
        let file = TelescopeFile { telescope: &chosen };
        print::result(toml::to_string(&file).map_err(Failure::work)?.trim_end())
    }
}
