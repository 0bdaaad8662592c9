//! The flat universe of matter and dark energy, and its distances.
//!
//! With s = (1+z)^(−1/2) the comoving distance becomes
//!
//! ```text
//! D = (c/H0) ∫₀ᶻ dz′/E(z′) = (2c/H0) ∫ₛ¹ ds / √(Ωm + (1−Ωm) g(s)),   g = s^(−6(w0+wa)) exp(−3 wa (1 − s²))
//! ```
//!
//! which for a cosmological constant is g = s⁶: no singularity near the path, no logarithm, and 20 points of
//! Gauss-Legendre quadrature leave 1e-12 at any redshift.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::check;
use crate::quadrature;

/// The speed of light, km/s.
pub const LIGHT_SPEED: f64 = 299_792.458;
/// The points of the quadrature.
const POINTS: usize = 20;

/// Points and weights on (0, 1).
static RULE: LazyLock<[(f64, f64); POINTS]> =
    LazyLock::new(|| quadrature::rule().map(|(x, weight)| (0.5 * (1.0 + x), 0.5 * weight)));

/// A flat universe without radiation, whose dark energy has the equation of state w(z) = w0 + wa z/(1+z)
/// (Chevallier & Polarski 2001, doi:10.1142/S0218271801000822; Linder 2003, doi:10.1103/PhysRevLett.90.091301).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cosmology {
    /// The Hubble constant, km/s/Mpc; above 0.
    pub hubble: f64,
    /// The density of matter over the critical density, Ωm; 0 to 1. The rest is dark energy.
    pub matter: f64,
    /// The equation of state of dark energy today; −5 to 1.
    pub w0: f64,
    /// How the equation of state changes with the scale factor; −10 to 10.
    pub wa: f64,
}

impl Default for Cosmology {
    fn default() -> Self {
        Self::FIDUCIAL
    }
}

/// How the distance modulus at one redshift changes with the parameters, magnitudes per unit of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModulusGradient {
    /// ∂μ/∂Ωm.
    pub matter: f64,
    /// ∂μ/∂w0.
    pub w0: f64,
    /// ∂μ/∂wa.
    pub wa: f64,
}

impl Cosmology {
    /// The universe that is assumed where nothing else is said: flat ΛCDM, H0 = 70 km/s/Mpc, Ωm = 0.3.
    pub const FIDUCIAL: Self = Self { hubble: 70.0, matter: 0.3, w0: -1.0, wa: 0.0 };

    /// A flat universe with a cosmological constant.
    pub fn flat_lambda(hubble: f64, matter: f64) -> Self {
        Self { hubble, matter, ..Self::default() }
    }

    /// A flat universe with the default Hubble constant and constant equation of state `w0`.
    pub fn flat_w(matter: f64, w0: f64) -> Self {
        Self { matter, w0, ..Self::default() }
    }

    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let Self { hubble, matter, w0, wa } = *self;
        check(hubble > 0.0 && hubble.is_finite(), "hubble", hubble, "a finite number above 0, in km/s/Mpc")?;
        check((0.0..=1.0).contains(&matter), "matter", matter, "0 to 1, a fraction of the critical density")?;
        check((-5.0..=1.0).contains(&w0), "w0", w0, "-5 to 1; a cosmological constant has -1")?;
        check((-10.0..=10.0).contains(&wa), "wa", wa, "-10 to 10; a cosmological constant has 0")
    }

    /// Whether dark energy is a cosmological constant, whose distances need no powers.
    fn is_lambda(&self) -> bool {
        self.w0 == -1.0 && self.wa == 0.0
    }

    /// ln g of the module's documentation, where `log` is ln s = −½ ln(1+z).
    fn log_dark(&self, log: f64) -> f64 {
        // 1 − s², without cancellation.
        let rest = -(2.0 * log).exp_m1();
        -6.0 * (self.w0 + self.wa) * log - 3.0 * self.wa * rest
    }

    /// The integrand 1/√(Ωm + (1−Ωm) g) at s = 1 − `depth`.
    pub(crate) fn integrand(&self, depth: f64) -> f64 {
        let dark = if self.is_lambda() {
            let square = (1.0 - depth) * (1.0 - depth);
            square * square * square
        } else {
            self.log_dark((-depth).ln_1p()).exp()
        };
        (self.matter + (1.0 - self.matter) * dark).sqrt().recip()
    }

    /// E(z) = H(z)/H0 = √(Ωm (1+z)³ + (1−Ωm) (1+z)^(3(1+w0+wa)) exp(−3 wa z/(1+z))).
    pub fn expansion(&self, z: f64) -> f64 {
        let cube = (1.0 + z).powi(3);
        let dark = if self.is_lambda() { 1.0 } else { cube * self.log_dark(-0.5 * z.ln_1p()).exp() };
        (self.matter * cube + (1.0 - self.matter) * dark).sqrt()
    }

    /// Comoving distance to redshift `z`, Mpc: (c/H0) ∫₀ᶻ dz′/E(z′); 0 where `z` is not positive.
    pub fn comoving_distance(&self, z: f64) -> f64 {
        if z <= 0.0 {
            return 0.0;
        }
        let depth = depth(z);
        let sum: f64 = RULE.iter().map(|(x, weight)| weight * self.integrand(depth * x)).sum();
        self.distance_unit() * depth * sum
    }

    /// 2c/H0, Mpc.
    pub(crate) fn distance_unit(&self) -> f64 {
        2.0 * LIGHT_SPEED / self.hubble
    }

    /// Luminosity distance to redshift `z`, Mpc: (1+z) times the comoving distance.
    pub fn luminosity_distance(&self, z: f64) -> f64 {
        (1.0 + z) * self.comoving_distance(z)
    }

    /// Distance modulus at redshift `z`, magnitudes; −∞ at redshift zero.
    pub fn distance_modulus(&self, z: f64) -> f64 {
        5.0 * self.luminosity_distance(z).log10() + 25.0
    }

    /// Comoving volume per unit of redshift over the whole sky, Mpc³: 4π (c/H0) D²/E.
    pub fn volume_element(&self, z: f64) -> f64 {
        let distance = self.comoving_distance(z);
        4.0 * std::f64::consts::PI * LIGHT_SPEED / self.hubble * distance * distance / self.expansion(z)
    }

    /// How the distance modulus at redshift `z` changes with Ωm, w0 and wa: the derivatives are taken under the integral, so
    /// that no difference of near numbers is formed; 0 where `z` is not positive.
    pub fn modulus_gradient(&self, z: f64) -> ModulusGradient {
        if z <= 0.0 {
            return ModulusGradient { matter: 0.0, w0: 0.0, wa: 0.0 };
        }
        let depth = depth(z);
        let (mut sum, mut matter, mut w0, mut wa) = (0.0, 0.0, 0.0, 0.0);
        for (x, weight) in RULE.iter() {
            let log = (-depth * x).ln_1p();
            let log_dark = self.log_dark(log);
            let dark = log_dark.exp();
            let density = self.matter + (1.0 - self.matter) * dark;
            let value = weight / density.sqrt();
            let slope = -0.5 * value / density;
            sum += value;
            matter -= slope * log_dark.exp_m1();
            w0 += slope * (1.0 - self.matter) * dark * -6.0 * log;
            wa += slope * (1.0 - self.matter) * dark * (-6.0 * log + 3.0 * (2.0 * log).exp_m1());
        }
        let scale = 5.0 / std::f64::consts::LN_10 / sum;
        ModulusGradient { matter: scale * matter, w0: scale * w0, wa: scale * wa }
    }
}

/// 1 − s = 1 − (1+z)^(−1/2), without cancellation.
pub(crate) fn depth(z: f64) -> f64 {
    -(-0.5 * z.ln_1p()).exp_m1()
}
