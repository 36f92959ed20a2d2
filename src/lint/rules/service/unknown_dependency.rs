//! `service/unknown-dependency`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::{words, workloads};
use crate::load::suggest;
use crate::source::Span;
use crate::spec::decode::Text;

/// The rule.
pub const RULE: Rule = rule!(
    "service/unknown-dependency",
    Error,
    "A container waits for, or an exporter watches, a service that nothing declares",
    "unknown_dependency.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let spec = stack.spec;
    let compose = spec.stack.as_ref().and_then(|whole| whole.compose.as_ref());
    // What the base Compose file declares is known only where the spec says so.
    let Some(compose) = compose.filter(|compose| !compose.base_services.is_empty()) else { return };
    let own = spec.services.names().chain(spec.exporters.names()).chain(spec.gpu_targets.names());
    let known: BTreeSet<&str> =
        own.chain(["prometheus", "alertmanager", "grafana"]).chain(compose.base_services.iter().map(Text::as_str)).collect();
    let mut look = |name: &Text, about: Span, what: &str| {
        if known.contains(name.as_str()) {
            return;
        }
        let near = suggest::nearest(name.as_str(), known.iter().copied());
        let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
            "name it under `stack: {compose: {base_services: [...]}}` if the base file declares it".to_owned()
        });
        let message = format!("{what} `{}`, which is nowhere declared", name.value);
        findings.push_about(about, RULE.at(name.span, message).help(help));
    };
    for (owner, workload) in workloads::all(stack) {
        for name in &workload.depends_on {
            look(name, owner.span, &format!("{} waits for", words::quoted([owner.name])));
        }
    }
    for (exporter, entry) in spec.exporters.iter() {
        if let Some(watched) = &entry.value.watches {
            look(watched, entry.key, &format!("`{exporter}` watches"));
        }
    }
}
