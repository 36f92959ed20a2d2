//! For the description of a pull request, or a comment on it.

use std::fmt::Write as _;

use super::{Detail, Diff, Effect, Verb};

/// A text longer than this is cut: a comment has at most 65,536 characters.
const LONGEST: usize = 400;
/// How many changes of one kind are shown; a comment has its limit.
const SHOWN: usize = 50;
/// How many breaking queries of one change are shown.
const BREAKS: usize = 20;

/// The report. All texts of the specs stand in code spans, where neither Markdown nor HTML means anything.
pub fn markdown(diff: &Diff) -> String {
    let mut out = String::from("### What changes in the monitoring\n\n");
    for note in &diff.notes {
        let _ = writeln!(out, "> {}\n", code(note));
    }
    if diff.is_empty() {
        let _ = writeln!(out, "No change in meaning between {} and {}.", code(&diff.old), code(&diff.new));
        return out;
    }
    let _ = writeln!(out, "From {} to {}: {}.", code(&diff.old), code(&diff.new), diff.summary());
    let [before, after] = diff.series;
    if before != after {
        let _ = writeln!(out, "\nSeries: {before} → {after}.");
    }
    for changes in diff.changes.chunk_by(|a, b| a.subject == b.subject) {
        let Some(first) = changes.first() else { continue };
        let _ = writeln!(out, "\n#### {}\n", first.subject.heading());
        for change in changes.iter().take(SHOWN) {
            let place = change.place.as_ref().map_or_else(String::new, |place| match change.verb {
                Verb::Removed => format!(" (was at {})", code(&place.to_string())),
                _ => format!(" ({})", code(&place.to_string())),
            });
            let _ = writeln!(out, "- **{}** {}{place}", change.verb.word(), code(&change.name));
            for detail in &change.details {
                let _ = writeln!(out, "  - {}", self::detail(detail));
            }
            for broken in change.breaks.iter().take(BREAKS) {
                let place = broken.place.as_ref().map_or_else(String::new, |place| format!(" ({})", code(&place.to_string())));
                let _ = writeln!(out, "  - **breaks** {} {}{place}", broken.noun, code(&broken.name));
            }
            if change.breaks.len() > BREAKS {
                let _ = writeln!(out, "  - and {} more", change.breaks.len() - BREAKS);
            }
        }
        if changes.len() > SHOWN {
            let _ = writeln!(out, "- and {} more", changes.len() - SHOWN);
        }
    }
    out
}

fn detail(detail: &Detail) -> String {
    // `label status` has a name in it.
    let what = match detail.what.split_once(' ') {
        Some((word, name)) if matches!(word, "label" | "annotation" | "variable") => format!("{word} {}", code(name)),
        _ if detail.what.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '-')) => detail.what.clone(),
        _ => code(&detail.what),
    };
    let way = match detail.effect {
        Effect::Loosened => " (looser)",
        Effect::Tightened => " (tighter)",
        Effect::Words | Effect::Other => "",
    };
    match (&detail.before, &detail.after) {
        (Some(before), Some(after)) => format!("{what}: {} → {}{way}", code(before), code(after)),
        (Some(before), None) => format!("{what}: {} → none{way}", code(before)),
        (None, Some(after)) => format!("{what}: {}{way}", code(after)),
        (None, None) => what,
    }
}

/// A text as a code span: on one line, between more backticks than it has in a row, without a pipe that would end the cell of a table.
fn code(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST).collect::<String>() + "…";
    }
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}
