//! `service/not-scraped`: a service without an address is met while jobs are made; one that is not to be scraped is met here.

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::spec::service::ScrapeOrNot;

/// The rule.
pub const RULE: Rule =
    rule!("service/not-scraped", Warning, "Something exposes metrics that nothing reads", "not_scraped.md", Check::Stack(check));

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for (name, entry) in stack.spec.services.iter() {
        let service = &entry.value;
        let Some(metrics) = &service.metrics else { continue };
        let exposes = !metrics.define.is_empty() || !metrics.reuse.is_empty();
        if exposes && matches!(service.scrape, ScrapeOrNot::Never) {
            let message = format!("`{name}` has metrics and says `scrape: false`");
            let help = "take `scrape: false` out, or the metrics; `status: planned` is for what does not exist yet";
            findings.push_about(entry.key, RULE.at(entry.key, message).label(metrics.span, "its metrics").help(help));
        }
    }
}
