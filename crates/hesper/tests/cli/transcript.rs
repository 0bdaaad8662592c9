//! Failures as a person sees them, one after another, for a snapshot.

use crate::bench::{Bench, Outcome};

/// What was typed and what was answered.
#[derive(Default)]
pub(crate) struct Transcript(String);

impl Transcript {
    /// Runs a command that must fail with this exit code, and checks what holds for all failures: a message of a few
    /// lines on stderr, nothing on stdout, and every file as it was, none more and none fewer.
    pub(crate) fn refuse(&mut self, bench: &Bench, code: i32, command: &str) {
        let before = bench.files();
        let outcome = bench.attempt(command);
        assert_eq!(changed(&before, &bench.files()), Vec::<String>::new(), "hesper {command}");
        self.keep(code, command, &outcome);
    }

    /// Keeps a failure that was run elsewhere.
    pub(crate) fn keep(&mut self, code: i32, command: &str, outcome: &Outcome) {
        let Outcome { stderr, stdout, .. } = outcome;
        assert_eq!(outcome.code, Some(code), "hesper {command}\n{stderr}");
        // What guards found may come first.
        let last = stderr.lines().find(|line| !line.starts_with("warning: ")).unwrap_or_default();
        assert!(last.starts_with("error: "), "hesper {command}\n{stderr}");
        assert!(!stderr.contains("panicked"), "hesper {command}\n{stderr}");
        assert_eq!(stdout, "", "hesper {command}");
        self.0 += &format!("$ hesper {command}\n{}\n[exit {code}]\n\n", stderr.trim_end());
    }

    /// Compares all of it with the snapshot.
    pub(crate) fn check(&self, name: &str) {
        check(name, self.0.trim_end());
    }
}

/// Files that came, went or changed.
fn changed(
    before: &std::collections::BTreeMap<String, Vec<u8>>,
    after: &std::collections::BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Compares what a person reads with the snapshot of that name; times do not count.
pub(crate) fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"in \d+\.\d s", "in [time]");
    settings.add_filter(r"\(os error \d+\)", "(os error [number])");
    // Which of the files of a loop is the first without room.
    settings.add_filter(r"disk/run/[\w/.]+", "disk/run/[file]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}
