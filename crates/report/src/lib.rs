//! Figures, self-contained HTML reports and run manifests.
//!
//! This crate knows nothing of light curves or learners: it takes plain numbers and names and shows them well.
//!
//! - A [`Figure`] comes from one of the functions named for what they show ([`learning_curves`], [`light_curves`],
//!   [`light_curve_card`], [`night_timeline`], [`class_distribution`], [`reliability`], [`redshift_magnitude`],
//!   [`contours`], [`confusion`], [`bars_with_intervals`]) and is written as SVG or PNG. None of them fails or panics: a missing number (NaN or infinite) leaves a gap, and an empty
//!   figure says "no data".
//! - A [`Report`] is one HTML file with its figures and styles inside, readable without a network.
//! - A [`RunManifest`] says what a run read, with which parameters, and what it cost.
//!
//! The same data give the same bytes. Colours are those of Okabe and Ito, who chose them to be told apart by
//! colour-blind readers; a strategy or a band keeps its colour in every figure.
//!
//! ```
//! use hesper_report::{LearningCurves, Panel, Report, Series, learning_curves};
//! # fn main() -> Result<(), hesper_report::Error> {
//! let figure = learning_curves(&LearningCurves {
//!     title: "What 20 queries teach".into(),
//!     x_label: "queries".into(),
//!     panels: vec![Panel {
//!         title: "Figure of merit".into(),
//!         series: vec![Series {
//!             name: "uncertainty".into(),
//!             x: vec![0.0, 10.0, 20.0],
//!             y: vec![0.14, 0.25, 0.31],
//!             low: vec![0.13, 0.23, 0.29],
//!             high: vec![0.15, 0.27, 0.33],
//!         }],
//!         ..Panel::default()
//!     }],
//! });
//! assert!(figure.svg().starts_with("<svg"));
//! # let directory = tempfile::tempdir().unwrap();
//! # let path = directory.path().join("report.html");
//! Report::new("A small run", "one strategy").figure(&figure, "Mean of one seed.").write(&path)?;
//! # Ok(())
//! # }
//! ```

mod axis;
mod clock;
mod digest;
mod error;
mod figure;
mod figures;
mod font;
mod frame;
mod hatch;
mod html;
mod isolines;
mod labels;
mod legend;
mod manifest;
mod outline;
mod palette;
mod raster;
mod svg;
mod targets;

pub use clock::{cpu_seconds, date, time_of_day};
pub use digest::{InputRecord, digest_path};
pub use error::{Error, Result};
pub use figure::Figure;
pub use figures::bars_with_intervals::{BarsWithIntervals, NamedInterval, bars_with_intervals};
pub use figures::class_distribution::{ClassDistribution, ClassGroup, class_distribution};
pub use figures::confusion::{Confusion, confusion};
pub use figures::contours::{ContourSet, Contours, contours};
pub use figures::learning_curves::{LearningCurves, Panel, Series, learning_curves};
pub use figures::light_curve_card::light_curve_card;
pub use figures::light_curves::{BandSeries, LightCurvePanel, LightCurvePanels, light_curves};
pub use figures::night_timeline::{NightBar, NightTimeline, TelescopeNight, night_timeline};
pub use figures::redshift_magnitude::{PointSet, RedshiftMagnitude, redshift_magnitude};
pub use figures::reliability::{Reliability, ReliabilityBin, ReliabilityCurve, reliability};
pub use html::{Card, Report};
pub use manifest::{Run, RunManifest};
pub use targets::{Target, target_link};
