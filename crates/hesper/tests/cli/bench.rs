//! A directory to run the program in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("hesper").to_owned()
}

/// An empty directory of its own, in which commands run.
pub(crate) struct Bench {
    directory: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// With a simulated survey, `survey.parquet`.
    pub(crate) fn with_survey(objects: usize) -> Self {
        let bench = Self::new();
        bench.run(&format!("simulate --objects {objects} --out survey.parquet"));
        bench
    }

    /// With the survey's features, too, `features.parquet`: the few that take no time.
    pub(crate) fn with_features(objects: usize) -> Self {
        let bench = Self::with_survey(objects);
        bench.run("features survey.parquet --set bazin,photoz --out features.parquet");
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file and the directories above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// The rows of a CSV file, the header first.
    pub(crate) fn csv(&self, name: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(self.path(name)).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// A process of the program, in the directory and without the surroundings' settings.
    pub(crate) fn process(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut process = Command::new(program);
        process.current_dir(self.directory());
        process.env("COLUMNS", "100").env_remove("RUST_BACKTRACE").env_remove("RAYON_NUM_THREADS");
        process
    }

    /// Runs a command, given without the program's name, whatever comes of it.
    pub(crate) fn attempt(&self, command: &str) -> Outcome {
        Outcome::of(self.process(program()).args(command.split_whitespace()))
    }

    /// Runs a command that must end well.
    pub(crate) fn run(&self, command: &str) -> Outcome {
        let outcome = self.attempt(command);
        assert_eq!(outcome.code, Some(0), "hesper {command}\n{}", outcome.stderr);
        outcome
    }

    /// All files below the directory with their bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.directory(), "", &mut files);
        files
    }
}

impl Outcome {
    /// Runs a process to its end.
    pub(crate) fn of(process: &mut Command) -> Self {
        let output = process.stdin(std::process::Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What stdout holds, which must be JSON and nothing else.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

fn collect(directory: &Path, inside: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// One SNANA light curve of three points, in a survey that simulates nothing.
pub(crate) fn light_curve(name: &str) -> String {
    format!(
        "SURVEY: DES\nSNID: {name}\nSNTYPE: 1\nRA: 10.5 deg\nDECL: -27.1 deg\nMWEBV: 0.01\n\
         REDSHIFT_FINAL: 0.3 +- 0.001\nNOBS: 3\nNVAR: 5\nVARLIST: MJD FLT FLUXCAL FLUXCALERR SNR\n\
         OBS: 56200.1 g 10.0 2.0 5.0\nOBS: 56204.1 r 20.0 2.0 10.0\nOBS: 56208.1 i 15.0 2.0 7.5\nEND:\n"
    )
}
