//! Runs the commands of a page.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::OnceLock;
use std::time::Instant;

use crate::page::Page;
use crate::{compare, renewing, root};

/// What a command printed, both streams in the order of printing, and whether it succeeded.
pub(crate) struct Outcome {
    pub(crate) output: String,
    pub(crate) success: bool,
}

/// Runs a command line in a directory with `hesper` on the path.
pub(crate) fn shell(line: &str, directory: &Path) -> Outcome {
    let binary = Path::new(env!("CARGO_BIN_EXE_hesper"));
    let mut path = binary.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let done = Process::new("bash")
        .args(["-c", &format!("exec 2>&1\n{line}")])
        .current_dir(directory)
        .env("PATH", path)
        // The width of help texts.
        .env_remove("COLUMNS")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    Outcome { output: String::from_utf8_lossy(&done.stdout).into_owned(), success: done.status.success() }
}

/// Runs all blocks of a page; the complaints. Renews the page where that is asked for.
pub(crate) fn page(page: &mut Page) -> Vec<String> {
    let start = Instant::now();
    let directory = tempfile::tempdir().unwrap();
    let mut complaints = Vec::new();
    let mut renewed = Vec::new();
    let mut ran = 0;
    for block in page.blocks() {
        if let Some(file) = block.file() {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, page.lines[block.lines.clone()].join("\n") + "\n").unwrap();
        }
        if !block.is("console") || block.is("norun") {
            continue;
        }
        if let Some(lack) = lack(&block.tags, directory.path()) {
            println!("{}: skipped: {lack}", page.at(block.lines.start));
            continue;
        }
        for command in page.commands(&block) {
            ran += 1;
            let outcome = shell(&command.text, directory.path());
            let place = page.at(command.line);
            if outcome.success == block.is("fails") {
                let did = if outcome.success { "succeeded" } else { "failed" };
                complaints.push(format!("{place}: `{}` {did}:\n{}", command.text, outcome.output));
                continue;
            }
            let quoted = &page.lines[command.output.clone()];
            let found: Vec<&str> = outcome.output.trim_end().lines().collect();
            if quoted.is_empty() || compare::same(quoted, &found, block.is("near")) {
                continue;
            }
            if renewing() && !quoted.iter().any(|line| line.contains("...")) {
                let lines: Vec<String> = found.iter().map(|line| line.trim_end().to_owned()).collect();
                renewed.push((command.output, lines));
            } else {
                complaints.push(format!(
                    "{place}: `{}` is quoted as\n{}\nbut printed\n{}\n(HESPER_RENEW=1 renews quotes without `...`)",
                    command.text,
                    quoted.join("\n"),
                    outcome.output
                ));
            }
        }
    }
    if ran > 0 {
        println!("{}: {ran} commands in {:.1} s", page.name(), start.elapsed().as_secs_f64());
    }
    if !renewed.is_empty() {
        for (range, lines) in renewed.into_iter().rev() {
            page.lines.splice(range, lines);
        }
        page.write();
    }
    complaints
}

/// What a block needs that is not there. What is there is put into the directory.
fn lack(tags: &[String], directory: &Path) -> Option<&'static str> {
    if tags.iter().any(|tag| tag == "data") && !provide_data(directory) {
        return Some("no data");
    }
    static PYTHON: OnceLock<bool> = OnceLock::new();
    let python = || shell("python3 -c 'import pandas, pyarrow'", directory).success;
    if tags.iter().any(|tag| tag == "python") && !*PYTHON.get_or_init(python) {
        return Some("no python3 with pandas and pyarrow");
    }
    None
}

/// The archive of the public challenge as the README names it: the archive itself, or the part of it that is at hand.
fn provide_data(directory: &Path) -> bool {
    const NAME: &str = "SIMGEN_PUBLIC_DES.tar.gz";
    if directory.join(NAME).exists() {
        return true;
    }
    let data = std::env::var_os("HESPER_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let (whole, part) = (data.join("snpcc").join(NAME), data.join("snpcc/snpcc_open.tar.xz"));
    if whole.exists() {
        return std::fs::copy(whole, directory.join(NAME)).is_ok();
    }
    part.exists() && shell(&format!("xz -dc '{}' | gzip -1 > {NAME}", part.display()), directory).success
}
