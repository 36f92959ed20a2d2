use super::*;

const WHOLE: &[&str] = &[
    r#"sum by (job, $label) (rate(requests_total{status=~"5..",$filter}[$__rate_interval] offset -5m)) / ignoring (job) group_left (a) b"#,
    r#"histogram_quantile(0.9, sum by (le) (rate({__name__=~"latency_.*",le="0.5"}[5m]))) >= bool Inf unless on (x) absent(up == 1)"#,
    r#"label_replace(label_join(info(up, {a="b"}), "$dst", "-", "job"), "x", "$1", "y", "(.*") or vector(scalar(busy)) atan2 NaN"#,
    r#"count_values without (job) ("v", topk(-1, limit_ratio(2, busy[1h:] @ end()))) ^ -1 % 0 </ 5 fill (0) size_bytes"#,
    r#"${fn}(busy{gpu=~"[[gpu]]"}[5m:$step]) + $metric * ${x:regex} - clamp(busy, 5, -5) == on () group_right () busy"#,
];

/// Whatever the parser makes of a broken text, inference gives each node facts and does not fail.
#[test]
fn broken_expressions_are_inferred_as_far_as_they_go() {
    let catalog = catalog();
    let mut seen = 0;
    for text in WHOLE {
        let marks: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for from in &marks {
            for to in marks.iter().filter(|to| *to > from).step_by(7) {
                let broken = format!("{}{}", &text[..*from], &text[*to..]);
                let parsed = parse(&broken, Dialect::Grafana);
                let inference = infer(&parsed.expr, &catalog, &Context::default());
                assert_eq!(inference.root().span, parsed.expr.span, "{broken}");
                assert!(inference.events.iter().all(|event| event.node < inference.nodes.len()));
                seen += 1;
            }
        }
    }
    assert!(seen > 3000, "{seen}");
}

#[test]
fn deep_and_wide_expressions_come_back() {
    let catalog = catalog();
    let deep = format!("{}up{}", "(".repeat(200), ")".repeat(200));
    let chain = vec!["up"; 200].join(" + ");
    let wide = format!("sum by ({}) (up)", (0..5000).map(|n| format!("l{n}")).collect::<Vec<_>>().join(", "));
    let matchers = format!("up{{{}}}", (0..300).map(|n| format!("a!=\"{n}\"")).collect::<Vec<_>>().join(", "));
    for text in [deep, chain, wide, matchers] {
        let parsed = parse(&text, Dialect::Prometheus);
        let inference = infer(&parsed.expr, &catalog, &Context::default());
        assert!(!inference.nodes.is_empty());
    }
}
