//! The command line of hesper: arguments, progress and printing. Everything it can do, the libraries can do.

mod adapt_report;
mod adapting;
mod adapting_labels;
mod campaign_file;
mod campaign_report;
mod campaign_tables;
mod clock;
mod columns;
mod commands;
mod compare_report;
mod config;
mod cosmology_figures;
mod date;
mod domains;
mod failure;
mod gallery;
mod guards;
mod importances;
mod input;
mod judging;
mod labels;
mod learners;
mod learning;
mod loop_report;
mod loop_summary;
mod pieces;
mod plain_table;
mod predictions;
mod print;
mod progress;
mod search_spaces;
mod session;
mod sets;
mod shapley;
mod shift_report;
mod tonight;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// Learn from the sky when labels are few, biased and expensive.
///
/// Light curves become features, features train a learner, and the learner asks for the spectra that teach it most.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  hesper demo                                              all of it on a simulated survey
  hesper convert survey.tar.xz --out objects.parquet       read SNANA, PLAsTiCC, ZTF, ...
  hesper features objects.parquet --out features.parquet   describe them
  hesper loop features.parquet --strategies random,uncertainty --out run
                                                           which spectra teach most?

Each command tells more: hesper COMMAND --help";

#[derive(Subcommand)]
enum Command {
    Demo(commands::demo::Demo),
    Simulate(commands::simulate::Simulate),
    Convert(commands::convert::Convert),
    Features(commands::features::Features),
    Augment(commands::augment::Augment),
    Compare(commands::compare::Compare),
    Train(commands::train::Train),
    Predict(commands::predict::Predict),
    Shift(commands::shift::Shift),
    Adapt(commands::adapt::Adapt),
    Loop(commands::query_loop::QueryLoop),
    Campaign(commands::campaign::CampaignCommand),
    Recommend(commands::recommend::Recommend),
    Cosmology(commands::cosmology::CosmologyCommand),
    Learners(commands::learners::Learners),
    Strategies(commands::strategies::Strategies),
    Allocators(commands::allocators::Allocators),
    Adaptations(commands::adaptations::Adaptations),
    Telescopes(commands::telescopes::Telescopes),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Demo(command) => command.run(),
        Command::Simulate(command) => command.run(),
        Command::Convert(command) => command.run(),
        Command::Features(command) => command.run(),
        Command::Augment(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Train(command) => command.run(),
        Command::Predict(command) => command.run(),
        Command::Shift(command) => command.run(),
        Command::Adapt(command) => command.run(),
        Command::Loop(command) => command.run(),
        Command::Campaign(command) => command.run(),
        Command::Recommend(command) => command.run(),
        Command::Cosmology(command) => command.run(),
        Command::Learners(command) => command.run(),
        Command::Strategies(command) => command.run(),
        Command::Allocators(command) => command.run(),
        Command::Adaptations(command) => command.run(),
        Command::Telescopes(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::note(format_args!("error: {failure}"));
            failure.exit_code()
        }
    }
}
