//! Outputs that cannot be written: nothing half-written stays.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::{Bench, Outcome, program};
use crate::transcript::Transcript;

#[test]
fn a_path_that_is_taken_is_told_before_the_work() {
    let bench = Bench::with_features(60);
    bench.run("train features.parquet --param trees=5 --out model.safetensors");
    std::fs::create_dir_all(bench.path("taken.csv/inside")).unwrap();
    bench.write("file", "");
    let mut transcript = Transcript::default();
    for command in [
        "simulate --objects 5 --out taken.csv",
        "convert survey.parquet --out taken.csv",
        "features survey.parquet --out taken.csv",
        "train features.parquet --out taken.csv",
        "predict model.safetensors features.parquet --out taken.csv",
        "predict model.safetensors features.parquet --out file/predictions.csv",
        "convert survey.parquet --out file/deep/objects.parquet",
        "loop features.parquet --out file",
        "demo --out file/demo",
    ] {
        transcript.refuse(&bench, 2, command);
    }
    transcript.check("taken_paths");
}

/// Runs a command as a user without rights; `None` where this one may not become another.
fn without_rights(bench: &Bench, program: &Path, command: &str) -> Option<Outcome> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut process = if is_root {
        let drop_rights = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        Command::new("setpriv").args(drop_rights).arg("true").status().ok().filter(|done| done.success())?;
        let mut process = bench.process("setpriv");
        process.args(drop_rights).arg(program);
        process
    } else {
        bench.process(program)
    };
    Some(Outcome::of(process.args(command.split_whitespace())))
}

#[test]
fn rights_that_lack_are_told_of_inputs_and_outputs() {
    let bench = Bench::with_features(60);
    bench.run("train features.parquet --param trees=5 --out model.safetensors");
    let mode = |name: &str, mode| {
        std::fs::set_permissions(bench.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // The program may lie where only its owner may look.
    std::fs::copy(program(), bench.path("program")).unwrap();
    mode("program", 0o755);
    mode(".", 0o755);
    bench.write("secret/744.DAT", crate::bench::light_curve("744"));
    bench.write("hidden.parquet", "x");
    bench.write("locked/old.csv", "old");
    std::fs::create_dir(bench.path("open")).unwrap();
    mode("secret", 0o000);
    mode("hidden.parquet", 0o000);
    mode("locked", 0o555);
    mode("open", 0o777);
    let mut transcript = Transcript::default();
    for command in [
        "convert secret --out open/objects.parquet",
        "convert secret/744.DAT --out open/objects.parquet",
        "convert hidden.parquet --out open/objects.parquet",
        "train hidden.parquet --out open/model.safetensors",
        "convert survey.parquet --out locked/objects.parquet",
        "features survey.parquet --out locked/deep/features.parquet",
        "predict model.safetensors features.parquet --out locked/old.csv",
        "loop features.parquet --out locked",
        "loop features.parquet --out locked/run",
    ] {
        let Some(outcome) = without_rights(&bench, &bench.path("program"), command) else {
            println!("skipped: the superuser may do everything, and setpriv is not there");
            return;
        };
        transcript.keep(1, command, &outcome);
    }
    mode("secret", 0o755);
    mode("locked", 0o755);
    let list = |name: &str| std::fs::read_dir(bench.path(name)).unwrap().count();
    assert_eq!((list("open"), list("locked")), (0, 1));
    assert_eq!(bench.text("locked/old.csv"), "old");
    transcript.check("missing_rights");
}

/// Mounts a small disk on `disk`, where only this process sees it, runs the program and lists what is left.
const ON_A_SMALL_DISK: &str = "\
mount -t tmpfs -o size=$SIZE,$MODE tmpfs disk 2>/dev/null || exit 77
test \"$MODE\" = ro || echo old > disk/old
\"$0\" \"$@\"
code=$?
find disk -type f > left
exit $code";

/// How a command ends on a small disk; `None` where no disk can be mounted.
fn on_a_small_disk(bench: &Bench, size: &str, mode: &str, command: &str) -> Option<Outcome> {
    std::fs::create_dir_all(bench.path("disk")).unwrap();
    Command::new("unshare").arg("--version").stdout(Stdio::null()).status().ok()?;
    let mut process = bench.process("unshare");
    process.args(["--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK]);
    process.arg(program()).args(command.split_whitespace()).env("SIZE", size).env("MODE", mode);
    let outcome = Outcome::of(&mut process);
    let refused = outcome.code == Some(77) || outcome.stderr.starts_with("unshare:");
    (!refused).then_some(outcome)
}

#[test]
fn a_full_disk_keeps_whole_files_only() {
    let bench = Bench::with_features(400);
    bench.run("train features.parquet --sample all --out model.safetensors");
    bench.run("loop features.parquet --queries 10 --batch 5 --param trees=5 --seeds 2 --out whole");
    let mut transcript = Transcript::default();
    for (size, command) in [
        ("256k", "simulate --objects 2000 --out disk/survey.parquet"),
        ("256k", "convert survey.parquet --out disk/objects.parquet"),
        ("64k", "features survey.parquet --set bazin --out disk/features.parquet"),
        ("64k", "train features.parquet --sample all --out disk/model.safetensors"),
        ("16k", "predict model.safetensors features.parquet --out disk/predictions.csv"),
        ("16k", "predict model.safetensors features.parquet --out disk/predictions.parquet"),
        // The tables of the loop find room, the figures do not.
        ("128k", "loop features.parquet --queries 10 --batch 5 --param trees=5 --seeds 2 --out disk/run"),
    ] {
        let Some(outcome) = on_a_small_disk(&bench, size, "rw", command) else {
            println!("skipped: no disk can be mounted here");
            return;
        };
        let left = bench.text("left");
        for path in left.lines().filter(|path| *path != "disk/old") {
            // What is there is what a run with room enough writes, and no record says that the run is over.
            let name = path.strip_prefix("disk/run/").unwrap_or_else(|| panic!("hesper {command}: {left}"));
            assert!(
                bench.path("whole").join(name).exists() && name != "run.json",
                "hesper {command}: {left}"
            );
        }
        // Where the work is told of before the disk is full is a matter of taste.
        let outcome = Outcome { stdout: String::new(), ..outcome };
        transcript.keep(1, command, &outcome);
    }
    transcript.check("full_disk");
}

#[test]
fn a_disk_that_is_read_only_is_told_before_the_work() {
    let bench = Bench::with_features(60);
    let mut transcript = Transcript::default();
    for command in ["convert survey.parquet --out disk/objects.parquet", "loop features.parquet --out disk"] {
        let Some(outcome) = on_a_small_disk(&bench, "64k", "ro", command) else {
            println!("skipped: no disk can be mounted here");
            return;
        };
        assert_eq!(bench.text("left"), "");
        transcript.keep(1, command, &outcome);
    }
    transcript.check("read_only_disk");
}

#[test]
fn a_result_that_cannot_be_printed_is_a_failure_and_a_reader_who_leaves_is_none() {
    let bench = Bench::new();
    let full = || std::fs::File::options().write(true).open("/dev/full");
    if full().is_err() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let mut transcript = Transcript::default();
    for command in ["features --list", "strategies", "simulate --objects 5 --out survey.parquet --json"] {
        let mut process = bench.process(program());
        process.args(command.split_whitespace()).stdout(full().unwrap()).stderr(Stdio::piped());
        let output = process.spawn().unwrap().wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let stderr = stderr.lines().filter(|line| line.starts_with("error")).collect();
        transcript.keep(1, command, &Outcome { code: output.status.code(), stdout: String::new(), stderr });
    }
    transcript.check("full_stdout");

    // What a command tells on the way is not its result: the work is done although nobody can read of it.
    let mut process = bench.process(program());
    process.args("simulate --objects 5 --out quiet.parquet".split(' '));
    process.stdout(full().unwrap()).stderr(full().unwrap());
    assert!(process.status().unwrap().success());
    assert!(bench.path("quiet.parquet.run.json").exists());

    let mut process = bench.process(program());
    process.args(["strategies"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
