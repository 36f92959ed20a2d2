//! A text that a regular expression matches.

use crate::promql::catalog::Pattern;

/// Texts tried where the pattern itself gives none.
const USUAL: &[&str] = &["500", "200", "a", "1", "a1", "node-1", "gpu-01"];

/// A text that the pattern matches as a whole; `None` when none was found.
pub(super) fn of(pattern: &str) -> Option<String> {
    let compiled = Pattern::new(pattern);
    let fits = |text: &str| !text.is_empty() && compiled.is_match(text) == Some(true);
    if let Some(literal) = compiled.literals().and_then(|literals| literals.iter().find(|text| !text.is_empty())) {
        return Some(literal.to_string());
    }
    let made = ['0', 'x'].map(|dot| Maker { rest: pattern.chars().collect(), at: 0, dot }.alternatives(0));
    made.into_iter()
        .flatten()
        .find(|text| fits(text))
        .or_else(|| USUAL.iter().find(|text| fits(text)).map(|text| (*text).to_owned()))
}

/// Nested deeper than this, no text is looked for.
const DEEPEST: usize = 20;

/// The most repetitions that are written out.
const MOST: usize = 64;

/// Walks along a pattern and writes the first text it allows; what it does not know, the check afterwards refuses.
struct Maker {
    rest: Vec<char>,
    at: usize,
    /// What stands for any character.
    dot: char,
}

impl Maker {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let found = self.peek();
        self.at += usize::from(found.is_some());
        found
    }

    /// The first of several alternatives, up to the end or a closing parenthesis.
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let mut first = None;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.at += 1;
                    first.get_or_insert(std::mem::take(&mut text));
                }
                _ => {
                    let atom = self.atom(depth)?;
                    let times = self.times()?;
                    if text.len() < 1024 {
                        text.extend(std::iter::repeat_n(atom.as_str(), times));
                    }
                }
            }
        }
        Some(first.unwrap_or(text))
    }

    fn atom(&mut self, depth: usize) -> Option<String> {
        match self.next()? {
            '(' => {
                if self.peek() == Some('?') {
                    // (?:...), (?i:...)
                    while self.next()? != ':' {}
                }
                let inner = self.alternatives(depth + 1)?;
                (self.next()? == ')').then_some(inner)
            }
            '[' => self.class(),
            '.' => Some(self.dot.to_string()),
            '^' | '$' => Some(String::new()),
            '\\' => match self.next()? {
                'd' => Some("0".to_owned()),
                'w' => Some("x".to_owned()),
                's' => Some(" ".to_owned()),
                c => Some(c.to_string()),
            },
            c => Some(c.to_string()),
        }
    }

    /// The first character of a class.
    fn class(&mut self) -> Option<String> {
        let negated = self.peek() == Some('^');
        let mut members = Vec::new();
        while let Some(c) = self.next() {
            match c {
                ']' if !members.is_empty() => break,
                '\\' => members.push(self.next()?),
                c => members.push(c),
            }
        }
        if !negated {
            return members.first().map(char::to_string);
        }
        ['x', '0', '-'].into_iter().find(|c| !members.contains(c)).map(|c| c.to_string())
    }

    /// How often what came before is repeated.
    fn times(&mut self) -> Option<usize> {
        match self.peek() {
            Some('*' | '+' | '?') => {
                self.at += 1;
                if self.peek() == Some('?') {
                    self.at += 1;
                }
                Some(1)
            }
            Some('{') => {
                self.at += 1;
                let mut digits = String::new();
                while let Some(c) = self.next() {
                    match c {
                        '}' => break,
                        ',' => {
                            while self.next()? != '}' {}
                            break;
                        }
                        c => digits.push(c),
                    }
                }
                Some(digits.parse::<usize>().ok()?.min(MOST))
            }
            _ => Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_that_fits() {
        for pattern in
            ["5..", "[1-5][0-9]{2}", ".*-agent", "a|b", "(?:x|y)+z?", "node-.+", "[^/]+", "\\d{3}", "a.{2,}b", "(a(b(c)))"]
        {
            let text = of(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert_eq!(Pattern::new(pattern).is_match(&text), Some(true), "{pattern}: {text}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        for pattern in ["(", "[", "a{", "a{999999999}", &"(".repeat(500), "(?", "[^", "\\", "x{2,", ""] {
            let _ = of(pattern);
        }
    }
}
