//! The equation of signal and noise.

use serde::{Deserialize, Serialize};

/// A length of time, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

/// Signal and noise of an exposure of t seconds: SNR = S t / √((S + B) t + R).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnrEquation {
    /// S: electrons a second from the source, at least 0.
    pub source: f64,
    /// B: electrons a second from all else that grows with time, sky and dark current; at least 0.
    pub background: f64,
    /// R: the variance that does not grow with time, electrons², at least 0: read noise.
    pub fixed: f64,
}

impl SnrEquation {
    /// The signal-to-noise ratio after an exposure; 0 where there is no signal.
    pub fn snr(&self, exposure: Seconds) -> f64 {
        let signal = self.source * exposure.0;
        if signal == 0.0 {
            return 0.0;
        }
        signal / ((self.source + self.background) * exposure.0 + self.fixed).sqrt()
    }

    /// The exposure that reaches a signal-to-noise ratio q: the positive root of S² t² − q² (S + B) t − q² R = 0,
    ///
    /// ```text
    /// t = (q/S) [ h + √(h² + R) ],  h = q (S + B) / (2 S)
    /// ```
    ///
    /// a sum of positive numbers, so that no digit is lost. Infinite without a source, NaN where something is.
    pub fn seconds(&self, snr: f64) -> Seconds {
        if self.source == 0.0 && snr > 0.0 {
            return Seconds(f64::INFINITY);
        }
        let scale = snr / self.source;
        let half = 0.5 * scale * (self.source + self.background);
        Seconds(scale * (half + (half * half + self.fixed).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_their_closed_forms() {
        let bare = SnrEquation { source: 4.0, background: 0.0, fixed: 0.0 };
        assert_eq!(bare.seconds(10.0), Seconds(25.0));
        let read = SnrEquation { source: 4.0, background: 0.0, fixed: 1e16 };
        assert!((read.seconds(10.0).0 / (10.0 * 1e8 / 4.0) - 1.0).abs() < 1e-6);
        let sky = SnrEquation { source: 1e-3, background: 1e6, fixed: 0.0 };
        assert!((sky.seconds(10.0).0 / (100.0 * 1e6 / 1e-6) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_odd_cases_are_defined() {
        let none = SnrEquation { source: 0.0, background: 1.0, fixed: 1.0 };
        assert_eq!((none.seconds(1.0), none.snr(Seconds(1.0))), (Seconds(f64::INFINITY), 0.0));
        let some = SnrEquation { source: 1.0, background: 1.0, fixed: 1.0 };
        assert_eq!((some.seconds(0.0), some.snr(Seconds(0.0))), (Seconds(0.0), 0.0));
        assert!(some.seconds(f64::NAN).0.is_nan());
        assert!(SnrEquation { source: f64::NAN, ..some }.seconds(1.0).0.is_nan());
    }
}
