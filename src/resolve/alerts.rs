//! Alerts: one rule for each level and each pool.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::model::item::{Item, ItemKind};
use crate::model::rule::{AlertRule, Bound, Threshold, UnitClash};
use crate::promql::catalog::Catalog;
use crate::promql::infer::Context;
use crate::promql::{BinaryOp, Dialect};
use crate::resolve::compose::{Draft, Window, set_params};
use crate::resolve::pack::UNKNOWN_NAME;
use crate::resolve::queries::{Queries, narrow_all};
use crate::resolve::stack::Settings;
use crate::source::{Sources, Span};
use crate::spec::Spec;
use crate::spec::decode::{Entry, Map, Spanned, Text};
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::query::{Alert, Level, Threshold as Wanted};
use crate::spec::service::GpuTarget;
use crate::spec::shared::Status;
use crate::unit::Unit;

/// What making the rules needs.
pub struct Input<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// Its queries.
    pub queries: &'a Queries<'a>,
    /// What exists.
    pub catalog: &'a dyn Catalog,
    /// What the expressions are for.
    pub context: &'a Context,
    /// The stack's settings.
    pub settings: &'a Settings,
    /// All texts.
    pub sources: &'a Sources,
}

/// The severity of an alert that says none.
const DEFAULT_SEVERITY: &str = "warning";

/// All alert rules in the order of the alerts' names.
pub fn resolve(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<AlertRule> {
    let mut rules = Vec::new();
    for (name, entry) in input.spec.alerts.iter() {
        rules.extend(alert(input, name, entry, diagnostics));
    }
    rules
}

/// What one rule of an alert says, whether it stands on the alert itself or on a level.
struct Case<'a> {
    level: Option<&'a str>,
    severity: String,
    severity_span: Span,
    comparisons: Vec<(BinaryOp, &'a Wanted)>,
    hold: Option<Duration>,
    keep_firing_for: Option<Duration>,
    labels: Option<&'a Map<Text>>,
    annotations: Option<&'a Map<Text>>,
    summary: Option<&'a Text>,
    description: Option<&'a Text>,
}

/// The thresholds as they are written on an alert or a level: each field with its operator.
struct Written<'a> {
    single: [(BinaryOp, &'a Option<Box<Wanted>>); 6],
    outside: &'a Option<Vec<Wanted>>,
    span: Span,
}

macro_rules! written {
    ($item:expr) => {
        Written {
            single: [
                (BinaryOp::Greater, &$item.above),
                (BinaryOp::Less, &$item.below),
                (BinaryOp::GreaterOrEqual, &$item.at_least),
                (BinaryOp::LessOrEqual, &$item.at_most),
                (BinaryOp::Equal, &$item.equals),
                (BinaryOp::NotEqual, &$item.differs_from),
            ],
            outside: &$item.outside,
            span: $item.span,
        }
    };
}

impl<'a> Written<'a> {
    /// The comparisons; two of them (`above` and `below` together) mean either.
    fn comparisons(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<(BinaryOp, &'a Wanted)> {
        let mut all: Vec<_> =
            self.single.iter().filter_map(|(op, wanted)| wanted.as_deref().map(|wanted| (*op, wanted))).collect();
        if let Some(bounds) = self.outside {
            match bounds.as_slice() {
                [low, high] => all.extend([(BinaryOp::Less, low), (BinaryOp::Greater, high)]),
                _ => diagnostics.push(
                    Diagnostic::error("spec/invalid-value", self.span, "`outside` has two bounds")
                        .help("write `outside: [LOW, HIGH]`"),
                ),
            }
        }
        all
    }
}

fn cases<'a>(alert: &'a Alert, diagnostics: &mut Vec<Diagnostic>) -> Vec<Case<'a>> {
    let duration = |value: &Option<Spanned<Duration>>| value.as_ref().map(|duration| duration.value);
    if alert.levels.is_empty() {
        let severity = alert.severity.as_ref().map_or(DEFAULT_SEVERITY, Text::as_str).to_owned();
        return vec![Case {
            level: None,
            severity,
            severity_span: alert.severity.as_ref().map_or(alert.span, |severity| severity.span),
            comparisons: written!(alert).comparisons(diagnostics),
            hold: duration(&alert.hold),
            keep_firing_for: duration(&alert.keep_firing_for),
            labels: None,
            annotations: None,
            summary: None,
            description: None,
        }];
    }
    if let Some(severity) = &alert.severity {
        diagnostics.push(
            Diagnostic::error("spec/invalid-value", severity.span, "an alert with levels has the severities of its levels")
                .help("take `severity` out"),
        );
    }
    let of_level = |(name, entry): (&'a str, &'a Entry<Level>)| {
        let level = &entry.value;
        let mut comparisons = written!(level).comparisons(diagnostics);
        if comparisons.is_empty() {
            comparisons = written!(alert).comparisons(diagnostics);
        }
        Case {
            level: Some(name),
            severity: name.to_owned(),
            severity_span: entry.key,
            comparisons,
            hold: duration(&level.hold).or(duration(&alert.hold)),
            keep_firing_for: duration(&level.keep_firing_for).or(duration(&alert.keep_firing_for)),
            labels: Some(&level.labels),
            annotations: Some(&level.annotations),
            summary: level.summary.as_ref(),
            description: level.description.as_ref(),
        }
    };
    alert.levels.iter().map(of_level).collect()
}

fn alert(input: &Input<'_>, name: &str, entry: &Entry<Alert>, diagnostics: &mut Vec<Diagnostic>) -> Vec<AlertRule> {
    let alert = &entry.value;
    let what = format!("the alert `{name}`");
    let source = input.queries.source(
        alert.expr.as_ref(),
        alert.query.as_ref(),
        &what,
        entry.key,
        Dialect::Spec,
        input.sources,
        diagnostics,
    );
    let Some(source) = source else { return Vec::new() };
    let window = alert.window.as_ref().map_or_else(|| input.queries.window(source.query), |window| window.value);
    let query = source.query.map(str::to_owned);
    let mut draft = source.draft;
    draft.set_window(&Window::Fixed(window));
    set_params(&mut draft, source.params, &alert.with, Dialect::Spec, input.sources, diagnostics);
    narrow_all(&mut draft, &alert.where_, &BTreeSet::new(), input.catalog, diagnostics);
    draft.check_params(&[], input.sources, diagnostics);
    let cases = cases(alert, diagnostics);
    let mut rules = Vec::new();
    for pool in pools(input, alert, diagnostics) {
        for case in &cases {
            let mut draft = draft.clone();
            if let Some((pool_name, _)) = pool {
                let value = Text::synthetic(pool_name, alert.for_each.as_ref().map_or(entry.key, |text| text.span));
                draft.narrow("pool", &value, false, input.catalog);
            }
            rules.extend(rule(input, name, entry, case, pool, draft, query.clone(), diagnostics));
        }
    }
    rules
}

/// The pools that there is one rule for; one time nothing for an alert without `for_each`.
fn pools<'a>(input: &Input<'a>, alert: &Alert, diagnostics: &mut Vec<Diagnostic>) -> Vec<Option<(&'a str, &'a GpuTarget)>> {
    let Some(for_each) = &alert.for_each else { return vec![None] };
    let all = &input.spec.gpu_targets;
    let wanted = for_each.as_str();
    if wanted == "gpu_targets" {
        let pools: Vec<_> = all.iter().map(|(name, entry)| Some((name, &entry.value))).collect();
        if pools.is_empty() && all.broken.is_empty() {
            diagnostics.push(
                Diagnostic::error(UNKNOWN_NAME, for_each.span, "there are no GPU pools for this alert")
                    .help("declare one under `gpu_targets:`, or take the alert out"),
            );
        }
        return pools;
    }
    match wanted.strip_prefix("gpu_targets.") {
        Some(name) => match all.iter().find(|(known, _)| *known == name) {
            Some((name, entry)) => vec![Some((name, &entry.value))],
            None => {
                let near = suggest::nearest(name, all.names());
                let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `gpu_targets:`".to_owned());
                diagnostics
                    .push(Diagnostic::error(UNKNOWN_NAME, for_each.span, format!("there is no GPU pool `{name}`")).help(help));
                Vec::new()
            }
        },
        None => {
            diagnostics.push(
                Diagnostic::error(
                    "spec/invalid-value",
                    for_each.span,
                    format!("`{wanted}` is nothing that there are several of"),
                )
                .help("write `gpu_targets`, or `gpu_targets.NAME`"),
            );
            Vec::new()
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one rule")]
fn rule(
    input: &Input<'_>,
    name: &str,
    entry: &Entry<Alert>,
    case: &Case<'_>,
    pool: Option<(&str, &GpuTarget)>,
    draft: Draft,
    query: Option<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<AlertRule> {
    let alert = &entry.value;
    let (expr, value, threshold) = if case.comparisons.is_empty() {
        (draft.finish(input.catalog, input.context), None, None)
    } else {
        let value = draft.clone().finish(input.catalog, input.context);
        let declared = alert.unit.as_ref().or_else(|| query_unit(input, query.as_deref()));
        let unit = declared.map(|unit| unit.value.clone()).or_else(|| value.facts().unit.known().cloned());
        let mut bounds = Vec::new();
        for (op, wanted) in &case.comparisons {
            bounds.push(bound(*op, wanted, unit.as_ref(), pool, diagnostics)?);
        }
        let mut compared: Option<Draft> = None;
        for bound in &bounds {
            let place = Text::synthetic(bound.quantity.text.clone(), bound.span);
            let one = draft.clone().compare(bound.op, bound.number, &place);
            compared = Some(match compared {
                Some(before) => before.or(one),
                None => one,
            });
        }
        let expr = compared?.finish(input.catalog, input.context);
        // Only Grafana asks for the value apart from its comparison.
        let value = input.settings.grafana_alerting.then_some(value);
        (expr, value, Some(Threshold { bounds, unit }))
    };
    let mut labels = BTreeMap::new();
    let mut add = |map: &Map<Text>| labels.extend(map.iter().map(|(name, entry)| (name.to_owned(), entry.value.clone())));
    add(&alert.labels);
    case.labels.into_iter().for_each(&mut add);
    labels.insert("severity".to_owned(), Text::synthetic(case.severity.clone(), case.severity_span));
    let mut generated_labels = Vec::new();
    if let Some((pool, _)) = pool {
        let span = alert.for_each.as_ref().map_or(entry.key, |text| text.span);
        labels.insert("pool".to_owned(), Text::synthetic(pool, span));
        generated_labels.push("pool".to_owned());
    }
    let planned = alert.status == Some(Status::Planned)
        || pool.is_some_and(|(_, pool)| pool.status == Some(Status::Planned))
        || only_planned(&expr);
    Some(AlertRule {
        name: name.to_owned(),
        item: Item::new(ItemKind::Alert, name, entry.key),
        level: case.level.map(str::to_owned),
        pool: pool.map(|(name, _)| name.to_owned()),
        expr,
        value,
        threshold,
        hold: case.hold,
        keep_firing_for: case.keep_firing_for,
        labels,
        annotations: annotations(input, name, entry, case),
        group: alert.group.as_ref().map_or(input.settings.name.as_str(), Text::as_str).to_owned(),
        interval: alert.interval.as_ref().map(|interval| interval.value),
        query,
        heartbeat: alert.heartbeat,
        planned,
        generated_labels,
        runbook: alert.runbook.clone(),
        tests: alert
            .tests
            .iter()
            .filter(|test| test.level.as_ref().is_none_or(|level| Some(level.as_str()) == case.level))
            .cloned()
            .collect(),
    })
}

fn query_unit<'a>(input: &Input<'a>, query: Option<&str>) -> Option<&'a Spanned<Unit>> {
    query.and_then(|name| input.spec.queries.get(name)).and_then(|query| query.unit.as_ref())
}

/// Whether every metric that the expression reads is only planned, so that it could never fire.
fn only_planned(expr: &crate::model::expr::Expr) -> bool {
    let mut read = expr.inference.metrics.iter().filter(|metric| !metric.variants.is_empty()).peekable();
    read.peek().is_some()
        && read.all(|metric| {
            metric.variants.iter().all(|variant| matches!(variant.status, crate::promql::catalog::Status::Planned(_)))
        })
}

fn bound(
    op: BinaryOp,
    wanted: &Wanted,
    unit: Option<&Unit>,
    pool: Option<(&str, &GpuTarget)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Bound> {
    let quantity = match wanted {
        Wanted::Quantity(quantity) => quantity.clone(),
        Wanted::Pool { name, span } => pool_threshold(name, *span, pool, diagnostics)?,
    };
    let span = wanted.span();
    let (number, clash) = match (&quantity.unit, unit) {
        (Some(own), Some(unit)) => match quantity.in_unit(unit) {
            Some(number) => (number, None),
            None => (quantity.number, Some(UnitClash::Different { quantity: own.clone(), value: unit.clone() })),
        },
        // Nothing is known of the value: metrics are in base units by convention, so that is what the threshold becomes.
        (Some(own), None) => (quantity.in_unit(&own.scaled(1.0 / own.factor)).unwrap_or(quantity.number), None),
        (None, _) => (quantity.number, None),
    };
    Some(Bound { op, number, quantity, clash, span })
}

/// The value of `$pool.NAME`: one of the pool's thresholds, or what the pool says of itself.
fn pool_threshold(
    name: &str,
    span: Span,
    pool: Option<(&str, &GpuTarget)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Quantity> {
    let Some((pool_name, pool)) = pool else {
        diagnostics.push(
            Diagnostic::error("spec/invalid-value", span, format!("`$pool.{name}` needs a pool"))
                .help("add `for_each: gpu_targets`, or write the quantity itself"),
        );
        return None;
    };
    if let Some(quantity) = pool.thresholds.get(name) {
        return Some(quantity.clone());
    }
    if let ("gpus_per_node", Some(count)) = (name, &pool.gpus_per_node) {
        return Some(Quantity { number: count.value as f64, unit: None, text: count.value.to_string(), span: count.span });
    }
    let near = suggest::nearest(name, pool.thresholds.names().chain(["gpus_per_node"]));
    let all: Vec<&str> = pool.thresholds.names().collect();
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
        format!("declare it: `gpu_targets: {{{pool_name}: {{thresholds: {{{name}: ...}}}}}}` (there is {})", all.join(", "))
    });
    let message = format!("the pool `{pool_name}` has no threshold `{name}`");
    diagnostics.push(Diagnostic::error(UNKNOWN_NAME, span, message).help(help));
    None
}

fn annotations(input: &Input<'_>, name: &str, entry: &Entry<Alert>, case: &Case<'_>) -> BTreeMap<String, Text> {
    let alert = &entry.value;
    let mut all = BTreeMap::new();
    let mut add = |map: &Map<Text>| all.extend(map.iter().map(|(name, entry)| (name.to_owned(), entry.value.clone())));
    add(&alert.annotations);
    case.annotations.into_iter().for_each(&mut add);
    let mut set = |name: &str, text: Option<&Text>| {
        if let Some(text) = text {
            all.insert(name.to_owned(), text.clone());
        }
    };
    set("summary", case.summary.or(alert.summary.as_ref()));
    set("description", case.description.or(alert.description.as_ref()));
    set("runbook_url", alert.runbook_url.as_ref());
    if let (false, Some(base)) = (all.contains_key("runbook_url"), &input.settings.runbook_base) {
        all.insert("runbook_url".to_owned(), Text::synthetic(format!("{base}{name}"), entry.key));
    }
    all
}
