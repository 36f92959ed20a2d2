//! A spec, through all phases to the files of its stack.

use std::path::Path;

use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::world::MemoryWorld;

use crate::{places, report};

/// The input is the one file of a spec.
pub fn check(data: &[u8]) {
    let world = MemoryWorld::with_files([("/s/a.yaml", data)]);
    let Ok(checked) = pipeline::check(&world, Path::new("/s"), &CheckOptions::default()) else { return };
    places::of_findings(&checked.sources, &checked.diagnostics);
    report::all_formats(&checked.sources, &checked.diagnostics);
    let Some(model) = checked.model.as_ref().filter(|_| !checked.has_errors()) else { return };
    let (plan, findings) = pipeline::plan(model, &checked.sources);
    places::of_findings(&checked.sources, &findings);
    let _ = pipeline::emit(&plan);
}
