//! The combinations of label values in which a metric is exposed.
//!
//! Closed labels appear with every value. Labels whose values the spec does not list get a few plausible ones, and vary together: the first
//! customer with the first cloud, the second with the second. What an expression or a scenario asks for is added.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::item::ItemKind;
use crate::model::job::Exposed;
use crate::promql::catalog::Pattern;
use crate::simulate::demand::{Demand, Wanted, Wish};
use crate::spec::decode::Text;
use crate::spec::metric::{Label, MetricType};

/// The labels of one series in the order of their names.
pub(super) type Row = Vec<(String, String)>;

/// Values that the labels of a target's metrics get.
#[derive(Debug)]
pub(super) struct Pools<'a> {
    /// The labels of the target, `job` and `instance` included.
    pub(super) target: &'a BTreeMap<String, String>,
    /// What kind of thing exposes the metrics.
    pub(super) kind: ItemKind,
    /// The address of the target, without its port.
    pub(super) host: &'a str,
    /// The names of all GPU nodes.
    pub(super) nodes: &'a [String],
    /// The names of the services.
    pub(super) services: &'a [String],
}

/// How many values a label gets whose values are not listed.
const VALUES: usize = 3;

/// The most rows of a metric on one target that closed labels may multiply to.
const MOST: usize = 512;

/// The most GPUs of one node.
const MOST_GPUS: u64 = 16;

/// All rows of a metric.
pub(super) fn of(name: &str, exposed: &Exposed, demand: &Demand, pools: &Pools<'_>) -> Vec<Row> {
    let own = exposed.metric.labels.iter().map(|(label, entry)| (label, &entry.value, false));
    let common = exposed.common.iter().map(|(label, domain)| (label.as_str(), domain, true));
    let wishes: Vec<&Wish> = demand.on(name).collect();
    let asked = |label: &str| wishes.iter().any(|wish| wish.iter().any(|(wanted, _)| wanted == label));
    let labels: Vec<(&str, &Label)> = own
        .chain(common)
        .filter(|(label, domain, common)| !domain.optional || *common || asked(label))
        .map(|(label, domain, _)| (label, domain))
        .collect();

    let mut rows: Vec<Row> = vec![Row::new()];
    let open: Vec<(&str, Vec<String>)> = labels
        .iter()
        .filter(|(_, domain)| domain.values.is_none())
        .map(|(label, domain)| (*label, pools.values(name, label, domain)))
        .collect();
    // A process has one version, a server one configuration; GPUs and things that are asked for are several.
    let single = exposed.metric.kind.value == MetricType::Info && pools.kind != ItemKind::GpuTarget && wishes.is_empty();
    let longest = if single { 1 } else { open.iter().map(|(_, values)| values.len()).max().unwrap_or(1) };
    if !open.is_empty() {
        let value = |values: &[String], at: usize| values.get(at % values.len().max(1)).cloned().unwrap_or_default();
        rows = (0..longest)
            .map(|at| open.iter().map(|(label, values)| ((*label).to_owned(), value(values, at))).collect())
            .collect();
    }
    for (label, domain) in &labels {
        let Some(values) = &domain.values else { continue };
        // Beyond the bound every value still appears, beside the first row only.
        let among = if rows.len().saturating_mul(values.len()) > MOST { rows.len().min(1) } else { rows.len() };
        let mut more = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            for value in values.iter().take(if at < among { values.len() } else { 1 }) {
                let mut row = row.clone();
                row.push(((*label).to_owned(), value.value.clone()));
                more.push(row);
            }
        }
        rows = more;
    }
    let mut rows: BTreeSet<Row> = rows.into_iter().map(sorted).collect();
    for wish in wishes {
        rows.extend(granted(wish, &labels, &rows, pools, name));
    }
    rows.into_iter().collect()
}

fn sorted(mut row: Row) -> Row {
    row.sort();
    row
}

/// A row that a wish wants and that is not there.
fn granted(wish: &Wish, labels: &[(&str, &Label)], rows: &BTreeSet<Row>, pools: &Pools<'_>, name: &str) -> Option<Row> {
    let own: Wish = wish.iter().filter(|(label, _)| labels.iter().any(|(known, _)| known == label)).cloned().collect();
    let fits =
        |row: &Row| own.iter().all(|(label, wanted)| row.iter().any(|(known, value)| known == label && wanted.fits(value)));
    let elsewhere = |(label, wanted): &(String, Wanted)| {
        !labels.iter().any(|(known, _)| known == label) && pools.target.get(label).is_some_and(|found| !wanted.fits(found))
    };
    if own.is_empty() || wish.iter().any(elsewhere) || rows.iter().any(fits) {
        return None;
    }
    let mut row = rows.first()?.clone();
    for (label, wanted) in &own {
        let (_, domain) = labels.iter().find(|(known, _)| known == label)?;
        let known: Vec<String> = match &domain.values {
            Some(values) => values.iter().map(|value| value.value.clone()).collect(),
            None => pools.values(name, label, domain),
        };
        let value = wanted.value(&known)?;
        let allowed = match (&domain.values, &domain.matches) {
            (Some(_), _) => known.contains(&value),
            (None, Some(pattern)) => Pattern::new(pattern.as_str()).is_match(&value) != Some(false),
            (None, None) => true,
        };
        if !allowed {
            return None;
        }
        row.iter_mut().filter(|(known, _)| known == label).for_each(|(_, old)| value.clone_into(old));
    }
    Some(row)
}

impl Pools<'_> {
    /// Values of a label whose values are not listed.
    fn values(&self, metric: &str, label: &str, domain: &Label) -> Vec<String> {
        let most = domain.max.unwrap_or(u64::MAX);
        let mut values = self.plausible(metric, label, most);
        if let Some(pattern) = &domain.matches {
            let compiled = Pattern::new(pattern.as_str());
            values.retain(|value| compiled.is_match(value) == Some(true));
            if values.is_empty() {
                values.extend(crate::simulate::sample::of(pattern.as_str()));
            }
        }
        let keep = if self.is_gpu(label) { most.min(MOST_GPUS) } else { most };
        values.truncate(usize::try_from(keep).unwrap_or(usize::MAX).max(1));
        if let Some(total) = domain.total.as_ref().map(Text::as_str)
            && !values.iter().any(|value| value == total)
        {
            values.push(total.to_owned());
        }
        values
    }

    fn is_gpu(&self, label: &str) -> bool {
        self.kind == ItemKind::GpuTarget
            && matches!(label, "gpu" | "UUID" | "device" | "pci_bus_id" | "minor_number" | "uuid" | "index")
    }

    fn plausible(&self, metric: &str, label: &str, most: u64) -> Vec<String> {
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<String>>();
        if self.is_gpu(label) {
            // As many as the pool says; eight where it says nothing.
            let count = if most > MOST_GPUS { 8 } else { most };
            return (0..count).map(|index| self.gpu(label, index)).collect();
        }
        match label {
            "status" | "code" | "status_code" if metric.contains("request") || metric.contains("http") => {
                list(&["200", "404", "500"])
            }
            "method" => list(&["GET", "POST", "PUT"]),
            "endpoint" | "path" | "handler" | "route" => list(&["/api/v1/recommendations", "/api/v1/status", "/health"]),
            "status" | "state" | "outcome" => list(&["success", "failed", "running"]),
            "provider" if metric.contains("llm") => list(&["openai", "anthropic", "groq"]),
            "provider" | "cloud_provider" | "cloud" => list(&["aws", "gcp", "azure"]),
            "model" | "model_name" => list(&["llama-3.1-70b", "mistral-7b", "qwen2.5-32b"]),
            "node" if !self.nodes.is_empty() => self.nodes.iter().take(VALUES).cloned().collect(),
            "Hostname" | "hostname" | "nodename" => vec![self.host.to_owned()],
            "gpu_id" | "gpu" => list(&["0", "1", "2"]),
            "name" if self.kind == ItemKind::Service => self.target.get("job").into_iter().cloned().collect(),
            "name" | "container" | "agent" if !self.services.is_empty() => {
                self.services.iter().take(2 * VALUES).cloned().collect()
            }
            "id" => list(&["/", "/system.slice", "/docker"]),
            "datname" | "database" => list(&["postgres", "optiinfra", "template1"]),
            "region" | "location" => list(&["us-east-1", "eu-west-1", "ap-south-1"]),
            "severity" => list(&["low", "medium", "high"]),
            "version" => list(&["1.0.0"]),
            "mode" => list(&["user", "system", "idle"]),
            "device" => list(&["eth0", "eth1", "sda"]),
            "cpu" | "core" | "shard" | "engine" | "index" => list(&["0", "1"]),
            _ => (1..=VALUES).map(|n| format!("{}-{n}", label.trim_start_matches('_').replace('_', "-"))).collect(),
        }
    }

    fn gpu(&self, label: &str, index: u64) -> String {
        match label {
            "UUID" | "uuid" => {
                let key = crate::simulate::wave::hash(index, &[self.host]);
                format!(
                    "GPU-{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                    key >> 32,
                    key >> 16 & 0xffff,
                    key & 0xfff,
                    key >> 8 & 0xfff,
                    key >> 16
                )
            }
            "device" => format!("nvidia{index}"),
            "pci_bus_id" => format!("00000000:{:02X}:00.0", 0x10 + index * 8),
            _ => index.to_string(),
        }
    }
}
