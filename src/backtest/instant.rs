//! Moments as people and machines write them; always UTC.

use crate::lint::date::Date;

const DAY: i64 = 86_400_000;

/// Reads `1767225600`, `2026-01-01`, `2026-01-01T06:30:00Z` or `2026-01-01T06:30:00+02:00` as milliseconds since 1970.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok().filter(|seconds| *seconds < 253_402_300_800).map(|seconds| seconds * 1000);
    }
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let day = day(date)?;
    let Some(time) = time else { return Some(day * DAY) };
    let (time, offset) = offset(time)?;
    let (clock, millis) = match time.split_once('.') {
        Some((clock, fraction)) => (clock, fraction_millis(fraction)?),
        None => (time, 0),
    };
    let mut parts = clock.split(':');
    let mut part = |limit: i64| two(parts.next()?).filter(|number| *number < limit);
    let (hour, minute) = (part(24)?, part(60)?);
    let second = match clock.len() {
        5 => 0,
        _ => part(60)?,
    };
    let end = parts.next().is_none();
    let millis = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
    (end).then_some(day * DAY + millis - offset).filter(|at| *at >= 0)
}

fn two(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The first three digits behind the point.
fn fraction_millis(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{text}00").get(..3)?.parse().ok()
}

/// The time without its zone, and the milliseconds by which the zone is ahead.
fn offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (time, zone) = (time.get(..at)?, time.get(at..)?);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some((time, sign * (two(hours)? * 60 + two(minutes)?) * 60_000))
}

/// The number of a day, counted from 1970-01-01.
fn day(text: &str) -> Option<i64> {
    let date = Date::parse(text)?;
    // The calendar counts upwards only, and halving the days finds one in seventeen steps.
    let (mut low, mut high) = (0_u64, 2_932_897_u64);
    while low < high {
        let middle = low + (high - low) / 2;
        match Date::of_day(middle) {
            Some(other) if other < date => low = middle + 1,
            _ => high = middle,
        }
    }
    (Date::of_day(low)? == date).then(|| i64::try_from(low).ok()).flatten()
}

/// As RFC 3339: `2026-01-01T06:30:00Z`, with milliseconds where there are any.
pub fn rfc3339(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let date = u64::try_from(days).ok().and_then(Date::of_day).map_or_else(|| "-".to_owned(), |date| date.to_string());
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if millis == 0 { format!("{date}T{clock}Z") } else { format!("{date}T{clock}.{millis:03}Z") }
}

/// For a table: `2026-01-01 06:30`.
pub(super) fn minute(millis: i64) -> String {
    rfc3339(millis).get(..16).unwrap_or("-").replace('T', " ")
}
