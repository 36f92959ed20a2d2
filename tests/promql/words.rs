//! The words that the generator builds expressions of.

#[rustfmt::skip]
pub(crate) const METRICS: &[&str] = &[
    "up", "http_requests_total", "a", "b", "job:requests:rate5m", ":x", "sum", "by", "offset", "start", "end", "step",
    "range", "fill", "fill_left", "anchored", "smoothed", "and", "or", "unless", "without", "min_of", "quantile", "rate",
    "Inf_total", "_",
];

#[rustfmt::skip]
pub(crate) const LABELS: &[&str] = &[
    "job", "instance", "le", "on", "bool", "by", "sum", "start", "offset", "group_left", "and", "atan2", "fill", "a_1",
    "__name__", "step", "anchored", "min_of", "count_values", "ignoring",
];

#[rustfmt::skip]
pub(crate) const DURATIONS: &[&str] = &[
    "5m", "1h", "30s", "1h30m", "2w", "1y", "3ms", "1d12h", "90", "0.5", "1_000", "0x10", "007", "1e2",
];

#[rustfmt::skip]
pub(crate) const NUMBERS: &[&str] = &[
    "0", "1", "2.5", ".5", "5.", "1e3", "1E-3", "0x1F", "017", "018", "1_000", "1_0.0_1", "Inf", "NaN", "inf", "nAn", "5m",
    "1h30m", "100", "0xABC", "1e+10", "9223372036854775808",
];

#[rustfmt::skip]
pub(crate) const STRINGS: &[&str] = &[
    "\"a\"", "'b'", "`c\\d`", "\"\"", "\"a\\n\\\"b\\\"\"", "'\\x41\\101\\u00e4'", "\"ä☺\"", "\"}\"", "'{['",
    "\"# no comment\"", "\"$1\"",
];

#[rustfmt::skip]
pub(crate) const PATTERNS: &[&str] = &[
    "a|b", ".*", ".+", "", "a?", "5..", "[a-z]+", "(?i)abc", "(a|b)*c", "\\\\d+", "^a$", "a{2,3}", "[[:alpha:]]", "\\\\pL",
    "(?:x|y)?", "a|", "x{", "(?P<n>a)", "[]a]", "\\\\Qa.b\\\\E", "a*?", "\\\\bx",
];

#[rustfmt::skip]
pub(crate) const BAD_NUMBERS: &[&str] = &[
    "1..2", "1e", "0x", "0x1e", "0xABC1e", "0x1e+1", "1__0", "1_", "_1", "1_e5", "1e_5", "1e400", "1e-400", "0b1", "0o7",
    "08", "0.5.5", "1.e5", "5._1", ".e1", "infinity", "+inf", "1e5e5", "0x1.5", "0x_1", "1m5", "5m1h", "1h1h", "1M", "1.5h",
    "1_0m", "300y", "9223372036854775807", "0x8000000000000000", "1ms1s", "0m",
];

#[rustfmt::skip]
pub(crate) const BAD_STRINGS: &[&str] = &[
    "\"", "'", "`", "\"a", "\"\\\"", "\"\\d\"", "\"\\x4\"", "\"\\xff\"", "\"\\400\"", "\"\\377\"", "\"\\u00e\"",
    "\"\\ud800\"", "\"\\U00110000\"", "\"\\'\"", "'\\\"'", "'\\''", "\"a\nb\"", "`a\nb`", "\"a\\\nb\"", "\"\u{fffd}\"",
    "`\u{fffd}`", "\"\\ufffd\"", "\"a\" \"b\"", "'a\"", "\"\0\"", "``", "\"\\8\"",
];

#[rustfmt::skip]
pub(crate) const CRUMBS: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ",", "=", "==", "!", "~", "=~", "\"", "'", "`", "@", ":", "::", "+", "-", "*", "/", "^",
    "%", "<", ">", "</", ">/", "by", " on ", " bool ", " offset ", " and ", " group_left ", "5", "5m", ".", "..", "_", "x",
    "$", "\\", "#", "ä", "\u{fffd}", "inf", " anchored ", " fill(1) ", "step()", "()", "[5m]", "[5m:]", " @ end()", "&&",
    "1e", "0x", "\0", " without ", "\n", "\u{a0}",
];

#[rustfmt::skip]
pub(crate) const BAD_PATTERNS: &[&str] = &[
    "(", ")", "a)(b", "a**", "a*+", "[", "[b-a]", "*", "a{1001}", "(a{100}){100}", "(?x)a", "(?=a)", "\\\\1", "\\\\C",
    "\\\\Z", "\\\\p{Nope}", "a{2,1}", "(?P<>a)", "(?<n>a)", "\\\\x{110000}", "[[:nope:]]", "x|*", "a{2}{3}", "(?i)*", "a+?",
    "a{,5}", "\\\\pN", "(?s-i:a)", "[a&&b]", "\\\\/", "\\\\_", "\\\\-", "[\\\\d-z]", "\\\\xff", "\\xff", "(?U)a", "a{0}{0}",
    "\\\\8", "(((a{10}){10}){10}){2}", "\\\\Q(", "(?P<a>x)(?P<a>y)", "[^]", "(|a)*", "\\\\B|x",
];

#[rustfmt::skip]
pub(crate) const BAD_MATCHERS: &[&str] = &[
    "", ",", "a", "a=", "a=b", "a=~", "=\"b\"", "\"a\"", "\"a\",\"b\"", "\"a\"=\"\"", "a=\"\"", "a!=\"x\"", "a=~\".*\"",
    "a=~\"x|\"", "a!~\".+\"", "a!~\"x\"", "a=\"b\",,", "a=\"b\" c=\"d\"", "a==\"b\"", "1=\"b\"", "a.b=\"c\"", "a:b=\"c\"",
    "__name__=\"x\"", "__name__=\"\"", "\"\"", "''=\"x\"", "a=\"b\",\"m\"", "\"m\",__name__=\"n\"", "a=~\"a?\"",
    "a=~\"^$\"", "a=~\"\\\\b\"", "a!~\"\\\\b\"", "a=~\"x{0}\"", "a=~\"(a|b?)+\"", "a=\"\\q\"", "a=1",
];

#[rustfmt::skip]
pub(crate) const BAD_RANGES: &[&str] = &[
    "", "5", "0", "-5m", "0s", "5mm", "5m1h", "5m5m", "1y2w3d4h5m6s7ms", "5m:", "5m::", ":5m", "5m:0", "5m:-1", "300y",
    "1e20", "5m,", "a", "step", "step()", "step():1m", "range()", "5m+", "5m+-", "+5m", "--5m", "(5m)", "-(5m)", "-(-5m)",
    "5m/0", "5m%0", "5m/(0)", "5m*0", "5m/step()", "Inf", "NaN", "min_of(5m)", "min_of(5m,1m)", "max_of(5m,1m,2m)",
    "5m # c\n", "# c\n5m", "5m:1m # c\n", "5M", "5 m", "5m 5m", "5m:1m:1m", "(5m:1m)", "2^3", "-2^2", "5m+step():1m",
    "1:step()", "sum", "5m[5m]", "rate(a)", "\"5m\"", "5m}", "0x1e", "1e5", "1.5m", "5_0", "STEP()", "step ( )",
    "9223372036.8", "9223372037",
];

#[rustfmt::skip]
pub(crate) const BAD_TAILS: &[&str] = &[
    "offset", "offset 0", "offset 0 offset 5m", "offset 5m offset 1m", "offset 5m + 3", "offset (5m) + 3",
    "offset (5m) + b", "offset -(5m) + b", "offset --5m", "offset --5m + b", "offset -5 ^ 2", "offset 5m [5m]",
    "offset step() [5m]", "offset 0 [5m]", "offset 1y1y", "offset Inf", "offset NaN", "offset NaN offset 1m", "offset a",
    "offset 5m:1m", "offset 300y", "offset -max_of(1,2) + b", "offset max_of(1,2) + b", "offset step() offset 1m", "@",
    "@ 5", "@ a", "@ -", "@ start", "@ start(", "@ start() @ end()", "@ 5 @ 5", "@ 5 [5m]", "@ start() [5m]", "@ 1e30",
    "@ Inf", "@ NaN", "@ 5m", "@ --5", "@ (5)", "anchored anchored", "anchored smoothed", "anchored [5m]", "[5m] anchored",
    "[5m:] anchored", "[5m][5m]", "[5m:][5m:]", "[5m:] offset 1m @ 5", "{}", "{} {}", "b", "5", "\"x\"", "by (x)", "+ by",
    "+ on", "+ on b", "+ on (x)", "+ on (x) group_left", "+ on (x) group_left (b)", "+ group_left b", "+ bool b",
    "== bool b", "+ on (x) bool b", "+ on (x) on (y) b", "+ fill b", "+ fill (b)", "+ fill (1) b",
    "+ fill(1) fill_left(1) b", "+ fill_left(1) fill_left(2) b", "+ fill_left(1) fill_right(2) b", "+ fill(-1m) b",
    "+ fill(--1) b", "and fill(1) b", "+ ignoring(,) b", "+ on(a,) b", "+ on(without) b", "+ on(\"\") b", "+ on(\"x y\") b",
    "+ on(inf) b", "+ on(a b) b", "+ on(5) b", "+ on(a:b) b", "and on() group_left b", ">= bool on(x) b", "=~ b", "!~ b",
    "= b", "! b", "<> b", "<// b", ">/ 5", "</ bool 5", "atan2 b", "ATAN2 b", "xor b", "offset 5m5", "unless on (x) b",
    "or 1", "(", ")",
];
