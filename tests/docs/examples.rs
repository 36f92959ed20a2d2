//! The YAML of the pages is read by the compiler.

use std::path::Path;

use optiinfra_gen::diagnostic::Severity;
use optiinfra_gen::load;
use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::source::Sources;
use optiinfra_gen::world::MemoryWorld;

use crate::page::{blocks, pages};

/// Blocks that are files of something else say which: their info string has `file=`. A block of results says `yaml output`.
#[test]
fn every_yaml_block_is_a_spec_that_can_be_read() {
    let mut seen = 0;
    for page in pages() {
        for block in blocks(&page.text) {
            if block.language() != "yaml" || block.file().is_some_and(|file| !file.starts_with("specs/")) {
                continue;
            }
            let place = format!("{}:{}", page.name, block.line);
            // The output of the compiler is shown too, and what other programs read.
            if block.text.starts_with("- alert:") || block.text.starts_with("repos:") {
                continue;
            }
            seen += 1;
            let world = MemoryWorld::default();
            world.put("/page/spec/spec.yaml", &block.text);
            // What it imports stands on the same page.
            for module in blocks(&page.text) {
                if let Some(file) = module.file().filter(|file| file.starts_with("modules/")) {
                    world.put(format!("/page/{file}"), &module.text);
                }
            }
            let mut sources = Sources::default();
            let loaded = load::load(&world, &mut sources, Path::new("/page/spec"), None).unwrap();
            let (_, found) = pipeline::decode(loaded);
            assert!(found.is_empty(), "{place}: {found:?}");
            // A block that is written to a file is linted on its page, and may be wrong on purpose.
            if block.file().is_some() {
                continue;
            }
            // The others work, and allow nothing without need. That a part of a spec tells nobody of its alerts is no fault.
            let mut checked = pipeline::check(&world, Path::new("/page/spec"), &CheckOptions::default()).unwrap();
            checked.diagnostics.retain(|found| found.severity == Severity::Error || found.rule.starts_with("lint/"));
            checked.diagnostics.retain(|found| found.rule != "service/no-delivery-path");
            assert!(checked.diagnostics.is_empty(), "{place}: {:?}", checked.diagnostics);
        }
    }
    assert!(seen >= 5, "only {seen} blocks");
}
