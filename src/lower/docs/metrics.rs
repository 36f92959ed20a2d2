//! Tables of metrics.

use crate::lower::docs::names::anchor;
use crate::lower::docs::uses::Uses;
use crate::model::job::Exposed;
use crate::plan::docs::{Label, Metric};
use crate::spec::metric::Label as Declared;

/// A metric as a line of a table.
pub(super) fn line(name: &str, exposed: &Exposed, uses: &Uses<'_>) -> Metric {
    let metric = &exposed.metric;
    let own = metric.labels.iter().map(|(name, entry)| label(name, &entry.value));
    let common =
        exposed.common.iter().filter(|(name, _)| !metric.labels.knows(name)).map(|(name, declared)| label(name, declared));
    let mut labels: Vec<Label> = own.chain(common).collect();
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    let used = uses.of(exposed.declared);
    Metric {
        name: name.to_owned(),
        anchor: anchor(name),
        kind: metric.kind.value.word().replace('_', " "),
        unit: metric.unit.as_ref().map(|unit| unit.value.to_string()),
        labels,
        help: metric.help.as_ref().map(|help| help.value.clone()),
        planned: exposed.planned,
        deprecated: metric.deprecated.as_ref().map(|text| text.value.clone()),
        uses: used.map(|used| used.links.clone()).unwrap_or_default(),
        more_uses: used.map_or(0, |used| used.more),
    }
}

fn label(name: &str, declared: &Declared) -> Label {
    let listed = declared.values.as_ref().map(|values| u64::try_from(values.len()).unwrap_or(u64::MAX));
    let size = match (listed, declared.max) {
        (Some(listed), Some(max)) => Some(listed.min(max)),
        (one, other) => one.or(other),
    };
    Label { name: name.to_owned(), size }
}
