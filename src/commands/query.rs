//! `query`: what an expression is and what each part of it returns.

use std::io::{self, BufRead, Write};

use serde_json::{Map, Value, json};

use super::returns;
use super::terminal::{Exit, Terminal};
use crate::cli::{self, Format, QueryFormat};
use crate::diagnostic::Severity;
use crate::foreign::Known;
use crate::promql::catalog::MapCatalog;
use crate::promql::infer::Inference;
use crate::promql::{self, Dialect, Expr, ExprKind, ParseError, Parsed, ValueType};
use crate::source::{SourceKind, Sources, Span};
use crate::world::World;

/// Answers for one expression, or for each line of `input`.
///
/// # Errors
/// When reading or writing fails.
pub fn query(args: &cli::Query, world: &dyn World, input: impl BufRead, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut sources = Sources::default();
    let mut known = Known::default();
    for catalog in &args.catalog {
        if let Err(error) = known.add(world, &mut sources, catalog, None) {
            return terminal.fail(error, "a catalog is a spec folder, `pack:NAME`, or the text of a /metrics page");
        }
    }
    if known.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        terminal.report(&known.diagnostics, &sources, Format::Human)?;
        return Ok(Exit::Unusable);
    }
    let catalog = known.join(&[]);
    if args.jsonl {
        return jsonl(input, &mut *terminal.out, Dialect::Prometheus, &catalog).map(|()| Exit::Clean);
    }
    one(args.expr.as_deref().unwrap_or_default(), args.format, Dialect::Prometheus, &catalog, terminal)
}

/// Prints one expression: its tree with what each node returns, or its layout. Errors in it are reported instead.
///
/// # Errors
/// When writing fails.
pub fn one(
    text: &str,
    format: QueryFormat,
    dialect: Dialect,
    catalog: &MapCatalog,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let parsed = promql::parse(text, dialect);
    if parsed.errors.is_empty() {
        match format {
            QueryFormat::Tree => write!(terminal.out, "{}", tree(&parsed.expr, text, catalog))?,
            QueryFormat::Promql => writeln!(terminal.out, "{}", parsed.expr.pretty())?,
        }
        return Ok(Exit::Clean);
    }
    let mut sources = Sources::default();
    let source = sources.add("expression", text, SourceKind::Argument);
    let place = |span: promql::Span| Some(Span { source, start: span.start, end: span.end });
    let whole = Span::new(source, 0, text.len());
    let diagnostics: Vec<_> = parsed.errors.iter().map(|error| error.diagnostic(whole, place)).collect();
    terminal.report(&diagnostics, &sources, Format::Human)?;
    Ok(Exit::Findings)
}

/// Reads one JSON object `{"expr": "..."}` a line and answers one a line: `{"ok": true, "kind": "instant-vector", ...}` or
/// `{"ok": false, "message": "...", "start": byte, "end": byte, ...}`. A line that is no such object gets `"ok": false` too.
///
/// # Errors
/// When reading or writing fails.
pub fn jsonl(input: impl BufRead, mut output: impl Write, dialect: Dialect, catalog: &MapCatalog) -> io::Result<()> {
    for line in input.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match serde_json::from_slice::<Value>(&line) {
            Ok(Value::Object(object)) => match object.get("expr").and_then(Value::as_str) {
                Some(expr) => answer(&promql::parse(expr, dialect), catalog),
                None => failure("expected a string under `expr`"),
            },
            Ok(_) => failure("expected an object with `expr`"),
            Err(error) => failure(&format!("the line is not JSON: {error}")),
        };
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
    }
    output.flush()
}

fn failure(message: &str) -> Value {
    json!({"ok": false, "message": message, "start": 0, "end": 0})
}

/// The answer for one expression, with what the catalog lets us know. An error's own place comes first; all errors follow under `diagnostics`.
pub fn answer(parsed: &Parsed, catalog: &MapCatalog) -> Value {
    let Some(first) = parsed.errors.first() else {
        let mut answer = Map::new();
        answer.insert("ok".to_owned(), Value::Bool(true));
        answer.insert("kind".to_owned(), json!(kind(parsed.expr.value_type())));
        answer.append(&mut returns::fields(returns::inference(&parsed.expr, catalog).facts()));
        answer.insert("diagnostics".to_owned(), json!([]));
        return Value::Object(answer);
    };
    json!({
        "ok": false,
        "message": first.message,
        "start": first.span.start,
        "end": first.span.end,
        "diagnostics": parsed.errors.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn diagnostic(error: &ParseError) -> Value {
    json!({
        "rule": promql::SYNTAX_ERROR,
        "severity": "error",
        "message": error.message,
        "start": error.span.start,
        "end": error.span.end,
        "labels": error.labels.iter()
            .map(|(span, message)| json!({"message": message, "start": span.start, "end": span.end}))
            .collect::<Vec<_>>(),
        "help": error.help,
        "fix": error.replacement.as_ref().map(|(span, text)| json!({
            "applicability": "unsafe",
            "edits": [{"start": span.start, "end": span.end, "text": text}],
        })),
    })
}

/// The name of a type in machine-readable output.
pub fn kind(value_type: Option<ValueType>) -> &'static str {
    match value_type {
        Some(ValueType::Scalar) => "scalar",
        Some(ValueType::String) => "string",
        Some(ValueType::InstantVector) => "instant-vector",
        Some(ValueType::RangeVector) => "range-vector",
        None => "unknown",
    }
}

/// The tree of an expression, one node a line: what it is, where it stands, what it returns.
pub fn tree(expr: &Expr, text: &str, catalog: &MapCatalog) -> String {
    let mut out = String::new();
    let inference = returns::inference(expr, catalog);
    let root = inference.nodes.len().saturating_sub(1);
    branch(expr, text, 0, (&inference, Some(root)), &mut out);
    out
}

/// A node with the index of what is known of it.
fn branch(expr: &Expr, text: &str, depth: usize, known: (&Inference, Option<usize>), out: &mut String) {
    let title = title(expr, text);
    let indent = "  ".repeat(depth);
    let returns = expr.value_type().map_or("unknown", ValueType::name);
    let (inference, index) = known;
    let node = index.and_then(|index| inference.nodes.get(index)).filter(|node| node.span == expr.span);
    let words = node.map(|node| returns::words(&node.facts)).unwrap_or_default();
    out.push_str(&format!("{indent}{title}  -> {returns}  [{}..{}]{words}\n", expr.span.start, expr.span.end));
    for (position, child) in expr.children().into_iter().enumerate() {
        let index = node.and_then(|node| node.children.get(position)).copied();
        branch(child, text, depth + 1, (inference, index), out);
    }
}

fn title(expr: &Expr, text: &str) -> String {
    let source = || text.get(expr.span.range()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Number(_) => format!("number {}", source()),
        ExprKind::String(_) => format!("string {}", source()),
        ExprKind::Selector(_) => format!("selector {}", source()),
        ExprKind::Matrix(_) => format!("range selector {}", source()),
        ExprKind::Subquery(_) => "subquery".to_owned(),
        ExprKind::Call(call) => format!("function {}", call.callee.name()),
        ExprKind::Aggregate(aggregate) => format!("aggregation {}", aggregate.op),
        ExprKind::Binary(binary) => format!("operator {}", binary.op),
        ExprKind::Unary(unary) => format!("sign {}", unary.op.symbol()),
        ExprKind::Paren(_) => "parentheses".to_owned(),
        ExprKind::Variable(variable) => format!("variable {variable}"),
        ExprKind::VariableCall(call) => format!("call of {}", call.callee),
        ExprKind::Hole => "not understood".to_owned(),
    }
}
