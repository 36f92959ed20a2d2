//! `explain`: the page of a rule.

use std::io;

use crate::cli;
use crate::commands::terminal::{Exit, Terminal};
use crate::lint::registry;

/// Shows a page, or the list of all rules.
///
/// # Errors
///
/// Those of the writer.
pub fn explain(args: &cli::Explain, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(wanted) = &args.rule else {
        let width = registry::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        for rule in registry::ALL {
            writeln!(terminal.out, "{:width$}  {:7}  {}", rule.id, format!("{:?}", rule.severity).to_lowercase(), rule.summary)?;
        }
        return Ok(Exit::Clean);
    };
    match registry::find(wanted) {
        Some(rule) => {
            writeln!(terminal.out, "{}", rule.page.trim_end())?;
            Ok(Exit::Clean)
        }
        None => terminal.fail(format!("there is no rule `{wanted}`"), &registry::help_for(wanted)),
    }
}
