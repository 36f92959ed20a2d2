//! `service/port-conflict`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads;
use crate::source::Span;

/// The rule.
pub const RULE: Rule = rule!(
    "service/port-conflict",
    Error,
    "Two containers are published at the same port of the host",
    "port_conflict.md",
    Check::Stack(check)
);

/// Who has a port: the container, the address of the host, the place.
type Holder<'a> = (String, Option<&'a str>, Span);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<(u16, &'static str), Vec<Holder<'_>>> = BTreeMap::new();
    for port in workloads::published(stack) {
        let others = taken.entry((port.host, port.protocol)).or_default();
        // Two addresses of the host have ports of their own; without an address all of them are taken.
        let clash = others.iter().find(|(name, address, _)| {
            *name != port.name && (address.is_none() || port.address.is_none() || *address == port.address)
        });
        if let Some((other, _, span)) = clash {
            let message = format!("`{}` and `{other}` are both published at port {} of the host", port.name, port.host);
            let diagnostic = RULE.at(port.span, message).label(*span, format!("`{other}` has it"));
            findings.push_about(port.about, diagnostic.help("publish one of them elsewhere: `ports: [\"HOST:CONTAINER\"]`"));
        }
        others.push((port.name, port.address, port.span));
    }
}
