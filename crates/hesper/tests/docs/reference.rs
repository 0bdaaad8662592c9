//! The reference: parts of pages that the program prints.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::page::Page;
use crate::run::shell;
use crate::{pages, renewing, root};

const END: &str = "<!-- end -->";

/// What a command prints; it must succeed.
fn printed(command: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let outcome = shell(command, directory.path());
    assert!(outcome.success, "`{command}` failed:\n{}", outcome.output);
    outcome.output
}

/// The kind of a generated part and its command.
fn mark(line: &str) -> Option<(&str, &str)> {
    let (kind, command) = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(" from: ")?;
    ["text", "markdown", "entries"].contains(&kind).then_some((kind, command))
}

/// The lines of a generated part.
fn generated(kind: &str, command: &str) -> Vec<String> {
    let output = printed(command);
    let lines = output.trim_end().lines().map(|line| line.trim_end().to_owned());
    match kind {
        "text" => ["```text".to_owned()].into_iter().chain(lines).chain(["```".to_owned()]).collect(),
        "markdown" => lines.collect(),
        // A name, and indented below it what it means.
        _ => lines
            .map(|line| match line.strip_prefix("    ") {
                Some(meaning) => meaning.to_owned(),
                None if line.is_empty() => line,
                None => format!("### {line}\n"),
            })
            .flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>())
            .collect(),
    }
}

/// Complaints about generated parts of a page that are not what the program prints; renews them where that is asked for.
pub(crate) fn page(page: &mut Page) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut renewed = false;
    let mut number = 0;
    while number < page.lines.len() {
        let Some((kind, command)) = mark(&page.lines[number]) else {
            number += 1;
            continue;
        };
        let place = page.at(number);
        let start = number + 1;
        let length = page.lines[start..].iter().position(|line| line == END);
        let Some(end) = length.map(|length| start + length) else {
            complaints.push(format!("{place}: {END} is missing"));
            return complaints;
        };
        let mut wanted = generated(kind, command);
        wanted.insert(0, String::new());
        wanted.push(String::new());
        number = start + wanted.len();
        if page.lines[start..end] != wanted[..] {
            if renewing() {
                page.lines.splice(start..end, wanted);
                renewed = true;
            } else {
                number = end;
                complaints.push(format!(
                    "{place}: this is not what the program prints: HESPER_RENEW=1 cargo test --release -p hesper --test docs"
                ));
            }
        }
    }
    if renewed {
        page.write();
    }
    complaints
}

/// The names that begin the lines of a list, below a heading.
fn listed(output: &str, heading: &str) -> Vec<String> {
    let lines = output.lines().skip_while(|line| *line != heading).skip(1);
    let entries = lines.take_while(|line| line.starts_with("  "));
    // A line that is indented more goes on with the last entry.
    entries
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn commands() -> Vec<String> {
    listed(&printed("hesper --help"), "Commands:").into_iter().filter(|name| name != "help").collect()
}

/// Commands and features that the reference leaves out.
pub(crate) fn missing() -> Vec<String> {
    let marks: BTreeSet<String> = pages()
        .iter()
        .flat_map(|page| {
            page.lines.iter().filter_map(|line| Some(mark(line)?.1.to_owned())).collect::<Vec<_>>()
        })
        .collect();
    let help = commands().into_iter().map(|name| format!("hesper {name} --help"));
    let features = listed(&printed("hesper features --list"), "Features:");
    assert!(!features.is_empty());
    let explained = features.into_iter().map(|name| format!("hesper features --explain {name}"));
    let others = [
        "hesper --help",
        "hesper features --list",
        "hesper strategies",
        "hesper learners",
        "hesper allocators",
        "hesper adaptations",
        "hesper telescopes",
    ]
    .map(str::to_owned);
    help.chain(explained)
        .chain(others)
        .filter(|command| !marks.contains(command))
        .map(|command| format!("no page of docs/src/reference has a part `from: {command}`"))
        .collect()
}

/// The defaults in docs/src/reference/survey.md against those that a run records.
pub(crate) fn survey_parameters() -> Vec<String> {
    let page = Page::read(root().join("docs/src/reference/survey.md"));
    let block = page.blocks().into_iter().find(|block| block.file() == Some("defaults.toml"));
    let Some(block) = block else { return vec![format!("{}: no block defaults.toml", page.name())] };
    let written: toml::Table = page.lines[block.lines].join("\n").parse().unwrap();
    let record = printed("hesper simulate --objects 20 --out s.parquet > log && cat s.parquet.run.json");
    let mut used: Value = serde_json::from_str::<Value>(&record).unwrap()["parameters"].take();
    // What the command line sets.
    for (key, default) in [("objects", 2000), ("seed", 42)] {
        used[key] = default.into();
    }
    let written = serde_json::to_value(written).unwrap();
    if written == used {
        return Vec::new();
    }
    vec![format!("{}: the defaults are\n{used:#}\nbut it says\n{written:#}", page.name())]
}

/// The keys and defaults in docs/src/reference/telescopes.md against those of the program.
pub(crate) fn telescope_keys() -> Vec<String> {
    let page = Page::read(root().join("docs/src/reference/telescopes.md"));
    let block = page.blocks().into_iter().find(|block| block.file() == Some("all.toml"));
    let Some(block) = block else { return vec![format!("{}: no block all.toml", page.name())] };
    let text = page.lines[block.lines].join("\n");
    let written: toml::Table = text.parse().unwrap();
    let read = hesper_telescope::Telescope::parse(&text, &page.name()).unwrap().remove(0);
    let defaults = hesper_telescope::Telescope::new(read.name.clone(), read.diameter, read.site);
    let (written, defaults) = (&serde_json::to_value(written).unwrap()["telescope"][0], json!(defaults));
    if *written == defaults {
        return Vec::new();
    }
    vec![format!("{}: the defaults are\n{defaults:#}\nbut it says\n{written:#}", page.name())]
}

/// The options of all commands.
pub(crate) fn options() -> BTreeSet<String> {
    let helps = commands().into_iter().map(|name| printed(&format!("hesper {name} --help")));
    helps.chain([printed("hesper --help")]).flat_map(|help| named_options(&help)).collect()
}

fn named_options(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

/// Options in a page's prose that no command has.
pub(crate) fn unknown_options(page: &Page, known: &BTreeSet<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in page.prose() {
        // What stands in backticks, and is no command of another program.
        let quoted = line.split('`').skip(1).step_by(2).filter(|code| !code.starts_with("cargo"));
        for option in quoted.flat_map(named_options).filter(|option| !known.contains(option)) {
            complaints.push(format!("{}: no command has an option {option}", page.at(number)));
        }
    }
    complaints
}
