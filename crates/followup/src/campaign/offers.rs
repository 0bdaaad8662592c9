//! What each night offers: who can be taken, by which telescope, for how long.

use hesper_telescope::allocate::TelescopeNight;
use hesper_telescope::{Conditions, Exposure, Night, Seconds, Telescope, exposure, snr_after};

use crate::Error;

/// The candidates of one night and what they cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offers {
    /// The rows of the objects, in rising order.
    pub rows: Vec<usize>,
    /// The magnitude expected of each.
    pub magnitude: Vec<f64>,
    /// Exposure times in seconds, without overheads, objects × telescopes; NaN where a telescope cannot take the object.
    pub exposures: Vec<f64>,
    /// The signal-to-noise ratio that such an exposure truly reaches, as a share of that wanted, objects × telescopes: the
    /// object may be brighter or fainter than expected.
    pub snr_share: Vec<f64>,
    /// Right ascension and declination in degrees of each object, NaN where unknown; empty where nobody asks.
    pub places: Vec<[f64; 2]>,
    /// What each telescope has this night, weather permitting.
    pub telescopes: Vec<TelescopeNight>,
}

/// An object that might be taken tonight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Its row.
    pub row: usize,
    /// Right ascension and declination, degrees; NaN where unknown.
    pub place: [f64; 2],
    /// The AB magnitude expected of it tonight.
    pub expected: f64,
    /// The magnitude that it will truly have; NaN where it is too faint to have one.
    pub actual: f64,
}

/// The airmass at which all is taken where nobody asks what is up.
const STANDARD_AIRMASS: f64 = 1.25;

impl Offers {
    /// The offers of the night at `mjd`: the targets that at least one telescope can take.
    ///
    /// With `visibility`, an object must be up for as long as its exposure and the overhead take, in air and moonlight as
    /// they then are, and a telescope has the hours of its night; an object without a place cannot be taken. Without,
    /// everything can be taken from everywhere at an airmass of 1.25 without a Moon, as RESSPECT has it.
    ///
    /// # Errors
    /// [`Error::Telescope`] for telescopes, dates or places out of their ranges.
    pub fn tonight(
        telescopes: &[Telescope],
        targets: &[Target],
        mjd: f64,
        visibility: bool,
    ) -> Result<Self, Error> {
        let nights: Vec<Option<Night>> = telescopes
            .iter()
            .map(|telescope| visibility.then(|| telescope.night(mjd)).transpose())
            .collect::<Result<_, _>>()?;
        let mut offers = Self { telescopes: budgets(telescopes, &nights), ..Self::default() };
        for target in targets {
            let first = offers.exposures.len();
            for (telescope, night) in telescopes.iter().zip(&nights) {
                let (seconds, share) =
                    chance(telescope, night.as_ref(), target)?.unwrap_or((f64::NAN, f64::NAN));
                offers.exposures.push(seconds);
                offers.snr_share.push(share);
            }
            if offers.exposures[first..].iter().all(|seconds| seconds.is_nan()) {
                offers.exposures.truncate(first);
                offers.snr_share.truncate(first);
                continue;
            }
            offers.rows.push(target.row);
            offers.magnitude.push(target.expected);
            offers.places.push(target.place);
        }
        Ok(offers)
    }
}

/// What each telescope has to spend.
fn budgets(telescopes: &[Telescope], nights: &[Option<Night>]) -> Vec<TelescopeNight> {
    let budget = |(telescope, night): (&Telescope, &Option<Night>)| {
        let observing = &telescope.observing;
        let hours = night.as_ref().map_or(observing.hours_per_night, |night| telescope.hours(night));
        TelescopeNight {
            seconds: hours * 3600.0,
            overhead: observing.overhead,
            fibres: observing.multiplex as usize,
            field: observing.field_of_view,
        }
    };
    telescopes.iter().zip(nights).map(budget).collect()
}

/// How long a telescope must look at a target, and what share of the signal-to-noise ratio wanted it then has; nothing where
/// it cannot take it.
fn chance(
    telescope: &Telescope,
    night: Option<&Night>,
    target: &Target,
) -> Result<Option<(f64, f64)>, Error> {
    let mut longest = f64::INFINITY;
    let conditions = match night {
        None => Conditions::dark(STANDARD_AIRMASS),
        Some(night) => {
            let Some(visible) = night.visibility(target.place[0], target.place[1])?.visible() else {
                return Ok(None);
            };
            longest = visible.hours() * 3600.0 - telescope.observing.overhead;
            night.conditions(&visible)
        }
    };
    let Exposure::Possible(Seconds(seconds)) = exposure(telescope, target.expected, &conditions) else {
        return Ok(None);
    };
    if seconds > longest {
        return Ok(None);
    }
    let share = if target.actual.is_finite() {
        snr_after(telescope, target.actual, &conditions, Seconds(seconds)) / telescope.observing.snr
    } else {
        0.0
    };
    Ok(Some((seconds, share)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(row: usize, ra: f64, dec: f64, expected: f64) -> Target {
        Target { row, place: [ra, dec], expected, actual: expected }
    }

    #[test]
    fn who_is_up_and_bright_enough_is_offered() {
        let telescopes =
            [Telescope::preset("resspect-4m").unwrap(), Telescope::preset("resspect-8m").unwrap()];
        // November over Chile: a field of the south is up, the pole star is not, and a faint one is for the 8 m alone.
        let targets = [
            target(3, 52.5, -27.5, 21.0),
            target(4, 37.9, 89.3, 18.0),
            target(7, 52.5, -27.5, 23.5),
            target(8, 52.5, -27.5, 26.0),
            target(9, f64::NAN, f64::NAN, 20.0),
        ];
        let offers = Offers::tonight(&telescopes, &targets, 56_250.0, true).unwrap();
        assert_eq!(offers.rows, [3, 7]);
        assert!(offers.exposures[2].is_nan() && offers.exposures[3] < 7200.0);
        assert!((offers.exposures[0] / 1209.0 - 1.0).abs() < 0.02, "{}", offers.exposures[0]);
        assert!(offers.snr_share.iter().take(2).all(|share| (share - 1.0).abs() < 1e-9));
        assert_eq!(offers.telescopes[0].seconds, 6.0 * 3600.0);
        let everywhere = Offers::tonight(&telescopes, &targets, 56_250.0, false).unwrap();
        assert_eq!(everywhere.rows, [3, 4, 7, 9]);
    }

    #[test]
    fn who_is_fainter_than_expected_disappoints() {
        let telescope = [Telescope::preset("resspect-4m").unwrap()];
        let share = |actual: f64| {
            let target = Target { actual, ..target(0, 52.5, -27.5, 21.0) };
            Offers::tonight(&telescope, &[target], 56_250.0, true).unwrap().snr_share[0]
        };
        assert!(share(22.0) < 0.6 && share(20.0) > 1.4 && share(f64::NAN) == 0.0);
    }
}
