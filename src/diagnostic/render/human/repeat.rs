//! Findings that say the same of different things.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::super::{Diagnostic, RuleId, Severity};
use super::super::place::Places;
use super::severity_word;
use crate::diagnostic::render::clean::{excerpt, word};

/// Groups of this size are drawn whole.
const WHOLE: usize = 5;
/// Of larger ones so many are drawn ...
const DRAWN: usize = 3;
/// ... and so many more listed with their places.
const LISTED: usize = 20;

type Key = (RuleId, Severity, String);

/// Findings by rule and by the shape of their message.
pub(super) struct Repetitions<'a> {
    groups: BTreeMap<Key, Group<'a>>,
    // Groups in the order of their first finding.
    order: Vec<Key>,
}

#[derive(Default)]
struct Group<'a> {
    size: usize,
    drawn: usize,
    rest: Vec<&'a Diagnostic>,
}

impl<'a> Repetitions<'a> {
    pub(super) fn new(diagnostics: &'a [Diagnostic]) -> Self {
        let mut all = Self { groups: BTreeMap::new(), order: Vec::new() };
        for diagnostic in diagnostics {
            let key = key(diagnostic);
            let group = all.groups.entry(key.clone()).or_default();
            if group.size == 0 {
                all.order.push(key);
            }
            group.size += 1;
        }
        all
    }

    /// Whether this finding, the next in order, is drawn; if not, it will be listed.
    pub(super) fn is_drawn(&mut self, diagnostic: &'a Diagnostic) -> bool {
        let Some(group) = self.groups.get_mut(&key(diagnostic)) else { return true };
        if group.size <= WHOLE || group.drawn < DRAWN {
            group.drawn += 1;
            return true;
        }
        group.rest.push(diagnostic);
        false
    }

    /// Lists what was not drawn.
    pub(super) fn list(&self, places: &Places<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
        for key in &self.order {
            let Some(group) = self.groups.get(key).filter(|group| !group.rest.is_empty()) else { continue };
            let (rule, severity, _) = key;
            writeln!(out, "{}[{rule}]: {} more of this kind", severity_word(*severity), group.rest.len())?;
            for diagnostic in group.rest.iter().take(LISTED) {
                let place = diagnostic.span.map_or_else(String::new, |span| {
                    let start = places.start(span);
                    format!("{}:{}:{}: ", word(&places.title(span)), start.line, start.column)
                });
                // A place is never cut, a message keeps enough to be known.
                let most = width.saturating_sub(place.chars().count() + 3).max(20);
                writeln!(out, "  {place}{}", excerpt(&diagnostic.message, most))?;
            }
            if let Some(unlisted) = group.rest.len().checked_sub(LISTED).filter(|unlisted| *unlisted > 0) {
                writeln!(out, "  and {unlisted} more; --format json has them all")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn key(diagnostic: &Diagnostic) -> Key {
    (diagnostic.rule, diagnostic.severity, shape(&diagnostic.message))
}

/// A message without the names and numbers in it.
fn shape(message: &str) -> String {
    let mut shape = String::with_capacity(message.len());
    let mut quote = None;
    for c in message.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '`' | '"') => {
                quote = Some(c);
                shape.push(c);
            }
            None if c.is_ascii_digit() => {
                if !shape.ends_with('#') {
                    shape.push('#');
                }
            }
            None => shape.push(c),
        }
    }
    shape
}
