//! For people at a terminal.

use std::fmt::Write as _;

use super::{Change, Detail, Diff, Verb};
use crate::diagnostic::render::human::clean;

/// How many breaking queries of one change are named.
const BREAKS: usize = 20;

/// The report. With `colour`, what is lost is red and what is new is green.
pub fn human(diff: &Diff, colour: bool) -> String {
    let mut out = String::new();
    for note in &diff.notes {
        let _ = writeln!(out, "note: {}", line(note));
    }
    if diff.is_empty() {
        let _ = writeln!(out, "no change in meaning between {} and {}", line(&diff.old), line(&diff.new));
        return out;
    }
    let mut subject = None;
    for change in &diff.changes {
        if subject.replace(change.subject) != Some(change.subject) {
            let lead = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{lead}{}", paint(colour, "1", &change.subject.heading()));
        }
        self::change(change, &diff.old, colour, &mut out);
    }
    let [before, after] = diff.series;
    if before != after {
        let _ = writeln!(out, "\nSeries: {before} -> {after}");
    }
    let _ = writeln!(out, "\nFrom {} to {}: {}", line(&diff.old), line(&diff.new), diff.summary());
    out
}

fn change(change: &Change, old: &str, colour: bool, out: &mut String) {
    let style = match change.verb {
        Verb::Removed | Verb::Loosened => "31",
        Verb::Added | Verb::Tightened => "32",
        Verb::Renamed | Verb::Changed => "33",
    };
    let place = change.place.as_ref().map_or_else(String::new, |place| match change.verb {
        Verb::Removed => format!("  {} in {}", line(&place.to_string()), line(old)),
        _ => format!("  {}", line(&place.to_string())),
    });
    let _ = writeln!(out, "  {} {}{place}", paint(colour, style, &format!("{:9}", change.verb.word())), line(&change.name));
    for detail in &change.details {
        let _ = writeln!(out, "            {}", self::detail(detail));
    }
    for broken in change.breaks.iter().take(BREAKS) {
        let place = broken.place.as_ref().map_or_else(String::new, |place| format!("  {}", line(&place.to_string())));
        let word = paint(colour, "1;31", "breaks");
        let _ = writeln!(out, "            {word} {} {}{place}", broken.noun, line(&broken.name));
    }
    if change.breaks.len() > BREAKS {
        let _ = writeln!(out, "            and {} more", change.breaks.len() - BREAKS);
    }
}

fn detail(detail: &Detail) -> String {
    let what = line(&detail.what);
    match (&detail.before, &detail.after) {
        (Some(before), Some(after)) => format!("{what}: {} -> {}", line(before), line(after)),
        (Some(before), None) => format!("{what}: {} -> none", line(before)),
        (None, Some(after)) => format!("{what}: {}", line(after)),
        (None, None) => what,
    }
}

/// Text of a spec on one line of a terminal.
fn line(text: &str) -> String {
    let text = clean::message(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn paint(colour: bool, style: &str, text: &str) -> String {
    if colour { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
}
