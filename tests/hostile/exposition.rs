//! Captures of `/metrics` that are out to hurt, as a catalog.

use crate::program::{Run, head, run};
use crate::texts::{not_utf8, ten_megabytes};

fn against(capture: &[u8]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let rules = "groups: [{name: g, rules: [{alert: A, expr: 'a > 1', for: 1m, annotations: {summary: x}}]}]\n";
    std::fs::write(folder.path().join("rules.yml"), rules).unwrap();
    std::fs::write(folder.path().join("metrics.prom"), capture).unwrap();
    run(folder.path(), &["lint", "rules.yml", "--catalog", "metrics.prom"], b"")
}

#[test]
fn captures_may_be_anything() {
    let many: String = (0..100_000).map(|n| format!("a{{b=\"{n}\"}} {n}\n")).collect();
    let labels: String = (0..50_000).map(|n| format!("l{n}=\"x\",")).collect();
    let buckets: String = (0..20_000).map(|n| format!("a_bucket{{le=\"{n}\"}} 1\n")).collect();
    let texts = [
        ("series", many),
        ("labels", format!("a{{{labels}}} 1\n")),
        ("buckets", format!("# TYPE a histogram\n{buckets}")),
        ("a value", format!("a {}\n", ten_megabytes("9"))),
        ("a label's value", format!("a{{b=\"{}\"}} 1\n", ten_megabytes("\\n"))),
        ("a help text", format!("# HELP a {}\na 1\n", ten_megabytes("x"))),
        (
            "numbers",
            "a 1e999999999\na -Inf\na 0x10\na NaN 99999999999999999999999999\na_bucket{le=\"1e999\"} 1\na{quantile=\"x\"} 1\n"
                .to_owned(),
        ),
        ("labels without an end", "a{\na{b\na{b=\na{b=\"\na{b=\"\\\na{b=\"c\"\na{b=\"c\"} \n".to_owned()),
        (
            "types",
            "# TYPE\n# TYPE a\n# TYPE a counter counter\n# TYPE a b\n# UNIT a\n# EOF\n# EOF\na 1 # {b=\"c\"} 1 1 1\n".to_owned(),
        ),
        ("line ends", "\u{feff}a 1\r\na{b=\"c\"} 2\r\n\r\r\n".to_owned()),
    ];
    for (what, text) in texts {
        let run = against(text.as_bytes());
        assert!(run.code <= 2, "{what}: {}", head(&run.text()));
    }
    for (what, bytes) in not_utf8() {
        let run = against(&[b"a 1\n", bytes.as_slice()].concat());
        assert_ne!(run.code, 3, "{what}");
    }
}
