//! A metric: what it is, who exposes it, who reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::returns::{finite, label};
use super::{About, Page};
use crate::graph::{Kind, NodeId, source_of};
use crate::lower::docs::words;
use crate::model::job::Job;
use crate::promql::catalog::{Catalog as _, LabelDomain, Name, Presence, SeriesRole, Status, Values, Variant};
use crate::spec::quantity::Duration;

/// How many services of a series are named.
const SOURCES: usize = 6;

/// The series of a metric by name, with their variants.
type Series<'a> = BTreeMap<String, &'a [Arc<Variant>]>;

impl About<'_> {
    /// The series that a metric is exposed as.
    pub(super) fn series_named(&self, family: &str) -> Series<'_> {
        let catalog = &self.model.catalog;
        let mut all = BTreeMap::new();
        for suffix in ["", "_bucket", "_sum", "_count", "_created"] {
            let stem = if suffix == "_created" { family.strip_suffix("_total").unwrap_or(family) } else { family };
            let name = format!("{stem}{suffix}");
            let own = |variant: &Arc<Variant>| *variant.family == *family;
            let variants = catalog.variants(&name);
            if variants.iter().any(own) {
                all.insert(name, variants);
            }
        }
        all
    }

    pub(super) fn metric(&self, id: NodeId, page: &mut Page) {
        let node = self.graph.node(id);
        let series = self.series_named(&node.name);
        let mut variants = series.values().flat_map(|variants| variants.iter()).filter(|variant| *variant.family == *node.name);
        let Some(first) = variants.clone().find(|variant| variant.role != SeriesRole::Created).or_else(|| variants.next()) else {
            page.note("nothing exposes it");
            self.readers(&self.graph.readers(id), page);
            return;
        };
        let unit = first.observed.as_ref().or(first.unit.as_ref()).map(ToString::to_string);
        let mut kind = first.metric_type.name().to_owned();
        if let Some(unit) = &unit {
            kind.push_str(&format!(" of {unit}"));
        }
        page.lead.push(kind);
        page.field("type", json!(first.metric_type.name()));
        page.field("unit", json!(unit));
        page.text("help", first.help.as_deref());
        if let Some(text) = &first.deprecated {
            page.note(format!("deprecated: {text}"));
        }
        if let Status::Planned(text) | Status::NotScraped(text) = &first.status {
            page.note(format!("not there: {text}"));
        }
        if let Some(range) = first.range {
            page.lead.push(format!("values: {range}"));
            page.field("range", json!([finite(range.lo), finite(range.hi)]));
        }
        self.exposed(id, page);
        self.labels(&node.name, &series, page);
        self.readers(&self.graph.readers(id), page);
        self.times(first, page);
    }

    fn exposed(&self, id: NodeId, page: &mut Page) {
        let (mut lines, mut json): (Vec<String>, Vec<Value>) =
            self.graph.into(id).map(|edge| self.named(edge.from, edge.place)).unzip();
        if lines.is_empty() {
            lines.push("Prometheus itself, for every target or alert".to_owned());
            json.push(json!({"kind": "server", "name": "prometheus"}));
        }
        page.list("exposed_by", "Exposed by", lines, json);
    }

    fn labels(&self, family: &str, series: &Series<'_>, page: &mut Page) {
        let mut labels: BTreeMap<&str, Vec<&LabelDomain>> = BTreeMap::new();
        let mut bound = Some(0u64);
        let mut count = 0;
        let mut names = Vec::new();
        for (name, variants) in series {
            let mut of_series = Some(0u64);
            for variant in variants.iter().filter(|variant| *variant.family == *family) {
                count += usize::from(variant.role != SeriesRole::Created);
                for (label, domain) in &variant.labels {
                    labels.entry(label).or_default().push(domain);
                }
                of_series = of_series.zip(variant.bound()).map(|(sum, one)| sum.saturating_add(one));
            }
            names.push(json!({"name": name, "bound": of_series}));
            bound = bound.zip(of_series).map(|(sum, one)| sum.saturating_add(one));
        }
        page.field("series", Value::Array(names));
        page.field("series_bound", json!(bound));
        let mut unbounded = Vec::new();
        let mut lines = Vec::new();
        let mut json = Vec::new();
        for (name, domains) in labels {
            let joined = join(&domains, count, matches!(name, "le" | "quantile"));
            let (line, fields) = label(name, &joined);
            if joined.size().is_none() {
                unbounded.push(name);
            }
            lines.push(line);
            json.push(fields);
        }
        match bound {
            Some(bound) => lines.push(format!("at most {bound} series")),
            None if unbounded.is_empty() => lines.push("no bound on the series: it may carry other labels".to_owned()),
            None => lines.push(format!("no bound on the series: nothing bounds the values of {}", unbounded.join(", "))),
        }
        page.list("labels", "Labels", lines, json);
    }

    /// What the times of scrapes and of retention mean for those who read it.
    fn times(&self, first: &Variant, page: &mut Page) {
        let settings = &self.model.settings;
        let seconds = first.scrape_interval.unwrap_or_else(|| settings.scrape_interval.as_secs_f64());
        #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer, or the greatest")]
        let interval = Duration::from_millis((seconds * 1000.0) as i64);
        let times = |n: i64| words::duration(Duration::from_millis(interval.millis.saturating_mul(n)));
        let kept = words::duration(settings.retention);
        let mut lines = vec![format!("scraped every {}", words::duration(interval))];
        if matches!(first.role, SeriesRole::Bucket | SeriesRole::Sum | SeriesRole::Count) || first.metric_type.name() == "counter"
        {
            lines.push(format!("rate() needs two scrapes, a range of {} at least; {} lets one be missed", times(2), times(4)));
        }
        lines.push(match settings.remote_storage {
            true => format!("kept for {kept} here, longer where samples are sent"),
            false => format!("kept for {kept}: what looks further back finds nothing"),
        });
        page.field("scrape_interval", json!(interval.to_string()));
        page.field("retention", json!(settings.retention.to_string()));
        page.section("Times", lines);
    }

    /// The jobs of what exposes metrics.
    fn jobs_of(&self, source: NodeId) -> impl Iterator<Item = &str> {
        let node = self.graph.node(source);
        let of_source = move |job: &&Job| source_of(job) == (node.kind, node.name.as_str());
        self.model.jobs.iter().filter(of_source).map(|job| job.name.as_str())
    }

    /// A series that something reads: what it is, who exposes it.
    /// With `jobs`, only those among them count: the others are left out by the matchers of who reads it.
    pub(super) fn series(&self, id: NodeId, jobs: Option<&BTreeSet<Name>>) -> (Vec<String>, Value) {
        let node = self.graph.node(id);
        let (mut line, mut json) = self.named(id, None);
        let mut lines = Vec::new();
        let mut sources: Vec<Value> = Vec::new();
        if node.missing {
            line.push_str("  DOES NOT EXIST");
        }
        let wanted =
            |source: &NodeId| jobs.is_none_or(|jobs| jobs.is_empty() || self.jobs_of(*source).any(|job| jobs.contains(job)));
        let fed: Vec<NodeId> = self.graph.into(id).map(|edge| edge.from).filter(|source| wanted(source)).collect();
        if node.kind == Kind::Record {
            for metric in self.series_of(id) {
                let (text, fields) = self.named(metric, None);
                lines.push(format!("  made of {text}"));
                sources.push(fields);
            }
        } else {
            let series = self.series_named(&node.name);
            let mut variants = series.values().flat_map(|variants| variants.iter());
            if let Some(first) = variants.find(|variant| variant.role != SeriesRole::Created) {
                let unit = first.observed.as_ref().or(first.unit.as_ref());
                line = match unit {
                    Some(unit) => format!("{line}  {} of {unit}", first.metric_type.name()),
                    None => format!("{line}  {}", first.metric_type.name()),
                };
            }
            for source in fed.iter().take(SOURCES) {
                lines.push(format!("  from {}", self.named(*source, None).0));
            }
            if fed.len() > SOURCES {
                lines.push(format!("  and from {} more", fed.len() - SOURCES));
            }
            if fed.is_empty() && !node.missing {
                let of: Vec<&str> = jobs.into_iter().flatten().take(SOURCES).map(|job| &**job).collect();
                let of = if of.is_empty() { String::new() } else { format!(" for the targets of {}", of.join(", ")) };
                lines.push(format!("  made by Prometheus itself{of}"));
            }
            sources.extend(fed.iter().map(|source| self.named(*source, None).1));
        }
        if let Some(fields) = json.as_object_mut() {
            fields.insert("missing".to_owned(), json!(node.missing));
            fields.insert("from".to_owned(), Value::Array(sources));
        }
        lines.insert(0, line);
        (lines, json)
    }
}

/// What is known of a label over all kinds of target, of which `count` there are.
fn join(domains: &[&LabelDomain], count: usize, own: bool) -> LabelDomain {
    let Some(first) = domains.first() else { return LabelDomain::any() };
    let mut joined = (*first).clone();
    if domains.len() > 1 {
        let lists: Option<Vec<&[Name]>> = domains.iter().map(|domain| domain.values.list()).collect();
        joined.values = match lists {
            Some(lists) => {
                let all: BTreeSet<&Name> = lists.into_iter().flatten().collect();
                Values::closed(all.into_iter().cloned())
            }
            None if domains.iter().all(|domain| domain.values == first.values) => first.values.clone(),
            None => Values::Any,
        };
        joined.max = domains.iter().map(|domain| domain.max).collect::<Option<Vec<u64>>>().and_then(|all| all.into_iter().max());
        joined.target = domains.iter().all(|domain| domain.target);
    }
    let everywhere = own || domains.len() >= count;
    if !everywhere || domains.iter().any(|domain| domain.presence != Presence::Present) {
        joined.presence = Presence::Perhaps;
    }
    joined
}
