//! The settings of the rules: `optiinfra.toml` in the folder that the command is called in, then the command line.

use std::io;
use std::path::Path;

use crate::cli::Reporting;
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::Severity;
use crate::lint::{Date, LintSettings};
use crate::source::{SourceKind, Sources};
use crate::world::World;

/// The file of settings.
pub(super) const FILE: &str = "optiinfra.toml";

/// Reads the settings. `Err` ends the command: they cannot be understood.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn read(world: &dyn World, reporting: &Reporting, terminal: &mut Terminal<'_>) -> io::Result<Result<LintSettings, Exit>> {
    let mut settings = LintSettings::default();
    settings.today = today(world);
    match world.read(Path::new(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return terminal.fail(format!("`{FILE}` cannot be read: {error}"), "").map(Err),
        Ok(bytes) => {
            let Ok(text) = String::from_utf8(bytes) else {
                return terminal.fail(format!("`{FILE}` is not UTF-8 text"), "save it as UTF-8").map(Err);
            };
            let mut sources = Sources::default();
            let source = sources.add(FILE, text.as_str(), SourceKind::File);
            let mut diagnostics = Vec::new();
            settings.apply_toml(source, &text, &mut diagnostics);
            if !diagnostics.is_empty() {
                terminal.report(&diagnostics, &sources, reporting.format)?;
            }
            if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
                return Ok(Err(Exit::Unusable));
            }
        }
    }
    for argument in &reporting.rule {
        if let Err(error) = settings.set_argument(argument) {
            return terminal.fail(&error.message, &error.help).map(Err);
        }
    }
    Ok(Ok(settings))
}

/// The day on which suppressions are judged.
fn today(world: &dyn World) -> Option<Date> {
    Date::of_day(world.seconds_since_1970()? / 86_400)
}
