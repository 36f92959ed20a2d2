//! Matchers of Alertmanager: `severity="critical"`, `team=~"a|b"`, `env!=dev`.

use std::fmt;
use std::sync::Arc;

use crate::promql::catalog::Pattern;

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatcherOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl MatcherOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// A matcher on an alert's label.
#[derive(Debug, Clone)]
pub struct AlertMatcher {
    /// The label.
    pub label: String,
    /// How it compares.
    pub op: MatcherOp,
    /// The value or the pattern.
    pub value: String,
    pattern: Option<Arc<Pattern>>,
}

impl AlertMatcher {
    /// Reads a matcher as Alertmanager writes it; quotes around the value may be left out where it has nothing but letters, digits
    /// and the like. `Err` says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || format!("`{text}` is not a matcher");
        let at = text.find(['=', '!']).ok_or_else(wrong)?;
        let (label, rest) = text.split_at(at);
        let ops = [("=~", MatcherOp::Regex), ("!~", MatcherOp::NotRegex), ("!=", MatcherOp::NotEqual), ("=", MatcherOp::Equal)];
        let (op, rest) =
            ops.iter().find_map(|(symbol, op)| rest.strip_prefix(symbol).map(|rest| (*op, rest))).ok_or_else(wrong)?;
        let label = unquote(label.trim()).ok_or_else(wrong)?;
        let value = unquote(rest.trim()).ok_or_else(wrong)?;
        if label.is_empty() {
            return Err(wrong());
        }
        Ok(Self::new(label, op, value))
    }

    /// A matcher.
    pub fn new(label: impl Into<String>, op: MatcherOp, value: impl Into<String>) -> Self {
        let value = value.into();
        let pattern = matches!(op, MatcherOp::Regex | MatcherOp::NotRegex).then(|| Pattern::new(&value));
        Self { label: label.into(), op, value, pattern }
    }

    /// Whether a label's value passes; a label that is not there has the empty value. A pattern that cannot be read passes nothing.
    pub fn matches(&self, value: &str) -> bool {
        let by_pattern = || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value) == Some(true));
        match self.op {
            MatcherOp::Equal => value == self.value,
            MatcherOp::NotEqual => value != self.value,
            MatcherOp::Regex => by_pattern(),
            MatcherOp::NotRegex => !by_pattern(),
        }
    }
}

impl fmt::Display for AlertMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}\"", self.label, self.op.symbol())?;
        for c in self.value.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                _ => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

fn unquote(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix('"') else {
        return (!text.contains(['"', ',', '{', '}', '\\'])).then(|| text.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut value = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                escaped @ ('"' | '\\') => value.push(escaped),
                other => {
                    value.push('\\');
                    value.push(other);
                }
            },
            '"' => return None,
            _ => value.push(c),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers() {
        let matches = |text: &str, value: &str| AlertMatcher::parse(text).unwrap().matches(value);
        assert!(matches("severity=\"critical\"", "critical"));
        assert!(matches("severity = critical", "critical"));
        assert!(!matches("severity=~\"crit\"", "critical"));
        assert!(matches("severity=~\"crit.*|info\"", "critical"));
        assert!(matches("team!=\"a\"", ""));
        assert!(matches("team!~\"a|b\"", "c"));
        for bad in ["severity", "=x", "a=\"b", "a=\"b\"c\"", ""] {
            assert!(AlertMatcher::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(AlertMatcher::parse(r#"a="b\"c""#).unwrap().to_string(), r#"a="b\"c""#);
    }
}
