//! What all commands share: seed, threads, the result on stdout, and the record of the run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use hesper_report::{Figure, Report, Run, RunManifest};
use serde::Serialize;
use serde_json::Value;

use crate::{Failure, print};

/// Options of every command.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Common {
    /// Seed of all random numbers: the same seed and inputs give the same files
    #[arg(long, default_value_t = 42, value_name = "N")]
    pub(crate) seed: u64,
    /// Threads to use; 0 is one for each core. The results do not depend on it
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) threads: usize,
    /// Print the result as JSON on stdout; all else goes to stderr
    #[arg(long)]
    pub(crate) json: bool,
}

/// A command at work.
pub(crate) struct Session {
    common: Common,
    run: Run,
    command_line: Vec<String>,
}

impl Session {
    /// Sets the threads and starts the clock. `parameters` are what the run records.
    pub(crate) fn start(common: &Common, parameters: &impl Serialize) -> Result<Self, Failure> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(common.threads)
            .build_global()
            .map_err(|error| Failure::work(format!("cannot start {} threads: {error}", common.threads)))?;
        let mut command_line: Vec<String> =
            std::env::args_os().map(|argument: OsString| argument.to_string_lossy().into_owned()).collect();
        // Where the program lies on this machine helps nobody to run it on another.
        if let Some(program) = command_line.first_mut() {
            *program = env!("CARGO_PKG_NAME").to_owned();
        }
        let mut run = RunManifest::start(env!("CARGO_PKG_VERSION"), command_line.clone());
        run.parameters(parameters)?;
        run.seed(common.seed).threads(rayon::current_num_threads());
        Ok(Self { common: common.clone(), run, command_line })
    }

    /// Records an input; it must exist. Its hash is returned.
    pub(crate) fn input(&mut self, path: &Path) -> Result<String, Failure> {
        use std::io::ErrorKind::NotFound;
        match self.run.input(path) {
            Ok(run) => Ok(run.inputs().last().map(|input| input.sha256.clone()).unwrap_or_default()),
            Err(hesper_report::Error::Read { path, source }) if source.kind() == NotFound => {
                Err(Failure::request(hesper_report::Error::Read { path, source }))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Finds out before the work whether a file can be written.
    pub(crate) fn output(&self, path: &Path) -> Result<(), Failure> {
        use std::io::ErrorKind::{IsADirectory, NotADirectory};
        hesper_files::check(path).map_err(|error| {
            let message = format!("{}: {error}{}", path.display(), hesper_files::remedy(&error));
            match error.kind() {
                IsADirectory | NotADirectory => Failure::request(message),
                _ => Failure::work(message),
            }
        })
    }

    /// The same of files in a directory.
    pub(crate) fn output_directory(&self, path: &Path) -> Result<(), Failure> {
        self.output(&path.join(RECORD))
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.run.wall_seconds()
    }

    /// Says something to a person: on stdout, or on stderr where stdout is for machines.
    pub(crate) fn say(&self, line: impl std::fmt::Display) {
        if self.common.json {
            print::note(line);
        } else {
            print::line(line);
        }
    }

    /// Ends the run: the record is made with `metrics`, which are also the result.
    pub(crate) fn finish(mut self, metrics: &Value) -> Result<Finished, Failure> {
        self.run.metrics(metrics)?;
        let manifest = self.run.finish();
        let mut result = metrics.clone();
        if let Value::Object(result) = &mut result {
            result.insert("wall_seconds".into(), manifest.wall_seconds.into());
            result.insert("cpu_seconds".into(), manifest.cpu_seconds.into());
        }
        Ok(Finished { manifest, result, json: self.common.json })
    }

    /// The command as it was typed, for reports.
    pub(crate) fn command_line(&self) -> String {
        self.command_line.join(" ")
    }
}

/// The record of a run in a directory of outputs.
const RECORD: &str = "run.json";

/// Takes an earlier run's record out of a directory before its outputs are overwritten: where there is a record, all
/// outputs are of the run that it tells of.
pub(crate) fn forget_record(out: &Path) -> Result<(), Failure> {
    remove_if_there(&out.join(RECORD))
}

/// Removes what an earlier run left.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::work(format!(
            "{}: cannot be removed: {error}{}",
            path.display(),
            hesper_files::remedy(&error)
        ))),
        _ => Ok(()),
    }
}

/// A run that is over but for telling of it.
pub(crate) struct Finished {
    pub(crate) manifest: RunManifest,
    result: Value,
    json: bool,
}

impl Finished {
    /// Writes the record: `run.json` in a directory of outputs, `<file>.run.json` beside a single one.
    pub(crate) fn write_record(&self, out: &Path) -> Result<(), Failure> {
        let path = if out.is_dir() {
            out.join(RECORD)
        } else {
            let mut name = out.as_os_str().to_owned();
            name.push(".run.json");
            PathBuf::from(name)
        };
        Ok(self.manifest.write(path)?)
    }

    /// Writes the page and the record of a run whose outputs are in `out`, and tells where they are.
    pub(crate) fn end(&self, page: Report, out: &Path) -> Result<(), Failure> {
        let path = out.join("report.html");
        page.manifest(&self.manifest).write(&path)?;
        self.write_record(out)?;
        self.print()?;
        print::note(format_args!("report: {}", path.display()));
        Ok(())
    }

    /// Prints the result where a machine asked for it.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        if self.json { print::result(format_args!("{:#}", self.result)) } else { Ok(()) }
    }
}

/// Writes a table as CSV, whole or not at all.
pub(crate) fn write_csv<T: Serialize>(path: &Path, rows: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::work(format!("{}: {error}", path.display()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    write_file(path, bytes)
}

/// Writes bytes, whole or not at all.
pub(crate) fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    hesper_files::write(path, bytes).map_err(|error| {
        Failure::work(format!("{}: {error}{}", path.display(), hesper_files::remedy(&error)))
    })
}

/// Writes a figure as SVG and as PNG into the folder `figures` of `out`.
pub(crate) fn write_figure(figure: &Figure, name: &str, out: &Path) -> Result<(), Failure> {
    for ending in ["svg", "png"] {
        figure.save(out.join("figures").join(format!("{name}.{ending}")))?;
    }
    Ok(())
}

/// Rows of cells as CSV, for tables whose columns are not known beforehand.
pub(crate) fn csv(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(Failure::work)?;
    }
    writer.into_inner().map_err(Failure::work)
}
