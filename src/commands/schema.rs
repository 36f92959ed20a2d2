//! `schema`: the JSON Schema of what people write and of what programs read.

use std::io;

use crate::cli::schema::{Schema, Subject};
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::render::json;
use crate::spec::schema;

/// Prints a schema.
///
/// # Errors
///
/// Those of the writer.
pub fn schema(args: &Schema, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    terminal.out.write_all(text(args.subject).as_bytes())?;
    Ok(Exit::Clean)
}

/// The schema as the text of its file.
pub fn text(subject: Subject) -> String {
    match subject {
        Subject::Spec => schema::text(&schema::spec()),
        Subject::Diagnostic => json::SCHEMA.to_owned(),
    }
}
