//! Texts that a regular expression matches.

use crate::promql::catalog::Pattern;

/// Some texts that the whole of the pattern matches; each is checked. Few patterns in rules have none.
pub(crate) fn examples(pattern: &Pattern) -> Vec<String> {
    if let Some(literals) = pattern.literals() {
        return literals.iter().filter(|literal| !literal.is_empty()).map(ToString::to_string).collect();
    }
    let seeds = ["500", "200", "404", "1", "0", "a", "a-1", "/", "/api", "GET", "10.0.0.1:9100"];
    let mut found: Vec<String> = alternatives(pattern.source()).into_iter().filter_map(|part| sketch(&part)).collect();
    found.extend(seeds.iter().map(|seed| (*seed).to_owned()));
    found.retain(|text| !text.is_empty() && pattern.is_match(text) == Some(true));
    found.truncate(8);
    found
}

/// The branches of the outermost `|`, without a group around them.
fn alternatives(source: &str) -> Vec<String> {
    let inner = source.trim_start_matches('^').trim_end_matches('$');
    let grouped = inner.strip_prefix("(?:").or_else(|| inner.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
    let inner = grouped.filter(|rest| !rest.contains(['(', ')'])).unwrap_or(inner);
    let mut depth = 0_i32;
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '|' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

/// One text of a branch: the first character of each class, one character where any will do, the least number of repetitions.
fn sketch(branch: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = branch.chars().peekable();
    while let Some(c) = chars.next() {
        let piece = match c {
            '.' => 'x',
            '\\' => match chars.next()? {
                'd' => '0',
                'w' => 'a',
                's' => ' ',
                escaped if escaped.is_ascii_punctuation() => escaped,
                _ => return None,
            },
            '[' => {
                let first = chars.next()?;
                let mut last = first;
                while last != ']' {
                    last = chars.next()?;
                }
                if first == '^' { 'x' } else { first }
            }
            '(' | ')' | '^' | '$' | '|' => continue,
            other => other,
        };
        let repeats = match chars.peek() {
            Some('*' | '+') => {
                chars.next();
                1
            }
            Some('?') => {
                chars.next();
                0
            }
            Some('{') => {
                let count: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                count.split(',').next()?.parse::<usize>().ok()?.min(64)
            }
            _ => 1,
        };
        text.extend(std::iter::repeat_n(piece, repeats));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_match_their_pattern() {
        for source in ["5..", "orchestrator|.*-agent", "[1-5][0-9]{2}", "(4|5)..", "/api/v[0-9]+/.*", "\\d+ms", ".+"] {
            let pattern = Pattern::new(source);
            let found = examples(&pattern);
            assert!(!found.is_empty(), "{source}");
            assert!(found.iter().all(|text| pattern.is_match(text) == Some(true)), "{source}: {found:?}");
        }
        assert!(examples(&Pattern::new("(((")).is_empty());
    }
}
