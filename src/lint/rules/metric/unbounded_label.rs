//! `metric/unbounded-label`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;

/// The rule.
pub const RULE: Rule =
    rule!("metric/unbounded-label", Info, "Nothing bounds the values of a label", "unbounded_label.md", Check::Metric(check));

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    if declared.metric.external {
        return;
    }
    for (name, entry) in declared.metric.labels.iter() {
        let label = &entry.value;
        if label.values.is_none() && label.max.is_none() {
            let message = format!("nothing bounds the values of `{name}` of `{}`: each is a series of its own", declared.name);
            let help = format!("list them, `{name}: [a, b]`, or say how many there are at most, `{name}: {{max: 40}}`");
            findings.push(RULE.at(entry.key, message).help(help));
        }
    }
}
