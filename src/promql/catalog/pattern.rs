//! Regular expressions over label values, anchored at both ends as Prometheus has them.
//!
//! Most patterns in real queries are alternatives of literals and dots (`5..`, `.*-agent`, `GET|POST`); those are matched
//! directly. The rest goes to an engine whose dialect is close to Go's, and where the two could differ the answer is unknown.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use super::values::Name;

/// What kind of pattern it is, for rules about how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternShape {
    /// A literal: `=` says the same.
    Literal,
    /// Alternatives of literals.
    Alternatives,
    /// Matches everything: `.*`.
    Everything,
    /// Matches everything but the empty value: `.+`.
    NotEmpty,
    /// Anything else.
    Other,
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    source: Name,
    literals: Option<Arc<[Name]>>,
    engine: Engine,
    matches_empty: Option<bool>,
}

#[derive(Debug)]
enum Engine {
    Branches(Vec<Vec<Token>>),
    Regex(Box<Regex>),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Literal(char),
    Dot,
    DotStar,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// How many patterns are kept compiled; beyond it the cache starts anew.
const CACHED: usize = 4096;

/// Patterns longer than this are not worth an answer.
const LONGEST: usize = 4096;

thread_local! {
    static CACHE: RefCell<HashMap<Name, Arc<Pattern>>> = RefCell::new(HashMap::new());
}

impl Pattern {
    /// Compiles a pattern, or finds it compiled. What cannot be compiled is a pattern that answers nothing.
    pub fn new(source: &str) -> Arc<Self> {
        CACHE.with_borrow_mut(|cache| {
            if let Some(found) = cache.get(source) {
                return Arc::clone(found);
            }
            if cache.len() >= CACHED {
                cache.clear();
            }
            let pattern = Arc::new(Self::compile(source));
            cache.insert(pattern.source.clone(), Arc::clone(&pattern));
            pattern
        })
    }

    fn compile(source: &str) -> Self {
        let name: Name = source.into();
        let engine = branches(source).map_or_else(|| engine(source), Engine::Branches);
        let literals = match &engine {
            Engine::Branches(branches) => branches.iter().map(|branch| literal(branch)).collect::<Option<Vec<_>>>(),
            Engine::Regex(_) | Engine::Unknown => None,
        };
        let mut pattern = Self { source: name, literals: literals.map(Into::into), engine, matches_empty: None };
        pattern.matches_empty = pattern.is_match("");
        pattern
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it matches the whole of a value; `None` where that is not known.
    pub fn is_match(&self, value: &str) -> Option<bool> {
        match &self.engine {
            // Before version 3 a dot did not match a line feed.
            Engine::Branches(_) | Engine::Regex(_) if value.contains('\n') => None,
            Engine::Branches(branches) => Some(branches.iter().any(|branch| matches(branch, value))),
            Engine::Regex(regex) if value.is_ascii() => Some(regex.is_match(value)),
            Engine::Regex(_) | Engine::Unknown => None,
        }
    }

    /// Whether it matches the empty value, which is how a missing label looks.
    pub fn matches_empty(&self) -> Option<bool> {
        self.matches_empty
    }

    /// The values that it matches, when it is nothing but alternatives of literals; the empty one may be among them.
    pub fn literals(&self) -> Option<&[Name]> {
        self.literals.as_deref()
    }

    /// What kind of pattern it is.
    pub fn shape(&self) -> PatternShape {
        if let Some(literals) = &self.literals {
            return if literals.len() == 1 { PatternShape::Literal } else { PatternShape::Alternatives };
        }
        match &self.engine {
            Engine::Branches(branches) => match branches.as_slice() {
                [only] => match only.as_slice() {
                    [Token::DotStar] => PatternShape::Everything,
                    [Token::Dot, Token::DotStar] => PatternShape::NotEmpty,
                    _ => PatternShape::Other,
                },
                _ => PatternShape::Other,
            },
            Engine::Regex(_) | Engine::Unknown => PatternShape::Other,
        }
    }
}

/// The pattern as alternatives of literals and dots, when it is no more than that.
fn branches(source: &str) -> Option<Vec<Vec<Token>>> {
    if source.len() > LONGEST {
        return None;
    }
    let unanchored = source.strip_prefix('^').unwrap_or(source);
    let inner = unanchored.strip_prefix("(?:").or_else(|| unanchored.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
    // `(a|b)` is the same as `a|b`; a parenthesis inside fails below.
    let mut chars = inner.unwrap_or(source).chars().peekable();
    let mut all = Vec::new();
    let mut branch = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            '|' => {
                all.push(std::mem::take(&mut branch));
                continue;
            }
            '\\' => match chars.next() {
                Some(escaped) if escaped.is_ascii_punctuation() => branch.push(Token::Literal(escaped)),
                _ => return None,
            },
            '.' => branch.push(Token::Dot),
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            _ => branch.push(Token::Literal(c)),
        }
        let quantifier = chars.peek().copied();
        if let Some('*' | '+' | '?') = quantifier {
            if branch.last() != Some(&Token::Dot) || quantifier == Some('?') {
                return None;
            }
            chars.next();
            if quantifier == Some('*') {
                branch.pop();
            }
            branch.push(Token::DotStar);
            if chars.peek() == Some(&'?') {
                chars.next();
            }
            if matches!(chars.peek(), Some('*' | '+' | '?')) {
                return None;
            }
        }
    }
    all.push(branch);
    Some(all)
}

/// An engine for everything else; nothing where Go's dialect reads the pattern differently.
fn engine(source: &str) -> Engine {
    let differs = ["&&", "--", "~~", "{,", "\\b{", "\\<", "\\>", "(?x", "(?u", "(?R", "(?-", "\\Q", "\\C"];
    if source.len() > LONGEST || has_class_in_class(source) || differs.iter().any(|piece| source.contains(piece)) {
        return Engine::Unknown;
    }
    let anchored = format!("^(?s:{source})$");
    match regex::RegexBuilder::new(&anchored).size_limit(1 << 20).nest_limit(64).build() {
        Ok(regex) => Engine::Regex(Box::new(regex)),
        Err(_) => Engine::Unknown,
    }
}

/// Whether a bracket opens inside a bracket expression: a literal to Go, a nested class to the engine.
fn has_class_in_class(source: &str) -> bool {
    let mut chars = source.chars().peekable();
    let mut inside = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' if !inside => {
                inside = true;
                chars.next_if_eq(&'^');
                chars.next_if_eq(&']');
            }
            '[' if chars.peek() == Some(&':') => {
                // [:alpha:] means the same to both.
                while chars.next().is_some_and(|c| c != ']') {}
            }
            '[' => return true,
            ']' => inside = false,
            _ => {}
        }
    }
    false
}

fn literal(branch: &[Token]) -> Option<Name> {
    let text = branch.iter().map(|token| match token {
        Token::Literal(c) => Some(*c),
        Token::Dot | Token::DotStar => None,
    });
    text.collect::<Option<String>>().map(Into::into)
}

/// Matches with one point to come back to: the last `.*` takes one character more whenever what follows fails.
fn matches(branch: &[Token], value: &str) -> bool {
    let (mut token, mut rest) = (0, value);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let next = rest.chars().next();
        let advanced = match (branch.get(token), next) {
            (Some(Token::DotStar), _) => {
                retry = Some((token, rest));
                token += 1;
                continue;
            }
            (Some(Token::Dot), Some(_)) => true,
            (Some(Token::Literal(expected)), Some(c)) => *expected == c,
            (None, None) => return true,
            _ => false,
        };
        if advanced {
            token += 1;
            rest = after_first(rest);
        } else {
            match retry {
                Some((at, from)) if !from.is_empty() => {
                    let from = after_first(from);
                    retry = Some((at, from));
                    token = at + 1;
                    rest = from;
                }
                _ => return false,
            }
        }
    }
}

fn after_first(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_engine_on_simple_patterns() {
        let values = ["", "5", "500", "503", "404", "cost-agent", "agent", "x-agent-y", "GET", "a.b", "axb", "\u{e9}tat", "aab"];
        let sources = [
            "5..",
            ".*-agent",
            "GET|POST",
            "",
            ".*",
            ".+",
            "a\\.b",
            "a.b",
            ".*agent.*",
            "(GET|PUT|)",
            "(?:5..|4..)",
            "a.*b",
            ".+?t",
            "|x",
            "^(5..)",
        ];
        for source in sources {
            let pattern = Pattern::new(source);
            let reference = Regex::new(&format!("^(?s:{source})$")).unwrap();
            for value in values {
                assert_eq!(pattern.is_match(value), Some(reference.is_match(value)), "{source} on {value}");
            }
        }
    }

    #[test]
    fn classes_go_to_the_engine_and_foreign_syntax_is_unknown() {
        assert_eq!(Pattern::new("[1-5][0-9]{2}").is_match("503"), Some(true));
        assert_eq!(Pattern::new("[1-5][0-9]{2}").is_match("5033"), Some(false));
        assert_eq!(Pattern::new("[[:alpha:]]+").is_match("ab"), Some(true));
        for unknown in ["[a&&b]", "a{,3}", "(", "\\Qa\\E", "[a[b]]", "(?-s).", "*"] {
            assert_eq!(Pattern::new(unknown).is_match("a"), None, "{unknown}");
        }
        assert_eq!(Pattern::new("\\d+").is_match("\u{0661}"), None);
        assert_eq!(Pattern::new("a?").matches_empty(), Some(true));
    }

    #[test]
    fn shapes() {
        assert_eq!(Pattern::new("GET").shape(), PatternShape::Literal);
        assert_eq!(Pattern::new("GET|POST").shape(), PatternShape::Alternatives);
        assert_eq!(Pattern::new(".*").shape(), PatternShape::Everything);
        assert_eq!(Pattern::new(".+").shape(), PatternShape::NotEmpty);
        assert_eq!(Pattern::new("a.").shape(), PatternShape::Other);
    }

    #[test]
    fn long_input_is_no_trouble() {
        let stars = ".*a".repeat(1000);
        assert_eq!(Pattern::new(&stars).is_match(&"b".repeat(10_000)), Some(false));
        assert_eq!(Pattern::new(&"(".repeat(100_000)).is_match("a"), None);
    }
}
