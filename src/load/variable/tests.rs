use super::*;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};

fn run(text: &str) -> (Sources, Node, Variables, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("t", text, SourceKind::File);
    let mut parsed = yaml::parse(id, text);
    assert_eq!(parsed.diagnostics, []);
    let mut root = parsed.documents.remove(0).root;
    let mut diagnostics = Vec::new();
    let variables = root.get("variables").map(|section| declare(section, &mut diagnostics)).unwrap_or_default();
    if let Value::Map(pairs) = &mut root.value {
        pairs.retain(|pair| pair.key.text != "variables");
    }
    substitute(&mut root, &variables, &BTreeSet::new(), &mut diagnostics);
    (sources, root, variables, diagnostics)
}

fn value(declaration: &str, text: &str) -> Scalar {
    let (_, root, _, diagnostics) = run(&format!("variables: {{{declaration}}}\nx: {text}\n"));
    assert_eq!(diagnostics, []);
    match &root.get("x").expect("x").value {
        Value::Scalar(scalar) => scalar.clone(),
        _ => panic!("no scalar"),
    }
}

fn messages(text: &str) -> Vec<String> {
    run(text).3.into_iter().map(|d| format!("{} {} | {}", d.rule, d.message, d.help.unwrap_or_default())).collect()
}

#[test]
fn a_whole_reference_keeps_the_type() {
    let n = "n: {type: number, default: 3}";
    assert_eq!(value(n, "${var.n}"), Scalar { text: "3".into(), kind: ScalarKind::Number });
    assert_eq!(value(n, "'${var.n}'").kind, ScalarKind::Number);
    assert_eq!(value(n, "|\n  ${var.n}\n").kind, ScalarKind::Number);
    assert_eq!(value(n, "${var.n}m"), Scalar { text: "3m".into(), kind: ScalarKind::String });
    assert_eq!(value(n, "a ${var.n} b ${var.n}").text, "a 3 b 3");
    assert_eq!(value("n: {type: text, default: 3}", "${var.n}").kind, ScalarKind::String);
    assert_eq!(value("n: {type: bool, default: true}", "${var.n}").kind, ScalarKind::Bool);
    assert_eq!(value("n: {type: quantity, default: 83 celsius}", "${var.n}").text, "83 celsius");
}

#[test]
fn what_belongs_to_others_stays() {
    for text in
        ["${provider:regex}", "$window", "${__field.name}", "${var.n:csv}", "$var.n", "${VAR.n}", "${variable.n}", "${var}"]
    {
        assert_eq!(value("n: {type: number, default: 3}", &format!("'{text}'")).text, text);
    }
    assert_eq!(value("n: {type: number, default: 3}", "'$${var.n} ${var.n} ${x:csv}'").text, "${var.n} 3 ${x:csv}");
}

#[test]
fn the_place_is_that_of_the_reference() {
    let (sources, root, _, _) = run("variables: {n: {type: number, default: 3}}\nx: 'a ${var.n}'\ny: plain\n");
    let x = root.get("x").expect("x");
    assert_eq!((sources.text(x.span), x.style), ("'a ${var.n}'", Style::Synthetic));
    assert_eq!(crate::load::place::span_of(&sources, x, 2..3), x.span);
    assert_eq!(root.get("y").map(|y| y.style), Some(Style::Plain));
}

#[test]
fn references_to_nothing() {
    let declared = "variables: {replicas: {type: number, default: 1}, team: {type: text}}\n";
    assert_eq!(
        messages(&format!("{declared}x: ${{var.replica}}\n")),
        ["spec/unknown-variable there is no variable `replica` | did you mean `replicas`?"]
    );
    assert!(
        messages(&format!("{declared}x: a ${{var.team}}\n"))[0]
            .starts_with("spec/variable-not-set the variable `team` has no value")
    );
    assert_eq!(messages(declared).len(), 0, "a variable that nothing uses need not be set");
    for text in ["${var.", "${var.}", "${var.a b}", "${var.replicas"] {
        assert_eq!(messages(&format!("{declared}x: '{text}'\n")).len(), 1, "{text}");
    }
    let (_, root, _, _) = run("x: '${var.a} ${var.b'\n");
    assert_eq!(root.get("x").and_then(Node::as_text), Some("${var.a} ${var.b"));
}

#[test]
fn declarations() {
    let one = |fields: &str| messages(&format!("variables: {{n: {fields}}}\nx: 1\n"));
    assert_eq!(one("{type: numbr}"), ["spec/invalid-variable `numbr` is no type of a variable | did you mean `number`?"]);
    assert_eq!(
        one("{type: number, defualt: 3}"),
        ["spec/invalid-variable a variable has no field `defualt` | did you mean `default`?"]
    );
    assert_eq!(
        one("{type: number, default: x}"),
        ["spec/variable-type the variable `n` is a number, such as 3 or 0.5, and `x` is not | "]
    );
    assert_eq!(one("{default: 3}").len(), 1);
    assert_eq!(one("3").len(), 1);
    assert_eq!(one("{type: text, default: [a]}").len(), 1);
    assert_eq!(one("{type: text, default: 'a ${var.m}'}").len(), 1);
    assert_eq!(messages("variables: [a]\nx: 1\n").len(), 1);
    assert_eq!(messages("variables: {a b: {type: text}}\nx: 1\n").len(), 1);
    let (_, _, variables, diagnostics) = run("variables: {n: {type: number, default: x}}\nx: ${var.n}\n");
    assert_eq!((diagnostics.len(), variables["n"].kind), (1, VariableType::Number), "said once, not at every use");
}

#[test]
fn durations_and_quantities() {
    for good in ["0", "30s", "1h30m", "15d", "1y2w3d4h5m6s7ms", "250ms"] {
        assert!(is_duration(good), "{good}");
    }
    for bad in ["", "5", "m", "1m1h", "1m1m", "1.5h", "-5m", "5 m", "5min"] {
        assert!(!is_duration(bad), "{bad}");
    }
    for good in ["5%", "40GiB", "83 celsius", "20 usd/hour", "-1.5 °C", "5 tokens/second", "250ms"] {
        assert!(is_quantity(good), "{good}");
    }
    for bad in ["", "%", "5", "a5", "5 ", "5  x", "5 x;", "1.2.3 x", "celsius 5"] {
        assert!(!is_quantity(bad), "{bad}");
    }
}
