//! A file that was written elsewhere: linted as a rule file, a configuration, a dashboard or a text of metrics, and as the catalog of itself.

use std::path::PathBuf;

use optiinfra_gen::lint::LintSettings;
use optiinfra_gen::pipeline;
use optiinfra_gen::world::MemoryWorld;

use crate::{places, report};

/// The first byte chooses the kind of the file, the rest is its text.
pub fn check(data: &[u8]) {
    let Some((first, text)) = data.split_first() else { return };
    let path = match first {
        b'J' => "/in/a.json",
        b'M' => "/in/a.prom",
        _ => "/in/a.yaml",
    };
    let world = MemoryWorld::with_files([(path, text), ("/known/up.prom", b"up{job=\"a\"} 1\n".as_slice())]);
    let (catalogs, paths) = match first {
        b'M' => (vec![PathBuf::from(path)], vec![PathBuf::from("/in/b.yaml")]),
        _ => (vec![PathBuf::from("/known/up.prom")], vec![PathBuf::from(path)]),
    };
    world.put("/in/b.yaml", "groups: [{name: a, rules: [{alert: A, expr: 'rate(a_total[5m]) > 1'}]}]\n");
    if let Ok(linted) = pipeline::lint(&world, &paths, &catalogs, None, &LintSettings::default()) {
        places::of_findings(&linted.sources, &linted.diagnostics);
        report::all_formats(&linted.sources, &linted.diagnostics);
    }
}
