//! Lays YAML and JSON out in one way, keeping comments, order and meaning.
//!
//! | step | from | to | where |
//! |---|---|---|---|
//! | read | the events of a text | [`layout::Layout`]: items with their scalars as written | `read` |
//! | comments | where each comment stands | the item that it belongs to | `comments` |
//! | print | the layout | lines | `print`, `scalar`, `lines` |
//! | verify | both texts | whether values, anchors, tags and comments are the same, each comment with the same item | `verify` |
//!
//! The rules: two spaces a level, lists indented below their key, one space after a colon and inside no bracket, two spaces before a
//! comment, at most one blank line in a row, quotes only where they are needed, LF and one newline at the end. A list or mapping in
//! brackets stays so while it fits on its line. Block scalars keep their content to the byte.

mod comments;
pub mod json;
pub mod layout;
mod lines;
pub mod print;
mod read;
pub mod scalar;
mod verify;

use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::yaml::{self, events};
use crate::source::{SourceId, SourceKind, Sources, Span};

/// How wide a line may be before what is in brackets is broken.
pub const WIDTH: usize = 120;

/// What is settled by whoever calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many characters a line may have before what is in brackets is broken.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: WIDTH }
    }
}

/// A YAML text laid out.
///
/// # Errors
///
/// The findings because of which the text stays as it is: syntax errors as `lint` reports them, or the place that cannot be laid out.
pub fn yaml(source: SourceId, text: &str, options: Options) -> Result<String, Vec<Diagnostic>> {
    let parsed = yaml::parse(source, text);
    let broken = [rule::SYNTAX, rule::LIMIT, rule::ENCODING];
    let findings: Vec<Diagnostic> = parsed.diagnostics.iter().filter(|finding| broken.contains(&finding.rule)).cloned().collect();
    if !findings.is_empty() {
        return Err(findings);
    }
    let refuse = |span: Span, message: &str| {
        vec![
            Diagnostic::error(rule::FORMAT, span, message)
                .help("the file stays as it is; write this place in a simpler way, and it is formatted"),
        ]
    };
    let whole = Span::new(source, 0, 0);
    let Some(before) = events::events(text) else { return Err(refuse(whole, "this text cannot be laid out")) };
    let at = |place: &std::ops::Range<usize>| Span::new(source, place.start, place.end);
    let printed = read::read(text, &before)
        .map(|mut layout| {
            comments::attach(text, &before, &mut layout);
            layout
        })
        .and_then(|layout| print::yaml(&layout, options))
        .map_err(|stuck| refuse(at(&stuck.place), stuck.message))?;
    let Some(after) = events::events(&printed) else { return Err(refuse(whole, "laid out, this text could not be read")) };
    if let Some(difference) = verify::difference(text, &before, &printed, &after) {
        return Err(refuse(at(&difference.place), difference.message));
    }
    // What the loader makes of it has to be the same too: it knows traps that YAML does not.
    let again = Sources::default().add("formatted", printed.as_str(), SourceKind::Argument);
    let rules = |findings: &[Diagnostic]| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>();
    if rules(&yaml::parse(again, &printed).diagnostics) != rules(&parsed.diagnostics) {
        return Err(refuse(whole, "laid out, this text would have other findings"));
    }
    Ok(printed)
}

/// A YAML text as a layout, each comment with what it belongs to; `None` for a text that has none.
pub(crate) fn attached(text: &str) -> Option<layout::Layout> {
    let events = events::events(text)?;
    let mut layout = read::read(text, &events).ok()?;
    comments::attach(text, &events, &mut layout);
    Some(layout)
}

/// A place that keeps a text from being laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The place, in bytes.
    pub place: std::ops::Range<usize>,
    /// What is wrong with it.
    pub message: &'static str,
}
