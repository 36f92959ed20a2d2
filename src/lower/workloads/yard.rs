//! The containers while they are made: what they share, and what has to fit together between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, RuleId};
use crate::model::Model;
use crate::plan::compose::{Compose, Condition, Container};
use crate::plan::secret::{SecretSource, Secrets};
use crate::source::Span;
use crate::spec::decode::{Text, rule};
use crate::spec::stack::ComposeSettings;

/// Two things that want the same name.
const DUPLICATE_NAME: RuleId = "spec/duplicate-name";

/// The address to which ports are bound when nothing is said: nobody else can reach them.
const LOCAL: &str = "127.0.0.1";
/// Where the generated tree lies when nothing is said.
const GENERATED: &str = "./generated";

/// A service that must be there first.
pub(super) struct Wait<'m> {
    pub(super) service: &'m str,
    /// Whether its health is waited for, where it is known how to ask. An exporter does not wait: it is there to tell that what it watches
    /// is down, and Compose would not start it.
    pub(super) for_health: bool,
}

struct Made<'m> {
    container: Container,
    waits: Vec<Wait<'m>>,
    span: Option<Span>,
}

/// The containers while they are made.
pub(super) struct Yard<'m> {
    pub(super) model: &'m Model,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) plan: Compose,
    made: BTreeMap<String, Made<'m>>,
}

impl<'m> Yard<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self { model, diagnostics: Vec::new(), plan: Compose::default(), made: BTreeMap::new() }
    }

    fn settings(&self) -> Option<&'m ComposeSettings> {
        self.model.spec.stack.as_ref()?.compose.as_ref()
    }

    /// An empty container of this name.
    pub(super) fn container(&self, name: &str) -> Container {
        let prefix = self.settings().and_then(|settings| settings.container_prefix.as_ref());
        Container { container_name: prefix.map(|prefix| format!("{}{name}", prefix.value)), ..Container::default() }
    }

    /// A port published on the host, as far as the spec lets it be seen.
    pub(super) fn published(&self, host: u16, inside: u16) -> String {
        let bind = self.settings().and_then(|settings| settings.bind.as_ref()).map_or(LOCAL, Text::as_str);
        match bind {
            "" => format!("{host}:{inside}"),
            bind if bind.contains(':') && !bind.starts_with('[') => format!("[{bind}]:{host}:{inside}"),
            bind => format!("{bind}:{host}:{inside}"),
        }
    }

    /// Adds a container that the thing `item` at `span` wants.
    pub(super) fn add(&mut self, name: &str, container: Container, waits: Vec<Wait<'m>>, item: String, span: Option<Span>) {
        self.plan.items.push(item);
        let mut report = |message: String, help: &str, other: Option<Span>| {
            let diagnostic = error(DUPLICATE_NAME, span, message).help(help);
            self.diagnostics.push(match other {
                Some(other) => diagnostic.label(other, "the other one"),
                None => diagnostic,
            });
        };
        let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(ok) {
            let message = format!("Compose cannot have a service called `{name}`");
            let diagnostic = error(rule::INVALID_VALUE, span, message);
            self.diagnostics.push(diagnostic.help("use letters, digits, `.`, `_` and `-`"));
            return;
        }
        if let Some(other) = self.made.get(name) {
            report(format!("two containers are called `{name}`"), "give one of them another name", other.span);
            return;
        }
        let base = self.model.spec.stack.as_ref().and_then(|stack| stack.compose.as_ref());
        if let Some(base) = base.and_then(|settings| settings.base_services.iter().find(|base| base.value == name)) {
            let message = format!("the base Compose file has a service `{name}` too, and Compose would make one of the two");
            report(message, "give it another name; for an exporter that the base file runs say `deploy: false`", Some(base.span));
            return;
        }
        self.made.insert(name.to_owned(), Made { container, waits, span });
    }

    /// The whole file, once all containers are there.
    pub(super) fn finish(mut self) -> (Compose, Vec<Diagnostic>) {
        let settings = self.settings();
        let text = |text: Option<&Text>| text.map(|text| text.value.clone());
        let generated = text(settings.and_then(|settings| settings.generated.as_ref())).unwrap_or_else(|| GENERATED.to_owned());
        self.plan.generated = generated.trim_end_matches('/').to_owned();
        self.plan.network = text(settings.and_then(|settings| settings.network.as_ref()));
        self.depend();
        let mut secrets = Secrets::new();
        for made in self.made.values() {
            self.plan.volumes.extend(made.container.volumes.iter().filter_map(|volume| named_volume(volume)));
            for (name, source) in &made.container.secrets {
                collect(&mut secrets, name, source, &mut self.diagnostics);
            }
        }
        self.plan.secrets = secrets;
        self.plan.services = self.made.into_iter().map(|(name, made)| (name, made.container)).collect();
        (self.plan, self.diagnostics)
    }

    /// Decides what each container waits for. Whether all of it is declared anywhere is a matter of lint.
    fn depend(&mut self) {
        let health: BTreeMap<String, bool> =
            self.made.iter().map(|(name, made)| (name.clone(), made.container.health.is_known())).collect();
        for made in self.made.values_mut() {
            for wait in &made.waits {
                let healthy = wait.for_health && health.get(wait.service).copied().unwrap_or(false);
                let condition = if healthy { Condition::Healthy } else { Condition::Started };
                made.container.depends_on.insert(wait.service.to_owned(), condition);
            }
        }
    }
}

fn error(rule: RuleId, span: Option<Span>, message: String) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::error(rule, span, message),
        None => Diagnostic::without_place(rule, message),
    }
}

/// Adds a secret to those of the file, where each name has one source.
fn collect(all: &mut Secrets, name: &str, source: &SecretSource, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(other) = all.get(name).filter(|other| *other != source) {
        let said = |source: &SecretSource| match source {
            SecretSource::Env(variable) => format!("the variable {variable}"),
            SecretSource::File { .. } => format!("the file /run/secrets/{name}"),
        };
        let message = format!("the secret `{name}` comes from two places: {} and {}", said(other), said(source));
        diagnostics.push(Diagnostic::without_place(DUPLICATE_NAME, message).help("rename one of them"));
        return;
    }
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let variable = match source {
        SecretSource::Env(variable) | SecretSource::File { variable, .. } => variable,
    };
    if name.is_empty() || !name.chars().all(ok) || !super::variables::is_variable(variable) {
        let message = format!("`{variable}` cannot be the name of an environment variable");
        diagnostics.push(
            Diagnostic::without_place(rule::INVALID_VALUE, message)
                .help("use letters, digits and `_`, and no digit at the start"),
        );
        return;
    }
    all.insert(name.to_owned(), source.clone());
}

/// The named volume of a mount such as `data:/var/lib/data`; `None` where the mount is a path of the host or has no name.
fn named_volume(mount: &str) -> Option<String> {
    let (source, _) = mount.split_once(':')?;
    (!source.is_empty() && !source.starts_with(['.', '/', '~', '$']) && !source.contains('/')).then(|| source.to_owned())
}

/// The names of services that a list names.
pub(super) fn waits(list: &[Text]) -> Vec<Wait<'_>> {
    let mut seen = BTreeSet::new();
    list.iter()
        .filter(|service| seen.insert(service.as_str()))
        .map(|service| Wait { service: service.as_str(), for_health: true })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_volumes() {
        assert_eq!(named_volume("data:/data"), Some("data".to_owned()));
        for mount in ["./data:/data", "/data:/data:ro", "~/x:/x", "${DIR:-x}:/x", "/only", "data", ":/x", "a/b:/c", ""] {
            assert_eq!(named_volume(mount), None, "{mount}");
        }
    }
}
