//! What a feature is, and the light curve that features look at.

use std::cell::{OnceCell, RefCell};

use hesper_photometry::{Band, BandCurve, Object};

use crate::nightly::Memory;
use crate::statistics::BandStatistics;
use crate::{BazinFit, BazinFitter, BazinParams, smooth};

/// Numbers that describe a light curve: one feature of a few columns. Each stands in a file of its own as a constant.
#[derive(Debug)]
pub struct Feature {
    /// The name by which it is asked for, and with which its columns begin.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The whole text, Markdown: formula, columns with units, minimum data, reference.
    pub doc: &'static str,
    /// What it costs alone: CPU time of one core for an object of SNPCC (93 points in four bands), as the example
    /// `feature_costs` measures it. Features share their fits: several together cost less than their sum.
    pub cost: &'static str,
    /// The fewest points a band (or, for features of all bands together, an object) needs.
    pub min_points: usize,
    /// The names of the columns, given the survey's bands.
    pub columns: fn(&[Band]) -> Vec<String>,
    /// Adds as many values as there are columns, in their order; NaN where one cannot be measured.
    pub compute: fn(&Described<'_>, &mut Vec<f64>),
    /// How well its values are known, where the fit itself tells.
    pub errors: Option<Errors>,
}

/// What a fit tells of its own errors.
#[derive(Clone, Copy, Debug)]
pub struct Errors {
    /// The names of the columns whose errors are told, given the survey's bands: some or all of the feature's, in their order.
    pub columns: fn(&[Band]) -> Vec<String>,
    /// Adds one standard deviation for each of them; NaN where it is not known.
    pub compute: fn(&Described<'_>, &mut Vec<f64>),
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
    /// What is left of an earlier night's fits, where there was one.
    memory: Option<&'a RefCell<Memory>>,
    bazin: OnceCell<Vec<Option<BazinFit>>>,
    shared: OnceCell<Vec<BazinFit>>,
    smooth: OnceCell<Vec<Option<BazinFit>>>,
    statistics: OnceCell<Vec<BandStatistics>>,
}

impl<'a> Described<'a> {
    /// Looks at `object` in the survey's `bands`; points of other bands are not seen.
    pub fn new(object: &'a Object, bands: &'a [Band], fitters: &'a Fitters) -> Self {
        Self::look(object, bands, fitters, None)
    }

    /// As [`Described::new`]; the fits start from those of an earlier night, and are remembered for the next.
    pub(crate) fn again(
        object: &'a Object,
        bands: &'a [Band],
        fitters: &'a Fitters,
        memory: &'a RefCell<Memory>,
    ) -> Self {
        Self::look(object, bands, fitters, Some(memory))
    }

    fn look(
        object: &'a Object,
        bands: &'a [Band],
        fitters: &'a Fitters,
        memory: Option<&'a RefCell<Memory>>,
    ) -> Self {
        Self {
            object,
            bands,
            curves: object.lightcurve.in_bands(bands),
            fitters,
            memory,
            bazin: OnceCell::new(),
            shared: OnceCell::new(),
            smooth: OnceCell::new(),
            statistics: OnceCell::new(),
        }
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
            if let Some(memory) = self.memory {
                let smooth = self.smooth();
                return memory.borrow_mut().free(&mut self.fitters.bazin.borrow_mut(), &self.curves, smooth);
            }
            let mut fitter = self.fitters.bazin.borrow_mut();
            self.curves.iter().map(|curve| fitter.fit(curve)).collect()
        })
    }

    /// One Bazin shape for all bands, no baseline: what sparse bands can bear. Empty where there are too few points.
    pub fn shared(&self) -> &[BazinFit] {
        self.shared.get_or_init(|| {
            let mut fitter = self.fitters.bazin.borrow_mut();
            match self.memory {
                Some(memory) => memory.borrow_mut().shared(&mut fitter, &self.curves),
                None => fitter.fit_jointly(&self.curves, smooth::shared_priors()),
            }
        })
    }

    /// The Bazin fit of each band, held near the shape that all bands share. `None` where the
    /// band has no points or the object too few.
    pub fn smooth(&self) -> &[Option<BazinFit>] {
        self.smooth.get_or_init(|| {
            let shared = self.shared();
            if let Some(memory) = self.memory {
                return memory.borrow_mut().smooth(
                    &mut self.fitters.bazin.borrow_mut(),
                    &self.curves,
                    shared,
                );
            }
            if shared.is_empty() {
                return vec![None; self.curves.len()];
            }
            let mut fitter = self.fitters.bazin.borrow_mut();
            self.curves
                .iter()
                .zip(shared)
                .map(|(curve, shared)| smooth::band(&mut fitter, curve, shared))
                .collect()
        })
    }

    /// Sums over the points of each band.
    pub(crate) fn statistics(&self) -> &[BandStatistics] {
        self.statistics.get_or_init(|| self.curves.iter().map(BandStatistics::new).collect())
    }

    /// When the model of all bands together is brightest, MJD.
    pub fn peak_time(&self) -> Option<f64> {
        self.shared().first().and_then(BazinFit::peak)
    }

    /// The host's photometric redshift, where it is given and the object extragalactic.
    pub fn photoz(&self) -> Option<f64> {
        self.object.host_photoz.filter(|z| *z > 0.0)
    }

    /// How many days here are one in the rest frame: 1 + z of [`Described::photoz`], 1 where it is not known.
    pub fn time_dilation(&self) -> f64 {
        1.0 + self.photoz().unwrap_or(0.0)
    }
}

/// A band and the next redder one, for each band but the last.
pub(crate) fn neighbours(bands: &[Band]) -> impl Iterator<Item = (usize, usize)> + '_ {
    (1..bands.len()).map(|redder| (redder - 1, redder))
}
