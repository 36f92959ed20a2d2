//! The YAML of the pages is read by the compiler.

use std::path::Path;

use optiinfra_gen::load;
use optiinfra_gen::pipeline;
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
            // The output of the compiler is shown too: a rule, a scrape job.
            if block.text.starts_with("- alert:") {
                continue;
            }
            seen += 1;
            let world = MemoryWorld::default();
            world.put("/spec/spec.yaml", &block.text);
            let mut sources = Sources::default();
            let loaded = load::load(&world, &mut sources, Path::new("/spec"), None).unwrap();
            // An environment on a page changes what stands elsewhere.
            let (_, mut found) = pipeline::decode(loaded);
            found.retain(|finding| finding.rule != load::rule::OVERLAY_TARGET_MISSING);
            assert!(found.is_empty(), "{place}: {found:?}");
        }
    }
    assert!(seen >= 8, "only {seen} blocks");
}
