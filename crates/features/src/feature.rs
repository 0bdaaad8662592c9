//! What a feature is, and the light curve that features look at.

use std::cell::{OnceCell, RefCell};

use hesper_photometry::{Band, BandCurve, Object};

use crate::{BazinFit, BazinFitter, BazinParams};

/// What is said of a feature, in the documentation and by `hesper features --explain`.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The name by which it is asked for, and with which its columns begin.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The whole text, Markdown: formula, columns with units, minimum data, reference.
    pub doc: &'static str,
    /// The fewest points a band (or, for features of all bands together, an object) needs.
    pub min_points: usize,
}

/// Numbers that describe a light curve.
pub trait Feature: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// The names of the columns, given the survey's bands.
    fn columns(&self, bands: &[Band]) -> Vec<String>;

    /// Adds as many values as there are columns, in their order; NaN where one cannot be measured.
    fn compute(&self, described: &Described<'_>, values: &mut Vec<f64>);
}

/// Column names `<stem>_<band>`, one for each band.
pub fn per_band(stem: &str, bands: &[Band]) -> Vec<String> {
    bands.iter().map(|band| format!("{stem}_{band}")).collect()
}

/// The fitters that the features of one thread share.
#[derive(Debug)]
pub struct Fitters {
    bazin: RefCell<BazinFitter>,
}

impl Fitters {
    /// Fitters with these parameters.
    pub fn new(bazin: &BazinParams) -> Self {
        Self { bazin: RefCell::new(BazinFitter::new(bazin.clone())) }
    }
}

/// An object as features see it: its points by band, and fits that are made when the first feature asks for them.
pub struct Described<'a> {
    object: &'a Object,
    bands: &'a [Band],
    curves: Vec<BandCurve>,
    fitters: &'a Fitters,
    bazin: OnceCell<Vec<Option<BazinFit>>>,
}

impl<'a> Described<'a> {
    /// Looks at `object` in the survey's `bands`; points of other bands are not seen.
    pub fn new(object: &'a Object, bands: &'a [Band], fitters: &'a Fitters) -> Self {
        let curves = bands.iter().map(|band| object.lightcurve.in_band(*band)).collect();
        Self { object, bands, curves, fitters, bazin: OnceCell::new() }
    }

    /// The object.
    pub fn object(&self) -> &Object {
        self.object
    }

    /// The survey's bands, in order of wavelength.
    pub fn bands(&self) -> &[Band] {
        self.bands
    }

    /// The points of each band.
    pub fn curves(&self) -> &[BandCurve] {
        &self.curves
    }

    /// The free Bazin fit of each band; `None` where a band has too few points.
    pub fn bazin(&self) -> &[Option<BazinFit>] {
        self.bazin.get_or_init(|| {
            let mut fitter = self.fitters.bazin.borrow_mut();
            self.curves.iter().map(|curve| fitter.fit(curve)).collect()
        })
    }
}
