//! What a part of the work costs.

use std::time::Instant;

/// Processor seconds of the process since the start; wall seconds where the system does not tell them.
pub(crate) struct Clock {
    cpu: Option<f64>,
    wall: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { cpu: hesper_report::cpu_seconds(), wall: Instant::now() }
    }

    pub(crate) fn seconds(&self) -> f64 {
        let wall = self.wall.elapsed().as_secs_f64();
        hesper_report::cpu_seconds().zip(self.cpu).map_or(wall, |(now, then)| now - then)
    }
}
