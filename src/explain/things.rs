//! Everything that is neither an alert nor a metric: queries, recording rules, what is scraped, receivers, dashboards, panels.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::delivery::{ways_json, ways_text};
use super::returns::returns;
use super::{About, Page};
use crate::graph::{How, Kind, NodeId, source_of};
use crate::lower::docs::words;
use crate::model::expr::Expr;
use crate::model::job::Targets;
use crate::spec::decode::Text;
use crate::spec::shared::Allow;

/// How many addresses are named.
const ADDRESSES: usize = 8;

impl About<'_> {
    fn expression(&self, expr: &Expr, page: &mut Page) {
        page.field("expr", json!(expr.text));
        page.section("Expression", expr.ast.pretty().lines().map(str::to_owned).collect());
        let (lines, json) = returns(expr.facts(), None);
        page.field("returns", json);
        page.section("Returns", lines);
    }

    pub(super) fn record(&self, id: NodeId, page: &mut Page) {
        let name = &self.graph.node(id).name;
        let Some(record) = self.model.records.iter().find(|record| record.name == *name) else { return };
        let spec = &self.model.spec;
        if let Some(rule) = spec.recording_rules.entry(&record.item.name) {
            page.text("help", rule.value.help.as_ref().map(Text::as_str));
        }
        if let Some((query, window)) = &record.query {
            page.note(format!("records the query {query} over {}", words::duration(*window)));
        }
        let interval = record.interval.unwrap_or(self.model.settings.evaluation_interval);
        page.lead.push(format!("evaluated every {} in the group {}", words::duration(interval), record.group));
        page.field("interval", json!(interval.to_string()));
        page.field("group", json!(record.group));
        page.field("labels", json!(record.labels));
        self.expression(&record.expr, page);
        if !record.labels.is_empty() {
            let lines = record.labels.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            page.section("Labels that it sets", lines);
        }
        self.reads(id, &[&record.expr], page);
        self.readers(&self.graph.readers(id), page);
        if let Some(entry) = spec.recording_rules.entry(&record.item.name) {
            self.allowed(entry.key, &entry.value.allow, page);
        }
    }

    pub(super) fn query(&self, id: NodeId, page: &mut Page) {
        let Some(entry) = self.model.spec.queries.entry(&self.graph.node(id).name) else { return };
        let query = &entry.value;
        page.text("help", query.help.as_ref().map(Text::as_str));
        let mut facts = Vec::new();
        if let Some(unit) = &query.unit {
            facts.push(format!("unit: {}", unit.value));
        }
        let window = query.window.as_ref().map_or(crate::resolve::queries::DEFAULT_WINDOW, |window| window.value);
        facts.push(format!("$window is {} unless its user says otherwise", words::duration(window)));
        for (name, entry) in query.params.iter() {
            facts.push(format!("${name} is {} unless its user says otherwise", entry.value.value));
        }
        page.lead.extend(facts);
        page.field("expr", json!(query.expr.value));
        page.section("Expression", query.expr.value.lines().map(str::to_owned).collect());
        let read: Vec<(Vec<String>, Value)> = self.graph.into(id).map(|edge| self.series(edge.from, None)).collect();
        let (lines, all): (Vec<Vec<String>>, Vec<Value>) = read.into_iter().unzip();
        page.field("reads", Value::Array(all));
        page.section("Reads", lines.into_iter().flatten().collect());
        let (lines, all) = self.graph.out(id).map(|edge| self.named(edge.to, edge.place)).unzip();
        page.list("used_by", "Used by", lines, all);
        self.allowed(entry.key, &query.allow, page);
    }

    pub(super) fn receiver(&self, id: NodeId, page: &mut Page) {
        let Some(notifications) = &self.model.spec.notifications else { return };
        let Some(entry) = notifications.receivers.entry(&self.graph.node(id).name) else { return };
        page.lead.push(ways_text(&entry.value));
        page.field("ways", ways_json(&entry.value));
        let routes: BTreeSet<_> = self.graph.into(id).filter_map(|edge| edge.place).collect();
        let lines = routes.iter().map(|span| format!("route  {}", self.place(*span))).collect();
        page.section("By", lines);
        let (lines, all) = self.graph.into(id).map(|edge| self.named(edge.from, None)).unzip();
        page.list("told_of", "Told of", lines, all);
        self.allowed(entry.key, &entry.value.allow, page);
    }

    /// The address of a dashboard in Grafana.
    pub(super) fn dashboard_url(&self, key: &str) -> Option<String> {
        let grafana = self.model.spec.stack.as_ref()?.grafana.as_ref()?;
        let url = grafana.root_url.as_ref()?;
        let dashboard = self.model.dashboards.iter().find(|dashboard| dashboard.key == key)?;
        Some(format!("{}/d/{}", url.as_str().trim_end_matches('/'), dashboard.uid))
    }

    pub(super) fn dashboard(&self, id: NodeId, page: &mut Page) {
        let key = &self.graph.node(id).name;
        let Some(dashboard) = self.model.dashboards.iter().find(|dashboard| dashboard.key == *key) else { return };
        page.lead.push(dashboard.spec.title.value.clone());
        page.field("title", json!(dashboard.spec.title.value));
        page.field("uid", json!(dashboard.uid));
        page.text("description", dashboard.spec.description.as_ref().map(Text::as_str));
        page.lead.push(format!("uid {}", dashboard.uid));
        if let Some(url) = self.dashboard_url(key) {
            page.field("url", json!(url));
            page.lead.push(url);
        }
        let variables = dashboard.variables.iter().map(|variable| format!("${}", variable.name.value)).collect();
        page.section("Variables", variables);
        // In the order in which people see them.
        let panels: Vec<NodeId> = dashboard
            .rows
            .iter()
            .flat_map(|row| &row.panels)
            .filter_map(|panel| self.graph.find(Kind::Panel, &format!("{key}/{}", panel.id)))
            .collect();
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for panel in panels {
            let (_, json) = self.named(panel, None);
            let read: Vec<&str> = self.series_of(panel).into_iter().map(|id| self.graph.node(id).name.as_str()).collect();
            lines.push(format!("{}: {}", self.graph.node(panel).label(), read.join(", ")));
            all.push(json);
        }
        page.list("panels", "Panels", lines, all);
        self.allowed(dashboard.item.span, &dashboard.spec.allow, page);
    }

    pub(super) fn panel(&self, id: NodeId, page: &mut Page) {
        let Some((key, panel)) = self.graph.node(id).name.split_once('/') else { return };
        let dashboard = self.model.dashboards.iter().find(|dashboard| dashboard.key == key);
        let all = dashboard.into_iter().flat_map(|dashboard| dashboard.rows.iter().flat_map(|row| &row.panels));
        let Some(panel) = all.into_iter().find(|known| known.id == panel) else { return };
        page.text("title", panel.spec.title.as_ref().map(Text::as_str));
        page.text("description", panel.spec.description.as_ref().map(Text::as_str));
        page.lead.push(format!("on the dashboard {key}, as {}", panel.spec.kind.value.word()));
        page.lead.extend(self.dashboard_url(key));
        page.field("dashboard", json!(key));
        for target in &panel.targets {
            let heading =
                if panel.targets.len() == 1 { "Expression".to_owned() } else { format!("Expression {}", target.ref_id) };
            page.section(heading, target.expr.ast.pretty().lines().map(str::to_owned).collect());
        }
        if let [only] = panel.targets.as_slice() {
            page.section("Returns", returns(only.expr.facts(), None).0);
        }
        let targets = panel.targets.iter();
        let targets =
            targets.map(|it| json!({"id": it.ref_id, "expr": it.expr.text, "returns": returns(it.expr.facts(), None).1}));
        page.field("targets", targets.collect());
        let exprs: Vec<&Expr> = panel.targets.iter().map(|target| &target.expr).collect();
        self.reads(id, &exprs, page);
        self.allowed(panel.spec.span, &panel.spec.allow, page);
    }

    pub(super) fn source(&self, id: NodeId, page: &mut Page) {
        let node = self.graph.node(id);
        let (help, allow): (Option<&Text>, &[Allow]) = {
            let spec = &self.model.spec;
            let name = node.name.as_str();
            match node.kind {
                Kind::Service => spec.services.get(name).map_or((None, &[]), |it| (it.help.as_ref(), &it.allow)),
                Kind::Exporter => spec.exporters.get(name).map_or((None, &[]), |it| (it.help.as_ref(), &it.allow)),
                Kind::Pool => spec.gpu_targets.get(name).map_or((None, &[]), |it| (it.help.as_ref(), &it.allow)),
                Kind::Probe => spec.probes.get(name).map_or((None, &[]), |it| (it.help.as_ref(), &it.allow)),
                _ => (None, &[]),
            }
        };
        page.text("help", help.map(Text::as_str));
        if node.planned {
            page.note("planned: it is not scraped yet");
        }
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for job in self.model.jobs.iter().filter(|job| source_of(job) == (node.kind, node.name.as_str())) {
            let addresses = job.targets.addresses();
            let targets = match (&addresses, &job.targets) {
                (Some(known), _) if known.len() > ADDRESSES => {
                    format!(
                        "{} and {} more",
                        known.iter().take(ADDRESSES).copied().collect::<Vec<_>>().join(", "),
                        known.len() - ADDRESSES
                    )
                }
                (Some(known), _) => known.join(", "),
                (None, Targets::Discovered { key, .. }) => format!("found by {key}"),
                (None, _) => String::new(),
            };
            lines.push(format!("job {}: {} every {}", job.name, job.path, words::duration(job.interval)));
            lines.push(format!("targets: {targets}"));
            all.push(json!({
                "job": job.name,
                "path": job.path,
                "interval": job.interval.to_string(),
                "targets": addresses,
            }));
        }
        page.list("jobs", "Scraped", lines, all);
        let metrics: Vec<NodeId> = self.graph.out(id).filter(|edge| edge.how == How::Exposes).map(|edge| edge.to).collect();
        let (read, unread): (Vec<NodeId>, Vec<NodeId>) = metrics.iter().partition(|id| self.graph.loose(**id).is_none());
        let (lines, json) = read.iter().map(|id| self.named(*id, None)).unzip();
        page.list("metrics", "Metrics that something reads", lines, json);
        let (lines, json): (Vec<String>, Vec<Value>) = unread.iter().map(|id| self.named(*id, None)).unzip();
        page.list("unread_metrics", &format!("Metrics that nothing reads: {}", unread.len()), lines, json);
        let mut alerts: Vec<NodeId> = read
            .iter()
            .flat_map(|metric| self.graph.readers(*metric))
            .map(|reader| reader.node)
            .filter(|id| self.graph.node(*id).kind == Kind::Alert)
            .collect();
        alerts.sort_unstable();
        alerts.dedup();
        let (lines, json) = alerts.iter().map(|id| self.named(*id, None)).unzip();
        page.list("alerts", "Alerts on its metrics", lines, json);
        if let Some(place) = node.place {
            self.allowed(place, allow, page);
        }
    }
}
