//! The pages of the rules, run: what must fire fires at the marked place and nothing else does, what must be clean is clean.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the test looks which files there are")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use optiinfra_gen::diagnostic::{Diagnostic, Severity};
use optiinfra_gen::lint::rule::{Check, Rule};
use optiinfra_gen::lint::{Date, Disk, LintSettings, Outside, Subject, registry, run_on};
use optiinfra_gen::model::Model;
use optiinfra_gen::source::Sources;
use optiinfra_gen::spec::Spec;
use optiinfra_gen::spec::decode::{Decode as _, Decoder};
use optiinfra_gen::world::MemoryWorld;
use optiinfra_gen::{load, packs, pipeline, resolve};

/// The packs that ship with the tool, decoded once: their texts come first among the sources of every example.
fn shipped() -> (Sources, Arc<Spec>) {
    static SHIPPED: OnceLock<(Sources, Arc<Spec>)> = OnceLock::new();
    let (sources, spec) = SHIPPED.get_or_init(|| {
        let mut sources = Sources::default();
        let spec = packs::shipped(&mut sources);
        (sources, Arc::new(spec))
    });
    (sources.clone(), spec.clone())
}

/// Everything that is found in a spec of one file.
fn lint(text: &str, settings: &LintSettings) -> (Vec<Diagnostic>, Sources) {
    let (found, sources, _) = resolved(text, settings);
    (found, sources)
}

/// The same, with what was resolved.
fn resolved(text: &str, settings: &LintSettings) -> (Vec<Diagnostic>, Sources, Model) {
    let (mut sources, shipped) = shipped();
    let world = MemoryWorld::default();
    world.put("/spec/spec.yaml", text);
    let loaded = load::load(&world, &mut sources, Path::new("/spec"), None).unwrap();
    let mut decoder = Decoder::default();
    let root = loaded.root.unwrap_or_else(|| panic!("{:?}\n{text}", loaded.diagnostics));
    let spec = Spec::decode(&root, &mut decoder).unwrap_or_else(|| panic!("{:?}\n{text}", decoder.diagnostics));
    let mut earlier = loaded.diagnostics;
    earlier.append(&mut decoder.diagnostics);
    let model = resolve::resolve(Arc::new(spec), shipped, &sources, &mut earlier);
    let disk = Disk { world: &world, root: Path::new("/spec"), project: Some(Path::new("/")) };
    let outside = Outside { earlier, comments: &loaded.suppressions, disk: Some(disk), found: Vec::new() };
    let found = run_on(&Subject::of(&model), &sources, settings, outside);
    (found, sources, model)
}

fn settings() -> LintSettings {
    let mut settings = LintSettings::default();
    settings.today = Date::parse("2026-06-01");
    settings
}

/// One fenced block of a page.
struct Example {
    fires: bool,
    text: String,
}

fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line {
            "```yaml fires" | "```yaml clean" => {
                found.push(Example { fires: line.ends_with("fires"), text: String::new() });
                inside = true;
            }
            "```" => inside = false,
            line if inside => {
                let text = &mut found.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    found
}

/// A place: line, first column, column after the last.
type Place = (u32, u32, u32);

/// The places that comments of `^` mark: each marks the last line above it that is no such comment.
fn marked(text: &str) -> BTreeSet<Place> {
    let mut marks = BTreeSet::new();
    let mut above = 0;
    for (line, number) in text.lines().zip(1u32..) {
        let carets = line.trim_start().strip_prefix('#').map(str::trim).filter(|rest| rest.starts_with('^'));
        match (carets, line.find('^')) {
            (Some(carets), Some(start)) if carets.bytes().all(|byte| byte == b'^') => {
                let start = u32::try_from(start).unwrap() + 1;
                marks.insert((above, start, start + u32::try_from(carets.len()).unwrap()));
            }
            _ => above = number,
        }
    }
    marks
}

fn place(diagnostic: &Diagnostic, sources: &Sources) -> Place {
    let span = diagnostic.span.unwrap();
    let source = sources.get(span.source);
    let (start, end) = (source.position(span.start), source.position(span.end));
    (start.line, start.column, if end.line == start.line { end.column } else { u32::MAX })
}

fn told(found: &[Diagnostic], sources: &Sources) -> String {
    let line = |diagnostic: &Diagnostic| {
        let at = diagnostic.span.map(|_| place(diagnostic, sources));
        let labels: Vec<String> = diagnostic.labels.iter().map(|label| format!("\n      | {}", label.message)).collect();
        let help = diagnostic.help.as_deref().unwrap_or("-");
        let fix =
            diagnostic.fix.as_ref().map(|fix| format!("\n      fix {:?} {:?}", fix.applicability, fix.edits)).unwrap_or_default();
        format!(
            "  {:?} {} {:?} {}{}\n      = {help}{fix}\n",
            at.unwrap_or_default(),
            diagnostic.rule,
            diagnostic.severity,
            diagnostic.message,
            labels.concat()
        )
    };
    found.iter().map(line).collect()
}

fn check(rule: &Rule, index: usize, example: &Example) -> Result<(), String> {
    let (mut found, sources, model) = resolved(&example.text, &settings());
    if matches!(rule.check, Check::Later) {
        found.extend(pipeline::plan(&model, &sources).1);
    }
    let fail = |why: &str| Err(format!("{} example {index}: {why}\n{}", rule.id, told(&found, &sources)));
    let other = |diagnostic: &&Diagnostic| diagnostic.rule != rule.id && diagnostic.severity > Severity::Info;
    if found.iter().any(|diagnostic| other(&diagnostic)) {
        return fail("something else is wrong too");
    }
    let own: BTreeSet<Place> = found.iter().filter(|found| found.rule == rule.id).map(|found| place(found, &sources)).collect();
    let marks = marked(&example.text);
    match (example.fires, own.is_empty()) {
        (true, true) => fail("it does not fire"),
        (false, false) => fail("it is not clean"),
        (true, false) if marks != own => fail(&format!("it fires elsewhere than at {marks:?}")),
        _ => Ok(()),
    }
}

#[test]
fn every_page_says_what_happens() {
    let mut wrong = Vec::new();
    for rule in registry::ALL {
        for (index, example) in examples(rule.page).iter().enumerate() {
            if std::env::var("SHOW").is_ok_and(|wanted| rule.id.contains(&wanted)) {
                let (found, sources) = lint(&example.text, &settings());
                println!("{} {index}\n{}", rule.id, told(&found, &sources));
            }
            wrong.extend(check(rule, index, example).err());
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_whole_page() {
    for rule in registry::ALL {
        let lines: Vec<&str> = rule.page.lines().collect();
        assert_eq!(lines.first(), Some(&format!("# {}", rule.id).as_str()));
        let severity = format!("Severity: {:?}", rule.severity).to_lowercase();
        assert!(lines.iter().any(|line| line.to_lowercase() == severity), "{} does not say `{severity}`", rule.id);
        for heading in ["## Why", "## Example", "## Mended"] {
            assert!(lines.contains(&heading), "{} has no {heading}", rule.id);
        }
        let all = examples(rule.page);
        assert!(all.iter().any(|example| example.fires), "{} has no example that fires", rule.id);
        assert!(all.iter().any(|example| !example.fires), "{} has no example that is clean", rule.id);
        assert!(!rule.summary.ends_with('.') && rule.summary.starts_with(char::is_uppercase), "{}", rule.id);
    }
}

#[test]
fn ids_are_files_and_files_are_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    let mut files = BTreeSet::new();
    for family in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(&family).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if name != "mod.rs" {
                files.insert(format!("{}/{name}", family.file_name().unwrap().to_str().unwrap()));
            }
        }
    }
    let path = |rule: &&Rule, end: &str| format!("{}.{end}", rule.id.replace('-', "_"));
    let expected: BTreeSet<String> = registry::ALL.iter().flat_map(|rule| [path(rule, "rs"), path(rule, "md")]).collect();
    assert_eq!(files, expected);
    assert_eq!(registry::ALL.len() * 2, expected.len(), "an id is there twice");
}

/// What users were promised: no rule disappears unnoticed.
const PROMISED: &[&str] = &[
    "promql/syntax-error",
    "promql/unknown-metric",
    "promql/unknown-label",
    "promql/impossible-label-value",
    "promql/contradictory-matchers",
    "promql/grouping-by-absent-label",
    "promql/match-never-matches",
    "promql/many-to-many-match",
    "promql/rate-on-gauge",
    "promql/counter-without-rate",
    "promql/rate-of-aggregate",
    "promql/delta-on-counter",
    "promql/quantile-without-le",
    "promql/quantile-of-non-histogram",
    "promql/quantile-out-of-range",
    "promql/bucket-boundary-missing",
    "promql/unit-mismatch",
    "promql/comparison-never-true",
    "promql/comparison-always-true",
    "promql/range-shorter-than-scrape",
    "promql/range-exceeds-retention",
    "promql/overlapping-label-values",
    "promql/redundant-regex",
    "promql/smelly-regex",
    "promql/unsupported-by-server",
    "promql/deprecated-metric",
    "promql/planned-metric",
    "promql/increase-from-birth",
    "alert/no-comparison",
    "alert/label-absent-in-template",
    "alert/invalid-template",
    "alert/value-in-label",
    "alert/missing-for",
    "alert/missing-summary",
    "alert/threshold-unit",
    "alert/threshold-above-top-bucket",
    "alert/never-delivered",
    "alert/duplicate",
    "alert/overlapping",
    "alert/silent-when-absent",
    "alert/untested",
    "recording/name-convention",
    "recording/unused",
    "recording/shadows-metric",
    "recording/cycle",
    "dashboard/legend-label-absent",
    "dashboard/unit-contradicts-query",
    "dashboard/undefined-variable",
    "dashboard/unused-variable",
    "dashboard/duplicate-uid",
    "dashboard/duplicate-title",
    "dashboard/constant-panel",
    "dashboard/unresolved-datasource",
    "dashboard/no-panels",
    "dashboard/duplicate-query",
    "metric/counter-suffix",
    "metric/reserved-suffix",
    "metric/non-base-unit",
    "metric/unit-not-in-name",
    "metric/percent-or-ratio",
    "metric/invalid-name",
    "metric/conflicting-definitions",
    "metric/unsorted-buckets",
    "metric/unbounded-label",
    "metric/series-budget",
    "metric/never-queried",
    "service/port-conflict",
    "service/target-label-clash",
    "service/not-scraped",
    "service/literal-secret",
    "service/default-credential",
    "service/unpinned-image",
    "service/vacuous-healthcheck",
    "service/missing-healthcheck",
    "service/unknown-environment",
    "service/unknown-dependency",
    "service/missing-file",
    "service/no-delivery-path",
];

#[test]
fn every_promised_rule_is_there() {
    for id in PROMISED {
        assert!(registry::find(id).is_some(), "{id}");
    }
}

const WORKER: &str = "services:
  worker:
    port: 8080
    metrics: {define: {queue_depth: {type: gauge, unit: jobs, help: Jobs that wait.}}}
";

fn rules_in(text: &str, settings: &LintSettings) -> Vec<(&'static str, Severity)> {
    lint(text, settings).0.iter().map(|found| (found.rule, found.severity)).collect()
}

fn says(text: &str, rule: &str) -> bool {
    rules_in(text, &settings()).iter().any(|(found, _)| *found == rule)
}

#[test]
fn an_alert_may_allow_what_is_found_in_its_query() {
    let spec = |alert: &str, query: &str| {
        format!(
            "{WORKER}queries:\n  depth: {{expr: 'max by (instanze) (queue_depth)'{query}}}\nalerts:\n  Long:\n    query: depth\n    \
             above: 5 jobs\n    for: 5m\n    summary: Long\n{alert}"
        )
    };
    let rule = "promql/grouping-by-absent-label";
    assert!(says(&spec("", ""), rule));
    assert!(!says(&spec(&format!("    allow: [{{rule: {rule}, reason: known}}]\n"), ""), rule));
    assert!(!says(&spec("", &format!(", allow: [{{rule: {rule}, reason: known}}]")), rule));
}

#[test]
fn another_item_does_not_allow_it() {
    let spec = format!(
        "{WORKER}alerts:\n  A: {{expr: queue_depth > 5, summary: A}}\n  B:\n    expr: queue_depth > 9\n    for: 5m\n    summary: B\n    \
         allow: [{{rule: alert/missing-for, reason: wrong place}}]\n"
    );
    assert!(says(&spec, "alert/missing-for"));
    assert!(says(&spec, "lint/unused-allow"));
}

#[test]
fn comments_and_the_whole_stack_allow_too() {
    let alert = "alerts:\n  A: {expr: queue_depth > 5, summary: A}\n";
    assert!(says(&format!("{WORKER}{alert}"), "alert/missing-for"));
    let comment =
        "alerts:\n  # optiinfra-gen allow alert/missing-for: one sample is enough\n  A: {expr: queue_depth > 5, summary: A}\n";
    assert!(!says(&format!("{WORKER}{comment}"), "alert/missing-for"));
    let stack =
        "stack: {name: s, allow: [{rule: alert/missing-for, reason: no}, {rule: service/no-delivery-path, reason: no}]}\n";
    let all = format!("{WORKER}{alert}{stack}");
    assert!(!says(&all, "alert/missing-for") && !says(&all, "service/no-delivery-path") && !says(&all, "lint/unused-allow"));
}

#[test]
fn suppressions_end_on_their_day_and_only_with_a_calendar() {
    let spec = |until: &str| {
        format!(
            "{WORKER}alerts:\n  A:\n    expr: queue_depth > 5\n    summary: A\n    allow: [{{rule: alert/missing-for, reason: x, until: {until}}}]\n"
        )
    };
    assert!(!says(&spec("2026-06-02"), "alert/missing-for"));
    assert!(says(&spec("2026-06-01"), "alert/missing-for") && says(&spec("2026-06-01"), "lint/expired-allow"));
    let without = rules_in(&spec("2000-01-01"), &LintSettings::default());
    assert!(!without.iter().any(|(rule, _)| *rule == "alert/missing-for"), "{without:?}");
    for wrong in ["tomorrow", "2026-02-30", "''"] {
        assert!(says(&spec(wrong), "spec/invalid-value"), "{wrong}");
    }
}

#[test]
fn what_cannot_be_emitted_cannot_be_allowed() {
    let spec = format!(
        "{WORKER}alerts:\n  A: {{expr: 'max(queue_depth', summary: A, allow: [{{rule: promql/syntax-error, reason: no}}]}}\n"
    );
    assert!(says(&spec, "promql/syntax-error") && says(&spec, "lint/unknown-rule"));
}

#[test]
fn settings_change_severities_of_this_phase_and_of_those_before() {
    let spec = format!("{WORKER}alerts:\n  A: {{expr: queue_depth > 5, summary: A}}\n");
    let clash = "services: {a: {port: 1, scrape: {labels: {x: y}}, metrics: {define: {m: {type: gauge, labels: {x: [1]}}}}}}\n";
    for (text, rule) in [(spec.as_str(), "alert/missing-for"), (clash, "service/target-label-clash")] {
        let mut settings = settings();
        settings.set_argument(&format!("{rule}=info")).unwrap();
        assert!(rules_in(text, &settings).contains(&(rule, Severity::Info)), "{rule}");
        settings.set_argument(&format!("{rule}=off")).unwrap();
        assert!(!rules_in(text, &settings).iter().any(|(found, _)| *found == rule), "{rule}");
    }
}

#[test]
fn findings_come_in_the_same_order_every_time() {
    let text = large(20, 5);
    let first = lint(&text, &settings()).0;
    assert!(first.len() >= 100);
    for _ in 0..3 {
        assert_eq!(first, lint(&text, &settings()).0);
    }
}

#[test]
fn no_spec_makes_a_rule_panic() {
    let names = [
        "''", "a b", "\u{e9}", "'{{'", "'$'", "'[['", "'${'", "'\"'", "le", "__name__", "9", "'a:'", "'/'", "':'", "'@'",
        "'://@'",
    ];
    for name in names {
        let below = format!("'./{}'", name.trim_matches('\''));
        let text = format!(
            "stack: {{name: {name}, series_budget: 0, grafana: {{environment: {{{name}: {name}}}, image: {name}}}}}
services: {{{name}: {{port: 0, health: {name}, metrics: {{define: {{{name}: {{type: counter, unit: ratio, range: [0, 100],
  buckets: [1, .inf, 1], labels: {{{name}: {{}}}}}}}}}}, compose: {{image: {name}, ports: [{name}, '0:0', '70000:1', '1-2:3'],
  volumes: [{name}, {below}], depends_on: [{name}], environment: {{{name}: {name}}}, healthcheck: {{test: {name}}}}}}}}}
alerts: {{{name}: {{expr: {name}, above: 1, labels: {{{name}: {name}}}, annotations: {{{name}: {name}}}, summary: {name}}}}}
recording_rules: {{{name}: {{expr: {name}, labels: {{{name}: {name}}}}}}}
dashboards: {{{name}: {{title: {name}, uid: {name}, variables: {{{name}: {{values_of: {name}}}}}, rows: [{{title: {name}, repeat: {name}, panels: [
  {{title: {name}, kind: stat, expr: {name}, legend: {name}, unit: {name}, repeat: {name}, grafana: {{datasource: {name}}}}}]}}]}}}}
notifications: {{templates: [{name}], receivers: {{{name}: {{}}}}, route: {{receiver: {name}, routes: [{{matchers: [{name}]}}]}}}}
"
        );
        lint(&text, &settings());
    }
}

/// A stack with many alerts, each with an expression and texts of its own.
fn large(services: usize, alerts: usize) -> String {
    let mut spec = String::from("services:\n");
    for service in 0..services {
        spec.push_str(&format!(
            "  s{service}:\n    port: 8080\n    metrics: {{define: {{s{service}_requests_total: {{type: counter, labels: {{status: {{max: 15}}}}}}}}}}\n"
        ));
    }
    spec.push_str("alerts:\n");
    for service in 0..services {
        for alert in 0..alerts {
            spec.push_str(&format!(
                "  S{service}A{alert}:\n    expr: sum by (job) (rate(s{service}_requests_total{{status=\"{alert}\"}}[5m])) > {}\n    \
                 summary: Many answers\n    description: \"{{{{ $labels.job }}}} gives {{{{ $value | humanize }}}} of them a second.\"\n",
                alert + 1
            ));
        }
    }
    spec
}
