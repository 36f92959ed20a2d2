//! Has servers take over what a build wrote: reloads, dashboards, and notifications that show that a way to people works.

pub mod notification;

use std::time::Duration;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::plan::grafana::Dashboard;
use crate::server::alertmanager::Alertmanager;
use crate::server::grafana::Grafana;
use crate::server::prometheus::Prometheus;
use crate::server::{Kind, Server, ServerError};
use crate::verify::dashboards::{self, State};
use crate::verify::{self, NO_ANSWER, Stack, counted};

/// Something that could not be done.
pub const NOT_DONE: RuleId = "apply/not-done";

/// What was done, or would be.
#[derive(Debug, Default)]
pub struct Applied {
    /// One line a thing.
    pub lines: Vec<String>,
    /// What went wrong, and how servers still differ.
    pub diagnostics: Vec<Diagnostic>,
}

impl Applied {
    fn fail(&mut self, rule: RuleId, message: impl Into<String>, help: Option<String>) {
        let mut finding = Diagnostic::without_place(rule, message);
        finding.help = help;
        self.diagnostics.push(finding);
    }

    pub(super) fn server_error(&mut self, error: ServerError) {
        self.fail(NO_ANSWER, error.message, error.help);
    }
}

/// Between two looks at a server that takes over a configuration.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Looks at a server before it is said that it still differs: targets that are discovered come some seconds after the reload.
const MOST_LOOKS: u32 = 40;

/// Compares each server with the spec, and with `yes` makes it run what the spec says.
pub fn apply(stack: Stack<'_>, servers: &[Server<'_>], yes: bool, applied: &mut Applied) {
    for server in servers {
        let done = match server.kind {
            Kind::Prometheus => reload(stack, server, yes, &|| Prometheus(*server).reload(), applied),
            Kind::Alertmanager => reload(stack, server, yes, &|| Alertmanager(*server).reload(), applied),
            Kind::Grafana => push(stack, &Grafana(*server), yes, applied),
        };
        if let Err(error) = done {
            applied.server_error(error);
        }
    }
}

type Reload<'a> = &'a dyn Fn() -> Result<Result<(), String>, ServerError>;

fn reload(
    stack: Stack<'_>,
    server: &Server<'_>,
    yes: bool,
    reload: Reload<'_>,
    applied: &mut Applied,
) -> Result<(), ServerError> {
    let before = verify::configuration_of(stack, server)?;
    let differs = match before.len() {
        0 => "it runs what the spec says".to_owned(),
        count => format!("{} from the spec", counted(count, "difference")),
    };
    if !yes {
        applied.lines.push(format!("would reload {server}: {differs}"));
        return Ok(());
    }
    if let Err(reason) = reload()? {
        applied.fail(NOT_DONE, format!("{server} did not reload: {reason}"), None);
        return Ok(());
    }
    let mut after = verify::configuration_of(stack, server)?;
    for _ in 0..MOST_LOOKS {
        if after.is_empty() {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
        after = verify::configuration_of(stack, server)?;
    }
    applied.lines.push(match after.len() {
        0 => format!("reloaded {server}: it runs what the spec says"),
        count => format!("reloaded {server}: still {} from the spec", counted(count, "difference")),
    });
    applied.diagnostics.extend(after);
    Ok(())
}

fn push(stack: Stack<'_>, server: &Grafana<'_>, yes: bool, applied: &mut Applied) -> Result<(), ServerError> {
    server.version()?;
    let plan = &stack.plan.grafana;
    let (mut same, mut folder) = (0_usize, None);
    for dashboard in &plan.dashboards {
        let verb = match dashboards::compare(stack, server, dashboard)? {
            State::Same => {
                same += 1;
                continue;
            }
            State::Different { provisioned: true, .. } => {
                let message =
                    format!("the dashboard `{}` comes from Grafana's files, which its API cannot change", dashboard.key);
                applied.fail(NOT_DONE, message, Some("give Grafana the generated files instead".to_owned()));
                continue;
            }
            State::Missing => ("would create", "created"),
            State::Different { .. } => ("would overwrite", "overwrote"),
        };
        let subject = format!("the dashboard `{}` (uid `{}`)", dashboard.key, dashboard.uid);
        if !yes {
            applied.lines.push(format!("{} {subject} in {}", verb.0, server.0));
            continue;
        }
        if folder.is_none() && !plan.folder.is_empty() {
            folder = Some(server.folder(&plan.folder)?);
        }
        store(stack, server, dashboard, folder.as_deref())?;
        applied.lines.push(format!("{} {subject} in {}", verb.1, server.0));
        if dashboards::compare(stack, server, dashboard)? != State::Same {
            applied.fail(NOT_DONE, format!("{subject} still differs in {} after it was stored", server.0), None);
        }
    }
    applied.lines.push(format!("{} in {} as in the spec before", counted(same, "dashboard"), server.0));
    Ok(())
}

fn store(stack: Stack<'_>, server: &Grafana<'_>, dashboard: &Dashboard, folder: Option<&str>) -> Result<(), ServerError> {
    let Some(mut json) = dashboards::generated(stack, dashboard) else { return Ok(()) };
    if let Some(fields) = json.as_object_mut() {
        // Numbers are each Grafana's own; the uid says which dashboard it is.
        fields.insert("id".to_owned(), serde_json::Value::Null);
    }
    server.store(&json, folder)
}
