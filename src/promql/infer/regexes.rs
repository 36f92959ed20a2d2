//! What can be said of a regular expression without knowing the label.

use super::events::{EventKind, Redundancy, Smell};
use super::matchers::Test;
use super::notes::Notes;
use crate::promql::catalog::PatternShape;

/// Notes what is redundant or suspicious in a matcher's pattern.
pub(super) fn check(notes: &mut Notes<'_>, test: &Test<'_>) {
    let Some(pattern) = test.pattern() else { return };
    let source = pattern.source();
    let anchored = (source.starts_with('^') || source.ends_with('$')) && !source.ends_with("\\$");
    let redundancy = match pattern.shape() {
        _ if anchored => Some(Redundancy::Anchors),
        PatternShape::Literal => Some(Redundancy::Literal),
        PatternShape::Everything => Some(Redundancy::Everything),
        PatternShape::NotEmpty => Some(Redundancy::NotEmpty),
        PatternShape::Alternatives | PatternShape::Other => None,
    };
    let matcher = test.matcher.span();
    if let Some(redundancy) = redundancy {
        notes.event(
            test.matcher.value_span,
            EventKind::RedundantRegex {
                label: test.label.into(),
                op: test.matcher.op,
                pattern: source.into(),
                redundancy,
                matcher,
            },
        );
    } else if let Some(smell) = smell(source) {
        notes.event(test.matcher.value_span, EventKind::SmellyRegex { label: test.label.into(), pattern: source.into(), smell });
    }
}

fn smell(source: &str) -> Option<Smell> {
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '/' | '.');
    let mut found = None;
    for branch in source.split('|') {
        let pieces: Vec<&str> = branch.split(".*").flat_map(|piece| piece.split(".+")).collect();
        if pieces.len() > 1 && pieces.iter().all(|piece| piece.chars().all(simple)) {
            // A wildcard between two words takes a value apart; one at an end is a plain prefix or suffix. `5.*0` is a class of codes.
            let word = |piece: Option<&&str>| piece.is_some_and(|piece| piece.chars().any(char::is_alphabetic));
            if word(pieces.first()) && word(pieces.last()) {
                return Some(Smell::Substring);
            }
            let inner = pieces.get(1..pieces.len() - 1).unwrap_or_default();
            if inner.iter().any(|piece| word(Some(piece))) {
                found = found.or(Some(Smell::Contained));
            }
        }
        let bytes = branch.as_bytes();
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        let dot = (1..bytes.len())
            .any(|at| bytes[at] == b'.' && letter(at - 1) && letter(at + 1) && (at < 2 || bytes[at - 2] != b'\\'));
        if dot {
            return Some(Smell::UnescapedDot);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smells() {
        assert_eq!(smell("service_.*_prod"), Some(Smell::Substring));
        assert_eq!(smell("backup-.*.timer"), Some(Smell::Substring));
        assert_eq!(smell("x|.*stage.*"), Some(Smell::Contained));
        assert_eq!(smell("db.example.com"), Some(Smell::UnescapedDot));
        for clean in [
            ".*-agent",
            "api.*",
            "5..",
            "db\\.example\\.com",
            "a|b",
            "4.4",
            "[1-5]..",
            "5.*0",
            ".*web[0-9]",
            "web.*[0-9]",
            ".*",
            "",
        ] {
            assert_eq!(smell(clean), None, "{clean}");
        }
    }
}
