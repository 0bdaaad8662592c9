//! Light curves: their types, and readers and writers of the formats that surveys use.
//!
//! An [`Object`] holds a [`LightCurve`] (structure of arrays: time, [`Band`], flux, error) and what is known of it:
//! place, redshift, class, and by which [`Sample`] the class is known. Fluxes are nJy (AB zero point 31.4) and times
//! modified Julian days, whatever the file held.
//!
//! ```
//! use hesper_photometry::{ObjectWriter, ReadOptions, read};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let (survey, table) = (dir.path().join("survey"), dir.path().join("objects.parquet"));
//! # std::fs::create_dir(&survey)?;
//! let text = "SNID: 17\nSNTYPE: 1\nNOBS: 1\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\nOBS: 56172.0 r 4.4 1.7\nEND:\n";
//! std::fs::write(survey.join("17.DAT"), text)?;
//!
//! let mut writer = ObjectWriter::create(&table)?;
//! for object in read(&survey, &ReadOptions::default())? {
//!     writer.write(&object?)?;
//! }
//! writer.finish()?;
//!
//! let object = read(&table, &ReadOptions::default())?.next().ok_or("no object")??;
//! assert_eq!((object.object_id.as_str(), object.class.as_deref()), ("17", Some("Ia")));
//! # Ok(())
//! # }
//! ```

mod archive;
mod band;
mod columns;
mod context;
mod curve_table;
mod curves;
mod decode;
mod directory;
mod ecsv;
mod error;
mod fault;
mod fits;
mod fits_head;
mod json;
mod json_object;
mod json_points;
mod light_curve;
mod magnitude;
mod nearest;
mod object;
mod object_table;
mod parquet_points;
mod parquet_reader;
mod parquet_writer;
mod plasticc;
mod plasticc_metadata;
mod point;
mod read;
mod skipped;
mod snana;
mod snana_columns;
mod snana_fits;
mod wavelength;
mod yaml;
mod ztf_forced;

pub use band::{Band, sort_bands, wavelength_rank};
pub use error::Error;
pub use light_curve::{BandCurve, LightCurve};
pub use magnitude::{
    FLUXCAL_ZERO_POINT, LIMIT_SIGMAS, NJY_ZERO_POINT, flux_of_magnitude, flux_scale, fluxcal_to_njy,
    limiting_flux, limiting_magnitude, magnitude, measured_flux, measured_magnitude,
};
pub use nearest::nearest;
pub use object::{Object, Sample};
pub use parquet_writer::ObjectWriter;
pub use read::{Format, Progress, ProgressUnit, ReadOptions, Reader, VegaOffsets, read, read_all};
pub use skipped::{Skipped, write_skipped};

#[cfg(test)]
mod parquet_tests;
