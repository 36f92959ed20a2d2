//! Alerts: a runbook each, or a line each where there are too many for that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lower::docs::names::{Files, anchor, digest, encode};
use crate::lower::docs::services::Described;
use crate::lower::docs::uses::{self, Uses};
use crate::lower::docs::{ALERT_PAGES, dashboard_link, words};
use crate::lower::rules::layout;
use crate::model::Model;
use crate::model::rule::AlertRule;
use crate::plan::docs::{self, AlertPage, Alerts, Link, Shelf, ShelfLine};
use crate::promql::catalog::Presence;
use crate::promql::infer::{Facts, METRIC_NAME};
use crate::promql::{BinaryOp, Expr as Ast, ExprKind};
use crate::spec::decode::{OneOrMany, Text};
use crate::spec::notify::Receiver;
use crate::unit::Unit;

/// How many rules of an alert show their whole expression; the others differ in their number or their pool alone.
const EXPRESSIONS: usize = 4;
/// How many metrics and dashboards a page names.
const NAMED: usize = 12;

/// Where each alert is described.
pub(super) struct Places<'m> {
    by_name: BTreeMap<&'m str, String>,
    shelves: bool,
}

impl<'m> Places<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let names: BTreeSet<&str> = model.alerts.iter().map(|alert| alert.name.as_str()).collect();
        let shelves = names.len() > ALERT_PAGES;
        let mut files = Files::default();
        let by_name = names
            .into_iter()
            .map(|name| (name, if shelves { on_shelf(name) } else { format!("alerts/{}.md", files.take(name)) }));
        Self { by_name: by_name.collect(), shelves }
    }

    /// What leads to an alert.
    pub(super) fn link(&self, name: &str) -> Link {
        Link { title: name.to_owned(), path: self.by_name.get(name).cloned().unwrap_or_default() }
    }
}

/// The page of an alert that shares one, with its place there.
fn on_shelf(name: &str) -> String {
    format!("alerts/{}.md#{}", digest(name, 1), anchor(name))
}

/// All alerts.
pub(super) fn lower(model: &Model, places: &Places<'_>, uses: &Uses<'_>, described: &Described) -> Alerts {
    let by_name = model.alerts.chunk_by(|a, b| a.name == b.name);
    if places.shelves {
        let mut shelves: BTreeMap<String, Shelf> = BTreeMap::new();
        for rules in by_name {
            let Some(first) = rules.first() else { continue };
            let name = digest(&first.name, 1);
            let path = format!("alerts/{name}.md");
            shelves
                .entry(name.clone())
                .or_insert_with(|| Shelf { name, path, alerts: Vec::new() })
                .alerts
                .push(line(first, rules));
        }
        return Alerts::Shelves(shelves.into_values().collect());
    }
    let told = Told::new(model);
    let mut by_query: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    for dashboard in &model.dashboards {
        for panel in dashboard.rows.iter().flat_map(|row| &row.panels) {
            let queries: BTreeSet<&str> = panel.targets.iter().filter_map(|target| target.query.as_deref()).collect();
            for query in queries {
                let mut link = dashboard_link(model, dashboard);
                let title = panel.spec.title.as_ref().map_or(panel.id.as_str(), Text::as_str);
                link.title = format!("{}: {title}", link.title);
                by_query.entry(query).or_default().push(link);
            }
        }
    }
    let page =
        |rules: &[AlertRule]| rules.first().map(|first| page(model, places, uses, described, &told, &by_query, first, rules));
    Alerts::Pages(by_name.filter_map(page).collect())
}

fn line(first: &AlertRule, rules: &[AlertRule]) -> ShelfLine {
    let severities: BTreeSet<&str> = rules.iter().map(AlertRule::severity).collect();
    ShelfLine {
        name: first.name.clone(),
        anchor: anchor(&first.name),
        severities: severities.into_iter().collect::<Vec<_>>().join(", "),
        summary: first.annotation("summary").unwrap_or_default().trim().to_owned(),
        condition: words::condition(first),
        expr: first.expr.text.clone(),
    }
}

#[expect(clippy::too_many_arguments, reason = "what the pages of all alerts have in common, and the rules of one")]
fn page(
    model: &Model,
    places: &Places<'_>,
    uses: &Uses<'_>,
    described: &Described,
    told: &Told<'_>,
    by_query: &BTreeMap<&str, Vec<Link>>,
    first: &AlertRule,
    rules: &[AlertRule],
) -> AlertPage {
    let value = compared(first);
    let declared = uses::declared(&first.expr);
    let panels = first.query.as_deref().and_then(|query| by_query.get(query)).cloned().unwrap_or_default();
    let dashboards: BTreeSet<usize> =
        declared.iter().filter_map(|span| uses.of(*span)).flat_map(|used| used.dashboards.iter().copied()).collect();
    let facts = first.expr.inference.nodes.last().map(|node| &node.facts);
    let inferred = facts.and_then(|facts| facts.unit.known());
    let unit = first.threshold.as_ref().and_then(|threshold| threshold.unit.as_ref()).or(inferred);
    let text = |name: &str| first.annotation(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    AlertPage {
        name: first.name.clone(),
        path: places.link(&first.name).path,
        summary: text("summary"),
        description: text("description"),
        planned: rules.iter().all(|rule| rule.planned),
        heartbeat: first.heartbeat,
        pools: rules.iter().any(|rule| rule.pool.is_some()),
        rules: rules
            .iter()
            .enumerate()
            .map(|(index, rule)| docs::AlertRule {
                severity: rule.severity().to_owned(),
                pool: rule.pool.clone(),
                condition: words::condition(rule),
                hold: rule.hold.filter(|hold| hold.millis > 0).map(words::duration),
                keep: rule.keep_firing_for.map(words::duration),
                receivers: told.of(rule),
                expr: (index < EXPRESSIONS).then(|| layout(&rule.expr)),
            })
            .collect(),
        more_rules: rules.len().saturating_sub(EXPRESSIONS),
        threshold: first.threshold.is_some(),
        value: value.map_or_else(|| layout(&first.expr), Ast::pretty),
        run: run(model, &value.map_or_else(|| first.expr.text.clone(), ToString::to_string)),
        returns: facts.and_then(labels),
        // That a share is a share need not be said.
        unit: unit.filter(|unit| !unit.same(&Unit::ratio())).map(ToString::to_string),
        metrics: declared.iter().filter_map(|span| described.metric(*span)).take(NAMED).cloned().collect(),
        related: dashboards
            .into_iter()
            .filter_map(|position| model.dashboards.get(position))
            .map(|dashboard| dashboard_link(model, dashboard))
            .filter(|link| !panels.iter().any(|panel| panel.path == link.path))
            .take(NAMED)
            .collect(),
        panels,
        runbook: first.runbook.as_ref().map(|text| text.value.trim_end().to_owned()),
    }
}

/// What is compared, where the comparison is written as a threshold: the left side of the comparison that was made of it, or of the first of two.
fn compared(alert: &AlertRule) -> Option<&Ast> {
    alert.threshold.as_ref()?;
    let mut expr = &alert.expr.ast;
    loop {
        expr = match &expr.kind {
            ExprKind::Paren(inner) => inner,
            ExprKind::Binary(binary) if binary.op == BinaryOp::Or => &binary.lhs,
            ExprKind::Binary(binary) if binary.op.is_comparison() => return Some(&binary.lhs),
            _ => return None,
        }
    }
}

/// The labels of the series that an expression returns; `None` where others may come.
fn labels(facts: &Facts) -> Option<Vec<String>> {
    if facts.labels.others() != Presence::Absent {
        return None;
    }
    let there = facts.labels.iter().filter(|label| label.presence != Presence::Absent && &*label.name != METRIC_NAME);
    Some(there.map(|label| label.name.to_string()).collect())
}

/// The address at which Prometheus shows the expression.
fn run(model: &Model, expr: &str) -> Option<String> {
    let url = model.spec.stack.as_ref()?.external_url.as_ref()?;
    Some(format!("{}/graph?g0.expr={}&g0.tab=0", url.as_str().trim_end_matches('/'), encode(expr)))
}

/// Who is told of what.
struct Told<'m> {
    model: &'m Model,
    receivers: BTreeMap<&'m str, String>,
}

impl<'m> Told<'m> {
    fn new(model: &'m Model) -> Self {
        let notifications = model.spec.notifications.as_ref();
        let all = notifications.into_iter().flat_map(|notifications| notifications.receivers.iter());
        Self { model, receivers: all.map(|(name, entry)| (name, ways(name, &entry.value))).collect() }
    }

    /// The receivers of a rule's alerts, as far as the labels that it sets decide.
    fn of(&self, rule: &AlertRule) -> Vec<String> {
        let Some(route) = self.model.route.as_ref().filter(|_| !rule.planned) else { return Vec::new() };
        let mut labels: BTreeMap<String, String> =
            rule.labels.iter().map(|(name, text)| (name.clone(), text.value.clone())).collect();
        labels.insert("alertname".to_owned(), rule.name.clone());
        let name = |receiver: &Arc<str>| self.receivers.get(&**receiver).cloned().unwrap_or_else(|| receiver.to_string());
        route.receivers(&labels).iter().map(name).collect()
    }
}

/// A receiver with the ways by which it is told: `slack (Slack #alerts)`.
fn ways(name: &str, receiver: &Receiver) -> String {
    fn each<T>(ways: &mut Vec<String>, list: &OneOrMany<T>, way: impl Fn(&T) -> String) {
        ways.extend(list.0.iter().map(way));
    }
    let mut ways = Vec::new();
    each(&mut ways, &receiver.slack, |slack| format!("Slack {}", slack.channel.value));
    each(&mut ways, &receiver.email, |email| format!("e-mail to {}", email.to.value));
    each(&mut ways, &receiver.pagerduty, |_| "PagerDuty".to_owned());
    each(&mut ways, &receiver.webhook, |_| "webhook".to_owned());
    each(&mut ways, &receiver.opsgenie, |_| "Opsgenie".to_owned());
    each(&mut ways, &receiver.msteams, |_| "Microsoft Teams".to_owned());
    each(&mut ways, &receiver.discord, |_| "Discord".to_owned());
    each(&mut ways, &receiver.telegram, |_| "Telegram".to_owned());
    if ways.is_empty() { format!("{name} (nobody)") } else { format!("{name} ({})", ways.join(", ")) }
}
