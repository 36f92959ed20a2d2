//! Go templates, as alert labels, alert annotations and notification texts are written in them.
//!
//! | step | from | to | where |
//! |---|---|---|---|
//! | lex | text | tokens, each with its bytes | `lex`, `literal` |
//! | parse | tokens | [`Template`] and every error in it | `parse` |
//! | inspect | [`Template`] | which labels it reads and where, which queries it runs, what must fail when it is expanded | `inspect` |
//!
//! What the parser accepts is what Go's `text/template` accepts, with the functions and variables of a [`Dialect`]. Go stops at
//! the first error; here an error ends its action only, and parsing goes on behind it.
//!
//! Places are byte offsets in the template's own text ([`TextSpan`]). Whoever loaded that text knows where it stands in a file.

mod ast;
mod calls;
mod dialect;
mod error;
mod inspect;
mod lex;
mod literal;
mod messages;
mod parse;
mod scope;
#[cfg(test)]
mod tests;

pub use ast::{
    Arm, Branch, BranchKind, Command, Define, Else, Field, Node, Operand, Pipeline, Range, Template, TemplateCall, Term,
    TextSpan, Variable,
};
pub use calls::calls;
pub use dialect::{Dialect, Function, ServerVersion};
pub use error::{ErrorKind, TemplateError, TextLabel};
pub use inspect::{Guard, Inspection, Use, UseKind, inspect, uses};

/// What became of a template text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The template; where there are errors, what could be understood of it.
    pub template: Template,
    /// Everything that is wrong, in the order of the text. The server refuses the file when there is one.
    pub errors: Vec<TemplateError>,
}

/// Parses a label or an annotation of an alert rule.
pub fn parse(text: &str) -> Parsed {
    parse_as(text, Dialect::PrometheusAlert)
}

/// Parses a template with the functions and variables of a dialect.
pub fn parse_as(text: &str, dialect: Dialect) -> Parsed {
    parse::Parser::new(text, dialect).run()
}
