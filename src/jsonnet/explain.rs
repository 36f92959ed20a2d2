//! Why an evaluation failed, and how it came there.

use rsjsonnet_lang::ast::{BinaryOp, UnaryOp};
use rsjsonnet_lang::program::{EvalErrorKind as Kind, EvalErrorValueType as Type, EvalStackTraceItem as Item};
use rsjsonnet_lang::span::SpanId;

use super::evaluate::Places;
use super::{Failure, FailureKind, Place, Step};

/// Of a deep trail, so many steps at its inner end are kept.
const INNER: usize = 6;
/// And so many at its outer end.
const OUTER: usize = 3;

/// The steps that have a place in a file, the innermost first.
pub(super) fn trail(stack: &[Item], places: &Places<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for item in stack.iter().rev() {
        let (span, what) = match item {
            Item::Expr { span } => (Some(*span), "evaluated here".to_owned()),
            Item::Call { span, name: Some(name) } => (*span, format!("in the call of `{name}`")),
            Item::Call { span, name: None } => (*span, "called here".to_owned()),
            Item::Variable { span, name } => (Some(*span), format!("in the variable `{name}`")),
            Item::ArrayItem { span, index } => (*span, format!("in item {index}")),
            Item::ObjectField { span, name } => (*span, format!("in the field `{name}`")),
            Item::Import { span } => (Some(*span), "imported here".to_owned()),
            Item::CompareArrayItem { .. }
            | Item::CompareObjectField { .. }
            | Item::ManifestArrayItem { .. }
            | Item::ManifestObjectField { .. } => (None, String::new()),
        };
        let Some(at) = span.and_then(|span| places.of(span)) else { continue };
        if steps.last().is_none_or(|last| last.at != at) {
            steps.push(Step { at, what });
        }
    }
    if steps.len() > INNER + OUTER {
        let outer = steps.split_off(steps.len() - OUTER);
        steps.truncate(INNER);
        steps.extend(outer);
    }
    steps
}

/// Which part of what the file evaluates to was looked at: `a.b[0]`; empty when none was.
pub(super) fn field(stack: &[Item]) -> String {
    let mut path = String::new();
    for item in stack {
        match item {
            Item::ArrayItem { span: None, index } | Item::ManifestArrayItem { index } => path.push_str(&format!("[{index}]")),
            Item::ObjectField { span: None, name } | Item::ManifestObjectField { name } => {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(name);
            }
            // The file is a function.
            Item::Call { span: None, .. } if path.is_empty() => {}
            _ => break,
        }
    }
    path
}

/// A failure without its trail.
pub(super) fn error(kind: &Kind, places: &Places<'_>, stack: usize) -> Failure {
    let (span, message, help) = said(kind, stack);
    let at: Option<Place> = span.and_then(|span| places.of(span));
    let kind = match kind {
        Kind::StackOverflow => FailureKind::Limit,
        Kind::ImportFailed { .. } => FailureKind::Import,
        _ => FailureKind::Error,
    };
    Failure { kind, message, at, trail: Vec::new(), help: (!help.is_empty()).then(|| help.to_owned()) }
}

type Said = (Option<SpanId>, String, &'static str);

fn said(kind: &Kind, stack: usize) -> Said {
    match kind {
        Kind::StackOverflow => (
            None,
            format!("calls are nested deeper than {stack}"),
            "see whether the recursion ends; `max-stack` of [jsonnet] in optiinfra.toml allows more",
        ),
        Kind::InfiniteRecursion => {
            (None, "a value depends on itself".to_owned(), "look at the steps: one of them leads back here")
        }
        Kind::ExplicitError { span, message } => (Some(*span), message.clone(), ""),
        Kind::AssertFailed { span, message } => {
            (Some(*span), message.clone().unwrap_or_else(|| "an assertion does not hold".to_owned()), "")
        }
        Kind::AssertEqualFailed { lhs, rhs } => (None, format!("{} is not {}", short(lhs), short(rhs)), ""),
        Kind::ImportFailed { span, path } => (Some(*span), format!("the import `{path}` failed"), ""),
        Kind::UnknownExtVar { name } => (
            None,
            format!("the external variable `{name}` is not given"),
            "give it with `-V NAME=VALUE`, `--ext-code NAME=CODE` or in [jsonnet.ext-str] of optiinfra.toml",
        ),
        Kind::ManifestFunction => {
            (None, "a function stands where a value is expected".to_owned(), "call it, or hide its field with `::`")
        }
        Kind::NativeCallFailed => (None, "there are no native functions".to_owned(), ""),
        Kind::Other { span, message } => (*span, message.clone(), ""),
        _ => types(kind).or_else(|| calls(kind)).or_else(|| numbers(kind)).unwrap_or_else(|| comparisons(kind)),
    }
}

/// A value has another type than it must have, or lacks a part.
fn types(kind: &Kind) -> Option<Said> {
    let wrong = |span: &SpanId, what: &str, got: &Type| Some((Some(*span), format!("{what}, not {}", of(*got)), ""));
    match kind {
        Kind::InvalidIndexedType { span, got_type } => wrong(span, "only objects, arrays and texts have parts", got_type),
        Kind::InvalidSlicedType { span, got_type } => wrong(span, "only arrays and texts can be sliced", got_type),
        Kind::SliceIndexOrStepIsNotNumber { span, got_type } => wrong(span, "the bound of a slice is a number", got_type),
        Kind::StringIndexIsNotNumber { span, got_type } => wrong(span, "the index of a text is a number", got_type),
        Kind::ArrayIndexIsNotNumber { span, got_type } => wrong(span, "the index of an array is a number", got_type),
        Kind::ObjectIndexIsNotString { span, got_type } => wrong(span, "the name of a field is a text", got_type),
        Kind::FieldNameIsNotString { span, got_type } => wrong(span, "the name of a field is a text", got_type),
        Kind::ForSpecValueIsNotArray { span, got_type } => wrong(span, "`for` goes through an array", got_type),
        Kind::CondIsNotBool { span, got_type } => wrong(span, "a condition is true or false", got_type),
        Kind::NumericIndexIsNotValid { span, index } => Some((Some(*span), format!("`{index}` is no index"), "")),
        Kind::NumericIndexOutOfRange { span, index, length } => {
            Some((Some(*span), format!("there is no item {index}: there are {length}, counted from 0"), ""))
        }
        Kind::RepeatedFieldName { span, name } => {
            Some((Some(*span), format!("the field `{name}` is made twice"), "give each a name of its own"))
        }
        Kind::UnknownObjectField { span, field_name } => Some((
            Some(*span),
            format!("the object has no field `{field_name}`"),
            "correct the name, or ask with `std.get(object, 'name', default)`",
        )),
        Kind::FieldOfNonObject { span } => Some((Some(*span), "only objects have fields".to_owned(), "")),
        Kind::SuperWithoutSuperObject { span } => Some((
            Some(*span),
            "`super` has nothing to refer to: the object is added to none".to_owned(),
            "add it to another one with `+`",
        )),
        _ => None,
    }
}

fn calls(kind: &Kind) -> Option<Said> {
    match kind {
        Kind::CalleeIsNotFunction { span, got_type } => {
            Some((*span, format!("{} is called, which is no function", of(*got_type)), ""))
        }
        Kind::TooManyCallArgs { span, num_params } => Some((
            *span,
            format!("too many arguments: the function has {num_params} parameter{}", if *num_params == 1 { "" } else { "s" }),
            "",
        )),
        Kind::UnknownCallParam { span, param_name } => Some((*span, format!("the function has no parameter `{param_name}`"), "")),
        Kind::RepeatedCallParam { span, param_name } => Some((*span, format!("the argument `{param_name}` is given twice"), "")),
        Kind::CallParamNotBound { span: Some(span), param_name } => {
            Some((Some(*span), format!("the argument `{param_name}` is missing"), ""))
        }
        Kind::CallParamNotBound { span: None, param_name } => Some((
            None,
            format!("the argument `{param_name}` of the file's function is missing"),
            "give it with `-A NAME=VALUE` or `--tla-code NAME=CODE`, or give the parameter a default",
        )),
        Kind::InvalidStdFuncArgType { func_name, arg_index, expected_types, got_type } => {
            let expected: Vec<&str> = expected_types.iter().map(|expected| of(*expected)).collect();
            let message = format!(
                "argument {} of `std.{func_name}` is {}, not {}",
                arg_index.saturating_add(1),
                expected.join(" or "),
                of(*got_type)
            );
            Some((None, message, ""))
        }
        _ => None,
    }
}

fn numbers(kind: &Kind) -> Option<Said> {
    let (span, message) = match kind {
        Kind::NumberNotBitwiseSafe { span } => (*span, "the number has more than 53 bits"),
        Kind::NumberOverflow { span } => (*span, "the number is too large"),
        Kind::NumberNan { span } => (*span, "the result is not a number"),
        Kind::DivByZero { span } => (*span, "division by zero"),
        Kind::ShiftByNegative { span } => (*span, "a shift by a negative number"),
        _ => return None,
    };
    Some((span, message.to_owned(), ""))
}

fn comparisons(kind: &Kind) -> Said {
    let (span, message) = match kind {
        Kind::InvalidUnaryOpType { span, op, rhs_type } => {
            (Some(*span), format!("`{}` cannot be applied to {}", unary(*op), of(*rhs_type)))
        }
        Kind::InvalidBinaryOpTypes { span, op, lhs_type, rhs_type } => {
            (*span, format!("`{}` cannot be applied to {} and {}", binary(*op), of(*lhs_type), of(*rhs_type)))
        }
        Kind::CompareNullInequality => (None, "null is neither less nor greater than anything".to_owned()),
        Kind::CompareBooleanInequality => (None, "true and false have no order".to_owned()),
        Kind::CompareObjectInequality => (None, "objects have no order".to_owned()),
        Kind::CompareFunctions => (None, "functions cannot be compared".to_owned()),
        Kind::CompareDifferentTypesInequality { lhs_type, rhs_type } => {
            (None, format!("{} and {} have no order", of(*lhs_type), of(*rhs_type)))
        }
        Kind::PrimitiveEqualsNonPrimitive { got_type } => {
            (None, format!("`std.primitiveEquals` compares simple values, not {}", of(*got_type)))
        }
        other => (None, format!("{other:?}")),
    };
    (span, message, "")
}

fn of(value: Type) -> &'static str {
    match value {
        Type::Null => "null",
        Type::Bool => "true or false",
        Type::Number => "a number",
        Type::String => "a text",
        Type::Array => "an array",
        Type::Object => "an object",
        Type::Function => "a function",
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 80;
    let short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() { format!("`{short}…`") } else { format!("`{short}`") }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Minus => "-",
        UnaryOp::Plus => "+",
        UnaryOp::BitwiseNot => "~",
        UnaryOp::LogicNot => "!",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::In => "in",
        BinaryOp::BitwiseAnd => "&",
        BinaryOp::BitwiseOr => "|",
        BinaryOp::BitwiseXor => "^",
        BinaryOp::LogicAnd => "&&",
        BinaryOp::LogicOr => "||",
    }
}
