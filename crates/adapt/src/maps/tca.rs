use serde::{Deserialize, Serialize};

use super::affine::{aligned, refuse};
use super::kernel::{Gaussian, components, difference};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// Transfer component analysis: kernel components that keep the variance while the domains' means come together.
///
/// The leading solutions of K H K w = λ (I + μ K L K) w with the Gaussian kernel of all objects.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tca {
    /// The number of components, at least 1; never more than objects. Default 10.
    pub components: usize,
    /// What the distance of the domains' means weighs, above 0. Default 10.
    pub mu: f64,
    /// The standard deviation of the kernel, above 0. Default by the median of the squared distances.
    pub width: Option<f64>,
}

impl Default for Tca {
    fn default() -> Self {
        Self { components: 10, mu: 10.0, width: None }
    }
}

impl Tca {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if self.components == 0 {
            return refuse("components", 0, "at least 1");
        }
        if !(1e-12..=1e12).contains(&self.mu) {
            return refuse("mu", self.mu, "from 1e-12 to 1e12");
        }
        check_width(self.width)
    }
}

pub(super) fn check_width(width: Option<f64>) -> Result<(), Error> {
    match width {
        Some(width) if !(1e-100..1e100).contains(&width) => {
            refuse("width", width, "above 1e-100 and below 1e100")
        }
        _ => Ok(()),
    }
}

static INFO: Info = Info {
    name: "tca",
    doc: "Transfer component analysis (Pan et al. 2011, doi:10.1109/TNN.2010.2091281): kernel components that keep variance \
          while the maximum mean discrepancy of the domains is small.",
};

impl Mapping for Tca {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let (kernel, table) = Gaussian::new(source.x, target.x, self.width)?;
        let (n, m) = (source.x.rows(), target.x.rows());
        let count = self.components.min(n + m);
        let apart: Vec<_> = difference((0..n).map(|_| true), (0..m).map(|_| true)).into_iter().collect();
        let weights = components(&table, &apart, 1.0 / self.mu, count, seed);
        let map = kernel.map(weights, count)?;
        aligned(INFO.name, map.apply(source.x)?, map.apply(target.x)?, map, vec![])
    }
}
