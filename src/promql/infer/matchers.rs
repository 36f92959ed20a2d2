//! Label matchers: what one admits, and what it proves of the series that it lets through.

use std::sync::Arc;

use super::facts::{Cause, Reason};
use super::inference::{Context, VariableValues};
use super::labels::LabelFact;
use crate::promql::ast::Matcher;
use crate::promql::catalog::{LabelDomain, Name, Pattern, Presence, Values};
use crate::promql::operators::MatchOp;
use crate::promql::text::Text;

/// A matcher, ready to be asked.
pub(super) struct Test<'a> {
    pub(super) matcher: &'a Matcher,
    pub(super) label: &'a str,
    wanted: Wanted<'a>,
    /// `le` and `quantile` hold numbers, which clients and servers spell in several ways.
    numeric: bool,
}

enum Wanted<'a> {
    Literal(&'a str),
    Pattern(Arc<Pattern>),
    /// A variable that stands for one or several of these.
    OneOf(&'a [Name]),
    /// A variable that can stand for anything, the empty value included.
    Hidden,
}

impl<'a> Test<'a> {
    /// `None` when a variable hides which label it is about.
    pub(super) fn new(matcher: &'a Matcher, context: &'a Context) -> Option<Self> {
        let label = matcher.label.name.as_plain()?;
        let wanted = match (&matcher.value, matcher.op) {
            (Text::Plain(value), MatchOp::Equal | MatchOp::NotEqual) => Wanted::Literal(value),
            (Text::Plain(value), MatchOp::Regex | MatchOp::NotRegex) => Wanted::Pattern(Pattern::new(value)),
            (Text::Template(_), MatchOp::Equal | MatchOp::Regex) => values_of(&matcher.value, context),
            (Text::Template(_), MatchOp::NotEqual | MatchOp::NotRegex) => Wanted::Hidden,
        };
        Some(Self { matcher, label, wanted, numeric: matches!(label, "le" | "quantile") })
    }

    /// The pattern of a regular expression without variables.
    pub(super) fn pattern(&self) -> Option<&Arc<Pattern>> {
        match &self.wanted {
            Wanted::Pattern(pattern) => Some(pattern),
            _ => None,
        }
    }

    /// The value or pattern as written.
    pub(super) fn written(&self) -> Name {
        match &self.wanted {
            Wanted::Literal(value) => (*value).into(),
            Wanted::Pattern(pattern) => pattern.source().into(),
            Wanted::OneOf(_) | Wanted::Hidden => self.matcher.value.to_string().into(),
        }
    }

    /// Whether a series without the label may pass: `false` is certain.
    pub(super) fn admits_empty(&self) -> bool {
        match (&self.wanted, self.matcher.op) {
            (Wanted::Literal(value), MatchOp::NotEqual) => !value.is_empty(),
            (Wanted::Literal(value), _) => value.is_empty(),
            (Wanted::Pattern(pattern), MatchOp::NotRegex) => pattern.matches_empty() != Some(true),
            (Wanted::Pattern(pattern), _) => pattern.matches_empty() != Some(false),
            (Wanted::OneOf(_) | Wanted::Hidden, _) => true,
        }
    }

    /// Whether a value may pass: `false` is certain.
    fn admits(&self, value: &str) -> bool {
        if self.admits_spelling(value) {
            return true;
        }
        // Another spelling of the same number may be what the server holds.
        self.numeric && !self.matcher.op.is_negative() && respelt(value).is_some_and(|other| self.admits_spelling(&other))
    }

    fn admits_spelling(&self, value: &str) -> bool {
        match (&self.wanted, self.matcher.op) {
            (Wanted::Literal(wanted), MatchOp::NotEqual) => value != *wanted,
            (Wanted::Literal(wanted), _) => value == *wanted || (self.numeric && same_number(value, wanted)),
            (Wanted::Pattern(pattern), MatchOp::NotRegex) => pattern.is_match(value) != Some(true),
            (Wanted::Pattern(pattern), _) => pattern.is_match(value) != Some(false),
            (Wanted::OneOf(values), _) => values.iter().any(|wanted| **wanted == *value),
            (Wanted::Hidden, _) => true,
        }
    }

    /// Whether a series of a declared label may pass: `false` is certain.
    pub(super) fn admits_domain(&self, domain: &LabelDomain) -> bool {
        if domain.presence != Presence::Present && self.admits_empty() {
            return true;
        }
        if domain.presence == Presence::Absent {
            return false;
        }
        self.admits_some(&domain.values)
    }

    /// Whether one of the values may pass: `false` is certain.
    fn admits_some(&self, values: &Values) -> bool {
        match (values, &self.wanted, self.matcher.op) {
            (Values::Closed(list), ..) => list.iter().any(|value| self.admits(value)),
            (_, Wanted::Literal(wanted), MatchOp::Equal) => !wanted.is_empty() && (self.numeric || values.may_be(wanted)),
            (_, Wanted::Pattern(pattern), MatchOp::Regex) => match pattern.literals() {
                Some(literals) => literals.iter().any(|literal| !literal.is_empty() && (self.numeric || values.may_be(literal))),
                None => true,
            },
            (_, Wanted::Pattern(pattern), MatchOp::NotRegex) => {
                pattern.shape() != crate::promql::catalog::PatternShape::Everything
                    && pattern.shape() != crate::promql::catalog::PatternShape::NotEmpty
            }
            _ => true,
        }
    }

    /// What is known of the label on the series that pass; `false` when none can.
    pub(super) fn narrow(&self, fact: &mut LabelFact) -> bool {
        if matches!(self.wanted, Wanted::Hidden | Wanted::OneOf(_)) {
            if let Wanted::OneOf(_) = self.wanted {
                let values = fact.values.retain(|value| self.admits(value));
                if !values.is_empty() {
                    fact.values = values;
                }
            }
            return true;
        }
        let presence = match (fact.presence, self.admits_empty()) {
            (Presence::Absent, passes) => return passes,
            (presence, true) => presence,
            (_, false) => Presence::Present,
        };
        let values = self.narrow_values(&fact.values);
        if values.is_empty() {
            if presence == Presence::Present {
                return false;
            }
            *fact = LabelFact::absent(fact.name.clone(), Reason::new(self.matcher.span(), Cause::Matcher));
            return true;
        }
        if presence != fact.presence || values != fact.values {
            fact.presence = presence;
            fact.varies = fact.varies && values.len().is_none_or(|count| count > 1);
            fact.values = values;
            fact.reason = Reason::new(self.matcher.span(), Cause::Matcher);
        }
        true
    }

    fn narrow_values(&self, values: &Values) -> Values {
        match (&self.wanted, self.matcher.op, values) {
            // What passes is spelt as the matcher spells it, whatever the catalog expects.
            (Wanted::Literal(wanted), MatchOp::Equal, Values::Closed(_)) if self.numeric && self.admits_some(values) => {
                Values::only(*wanted)
            }
            (_, _, Values::Closed(_)) => values.retain(|value| self.admits(value)),
            (Wanted::Literal(wanted), MatchOp::Equal, _) => {
                if wanted.is_empty() || !(self.numeric || values.may_be(wanted)) {
                    Values::none()
                } else {
                    Values::only(*wanted)
                }
            }
            (Wanted::Pattern(pattern), MatchOp::Regex, _) => match (pattern.literals(), values) {
                (Some(_), _) if self.numeric => values.clone(),
                (Some(_), _) => Values::of_pattern(pattern).retain(|value| values.may_be(value)),
                (None, Values::Any) => Values::of_pattern(pattern),
                (None, _) => values.clone(),
            },
            (Wanted::Pattern(_), MatchOp::NotRegex, _) if !self.admits_some(values) => Values::none(),
            _ => values.clone(),
        }
    }

    /// Whether it compares for equality with a number that is none of the listed bounds.
    pub(super) fn misses_bounds(&self, bounds: &[f64]) -> bool {
        match (&self.wanted, self.matcher.op) {
            (Wanted::Literal(wanted), MatchOp::Equal) => match wanted.parse::<f64>() {
                Ok(number) => number.is_finite() && !bounds.contains(&number),
                Err(_) => false,
            },
            _ => false,
        }
    }
}

fn values_of<'a>(text: &Text, context: &'a Context) -> Wanted<'a> {
    let known = text.as_variable().and_then(|variable| {
        context.variables.iter().find(|(name, _)| **name == *variable.name).and_then(|(_, values)| match values {
            VariableValues::Closed(list) => Some(list.as_slice()),
            VariableValues::Unknown => None,
        })
    });
    known.map_or(Wanted::Hidden, Wanted::OneOf)
}

fn same_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// `1.0` for `1` and the other way round.
fn respelt(value: &str) -> Option<String> {
    match value.strip_suffix(".0") {
        Some(whole) => Some(whole.to_owned()),
        None if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() => Some(format!("{value}.0")),
        None => None,
    }
}
