//! Numbers as Go prints them.

/// The significant decimal digits of a positive number and the exponent of the first.
fn digits(number: f64, precision: Option<usize>) -> (String, i32) {
    let text = match precision {
        Some(precision) => format!("{number:.*e}", precision.saturating_sub(1)),
        None => format!("{number:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// `%.{precision}g`, without trailing zeros.
pub(super) fn general(number: f64, precision: usize) -> String {
    written(number, Some(precision), i32::try_from(precision).unwrap_or(i32::MAX))
}

/// `%v` of a float: as few digits as tell it from others.
pub(super) fn shortest(number: f64) -> String {
    written(number, None, 6)
}

fn written(number: f64, precision: Option<usize>, large: i32) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{}Inf", if sign.is_empty() { "+" } else { "-" });
    }
    let (all, exponent) = digits(number.abs(), precision);
    let kept = all.trim_end_matches('0');
    let kept = if kept.is_empty() { "0" } else { kept };
    if exponent < -4 || exponent >= large {
        let (first, rest) = kept.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{kept}");
    }
    let whole = usize::try_from(exponent + 1).unwrap_or(1);
    if kept.len() <= whole {
        return format!("{sign}{kept}{}", "0".repeat(whole - kept.len()));
    }
    let (before, after) = kept.split_at(whole);
    format!("{sign}{before}.{after}")
}

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

/// `humanize`
pub(super) fn humanize(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return general(number, 4);
    }
    let (mut rest, mut prefix) = (number, "");
    if number.abs() >= 1.0 {
        for larger in LARGE {
            if rest.abs() < 1000.0 {
                break;
            }
            prefix = larger;
            rest /= 1000.0;
        }
    } else {
        for smaller in SMALL {
            if rest.abs() >= 1.0 {
                break;
            }
            prefix = smaller;
            rest *= 1000.0;
        }
    }
    format!("{}{prefix}", general(rest, 4))
}

/// `humanize1024`
pub(super) fn humanize_1024(number: f64) -> String {
    if number.abs() <= 1.0 || !number.is_finite() {
        return general(number, 4);
    }
    let (mut rest, mut prefix) = (number, "");
    for larger in ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"] {
        if rest.abs() < 1024.0 {
            break;
        }
        prefix = larger;
        rest /= 1024.0;
    }
    format!("{}{prefix}", general(rest, 4))
}

/// `humanizeDuration`
pub(super) fn humanize_duration(number: f64) -> String {
    if !number.is_finite() {
        return general(number, 4);
    }
    if number == 0.0 {
        return "0s".to_owned();
    }
    if number.abs() < 1.0 {
        let (mut rest, mut prefix) = (number, "");
        for smaller in SMALL {
            if rest.abs() >= 1.0 {
                break;
            }
            prefix = smaller;
            rest *= 1000.0;
        }
        return format!("{}{prefix}s", general(rest, 4));
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let number = number.abs();
    let whole = number as u64;
    let (seconds, minutes, hours, days) = (whole % 60, whole / 60 % 60, whole / 3600 % 24, whole / 86_400);
    match (days, hours, minutes) {
        (1.., ..) => format!("{sign}{days}d {hours}h {minutes}m {seconds}s"),
        (0, 1.., _) => format!("{sign}{hours}h {minutes}m {seconds}s"),
        (0, 0, 1..) => format!("{sign}{minutes}m {seconds}s"),
        _ => format!("{sign}{}s", general(number, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_go_prints_them() {
        let cases = [
            (0.0, "0"),
            (95.95, "95.95"),
            (12_345.0, "1.234e+04"),
            (0.00001, "1e-05"),
            (0.5, "0.5"),
            (-2.0, "-2"),
            (1234.5, "1234"),
        ];
        for (number, wanted) in cases {
            assert_eq!(general(number, 4), wanted, "{number}");
        }
        assert_eq!(shortest(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(shortest(83.83), "83.83");
        assert_eq!(shortest(f64::INFINITY), "+Inf");
        assert_eq!(humanize_1024(1_073_741_824.0), "1Gi");
    }
}
