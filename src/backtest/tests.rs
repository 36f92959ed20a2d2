//! The parts that need no server.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::machine::Machine;
use super::*;
use crate::diagnostic::Severity;
use crate::pipeline;
use crate::promql::{Dialect, parse};
use crate::world::MemoryWorld;

type Spells = Vec<(i64, Option<i64>)>;

/// What an alert goes through: each letter is an evaluation every 10 s, `x` with the series and `.` without it.
fn states(hold: i64, keep: i64, evaluations: &str) -> (Spells, Spells) {
    let mut machine = Machine::new(hold * 1000, keep * 1000);
    for (at, letter) in (0..).step_by(10).zip(evaluations.chars()) {
        machine.evaluate(at * 1000, letter == 'x');
    }
    machine.finish();
    let spells = |spells: &[Spell]| spells.iter().map(|spell| (spell.from / 1000, spell.to.map(|to| to / 1000))).collect();
    (spells(&machine.fired), spells(&machine.pending))
}

#[test]
fn states_are_those_of_the_rule_manager() {
    type Expected<'a> = &'a [(i64, Option<i64>)];
    let cases: &[(i64, i64, &str, Expected<'_>, Expected<'_>)] = &[
        (0, 0, "..x.", &[(20, Some(30))], &[]),
        (0, 0, "xx", &[(0, None)], &[]),
        (20, 0, "xxxx.", &[(20, Some(40))], &[]),
        (20, 0, "xx.", &[], &[(0, Some(20))]),
        // A gap of one evaluation starts the wait anew.
        (20, 0, "xx.xxx.", &[(50, Some(60))], &[(0, Some(20))]),
        (20, 0, "xx", &[], &[(0, None)]),
        // A wait that is no multiple of the interval ends with the next evaluation.
        (15, 0, "xxx.", &[(20, Some(30))], &[]),
        (0, 20, "x..x.", &[(0, None)], &[]),
        (0, 20, "x...x.", &[(0, Some(30)), (40, None)], &[]),
        (0, 20, "x.x...", &[(0, Some(50))], &[]),
        // What keeps an alert firing does not keep one pending.
        (20, 60, "xx.x.", &[], &[(0, Some(20)), (30, Some(40))]),
        (10, 10, "xx.xx..", &[(10, Some(60))], &[]),
    ];
    for (hold, keep, evaluations, fired, pending) in cases {
        let (seen_fired, seen_pending) = states(*hold, *keep, evaluations);
        assert_eq!((seen_fired.as_slice(), seen_pending.as_slice()), (*fired, *pending), "{hold} {keep} {evaluations}");
    }
}

#[test]
fn times_are_read_and_written() {
    let cases = [
        ("0", Some("1970-01-01T00:00:00Z")),
        ("1767225600", Some("2026-01-01T00:00:00Z")),
        ("2026-02-28", Some("2026-02-28T00:00:00Z")),
        ("2024-02-29T23:59:59.250Z", Some("2024-02-29T23:59:59.250Z")),
        ("2026-01-01T06:30:00+02:00", Some("2026-01-01T04:30:00Z")),
        ("2026-01-01T06:30Z", Some("2026-01-01T06:30:00Z")),
        ("2026-02-29", None),
        ("2026-01-01T24:00:00Z", None),
        ("2026-01-01T06:30:00", None),
        ("1969-12-31T23:59:59Z", None),
        ("99999999999999999999", None),
        ("", None),
        ("\u{661}", None),
        ("2026-01-01T06:30:00+\u{e9}2:00", None),
    ];
    for (text, expected) in cases {
        assert_eq!(instant::parse(text).map(instant::rfc3339).as_deref(), expected, "{text}");
    }
}

const SPEC: &str = r#"
stack: {name: t, evaluation_interval: 30s}
services:
  app:
    language: go
    port: 8000
    metrics:
      define:
        app_errors_total: {type: counter, unit: errors, help: Errors., labels: {code: [a, b]}}
        app_seen_total: {type: counter, unit: things, help: Seen.}
"#;

fn model(more: &str) -> Model {
    let world = MemoryWorld::with_files([("specs/a.yaml", format!("{SPEC}{more}").as_str())]);
    let resolved = pipeline::resolve(&world, Path::new("specs"), None).unwrap();
    let errors: Vec<_> = resolved.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    resolved.model.unwrap()
}

fn inlined(records: &str, expr: &str) -> (String, Vec<String>) {
    let model = model(&format!("recording_rules:\n{records}"));
    let inliner = inline::Inliner::new(&model.records, model.settings.evaluation_interval);
    let parsed = parse(expr, Dialect::Prometheus);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let inlined = inliner.inline(&parsed.expr);
    let text = inlined.expr.to_string();
    let again = parse(&text, Dialect::Prometheus);
    assert!(again.errors.is_empty(), "{text}\n{:?}", again.errors);
    (text, inlined.notes.into_iter().collect())
}

#[test]
fn recording_rules_are_replaced_by_their_expressions() {
    let records = "  a:b:c: {expr: sum by (code) (app_errors_total), labels: {team: 'x$1'}}\n";
    let record =
        r#"label_replace(label_replace(sum by (code) (app_errors_total), "__name__", "a:b:c", "", ""), "team", "x$$1", "", "")"#;
    let one = r#"label_replace(vector(1), "__optiinfra_selected", "1", "", "")"#;
    let cases = [
        ("a:b:c > 5", format!("{record} > 5")),
        (r#"{__name__="a:b:c"} > 5"#, format!("{record} > 5")),
        ("max_over_time(a:b:c[5m])", format!("max_over_time({record}[5m:30s])")),
        ("a:b:c offset 1h", format!("last_over_time({record}[30s:30s] offset 1h)")),
        (
            r#"a:b:c{code!~"x.*"}"#,
            format!(
                "label_replace(label_replace({record}, \"__optiinfra_selected\", \"1\", \"code\", \"x.*\") unless on (__optiinfra_selected) \
                 {one}, \"__optiinfra_selected\", \"\", \"\", \"\")"
            ),
        ),
        ("rate(app_seen_total[5m]) > 5", "rate(app_seen_total[5m]) > 5".to_owned()),
    ];
    for (expr, expected) in cases {
        assert_eq!(inlined(records, expr), (expected, Vec::new()), "{expr}");
    }
    let (text, notes) = inlined(records, r#"absent(a:b:c{code="a", job="x", job="y"})"#);
    assert!(text.starts_with("label_replace(absent(label_replace(") && text.ends_with(r#", "code", "a", "", "")"#), "{text}");
    assert!(!text.contains(r#""job", "x", "", """#) && notes.is_empty(), "{text} {notes:?}");
}

#[test]
fn a_chain_of_recording_rules_is_followed_until_it_grows_too_long() {
    let records = "  a:b:c: {expr: sum(app_seen_total)}\n  b:c:d: {expr: a:b:c * 2}\n";
    let (text, notes) = inlined(records, "b:c:d");
    assert!(text.contains("sum(app_seen_total)") && !text.contains("a:b:c *") && notes.is_empty(), "{text} {notes:?}");
    let mut doubling = "  r:r:r0: {expr: sum(app_seen_total)}\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        doubling.push_str(&format!("  r:r:r{level}: {{expr: r:r:r{before} + r:r:r{before}}}\n"));
    }
    let (text, notes) = inlined(&doubling, "r:r:r39");
    assert!(text.len() < 200_000, "{}", text.len());
    assert!(notes.iter().any(|note| note.contains("too long")), "{notes:?}");
}

/// Answers from a function, and remembers what it was asked.
struct Canned<F> {
    answer: F,
    asked: RefCell<Vec<String>>,
}

impl<F: Fn(&str, &BTreeMap<String, String>) -> Result<Json, Failure>> Fetch for Canned<F> {
    fn fetch(&self, path: &str, query: &[(&str, &str)]) -> Result<Json, Failure> {
        let fields = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.asked.borrow_mut().push(path.to_owned());
        (self.answer)(path, &fields)
    }
}

fn run(
    alerts: &str,
    period: Period,
    answer: impl Fn(&str, &BTreeMap<String, String>) -> Result<Json, Failure>,
) -> (Result<Side, Failure>, usize) {
    let model = model(&format!("alerts:\n{alerts}"));
    let canned = Canned { answer, asked: RefCell::default() };
    let side = Backtester::new(&canned, period).side("specs", &model, &BTreeSet::new(), &mut |_| {});
    let asked = canned.asked.borrow().len();
    (side, asked)
}

const ALERT: &str =
    "  AppErrors:\n    expr: app_errors_total > 5\n    severity: warning\n    summary: Errors\n    description: Errors.\n";

fn matrix(series: &[(&str, &[i64])]) -> Json {
    let series: Vec<Json> = series
        .iter()
        .map(|(code, times)| {
            let values: Vec<Json> = times.iter().map(|time| json!([time, "6"])).collect();
            json!({"metric": {"__name__": "app_errors_total", "code": code}, "values": values})
        })
        .collect();
    json!({"resultType": "matrix", "result": series})
}

#[test]
fn figures_are_per_series_and_in_all() {
    let period = Period { start: 0, end: 3_600_000 };
    let (side, asked) = run(ALERT, period, |_, _| Ok(matrix(&[("a", &[60, 90, 300]), ("b", &[90, 120])])));
    let side = side.unwrap();
    let figures = side.alerts[0].figures().unwrap();
    assert_eq!((asked, figures.fired, figures.series_fired, figures.pending_only), (1, 3, 2, 0));
    // From 60 to 150 and from 300 to 330.
    assert_eq!((figures.firing, figures.longest, figures.first, figures.last), (120_000, 60_000, Some(60_000), Some(300_000)));
    let labels = &figures.series[0].labels;
    assert_eq!(labels.get("alertname").map(String::as_str), Some("AppErrors"));
    assert!(labels.contains_key("severity") && !labels.contains_key("__name__"), "{labels:?}");
    let text = human(&Backtest { period, base: None, now: side });
    assert!(text.contains("{code=\"a\"} fired 2 times, 1m30s in all"), "{text}");
    assert!(text.ends_with("1 alert over 1h from 1970-01-01 00:00 to 1970-01-01 01:00 UTC: 1 fired 3 times in all\n"), "{text}");
}

#[test]
fn no_data_is_told_apart_from_silence() {
    let period = Period { start: 0, end: 3_600_000 };
    let quiet = |samples: Json| {
        let (side, _) =
            run(ALERT, period, move |path, _| Ok(if path == "/api/v1/series" { samples.clone() } else { matrix(&[]) }));
        side.unwrap().alerts.remove(0)
    };
    assert_eq!(quiet(json!([])).outcome, Outcome::NoData);
    assert_eq!(quiet(json!([])).missing, ["app_errors_total"]);
    assert_eq!(quiet(json!([{}])).outcome, Outcome::Tested(Figures::default()));
}

#[test]
fn a_long_time_is_asked_in_pieces_and_a_very_long_one_with_a_coarser_step() {
    let none = |path: &str, query: &BTreeMap<String, String>| {
        if path == "/api/v1/query_range" {
            let number = |name: &str| query[name].parse::<i64>().unwrap();
            assert!((number("end") - number("start")) / number("step") < 11_000, "{query:?}");
        }
        Ok(matrix(&[]))
    };
    let day = 86_400_000;
    let (side, asked) = run(ALERT, Period { start: day, end: 31 * day }, none);
    assert_eq!(asked, 1 + 8);
    assert_eq!(side.unwrap().alerts[0].step, 30_000);
    let (side, asked) = run(ALERT, Period { start: 0, end: 20 * 366 * day }, none);
    let side = side.unwrap();
    assert!(asked <= 65 && side.alerts[0].step > 30_000, "{asked} {}", side.alerts[0].step);
    assert!(side.alerts[0].notes.iter().any(|note| note.contains("in place of 30s")), "{:?}", side.alerts[0].notes);
}

#[test]
fn a_question_that_is_refused_is_asked_in_halves_and_then_reported() {
    let period = Period { start: 0, end: 5000 * 30_000 };
    let refuse = |_: &str, _: &BTreeMap<String, String>| Err(Failure::Question("too many samples".to_owned()));
    let (side, asked) = run(ALERT, period, refuse);
    assert_eq!(side.unwrap().alerts[0].outcome, Outcome::Failed("too many samples".to_owned()));
    assert!(asked < 8, "{asked}");
    let halves = |_: &str, query: &BTreeMap<String, String>| {
        let number = |name: &str| query[name].parse::<i64>().unwrap();
        if (number("end") - number("start")) / 30 > 3000 {
            return Err(Failure::Question("too many samples".to_owned()));
        }
        // It fires over the seam between the two halves.
        let times: Vec<i64> = (number("start")..=number("end")).step_by(30).collect();
        Ok(matrix(&[("a", &times)]))
    };
    let (side, _) = run(ALERT, period, halves);
    let side = side.unwrap();
    let figures = side.alerts[0].figures().unwrap();
    assert_eq!((figures.fired, figures.firing, figures.firing_at_end), (1, 5000 * 30_000, 1));
    let gone = |_: &str, _: &BTreeMap<String, String>| Err(Failure::Server { message: "gone".to_owned(), help: None });
    assert!(run(ALERT, period, gone).0.is_err());
}

#[test]
fn hostile_answers_are_no_panic() {
    let period = Period { start: 0, end: 3_600_000 };
    let answers = [
        json!(null),
        json!({"resultType": "matrix"}),
        json!({"resultType": "vector", "result": []}),
        json!({"resultType": "matrix", "result": [null, 5, {"metric": [], "values": [[1e300, "x"], [], null, [-5, "1"], ["1", "1"]]}]}),
    ];
    for answer in answers {
        let (side, _) = run(ALERT, period, |_, _| Ok(answer.clone()));
        let now = side.unwrap();
        let backtest = Backtest { period, base: Some(now.clone()), now };
        assert!(human(&backtest).ends_with('\n'));
        assert!(json(&backtest)["base"].is_object());
    }
    let (side, _) = run(ALERT, period, |_, _| Ok(matrix(&[("\u{1b}[2J\u{202e}", &[60])])));
    let text = human(&Backtest { period, base: None, now: side.unwrap() });
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn series_that_become_one_are_a_failure() {
    let period = Period { start: 0, end: 3_600_000 };
    let alert = format!("{ALERT}    labels: {{code: all}}\n");
    let (side, _) = run(&alert, period, |_, _| Ok(matrix(&[("a", &[60, 90]), ("b", &[90])])));
    let outcome = side.unwrap().alerts.remove(0).outcome;
    assert!(matches!(&outcome, Outcome::Failed(reason) if reason.contains("same labels")), "{outcome:?}");
}
