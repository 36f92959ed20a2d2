//! What the parser says: every message names what was expected and where.

use optiinfra_gen::promql::{Dialect, ParseError, parse};

/// The text, the place underlined, and all that is said of it.
fn report(text: &str, error: &ParseError) -> String {
    let column = |byte: u32| text[..byte as usize].chars().count();
    let underline = |start: u32, end: u32| {
        let (from, to) = (column(start), column(end));
        format!("{}{}", " ".repeat(from), "^".repeat((to - from).max(1)))
    };
    let mut out = format!("  {} {}\n", underline(error.span.start, error.span.end), error.message);
    for (span, message) in &error.labels {
        out.push_str(&format!("  {} {message}\n", underline(span.start, span.end).replace('^', "-")));
    }
    if let Some(help) = &error.help {
        out.push_str(&format!("  help: {help}\n"));
    }
    if let Some((span, new)) = &error.replacement {
        out.push_str(&format!("  fix: {}{new}{}\n", &text[..span.start as usize], &text[span.end as usize..]));
    }
    out
}

#[test]
fn messages_say_what_was_expected_and_where() {
    let texts = [
        "rate(requests_total)",
        "rate(requests_total{a=\"b\"} offset 5m)",
        "rate(sum(requests_total))",
        "sum(rate(requests_total[5m])",
        "sum(requests_total[5m])",
        "sum(requests_total) by (job",
        "requests_total{job=api}",
        "requests_total{job=\"api\"[5m]",
        "requests_total{job \"api\"}",
        "requests_total{=\"api\"}",
        "{job=~\".*\"}",
        "a = 5",
        "a && b",
        "a == 1 || b",
        "1 > 2",
        "a[5]m",
        "a[5 minutes]",
        "a[]",
        "a[5m",
        "sum(a)[5m]",
        "(a)[5m]",
        "a[5m][5m]",
        "rate(a[5m]) offset 5m",
        "a offset 5m offset 1m",
        "a[step():1m]",
        "a[1m5m]",
        "foo(a)",
        "Rate(a[5m])",
        "histogram_quantil(0.9, a)",
        "holt_winters(a[5m], 0.5, 0.5)",
        "histogram_quantile(a)",
        "round(a, 1, 2)",
        "topk(a)",
        "count_values(5, a)",
        "quantile(\"0.9\", a)",
        "a and 1",
        "a + \"b\"",
        "a[5m] > 5",
        "-\"a\"",
        "a + on (b) group_left (b) c",
        "a and on (b) group_left c",
        "1 + on (a) b",
        "a + bool b",
        "a on (b) + c",
        "a + group_left b",
        "sum by (without) (a)",
        "sum without a (b)",
        "a{b=~\"*\"}",
        "a{b=\"\\d\"}",
        "a{b=\"c}",
        "a{__name__=\"b\"}",
        "info(a, b)",
        "a, b",
        "a)",
        "a b",
        "(",
        "",
        "rate($x[5m])",
        "sum(rate(a[5m]) foo(b), c) / (d e)",
        "abs(rate(a), sum(b[5m])) + nope(c) + d{e=f}",
        "a @ now",
        "a offset x",
        "abs(a,)",
        "“a”",
        "a + fill(1) fill_left(2) b",
        "1e400",
        "a{b==\"c\"}",
        "a.b",
        "vector(a)",
        "scalar(5)",
        "a[5m:] anchored",
    ];
    let mut out = String::new();
    for text in texts {
        let errors = parse(text, Dialect::Prometheus).errors;
        assert!(!errors.is_empty(), "{text}");
        out.push_str(&format!("> {text}\n"));
        for error in &errors {
            out.push_str(&report(text, error));
        }
    }
    insta::assert_snapshot!(out);
}

/// A fix is offered where it is plain, and then it mends what it is offered for.
#[test]
fn fixes_mend() {
    for text in [
        "rate(requests_total)",
        "rate(requests_total{a=\"b\"} offset 5m)",
        "sum(requests_total[5m])",
        "requests_total{job=api}",
        "a && b",
        "1 > 2",
        "a = 5",
        "Rate(a[5m])",
        "sum(a = 5)",
        "histogram_quantil(0.9, a)",
        "rate(sum(a)[5m])",
        "sum by (without) (a)",
    ] {
        let error = parse(text, Dialect::Prometheus).errors.remove(0);
        let (span, new) = error.replacement.expect(text);
        let mended = format!("{}{new}{}", &text[..span.start as usize], &text[span.end as usize..]);
        assert_eq!(parse(&mended, Dialect::Prometheus).errors, [], "{mended}");
    }
}

/// Several mistakes are reported at once, each once.
#[test]
fn all_mistakes_are_reported() {
    let text = "rate(a) + sum(b[5m]) / nope(c{d=e}) and 1 > bool 2";
    let places: Vec<&str> = parse(text, Dialect::Prometheus).errors.iter().map(|error| &text[error.span.range()]).collect();
    assert_eq!(places, ["a", "b[5m]", "nope", "e", "1 > bool 2"]);
}
