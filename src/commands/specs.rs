//! Reading a spec to say something about it.

use std::io;
use std::path::Path;

use crate::cli::Format;
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::Severity;
use crate::model::Model;
use crate::pipeline::{self, Resolved};
use crate::source::Sources;
use crate::world::World;

/// A spec of which something can be said.
pub struct Readable {
    /// The stack.
    pub model: Model,
    /// All of the reading.
    pub rest: Rest,
}

/// What came with a model.
pub struct Rest {
    /// All texts that were read.
    pub sources: Sources,
    /// What comments allow.
    pub suppressions: Vec<crate::load::suppress::Suppression>,
}

/// Reads a spec. `Err` ends the command: nothing can be said. A spec with errors is read as far as it goes, and said to be so.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn read(
    specs: &Path,
    environment: Option<&str>,
    world: &dyn World,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Readable, Exit>> {
    let resolved = match pipeline::resolve(world, specs, environment) {
        Ok(resolved) => resolved,
        Err(error) => return terminal.fail(error, "name the folder of the spec").map(Err),
    };
    let Resolved { sources, model, suppressions, diagnostics, .. } = resolved;
    let unknown = diagnostics.iter().any(|finding| finding.rule == crate::load::rule::UNKNOWN_ENVIRONMENT);
    let Some(model) = model.filter(|_| !unknown) else {
        terminal.report(&diagnostics, &sources, Format::Human)?;
        return Ok(Err(Exit::Unusable));
    };
    let errors = diagnostics.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let noun = if errors == 1 { "1 error" } else { &format!("{errors} errors") };
        writeln!(terminal.err, "warning: `{}` has {noun}: what they are about may be missing here", specs.display())?;
        writeln!(terminal.err, "  help: `optiinfra-gen lint {}` shows them", specs.display())?;
    }
    Ok(Ok(Readable { model, rest: Rest { sources, suppressions } }))
}
