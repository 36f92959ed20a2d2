//! Which data source a panel or a query asks.

use std::collections::BTreeMap;

use super::super::fields::{get, items, pairs};
use crate::load::tree::{Node, Pair};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataSource {
    /// A Prometheus, or something that understands the same language.
    Prometheus,
    /// Something that does not.
    Other,
    /// The file does not tell.
    Unknown,
}

impl DataSource {
    fn of_type(word: &str) -> Self {
        match word {
            "prometheus" | "grafana-amazonprometheus-datasource" | "grafana-azureprometheus-datasource" => Self::Prometheus,
            // An envelope around others, and a language that is nearly the same.
            "" | "datasource" | "victoriametrics-metrics-datasource" => Self::Unknown,
            _ => Self::Other,
        }
    }
}

/// The data sources that a dashboard can choose from, by the name of the variable or the input.
#[derive(Debug, Default)]
pub(super) struct DataSources {
    by_name: BTreeMap<String, DataSource>,
}

impl DataSources {
    /// Those of the variables of type `datasource`, and those that are asked for when the dashboard is imported.
    pub(super) fn of(dashboard: &[Pair], variables: &[Node]) -> Self {
        let word = |node: &Node, field: &str| node.get(field).and_then(Node::as_text).unwrap_or_default().to_owned();
        let inputs = items(get(dashboard, "__inputs")).iter().filter(|input| word(input, "type") == "datasource");
        let inputs = inputs.map(|input| (word(input, "name"), DataSource::of_type(&word(input, "pluginId"))));
        let chosen = variables.iter().filter(|variable| word(variable, "type") == "datasource");
        let chosen = chosen.map(|variable| (word(variable, "name"), DataSource::of_type(&word(variable, "query"))));
        Self { by_name: inputs.chain(chosen).collect() }
    }

    /// What a field `datasource` means; `around` is what holds where it says nothing.
    pub(super) fn of_field(&self, field: Option<&Node>, around: DataSource) -> DataSource {
        let Some(node) = field.filter(|node| !node.is_null()) else { return around };
        if let Some(name) = node.as_text() {
            return self.named(name);
        }
        let fields = pairs(node);
        let word = |field: &str| get(fields, field).and_then(Node::as_text).unwrap_or_default();
        match (word("type"), word("uid")) {
            ("datasource", uid) => self.named(uid),
            ("", uid) => self.named(uid),
            (word, _) => DataSource::of_type(word),
        }
    }

    fn named(&self, name: &str) -> DataSource {
        if matches!(name, "-- Grafana --" | "-- Dashboard --" | "grafana" | "__expr__") {
            return DataSource::Other;
        }
        let inner = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let inner = inner.or_else(|| name.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")));
        let Some(variable) = inner.or_else(|| name.strip_prefix('$')) else { return DataSource::Unknown };
        let variable = variable.split(':').next().unwrap_or_default();
        self.by_name.get(variable).copied().unwrap_or(DataSource::Unknown)
    }
}
