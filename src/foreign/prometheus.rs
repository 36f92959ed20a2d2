//! The configuration of a Prometheus: which targets there are, how often they are scraped, and where the rules lie.
//!
//! What is refused is what `promtool check config` refuses of the parts that bear on labels, intervals and rules; other parts are not looked at.

use std::collections::BTreeMap;

use super::fields::{Reader, get, items, pairs};
use super::rule;
use crate::diagnostic::Diagnostic;
use crate::load::tree::{Node, Pair};
use crate::model::item::{Item, ItemKind};
use crate::model::job::{Job, TargetGroup, Targets};
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::quantity::Duration;
use crate::spec::scrape::Relabel;

/// Time between two evaluations of rules, and between two scrapes, when the configuration does not say.
const GLOBAL_INTERVAL: Duration = Duration::from_secs(60);

/// A configuration.
#[derive(Debug)]
pub struct Config {
    /// What is scraped, in the order of the file. Nothing is known of what the targets expose.
    pub jobs: Vec<ScrapeJob>,
    /// Time between two scrapes, unless a job says otherwise.
    pub scrape_interval: Duration,
    /// Time between two evaluations, unless a group says otherwise.
    pub evaluation_interval: Duration,
    /// Paths of rule files, with wildcards.
    pub rule_files: Vec<Text>,
}

/// A scrape job.
#[derive(Debug)]
pub struct ScrapeJob {
    /// The job.
    pub job: Job,
    /// Whether something at run time may give its targets another `job` or `instance` than the configuration says.
    pub renames: bool,
}

const TOP_FIELDS: &[&str] = &[
    "global",
    "runtime",
    "alerting",
    "rule_files",
    "scrape_config_files",
    "scrape_configs",
    "storage",
    "tracing",
    "remote_write",
    "remote_read",
    "otlp",
];

const JOB_FIELDS: &[&str] = &[
    "job_name",
    "scrape_interval",
    "scrape_timeout",
    "metrics_path",
    "scheme",
    "params",
    "honor_labels",
    "honor_timestamps",
    "static_configs",
    "relabel_configs",
    "metric_relabel_configs",
    "track_timestamps_staleness",
    "scrape_protocols",
    "scrape_fallback_protocol",
    "scrape_native_histograms",
    "scrape_classic_histograms",
    "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb",
    "extra_scrape_metrics",
    "scrape_failure_log_file",
    "enable_compression",
    "body_size_limit",
    "sample_limit",
    "target_limit",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "keep_dropped_targets",
    "metric_name_validation_scheme",
    "metric_name_escaping_scheme",
    "basic_auth",
    "authorization",
    "oauth2",
    "bearer_token",
    "bearer_token_file",
    "tls_config",
    "proxy_url",
    "no_proxy",
    "proxy_from_environment",
    "proxy_connect_header",
    "follow_redirects",
    "enable_http2",
    "http_headers",
];

const ACTIONS: &[&str] = &[
    "replace",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
];

/// Reads a configuration.
pub fn read(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Config {
    let mut reader = Reader::new(rule::INVALID_CONFIG);
    let config = Reading { reader: &mut reader }.config(root);
    diagnostics.append(&mut reader.diagnostics);
    config
}

struct Reading<'r> {
    reader: &'r mut Reader,
}

impl Reading<'_> {
    fn config(&mut self, root: &Node) -> Config {
        let top = pairs(root);
        self.reader.known(top, "the configuration", TOP_FIELDS, |_| None);
        let global = get(top, "global").map(pairs).unwrap_or_default();
        let said = |field: &str, this: &mut Self| get(global, field).and_then(|node| this.positive(node, field));
        let interval = said("scrape_interval", self).unwrap_or(GLOBAL_INTERVAL);
        let timeout = said("scrape_timeout", self);
        let evaluation_interval = said("evaluation_interval", self).unwrap_or(GLOBAL_INTERVAL);
        if let (Some(timeout), Some(node)) = (timeout, get(global, "scrape_timeout")) {
            self.within(timeout, interval, node.span);
        }
        if let Some(labels) = get(global, "external_labels") {
            self.reader.labels(labels, "`external_labels`");
        }
        let written = get(top, "scrape_configs");
        let written = written.map(|node| self.reader.items(node, "`scrape_configs`")).unwrap_or_default();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut jobs = Vec::new();
        for node in written {
            let Some(job) = self.job(node, interval) else { continue };
            if let Some(first) = names.insert(job.job.name.clone(), job.job.item.span) {
                let message = format!("two jobs are called `{}`", job.job.name);
                self.reader.repeated(job.job.item.span, first, message, "give one of them another `job_name`");
            }
            jobs.push(job);
        }
        let rule_files = get(top, "rule_files").map(|node| self.reader.items(node, "`rule_files`")).unwrap_or_default();
        let rule_files = rule_files.iter().filter_map(|node| self.reader.text(node, "a rule file")).collect();
        Config { jobs, scrape_interval: interval, evaluation_interval, rule_files }
    }

    fn positive(&mut self, node: &Node, field: &str) -> Option<Duration> {
        self.reader.duration(node, &format!("`{field}`")).filter(|duration| duration.as_secs_f64() > 0.0)
    }

    fn within(&mut self, timeout: Duration, interval: Duration, span: Span) {
        if timeout > interval {
            let message = format!("a scrape may take {timeout}, longer than the {interval} between two scrapes");
            self.reader.error(span, message, "make `scrape_timeout` at most `scrape_interval`");
        }
    }

    fn job(&mut self, node: &Node, global: Duration) -> Option<ScrapeJob> {
        let fields = self.reader.entries(node, "a scrape config")?;
        let is_known = |pair: &&Pair| !pair.key.text.ends_with("_sd_configs");
        let checked: Vec<Pair> = fields.iter().filter(is_known).cloned().collect();
        self.reader.known(&checked, "a scrape config", JOB_FIELDS, |_| None);
        let name = get(fields, "job_name").and_then(|node| self.reader.text(node, "`job_name`"));
        let Some(name) = name.filter(|name| !name.value.is_empty()) else {
            let start = Span { end: node.span.start, ..node.span };
            self.reader.error(start, "the scrape config has no `job_name`", "add `job_name: NAME`");
            return None;
        };
        let own = |field: &str, this: &mut Self| get(fields, field).and_then(|node| this.positive(node, field));
        let interval = own("scrape_interval", self).unwrap_or(global);
        let timeout = own("scrape_timeout", self);
        // A timeout that only `global` says gives way to a shorter interval.
        if let (Some(timeout), Some(node)) = (timeout, get(fields, "scrape_timeout")) {
            self.within(timeout, interval, node.span);
        }
        let groups = self.static_groups(fields);
        let discovers = fields.iter().any(|pair| pair.key.text.ends_with("_sd_configs") && !pair.value.is_null());
        let relabel = self.relabel(fields, "relabel_configs");
        let sets_identity = groups.iter().any(|group| ["job", "instance"].iter().any(|name| group.labels.contains_key(*name)));
        let targets = if discovers {
            Targets::Discovered { key: "", config: serde_json::Value::Null, labels: BTreeMap::new() }
        } else {
            Targets::Static(groups)
        };
        let job = Job {
            name: name.value.clone(),
            item: Item::new(ItemKind::Service, name.value, name.span),
            interval,
            timeout,
            scheme: None,
            path: "/metrics".to_owned(),
            targets,
            params: BTreeMap::new(),
            honor_labels: get(fields, "honor_labels").and_then(Node::as_text) == Some("true"),
            relabel,
            metric_relabel: self.relabel(fields, "metric_relabel_configs"),
            extra: None,
            planned: false,
            fails: None,
            language: None,
            exposes: BTreeMap::new(),
            open: Vec::new(),
            created_series: false,
            probe: None,
        };
        Some(ScrapeJob { job, renames: discovers || sets_identity })
    }

    fn static_groups(&mut self, fields: &[Pair]) -> Vec<TargetGroup> {
        let mut groups = Vec::new();
        let Some(written) = get(fields, "static_configs") else { return groups };
        for group in self.reader.items(written, "`static_configs`") {
            let Some(group) = self.reader.entries(group, "a group of targets") else { continue };
            self.reader.known(group, "a group of targets", &["targets", "labels"], |_| None);
            let mut addresses = Vec::new();
            for target in items(get(group, "targets")) {
                let Some(target) = self.reader.text(target, "a target") else { continue };
                if target.value.contains('/') {
                    let message = format!("the target `{}` is no host with a port", target.value);
                    let help = "leave out the scheme and the path; they are `scheme` and `metrics_path` of the job";
                    self.reader.error(target.span, message, help);
                }
                addresses.push(target.value);
            }
            let labels = get(group, "labels").map(|node| self.reader.labels(node, "`labels`")).unwrap_or_default();
            let labels = labels.into_iter().map(|(name, text)| (name, text.value)).collect();
            groups.push(TargetGroup { addresses, labels });
        }
        groups
    }

    fn relabel(&mut self, fields: &[Pair], field: &str) -> Vec<Relabel> {
        let Some(written) = get(fields, field) else { return Vec::new() };
        let steps = self.reader.items(written, &format!("`{field}`"));
        steps.iter().filter_map(|step| self.relabel_step(step)).collect()
    }

    fn relabel_step(&mut self, node: &Node) -> Option<Relabel> {
        const FIELDS: &[&str] =
            &["source_labels", "separator", "target_label", "regex", "modulus", "replacement", "action", "if"];
        let fields = self.reader.entries(node, "a relabelling step")?;
        self.reader.known(fields, "a relabelling step", FIELDS, |_| None);
        let text =
            |field: &str, this: &mut Self| get(fields, field).and_then(|node| this.reader.text(node, format_args!("`{field}`")));
        let source_labels = items(get(fields, "source_labels")).iter().filter_map(super::fields::text).collect();
        let step = Relabel {
            span: node.span,
            source_labels,
            separator: text("separator", self),
            target_label: text("target_label", self),
            regex: text("regex", self),
            modulus: get(fields, "modulus").and_then(|node| self.reader.count(node, "`modulus`")),
            replacement: text("replacement", self),
            action: text("action", self).map(|action| Text { value: action.value.to_ascii_lowercase(), ..action }),
        };
        let start = Span { end: node.span.start, ..node.span };
        let action = step.action.as_ref().map_or("replace", Text::as_str);
        if !ACTIONS.contains(&action) {
            let span = step.action.as_ref().map_or(node.span, |action| action.span);
            let help = format!("the actions are {}", ACTIONS.join(", "));
            self.reader.error(span, format!("`{action}` is no action of relabelling"), help);
            return None;
        }
        if matches!(action, "replace" | "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal")
            && step.target_label.is_none()
        {
            self.reader.error(start, format!("the action `{action}` needs a `target_label`"), "add `target_label: NAME`");
        }
        if action == "hashmod" && step.modulus.is_none_or(|modulus| modulus == 0) {
            self.reader.error(start, "the action `hashmod` needs a `modulus`", "add `modulus: NUMBER`");
        }
        Some(step)
    }
}
