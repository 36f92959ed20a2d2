//! Imports: other folders of spec files, taken into a spec as modules with parameters.
//!
//! ```yaml
//! # specs/agents.yaml
//! import:
//!   cost: {from: ../modules/agent, with: {name: cost-agent, port: 8001}}
//!   risk: {from: ../modules/agent, with: {name: risk-agent, port: 8002}}
//!
//! # modules/agent/agent.yaml
//! variables:
//!   name: {type: text, help: What the service is called}
//!   port: {type: number, default: 8000}
//! services:
//!   "${var.name}": {port: "${var.port}"}
//! ```
//!
//! A module is a folder of spec files, or one file. Its parameters are its variables: the importing spec sets them under `with`,
//! and one without a default must be set. With their values put in, the things of the module are things of the importing spec:
//! environments change them by name, and what two imports define is defined twice. A module may import others.
//!
//! | step | what it does |
//! |---|---|
//! | `declare` | reads the section `import` of a file |
//! | `confine` | says where a path leads, and refuses one that leads out of the project |
//! | `read` | reads each module once, and makes of it what each import needs |
//! | `stamp` | gives a tree the places of another import of the same files |
//! | `compose` | puts parameters into modules and modules into the spec |
//! | `settle` | says through which imports a finding came, once for all of them |

mod compose;
mod confine;
mod declare;
mod read;
mod settle;
mod stamp;

#[cfg(test)]
mod tests;

use super::files::{LoadError, SpecFile, SpecFiles};
use super::suppress::Suppression;
use super::tree::{Key, Pair};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceId, Sources, Span};
use crate::world::World;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) use compose::Composer;
pub use settle::settle;

/// The section.
pub(super) const SECTION: &str = "import";

/// The modules that a spec imports, read and ready for any environment.
#[derive(Debug, Clone)]
pub struct Modules {
    imports: Vec<Imported>,
    /// The sources of all modules.
    sources: BTreeSet<SourceId>,
    /// What was read and seems not to be there, all links of the importing folder followed.
    absent: Vec<PathBuf>,
    /// Where a limit of all imports together was met first.
    beyond: Option<Span>,
    /// What comments in modules allow.
    pub(super) suppressions: Vec<Suppression>,
    /// Whether every module could be read. Otherwise what seems to be absent may stand in one that could not.
    whole: bool,
    /// What is wrong with the section and with the texts of the modules.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Default for Modules {
    fn default() -> Self {
        Self {
            imports: Vec::new(),
            sources: BTreeSet::new(),
            absent: Vec::new(),
            beyond: None,
            suppressions: Vec::new(),
            whole: true,
            diagnostics: Vec::new(),
        }
    }
}

/// One entry of the section.
#[derive(Debug, Clone)]
struct Imported {
    key: Key,
    /// The values for the module's parameters.
    with: Vec<Pair>,
    module: Module,
}

/// A module as one import has it.
#[derive(Debug, Clone)]
struct Module {
    /// The folder or the file, as people know it.
    name: String,
    /// The same, with every link followed.
    real: PathBuf,
    files: Vec<SpecFile>,
    imports: Vec<Imported>,
    /// Whether all of its own files could be read.
    whole: bool,
    /// The sources of the modules that it imports.
    below: BTreeSet<SourceId>,
}

/// A spec whose files, and those of the modules that it imports, are read.
#[derive(Debug, Clone)]
pub struct ReadSpec {
    /// Its own files.
    pub files: SpecFiles,
    /// What they import.
    pub modules: Modules,
}

/// Reads the modules that the files of a spec import; `root` is where the spec lies.
///
/// # Errors
///
/// When a module is there and cannot be read.
pub fn read(world: &dyn World, sources: &mut Sources, root: &Path, files: &SpecFiles) -> Result<Modules, LoadError> {
    read::read(world, sources, root, files)
}

impl Modules {
    /// Whether an import or the text of a module is wrong.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }

    /// Whether every module could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The sources of all modules.
    pub(super) fn sources(&self) -> &BTreeSet<SourceId> {
        &self.sources
    }

    /// Paths from which something is imported and where nothing is: absolute, as far as they are there with every link followed.
    pub fn absent(&self) -> &[PathBuf] {
        &self.absent
    }
}
