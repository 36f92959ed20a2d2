//! Input made to break the parser: it answers each within a bounded time and stack, with places that lie in the text.

use optiinfra_gen::promql::{Dialect, Expr, MAX_DEPTH, Parsed, Span, parse};
use proptest::prelude::*;

use crate::generator::Generator;

const DIALECTS: [Dialect; 3] = [Dialect::Prometheus, Dialect::Grafana, Dialect::Spec];

/// Parses and checks what holds for every text.
fn parsed(text: &str, dialect: Dialect) -> Parsed {
    let mut parsed = parse(text, dialect);
    let check = |span: Span, what: &str| {
        let inside = span.part == 0 && span.start <= span.end && text.get(span.range()).is_some();
        assert!(inside, "{what}: {span:?} is no place in {text:?}");
    };
    for error in &parsed.errors {
        check(error.span, &error.message);
        error.labels.iter().for_each(|(span, message)| check(*span, message));
        error.replacement.iter().for_each(|(span, text)| check(*span, text));
        assert!(!error.message.ends_with('.') && !error.message.is_empty(), "{}", error.message);
    }
    parsed.expr.spans_mut(&mut |span| check(*span, "a node"));
    contains(&parsed.expr);
    parsed
}

/// Every node lies within the one around it.
fn contains(expr: &Expr) {
    for child in expr.children() {
        assert!(
            expr.span.start <= child.span.start && child.span.end <= expr.span.end || child.span.start == child.span.end,
            "{child:?} is not within {expr:?}"
        );
        contains(child);
    }
}

/// Parses in all dialects; the answer is that of the first.
fn all(text: &str) -> Parsed {
    let [first, _, _] = DIALECTS.map(|dialect| parsed(text, dialect));
    first
}

#[test]
fn depth_is_limited_and_said_so() {
    let limit = usize::from(MAX_DEPTH);
    let nests: [fn(usize) -> String; 12] = [
        |n| format!("{}a{}", "(".repeat(n), ")".repeat(n)),
        |n| "(".repeat(n),
        |n| format!("{}a{}", "abs(".repeat(n), ")".repeat(n)),
        |n| format!("{}a{}", "sum by (b) (".repeat(n), ")".repeat(n)),
        |n| format!("{}a", "-".repeat(n)),
        |n| format!("a{}", " + a".repeat(n)),
        |n| format!("a{}", " ^ a".repeat(n)),
        |n| format!("a{}", "[5m:]".repeat(n)),
        |n| format!("a[{}5m{}]", "(".repeat(n), ")".repeat(n)),
        |n| format!("a[{}5m]", "-".repeat(n)),
        |n| format!("a[5m{}]", " + 5m".repeat(n)),
        |n| format!("a offset {}5m{}", "min_of(1s,".repeat(n), ")".repeat(n)),
    ];
    for nest in nests {
        let text = nest(100_000);
        let errors = all(&text).errors;
        assert!(errors.iter().any(|error| error.message.contains("deeper")), "{}: {errors:?}", &text[..20]);
        // Well below the limit nothing is said of depth, and nothing overflows the stack of a test at the limit.
        for depth in [limit / 2 - 10, limit - 10, limit, limit + 1] {
            let parsed = all(&nest(depth));
            let too_deep = parsed.errors.iter().any(|error| error.message.contains("deeper"));
            assert!(!too_deep || depth > limit - 10, "{}: {depth}", &text[..20]);
            let _ = (parsed.expr.to_string(), parsed.expr.pretty(), parsed.expr.clone());
        }
    }
}

#[test]
fn large_expressions_come_to_an_end() {
    let repeat = |piece: &str| piece.repeat(2_000_000 / piece.len());
    let large = |piece: &str| piece.repeat(10_000_000 / piece.len());
    let texts = [
        format!("a{{b=~\"{}\"}}", large("x|")),
        format!("a{{{}}}", large("b=\"c\",")),
        format!("sum by ({}) (a)", large("label,")),
        format!("label_join(a, \"b\", {}\"c\")", repeat("\"d\", ")),
        format!("a{{b=\"{}\"}}", repeat("\\n")),
        format!("a{{b=\"{}\"}}", repeat("$x[[y]]${z:regex}")),
        repeat("a "),
        large("a + "),
        repeat("\u{fffd}"),
        repeat("${"),
        repeat("${a."),
        repeat("${a:"),
        repeat("[[a:"),
        repeat("[["),
        repeat("$a["),
        large("\"$"),
        repeat("{"),
        repeat("}"),
        repeat("["),
        repeat(")"),
        repeat("a{b=c}"),
        repeat("f(,)"),
        repeat("9"),
        repeat("1h"),
        repeat("!"),
        repeat("ä"),
        repeat("# "),
        repeat("\n"),
        repeat("\\"),
        repeat("fill "),
        repeat("a offset 0s "),
        format!("a{}", repeat(" anchored")),
        format!("a[5m + {}]", repeat("x")),
        format!("f({}a)", repeat("a,")),
    ];
    for text in texts {
        parsed(&text, Dialect::Grafana);
    }
}

#[test]
fn what_is_not_closed_is_reported() {
    let openings = [
        "(",
        "[",
        "{",
        "\"",
        "'",
        "`",
        "a[",
        "a[5m",
        "a[5m:",
        "a{",
        "a{b",
        "a{b=",
        "a{b=\"",
        "sum(",
        "sum by (",
        "sum by (a",
        "sum by (a) (",
        "rate(a[5m]",
        "a + on (",
        "a offset",
        "a @",
        "a @ start(",
        "a[max_of(",
        "\"\\",
        "\"\\x",
        "\"\\u12",
        "${",
        "$",
        "[[",
        "[[a",
        "${a:",
        "a + fill(",
        "-",
        "a +",
        "a ==",
    ];
    for opening in openings {
        assert!(!all(opening).errors.is_empty(), "{opening}");
        for tail in [")", "]", "}", "\"", " ", "\n", "ä", "\0", "#", "a", "5m", "("] {
            all(&format!("{opening}{tail}"));
        }
    }
}

#[test]
fn every_prefix_of_an_expression_is_survived() {
    let text = "sum by (job, \"a.b\") (rate({\"x.y\", b=~`c|d`}[5m:1m] offset -(step() + 5m) @ end())) / on (job) group_left (c) \
                fill_left (-1) topk(0x1F, a{$x=\"$y\"}[$__rate_interval] anchored) > bool 1e3 # ä\n and ${m:x}_total{[[f]]}";
    for end in 0..=text.len() {
        for start in 0..=end.min(40) {
            if let Some(part) = text.get(start..end) {
                all(part);
            }
        }
    }
}

#[test]
fn broken_expressions_of_the_generator_have_places() {
    let mut generator = Generator::new(7);
    for _ in 0..20_000 {
        all(&generator.broken());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        all(&text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn words_of_the_language_in_any_order_are_survived(
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..40),
    ) {
        all(&words.concat());
    }
}

const WORDS: &[&str] = &[
    "a",
    "b:c",
    "sum",
    "rate",
    "by",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "and",
    "fill",
    "fill_left",
    "start",
    "step",
    "min_of",
    "anchored",
    "5",
    "5m",
    "0x",
    "1e",
    ".",
    "\"",
    "'",
    "`",
    "\\",
    "$",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "[[",
    "]]",
    "=",
    "==",
    "=~",
    "!",
    "!~",
    "<",
    ">",
    "/",
    "*",
    "+",
    "-",
    "^",
    "%",
    "@",
    ",",
    ":",
    "#",
    "\n",
    " ",
    " ",
    "ä",
    "\u{fffd}",
    "\u{1f600}",
    "$x",
    "[[y]]",
    "${z:csv}",
    "inf",
    "nan",
];
