//! The syntax tree. Every node has the bytes that it covers.

use std::collections::BTreeSet;

use smol_str::SmolStr;

/// A range of bytes in a template's text, both ends on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextSpan {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl TextSpan {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The smallest range that covers both.
    pub fn to(self, other: TextSpan) -> TextSpan {
        TextSpan { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text that the range covers.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A whole template.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// What is expanded.
    pub body: Vec<Node>,
    /// The named templates that `define` and `block` make, in order.
    pub defined: Vec<Define>,
    /// The variables that are set again with `=` somewhere.
    pub reassigned: BTreeSet<String>,
}

/// `{{define "name"}} ... {{end}}`, or the body of a `block`.
#[derive(Debug, Clone, PartialEq)]
pub struct Define {
    /// From the first `{{` to the last `}}`.
    pub span: TextSpan,
    /// The name, decoded.
    pub name: String,
    /// The bytes of the name, quotes included.
    pub name_span: TextSpan,
    /// What it expands to.
    pub body: Vec<Node>,
}

/// One part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Text that is copied, trimmed where a neighbour's `-` says so.
    Text {
        /// The bytes that are copied.
        span: TextSpan,
    },
    /// `{{/* ... */}}`
    Comment {
        /// From `/*` to `*/`.
        span: TextSpan,
    },
    /// `{{ pipeline }}`
    Action {
        /// From `{{` to `}}`.
        span: TextSpan,
        /// What is printed, or declared.
        pipeline: Pipeline,
    },
    /// `if` and `with`
    Branch(Branch),
    /// `range`
    Range(Range),
    /// `template` and `block`
    Call(TemplateCall),
    /// `{{break}}`
    Break {
        /// From `{{` to `}}`.
        span: TextSpan,
    },
    /// `{{continue}}`
    Continue {
        /// From `{{` to `}}`.
        span: TextSpan,
    },
}

/// `if` or `with`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchKind {
    /// The dot stays what it is.
    If,
    /// The dot becomes the value that was tested.
    With,
}

/// `{{if}} ... {{else if}} ... {{else}} ... {{end}}`, and the same with `with`.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Which of the two.
    pub kind: BranchKind,
    /// From the first `{{` to the last `}}`.
    pub span: TextSpan,
    /// The conditions with their bodies, at least one.
    pub arms: Vec<Arm>,
    /// What is expanded when no condition holds.
    pub otherwise: Option<Else>,
}

/// One condition and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// The action with the condition, from `{{` to `}}`.
    pub head: TextSpan,
    /// The condition.
    pub pipeline: Pipeline,
    /// What is expanded when it holds.
    pub body: Vec<Node>,
}

/// `{{else}}` and what follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Else {
    /// The action, from `{{` to `}}`.
    pub head: TextSpan,
    /// What is expanded.
    pub body: Vec<Node>,
}

/// `{{range}} ... {{else}} ... {{end}}`
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// From the first `{{` to the last `}}`.
    pub span: TextSpan,
    /// The action that opens it.
    pub head: TextSpan,
    /// What is gone through.
    pub pipeline: Pipeline,
    /// What is expanded for each element.
    pub body: Vec<Node>,
    /// What is expanded when there is none.
    pub otherwise: Option<Else>,
}

/// `{{template "name" pipeline}}`, and the place where a `block` stands.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateCall {
    /// From `{{` to `}}` (for a block: of its first action).
    pub span: TextSpan,
    /// The name, decoded.
    pub name: String,
    /// The bytes of the name, quotes included.
    pub name_span: TextSpan,
    /// What becomes the dot inside; without it the dot is nil.
    pub argument: Option<Pipeline>,
}

/// `$a, $b := command | command`
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// From the first declaration or command to the last.
    pub span: TextSpan,
    /// The variables that it sets.
    pub variables: Vec<Variable>,
    /// Whether they are assigned with `=`, not declared with `:=`.
    pub assigns: bool,
    /// The commands; each gets the result of the one before as its last argument. Empty only where there was an error.
    pub commands: Vec<Command>,
}

/// A variable where it is declared or assigned.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its bytes.
    pub span: TextSpan,
    /// Its name with `$`.
    pub name: SmolStr,
}

/// Operands side by side: a value, or a function with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// From the first operand to the last.
    pub span: TextSpan,
    /// At least one.
    pub operands: Vec<Operand>,
}

/// A term and the fields taken of it: `.Labels.instance`, `$labels.job`, `(first $x).Value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// From the term to the last field.
    pub span: TextSpan,
    /// What it starts with. For `.Labels` that is the dot.
    pub term: Term,
    /// The fields, outermost first.
    pub fields: Vec<Field>,
}

/// A field: `.name`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name without the point before it.
    pub span: TextSpan,
    /// The name.
    pub name: SmolStr,
}

/// What an operand starts with.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// A number or a character constant; for a complex one its real part.
    Number(f64),
    /// `"..."` or a raw string, decoded. Bytes that are not UTF-8 (`"\xff"`) are replaced.
    Text(String),
    /// `$`, `$name`
    Variable(SmolStr),
    /// A function's name.
    Function(SmolStr),
    /// `( pipeline )`
    Group(Box<Pipeline>),
}
