//! `hesper convert`: light curves of any known format as the canonical table.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hesper_photometry::{ObjectWriter, Sample};
use serde::Serialize;
use serde_json::json;

use crate::Failure;
use crate::input::Reading;
use crate::session::{Common, Session};

/// Convert light curves to one Parquet table of objects
///
/// Reads SNANA text (.DAT) and FITS (_HEAD.FITS, .LIST), PLAsTiCC CSV, other light curves as CSV, ECSV or JSON (of ZTF,
/// brokers, sncosmo, FASTDB: columns are found by name), and Parquet with nested light curves; one file, a directory,
/// or a .tar, .tar.gz or .tar.xz. Fluxes and magnitudes become nJy, times MJD.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper convert SIMGEN_PUBLIC_DES/ --out objects.parquet
  hesper convert snpcc.tar.xz --out objects.parquet --json
  hesper convert ztf_bts/ --metadata bts.csv --out ztf.parquet
  hesper convert plasticc.csv.gz --metadata metadata.csv --skip-bad --out objects.parquet")]
pub(crate) struct Convert {
    /// File, archive or directory of light curves
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The table to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    common: Common,
}

/// Objects by sample.
#[derive(Default, Serialize)]
struct Count {
    spectroscopic: usize,
    photometric: usize,
}

impl Convert {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.input)?;
        session.output(&self.out)?;
        let mut writer = ObjectWriter::create(&self.out)?;
        let (mut objects, mut points) = (0usize, 0usize);
        let mut samples = Count::default();
        let mut classes: BTreeMap<String, Count> = BTreeMap::new();
        let skipped = self.reading.each(&self.input, &self.out, |object| {
            objects += 1;
            points += object.lightcurve.len();
            let class = object.class.as_deref().unwrap_or("unknown").to_owned();
            for count in [&mut samples, classes.entry(class).or_default()] {
                match object.sample {
                    Sample::Spectroscopic => count.spectroscopic += 1,
                    Sample::Photometric => count.photometric += 1,
                }
            }
            Ok(writer.write(&object)?)
        })?;
        writer.finish()?;
        let (spectroscopic, photometric) = (samples.spectroscopic, samples.photometric);
        session.say(format!(
            "{objects} objects ({spectroscopic} spectroscopic, {photometric} photometric), {points} points in {:.1} s: {}",
            session.seconds(),
            self.out.display()
        ));
        for (class, count) in &classes {
            session.say(format!(
                "  {class:<12} {:>8} spectroscopic {:>8} photometric",
                count.spectroscopic, count.photometric
            ));
        }
        let finished = session.finish(&json!({
            "objects": objects,
            "points": points,
            "spectroscopic": spectroscopic,
            "photometric": photometric,
            "classes": classes,
            "skipped": skipped.len(),
            "out": self.out,
        }))?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }
}
