//! `service/vacuous-healthcheck`

use serde_json::Value as Json;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads;

/// The rule.
pub const RULE: Rule = rule!(
    "service/vacuous-healthcheck",
    Warning,
    "A health check that cannot fail",
    "vacuous_healthcheck.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for (owner, workload) in workloads::all(stack) {
        let Some(healthcheck) = &workload.healthcheck else { continue };
        let Some(test) = command(&healthcheck.json) else { continue };
        if let Some(why) = vacuous(&test) {
            let message = format!("the health check of `{}` cannot fail: {why}", owner.name);
            let help = "ask the program itself, such as `wget -q --spider http://localhost:PORT/health`";
            findings.push_about(owner.span, RULE.at(healthcheck.span, message).help(help));
        }
    }
}

/// The command as one line.
fn command(healthcheck: &Json) -> Option<String> {
    match healthcheck.get("test")? {
        Json::String(line) => Some(line.clone()),
        Json::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Json::as_str).collect();
            match words.split_first() {
                Some((&("CMD" | "CMD-SHELL"), rest)) => Some(rest.join(" ")),
                _ => None,
            }
        }
        _ => None,
    }
}

fn vacuous(line: &str) -> Option<String> {
    let line = line.trim();
    let last = line.rsplit("||").next().map(str::trim).unwrap_or(line);
    let succeeds = |command: &str| {
        matches!(command, "true" | "exit 0" | ":" | "/bin/true" | "/usr/bin/true")
            || (command.starts_with("echo ") && !command.contains(['&', ';', '|', '`']) && !command.contains("$("))
    };
    if last != line && succeeds(last) {
        Some(format!("it ends in `|| {last}`"))
    } else if succeeds(line) {
        Some(format!("`{line}` always succeeds"))
    } else {
        line.strip_suffix("; true")
            .or_else(|| line.strip_suffix("; exit 0"))
            .map(|_| "it ends in success whatever happens".to_owned())
    }
}
