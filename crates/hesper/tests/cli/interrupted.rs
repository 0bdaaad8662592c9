//! A run that is ended from outside leaves no file that is whole by its name only.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bench::{Bench, program};

/// Starts a command, ends it with the signal after a while, and tells whether it was still at work.
pub(crate) fn interrupt(bench: &Bench, command: &str, signal: &str, after: Duration) -> bool {
    let mut process = bench.process(program());
    process.args(command.split_whitespace());
    let mut child = process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    // A process that is over still has its number, since nobody has waited for it.
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    child.wait().unwrap().code().is_none()
}

/// The files below a directory that have their final names.
fn named(files: BTreeMap<String, Vec<u8>>, under: &str) -> BTreeMap<String, Vec<u8>> {
    let part = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name);
        file.starts_with(".hesper-") && file.ends_with(".part")
    };
    files.into_iter().filter(|(name, _)| name.starts_with(under) && !part(name)).collect()
}

#[test]
fn a_loop_that_is_ended_writes_nothing() {
    let bench = Bench::with_features(400);
    for signal in ["-TERM", "-KILL"] {
        let command = "loop features.parquet --queries 100000 --seeds 100 --param trees=1000 --out run";
        assert!(interrupt(&bench, command, signal, Duration::from_millis(700)), "the loop should last hours");
        assert!(named(bench.files(), "run").is_empty());
    }
    // And it can be run anew in the same place.
    bench.run("loop features.parquet --queries 5 --seeds 2 --param trees=5 --out run");
}

#[test]
fn whenever_a_run_is_ended_its_files_are_whole_or_absent() {
    let bench = Bench::new();
    bench.run("simulate --objects 1500 --out whole/survey.parquet");
    bench.run("features whole/survey.parquet --set bazin --out whole/features.parquet");
    let whole = named(bench.files(), "whole/");
    for (command, name) in [
        ("simulate --objects 1500 --out cut/survey.parquet", "survey.parquet"),
        ("features whole/survey.parquet --set bazin --out cut/features.parquet", "features.parquet"),
    ] {
        for milliseconds in [0, 20, 60, 100, 150, 200, 300, 400, 600] {
            interrupt(&bench, command, "-KILL", Duration::from_millis(milliseconds));
            for (file, bytes) in named(bench.files(), "cut/") {
                let file = file.strip_prefix("cut/").unwrap();
                if file.ends_with(".run.json") {
                    bench.json(&format!("cut/{file}"));
                } else {
                    assert!(whole[&format!("whole/{file}")] == bytes, "{file} after {milliseconds} ms");
                }
                // The record comes last.
                assert!(!file.ends_with(".run.json") || bench.path(&format!("cut/{name}")).exists());
            }
            std::fs::remove_dir_all(bench.path("cut")).unwrap_or_default();
        }
    }
}
