//! JSON and YAML: what is wrong with a spec is said in the same words, of the same characters, and mended to the same spec.
//!
//! Each wrong spec is written in YAML and converted: the examples of all rule pages, and specs that go wrong before the rules see them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the test looks which pages there are")]

mod messages;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use optiinfra_gen::convert::{self, Notation};
use optiinfra_gen::diagnostic::{Diagnostic, Fix, Severity};
use optiinfra_gen::format::Options;
use optiinfra_gen::lint::{Date, Disk, LintSettings, Outside, Subject, run_on};
use optiinfra_gen::load::tree::{Node, Value};
use optiinfra_gen::load::{json, yaml};
use optiinfra_gen::source::{SourceKind, Sources, Span};
use optiinfra_gen::spec::Spec;
use optiinfra_gen::world::MemoryWorld;
use optiinfra_gen::{load, packs, pipeline, resolve};

/// The packs that ship with the tool, decoded once: their texts come first among the sources of every spec.
fn shipped() -> (Sources, Arc<Spec>) {
    static SHIPPED: OnceLock<(Sources, Arc<Spec>)> = OnceLock::new();
    let (sources, spec) = SHIPPED.get_or_init(|| {
        let mut sources = Sources::default();
        let spec = packs::shipped(&mut sources);
        (sources, Arc::new(spec))
    });
    (sources.clone(), spec.clone())
}

fn lint(name: &str, text: &str, environment: Option<&str>) -> (Vec<Diagnostic>, Sources) {
    let (mut sources, shipped) = shipped();
    let world = MemoryWorld::with_files([(name, text)]);
    let mut settings = LintSettings::default();
    settings.today = Date::parse("2026-06-01");
    let loaded = load::load(&world, &mut sources, Path::new("/spec"), environment).unwrap();
    let comments = loaded.suppressions.clone();
    let (spec, mut earlier) = pipeline::decode(loaded);
    let Some(spec) = spec else { return (earlier, sources) };
    let model = resolve::resolve(Arc::new(spec), shipped, &sources, &mut earlier);
    let disk = Disk { world: &world, root: Path::new("/spec"), project: Some(Path::new("/")) };
    let outside = Outside { earlier, comments: &comments, disk: Some(disk), found: Vec::new() };
    let found = run_on(&Subject::of(&model), &sources, &settings, outside);
    (found, sources)
}

fn tree(text: &str, notation: Notation) -> Option<Node> {
    let source = Sources::default().add("t", text, SourceKind::File);
    let parsed = if notation == Notation::Yaml { yaml::parse(source, text) } else { json::parse(source, text) };
    parsed.documents.into_iter().next().map(|document| document.root)
}

/// The same spec in JSON; `None` where YAML says something that has no tree.
fn in_json(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    let source = sources.add("t", text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    if parsed.has_errors() {
        return None;
    }
    Some(convert::convert(&sources, parsed.documents.first()?, Notation::Json, Options::default()).ok()?.text)
}

/// A tree without places and styles.
fn shape(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => format!("{:?}", scalar.text),
        Value::Seq(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|pair| format!("{:?}={}", pair.key.text, shape(&pair.value))).collect();
            format!("{{{}}}", pairs.join(","))
        }
    }
}

/// The characters under a span, without what belongs to the notation: quotes, brackets, escapes, indentation, comments.
fn under(sources: &Sources, span: Span) -> String {
    let text = sources.text(span);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("# ")).collect();
    let text = lines.join("\n").replace("\\n", " ").replace("\\t", " ").replace("\\\\", "\\");
    text.chars().filter(|c| !c.is_whitespace() && !"\"'{}[],|>\\-".contains(*c)).collect()
}

/// A finding without its places.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    rule: &'static str,
    severity: Severity,
    message: String,
    under: Option<String>,
    labels: Vec<(String, String)>,
    help: Option<String>,
    fixed: Option<String>,
}

/// The tree after a fix of the one file.
fn fixed(sources: &Sources, fix: &Fix, notation: Notation) -> String {
    let source = fix.edits[0].span.source;
    let mut text = sources.get(source).text.to_string();
    if sources.get(source).kind != SourceKind::File {
        return "elsewhere".to_owned();
    }
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    tree(&text, notation).map_or_else(|| panic!("the fix breaks the file:\n{text}"), |node| shape(&node))
}

fn said(name: &str, text: &str, environment: Option<&str>, notation: Notation) -> Vec<Said> {
    let (found, sources) = lint(name, text, environment);
    let mut said: Vec<Said> = found
        .iter()
        .map(|finding| {
            let mut labels: Vec<_> =
                finding.labels.iter().map(|label| (label.message.clone(), under(&sources, label.span))).collect();
            labels.sort();
            Said {
                rule: finding.rule,
                severity: finding.severity,
                message: finding.message.replace("spec.yaml", "spec.json"),
                under: finding.span.map(|span| under(&sources, span)),
                labels,
                help: finding.help.clone(),
                fixed: finding.fix.as_ref().map(|fix| fixed(&sources, fix, notation)),
            }
        })
        .collect();
    said.sort();
    said
}

/// How many findings both say.
fn same(text: &str, environment: Option<&str>, what: &str) -> usize {
    let Some(json) = in_json(text) else { return 0 };
    let one = said("/spec/spec.yaml", text, environment, Notation::Yaml);
    let other = said("/spec/spec.json", &json, environment, Notation::Json);
    for (yaml, json) in one.iter().zip(&other) {
        assert_eq!(yaml, json, "{what} (YAML on the left, JSON on the right)\n{text}");
    }
    assert_eq!(one.len(), other.len(), "{what}\n{one:#?}\n{other:#?}");
    one.len()
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            pages(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            found.push(entry);
        }
    }
    found.sort();
}

/// The YAML of a page that fires.
fn examples(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```yaml fires\n") {
        let (text, after) = after.split_once("```").unwrap();
        // The comments that mark places are no part of a spec.
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.trim_start().trim_start_matches('#').trim().starts_with('^')).collect();
        found.push(format!("{}\n", lines.join("\n")));
        rest = after;
    }
    found
}

#[test]
fn every_rule_says_the_same() {
    let mut all = Vec::new();
    pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules"), &mut all);
    let (mut texts, mut findings) = (0, 0);
    for path in all {
        for text in examples(&fs::read_to_string(&path).unwrap()) {
            findings += same(&text, None, &path.display().to_string());
            texts += 1;
        }
    }
    println!("{texts} examples with {findings} findings");
    assert!(texts > 80 && findings > texts, "{texts} {findings}");
}

const BASE: &str = "\
services:
  api:
    port: 8080
    metrics:
      define:
        requests_total: {type: counter, help: Requests., labels: {status: {matches: \"[1-5][0-9]{2}\", max: 15}, method: [GET, POST]}}
        errors_ratio: {type: gauge, unit: ratio, range: [0, 1], help: Errors.}
";

fn wrong(what: &str, more: &str) {
    assert!(same(&format!("{BASE}{more}"), None, what) > 0, "{what}: nothing is found");
}

#[test]
fn what_goes_wrong_before_the_rules() {
    for (what, more) in [
        ("an unknown field", "alerts:\n  A: {expr: up == 0, summery: x, summary: y}\n"),
        ("an unknown section", "alrts: {}\n"),
        ("a wrong type", "alerts:\n  A: {expr: [1], summary: y, for: {a: 1}}\n  B: text\n"),
        ("a wrong word", "alerts:\n  A: {expr: up == 0, severity: 'warnin\"g', summary: y}\n"),
        ("a quantity", "alerts:\n  A: {expr: errors_ratio, above: 500%, for: 5 parsecs, summary: y}\n"),
        ("a number for a text", "alerts:\n  A: {expr: up == 0, summary: 5, labels: {a: 1.50}}\n"),
        (
            "a label inside PromQL",
            "alerts:\n  A:\n    expr: 'sum by (job) (rate(requests_total{code=~\"5..\"}[5m])) > 1'\n    summary: x\n",
        ),
        (
            "a label behind a backslash",
            "alerts:\n  A:\n    expr: 'sum(rate(requests_total{status=~\"\\\\d+\", verb=\"é\"}[5m])) > 1'\n    summary: x\n",
        ),
        (
            "PromQL on several lines",
            "alerts:\n  A:\n    expr: |\n      sum(rate(requests_total{status=\"500\"}[5m]))\n        / sum(rate(request_total[5m])) > 1\n    summary: x\n",
        ),
        ("PromQL with a syntax error", "alerts:\n  A: {expr: 'sum by (a (x)', summary: \"a \\\"b\\\"\"}\n"),
        ("a template", "alerts:\n  A: {expr: up == 0, summary: \"{{ $label.job }} and {{ $labels.nothing }} {{ if }}\"}\n"),
        (
            "an allow that is not used",
            "alerts:\n  A: {expr: up == 0, summary: x, allow: [{rule: promql/unknown-label, reason: y}]}\n",
        ),
        (
            "an allow that is no rule",
            "alerts:\n  A: {expr: up == 0, summary: x, allow: [{rule: promql/none, reason: y}, {rule: 5}]}\n",
        ),
        (
            "an allow that has ended",
            "alerts:\n  A: {expr: up == 0, summary: x, allow: [{rule: alert/no-runbook, reason: y, until: 2020-01-01}]}\n",
        ),
        ("a query that is not there", "alerts:\n  A: {query: nothing, above: 1, summary: x}\n"),
        ("a variable that is not there", "alerts:\n  A: {expr: up == 0, summary: '${var.none} x'}\n"),
        (
            "a receiver",
            "notifications:\n  receivers: {a: {slack: {channel: '#x', webhook_url: https://x.example/secret}}}\n  route: {receiver: b}\n",
        ),
    ] {
        wrong(what, more);
    }
}

#[test]
fn environments() {
    let text = format!(
        "{BASE}alerts:\n  A: {{expr: up == 0, summary: x}}\nenvironments:\n  p:\n    alerts:\n      B: {{for: 5m}}\n      A: {{sumary: y}}\n    services: {{api: {{port: [1]}}}}\n"
    );
    assert!(same(&text, Some("p"), "an overlay") > 0);
    assert!(same(&text, None, "an overlay that is not asked for") > 0);
    assert!(same(&text, Some("q"), "an environment that is not there") > 0);
}

/// A comment in YAML and `allow` in JSON leave the same findings out.
#[test]
fn suppressions() {
    let bad = "alerts:\n  A:\n    expr: sum(rate(requests_total{code=\"5\"}[5m])) > 1\n    summary: x\n";
    let commented = bad.replace("  A:", "  # optiinfra-gen allow promql/unknown-label: it comes\n  A:");
    let count = |text: &str| {
        let json = in_json(text).unwrap();
        let rules = |said: Vec<Said>| said.into_iter().map(|said| said.rule).collect::<Vec<_>>();
        let one = rules(said("/spec/spec.yaml", text, None, Notation::Yaml));
        assert_eq!(one, rules(said("/spec/spec.json", &json, None, Notation::Json)));
        one.iter().filter(|rule| **rule == "promql/unknown-label").count()
    };
    assert_eq!((count(&format!("{BASE}{bad}")), count(&format!("{BASE}{commented}"))), (1, 0));
}
