//! The likelihood of a sample in which some objects are not Ia.
//!
//! Bayesian estimation applied to multiple species (Kunz, Bassett & Hlozek 2007, doi:10.1103/PhysRevD.75.103508; Hlozek et al. 2012,
//! doi:10.1088/0004-637X/752/2/79) weighs two explanations of each object by its probability p of being a Ia:
//!
//! ```text
//! ln L = Σ_i ln( p_i N(r_i; a, e_i² + s²) + (1 − p_i) N(r_i; b(z_i), e_i² + t²) )
//! ```
//!
//! with the residuals r of the moduli, their errors e, the offset a and intrinsic scatter s of the Ia, and the level
//! b(z) = b₀ + b₁ (z − z̄) + b₂ (z − z̄)² and extra scatter t of the contaminants. All but p are nuisances: found for each
//! cosmology (profiled), or drawn together with it by [`Mixture::sample`].

mod terms;

use serde::{Deserialize, Serialize};

use crate::cholesky::Cholesky;
use crate::error::check;
use crate::{
    ChainParams, Chains, Cosmology, Covariance, Distances, Error, GridParams, Likelihood, Redshifts,
};
use terms::{CONTAMINANT, DIMENSIONS, Object, SCATTER, Sums, WIDTH};

/// What a mixture supposes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MixtureParams {
    /// The degree of the contaminants' level as a polynomial of redshift, 0 to 2. 1: a survey with a magnitude limit finds
    /// brighter contaminants further away.
    pub trend: usize,
    /// The intrinsic scatter of the Ia in magnitudes, 0 or above; none to find it from the data.
    pub scatter: Option<f64>,
    /// Whether the log-odds of all probabilities share an unknown shift, for probabilities that rank better than they count.
    pub shift_odds: bool,
}

impl Default for MixtureParams {
    fn default() -> Self {
        Self { trend: 1, scatter: None, shift_odds: false }
    }
}

impl MixtureParams {
    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        check(self.trend <= 2, "trend", self.trend, "0, 1 or 2")?;
        let Some(scatter) = self.scatter else { return Ok(()) };
        check(scatter >= 0.0 && scatter.is_finite(), "scatter", scatter, "0 or above, in magnitudes")
    }
}

/// The nuisances that fit one cosmology best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    /// ln of the likelihood.
    pub log_likelihood: f64,
    /// The offset a of the Ia, magnitudes.
    pub offset: f64,
    /// Their intrinsic scatter s, magnitudes.
    pub scatter: f64,
    /// The contaminants' level b₀, b₁, b₂ in magnitudes and per unit of redshift; 0 beyond the trend's degree.
    pub level: [f64; 3],
    /// Their extra scatter t, magnitudes.
    pub width: f64,
    /// The shift of the log-odds.
    pub shift: f64,
}

/// Moduli with independent errors and probabilities of being a Ia. As a [`Likelihood`], the nuisances are profiled.
#[derive(Debug, Clone)]
pub struct Mixture {
    redshifts: Redshifts,
    modulus: Vec<f64>,
    objects: Vec<Object>,
    /// Which of the nuisances are free.
    free: [bool; DIMENSIONS],
    start: [f64; DIMENSIONS],
    /// The mean residual in the cosmology to which the start belongs.
    mean: f64,
}

impl Mixture {
    /// Prepares the likelihood. `probability` is that of each object to be a Ia; where all are 1, this is the plain fit with the
    /// scatter found from the data.
    ///
    /// # Errors
    /// [`Error::Parameter`] for parameters out of range, [`Error::Data`] without at least 10 objects, for a full covariance, for a
    /// modulus without error, or a probability outside 0 to 1.
    pub fn new(distances: &Distances, probability: &[f64], params: &MixtureParams) -> Result<Self, Error> {
        params.check()?;
        let checked = distances.clone().with_probability(probability.to_vec())?;
        let n = distances.len();
        if n < 10 {
            return Err(Error::Data(format!("{n} objects are too few for a mixture: give 10 or more")));
        }
        let Covariance::Diagonal(variances) = distances.covariance() else {
            return Err(Error::Data(
                "a mixture needs independent errors: leave the covariance's off-diagonal part out".into(),
            ));
        };
        if let Some(row) = variances.iter().position(|variance| *variance == 0.0) {
            return Err(Error::Data(format!("the modulus of object {row} has no error: give it")));
        }
        let centre = distances.z().iter().sum::<f64>() / n as f64;
        let each = distances.z().iter().zip(variances).zip(probability);
        let objects = each.map(|((z, variance), p)| Object::new(z - centre, *variance, *p)).collect();
        let contaminated = probability.iter().any(|p| *p < 1.0);
        let mut free = [true, params.scatter.is_none(), false, false, false, contaminated, params.shift_odds];
        (0..=params.trend).for_each(|degree| free[CONTAMINANT + degree] = contaminated);
        let redshifts = Redshifts::new(distances.z())?;
        let modulus = checked.reduced_modulus();
        let mut mixture = Self { redshifts, modulus, objects, free, start: [0.0; DIMENSIONS], mean: 0.0 };
        // Contaminants may be a little or a lot fainter, or brighter: the best of several beginnings.
        let residuals = mixture.residuals(&Cosmology::default());
        mixture.mean = mean(&residuals);
        let mut sorted = residuals.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[n / 2];
        let mut best = f64::NEG_INFINITY;
        for (fainter, width) in [(0.0, 1.0), (0.7, 0.5), (2.0, 0.8), (-1.0, 0.7)] {
            let scatter = params.scatter.unwrap_or(0.1);
            let from = [median, scatter, median + fainter, 0.0, 0.0, width, 0.0];
            let (found, log) = mixture.climb(&residuals, from);
            if log > best {
                (best, mixture.start) = (log, found);
            }
        }
        Ok(mixture)
    }

    fn residuals(&self, cosmology: &Cosmology) -> Vec<f64> {
        let moduli = self.redshifts.distance_moduli(cosmology);
        self.modulus.iter().zip(moduli).map(|(data, model)| data - model).collect()
    }

    /// The best nuisances for these residuals, from those of the first cosmology moved by what all residuals have moved.
    fn fit(&self, residuals: &[f64]) -> ([f64; DIMENSIONS], f64) {
        let mut start = self.start;
        let moved = mean(residuals) - self.mean;
        start[0] += moved;
        start[CONTAMINANT] += moved;
        self.climb(residuals, start)
    }

    /// Newton's method with the damping of Levenberg and Marquardt: the highest likelihood near `x`.
    fn climb(&self, residuals: &[f64], mut x: [f64; DIMENSIONS]) -> ([f64; DIMENSIONS], f64) {
        let mut here = Sums::of(&self.objects, residuals, &x);
        let mut damping = 1e-3;
        for _ in 0..100 {
            let mut matrix = here.hessian.map(|value| -value);
            let mut step = here.gradient;
            for k in 0..DIMENSIONS {
                let diagonal = &mut matrix[k * (DIMENSIONS + 1)];
                // An object's worth of curvature keeps what the data do not determine where it is.
                *diagonal += damping * (diagonal.abs() + 1.0);
            }
            for k in (0..DIMENSIONS).filter(|k| !self.free[*k]) {
                for other in 0..DIMENSIONS {
                    matrix[k * DIMENSIONS + other] = 0.0;
                    matrix[other * DIMENSIONS + k] = 0.0;
                }
                matrix[k * (DIMENSIONS + 1)] = 1.0;
                step[k] = 0.0;
            }
            let Ok(factor) = Cholesky::new(&matrix, DIMENSIONS) else {
                damping = (damping * 10.0).max(1e-3);
                if damping > 1e12 {
                    break;
                }
                continue;
            };
            factor.solve(&mut step);
            let expected: f64 = step
                .iter()
                .zip(&here.gradient)
                .zip(self.free)
                .map(|((s, g), f)| if f { s * g } else { 0.0 })
                .sum();
            let mut candidate = x;
            candidate.iter_mut().zip(&step).for_each(|(x, step)| *x += step);
            // The likelihood is even in both scatters.
            candidate[SCATTER] = candidate[SCATTER].abs();
            candidate[WIDTH] = candidate[WIDTH].abs();
            let there = Sums::of(&self.objects, residuals, &candidate);
            if there.log >= here.log {
                (x, here) = (candidate, there);
                damping *= 0.1;
                // Newton's method squares what is missing: after this step it is far below rounding.
                if expected < 1e-6 {
                    break;
                }
            } else if expected < 1e-9 || damping > 1e12 {
                break;
            } else {
                damping = (damping * 10.0).max(1e-6);
            }
        }
        (x, here.log)
    }

    /// The nuisances that fit this cosmology best.
    pub fn profile(&self, cosmology: &Cosmology) -> Fit {
        let (x, log_likelihood) = self.fit(&self.residuals(cosmology));
        let [offset, scatter, b0, b1, b2, width, shift] = x;
        Fit { log_likelihood, offset, scatter, level: [b0, b1, b2], width, shift }
    }

    /// The probability of each object to be a Ia after its distance has been seen, in this cosmology with these nuisances.
    pub fn posterior_probability(&self, cosmology: &Cosmology, fit: &Fit) -> Vec<f64> {
        let x = [fit.offset, fit.scatter, fit.level[0], fit.level[1], fit.level[2], fit.width, fit.shift];
        let residuals = self.residuals(cosmology);
        self.objects.iter().zip(&residuals).map(|(object, residual)| object.weigh(*residual, &x).1).collect()
    }

    /// The names of what [`Mixture::sample`] draws after `matter` and, where it is free, `w0`.
    pub fn nuisances(&self) -> Vec<&'static str> {
        let names = ["offset", "scatter", "level", "slope", "curvature", "width", "shift"];
        names.into_iter().zip(self.free).filter(|(_, free)| *free).map(|(name, _)| name).collect()
    }

    /// Draws Ωm, w where it is free, and the free nuisances (flat priors; scatters not negative) by Markov chains. The offset
    /// belongs to a Hubble constant of 70 km/s/Mpc.
    ///
    /// # Errors
    /// As [`crate::sample_wcdm`].
    pub fn sample(&self, grid: &GridParams, params: &ChainParams) -> Result<Chains, Error> {
        grid.check()?;
        let (matter, w0) = (grid.matter, grid.w0);
        let cosmological = if w0.points == 1 { 1 } else { 2 };
        let density = |values: &[f64]| {
            let w = if cosmological == 2 { values[1] } else { w0.from };
            let mut x = self.start;
            let free = x.iter_mut().zip(self.free).filter(|(_, free)| *free).map(|(x, _)| x);
            free.zip(&values[cosmological..]).for_each(|(x, value)| *x = *value);
            let inside = (matter.from..=matter.to).contains(&values[0]) && (w0.from..=w0.to).contains(&w);
            if !inside || x[SCATTER] < 0.0 || x[WIDTH] < 0.0 {
                return f64::NEG_INFINITY;
            }
            let cosmology = Cosmology::flat_w(values[0], w);
            let residuals = self.residuals(&cosmology);
            let terms =
                self.objects.iter().zip(&residuals).map(|(object, residual)| object.weigh(*residual, &x).0);
            terms.sum::<f64>() + grid.prior.log_density(&cosmology)
        };
        let coarse =
            |axis: crate::Axis| if axis.points == 1 { axis } else { crate::Axis { points: 11, ..axis } };
        let rough = GridParams { matter: coarse(matter), w0: coarse(w0), ..grid.clone() };
        let rough = crate::on_grid(self, &rough)?;
        let best = Cosmology::flat_w(rough.best.matter, rough.best.w0);
        let (x, _) = self.fit(&self.residuals(&best));
        let (mut start, mut scale) = (vec![best.matter], vec![rough.matter.deviation]);
        if let Some(marginal) = &rough.w0 {
            start.push(best.w0);
            scale.push(marginal.deviation);
        }
        start.extend(x.iter().zip(self.free).filter(|(_, free)| *free).map(|(x, _)| *x));
        scale.resize(start.len(), 2.0 / (self.objects.len() as f64).sqrt());
        crate::sample(density, &start, &scale, params)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Likelihood for Mixture {
    fn log_likelihood(&self, cosmology: &Cosmology) -> f64 {
        self.fit(&self.residuals(cosmology)).1
    }
}
