use serde::{Deserialize, Serialize};

/// How the learning rate goes over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// The same rate at each step.
    Constant,
    /// From the rate down to nothing along half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts).
    Cosine,
    /// Up from a 25th of the rate over the first 30 % of the steps and then down to nothing, both along half a cosine
    /// (Smith & Topin 2017, arXiv:1708.07120). It gets far in few epochs.
    #[default]
    OneCycle,
}

impl Schedule {
    /// The share of the learning rate at one of so many steps, from 0.
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        const START: f64 = 1.0 / 25.0;
        const RISE: f64 = 0.3;
        // The middle of the step, so that neither the first nor the last one has rate 0.
        let time = (step as f64 + 0.5) / steps.max(1) as f64;
        let fall = |time: f64| 0.5 * (1.0 + (std::f64::consts::PI * time.clamp(0.0, 1.0)).cos());
        match self {
            Self::Constant => 1.0,
            Self::Cosine => fall(time),
            Self::OneCycle if time < RISE => START + (1.0 - START) * (1.0 - fall(time / RISE)),
            Self::OneCycle => fall((time - RISE) / (1.0 - RISE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_rise_and_fall() {
        let all = |schedule: Schedule| (0..100).map(|step| schedule.factor(step, 100)).collect::<Vec<_>>();
        assert!(all(Schedule::Constant).iter().all(|factor| *factor == 1.0));
        let cosine = all(Schedule::Cosine);
        assert!(
            cosine.is_sorted_by(|a, b| a > b) && cosine[0] > 0.999 && cosine[99] > 0.0 && cosine[99] < 1e-3
        );
        let cycle = all(Schedule::OneCycle);
        assert!(cycle[..30].is_sorted_by(|a, b| a < b) && cycle[30..].is_sorted_by(|a, b| a > b));
        assert!((cycle[0] - 0.04).abs() < 1e-3 && cycle[30] > 0.99 && cycle[99] < 1e-3);
        assert!(Schedule::OneCycle.factor(0, 1) > 0.5 && Schedule::Cosine.factor(0, 0).is_finite());
    }
}
