//! The documentation does what it says: its commands run, its quoted output is what they print, its generated parts are
//! the program's words, its links lead somewhere.
//!
//! In the pages (README.md, CONTRIBUTING.md and docs/src):
//! - a fenced block `console` holds commands behind `$ ` and below each, if one likes, what it prints. The blocks of a page
//!   run in order, in one directory. `compare.rs` says when output counts as the same.
//! - `console,fails`: each command of the block must fail. `console,data`: needs the real data. `console,python`: needs
//!   python3 with pandas and pyarrow. `console,near`: whole numbers in the output depend on what a learner thinks, and are
//!   compared loosely. `console,norun`: is not run, and a comment `<!-- not run: … -->` before it says why.
//! - a fenced block `text,file=NAME` (or of any other language) is written to that file when its turn comes.
//! - between `<!-- text from: COMMAND -->` (or `markdown`, or `entries`) and `<!-- end -->` stands what the command prints.
//!
//! `HESPER_RENEW=1 cargo test --release -p hesper --test docs` writes the output that was found into the pages, but for
//! output quoted with `...`, and draws the figures again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod compare;
mod links;
mod page;
mod reference;
mod run;

use std::path::{Path, PathBuf};

use page::Page;

/// The root of the repository.
fn root() -> PathBuf {
    // Tests run in the directory of their crate.
    Path::new("../..").canonicalize().unwrap()
}

/// Held by whoever may write pages, so that no two tests do at once.
static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Whether the pages are to be written anew.
fn renewing() -> bool {
    std::env::var_os("HESPER_RENEW").is_some_and(|value| value != "0")
}

/// All pages whose commands count, in the order of their paths.
fn pages() -> Vec<Page> {
    let root = root();
    let mut paths = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    walk(&root.join("docs/src"), &mut paths);
    paths.sort();
    paths.into_iter().map(Page::read).collect()
}

fn walk(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}

/// Fails with all complaints at once.
fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn commands_do_what_the_pages_say() {
    let _writing = WRITING.lock();
    let mut complaints = Vec::new();
    for mut page in pages() {
        complaints.extend(run::page(&mut page));
    }
    report(&complaints);
}

#[test]
fn generated_parts_are_the_programs_words() {
    let _writing = WRITING.lock();
    let mut complaints = Vec::new();
    for mut page in pages() {
        complaints.extend(reference::page(&mut page));
    }
    report(&complaints);
}

/// The figures of the pages are those of the demo, and of how-to/recommend-tonight.md; only renewing draws them.
#[test]
fn figures_are_drawn_again_when_asked_for() {
    let directory = root().join("docs/src/figures");
    let drawn = tempfile::tempdir().unwrap();
    if renewing() {
        let tonight = "hesper simulate --objects 1000 --out survey.parquet && hesper recommend --photometry survey.parquet \
                       --telescopes resspect-4m,ntt-efosc2 --set bazin,photoz --date 2012-11-19 --out tonight";
        for command in ["hesper demo --out demo", tonight] {
            let outcome = run::shell(command, drawn.path());
            assert!(outcome.success, "{}", outcome.output);
        }
    }
    let figures = [
        ("demo", "learning_curves"),
        ("demo", "light_curves"),
        ("demo", "redshift_magnitude"),
        ("tonight", "timeline"),
    ];
    for (run, name) in figures {
        let figure = directory.join(format!("{run}_{name}.svg"));
        if renewing() {
            std::fs::copy(drawn.path().join(format!("{run}/figures/{name}.svg")), &figure).unwrap();
        }
        let bytes = std::fs::metadata(&figure).unwrap_or_else(|e| panic!("{}: {e}", figure.display())).len();
        assert!(bytes < 200_000, "{}: {bytes} bytes are too many for a page", figure.display());
    }
}

#[test]
fn the_reference_is_complete() {
    report(&reference::missing());
}

#[test]
fn surveys_have_the_parameters_of_the_reference() {
    report(&reference::survey_parameters());
}

#[test]
fn telescopes_have_the_keys_of_the_reference() {
    report(&reference::telescope_keys());
}

#[test]
fn every_command_is_one_that_runs() {
    let mut complaints = Vec::new();
    for page in pages() {
        complaints.extend(page.loose_commands());
    }
    report(&complaints);
}

#[test]
fn links_lead_somewhere() {
    let mut pages = pages();
    let mut decisions = Vec::new();
    walk(&root().join("docs/decisions"), &mut decisions);
    pages.extend(decisions.into_iter().map(Page::read));
    pages.push(Page::read(root().join("CHANGELOG.md")));
    let mut complaints = links::unlisted();
    for page in &pages {
        complaints.extend(links::broken(page));
    }
    report(&complaints);
}

#[test]
fn options_named_in_the_text_exist() {
    let known = reference::options();
    let mut complaints = Vec::new();
    for page in pages().iter().filter(|page| !page.path.ends_with("CONTRIBUTING.md")) {
        complaints.extend(reference::unknown_options(page, &known));
    }
    report(&complaints);
}
