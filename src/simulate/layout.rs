//! From the model to the targets and their series.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::model::item::ItemKind;
use crate::model::job::{DeclaredBy, Exposed, Job, Targets};
use crate::model::scenario::{Effect, Scenario};
use crate::simulate::behaviour::{self, Behaviour};
use crate::simulate::demand::Demand;
use crate::simulate::rows::{self, Pools, Row};
use crate::simulate::{Family, Options, Series, Target, wave};
use crate::spec::decode::Text;
use crate::spec::metric::MetricType;
use crate::spec::service::Language;

/// All targets in the order of the jobs and of their addresses.
pub(super) fn targets(model: &Model, options: Options) -> Vec<Target> {
    let maker = Maker {
        demand: Demand::of(model),
        nodes: nodes(model),
        services: model.spec.services.names().map(str::to_owned).collect(),
        scenarios: &model.scenarios,
        options,
    };
    model.jobs.iter().filter(|job| !job.planned).flat_map(|job| maker.job(job)).collect()
}

/// The names of all GPU nodes.
fn nodes(model: &Model) -> Vec<String> {
    let groups = model.jobs.iter().filter(|job| job.item.kind == ItemKind::GpuTarget).flat_map(|job| job.targets.groups());
    let mut nodes: Vec<String> = groups.filter_map(|group| group.labels.get("node").cloned()).collect();
    nodes.sort();
    nodes.dedup();
    nodes
}

struct Maker<'a> {
    demand: Demand,
    nodes: Vec<String>,
    services: Vec<String>,
    scenarios: &'a [Scenario],
    options: Options,
}

/// How many targets are made up where a service discovery finds them.
const DISCOVERED: usize = 2;

impl Maker<'_> {
    fn job(&self, job: &Job) -> Vec<Target> {
        let mut found: Vec<(String, BTreeMap<String, String>)> = Vec::new();
        match &job.targets {
            Targets::Discovered { labels, .. } => {
                let host = if job.item.name.is_empty() { &job.name } else { &job.item.name };
                found.extend((1..=DISCOVERED).map(|n| (format!("{host}-{n}:80"), labels.clone())));
            }
            targets => {
                for group in targets.groups() {
                    found.extend(group.addresses.iter().map(|address| (address.clone(), group.labels.clone())));
                }
            }
        }
        let fleet = matches!(job.item.kind, ItemKind::Service | ItemKind::GpuTarget);
        let times = if fleet { self.options.instances.max(1) } else { 1 };
        let copies = found.into_iter().flat_map(|(address, labels)| (1..=times).map(move |n| copy(&address, &labels, n)));
        copies.map(|(address, labels)| self.target(job, address, labels)).collect()
    }

    fn target(&self, job: &Job, address: String, mut labels: BTreeMap<String, String>) -> Target {
        let host = labels.get("node").cloned().unwrap_or_else(|| split(&address).0.to_owned());
        labels.insert("job".to_owned(), job.name.clone());
        labels.insert("instance".to_owned(), address.clone());
        let key = wave::hash(self.options.seed, &[&job.name, &address]);
        let pools = Pools { target: &labels, kind: job.item.kind, host: &host, nodes: &self.nodes, services: &self.services };
        let live = job.exposes.iter().filter(|(_, exposed)| !exposed.planned);
        let mut families: Vec<(&Exposed, Family)> =
            live.map(|(name, exposed)| (exposed, self.family(name, exposed, key, &pools))).collect();
        if matches!(job.language, Some(Language::Python | Language::Node)) {
            // These libraries write metrics in the order in which they were made; the library's own come first.
            families
                .sort_by_key(|(exposed, _)| (exposed.by != DeclaredBy::Client, exposed.declared.source, exposed.declared.start));
        }
        let families = families.into_iter().map(|(_, family)| family).collect();
        let mut target = Target {
            job: job.name.clone(),
            item: job.item.clone(),
            address: job.probe.as_ref().map_or(address.clone(), |probe| probe.exporter.clone()),
            path: job.path.clone(),
            probe: job.probe.as_ref().map(|probe| (probe.module.clone(), address)),
            honor_labels: job.honor_labels,
            language: job.language,
            created: job.created_series,
            families,
            key,
            down: Vec::new(),
            unlisted: Vec::new(),
            restarts: Vec::new(),
            loads: BTreeMap::new(),
            labels,
        };
        for (place, scenario) in self.scenarios.iter().enumerate() {
            scenario.effects.iter().for_each(|effect| apply(place, scenario, effect, &mut target));
        }
        target
    }

    fn family(&self, name: &str, exposed: &Exposed, target: u64, pools: &Pools<'_>) -> Family {
        let metric = &exposed.metric;
        let behaviour = behaviour::of(name, metric, exposed.by);
        let rows = rows::of(name, exposed, &self.demand, pools);
        let totals: Vec<(String, String)> = metric
            .labels
            .iter()
            .filter_map(|(label, entry)| Some((label.to_owned(), entry.value.total.as_ref()?.value.clone())))
            .collect();
        let states = one_hot(name, exposed, &rows);
        let series = rows
            .iter()
            .map(|row| {
                let parts: Vec<&str> = row.iter().flat_map(|(label, value)| [label.as_str(), value.as_str()]).collect();
                let key = wave::hash(target, &[&[name], parts.as_slice()].concat());
                Series {
                    behaviour: states.as_ref().map_or_else(|| behaviour.clone(), |state| state(row)),
                    key,
                    about: about(target, row),
                    weight: row.iter().map(|(_, value)| behaviour::weight(value)).product(),
                    sum_of: parts_of(row, &rows, &totals),
                    effects: Vec::new(),
                    labels: row.clone(),
                }
            })
            .collect();
        Family {
            name: name.to_owned(),
            help: metric.help.as_ref().map_or("", Text::as_str).to_owned(),
            kind: metric.kind.value,
            bounds: behaviour::bounds(metric),
            quantiles: metric.quantiles.iter().map(|quantile| quantile.value).collect(),
            series,
        }
    }
}

/// The `n`th of a fleet made of one target: the first is the target itself.
fn copy(address: &str, labels: &BTreeMap<String, String>, n: usize) -> (String, BTreeMap<String, String>) {
    if n < 2 {
        return (address.to_owned(), labels.clone());
    }
    let (host, port) = split(address);
    let labels = labels.iter().map(|(name, value)| {
        // A label that names the target names the copy.
        let value = if value == host { format!("{value}-{n}") } else { value.clone() };
        (name.clone(), value)
    });
    (format!("{host}-{n}{port}"), labels.collect())
}

/// `gpu-01:9400` as host and port, the port with its colon.
fn split(address: &str) -> (&str, &str) {
    address.rfind(':').map_or((address, ""), |at| address.split_at(at))
}

/// What a series is about: a GPU, a node, a container. Its metrics share one load.
fn about(target: u64, row: &Row) -> u64 {
    const NAMES: &[&str] = &["GPU_I_ID", "gpu", "gpu_id", "model", "model_name", "name", "node"];
    let parts: Vec<&str> =
        row.iter().filter(|(label, _)| NAMES.contains(&label.as_str())).map(|(_, value)| value.as_str()).collect();
    wave::hash(target, &parts)
}

/// The rows that a row with a label's total is the sum of: those that are equal but for the label, or all others where none is.
fn parts_of(row: &Row, rows: &[Row], totals: &[(String, String)]) -> Vec<usize> {
    let Some((label, total)) = totals.iter().find(|total| row.contains(total)) else { return Vec::new() };
    let parts = |equal: bool| {
        let is_part =
            move |other: &Row| {
                other.iter().all(|(name, value)| {
                    if name == label { value != total } else { !equal || row.contains(&(name.clone(), value.clone())) }
                })
            };
        rows.iter().enumerate().filter(|(_, other)| is_part(other)).map(|(place, _)| place).collect::<Vec<_>>()
    };
    let equal = parts(true);
    if equal.is_empty() { parts(false) } else { equal }
}

type State<'a> = Box<dyn Fn(&Row) -> Behaviour + 'a>;

/// A gauge that says in which of several states something is: 1 for the one, 0 for the others.
fn one_hot<'a>(name: &str, exposed: &'a Exposed, rows: &[Row]) -> Option<State<'a>> {
    const STATES: &[&str] = &["state", "status", "mode", "phase", "sleep_state", "health", "role", "condition"];
    let metric = &exposed.metric;
    let is_bool = metric.range.as_ref().is_some_and(|range| range.low == 0.0 && range.high == 1.0)
        && metric.unit.as_ref().is_none_or(|unit| !unit.value.is_dimensionless());
    if metric.kind.value != MetricType::Gauge || !is_bool || metric.typical.is_some() || rows.len() < 2 {
        return None;
    }
    let (label, values) = metric.labels.iter().find_map(|(label, entry)| {
        Some((label, entry.value.values.as_ref()?)).filter(|_| STATES.contains(&label) || name.ends_with(&format!("_{label}")))
    })?;
    // The first state that is not trouble.
    let first = values.first()?.value.clone();
    Some(Box::new(move |row| {
        let is_it = row.iter().any(|(name, value)| name == label && *value == first);
        Behaviour::Fixed(if is_it { 1.0 } else { 0.0 })
    }))
}

/// Notes what a scenario does to a target.
fn apply(place: usize, scenario: &Scenario, effect: &Effect, target: &mut Target) {
    let meant = scenario.selects(|label| target.labels.get(label).map(String::as_str));
    match effect {
        Effect::Down(job) if *job == target.job && meant => target.down.push(place),
        Effect::Unlisted(job) if *job == target.job && meant => target.unlisted.push(place),
        Effect::RestartEvery(seconds) if meant => target.restarts.push((place, *seconds)),
        Effect::Set(metric, value) => set(place, scenario, metric, Some(*value), target),
        Effect::Absent(metric) => set(place, scenario, metric, None, target),
        Effect::Down(_) | Effect::Unlisted(_) | Effect::RestartEvery(_) => {}
    }
}

fn set(place: usize, scenario: &Scenario, metric: &str, value: Option<f64>, target: &mut Target) {
    let (labels, honor) = (&target.labels, target.honor_labels);
    for series in target.families.iter_mut().filter(|family| family.name == metric).flat_map(|family| &mut family.series) {
        let own = |name: &str| series.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str());
        // As Prometheus sees them: where both have a label, the series' own is called exported_.
        let seen = |name: &str| match (labels.get(name), own(name)) {
            (Some(_), Some(own)) if honor => Some(own),
            (Some(target), _) => Some(target.as_str()),
            (None, Some(own)) => Some(own),
            (None, None) => name.strip_prefix("exported_").filter(|name| labels.contains_key(*name)).and_then(own),
        };
        if !scenario.selects(seen) {
            continue;
        }
        series.effects.push((place, value));
        if let (Behaviour::Load { idle, full, drives: true }, Some(value)) = (&series.behaviour, value)
            && idle != full
        {
            target.loads.entry(series.about).or_default().push((place, ((value - idle) / (full - idle)).clamp(0.0, 1.0)));
        }
    }
}
