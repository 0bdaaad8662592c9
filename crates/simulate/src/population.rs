//! What explodes where: classes and redshifts from volumetric rates, and the diversity within a class.

use hesper_cosmology::Cosmology;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::Class;
use crate::event::Properties;
use crate::params::PopulationParams;
use crate::profile::Profile;
use crate::template::Template;

/// The smallest redshift: nearer, the volume is nothing and peculiar velocities would matter.
const MIN_REDSHIFT: f64 = 0.01;
/// Steps of the tabulated distribution of redshifts.
const STEPS: usize = 400;

/// The rates of all classes, tabulated, and their templates.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    kinds: Vec<Kind>,
    total: f64,
    step: f64,
    core_collapse_shift: f64,
}

#[derive(Clone, Debug)]
struct Kind {
    class: Class,
    profile: Profile,
    template: Template,
    /// Events a year over the whole sky with redshifts up to that of the index.
    cumulative: Vec<f64>,
}

impl Population {
    /// Tabulates. `params` has been checked.
    pub(crate) fn new(params: &PopulationParams) -> Self {
        let step = (params.max_redshift - MIN_REDSHIFT) / STEPS as f64;
        let kinds: Vec<Kind> = Class::ALL
            .into_iter()
            .map(|class| {
                let profile = Profile::of(class);
                let factor = params.rate_factors.get(class.as_str()).copied().unwrap_or(1.0);
                let mut cumulative = vec![0.0];
                let mut sum = 0.0;
                for i in 0..STEPS {
                    let z = MIN_REDSHIFT + (i as f64 + 0.5) * step;
                    // A clock there runs slower by 1+z as seen from here.
                    sum += factor
                        * profile.rate
                        * profile.evolution.factor(z)
                        * Cosmology::FIDUCIAL.volume_element(z)
                        / (1.0 + z)
                        * step;
                    cumulative.push(sum);
                }
                Kind { class, profile, template: Template::new(profile.knots), cumulative }
            })
            .collect();
        let total = kinds.iter().map(Kind::total).sum();
        Self { kinds, total, step, core_collapse_shift: params.core_collapse_shift }
    }

    /// Draws an event that peaks at `peak_mjd` behind `galactic_ebv` of dust, and its class's template.
    pub(crate) fn draw(
        &self,
        rng: &mut impl Rng,
        peak_mjd: f64,
        galactic_ebv: f64,
    ) -> (Properties, &Template) {
        let mut left = rng.random::<f64>() * self.total;
        let mut kind = &self.kinds[0];
        for candidate in self.kinds.iter().filter(|kind| kind.total() > 0.0) {
            kind = candidate;
            if left < kind.total() {
                break;
            }
            left -= kind.total();
        }
        let redshift = MIN_REDSHIFT + self.step * kind.place(left);
        let mut properties = kind.diversify(rng, redshift);
        if kind.class.is_core_collapse() {
            properties.magnitude += self.core_collapse_shift;
        }
        properties.peak_mjd = peak_mjd;
        properties.galactic_ebv = galactic_ebv;
        (properties, &kind.template)
    }
}

impl Kind {
    fn total(&self) -> f64 {
        self.cumulative[STEPS]
    }

    /// Where on the grid of redshifts the cumulative rate takes `value`.
    fn place(&self, value: f64) -> f64 {
        let next = self.cumulative.partition_point(|&sum| sum <= value).clamp(1, STEPS);
        let (from, to) = (self.cumulative[next - 1], self.cumulative[next]);
        (next - 1) as f64 + ((value - from) / (to - from)).clamp(0.0, 1.0)
    }

    /// How far from its class's mean an event's luminosity lies, standard deviations. Observed functions of core
    /// collapse are lopsided: a normal one of their width would have ordinary events outshine superluminous ones.
    fn luminosity_deviate(&self, rng: &mut impl Rng) -> f64 {
        loop {
            let value = truncated_normal(rng);
            if value > -1.5 || !self.class.is_core_collapse() {
                return value;
            }
        }
    }

    fn diversify(&self, rng: &mut impl Rng, redshift: f64) -> Properties {
        let profile = &self.profile;
        let mut properties = Properties {
            class: self.class,
            redshift,
            peak_mjd: 0.0,
            magnitude: profile.magnitude + profile.magnitude_scatter * self.luminosity_deviate(rng),
            stretch: (profile.stretch_scatter * truncated_normal(rng)).exp(),
            decline_stretch: (profile.decline_scatter * truncated_normal(rng)).exp(),
            temperature_factor: (profile.temperature_scatter * truncated_normal(rng)).exp(),
            blanketing_factor: (0.3 * truncated_normal(rng)).exp(),
            host_ebv: 0.0,
            host_r_v: 3.1,
            galactic_ebv: 0.0,
        };
        if self.class == Class::Ia {
            // Tripp (1998) with the distributions of Scolnic & Kessler (2016); width for x1 as in Guy et al. (2007). A
            // law with R(V) = 2.1 takes R(B) = 3.1 times the colour: the β of the relation.
            let x1 = two_sided_normal(rng, 0.973, 1.472, 0.222).clamp(-4.0, 3.0);
            let colour = two_sided_normal(rng, -0.054, 0.043, 0.101).clamp(-0.3, 0.5);
            properties.stretch = 0.98 + 0.091 * x1 + 0.003 * x1 * x1 - 0.000_75 * x1.powi(3);
            properties.magnitude += -0.14 * x1 + 3.1 * colour;
            properties.host_ebv = colour;
            properties.host_r_v = 2.1;
        } else {
            let reddening: f64 = Exp1.sample(rng);
            properties.host_ebv = (profile.host_ebv * reddening).min(1.5);
            properties.magnitude += properties.host_ebv * (properties.host_r_v + 1.0);
        }
        properties
    }
}

/// Standard normal within three sigma: what lies beyond is drawn anew, so that no event is absurd.
fn truncated_normal(rng: &mut impl Rng) -> f64 {
    loop {
        let value: f64 = StandardNormal.sample(rng);
        if value.abs() <= 3.0 {
            return value;
        }
    }
}

/// A normal distribution of a different width on each side of its mode.
fn two_sided_normal(rng: &mut impl Rng, mode: f64, below: f64, above: f64) -> f64 {
    let size: f64 = StandardNormal.sample(rng);
    if rng.random::<f64>() < below / (below + above) {
        mode - below * size.abs()
    } else {
        mode + above * size.abs()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn redshifts_follow_volume_and_rate() {
        let factors: BTreeMap<String, f64> =
            Class::ALL[1..].iter().map(|class| (class.as_str().to_owned(), 0.0)).collect();
        let population = Population::new(&PopulationParams { rate_factors: factors, ..Default::default() });
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let n = 40_000;
        let near = (0..n)
            .map(|_| population.draw(&mut rng, 0.0, 0.0).0)
            .inspect(|p| assert!(p.class == Class::Ia && p.redshift > 0.01 && p.redshift < 1.0))
            .filter(|p| p.redshift < 0.5)
            .count();
        let integral = |to: f64| -> f64 {
            (0..1000)
                .map(|i| to * (f64::from(i) + 0.5) / 1000.0)
                .map(|z| Cosmology::FIDUCIAL.volume_element(z) * (1.0 + z).powf(0.70) * to / 1000.0)
                .sum()
        };
        let expected = integral(0.5) / integral(1.0);
        assert!((near as f64 / f64::from(n) - expected).abs() < 0.008, "{near} {expected}");
    }

    #[test]
    fn classes_come_in_the_ratio_of_their_rates() {
        let population = Population::new(&PopulationParams { max_redshift: 0.05, ..Default::default() });
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let n = 40_000;
        let ia = (0..n).filter(|_| population.draw(&mut rng, 0.0, 0.0).0.class == Class::Ia).count();
        // Near by: 2.27e-5 over 2.27e-5 + 7.05e-5 + 0.3e-5 + 0.6e-5 + …, within what 4 % of redshift changes.
        let expected = 2.27 / (2.27 + 7.05 + 0.3 + 0.6 + 0.034);
        assert!((ia as f64 / f64::from(n) - expected).abs() < 0.012, "{ia} {expected}");
    }

    #[test]
    fn wider_and_bluer_type_ia_are_brighter() {
        let population = Population::new(&PopulationParams::default());
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let ia: Vec<Properties> = (0..40_000)
            .map(|_| population.draw(&mut rng, 0.0, 0.0).0)
            .filter(|p| p.class == Class::Ia)
            .collect();
        let mean = |chosen: &dyn Fn(&Properties) -> bool| {
            let group: Vec<f64> = ia.iter().filter(|p| chosen(p)).map(|p| p.magnitude).collect();
            group.iter().sum::<f64>() / group.len() as f64
        };
        assert!(mean(&|p| p.stretch > 1.05) < mean(&|p| p.stretch < 0.9) - 0.2);
        assert!(mean(&|p| p.host_ebv < 0.0) < mean(&|p| p.host_ebv > 0.1) - 0.4);
    }
}
