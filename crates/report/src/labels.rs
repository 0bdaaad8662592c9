//! Numbers as people read them.

/// A number with a fixed count of decimals, thousands set apart by commas, and a true minus sign.
pub(crate) fn fixed(value: f64, decimals: usize, grouped: bool) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if grouped && index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// How many decimals tell multiples of `step` apart.
pub(crate) fn decimals(step: f64) -> usize {
    let mut scaled = step.abs();
    for decimals in 0..12 {
        if scaled >= 0.5 && (scaled - scaled.round()).abs() <= 1e-6 * scaled.max(1.0) {
            return decimals;
        }
        scaled *= 10.0;
    }
    12
}

/// A count, thousands set apart.
pub(crate) fn count(count: f64) -> String {
    if !count.is_finite() {
        return "–".into();
    }
    if count.abs() >= 1e15 {
        general(count)
    } else {
        fixed(count, usize::from((count - count.round()).abs() > 1e-6), true)
    }
}

/// A number of unknown size, with three digits that count; a dash for one that is missing.
pub(crate) fn general(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..6).contains(&exponent) {
        return fixed(value, (2 - exponent).clamp(0, 6) as usize, true);
    }
    let mut exponent = exponent;
    let mut front = value / 10f64.powi(exponent.max(-300));
    if front.abs() >= 9.995 {
        front /= 10.0;
        exponent += 1;
    }
    format!("{}×10{}", fixed(front, 2, false), superscript(exponent))
}

/// An exponent in raised digits.
pub(crate) fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = exponent.unsigned_abs().to_string();
    sign.chars().chain(digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')])).collect()
}

/// The unit for a flux axis that reaches `largest` nJy: how many nJy it holds, and its name.
pub(crate) fn flux_unit(largest: f64) -> (f64, &'static str) {
    match largest {
        flux if flux >= 1e10 => (1e9, "Jy"),
        flux if flux >= 1e7 => (1e6, "mJy"),
        flux if flux >= 1e4 => (1e3, "µJy"),
        _ => (1.0, "nJy"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(fixed(1_234_567.0, 0, true), "1,234,567");
        assert_eq!(fixed(-0.25, 2, true), "−0.25");
        assert_eq!(fixed(-0.001, 1, true), "0.0");
        assert_eq!(fixed(56250.0, 0, false), "56250");
        let steps = [(5.0, 0), (2.5, 1), (0.25, 2), (0.1, 1), (0.0, 12), (1e20, 0)];
        for (step, expected) in steps {
            assert_eq!(decimals(step), expected, "{step}");
        }
        assert_eq!([15_234.0, 0.0, 999.999_999_999, 2.5].map(count), ["15,234", "0", "1,000", "2.5"]);
        assert_eq!(general(0.343_21), "0.343");
        assert_eq!(general(1e300), "1.00×10³⁰⁰");
        assert_eq!(general(-3.2e-8), "−3.20×10⁻⁸");
        assert_eq!(general(f64::NAN), "–");
        assert_eq!(flux_unit(400.0).1, "nJy");
        assert_eq!(flux_unit(2e5), (1e3, "µJy"));
    }
}
