//! Rule files, as Prometheus and its operator read them.
//!
//! What is refused is what `promtool check rules` refuses; expressions and templates are judged later, by inference and by lint rules.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Reader, get, into_items, is_plain_name, take};
use super::rule;
use crate::diagnostic::Diagnostic;
use crate::load::tree::{Node, Pair, Value};
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::quantity::Duration;

/// An alert rule as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenAlert {
    /// The alert's name.
    pub name: Text,
    /// The expression.
    pub expr: Text,
    /// How long it must hold.
    pub hold: Option<Duration>,
    /// How long it goes on firing.
    pub keep_firing_for: Option<Duration>,
    /// Labels, those of the group included, in the order of their names.
    pub labels: Vec<(String, Text)>,
    /// Annotations in the order of their names.
    pub annotations: Vec<(String, Text)>,
    /// The group.
    pub group: String,
    /// Time between two evaluations, when the group says it.
    pub interval: Option<Duration>,
}

/// A recording rule as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenRecord {
    /// The name of the recorded series.
    pub name: Text,
    /// The expression.
    pub expr: Text,
    /// Labels, those of the group included, in the order of their names.
    pub labels: Vec<(String, Text)>,
    /// The group.
    pub group: String,
    /// Time between two evaluations, when the group says it.
    pub interval: Option<Duration>,
}

/// The rules of all files.
#[derive(Debug, Default)]
pub struct WrittenRules {
    /// Alert rules in the order of the files.
    pub alerts: Vec<WrittenAlert>,
    /// Recording rules in the order of the files.
    pub records: Vec<WrittenRecord>,
}

const GROUP_FIELDS: &[&str] =
    &["name", "interval", "query_offset", "limit", "labels", "rules", "partial_response_strategy", "source_tenants"];
const RULE_FIELDS: &[&str] = &["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

impl WrittenRules {
    /// Reads a rule file: `groups`.
    pub fn read_file(&mut self, root: Node, diagnostics: &mut Vec<Diagnostic>) {
        let mut reader = Reader::new(rule::INVALID_RULE);
        if let Some(pairs) = reader.entries(&root, "a rule file") {
            reader.known(pairs, "a rule file", &["groups", "namespace"], |_| None);
        }
        self.groups(take(root, "groups"), &mut reader);
        diagnostics.append(&mut reader.diagnostics);
    }

    /// Reads the `spec` of a `PrometheusRule`.
    pub fn read_resource(&mut self, root: Node, diagnostics: &mut Vec<Diagnostic>) {
        let mut reader = Reader::new(rule::INVALID_RULE);
        let span = root.span;
        match take(root, "spec") {
            Some(spec) => {
                if let Some(pairs) = reader.entries(&spec, "the spec of a PrometheusRule") {
                    reader.known(pairs, "the spec of a PrometheusRule", &["groups"], |_| None);
                }
                self.groups(take(spec, "groups"), &mut reader);
            }
            None => reader.error(span, "the PrometheusRule has no `spec`", "put the groups under `spec: {groups: [...]}`"),
        }
        diagnostics.append(&mut reader.diagnostics);
    }

    /// Reads rules, or groups of them, that stand in a list without `groups`, or alone.
    pub fn read_list(&mut self, root: &Node, diagnostics: &mut Vec<Diagnostic>) {
        let mut reader = Reader::new(rule::INVALID_RULE);
        let alone = std::slice::from_ref(root);
        let items = if let Value::Seq(items) = &root.value { items.as_slice() } else { alone };
        let (groups, rules): (Vec<&Node>, Vec<&Node>) = items.iter().partition(|item| item.get("rules").is_some());
        let mut names = Names::default();
        for group in groups {
            self.group(group, &mut names, &mut reader);
        }
        let nameless = Group::default();
        for item in rules {
            self.rule(item, &nameless, &mut reader);
        }
        diagnostics.append(&mut reader.diagnostics);
    }

    /// Each group is dropped as soon as it is read, so that the tree and what is read of it are not there twice.
    fn groups(&mut self, groups: Option<Node>, reader: &mut Reader) {
        let Some(groups) = groups else { return };
        reader.items(&groups, "`groups`");
        let mut names = Names::default();
        for group in into_items(groups) {
            self.group(&group, &mut names, reader);
        }
    }

    fn group(&mut self, node: &Node, names: &mut Names, reader: &mut Reader) {
        let Some(pairs) = reader.entries(node, "a rule group") else { return };
        reader.known(pairs, "a rule group", GROUP_FIELDS, knows_group_field);
        let mut group = Group::default();
        match get(pairs, "name").and_then(|name| reader.text(name, "the name of a group")) {
            Some(name) if !name.value.is_empty() => {
                if let Some(first) = names.0.insert(name.value.clone(), name.span) {
                    let message = format!("the group `{}` is in this file twice", name.value);
                    reader.repeated(name.span, first, message, "give one of them another name, or put their rules together");
                }
                group.name = name.value;
            }
            _ => reader.error(start_of(node.span), "the rule group has no name", "add `name: NAME`"),
        }
        group.interval = get(pairs, "interval").and_then(|node| reader.duration(node, "`interval`"));
        // A group without an interval of its own is evaluated as often as the server says; zero says the same.
        group.interval = group.interval.filter(|interval| interval.as_secs_f64() > 0.0);
        if let Some(offset) = get(pairs, "query_offset") {
            reader.duration(offset, "`query_offset`");
        }
        if let Some(limit) = get(pairs, "limit") {
            reader.count(limit, "`limit`");
        }
        if let Some(labels) = get(pairs, "labels") {
            group.labels = reader.labels(labels, "`labels`");
        }
        if let Some(rules) = get(pairs, "rules") {
            for rule in reader.items(rules, "`rules`") {
                self.rule(rule, &group, reader);
            }
        }
    }

    fn rule(&mut self, node: &Node, group: &Group, reader: &mut Reader) {
        let Some(pairs) = reader.entries(node, "a rule") else { return };
        reader.known(pairs, "a rule", RULE_FIELDS, knows_rule_field);
        let name = |reader: &mut Reader, field: &str| {
            let name = get(pairs, field).and_then(|node| reader.text(node, format_args!("`{field}`")));
            name.filter(|name| !name.value.is_empty())
        };
        let (alert, record) = (name(reader, "alert"), name(reader, "record"));
        let expr = get(pairs, "expr").and_then(|node| reader.text(node, "`expr`")).filter(|expr| !expr.value.is_empty());
        if expr.is_none() && get(pairs, "expr").is_none_or(|node| node.as_text().is_some()) {
            let at = alert.as_ref().or(record.as_ref()).map_or(start_of(node.span), |name| name.span);
            reader.error(at, "the rule has no expression", "add `expr: EXPRESSION`");
        }
        let labels = self.labels(pairs, group, reader);
        match (alert, record) {
            (Some(alert), Some(record)) => {
                let message = "the rule has both `alert` and `record`";
                reader.repeated(record.span, alert.span, message, "make two rules of it");
            }
            (None, None) => {
                reader.error(
                    start_of(node.span),
                    "the rule has neither `alert` nor `record`",
                    "add `alert: NAME` or `record: NAME`",
                );
            }
            (Some(name), None) => {
                let duration = |field: &str, reader: &mut Reader| {
                    get(pairs, field).and_then(|node| reader.duration(node, format_args!("`{field}`")))
                };
                let hold = duration("for", reader);
                let keep_firing_for = duration("keep_firing_for", reader);
                let annotations = get(pairs, "annotations").map(|node| reader.texts(node, "`annotations`")).unwrap_or_default();
                let mut all = BTreeMap::new();
                for (key, text) in annotations {
                    if key.text.is_empty() {
                        reader.error(key.span, "an annotation has no name", "name it, such as `summary`");
                    }
                    all.insert(key.text, text);
                }
                let Some(expr) = expr else { return };
                let (group, interval) = (group.name.clone(), group.interval);
                let annotations = all.into_iter().collect();
                self.alerts.push(WrittenAlert { name, expr, hold, keep_firing_for, labels, annotations, group, interval });
            }
            (None, Some(name)) => {
                self.check_record(pairs, &name, reader);
                let Some(expr) = expr else { return };
                self.records.push(WrittenRecord { name, expr, labels, group: group.name.clone(), interval: group.interval });
            }
        }
    }

    fn labels(&self, pairs: &[Pair], group: &Group, reader: &mut Reader) -> Vec<(String, Text)> {
        let own = get(pairs, "labels").map(|node| reader.labels(node, "`labels`")).unwrap_or_default();
        if group.labels.is_empty() {
            return own.into_iter().collect();
        }
        let mut labels = group.labels.clone();
        labels.extend(own);
        labels.into_iter().collect()
    }

    fn check_record(&self, pairs: &[Pair], name: &Text, reader: &mut Reader) {
        for field in ["for", "keep_firing_for", "annotations"] {
            let Some(pair) = pairs.iter().find(|pair| pair.key.text == field) else { continue };
            let says_nothing = match field {
                "annotations" => pair.value.is_null() || matches!(&pair.value.value, Value::Map(pairs) if pairs.is_empty()),
                _ => pair
                    .value
                    .as_text()
                    .is_none_or(|text| Duration::parse(text).is_some_and(|duration| duration.as_secs_f64() == 0.0)),
            };
            if !says_nothing {
                let help = "take it out; only alerts have it";
                reader.error(pair.key.span, format!("a recording rule has no field `{field}`"), help);
            }
        }
        if name.value.contains(['{', '}']) {
            let help = "name the series alone; labels belong under `labels`, selectors into `expr`";
            reader.error(name.span, format!("`{}` cannot be the name of a series", name.value), help);
        } else if !is_plain_name(&name.value, true) {
            let message = format!("servers before version 3 refuse the name `{}`", name.value);
            reader.warning(name.span, message, "use letters, digits, underscores and colons");
        }
    }
}

/// Names of groups with the place of the first.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, Span>);

#[derive(Debug, Default)]
struct Group {
    name: String,
    interval: Option<Duration>,
    labels: BTreeMap<String, Text>,
}

fn knows_group_field(field: &str) -> Option<&'static str> {
    let vmalert = BTreeSet::from([
        "concurrency",
        "params",
        "headers",
        "notifier_headers",
        "type",
        "eval_offset",
        "eval_delay",
        "eval_alignment",
        "tenant",
        "debug",
    ]);
    let mimir = ["evaluation_delay", "align_evaluation_time_on_interval", "rwconfigs"];
    match field {
        _ if vmalert.contains(field) => Some("vmalert"),
        _ if mimir.contains(&field) => Some("Mimir"),
        _ => None,
    }
}

fn knows_rule_field(field: &str) -> Option<&'static str> {
    matches!(field, "debug" | "update_entries_limit").then_some("vmalert")
}

fn start_of(span: Span) -> Span {
    Span { end: span.start, ..span }
}
