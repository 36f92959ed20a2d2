//! Arguments of `fmt`.

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Folders of specs, or single files; `-` reads a text from standard input and prints it laid out.
    #[arg(default_value = "specs", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; show what would change and exit with 3 when something would.
    #[arg(long)]
    pub check: bool,
    /// How wide a line may be before what is in brackets is broken.
    #[arg(long, value_name = "CHARACTERS", default_value_t = crate::format::WIDTH)]
    pub width: usize,
    /// With `-`: the name of the text in messages; one that ends in .json is read as JSON.
    #[arg(long, value_name = "NAME", default_value = "standard input")]
    pub stdin_name: String,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
