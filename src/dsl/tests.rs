//! What the builders make, and where findings lead.

use std::path::Path;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::pipeline::{CheckOptions, Checked};
use crate::source::SourceKind;
use crate::world::MemoryWorld;

labels! {
    STATUS = "status";
    CODE = "code";
}

fn stack() -> Spec {
    Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6")))
}

fn checked(spec: &Spec) -> Checked {
    let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &CheckOptions::default()).unwrap();
    // A value that was made inside of the builders would lead nobody anywhere.
    let programs = checked.sources.iter().filter(|(_, source)| source.kind == SourceKind::Rust);
    assert!(programs.map(|(_, source)| source.name.as_str()).eq(["src/dsl/tests.rs"]));
    checked
}

#[track_caller]
fn found<'c>(checked: &'c Checked, rule: &str) -> &'c Diagnostic {
    let all = &checked.diagnostics;
    all.iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("no {rule} in {all:?}"))
}

fn line(checked: &Checked, finding: &Diagnostic) -> u32 {
    checked.sources.position(finding.span.unwrap()).line
}

fn requests() -> Counter<Requests> {
    Counter::new("requests_total", "Requests.").label(CODE, up_to(5))
}

fn service(metrics: &impl Metrics) -> Service {
    Service::new("api", Language::Other, 9000).metrics(metrics)
}

#[test]
fn a_finding_inside_an_expression_leads_to_the_line_of_its_part() {
    let requests = requests();
    let good = rate(requests.over(hours(1)));
    let bad = requests.is(STATUS, "200");
    let bad_line = line!() - 1;
    let ratio = sum(rate(bad.over(hours(1)))).by(JOB) / sum(good.clone()).by(JOB);
    let grouped = sum(good);
    let grouped = grouped.by(STATUS);
    let grouped_line = line!() - 1;
    let checked = checked(
        &stack().with(service(&requests)).with(Recorded::new("job:a:ratio", ratio)).with(Recorded::new("job:b:rate", grouped)),
    );
    assert_eq!(line(&checked, found(&checked, "promql/unknown-label")), bad_line);
    assert_eq!(line(&checked, found(&checked, "promql/grouping-by-absent-label")), grouped_line);
    let source = checked.sources.get(found(&checked, "promql/unknown-label").span.unwrap().source);
    assert_eq!(source.name, "src/dsl/tests.rs");
}

#[test]
fn the_excerpt_is_the_source_where_it_can_be_read() {
    let (requests, _) = (requests(), line!());
    let query = Recorded::new("job:a:rate", rate(requests.is(STATUS, "200").over(hours(1))));
    let at = line!() - 1;
    let spec = stack().with(service(&requests)).with(query);
    let text = include_str!("tests.rs");
    let world = MemoryWorld::with_files([("/repo/src/dsl/tests.rs", text.as_bytes())]);
    let checked = spec.check(&world, Path::new("/repo/generator"), &CheckOptions::default()).unwrap();
    let finding = found(&checked, "promql/unknown-label");
    assert_eq!((line(&checked, finding), checked.sources.text(finding.span.unwrap())), (at, "is(STATUS, \"200\")"));
    assert_eq!(checked.sources.get(finding.span.unwrap().source).name, "/repo/src/dsl/tests.rs");
    let label = finding.labels.iter().find(|label| checked.sources.position(label.span).line != at);
    let shown = label.map(|label| checked.sources.text(label.span));
    assert_eq!(shown, Some("Counter::new(\"requests_total\", \"Requests.\")"));
}

#[test]
fn two_of_one_name_are_shown_at_both_lines() {
    let first = Service::new("api", Language::Go, 9000);
    let second = Service::new("api", Language::Go, 9001);
    let last = line!() - 1;
    let checked = checked(&stack().with(first).with(second));
    let finding = found(&checked, "spec/duplicate-name");
    let first = checked.sources.position(finding.labels[0].span).line;
    assert_eq!((line(&checked, finding), first), (last, last - 1));
    assert_eq!(finding.message, "`services.api` is defined twice");
}

#[test]
fn a_field_that_does_not_exist_and_one_that_is_set_twice_are_shown_where_they_are_set() {
    let service = Service::new("api", Language::Go, 9000);
    let service = service.set("colour", "red");
    let service = service.set("port", 9001);
    let last = line!() - 1;
    let checked = checked(&stack().with(service));
    assert_eq!(line(&checked, found(&checked, "spec/unknown-field")), last - 1);
    assert_eq!(line(&checked, found(&checked, "spec/duplicate-key")), last);
}

#[test]
fn text_that_is_no_expression_is_shown_where_it_is_given() {
    let broken = promql("sum(rate(");
    let at = line!() - 1;
    let checked = checked(&stack().with(Query::new("a", (sum(up()).assume::<Untold>() + broken) * 5)));
    assert_eq!(line(&checked, found(&checked, "promql/syntax-error")), at);
}

#[test]
fn what_is_allowed_on_a_service_is_allowed_for_its_metrics_alone() {
    let named = |name| Gauge::<Seconds>::new(name, "How long.").label(CODE, up_to(5));
    let allowed = service(&named("latency")).allow("metric/unit-not-in-name", "the name is old");
    let other = Service::new("other", Language::Other, 9001).metrics(&named("duration"));
    let checked = checked(&stack().with(allowed).with(other));
    let all: Vec<_> = checked.diagnostics.iter().filter(|found| found.rule == "metric/unit-not-in-name").collect();
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].message.contains("duration"), "{}", all[0].message);
}

#[test]
fn things_made_by_one_line_are_different_things() {
    let requests = requests();
    let mut spec = stack().with(service(&requests));
    for (name, severity) in [("A", WARNING), ("B", CRITICAL)] {
        let condition = sum(rate(requests.over(minutes(5)))).by(JOB).above(number(5)).severity(severity);
        spec = spec.with(Alert::new(name, condition, "There are many requests").allow("alert/duplicate", "one for each team"));
    }
    let checked = checked(&spec);
    let model = checked.model.unwrap();
    assert_eq!(model.alerts.iter().map(|alert| alert.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn nothing_is_mended_in_a_program() {
    let alert = Alert::new("A", up().is(JOB, "apj").equals(number(0)).severity(CRITICAL), "It is down");
    let checked = checked(&stack().with(service(&requests())).with(alert));
    assert!(!checked.diagnostics.is_empty());
    assert!(checked.diagnostics.iter().all(|found| found.fix.is_none()), "{:?}", checked.diagnostics);
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "\"}, {\\\u{0}\n\u{2028}{{ $labels.job }} ${var.x} é🦀";
    let alert = Alert::new("A", up().is(JOB, hostile).equals(number(0)).severity(CRITICAL), "It is down").label(STATUS, hostile);
    let checked = checked(&stack().with(service(&requests())).with(alert));
    let model = checked.model.unwrap();
    let text = &model.alerts[0].expr.text;
    let parsed = crate::promql::parse(text, crate::promql::Dialect::Prometheus);
    assert!(parsed.errors.is_empty(), "{text}");
}

#[test]
fn depth_is_bounded() {
    let mut sum_of = up().now();
    for _ in 0..2000 {
        sum_of = -sum_of;
    }
    let checked_expression = checked(&stack().with(Query::new("deep", sum_of)));
    assert!(checked_expression.has_errors());
    let mut nested = map();
    for _ in 0..500 {
        nested = map().set("x", nested);
    }
    let checked = checked(&stack().with(item::<section::Services>("deep").set("compose", nested)));
    assert!(found(&checked, "spec/limit").span.is_some());
}

#[test]
fn every_function_and_operator_knows_its_caller() {
    let (requests, info) = (requests(), Info::new("info", "Which."));
    let histogram = Histogram::<Seconds>::new("took_seconds", "Time.", [0.1, 1.0]);
    let native = NativeHistogram::<Seconds>::new("native_seconds", "Time.");
    let summary = Summary::<Seconds>::new("pause_seconds", "Time.", [0.5]);
    let gauge = Gauge::<Seconds>::new("age_seconds", "Age.");
    let aged = gauge.now();
    let (param, hour) = (Param::<Ratio>::new("share", 0.5), hours(1));
    let times = [
        histogram_quantile(&param, sum(rate(histogram.buckets().over(hour))).by(LE)),
        histogram_avg(increase(native.over(hour))),
        sum(rate(summary.sum().over(hour))) / sum(rate(summary.count().over(hour))),
        max(summary.quantile("0.5")).without(INSTANCE),
        (gauge.now() + &gauge - 1 + gauge.offset(hour)).pairwise().less(&gauge).now(),
        (time() - &gauge).on(JOB).group_left([]) * &info,
        topk(3, -gauge.now()).by(JOB).ignoring(JOB).or(clamp_min(&gauge, 1)),
        quantile_over_time(0.5, gauge.over(hour)) * 2.0,
        predict_linear(gauge.now().over_every(hour, minutes(5)), hour),
        label_replace(with_label(abs(&gauge), CODE, "x"), STATUS, "$1", CODE, "(.*)"),
        gauge.now().and(absent(up())).unless(up().now().equal(number(1)).as_bool()).zeroed(),
        round(promql("age_seconds")).assume(),
        timestamp(up()).on([JOB]).greater(&gauge).now(),
    ];
    let counts = [count(up()).by(JOB), count_values(CODE, up()).now(), resets(requests.over(hour)), vector(1)];
    let mut spec = stack().with(service(&requests).metrics(&histogram)).with(MetricSet::new("set", &gauge));
    for (index, expr) in times.into_iter().enumerate() {
        spec = spec.with(Query::new(&format!("a{index}"), expr).param(&param).recorded("a:b:c", [minutes(5)]));
    }
    for (index, expr) in counts.into_iter().enumerate() {
        spec = spec.with(Recorded::new(&format!("a:b:c{index}"), expr).label(CODE, "x"));
    }
    let used = Query::new("used", up().now());
    let provider = Variable::values_of("provider", &gauge, CODE).multi();
    let panels = [
        Panel::stat("A", &used),
        Panel::stat("B", &gauge).threshold(seconds(1), "red").column(Column::of(CODE)).mapping("0", "no", "red"),
        Panel::stat("C", [Target::new(used.used().with(&param, 0.9).only(CODE, &provider)).legend("x")]),
        Panel::stat("D", vec![Target::new(gauge.is(CODE, "x")), Target::new(&aged)]),
        Panel::text("E", "words").repeat(&provider),
    ];
    let dashboard = Dashboard::new("d", "D", [Row::new("R", panels).collapsed()]).variable(&provider).link("L", "d");
    let team = Receiver::new("team", Way::email("a@example.com")).also(Way::webhook("http://x/"));
    let inhibit = Inhibit::new(alerts().is(CODE, "a"), alerts().like(CODE, "b"), JOB);
    let notifications = Notifications::new(Route::to(&team).route(Route::to(&team).id("x")), [&team]).inhibit(inhibit);
    let levels = gauge.now().level(WARNING, above(seconds(1)).hold(hour)).level(CRITICAL, outside(number(1), number(2)));
    let alert = Alert::new("A", levels, "It is").label(CODE, "x").annotation("a", "b").only(CODE, "x");
    let whole = spec.with(used).with(dashboard).with(notifications).with(alert);
    assert!(checked(&whole).model.is_some());
}

#[test]
fn every_section_can_be_reached() {
    let team = Receiver::new("team", Way::email("team@example.com"));
    let smtp = Smtp::new("smtp.example.com:587", "alerts@example.com");
    let spec = stack()
        .with(service(&requests()))
        .with(Notifications::new(Route::to(&team), [&team]).smtp(smtp))
        .with(item::<section::Variables>("window").set("type", "duration").set("default", "5m"))
        .with(item::<section::Environments>("production").set("stack", map().set("retention", "30d")))
        .with(item::<section::Scenarios>("api-down").set("down", ["api"]))
        .with(GpuTarget::new("pool", "dcgm_exporter", nodes(["gpu-01"])).threshold("temperature", celsius(83)))
        .with(Exporter::new("redis-exporter", "redis_exporter@1.55").address("redis://redis:6379"))
        .with(
            Alert::new(
                "GpuHot",
                max(Gauge::<Celsius>::known("DCGM_FI_DEV_GPU_TEMP"))
                    .by(label!("gpu"))
                    .above(pool::<Celsius>("temperature"))
                    .severity(CRITICAL),
                "A GPU is too hot",
            )
            .for_each("gpu_targets"),
        );
    let options = CheckOptions { environment: Some("production"), ..CheckOptions::default() };
    let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &options).unwrap();
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let model = checked.model.unwrap();
    assert_eq!(model.spec.scenarios.len(), 1);
    assert!(model.alerts.iter().any(|alert| alert.expr.text.contains("> 83")), "{:?}", model.alerts);
}

#[test]
fn a_module_in_yaml_is_imported_with_parameters() {
    let module = "variables: {name: {type: text}}\nservices: {'${var.name}': {language: go, port: 9000}}\n";
    let world = MemoryWorld::with_files([
        ("/repo/modules/agent/agent.yaml", module.as_bytes()),
        ("/repo/.git/HEAD", &b"x"[..]),
        ("/repo/generator/Cargo.toml", &b""[..]),
    ]);
    let import = item::<section::Imports>("cost").set("from", "../modules/agent").set("with", map().set("name", "cost-agent"));
    let wrong = item::<section::Imports>("other").set("from", "../modules/nowhere");
    let at = line!() - 1;
    let checked = stack().with(import).with(wrong).check(&world, Path::new("/repo/generator"), &CheckOptions::default()).unwrap();
    let model = checked.model.as_ref().unwrap();
    let finding = checked.diagnostics.iter().find(|found| found.message.contains("nowhere")).unwrap();
    assert_eq!(line(&checked, finding), at);
    assert_eq!(model.spec.services.names().collect::<Vec<_>>(), ["cost-agent"], "{:?}", checked.diagnostics);
}
