//! A stack that runs, against its spec: what differs, as findings.
//!
//! | file | what it compares |
//! |---|---|
//! | `targets` | jobs and targets of Prometheus |
//! | `rules` | rules that Prometheus has loaded |
//! | `exposed` | metrics, their types and labels |
//! | `panels` | whether queries of dashboards return anything |
//! | `configuration` | the configuration of Alertmanager |
//! | `dashboards` | data sources and dashboards of Grafana |
//! | `json` | two JSON values |

pub mod configuration;
pub mod dashboards;
mod exposed;
pub mod json;
mod panels;
pub mod rules;
mod targets;

use crate::diagnostic::{self, Diagnostic, RuleId, Severity};
use crate::emit::Artifacts;
use crate::model::Model;
use crate::plan::Plan;
use crate::promql::Version;
use crate::resolve::catalog::version;
use crate::server::alertmanager::Alertmanager;
use crate::server::grafana::Grafana;
use crate::server::prometheus::Prometheus;
use crate::server::{Kind, Server, ServerError, printable};
use crate::source::Span;

/// A server that does not answer as it should.
pub const NO_ANSWER: RuleId = "verify/no-answer";
/// A server of another version than the spec is written for.
pub const OTHER_VERSION: RuleId = "verify/other-version";

/// A spec that was compiled.
#[derive(Clone, Copy)]
pub struct Stack<'a> {
    /// The resolved stack.
    pub model: &'a Model,
    /// What is emitted.
    pub plan: &'a Plan,
    /// The files.
    pub artifacts: &'a Artifacts,
}

impl Stack<'_> {
    /// Where the stack is named.
    fn span(&self) -> Option<Span> {
        self.model.spec.stack.as_ref().map(|stack| stack.name.span)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// The differences, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// What was looked at, one line a server.
    pub facts: Vec<String>,
}

impl Verified {
    fn add(&mut self, rule: RuleId, severity: Severity, span: Option<Span>, message: impl Into<String>) -> &mut Diagnostic {
        let mut finding = Diagnostic::without_place(rule, message);
        finding.severity = severity;
        finding.span = span;
        let at = self.diagnostics.len();
        self.diagnostics.push(finding);
        &mut self.diagnostics[at]
    }

    fn server_error(&mut self, error: ServerError, stack: Stack<'_>) {
        self.add(NO_ANSWER, Severity::Error, stack.span(), error.message).help = error.help;
    }

    /// How many findings there are of each severity: `2 errors, 1 warning`.
    pub fn count(&self) -> String {
        let of = |severity: Severity| self.diagnostics.iter().filter(|finding| finding.severity == severity).count();
        let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
        let counts: Vec<String> = words
            .iter()
            .map(|(severity, word)| (of(*severity), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| counted(n, word))
            .collect();
        if counts.is_empty() { "no difference".to_owned() } else { counts.join(", ") }
    }
}

/// Compares a stack with the servers that run it.
pub fn verify(stack: Stack<'_>, servers: &[Server<'_>]) -> Verified {
    let mut found = Verified::default();
    for server in servers {
        let compared = match server.kind {
            Kind::Prometheus => prometheus(stack, &Prometheus(*server), &mut found),
            Kind::Alertmanager => configuration::verify(stack, &Alertmanager(*server), &mut found),
            Kind::Grafana => dashboards::verify(stack, &Grafana(*server), &mut found),
        };
        if let Err(error) = compared {
            found.server_error(error, stack);
        }
    }
    diagnostic::sort(&mut found.diagnostics);
    found
}

fn prometheus(stack: Stack<'_>, server: &Prometheus<'_>, found: &mut Verified) -> Result<(), ServerError> {
    let running = server.version()?;
    other_version(stack, &server.0, &running, &stack.model.settings.versions.prometheus, found);
    if let Some(reason) = server.unready()? {
        let message = format!("{} is not ready ({reason})", server.0);
        found.add(NO_ANSWER, Severity::Error, stack.span(), message);
        return Ok(());
    }
    let targets = server.targets()?;
    let up = targets::verify(stack, &targets, found);
    let groups = server.groups()?;
    let rules = rules::verify(stack, &groups, found);
    let metrics = exposed::verify(stack, server, &targets, &groups, found)?;
    let panels = panels::verify(stack, server, found)?;
    found.facts.push(format!("{} ({}): {up}, {rules}, {metrics}, {panels}", server.0, printable(&running)));
    Ok(())
}

/// How the configuration that a server runs on differs from the spec: what a reload changes.
///
/// # Errors
///
/// When the server does not answer as it should.
pub fn configuration_of(stack: Stack<'_>, server: &Server<'_>) -> Result<Vec<Diagnostic>, ServerError> {
    let mut found = Verified::default();
    match server.kind {
        Kind::Prometheus => {
            let server = Prometheus(*server);
            server.version()?;
            targets::verify(stack, &server.targets()?, &mut found);
            rules::verify(stack, &server.groups()?, &mut found);
        }
        Kind::Alertmanager => configuration::verify(stack, &Alertmanager(*server), &mut found)?,
        Kind::Grafana => dashboards::verify(stack, &Grafana(*server), &mut found)?,
    }
    found.diagnostics.retain(|finding| ![targets::TARGET_DOWN, rules::RULE_FAILS, OTHER_VERSION].contains(&finding.rule));
    diagnostic::sort(&mut found.diagnostics);
    Ok(found.diagnostics)
}

fn other_version(stack: Stack<'_>, server: &Server<'_>, running: &str, wanted: &str, found: &mut Verified) {
    let (Some(runs), Some(wants)) = (version(running.trim_start_matches('v')), version(wanted)) else { return };
    if runs != wants {
        let name = server.kind.name();
        let Version(major, minor) = runs;
        let message = format!("{name} {} runs, and the spec is written for {wanted}", printable(running));
        let key = name.to_lowercase();
        found.add(OTHER_VERSION, Severity::Warning, stack.span(), message).help =
            Some(format!("set `stack: {{servers: {{{key}: \"{major}.{minor}\"}}}}`, or run the version that the spec names"));
    }
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The first names of a list: `a`, `b` and 3 more.
fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let all: Vec<&str> = all.into_iter().collect();
    let shown: Vec<String> = all.iter().take(SHOWN).map(|name| format!("`{}`", printable(name))).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
