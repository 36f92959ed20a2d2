//! Packs by name and version.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::load::suggest;
use crate::model::job::{DeclaredBy, Exposed};
use crate::spec::Spec;
use crate::spec::decode::{Map, Text};
use crate::spec::metric::{Label, Metric};
use crate::spec::pack::{ClientMetrics, Pack};
use crate::spec::service::Language;

/// A name that nothing has.
pub const UNKNOWN_NAME: RuleId = "spec/unknown-name";

/// A pack at a version.
#[derive(Debug, Clone)]
pub struct Chosen<'s> {
    /// The pack's name without version.
    pub name: &'s str,
    /// The pack.
    pub pack: &'s Pack,
    /// The version, such as `1.55`.
    pub version: &'s str,
}

/// Finds `redis_exporter@1.55`: the spec's own packs before those that ship with the tool.
pub fn choose<'s>(wanted: &Text, own: &'s Spec, shipped: &'s Spec, diagnostics: &mut Vec<Diagnostic>) -> Option<Chosen<'s>> {
    let (name, version) = match wanted.value.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (wanted.as_str(), None),
    };
    let found = own.packs.iter().chain(shipped.packs.iter()).find(|(known, _)| *known == name);
    let Some((name, entry)) = found else {
        if own.packs.broken.iter().any(|broken| broken == name) {
            return None;
        }
        let near = suggest::nearest(name, own.packs.names().chain(shipped.packs.names()));
        let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
            let all: Vec<&str> = shipped.packs.names().collect();
            format!("the packs are {}; declare one of your own under `packs:`", all.join(", "))
        });
        diagnostics.push(Diagnostic::error(UNKNOWN_NAME, wanted.span, format!("there is no pack `{name}`")).help(help));
        return None;
    };
    let pack = &entry.value;
    let Some(version) = version else {
        return Some(Chosen { name, pack, version: pack.default_version.as_str() });
    };
    match nearest_version(version, pack) {
        Some(version) => Some(Chosen { name, pack, version }),
        None => {
            let all: Vec<&str> = pack.versions.names().collect();
            diagnostics.push(
                Diagnostic::error(UNKNOWN_NAME, wanted.span, format!("the pack `{name}` does not describe version {version}"))
                    .help(format!("it describes {}", all.join(", "))),
            );
            None
        }
    }
}

/// The described version that a wanted one means: the same one, or the only one that it is the start of, or that is the start of it.
fn nearest_version<'s>(wanted: &str, pack: &'s Pack) -> Option<&'s str> {
    let wanted = wanted.trim_start_matches('v');
    let starts = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    pack.versions
        .names()
        .find(|known| *known == wanted)
        .or_else(|| pack.versions.names().filter(|known| starts(known, wanted) || starts(wanted, known)).last())
}

/// Compares versions part by part, numbers as numbers.
pub fn compare_versions(a: &str, b: &str) -> std::cmp::Ordering {
    let parts = |text: &str| -> Vec<u64> {
        text.trim_start_matches('v').split(['.', '-']).map(|part| part.parse().unwrap_or(0)).collect()
    };
    let (mut a, mut b) = (parts(a), parts(b));
    let length = a.len().max(b.len());
    a.resize(length, 0);
    b.resize(length, 0);
    a.cmp(&b)
}

/// Whether something with these bounds is there at a version.
pub fn in_version(since: Option<&Text>, until: Option<&Text>, version: &str) -> bool {
    since.is_none_or(|since| compare_versions(version, since.as_str()).is_ge())
        && until.is_none_or(|until| !after(version, until.as_str()))
}

/// Whether a version comes after the last one of a series: 0.19.1 is still 0.19.
fn after(version: &str, last: &str) -> bool {
    let parts = last.split('.').count();
    let cut: Vec<&str> = version.split('.').take(parts).collect();
    compare_versions(&cut.join("."), last).is_gt()
}

/// Whether something that depends on a feature is there.
pub fn has_feature(when: Option<&Text>, features: &[Text]) -> bool {
    when.is_none_or(|when| features.iter().any(|feature| feature.value == when.value))
}

impl<'s> Chosen<'s> {
    /// The image with its tag.
    pub fn image(&self) -> Option<&'s str> {
        self.pack.versions.get(self.version)?.image.as_ref().map(Text::as_str)
    }

    /// Reports features that the pack does not have.
    pub fn check_features(&self, features: &[Text], diagnostics: &mut Vec<Diagnostic>) {
        for feature in features {
            if !self.pack.features.knows(feature.as_str()) {
                let near = suggest::nearest(feature.as_str(), self.pack.features.names());
                let all: Vec<&str> = self.pack.features.names().collect();
                let help = suggest::did_you_mean(&near).unwrap_or_else(|| match all.as_slice() {
                    [] => "this pack has no features to switch on".to_owned(),
                    _ => format!("its features are {}", all.join(", ")),
                });
                let message = format!("the pack `{}` has no feature `{}`", self.name, feature.value);
                diagnostics.push(Diagnostic::error(UNKNOWN_NAME, feature.span, message).help(help));
            }
        }
    }

    /// The families that the exporter exposes with these features, its client library's included.
    pub fn exposes(&self, features: &[Text], shipped: &Spec) -> BTreeMap<String, Exposed> {
        let mut families = self.families(&self.pack.metrics, features);
        let version = self.pack.versions.get(self.version);
        let groups = version.and_then(|version| version.client_metrics.as_ref()).or(self.pack.client_metrics.as_ref());
        for (name, exposed) in client_families(self.pack.language.as_ref().map(|language| language.value), groups, shipped) {
            families.entry(name).or_insert(exposed);
        }
        families
    }

    /// What the exporter says of something else that it checks with a module.
    pub fn probe_exposes(&self, module: &str) -> BTreeMap<String, Exposed> {
        let prober = self.pack.modules.get(module).map(|module| module.prober.clone());
        let mut features: Vec<Text> = prober.into_iter().collect();
        if let Some(http) = features.first().filter(|prober| prober.as_str() == "http").cloned() {
            features.push(Text { value: "tls".to_owned(), ..http });
        }
        let mut families = self.families(&self.pack.probe_metrics, &features);
        // What depends on whether the target speaks TLS is there for some targets.
        for exposed in families.values_mut() {
            if exposed.metric.when.as_ref().is_some_and(|when| when.as_str() == "tls") {
                exposed.metric = Arc::new(Metric { optional: true, ..(*exposed.metric).clone() });
            }
        }
        families
    }

    fn families(&self, metrics: &Map<Arc<Metric>>, features: &[Text]) -> BTreeMap<String, Exposed> {
        let common = Arc::new(labels_at(self.pack.labels.iter(), features, self.version));
        let none = Arc::new(Vec::new());
        let mut families = BTreeMap::new();
        for (name, entry) in metrics.iter() {
            let metric = &entry.value;
            if !in_version(metric.since.as_ref(), metric.until.as_ref(), self.version)
                || !has_feature(metric.when.as_ref(), features)
            {
                continue;
            }
            let common = if metric.own_labels { none.clone() } else { common.clone() };
            let metric = Arc::new(at(metric, features, self.version));
            let open_labels = !self.pack.open_labels.is_empty() && !metric.own_labels;
            let exposed = Exposed { metric, declared: entry.key, common, by: DeclaredBy::Pack, planned: false, open_labels };
            families.insert(name.to_owned(), exposed);
        }
        families
    }
}

fn labels_at<'l>(
    labels: impl Iterator<Item = (&'l str, &'l crate::spec::decode::Entry<Label>)>,
    features: &[Text],
    version: &str,
) -> Vec<(String, Label)> {
    labels
        .filter(|(_, entry)| {
            let label = &entry.value;
            in_version(label.since.as_ref(), label.until.as_ref(), version) && has_feature(label.when.as_ref(), features)
        })
        .map(|(name, entry)| (name.to_owned(), entry.value.clone()))
        .collect()
}

/// The metric as it is at a version with these features.
fn at(metric: &Metric, features: &[Text], version: &str) -> Metric {
    let was = metric
        .was
        .iter()
        .filter(|was| !after(version, was.until.as_str()))
        .min_by(|a, b| compare_versions(a.until.as_str(), b.until.as_str()));
    let declared = was.and_then(|was| was.labels.as_ref()).unwrap_or(&metric.labels);
    let mut labels = Map::default();
    for (name, entry) in declared.iter() {
        let label = &entry.value;
        if in_version(label.since.as_ref(), label.until.as_ref(), version) && has_feature(label.when.as_ref(), features) {
            labels.insert(name, entry.key, label.clone());
        }
    }
    let mut metric = Metric { labels, ..metric.clone() };
    if let Some(was) = was {
        if let Some(kind) = &was.kind {
            metric.kind = kind.clone();
        }
        metric.unit = was.unit.clone().or(metric.unit);
        metric.buckets = was.buckets.clone().or(metric.buckets);
    }
    metric
}

/// The families that the metrics library of a language adds: those of the named groups, or of the usual ones.
pub fn client_families(language: Option<Language>, groups: Option<&ClientMetrics>, shipped: &Spec) -> Vec<(String, Exposed)> {
    let Some(client) = language.and_then(|language| shipped.clients.get(language.word())) else { return Vec::new() };
    let exposed = |group: Option<&Text>| match (group, groups) {
        (_, Some(ClientMetrics::No)) => false,
        (Some(group), Some(ClientMetrics::Groups(named))) => named.iter().any(|name| name.value == group.value),
        (Some(group), None) => client.groups.get(group.as_str()).is_none_or(|group| group.default),
        (None, _) => true,
    };
    let common = Arc::new(Vec::new());
    client
        .metrics
        .iter()
        .filter(|(_, entry)| exposed(entry.value.group.as_ref()))
        .map(|(name, entry)| {
            let metric = Arc::clone(&entry.value);
            let by = DeclaredBy::Client;
            (
                name.to_owned(),
                Exposed { metric, declared: entry.key, common: common.clone(), by, planned: false, open_labels: false },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(compare_versions("1.9", "1.10"), Ordering::Less);
        assert_eq!(compare_versions("v3.5.0", "3.5"), Ordering::Equal);
        assert_eq!(compare_versions("4.2.3-4.1", "4.2.3"), Ordering::Greater);
        assert!(!after("0.19.1", "0.19"));
        assert!(after("0.20", "0.19"));
    }
}
