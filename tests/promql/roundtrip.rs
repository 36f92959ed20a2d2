//! What is printed is read back as the same expression, and what a node covers is that node.

use optiinfra_gen::promql::{Dialect, Expr, ExprKind, parse};

use crate::generator::Generator;

fn tree(text: &str, dialect: Dialect) -> Expr {
    let parsed = parse(text, dialect);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    parsed.expr
}

/// Prints in both ways and reads back.
fn check(text: &str, dialect: Dialect) {
    let expr = tree(text, dialect);
    for printed in [expr.to_string(), expr.pretty()] {
        let again = tree(&printed, dialect);
        assert!(again.equivalent(&expr), "{text}\nis printed as\n{printed}\nwhich is\n{again:#?}\nnot\n{expr:#?}");
        assert_eq!(again.to_string(), expr.to_string(), "printing is not stable");
    }
}

/// The text under a node is that node.
fn check_places(text: &str, expr: &Expr) {
    let part = &text[expr.span.range()];
    let alone = parse(part, Dialect::Prometheus).expr;
    assert!(alone.equivalent(expr), "{part} in {text}");
    for child in expr.children() {
        check_places(text, child);
    }
}

#[test]
fn generated_expressions_are_read_back() {
    let mut generator = Generator::new(42);
    let mut checked = 0;
    for _ in 0..10_000 {
        let text = generator.valid();
        // The operator behind an offset in parentheses takes what follows for a duration, which few mean.
        if parse(&text, Dialect::Prometheus).errors.is_empty() {
            check(&text, Dialect::Prometheus);
            check_places(&text, &tree(&text, Dialect::Prometheus));
            checked += 1;
        }
    }
    assert!(checked > 9_800, "{checked}");
}

/// Mistakes that did no harm make stranger expressions than the generator means to.
#[test]
fn strange_expressions_are_read_back() {
    let mut generator = Generator::new(43);
    let mut checked = 0;
    for _ in 0..20_000 {
        let text = generator.broken();
        if parse(&text, Dialect::Prometheus).errors.is_empty() {
            check(&text, Dialect::Prometheus);
            checked += 1;
        }
    }
    assert!(checked > 2_000, "{checked}");
}

#[test]
fn corner_cases_are_read_back() {
    for text in [
        "a offset --5 + 3",
        "a offset (5m) + 3",
        "a offset -(step())",
        "a offset (5m + 1m) @ 5 ^ b",
        "a offset (5m) smoothed * b",
        "a[5m:] offset (5m * 2) @ end()",
        "a offset (5m * 2)[5m:]",
        "- a offset (1m + step()) anchored + b - c",
        "a offset +-step() + 1",
        "a offset --2^2",
        "a[-2^2 + 5m]",
        "-1 ^ 2",
        "(-1) ^ 2",
        "2 ^ -1 ^ 2",
        "a * on (b) group_left () (c)",
        "a * on (b) group_left (c)[5m:] * d",
        "a * on (b) group_left ((c))",
        "{\"without\"}",
        "sum by (\"without\", \"inf\", \"a b\", bool) (a)",
        "{'on', 'a\\'b'=\"\\ufffd\"}",
        "{\"a\", __name__=\"b\"}",
        "sum{a=\"b\"} + by",
        "a{b=\"\\xff\"}",
        "a[1e-9] offset 0.0001",
        "1e300 + 5e-324 - 0x7fffffffffffffff + -0",
        "a @ 1e10 offset NaN",
        "+5 + + 5",
        "fill + fill_left (1) fill",
        "a + fill (NaN) b",
        "a + fill_left (0) fill_right (-0) b",
    ] {
        let parsed = parse(text, Dialect::Prometheus);
        if parsed.errors.is_empty() {
            check(text, Dialect::Prometheus);
        }
    }
}

/// An operator behind an offset in parentheses would be part of the offset.
#[test]
fn trees_made_in_code_are_read_back() {
    use optiinfra_gen::promql::{BinaryOp, Span};
    let side = |text: &str| tree(text, Dialect::Prometheus);
    let made = Expr::binary(BinaryOp::Div, Span::default(), side("-a offset (5m + 1m)"), side("b + c"));
    assert_eq!(made.to_string(), "(-a offset (5m + 1m)) / (b + c)");
    let made = Expr::binary(BinaryOp::Pow, Span::default(), Expr::number(-1.0), Expr::number(-2.0));
    assert_eq!(made.to_string(), "(-1) ^ -2");
    let made = Expr::binary(BinaryOp::Sub, Span::default(), side("a - b"), side("c - d"));
    assert_eq!(made.to_string(), "a - b - (c - d)");
    let made = Expr::metric("a.b", vec![]);
    assert_eq!(made.to_string(), "{\"a.b\"}");
    assert!(tree(&made.to_string(), Dialect::Prometheus).equivalent(&made));
}

#[test]
fn variables_are_read_back() {
    for text in [
        "rate($metric{job=~\"$job\"}[$__rate_interval])",
        "sum by ($group, job) (rate(http_requests_total{$filters, code=~\"${code:regex}\"}[${window}]))",
        "${prefix}_requests_total[[suffix]]{a=\"x-$b-[[c:csv]]\"}",
        "topk($k, $metric)",
        "$aggregation by (job) (x)",
        "$function(x[5m])",
        "a{b=\"c\"} $operator on (b) group_left () (c) > 5",
        "a ${op:raw} bool b $op c or d",
        "(a $op b) * c",
        "x[$__range:$__interval] offset $shift @ $time",
        "rate(x[${__range_s}s]) * ${__interval_ms} / 1000",
        "job:[[name]]:rate5m + on ($labels) group_left ($more) y",
        "increase(x[$__range])[$a:$b]",
        "x offset ${days}d",
        "$a[5m:]",
        "x + fill ($n) y",
        "label_replace(x, \"a\", \"$1\", \"b\", \"(.*)$\")",
        "x{a=~\"^$\", b=\"$ $$ $9\"}",
        "${x.text} > $y",
    ] {
        check(text, Dialect::Grafana);
        assert!(
            !parse(text, Dialect::Prometheus).errors.is_empty() || text.starts_with("label_replace") || text.contains("$9"),
            "{text}"
        );
    }
}

#[test]
fn variables_stand_for_what_fits_their_place() {
    let kind = |text: &str| tree(text, Dialect::Grafana).kind;
    assert!(matches!(kind("$x"), ExprKind::Variable(_)));
    assert!(matches!(kind("$x{a=\"b\"}"), ExprKind::Selector(_)));
    assert!(matches!(kind("$x[5m]"), ExprKind::Matrix(_)));
    assert!(matches!(kind("$x[5m:1m]"), ExprKind::Subquery(_)));
    assert!(matches!(kind("$x offset 5m"), ExprKind::Selector(_)));
    assert!(matches!(kind("$x_total"), ExprKind::Variable(_)));
    assert!(matches!(kind("${x}_total"), ExprKind::Selector(_)));
    assert!(matches!(kind("$x(y)"), ExprKind::VariableCall(_)));
    // A spec has no variables in strings: `$name` there is a group of a pattern.
    let ExprKind::Call(call) = tree("label_replace(x, \"a\", \"$name\", \"b\", \"(?P<name>.*)\")", Dialect::Spec).kind else {
        panic!()
    };
    assert!(matches!(&call.args[2].kind, ExprKind::String(text) if text.as_plain() == Some("$name")));
    assert!(parse("rate(x[$window]) > $threshold", Dialect::Spec).errors.is_empty());
    assert!(!parse("rate(x[[[window]]])", Dialect::Spec).errors.is_empty());
}
