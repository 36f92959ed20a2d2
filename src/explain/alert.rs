//! An alert as a person on call needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::{Value, json};

use super::returns::returns;
use super::{About, Page};
use crate::graph::{Kind, NodeId};
use crate::lower::docs::words;
use crate::model::expr::Expr;
use crate::model::rule::{AlertRule, Bound};
use crate::promql::catalog::Name;

impl About<'_> {
    pub(super) fn alert(&self, id: NodeId, page: &mut Page) {
        let name = &self.graph.node(id).name;
        let start = self.model.alerts.partition_point(|rule| rule.name < *name);
        let end = self.model.alerts.partition_point(|rule| rule.name <= *name);
        let rules = self.model.alerts.get(start..end).unwrap_or_default();
        let Some(first) = rules.first() else { return };
        for key in ["summary", "description"] {
            page.text(key, first.annotation(key));
        }
        if rules.iter().all(|rule| rule.planned) {
            page.note("planned: it is not emitted, so it never fires");
        }
        if let Some(url) = first.annotation("runbook_url") {
            page.field("runbook_url", json!(url));
            page.lead.push(format!("Runbook: {url}"));
        }
        self.fires(rules, page);
        self.expressions(rules, page);
        let (lines, json) = returns(first.expr.facts(), first.threshold.as_ref().and_then(|threshold| threshold.unit.as_ref()));
        page.field("returns", json);
        page.section(if first.threshold.is_some() { "Returns, while it holds" } else { "Returns" }, lines);
        self.told(rules, page);
        self.inhibitions(rules, page);
        let exprs: Vec<&Expr> = rules.iter().map(|rule| &rule.expr).collect();
        self.reads(id, &exprs, page);
        self.shown_on(id, first, page);
        self.tested(start..end, page);
        if let Some(text) = &first.runbook {
            page.field("runbook", json!(text.value));
            page.section("What to do", text.value.lines().map(str::to_owned).collect());
        }
        if let Some(entry) = self.model.spec.alerts.entry(name) {
            let item = if entry.key.source == entry.value.span.source { entry.key.to(entry.value.span) } else { entry.key };
            self.allowed(item, &entry.value.allow, page);
        }
    }

    /// The unit tests of each rule, those that the build finds and those of the spec; or why there are none.
    fn tested(&self, rules: Range<usize>, page: &mut Page) {
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for proof in self.model.proofs().iter().filter(|proof| rules.contains(&proof.alert)) {
            match &proof.tests {
                Ok(tests) => {
                    for test in tests {
                        lines.push(format!("{}: {} checks", test.name, test.checks.len()));
                    }
                    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
                    all.push(json!({"rule": proof.title, "tests": names, "untested": null}));
                }
                Err(reason) => {
                    lines.push(format!("{}: none, {reason}", proof.title));
                    all.push(json!({"rule": proof.title, "tests": [], "untested": reason}));
                }
            }
        }
        page.field("tests", json!(all));
        page.section("Tests", lines);
    }

    /// When each rule fires.
    fn fires(&self, rules: &[AlertRule], page: &mut Page) {
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for rule in rules {
            let mut line = rule.severity().to_owned();
            if let Some(pool) = &rule.pool {
                line.push_str(&format!(", pool {pool}"));
            }
            line.push_str(&format!(": {}", words::condition(rule)));
            if let Some(hold) = rule.hold.filter(|hold| hold.millis > 0) {
                line.push_str(&format!(" for {}", words::duration(hold)));
            }
            if let Some(keep) = rule.keep_firing_for {
                line.push_str(&format!(", and for {} after", words::duration(keep)));
            }
            if rule.planned {
                line.push_str(" (planned)");
            }
            let bounds = rule.threshold.as_ref().map(|threshold| threshold.bounds.as_slice()).unwrap_or_default();
            for bound in bounds {
                line.push_str(&format!("  {}", self.place(bound.span)));
            }
            lines.push(line);
            all.push(json!({
                "severity": rule.severity(),
                "level": rule.level,
                "pool": rule.pool,
                "planned": rule.planned,
                "thresholds": bounds.iter().map(|bound| self.bound(bound)).collect::<Vec<_>>(),
                "unit": rule.threshold.as_ref().and_then(|threshold| threshold.unit.as_ref()).map(ToString::to_string),
                "for": rule.hold.map(|hold| hold.to_string()),
                "keep_firing_for": rule.keep_firing_for.map(|keep| keep.to_string()),
                "labels": rule.labels.iter().map(|(name, text)| (name.clone(), json!(text.value))).collect::<serde_json::Map<_, _>>(),
                "expr": rule.expr.text,
            }));
        }
        page.list("rules", "Fires", lines, all);
    }

    fn bound(&self, bound: &Bound) -> Value {
        let mut fields = self.place_json(bound.span);
        fields.insert("op".to_owned(), json!(bound.op.symbol()));
        fields.insert("number".to_owned(), json!(bound.number));
        fields.insert("written".to_owned(), json!(bound.quantity.text));
        Value::Object(fields)
    }

    fn expressions(&self, rules: &[AlertRule], page: &mut Page) {
        let Some(first) = rules.first() else { return };
        let mut lines: Vec<String> = first.expr.ast.pretty().lines().map(str::to_owned).collect();
        if let Some(query) = &first.query {
            let place = self.model.spec.queries.entry(query).map(|entry| format!("  {}", self.place(entry.key)));
            lines.push(format!("from the query {query}{}", place.unwrap_or_default()));
        } else if let Some(span) = first.expr.origin() {
            lines.push(format!("written at {}", self.place(span)));
        }
        if rules.len() > 1 {
            lines.push(format!("and {} more like it, as above", rules.len() - 1));
        }
        page.section("Expression", lines);
    }

    /// The series that a thing reads, and where they come from.
    pub(super) fn reads(&self, id: NodeId, exprs: &[&Expr], page: &mut Page) {
        // The jobs that the matchers let through, by metric.
        let mut jobs: BTreeMap<&str, BTreeSet<Name>> = BTreeMap::new();
        for variant in exprs.iter().flat_map(|expr| &expr.inference.metrics).flat_map(|metric| &metric.variants) {
            let of_variant = variant.label("job").and_then(|domain| domain.values.list()).unwrap_or_default();
            jobs.entry(&variant.family).or_default().extend(of_variant.iter().cloned());
        }
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for metric in self.series_of(id) {
            let (line, json) = self.series(metric, jobs.get(self.graph.node(metric).name.as_str()));
            lines.extend(line);
            all.push(json);
        }
        // Two lines or more each: all of them are shown.
        page.field("reads", Value::Array(all));
        page.section("Reads", lines);
    }

    /// The metrics and recorded series that a thing reads, through its queries too.
    pub(super) fn series_of(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        for edge in self.graph.into(id) {
            match self.graph.node(edge.from).kind {
                Kind::Query => found.extend(self.graph.into(edge.from).map(|edge| edge.from)),
                Kind::Metric | Kind::Record => found.push(edge.from),
                _ => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The panels that show what an alert compares, and those that show its metrics.
    fn shown_on(&self, id: NodeId, rule: &AlertRule, page: &mut Page) {
        let mut same = Vec::new();
        if let Some(query) = rule.query.as_ref().and_then(|query| self.graph.find(Kind::Query, query)) {
            // A panel may read what the query is recorded as.
            for user in self.graph.out(query).map(|edge| edge.to) {
                match self.graph.node(user).kind {
                    Kind::Panel => same.push(user),
                    Kind::Record => same.extend(self.graph.readers(user).iter().map(|reader| reader.node)),
                    _ => {}
                }
            }
            same.retain(|id| self.graph.node(*id).kind == Kind::Panel);
            same.sort_unstable();
            same.dedup();
        }
        let mut related: Vec<NodeId> = self
            .series_of(id)
            .into_iter()
            // What every target has says nothing of this alert.
            .filter(|metric| !matches!(self.graph.node(*metric).name.as_str(), "up" | "ALERTS"))
            .flat_map(|metric| self.graph.readers(metric))
            .map(|reader| reader.node)
            .filter(|id| self.graph.node(*id).kind == Kind::Panel && !same.contains(id))
            .collect();
        related.sort_unstable();
        related.dedup();
        for (key, heading, panels) in [("panels", "Shown by", &same), ("related_panels", "Its metrics are shown by", &related)] {
            let (lines, json) = panels.iter().map(|panel| self.panel_line(*panel)).unzip();
            page.list(key, heading, lines, json);
        }
    }

    /// A panel with the address of its dashboard.
    fn panel_line(&self, id: NodeId) -> (String, Value) {
        let (mut line, mut json) = self.named(id, None);
        let dashboard = self.graph.node(id).name.split_once('/').map(|(dashboard, _)| dashboard);
        if let Some(url) = dashboard.and_then(|key| self.dashboard_url(key)) {
            line.push_str(&format!("  {url}"));
            if let Some(fields) = json.as_object_mut() {
                fields.insert("url".to_owned(), json!(url));
            }
        }
        (line, json)
    }
}
