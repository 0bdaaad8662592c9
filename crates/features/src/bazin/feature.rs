//! The Bazin fit as columns.

use hesper_photometry::Band;

use crate::{Described, Feature, Info, per_band};

/// The parameters of the fit of each band; see [`INFO`]'s text.
#[derive(Debug)]
pub struct Bazin;

const INFO: Info = Info {
    name: "bazin",
    summary: "Bazin function fitted to each band: amplitude, baseline, t0, rise, fall, chi2, n",
    doc: include_str!("bazin.md"),
    min_points: super::BazinFitter::MIN_POINTS,
};

const PARAMETERS: [&str; 7] = ["amplitude", "baseline", "t0", "rise", "fall", "chi2", "n"];

impl Feature for Bazin {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn columns(&self, bands: &[Band]) -> Vec<String> {
        PARAMETERS.iter().flat_map(|parameter| per_band(&format!("bazin_{parameter}"), bands)).collect()
    }

    fn compute(&self, described: &Described<'_>, values: &mut Vec<f64>) {
        let fits = described.bazin();
        let parameters: [fn(&super::BazinFit) -> f64; 7] = [
            |fit| fit.amplitude,
            |fit| fit.baseline,
            |fit| fit.t0,
            |fit| fit.rise,
            |fit| fit.fall,
            |fit| fit.chi2,
            |fit| fit.n as f64,
        ];
        for parameter in parameters {
            values.extend(fits.iter().map(|fit| fit.as_ref().map_or(f64::NAN, parameter)));
        }
    }
}
