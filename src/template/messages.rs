//! The words of parse errors.

use super::ast::TextSpan;
use super::dialect::Dialect;
use super::error::{ErrorKind, TemplateError, nearest};
use super::lex::{Keyword, LexError, Token, TokenKind};
use super::parse::Place;
use super::scope::Scope;

use ErrorKind as Kind;

/// How a message names the action that a pipeline is part of.
pub(super) fn keyword(place: Place) -> &'static str {
    match place {
        Place::Action => "an action",
        Place::If => "`if`",
        Place::With => "`with`",
        Place::Range => "`range`",
        Place::Template => "`template`",
        Place::Block => "`block`",
        Place::Define => "`define`",
        Place::Paren => "parentheses",
    }
}

pub(super) fn unexpected_end(span: TextSpan) -> TemplateError {
    TemplateError::new(Kind::UnexpectedEnd, span, "`end` closes nothing")
        .help("remove it, or open the block that it should close")
}

pub(super) fn stray_else(span: TextSpan) -> TemplateError {
    TemplateError::new(Kind::UnexpectedElse, span, "`else` outside `if`, `with` and `range`")
}

pub(super) fn second_else(span: TextSpan, first: TextSpan) -> TemplateError {
    TemplateError::new(Kind::UnexpectedElse, span, "a second `else`")
        .label(first, "the first is here")
        .help("put the conditions before the last `else`, as `else if`")
}

pub(super) fn mismatched_else(span: TextSpan, keyword: &str, place: Place) -> TemplateError {
    let block = self::keyword(place);
    TemplateError::new(Kind::UnexpectedElse, span, format!("`else {keyword}` in {block}"))
        .help(format!("write `{{{{ else }}}}{{{{ {keyword} ... }}}} ... {{{{ end }}}}{{{{ end }}}}`"))
}

pub(super) fn unclosed_block(opened: TextSpan, place: Place) -> TemplateError {
    TemplateError::new(Kind::UnclosedBlock, opened, format!("{} has no `end`", keyword(place))).help("close it with `{{ end }}`")
}

pub(super) fn duplicate(name: &str, span: TextSpan, first: TextSpan) -> TemplateError {
    TemplateError::new(Kind::DuplicateTemplate, span, format!("template `{name}` is defined twice"))
        .label(first, "first defined here")
}

pub(super) fn nested_define(span: TextSpan) -> TemplateError {
    TemplateError::new(Kind::Unexpected, span, "`define` inside another block").help("move it out of every block")
}

pub(super) fn outside_range(keyword: &str, span: TextSpan) -> TemplateError {
    TemplateError::new(Kind::OutsideRange, span, format!("`{keyword}` outside `range`"))
}

pub(super) fn too_deep(span: TextSpan, limit: usize) -> TemplateError {
    TemplateError::new(Kind::TooDeep, span, format!("more than {limit} blocks and parentheses inside each other"))
}

pub(super) fn bad_string(span: TextSpan, written: &str) -> TemplateError {
    let error = TemplateError::new(Kind::BadString, span, "the string has an escape that templates do not know");
    if written.contains('\\') {
        error.help("double each backslash that stands for itself, or put the string between backquotes")
    } else {
        error
    }
}

pub(super) fn bad_number(span: TextSpan, written: &str) -> TemplateError {
    TemplateError::new(Kind::BadNumber, span, format!("`{}` is not a number", short(written)))
}

pub(super) fn bad_character_constant(span: TextSpan, written: &str) -> TemplateError {
    TemplateError::new(Kind::BadString, span, format!("{} is not one character", short(written)))
        .help("single quotes hold one character; a string stands in double quotes")
}

pub(super) fn missing_value(span: TextSpan, place: Place) -> TemplateError {
    let message = match place {
        Place::Action => "an empty action".to_owned(),
        Place::Paren => "empty parentheses".to_owned(),
        _ => format!("{} has no value", keyword(place)),
    };
    TemplateError::new(Kind::MissingValue, span, message)
}

pub(super) fn not_callable(span: TextSpan, written: &str) -> TemplateError {
    TemplateError::new(Kind::NotCallable, span, format!("`{}` cannot take the value piped into it", short(written)))
        .help("only a function can stand after `|`")
}

pub(super) fn too_many_variables(span: TextSpan, place: Place) -> TemplateError {
    let message = if place == Place::Range { "more than two variables in `range`" } else { "several variables outside `range`" };
    TemplateError::new(Kind::TooManyVariables, span, message)
}

pub(super) fn not_a_variable(span: TextSpan) -> TemplateError {
    TemplateError::new(Kind::Unexpected, span, "`range` sets only variables").help("write `range $key, $value := ...`")
}

pub(super) fn field_of_literal(span: TextSpan, written: &str) -> TemplateError {
    if written.starts_with("..") {
        return TemplateError::new(Kind::Unexpected, span, "a point too many");
    }
    TemplateError::new(Kind::Unexpected, span, format!("`{}`: a literal has no fields", short(written)))
}

pub(super) fn unknown_function(span: TextSpan, name: &str, dialect: Dialect, scope: &Scope<'_>) -> TemplateError {
    let message = format!("`{}` is not a function of {}", short(name), dialect.noun());
    let error = TemplateError::new(Kind::UnknownFunction, span, message);
    if name == "tmpl" {
        return error.help("console pages have it, alert rules do not; use `template`");
    }
    let variable = format!("${name}");
    if scope.has(&variable) {
        return error.help(format!("a variable has a `$`: `{variable}`"));
    }
    if let Some(function) = nearest(name, dialect.functions().map(|function| function.name)) {
        return error.help(format!("did you mean `{function}`?"));
    }
    if scope.has("$labels") {
        return error.help(format!("if `{0}` is a label, write `$labels.{0}`", short(name)));
    }
    error
}

pub(super) fn undefined_variable(span: TextSpan, name: &str, dialect: Dialect, scope: &Scope<'_>) -> TemplateError {
    let error = TemplateError::new(Kind::UndefinedVariable, span, format!("`{}` is not defined", short(name)));
    if scope.is_definition() && dialect.variables().contains(&name) {
        return error
            .help("a defined template sees no variables from outside; pass them in: `template \"name\" .`, then `.Labels`");
    }
    if let Some(other) = nearest(name, scope.names().filter(|other| *other != "$")) {
        return error.help(format!("did you mean `{other}`?"));
    }
    if scope.has("$labels") {
        let label = short(name.trim_start_matches('$'));
        return error.help(format!("if it is a label, write `$labels.{label}`; the value is `$value`"));
    }
    error
}

/// What to say of a token that cannot stand where it stands; `action` reaches from the `{{` to it.
pub(super) fn unexpected(text: &str, token: Token, action: TextSpan, place: &str) -> TemplateError {
    if let TokenKind::Error(error) = token.kind {
        return lexical(text, token.span, error, action);
    }
    let written = token.span.of(text);
    let before = TextSpan::new(action.start, token.span.start).of(text).trim_end();
    match token.kind {
        TokenKind::Char('{' | '}') | TokenKind::Text => unclosed_action(text, action),
        TokenKind::Close if before.ends_with('|') => TemplateError::new(Kind::MissingValue, token.span, "nothing follows `|`"),
        TokenKind::Close => TemplateError::new(Kind::MissingValue, token.span, format!("something is missing in {place}")),
        TokenKind::Pipe => TemplateError::new(Kind::MissingValue, token.span, "nothing stands before `|`"),
        TokenKind::Char(')') => TemplateError::new(Kind::Unexpected, token.span, "`)` closes nothing"),
        TokenKind::LeftParen => TemplateError::new(Kind::Unexpected, token.span, "`(` directly after a value")
            .help("arguments are separated by spaces: `printf \"%.1f\" $value`"),
        TokenKind::Keyword(Keyword::End | Keyword::Else) => {
            TemplateError::new(Kind::Unexpected, token.span, format!("`{written}` inside another action"))
                .help(format!("it is an action of its own: `{{{{ {written} }}}}`"))
        }
        TokenKind::Char(c) => character(token.span, c),
        TokenKind::Assign | TokenKind::Declare => {
            let error = TemplateError::new(Kind::Unexpected, token.span, format!("unexpected `{written}`"));
            error.help("a comparison is a function: `eq a b`; only a variable is set, at the start: `$x := a`")
        }
        _ => TemplateError::new(Kind::Unexpected, token.span, format!("unexpected `{}` in {place}", short(written)))
            .help("arguments are separated by spaces, commands by `|`"),
    }
}

fn unclosed_action(text: &str, action: TextSpan) -> TemplateError {
    let start = TextSpan::new(action.start, action.start.saturating_add(2).min(text.len()));
    TemplateError::new(Kind::UnclosedAction, start, "the action is not closed").help("close it with `}}`")
}

// An operator of another language, or a stray character.
fn character(span: TextSpan, c: char) -> TemplateError {
    let error = TemplateError::new(Kind::BadCharacter, span, format!("{} has no meaning in a template", show(c)));
    match c {
        '>' => error.help("a comparison is a function: `gt a b`, `ge a b`"),
        '<' => error.help("a comparison is a function: `lt a b`, `le a b`"),
        '!' => error.help("negation is a function: `not a`, `ne a b`"),
        '&' => error.help("`and a b`"),
        '*' | '/' | '%' | '^' => error.help("templates do not calculate; do it in the expression of the alert"),
        '[' | ']' => error.help("an element is taken with `index`: `index $labels \"name\"`"),
        ',' => error.help("arguments are separated by spaces"),
        '\u{a0}' => error.help("it looks like a space; type one"),
        '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' => error.help("it looks like a quote; type `\"`"),
        _ => error,
    }
}

fn lexical(text: &str, span: TextSpan, error: LexError, action: TextSpan) -> TemplateError {
    match (error.kind, error.found) {
        (Kind::UnclosedAction, _) => unclosed_action(text, action),
        (Kind::UnclosedComment, _) if span.of(text).ends_with("*/") => {
            TemplateError::new(Kind::UnclosedComment, span, "a comment must be the whole action").help("close it with `*/}}`")
        }
        (Kind::UnclosedComment, _) => {
            TemplateError::new(Kind::UnclosedComment, span, "the comment is not closed").help("close it with `*/}}`")
        }
        (Kind::UnclosedParen, _) => TemplateError::new(Kind::UnclosedParen, error.opened.unwrap_or(span), "`(` is not closed")
            .label(span, "the action ends here"),
        (Kind::UnclosedString, _) => TemplateError::new(Kind::UnclosedString, span, "the quote is not closed on its line"),
        (Kind::BadNumber, _) => bad_number(span, span.of(text)),
        (_, Some('}')) => unclosed_action(text, action),
        (_, Some('=')) => TemplateError::new(Kind::BadCharacter, span, "`=` directly after a name")
            .help("put spaces around it; a comparison is a function: `eq a b`"),
        (_, Some('-')) => TemplateError::new(Kind::BadCharacter, span, "`-` in a name")
            .help("a name with `-` is taken with `index`: `index $labels \"the-name\"`; templates do not calculate"),
        (_, Some(c)) => character(span, c),
        (kind, None) => TemplateError::new(kind, span, "the action cannot be read"),
    }
}

fn show(c: char) -> String {
    match c {
        '`' => "a backquote".to_owned(),
        c if c.is_control() || c.is_whitespace() || !c.is_ascii() && !c.is_alphanumeric() => {
            format!("the character U+{:04X}", u32::from(c))
        }
        c => format!("`{c}`"),
    }
}

// Enough of a hostile or very long word to know it again.
fn short(written: &str) -> String {
    match written.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", written.get(..cut).unwrap_or_default()),
        None => written.to_owned(),
    }
}
