//! What a run was: enough to repeat it and to know what it cost.

use std::path::Path;
use std::time::{Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{cpu_seconds, utc};
use crate::digest::{InputRecord, digest_path};
use crate::error::{Error, Result, write_file};

/// The record of a finished run, written as `run.json`. Numbers that JSON cannot hold (NaN, infinite) become null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunManifest {
    /// The program's version.
    pub version: String,
    /// The command line, the program's name first.
    pub command_line: Vec<String>,
    /// All parameters, defaults too.
    pub parameters: Value,
    /// The inputs with their hashes.
    pub inputs: Vec<InputRecord>,
    /// The seed, where chance played a part.
    pub seed: Option<u64>,
    /// The number of threads.
    pub threads: Option<usize>,
    /// What came out, in numbers.
    pub metrics: Value,
    /// When the run began, UTC in ISO 8601.
    pub started: String,
    /// Seconds by the clock.
    pub wall_seconds: f64,
    /// Processor seconds over all threads; null where the system does not tell.
    pub cpu_seconds: Option<f64>,
}

impl RunManifest {
    /// Begins to record a run of the program's `version`.
    pub fn start(
        version: impl Into<String>,
        command_line: impl IntoIterator<Item = impl Into<String>>,
    ) -> Run {
        let manifest = Self {
            version: version.into(),
            command_line: command_line.into_iter().map(Into::into).collect(),
            parameters: Value::Null,
            inputs: Vec::new(),
            seed: None,
            threads: None,
            metrics: Value::Null,
            started: utc(SystemTime::now()),
            wall_seconds: 0.0,
            cpu_seconds: None,
        };
        Run { manifest, clock: Instant::now(), cpu: cpu_seconds() }
    }

    /// The record as indented JSON with a line feed at its end.
    ///
    /// # Errors
    /// None that its types allow; the serializer's signature has one.
    pub fn to_json(&self) -> Result<String> {
        let json =
            serde_json::to_string_pretty(self).map_err(|source| Error::Json { what: "the run", source })?;
        Ok(json + "\n")
    }

    /// Writes the record, whole or not at all.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_file(path.as_ref(), self.to_json()?)
    }
}

/// A run in progress, on its way to a [`RunManifest`].
///
/// ```
/// # fn main() -> Result<(), hesper_report::Error> {
/// let mut run = hesper_report::RunManifest::start("0.1.0", ["hesper", "loop", "features.parquet"]);
/// run.seed(42).threads(2).parameters(&[("batch", 1)])?;
/// // … the work …
/// run.metrics(&[0.34, f64::NAN])?;
/// let manifest = run.finish();
/// assert!(manifest.to_json()?.contains("null"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Run {
    manifest: RunManifest,
    clock: Instant,
    cpu: Option<f64>,
}

impl Run {
    /// Records the parameters.
    ///
    /// # Errors
    /// What cannot be JSON, such as a map whose keys are not text.
    pub fn parameters(&mut self, parameters: &(impl Serialize + ?Sized)) -> Result<&mut Self> {
        self.manifest.parameters = serde_json::to_value(parameters)
            .map_err(|source| Error::Json { what: "a run's parameters", source })?;
        Ok(self)
    }

    /// Records what came out.
    ///
    /// # Errors
    /// As [`Run::parameters`].
    pub fn metrics(&mut self, metrics: &(impl Serialize + ?Sized)) -> Result<&mut Self> {
        self.manifest.metrics = serde_json::to_value(metrics)
            .map_err(|source| Error::Json { what: "a run's metrics", source })?;
        Ok(self)
    }

    /// Hashes a file or directory that the run reads: see [`digest_path`].
    ///
    /// # Errors
    /// What the operating system says.
    pub fn input(&mut self, path: impl AsRef<Path>) -> Result<&mut Self> {
        self.manifest.inputs.push(digest_path(path.as_ref())?);
        Ok(self)
    }

    /// The inputs recorded so far.
    pub fn inputs(&self) -> &[InputRecord] {
        &self.manifest.inputs
    }

    /// Records the seed.
    pub fn seed(&mut self, seed: u64) -> &mut Self {
        self.manifest.seed = Some(seed);
        self
    }

    /// Records the number of threads.
    pub fn threads(&mut self, threads: usize) -> &mut Self {
        self.manifest.threads = Some(threads);
        self
    }

    /// Seconds by the clock since the start.
    pub fn wall_seconds(&self) -> f64 {
        self.clock.elapsed().as_secs_f64()
    }

    /// Stops the clocks.
    pub fn finish(mut self) -> RunManifest {
        let milliseconds = |seconds: f64| (seconds * 1e3).round() / 1e3;
        self.manifest.wall_seconds = milliseconds(self.wall_seconds());
        self.manifest.cpu_seconds = cpu_seconds().zip(self.cpu).map(|(now, then)| milliseconds(now - then));
        self.manifest
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("input");
        std::fs::write(&input, "abc").unwrap();
        let mut run = RunManifest::start("0.1.0", ["hesper", "demo"]);
        run.seed(u64::MAX).threads(2).input(&input).unwrap().parameters(&json!({"queries": 20})).unwrap();
        run.metrics(&std::collections::BTreeMap::from([
            ("fom", 0.5),
            ("nan", f64::NAN),
            ("inf", f64::INFINITY),
        ]))
        .unwrap();
        let manifest = run.finish();
        let path = dir.path().join("out/run.json");
        manifest.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["metrics"], json!({"fom": 0.5, "inf": null, "nan": null}));
        assert_eq!(value["inputs"][0]["bytes"], 3);
        assert_eq!(value["seed"], u64::MAX);
        assert_eq!(serde_json::from_str::<RunManifest>(&text).unwrap(), manifest);
    }

    #[cfg(unix)]
    #[test]
    fn the_processor_time_grows_with_work() {
        let run = RunManifest::start("0", ["x"]);
        let mut sum = 0u64;
        while run.wall_seconds() < 0.03 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let manifest = run.finish();
        assert!(manifest.cpu_seconds.unwrap() > 0.0 && manifest.wall_seconds >= 0.03);
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        let mut run = RunManifest::start("0", ["x"]);
        let bad = std::collections::BTreeMap::from([(vec![1], 1)]);
        assert!(run.parameters(&bad).is_err());
    }
}
