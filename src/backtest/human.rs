//! A table for people.

use std::fmt::Write as _;

use super::instant::minute;
use super::{Backtest, Figures, Outcome, Period, SeriesFigures, Tested, length};
use crate::diagnostic::render::human::clean;

/// Series of one alert that are shown.
const SERIES: usize = 3;

/// Places on the right, which hold numbers and lengths of time.
const HEADS: [&str; 8] = ["FIRED", "SERIES", "FIRING", "LONGEST", "PENDING ONLY", "FIRST", "LAST", "SEVERITY"];

/// An alert before and after a change.
struct Pair<'b> {
    base: Option<&'b Tested>,
    now: Option<&'b Tested>,
}

/// The report: a table, the noisiest alert first, and a summary in the last line.
pub fn human(backtest: &Backtest) -> String {
    let pairs = pairs(backtest);
    let mut rows: Vec<(String, [String; 8])> = vec![("ALERT".to_owned(), HEADS.map(str::to_owned))];
    rows.extend(pairs.iter().map(|pair| (title(pair), cells(pair, backtest.base.is_some()))));
    let width = |text: &str| text.chars().count();
    let first = rows.iter().map(|(title, _)| width(title)).max().unwrap_or(0);
    let mut widths = [0; 8];
    for (_, cells) in &rows {
        for (most, cell) in widths.iter_mut().zip(cells) {
            *most = width(cell).max(*most);
        }
    }
    let mut out = String::new();
    if let Some(base) = &backtest.base {
        let _ = writeln!(out, "{} -> {}", line(&base.name), line(&backtest.now.name));
    }
    for (index, (title, cells)) in rows.iter().enumerate() {
        let mut text = format!("{title:first$}");
        for (at, (cell, most)) in cells.iter().zip(widths).enumerate() {
            // Numbers stand on the right of their column, times and words on the left.
            let _ = if at < 5 { write!(text, "  {cell:>most$}") } else { write!(text, "  {cell:most$}") };
        }
        let _ = writeln!(out, "{}", text.trim_end());
        if let Some(pair) = index.checked_sub(1).and_then(|index| pairs.get(index)) {
            details(pair, backtest, &mut out);
        }
    }
    let _ = writeln!(out, "{}", summary(backtest));
    out
}

/// Each alert of the version that was asked for with the same one of the other version, then those that only the other has.
fn pairs(backtest: &Backtest) -> Vec<Pair<'_>> {
    let base = backtest.base.as_ref().map_or(&[][..], |base| base.alerts.as_slice());
    let same = |a: &Tested, b: &Tested| a.name == b.name && a.level == b.level && a.pool == b.pool;
    let now = backtest.now.alerts.as_slice();
    let mut pairs: Vec<Pair<'_>> =
        now.iter().map(|now| Pair { base: base.iter().find(|base| same(base, now)), now: Some(now) }).collect();
    let gone = base.iter().filter(|base| !now.iter().any(|now| same(base, now)));
    pairs.extend(gone.map(|base| Pair { base: Some(base), now: None }));
    pairs
}

fn title(pair: &Pair<'_>) -> String {
    line(&pair.now.or(pair.base).map(Tested::title).unwrap_or_default())
}

fn cells(pair: &Pair<'_>, compared: bool) -> [String; 8] {
    let now = pair.now.map(own);
    if !compared {
        return now.unwrap_or_default();
    }
    let absent = || std::array::from_fn(|at| if at == 0 { "absent".to_owned() } else { String::new() });
    let (before, after): ([String; 8], [String; 8]) = (pair.base.map_or_else(absent, own), now.unwrap_or_else(absent));
    let mut cells = before.into_iter().zip(after).map(|(before, after)| match (before.as_str(), after.as_str()) {
        (before, after) if before == after => after.to_owned(),
        ("", after) => format!("- -> {after}"),
        (before, "") => format!("{before} -> -"),
        (before, after) => format!("{before} -> {after}"),
    });
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// The cells of one alert in one version.
fn own(tested: &Tested) -> [String; 8] {
    let mut cells: [String; 8] = std::array::from_fn(|_| String::new());
    let severity = if tested.heartbeat { "heartbeat".to_owned() } else { line(&tested.severity) };
    match &tested.outcome {
        Outcome::Tested(figures) => {
            let Figures { fired, series_fired, pending_only, firing, longest, first, last, .. } = figures;
            let time = |time: &Option<i64>| time.map_or_else(String::new, minute);
            let span = |millis: &i64| if *fired == 0 { String::new() } else { length(*millis) };
            let (fired, series, pending) = (fired.to_string(), series_fired.to_string(), pending_only.to_string());
            cells = [fired, series, span(firing), span(longest), pending, time(first), time(last), severity];
        }
        Outcome::NoData => cells[0] = "no data".to_owned(),
        Outcome::Planned => cells[0] = "planned".to_owned(),
        Outcome::Failed(_) => cells[0] = "failed".to_owned(),
    }
    cells
}

fn details(pair: &Pair<'_>, backtest: &Backtest, out: &mut String) {
    let Some(tested) = pair.now else { return };
    if let Outcome::Failed(reason) = &tested.outcome {
        let _ = writeln!(out, "    {}", line(reason));
    }
    if let Some(figures) = tested.figures().filter(|_| !tested.heartbeat) {
        for series in figures.series.iter().take(SERIES) {
            let _ = writeln!(out, "    {}", self::series(series, backtest.period));
        }
        if figures.series.len() > SERIES {
            let _ = writeln!(out, "    and {} more series; --format json lists all", figures.series.len() - SERIES);
        }
    }
    if !tested.missing.is_empty() {
        let _ = writeln!(out, "    without samples: {}", line(&tested.missing.join(", ")));
    }
    for note in &tested.notes {
        let _ = writeln!(out, "    note: {}", line(note));
    }
}

/// `{instance="a:1"} fired 3 times, 1h5m in all, and fires at the end`
fn series(series: &SeriesFigures, period: Period) -> String {
    let shown = series.labels.iter().filter(|(name, _)| !matches!(name.as_str(), "alertname" | "severity"));
    let labels: Vec<String> = shown.map(|(name, value)| format!("{name}={value:?}")).collect();
    let mut text = format!("{{{}}}", line(&labels.join(", ")));
    let count = series.spells.len();
    if count > 0 {
        let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
        let _ = write!(text, " fired {times}, {} in all", length(series.firing));
        if series.spells.iter().any(|spell| spell.from <= period.start) {
            text.push_str(", from the beginning");
        }
        if series.spells.iter().any(|spell| spell.to.is_none()) {
            text.push_str(", to the end");
        }
    } else {
        let times = if series.pending_only == 1 { "once".to_owned() } else { format!("{} times", series.pending_only) };
        let _ = write!(text, " was pending only, {times}");
    }
    text
}

/// The last line: how many alerts did what.
fn summary(backtest: &Backtest) -> String {
    let Period { start, end } = backtest.period;
    let alerts = || backtest.now.alerts.iter().filter(|tested| !tested.heartbeat);
    let count = |is: &dyn Fn(&Tested) -> bool| alerts().filter(|tested| is(tested)).count();
    let fired = count(&|tested| tested.figures().is_some_and(|figures| figures.fired > 0));
    let times = |side: &super::Side| -> usize {
        side.alerts.iter().filter(|tested| !tested.heartbeat).filter_map(Tested::figures).map(|figures| figures.fired).sum()
    };
    let mut parts = vec![format!("{fired} fired {} in all", counted(times(&backtest.now), "time", "times"))];
    if let Some(base) = &backtest.base {
        parts.push(format!("{} before", counted(times(base), "time", "times")));
    }
    let pending = |figures: &Figures| figures.fired == 0 && figures.pending_only > 0;
    let others: [(usize, &str); 5] = [
        (count(&|tested| tested.figures().is_some_and(pending)), "pending only"),
        (count(&|tested| tested.figures().is_some_and(Figures::is_quiet)), "quiet"),
        (count(&|tested| tested.outcome == Outcome::NoData), "without data"),
        (count(&|tested| tested.outcome == Outcome::Planned), "planned"),
        (count(&|tested| matches!(tested.outcome, Outcome::Failed(_))), "failed"),
    ];
    parts.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    let heartbeats = backtest.now.alerts.iter().filter(|tested| tested.heartbeat).count();
    if heartbeats > 0 {
        parts.push(counted(heartbeats, "heartbeat", "heartbeats"));
    }
    let (range, from, to) = (length(end - start), minute(start), minute(end));
    format!("{} over {range} from {from} to {to} UTC: {}", counted(alerts().count(), "alert", "alerts"), parts.join(", "))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Text of a server or a spec on one line of a terminal.
fn line(text: &str) -> String {
    clean::message(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
