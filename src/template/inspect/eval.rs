//! What operands and function calls give.

use smol_str::SmolStr;

use super::super::ast::{Command, Operand, Pipeline, Term, TextSpan};
use super::shape::{Shape, Taken};
use super::{Use, UseKind, Walk};

/// A value, where it was read, and the use that reading it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluated {
    pub(super) value: Shape,
    pub(super) span: TextSpan,
    // Its place in the list of uses.
    site: Option<usize>,
}

/// An argument of a function, with its text where that is written out.
struct Argument<'t> {
    given: Evaluated,
    literal: Option<(&'t str, TextSpan)>,
    // The text is the format of a `printf`.
    format: Option<(&'t str, TextSpan)>,
}

impl<'t> Walk<'t> {
    pub(super) fn value_of(&mut self, pipeline: &'t Pipeline) -> Evaluated {
        let mut piped = None;
        for command in &pipeline.commands {
            let given = self.command(command, piped.take());
            let literal = match command.operands.as_slice() {
                [operand] => literal(operand),
                _ => None,
            };
            piped = Some(Argument { given, literal, format: format(command) });
        }
        let nothing = Evaluated { value: Shape::Unknown, span: pipeline.span, site: None };
        piped.map_or(nothing, |last| last.given)
    }

    fn command(&mut self, command: &'t Command, piped: Option<Argument<'t>>) -> Evaluated {
        self.work += 1;
        let Some((first, rest)) = command.operands.split_first() else {
            return Evaluated { value: Shape::Unknown, span: command.span, site: None };
        };
        let Term::Function(name) = &first.term else {
            return self.no_call(command, first, rest, piped);
        };
        if !first.fields.is_empty() {
            let given = self.operand(first);
            for operand in rest {
                let given = self.operand(operand);
                self.consume(given, None);
            }
            return given;
        }
        // What one argument of these is missing, the next one stands in for.
        let fallback = matches!(name.as_str(), "or" | "and");
        self.testing += usize::from(fallback);
        let mut arguments: Vec<Argument<'t>> = rest.iter().map(|operand| self.argument(operand)).collect();
        self.testing -= usize::from(fallback);
        arguments.extend(piped);
        self.function(name, first.span, command.span, &arguments)
    }

    fn argument(&mut self, operand: &'t Operand) -> Argument<'t> {
        let format = match &operand.term {
            Term::Group(inner) if operand.fields.is_empty() => match inner.commands.as_slice() {
                [command] => format(command),
                _ => None,
            },
            _ => None,
        };
        Argument { given: self.operand(operand), literal: literal(operand), format }
    }

    // A command that starts with something else than a function: a value, which takes no arguments.
    fn no_call(
        &mut self,
        command: &'t Command,
        first: &'t Operand,
        rest: &'t [Operand],
        piped: Option<Argument<'t>>,
    ) -> Evaluated {
        let given = self.operand(first);
        if rest.is_empty() && piped.is_none() {
            return given;
        }
        for operand in rest {
            let given = self.operand(operand);
            self.consume(given, None);
        }
        // A field of an unknown value may be a method.
        if given.value != Shape::Unknown || first.fields.is_empty() && !matches!(first.term, Term::Group(_)) {
            self.not_a_function(command.span, first.span);
        }
        Evaluated { value: Shape::Unknown, ..given }
    }

    fn operand(&mut self, operand: &'t Operand) -> Evaluated {
        let mut site = None;
        let mut span = operand.span;
        let mut value = match &operand.term {
            Term::Dot => self.frame.dot,
            Term::Nil => Shape::Nil,
            Term::Number(_) => Shape::Number,
            Term::Text(_) => Shape::Text,
            Term::Bool(_) => Shape::Unknown,
            Term::Variable(name) => self.frame.get(name).unwrap_or(Shape::Unknown),
            Term::Function(name) => {
                let span = TextSpan::new(operand.span.start, operand.span.start.saturating_add(name.len()));
                self.function(name, span, span, &[]).value
            }
            Term::Group(inner) => {
                let inner = self.pipeline(inner);
                site = inner.site;
                span = inner.span;
                inner.value
            }
        };
        for field in &operand.fields {
            let through = TextSpan::new(operand.span.start, field.span.end);
            span = through;
            site = None;
            value = match value.field(&field.name) {
                Taken::Shape(value) => value,
                Taken::Label(kind, query) => {
                    site = Some(self.note(kind, Some(field.name.clone()), through, field.span, query));
                    Shape::Text
                }
                Taken::Missing(there) => {
                    self.unknown_field(field, value, there);
                    Shape::Unknown
                }
            };
        }
        Evaluated { value, span, site }
    }

    fn function(&mut self, name: &str, name_span: TextSpan, span: TextSpan, arguments: &[Argument<'t>]) -> Evaluated {
        let done = |value, site| Evaluated { value, span, site };
        if !self.check_arguments(name, name_span, arguments.len()) {
            return done(Shape::Unknown, None);
        }
        for argument in arguments {
            self.pass(argument.given, name);
        }
        let first = arguments.first();
        let last = arguments.last();
        let of_last = last.map_or(Shape::Unknown, |argument| argument.given.value);
        let named = |argument: Option<&Argument<'t>>| argument.and_then(|argument| argument.literal);
        match (name, of_last) {
            ("query", _) => {
                let written = named(last);
                let format = last.and_then(|argument| argument.format);
                let known = written.or(format);
                let (text, place) = known.map_or((None, span), |(text, place)| (Some(SmolStr::from(text)), place));
                let site = self.note(UseKind::Query, text, span, place, None);
                if let Some(found) = self.found.uses.get_mut(site) {
                    found.formatted = written.is_none() && format.is_some();
                }
                return done(Shape::Vector(Some(span)), Some(site));
            }
            ("first", Shape::Vector(query)) => return done(Shape::Sample(query), None),
            ("sortByLabel", Shape::Vector(query)) => {
                if let Some((label, place)) = named(first) {
                    self.note(UseKind::QueryLabel, Some(label.into()), span, place, query);
                }
                return done(Shape::Vector(query), None);
            }
            ("label", Shape::Sample(query)) => {
                let label = named(first);
                let place = label.map_or(span, |(_, place)| place);
                let site = self.note(UseKind::QueryLabel, label.map(|(label, _)| label.into()), span, place, query);
                return done(Shape::Text, Some(site));
            }
            ("index", _) => {
                if let Some(result) = self.index(span, arguments) {
                    return result;
                }
            }
            _ => {}
        }
        for argument in arguments {
            self.consume(argument.given, Some(name));
        }
        let mut values = arguments.iter().map(|argument| argument.given.value);
        let value = match name {
            "or" | "and" => values.next().filter(|first| values.all(|value| value == *first)).unwrap_or(Shape::Unknown),
            "first" => Shape::Sample(None),
            "query" | "sortByLabel" => Shape::Vector(None),
            "externalURL" | "graphLink" | "html" | "humanize" | "humanize1024" | "humanizeDuration" | "humanizePercentage"
            | "js" | "label" | "pathPrefix" | "print" | "printf" | "println" | "reReplaceAll" | "stripDomain" | "stripPort"
            | "strvalue" | "tableLink" | "title" | "toLower" | "toUpper" | "urlQueryEscape" | "urlquery" => Shape::Text,
            "len" | "now" | "parseDuration" => Shape::Number,
            _ => Shape::Unknown,
        };
        // `now` of Alertmanager is a point in time, which has methods.
        let value = if name == "now" && self.dialect == super::Dialect::Alertmanager { Shape::Unknown } else { value };
        done(value, None)
    }

    // `index` of labels or of a query's result.
    fn index(&mut self, span: TextSpan, arguments: &[Argument<'t>]) -> Option<Evaluated> {
        let [map, key] = arguments else { return None };
        let done = |value, site| Some(Evaluated { value, span, site });
        if let Shape::Vector(query) = map.given.value {
            return done(Shape::Sample(query), None);
        }
        let (kind, query) = map.given.value.element()?;
        let label = key.literal;
        let place = label.map_or(span, |(_, place)| place);
        let site = self.note(kind, label.map(|(label, _)| label.into()), span, place, query);
        done(Shape::Text, Some(site))
    }

    // The use that a value is goes to a function.
    fn pass(&mut self, given: Evaluated, function: &str) {
        if let Some(found) = given.site.and_then(|site| self.found.uses.get_mut(site)) {
            found.passed_to.get_or_insert_with(|| function.to_owned());
        }
    }

    /// Notes that a value goes somewhere: it is printed, tested, or given to a function.
    pub(super) fn consume(&mut self, given: Evaluated, function: Option<&str>) {
        if given.site.is_some() {
            return;
        }
        let kinds: &[UseKind] = match given.value {
            Shape::Data => &[UseKind::Label, UseKind::ExternalLabel, UseKind::Value],
            Shape::GrafanaData => &[UseKind::Label, UseKind::Value],
            Shape::Labels => &[UseKind::Label],
            Shape::ExternalLabels => &[UseKind::ExternalLabel],
            Shape::ExternalUrl => &[UseKind::ExternalUrl],
            Shape::Value => &[UseKind::Value],
            _ => &[],
        };
        for kind in kinds {
            let site = self.note(*kind, None, given.span, given.span, None);
            if let Some(found) = self.found.uses.get_mut(site) {
                found.passed_to = function.map(str::to_owned);
            }
        }
    }

    fn note(
        &mut self,
        kind: UseKind,
        name: Option<SmolStr>,
        span: TextSpan,
        name_span: TextSpan,
        query: Option<TextSpan>,
    ) -> usize {
        let guard = self.guard(kind, name.as_ref());
        self.found.uses.push(Use { kind, name, span, name_span, guard, passed_to: None, formatted: false, query });
        self.found.uses.len() - 1
    }
}

// The format of a `printf` with its place, where it is written out.
fn format(command: &Command) -> Option<(&str, TextSpan)> {
    match command.operands.as_slice() {
        [function, format, ..] if matches!(&function.term, Term::Function(name) if name == "printf") => literal(format),
        _ => None,
    }
}

// The text of a string that stands alone, and its place between the quotes.
fn literal(operand: &Operand) -> Option<(&str, TextSpan)> {
    match &operand.term {
        Term::Text(text) if operand.fields.is_empty() => {
            let quoted = operand.span;
            Some((text, TextSpan::new(quoted.start.saturating_add(1), quoted.end.saturating_sub(1))))
        }
        _ => None,
    }
}
