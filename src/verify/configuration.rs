//! The configuration of Alertmanager: what is loaded is what is generated.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::diagnostic::{RuleId, Severity};
use crate::load::yaml;
use crate::model::matcher::AlertMatcher;
use crate::server::alertmanager::Alertmanager;
use crate::server::{ServerError, printable};
use crate::source::{SourceKind, Sources, Span};
use crate::spec::decode::to_json;
use crate::spec::quantity::Duration;
use crate::verify::json::{self, Difference, Rules};
use crate::verify::{NO_ANSWER, Stack, Verified, counted, names};

/// A part of the configuration that is loaded in another form.
pub const CONFIGURATION_DIFFERS: RuleId = "verify/configuration-differs";
/// A receiver that Alertmanager does not have, or the spec does not.
pub const RECEIVERS_DIFFER: RuleId = "verify/receivers-differ";

const PATH: &str = "alertmanager/alertmanager.yml";
const MOST: usize = 20;

/// The differences of a loaded configuration; `None` when the spec has no Alertmanager or the text cannot be read.
pub fn differences(stack: Stack<'_>, loaded: &str) -> Option<Vec<Difference>> {
    let artifact = stack.artifacts.get(PATH)?;
    let wanted = read(&String::from_utf8_lossy(&artifact.bytes))?;
    Some(json::differences(&wanted, &read(loaded)?, &Loaded, MOST + 1))
}

pub(super) fn verify(stack: Stack<'_>, server: &Alertmanager<'_>, found: &mut Verified) -> Result<(), ServerError> {
    let running = server.running()?;
    super::other_version(stack, &server.0, &running.version, &stack.model.settings.versions.alertmanager, found);
    if let Some(reason) = server.unready()? {
        let message = format!("{} is not ready ({reason})", server.0);
        found.add(NO_ANSWER, Severity::Error, stack.span(), message);
    }
    let Some(plan) = &stack.plan.alertmanager else {
        let message = format!("{} runs, and the spec has no Alertmanager", server.0);
        found.add(CONFIGURATION_DIFFERS, Severity::Warning, stack.span(), message);
        return Ok(());
    };
    let span = place(stack);
    let receivers = server.receivers()?;
    let wanted: BTreeSet<&str> = plan.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let there: BTreeSet<&str> = receivers.iter().map(String::as_str).collect();
    let lacks: Vec<&str> = wanted.difference(&there).copied().collect();
    let extra: Vec<&str> = there.difference(&wanted).copied().collect();
    if !lacks.is_empty() {
        let message = format!("Alertmanager does not have the receiver {}", names(lacks.iter().copied()));
        found.add(RECEIVERS_DIFFER, Severity::Error, span, message);
    }
    if !extra.is_empty() {
        let message = format!("Alertmanager has the receiver {}, which the spec does not know", names(extra.iter().copied()));
        found.add(RECEIVERS_DIFFER, Severity::Warning, span, message);
    }
    match differences(stack, &running.configuration) {
        None => {
            let message = format!("the configuration that {} shows cannot be read as YAML", server.0);
            found.add(CONFIGURATION_DIFFERS, Severity::Error, span, message);
        }
        Some(list) => {
            for difference in list.iter().take(MOST) {
                let message = format!("Alertmanager's configuration differs: {difference}");
                found.add(CONFIGURATION_DIFFERS, Severity::Error, span, message).help =
                    Some("give Alertmanager the generated alertmanager.yml, and have it reload".to_owned());
            }
            if list.len() > MOST {
                let message = format!("Alertmanager's configuration differs in more than {MOST} places");
                found.add(CONFIGURATION_DIFFERS, Severity::Error, span, message);
            }
        }
    }
    let count = counted(receivers.len(), "receiver");
    found.facts.push(format!("{} ({}): {count}", server.0, printable(&running.version)));
    Ok(())
}

fn place(stack: Stack<'_>) -> Option<Span> {
    let notifications = stack.model.spec.notifications.as_ref();
    let route = notifications.and_then(|notifications| notifications.route.as_ref()).map(|route| route.span);
    route.or_else(|| stack.span())
}

fn read(text: &str) -> Option<Json> {
    let mut sources = Sources::default();
    let source = sources.add(PATH, text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    parsed.documents.first().map(|document| to_json(&document.root))
}

/// What Alertmanager shows instead of a secret.
const MASK: &str = "<secret>";

/// A configuration as Alertmanager shows it: with its defaults, and without secrets.
struct Loaded;

impl Rules for Loaded {
    fn ignores_extra(&self, path: &str, key: &str, value: &Json) -> bool {
        // In these nothing is a default but emptiness.
        let strict = path.is_empty() || path.starts_with("route") || path.starts_with("inhibit_rules");
        let empty = match value {
            Json::Bool(value) => !value,
            Json::Array(items) => items.is_empty(),
            Json::Object(fields) => fields.is_empty(),
            Json::String(text) => text.is_empty(),
            _ => false,
        };
        if empty || path == "global" && (key != "resolve_timeout" || value == "5m") || path.is_empty() && key == "global" {
            return true;
        }
        // A receiver's integrations are all written; the fields of each have defaults.
        let receiver = path.starts_with("receivers[") && path.ends_with(']') && !path.contains("].");
        let said = strict || path == "global" || receiver && key.ends_with("_configs");
        !said
    }

    fn means_the_same(&self, path: &str, wanted: &Json, found: &Json) -> bool {
        if found == MASK {
            return true;
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        if let (Json::Array(wanted), Json::Array(found)) = (wanted, found) {
            let is_set = last.ends_with("matchers") || last == "equal" || last == "group_by";
            return is_set && set(wanted, last) == set(found, last);
        }
        let (Some(wanted), Some(found)) = (text(wanted), text(found)) else { return false };
        wanted.trim_end() == found.trim_end()
            || matches!((Duration::parse(&wanted), Duration::parse(&found)), (Some(one), Some(other)) if one == other)
    }

    fn key_of(&self, path: &str) -> Option<&'static str> {
        matches!(path, "receivers" | "time_intervals" | "mute_time_intervals").then_some("name")
    }
}

/// A scalar as it is written, since YAML leaves quotes to the writer.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn set(items: &[Json], key: &str) -> BTreeSet<String> {
    let written = items.iter().filter_map(text);
    if !key.ends_with("matchers") {
        return written.collect();
    }
    written.map(|item| AlertMatcher::parse(&item).map_or(item, |matcher| matcher.to_string())).collect()
}
