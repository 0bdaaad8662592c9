//! A class's light curve and temperature: monotone curves through a few knots.

use crate::profile::Knot;

/// Curves through knots: magnitudes below the peak in rest-frame B and colour temperature, against phase.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    knots: &'static [Knot],
    /// Slopes at the knots: magnitudes a day, kelvin a day.
    slopes: Vec<(f64, f64)>,
}

impl Template {
    /// Prepares the slopes. `knots` has two rows or more, in order of phase.
    pub(crate) fn new(knots: &'static [Knot]) -> Self {
        let phase: Vec<f64> = knots.iter().map(|knot| knot.0).collect();
        let below: Vec<f64> = knots.iter().map(|knot| knot.1).collect();
        let temperature: Vec<f64> = knots.iter().map(|knot| knot.2).collect();
        Self { knots, slopes: slopes(&phase, &below).into_iter().zip(slopes(&phase, &temperature)).collect() }
    }

    /// The phase before which there is no light, days.
    pub(crate) fn first_phase(&self) -> f64 {
        self.knots[0].0
    }

    /// Magnitudes below the peak and temperature (K) at `phase` (days from the peak in B), or `None` before the first
    /// light. After the last knot the magnitude goes on with its last slope and the temperature stays.
    pub(crate) fn at(&self, phase: f64) -> Option<(f64, f64)> {
        if phase < self.first_phase() {
            return None;
        }
        let next = self.knots.partition_point(|knot| knot.0 <= phase);
        let (from, from_slope) = (self.knots[next - 1], self.slopes[next - 1]);
        let Some(to) = self.knots.get(next) else {
            return Some((from.1 + from_slope.0 * (phase - from.0), from.2));
        };
        let to_slope = self.slopes[next];
        let width = to.0 - from.0;
        let t = (phase - from.0) / width;
        let below = hermite(t, from.1, to.1, from_slope.0 * width, to_slope.0 * width);
        let temperature = hermite(t, from.2, to.2, from_slope.1 * width, to_slope.1 * width);
        Some((below, temperature))
    }
}

fn hermite(t: f64, from: f64, to: f64, from_slope: f64, to_slope: f64) -> f64 {
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * from
        + (t3 - 2.0 * t2 + t) * from_slope
        + (3.0 * t2 - 2.0 * t3) * to
        + (t3 - t2) * to_slope
}

/// Slopes of the monotone cubic of Fritsch & Butland (1984): harmonic means of the neighbouring secants, 0 at extrema.
fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let secant = |i: usize| (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    let last = x.len() - 1;
    (0..=last)
        .map(|i| {
            if i == 0 {
                return secant(0);
            }
            if i == last {
                return secant(last - 1);
            }
            let (left, right) = (secant(i - 1), secant(i));
            if left * right <= 0.0 {
                return 0.0;
            }
            let (left_width, right_width) = (x[i] - x[i - 1], x[i + 1] - x[i]);
            let weight = (2.0 * right_width + left_width, right_width + 2.0 * left_width);
            (weight.0 + weight.1) / (weight.0 / left + weight.1 / right)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;
    use crate::profile::Profile;

    #[test]
    fn curves_go_through_their_knots_and_peak_once() {
        for class in Class::ALL {
            let knots = Profile::of(class).knots;
            let template = Template::new(knots);
            for &(phase, below, temperature) in knots {
                let (b, t) = template.at(phase).unwrap();
                assert!((b - below).abs() < 1e-12 && (t - temperature).abs() < 1e-9, "{class} {phase}");
            }
            assert!(knots.windows(2).all(|pair| pair[0].0 < pair[1].0), "{class}");
            let mut previous = f64::INFINITY;
            let mut phase = template.first_phase();
            while phase < 0.0 {
                let below = template.at(phase).unwrap().0;
                assert!(below <= previous && below > 0.0, "{class} {phase}");
                (previous, phase) = (below, phase + 0.37);
            }
            previous = 0.0;
            phase = 0.0;
            while phase < 300.0 {
                let below = template.at(phase).unwrap().0;
                assert!(below >= previous, "{class} {phase}");
                (previous, phase) = (below, phase + 0.37);
            }
        }
    }

    #[test]
    fn before_the_first_light_there_is_none() {
        let template = Template::new(Profile::of(Class::Ia).knots);
        assert_eq!(template.at(template.first_phase() - 1e-9), None);
        assert_eq!(template.at(f64::NEG_INFINITY), None);
        assert_eq!(template.at(0.0).unwrap().0, 0.0);
    }
}
