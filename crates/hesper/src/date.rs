//! Calendar dates and modified Julian days.

/// The modified Julian day of 1970-01-01.
const UNIX_EPOCH: i64 = 40_587;

/// Reads a date: a modified Julian day such as `56250` or `56250.5`, or `2012-11-19`, which is 0h UTC of that day.
///
/// # Errors
/// In words, where it is neither.
pub(crate) fn parse(text: &str) -> Result<f64, String> {
    if let Ok(mjd) = text.parse::<f64>() {
        return if mjd.is_finite() { Ok(mjd) } else { Err(format!("{text} is not finite")) };
    }
    let wrong = || format!("{text:?} is no date: give a modified Julian day, such as 56250, or YYYY-MM-DD");
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return Err(wrong()) };
    let number = |part: &str| part.parse::<i64>().map_err(|_| wrong());
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    if ![year, month, day].iter().all(|number| (0..10_000).contains(number)) {
        return Err(wrong());
    }
    let mjd = of_civil(year, month, day);
    // A day that there is not, such as 30 February, comes back as another.
    let there_is = self::day(mjd as f64) == format!("{year:04}-{month:02}-{day:02}");
    if there_is { Ok(mjd as f64) } else { Err(wrong()) }
}

/// Days are counted from March on, so that the leap day is the last of its year, in eras of 400 years (146,097 days).
fn of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468 + UNIX_EPOCH
}

/// `2012-11-19`.
pub(crate) fn day(mjd: f64) -> String {
    hesper_report::date(mjd).unwrap_or_default()
}

/// `2012-11-19T03:25:07`, UTC, to the nearest second.
pub(crate) fn moment(mjd: f64) -> String {
    let seconds = (mjd * 86_400.0).round() as i64;
    let of_day = seconds.rem_euclid(86_400);
    let date = day(seconds.div_euclid(86_400) as f64);
    format!("{date}T{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// `03:25`, UTC, to the nearest minute.
pub(crate) fn clock(mjd: f64) -> String {
    hesper_report::time_of_day(mjd).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_agree() {
        // python -c "from astropy.time import Time; print(Time('2012-11-19').mjd, Time(51544, format='mjd').iso)"
        for (text, mjd) in [
            ("2012-11-19", 56_250.0),
            ("2000-01-01", 51_544.0),
            ("2024-02-29", 60_369.0),
            ("56250.5", 56_250.5),
        ] {
            assert_eq!(parse(text).unwrap(), mjd);
        }
        assert_eq!(day(60_369.9), "2024-02-29");
        assert_eq!(moment(56_250.25), "2012-11-19T06:00:00");
        assert_eq!(moment(56_250.999_999_9), "2012-11-20T00:00:00");
        assert_eq!(clock(56_250.142_4), "03:25");
        for wrong in ["2023-02-29", "2012-13-01", "tonight", "2012-11", "nan", "99999999999999999-1-1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for mjd in (15_020..90_000).step_by(97) {
            assert_eq!(parse(&day(f64::from(mjd))).unwrap(), f64::from(mjd));
        }
    }
}
