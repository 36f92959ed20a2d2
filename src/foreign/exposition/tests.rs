use super::*;
use crate::promql::catalog::{Presence, SeriesRole};
use crate::source::{SourceKind, Sources};

fn read(text: &str) -> (Exposition, Sources) {
    let mut sources = Sources::default();
    let source = sources.add("metrics.prom", text, SourceKind::File);
    (parse(source, text), sources)
}

fn clean(text: &str) -> Vec<Observed> {
    let (found, _) = read(text);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    found.families
}

#[test]
fn the_text_format() {
    let families = clean(
        "# HELP http_requests_total Requests, \\\"all\\\" of them\\nby code.\n# TYPE http_requests_total counter\n\
         http_requests_total{code=\"200\",method=\"get\",} 1027 1395066363000\n  http_requests_total { code = \"400\" } 3\n\n\
         # just a remark\n# TYPE rpc_seconds summary\nrpc_seconds{quantile=\"0.99\"} NaN\nrpc_seconds{quantile=\"0.5\"} 4e-3\n\
         rpc_seconds_sum 1.7\nrpc_seconds_count 2\n# TYPE lag_seconds histogram\nlag_seconds_bucket{le=\"0.5\",db=\"a\"} 1\n\
         lag_seconds_bucket{le=\"+Inf\",db=\"a\"} 2\nlag_seconds_sum{db=\"a\"} 1\nlag_seconds_count{db=\"a\"} 2\nodd 1\n\
         # TYPE build_info gauge\nbuild_info{version=\"1 }\\\\\\\"x\"} 1\r\n",
    );
    let names: Vec<&str> = families.iter().map(|family| family.name.as_str()).collect();
    assert_eq!(names, ["http_requests_total", "rpc_seconds", "lag_seconds", "odd", "build_info"]);
    assert_eq!(families[0].help.as_deref(), Some("Requests, \"all\" of them\nby code."));
    assert_eq!(families[0].labels.iter().collect::<Vec<_>>(), ["code", "method"]);
    assert_eq!(families[1].quantiles, [0.5, 0.99]);
    assert!(families[1].labels.is_empty());
    assert_eq!((families[2].buckets.as_slice(), families[2].samples), (&[0.5][..], 4));
    assert_eq!(families[3].kind, MetricType::Unknown);
    assert_eq!(families[4].kind, MetricType::Info);
}

#[test]
fn open_metrics() {
    let families = clean(
        "# TYPE jobs counter\n# UNIT jobs bytes\njobs_total{queue=\"a\"} 17.0 1520879607.789 # {trace_id=\"x\"} 0.67\n\
         jobs_created{queue=\"a\"} 1.5e9\n# TYPE target info\ntarget_info{env=\"prod\"} 1\n# TYPE \"a.b\" gauge\n\
         {\"a.b\",\"c.d\"=\"x\"} 1\n# EOF\n",
    );
    let series: Vec<(String, SeriesRole)> =
        families.iter().flat_map(Observed::series).map(|(name, variant)| (name.to_string(), variant.role)).collect();
    let expected = [
        ("jobs_total", SeriesRole::Value),
        ("jobs_created", SeriesRole::Created),
        ("target_info", SeriesRole::Value),
        ("a.b", SeriesRole::Value),
    ];
    assert_eq!(series, expected.map(|(name, role)| (name.to_owned(), role)));
    assert_eq!(families[0].unit, Some(Unit::bytes()));
}

use crate::unit::Unit;

#[test]
fn labels_are_at_least_those_seen() {
    let families = clean("# TYPE x gauge\nx{a=\"1\",job=\"inner\"} 1\n# TYPE h histogram\n");
    let (name, variant) = families[0].series().remove(0);
    assert_eq!((&*name, variant.open_labels), ("x", true));
    let presence: Vec<(&str, Presence)> = variant.labels.iter().map(|(name, domain)| (&**name, domain.presence)).collect();
    let expected = [
        ("a", Presence::Perhaps),
        ("exported_job", Presence::Perhaps),
        ("instance", Presence::Present),
        ("job", Presence::Present),
    ];
    assert_eq!(presence, expected);
    let (_, bucket) = families[1].series().remove(0);
    assert_eq!(bucket.label("le").map(|le| &le.values), Some(&crate::promql::catalog::Values::Any), "no bucket was seen");
}

#[test]
fn what_cannot_be_read_has_its_place() {
    let cases = [
        ("x{a=\"1\" 2", "a comma or `}` is expected here", "2"),
        ("x{a=\"1} 2", "the quote is not closed on its line", "\""),
        ("x{a} 2", "the label `a` has no value", "a"),
        ("x{a=1} 2", "a value is not in double quotes", "1} 2"),
        ("x{a=\"1\",a=\"2\"} 2", "the label `a` is there twice", "a"),
        ("x one", "`one` is no number", "one"),
        ("x", "the sample has no number", ""),
        ("x{", "the brace is not closed", "{"),
        ("x 1 2 3", "something stands after the sample", "3"),
        ("x 1 yesterday", "`yesterday` is no time", "yesterday"),
        ("9x 1", "the line does not begin with the name of a metric", "9x 1"),
        ("<html>", "the line does not begin with the name of a metric", "<html>"),
        ("# TYPE x speed", "`speed` is no type of a metric", "# TYPE x speed"),
        ("# TYPE", "the TYPE line names no metric", ""),
    ];
    for (text, message, place) in cases {
        let (found, sources) = read(text);
        let said: Vec<(&str, &str)> =
            found.diagnostics.iter().map(|d| (d.message.as_str(), sources.text(d.span.unwrap()))).collect();
        assert_eq!(said, [(message, place)], "{text}");
    }
    for (text, message) in [
        ("x 1\n# TYPE x gauge\n", "the type of `x` comes after its samples"),
        ("# TYPE x gauge\n# TYPE x counter\n", "the type of `x` is said twice"),
        ("# TYPE x histogram\nx_bucket 1\n", "the bucket has no bound"),
        ("x 1\n# EOF\ny 1\n", "the text goes on after its end"),
    ] {
        let (found, _) = read(text);
        assert_eq!(found.diagnostics.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), [message], "{text}");
    }
    assert_eq!(read(&"?\n".repeat(1000)).0.diagnostics.len(), MOST_ERRORS);
}

#[test]
fn hostile_texts_end() {
    for text in
        ["{", "}", "\"", "#", "# HELP \"", "x{\"", "x{\\", "é{é=\"é\"} é", "x{a=\"\\", "\u{0}", "{\"a\"} 1", "{\"a\",\"b\"} 1"]
    {
        let _ = read(text);
        let _ = looks_like(text);
    }
    let long = format!("x{{a=\"{}\"}} 1\n", "\\\\".repeat(1_000_000));
    assert!(read(&long).0.diagnostics.is_empty());
    let wide: String = (0..20_000).map(|n| format!("m{n}_total{{l{n}=\"x\"}} {n}\n")).collect();
    assert_eq!(clean(&wide).len(), 20_000);
}

#[test]
fn texts_are_recognised() {
    for text in ["# HELP a b\n", "# TYPE a gauge\n", "a 1\n", "# x\na{b=\"c\"} 2\n", "# EOF\n", "\n\na_b NaN"] {
        assert!(looks_like(text), "{text}");
    }
    for text in ["", "# a remark\n", "groups: []\n", "a: 1\n", "{\"a\": 1}", "stack:\n  name: x\n", "- alert: x\n"] {
        assert!(!looks_like(text), "{text}");
    }
}
