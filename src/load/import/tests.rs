use super::*;
use crate::load::{compose, load, read as read_spec, rule};
use crate::source::Source;
use crate::world::MemoryWorld;
use std::sync::Arc;

const MODULE: &str = "variables: {n: {type: text}, p: {type: number, default: 1}}\nservices: {'${var.n}': {port: '${var.p}'}}\n";

fn world(import: &str) -> MemoryWorld {
    MemoryWorld::with_files([("/p/s/s.yaml", format!("import: {import}\n")), ("/p/m/m.yaml", MODULE.to_owned())])
}

#[test]
fn a_module_is_parsed_once_and_each_import_has_places_of_its_own() {
    let world = world("{a: {from: ../m, with: {n: x}}, b: {from: ../m, with: {n: y, p: 2}}, c: {from: ../m, with: {n: z}}}");
    let mut sources = Sources::default();
    let spec = read_spec(&world, &mut sources, Path::new("/p/s")).expect("readable");
    let modules: Vec<(SourceId, &Source)> = sources.iter().filter(|(_, source)| source.import.is_some()).collect();
    let (first, text) = (modules[0].0, &modules[0].1.text);
    assert_eq!(modules.len(), 3);
    assert!(modules.iter().all(|(_, source)| source.original == first && Arc::ptr_eq(&source.text, text)));
    let names: Vec<&str> = modules.iter().map(|(_, source)| source.import.as_ref().map_or("", |import| &import.name)).collect();
    assert_eq!(names, ["a", "b", "c"]);
    // The same spec, composed twice.
    for _ in 0..2 {
        let loaded = compose(&sources, spec.clone(), None);
        assert_eq!((loaded.diagnostics, loaded.whole), (vec![], true));
        let root = loaded.root.expect("a tree");
        let services = root.get("services").expect("services");
        let port =
            |name: &str| services.get(name).and_then(|service| service.get("port")).map(|port| port.as_text().map(str::to_owned));
        assert_eq!([port("x"), port("y"), port("z")], [Some(Some("1".into())), Some(Some("2".into())), Some(Some("1".into()))]);
        let sources: BTreeSet<SourceId> =
            ["x", "y", "z"].iter().filter_map(|name| services.get(name)).map(|service| service.span.source).collect();
        assert_eq!(sources.len(), 3);
        assert!(root.get(SECTION).is_none() && root.get("variables").is_none());
    }
}

#[test]
fn findings_are_settled_once_with_all_imports() {
    let world = world("{a: {from: ../m, with: {n: x}}, b: {from: ../m, with: {n: y}}}");
    world.put("/p/m/m.yaml", MODULE.replace("type: text}", "type: txt}"));
    let mut sources = Sources::default();
    let mut found = load(&world, &mut sources, Path::new("/p/s"), None).expect("readable").diagnostics;
    let of =
        |found: &[Diagnostic]| found.iter().filter(|found| found.rule == rule::INVALID_VARIABLE).cloned().collect::<Vec<_>>();
    assert_eq!(of(&found).len(), 2);
    settle(&mut found, &sources);
    let settled = of(&found);
    let labels: Vec<&str> = settled[0].labels.iter().map(|label| label.message.as_str()).collect();
    assert_eq!((settled.len(), labels), (1, vec!["imported as `a`", "imported as `b`"]));
}

#[test]
fn a_spec_without_imports_asks_nothing_of_the_disk() {
    let world = MemoryWorld::with_files([("/p/s/s.yaml", "services: {x: {port: 1}}\n")]);
    let mut sources = Sources::default();
    let files = crate::load::files::read(&world, &mut sources, Path::new("/p/s")).expect("readable");
    let nowhere = MemoryWorld::default();
    let modules = read(&nowhere, &mut sources, Path::new("/p/s"), &files).expect("nothing to read");
    assert!(modules.imports.is_empty() && modules.is_whole() && modules.absent().is_empty());
}

#[test]
fn what_is_not_there_is_known() {
    let world = world("{a: {from: ../n}, b: {from: ../deeper/m.yaml}}");
    let mut sources = Sources::default();
    let spec = read_spec(&world, &mut sources, Path::new("/p/s")).expect("readable");
    assert_eq!(spec.modules.absent(), [Path::new("/p/n"), Path::new("/p/deeper/m.yaml")]);
    assert!(!spec.modules.is_whole());
}
