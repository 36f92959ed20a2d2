//! Texts that several kinds of input are made of.

/// As deep as anything is nested here.
pub(crate) const DEEP: usize = 100_000;

/// A piece, repeated to ten megabytes.
pub(crate) fn ten_megabytes(piece: &str) -> String {
    piece.repeat(10_000_000 / piece.len())
}

/// Bytes that are not the text that they are taken for.
pub(crate) fn not_utf8() -> [(&'static str, Vec<u8>); 5] {
    let utf16: Vec<u8> = "\u{feff}a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    [
        ("NUL bytes", b"a: \0\0\n".to_vec()),
        ("Latin-1", b"a: caf\xe9\n".to_vec()),
        ("a character that is cut off", b"a: \xf0\x9f\x98".to_vec()),
        ("a surrogate in UTF-8", b"a: \xed\xa0\x80\n".to_vec()),
        ("UTF-16", utf16),
    ]
}

/// Expressions that nest 100,000 deep, each in another way.
pub(crate) fn deep_expressions() -> Vec<(&'static str, String)> {
    let n = DEEP;
    vec![
        ("parentheses", format!("{}a{}", "(".repeat(n), ")".repeat(n))),
        ("open parentheses", "(".repeat(n)),
        ("brackets", format!("a{}", "[".repeat(n))),
        ("braces", format!("a{}", "{".repeat(n))),
        ("unary minus", format!("{}a", "-".repeat(n))),
        ("unary signs with blanks", format!("{}a", "- + ".repeat(n / 2))),
        ("subqueries", format!("a{}", "[5m:]".repeat(n))),
        ("a chain of sums", format!("a{}", " + a".repeat(n))),
        ("a chain of powers", format!("a{}", " ^ a".repeat(n))),
        ("a chain of `or`", format!("a{}", " or on (b) a".repeat(n))),
        ("functions", format!("{}a{}", "abs(".repeat(n), ")".repeat(n))),
        ("aggregations", format!("{}a{}", "sum by (b) (".repeat(n), ")".repeat(n))),
        ("durations", format!("a[{}5m{}]", "(".repeat(n), ")".repeat(n))),
        ("offsets", format!("a{}", " offset 5m".repeat(n))),
        ("groups of a pattern", format!("a{{b=~\"{}x{}\"}}", "(".repeat(n), ")".repeat(n))),
        ("repetitions of a pattern", format!("a{{b=~\"{}x{}\"}}", "(".repeat(200), "{9}){9}".repeat(200))),
        ("variables", "${a:".repeat(n)),
    ]
}

/// Expressions of ten megabytes.
pub(crate) fn long_expressions() -> Vec<(&'static str, String)> {
    vec![
        ("a sum", format!("a{}", ten_megabytes(" + a"))),
        ("a name", ten_megabytes("a")),
        ("a string", format!("a{{b=\"{}\"}}", ten_megabytes("x"))),
        ("matchers", format!("a{{{}}}", ten_megabytes("b=\"c\","))),
        ("labels", format!("sum by ({}) (a)", ten_megabytes("b,"))),
        ("digits", ten_megabytes("9")),
        ("blanks", ten_megabytes(" \n")),
        ("a comment", format!("a # {}", ten_megabytes("b"))),
    ]
}

/// Numbers and durations beyond every limit.
pub(crate) const NUMBERS: [&str; 14] = [
    "a > 1e999999999",
    "a > 99999999999999999999999999999999999999999",
    "a > 0xffffffffffffffffffffffffffff",
    "a > -9223372036854775809",
    "a[99999999999999999999y]",
    "a[9223372036854775807ms]",
    "a[1e300]",
    "a offset -99999999999999999999y",
    "a @ 1e400",
    "a @ -9223372036854775809",
    "topk(1e300, a)",
    "a[5m:0.0000000000000000000000001]",
    "vector(1e-999999999)",
    "quantile(-NaN, a)",
];

/// Beginnings without an end.
pub(crate) const UNTERMINATED: [&str; 22] = [
    "(",
    "a[",
    "a{",
    "\"",
    "'",
    "`",
    "\"\\",
    "a{b=\"",
    "a{b",
    "sum by (",
    "sum(",
    "a[5m:",
    "a @ start(",
    "a offset",
    "a + on (",
    "a[max_of(",
    "${",
    "[[",
    "a + fill(",
    "\"\\u12",
    "\"\\x",
    "#",
];
