//! Times: of day as text, and of the processor.

use std::time::{SystemTime, UNIX_EPOCH};

/// A time as UTC in ISO 8601, to the second.
pub(crate) fn utc(time: SystemTime) -> String {
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, date) = civil(day);
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// The day of a modified Julian date, UTC, as ISO 8601 writes it: `2012-11-19`; `None` beyond a million years of now.
pub fn date(mjd: f64) -> Option<String> {
    // MJD 40587 is 1970-01-01.
    let day = (mjd.abs() < 4e8).then(|| mjd.floor() as i64 - 40_587)?;
    let (year, month, date) = civil(day);
    Some(format!("{year:04}-{month:02}-{date:02}"))
}

/// The time of day of a modified Julian date, UTC, to the nearest minute: `03:25`; `None` as for [`date`].
pub fn time_of_day(mjd: f64) -> Option<String> {
    let minutes = (mjd.abs() < 4e8).then(|| (mjd * 1440.0).round() as i64)?.rem_euclid(1440);
    Some(format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

/// Year, month and day of the Gregorian calendar for days since 1970-01-01. Counted in years that begin in March, so that
/// the leap day is the last of its year, and in cycles of 400 years, which are all of the same length.
fn civil(day: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    // 0000-03-01 lies 719,468 days before 1970-01-01.
    let day = day + 719_468;
    let (cycle, day) = (day.div_euclid(CYCLE), day.rem_euclid(CYCLE));
    let year = (day - day / 1460 + day / 36_524 - day / (CYCLE - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (400 * cycle + year + i64::from(month <= 2), month, date)
}

/// Processor seconds of this process so far, over all its threads; nothing where the system does not tell.
pub fn cpu_seconds() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64)
    }
    #[cfg(not(unix))]
    {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        // Each as `date -u -d @SECONDS +%FT%TZ` says.
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_795_384_296, "2026-11-22T21:51:36Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(utc(UNIX_EPOCH - Duration::from_secs(1)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn modified_julian_dates_are_days_and_times() {
        // As astropy's Time(56250.02, format="mjd").iso says: 2012-11-19 00:28:48.000.
        assert_eq!(
            (date(56250.02).unwrap(), time_of_day(56250.02).unwrap()),
            ("2012-11-19".into(), "00:29".into())
        );
        assert_eq!(
            (date(40586.9999).unwrap(), time_of_day(40586.9999).unwrap()),
            ("1969-12-31".into(), "00:00".into())
        );
        for missing in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!((date(missing), time_of_day(missing)), (None, None));
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut last = civil(-800_000);
        for day in -799_999..800_000 {
            let (year, month, date) = civil(day);
            let next = match last {
                (y, m, d) if (year, month, date) == (y, m, d + 1) => true,
                (y, 12, 31) => (year, month, date) == (y + 1, 1, 1),
                (y, m, d) => d >= 28 && (year, month, date) == (y, m + 1, 1),
            };
            assert!(next, "{last:?} {:?}", (year, month, date));
            last = (year, month, date);
        }
    }
}
