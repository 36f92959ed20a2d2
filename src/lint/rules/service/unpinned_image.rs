//! `service/unpinned-image`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads;

/// The rule.
pub const RULE: Rule = rule!(
    "service/unpinned-image",
    Warning,
    "An image is named without a version, so that each pull may bring another one",
    "unpinned_image.md",
    Check::Stack(check)
);

/// Tags that move.
const MOVING: &[&str] = &["latest", "main", "master", "edge", "nightly", "dev", "stable"];

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for (owner, about, image) in workloads::images(stack) {
        let text = image.as_str();
        if text.contains('@') || text.contains('$') {
            continue;
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        let message = match name.split_once(':') {
            None => format!("the image of `{owner}` has no tag, which means `latest`"),
            Some((_, tag)) if MOVING.contains(&tag) => format!("the tag `{tag}` of the image of `{owner}` moves"),
            Some(_) => continue,
        };
        findings
            .push_about(about, RULE.at(image.span, message).help("name a version, or a digest: `name:1.2.3`, `name@sha256:...`"));
    }
}
