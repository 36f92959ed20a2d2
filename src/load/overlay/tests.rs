use super::*;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};

fn applied(text: &str, environment: Option<&str>) -> (Sources, Applied) {
    let mut sources = Sources::default();
    let id = sources.add("t", text, SourceKind::File);
    let mut parsed = yaml::parse(id, text);
    assert_eq!(parsed.diagnostics, []);
    let root = parsed.documents.remove(0).root;
    (sources, apply(root, environment, &Modules::default()))
}

fn show(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(pairs) => {
            format!("{{{}}}", pairs.iter().map(|p| format!("{}:{}", p.key.text, show(&p.value))).collect::<Vec<_>>().join(" "))
        }
    }
}

fn tree(text: &str, environment: Option<&str>) -> String {
    let (_, applied) = applied(text, environment);
    assert_eq!(applied.diagnostics, []);
    show(&applied.root)
}

fn findings(text: &str, environment: Option<&str>) -> Vec<String> {
    let (sources, applied) = applied(text, environment);
    let line = |d: &Diagnostic| d.span.map_or(0, |span| sources.position(span).line);
    applied
        .diagnostics
        .iter()
        .map(|d| format!("{} {}: {} | {}", line(d), d.rule, d.message, d.help.as_deref().unwrap_or("")))
        .collect()
}

const SPEC: &str = "
stack: {retention: 15d, labels: {env: dev}}
alerts:
  A: {expr: x, levels: {warning: {above: 5%, for: 5m}, critical: {above: 9%}}}
  B: {expr: y}
dashboards:
  d: {rows: [{id: savings, panels: [{id: p, title: T, w: 1}, {id: q}]}, {id: other}]}
";

fn with(environment: &str) -> String {
    format!("{SPEC}environments:\n  production:\n{environment}")
}

#[test]
fn changes_values_where_they_are() {
    let env = "    stack: {retention: 30d, labels: {env: prod, region: eu}, name: x}\n    alerts: {A: {levels: {warning: {above: 2%}}, expr: z}}\n";
    assert_eq!(
        tree(&with(env), Some("production")),
        "{stack:{retention:30d labels:{env:prod region:eu} name:x} alerts:{A:{expr:z levels:{warning:{above:2% for:5m} critical:{above:9%}}} B:{expr:y}} dashboards:{d:{rows:[{id:savings panels:[{id:p title:T w:1} {id:q}]} {id:other}]}}}"
    );
    assert!(tree(&with(env), None).contains("retention:15d"));
    let (sources, applied) = applied(&with(env), Some("production"));
    let retention = applied.root.get("stack").and_then(|s| s.get("retention")).expect("retention");
    assert_eq!(sources.text(retention.span), "30d", "a changed value has the place of the change");
    assert_eq!(applied.environments.iter().map(|key| key.text.as_str()).collect::<Vec<_>>(), ["production"]);
}

#[test]
fn addresses_items_of_lists_by_id() {
    let env = "    dashboards: {d: {rows: {savings: {panels: {p: {title: X}, q: {remove: true}}}, other: {remove: true}}}}\n";
    assert!(tree(&with(env), Some("production")).ends_with("{rows:[{id:savings panels:[{id:p title:X w:1}]}]}}}"));
    let env = "    dashboards: {d: {rows: []}}\n    alerts: {B: {remove: true}, A: {levels: {critical: {remove: true}}}}\n";
    assert!(
        tree(&with(env), Some("production"))
            .ends_with("alerts:{A:{expr:x levels:{warning:{above:5% for:5m}}}} dashboards:{d:{rows:[]}}}")
    );
}

#[test]
fn what_is_absent_is_an_error_with_the_nearest_names() {
    let env = "    alertz: {A: 1}\n    alerts: {C: {expr: x}, A: {levels: {warnings: {above: 1}}}}\n    dashboards: {d: {rows: {saving: {x: 1}}}}\n    dashboards2: {remove: true}\n";
    for environment in [Some("production"), None] {
        assert_eq!(
            findings(&with(env), environment),
            [
                "10 spec/overlay-target-missing: the environment `production` changes `alertz`, which the spec does not have | did you mean `alerts`?",
                "11 spec/overlay-target-missing: the environment `production` changes `alerts.C`, which the spec does not have | an environment changes what is there: define it in the spec first",
                "11 spec/overlay-target-missing: the environment `production` changes `alerts.A.levels.warnings`, which the spec does not have | did you mean `warning`?",
                "12 spec/overlay-target-missing: the environment `production` changes `dashboards.d.rows.saving`, which the spec does not have | did you mean `savings`?",
                "13 spec/overlay-target-missing: the environment `production` changes `dashboards2`, which the spec does not have | did you mean `dashboards`?",
            ]
        );
    }
}

#[test]
fn shapes() {
    let found = findings(&with("    alerts:\n      A:\n"), None);
    assert_eq!(
        found,
        [
            "11 spec/overlay-shape: the environment `production` gives `alerts.A` no value | to take it away write `A: {remove: true}`"
        ]
    );
    let found = findings("rows: {d: {list: [{a: 1}]}}\nenvironments: {p: {rows: {d: {list: {x: 1}}}}}", Some("p"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("the items of `rows.d.list` have no `id`"));
    assert_eq!(
        tree("g: {d: {nodes: [a, b], n: 1}}\nenvironments: {p: {g: {d: {nodes: {range: x}, n: {m: 1}}}}}", Some("p")),
        "{g:{d:{nodes:{range:x} n:{m:1}}}}"
    );
    assert_eq!(findings("a: {}\nenvironments: [x]\n", None).len(), 1);
    assert_eq!(findings("a: {}\nenvironments: {p: x}\n", None).len(), 1);
    assert_eq!(findings("a: {}\nenvironments:\n", None).len(), 0);
}

#[test]
fn an_unknown_environment_lists_the_known_ones() {
    let found = findings("a: {}\nenvironments: {production: {}, staging: {}}", Some("prod"));
    assert_eq!(
        found,
        [
            "0 spec/unknown-environment: there is no environment `prod` | did you mean `production`? There are `production`, `staging`"
        ]
    );
    assert!(findings("a: {}", Some("prod"))[0].contains("the spec has no environments"));
}

#[test]
fn environments_set_variables() {
    let text = "variables: {n: {type: number, default: 3}, team: {type: text}}\nservices: {a: {replicas: '${var.n}', owner: 'team ${var.team}!'}}\nenvironments: {p: {variables: {n: 5, team: core}, services: {a: {size: '${var.n}'}}}}\n";
    let (_, result) = applied(text, Some("p"));
    assert_eq!(result.diagnostics, []);
    assert_eq!(show(&result.root), "{services:{a:{replicas:5 owner:team core! size:5}}}");
    let replicas = result.root.get("services").and_then(|s| s.get("a")).and_then(|a| a.get("replicas")).expect("replicas");
    assert_eq!(replicas.kind_name(), "a number");
    assert_eq!(result.variables["n"].value.as_ref().map(|v| v.text.as_str()), Some("5"));
    let found = findings(text, None);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2 spec/variable-not-set: the variable `team` has no value"));
    let found = findings("variables: {n: {type: number}}\nenvironments: {p: {variables: {m: 5, n: x}}}\n", None);
    assert_eq!(found.len(), 2, "an environment that is not chosen is checked too: {found:?}");
}

#[test]
fn many_changes_are_applied() {
    let mut text = "alerts:\n".to_owned();
    (0..20_000).for_each(|i| text.push_str(&format!("  A{i}: {{expr: x, n: 1}}\n")));
    text.push_str("environments:\n  p:\n    alerts:\n");
    (0..20_000).for_each(|i| text.push_str(&format!("      A{i}: {{n: 2}}\n")));
    let (_, result) = applied(&text, Some("p"));
    assert_eq!(result.diagnostics, []);
}
