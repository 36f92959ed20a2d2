//! What `init` writes: a spec that builds, lints clean and that the schema accepts, in a place where nothing was.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::path::Path;

use optiinfra_gen::cli::init::Init;
use optiinfra_gen::commands::init::init;
use optiinfra_gen::commands::terminal::{Exit, Terminal};
use optiinfra_gen::diagnostic::render::human;
use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::world::{MemoryWorld, World as _};

/// Runs `init DIR`: how it ended, and what it said on both streams.
fn run(world: &MemoryWorld, dir: &str) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let human = human::Options { colour: false, width: 120 };
    let exit =
        init(&Init { dir: dir.into() }, world, &mut Terminal { out: &mut out, err: &mut err, human, progress: false }).unwrap();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_first_spec_has_no_finding_and_can_be_emitted() {
    let world = MemoryWorld::default();
    let (exit, out, err) = run(&world, "/project/specs");
    assert_eq!((exit, err.as_str()), (Exit::Clean, ""));
    assert!(out.contains("next:\n  optiinfra-gen lint /project/specs "), "{out}");
    for environment in [None, Some("production")] {
        let options = CheckOptions { environment, ..CheckOptions::default() };
        let checked = pipeline::check(&world, Path::new("/project/specs"), &options).unwrap();
        assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
        let (plan, found) = pipeline::plan(&checked.model.unwrap(), &checked.sources);
        assert!(found.is_empty(), "{found:?}");
        pipeline::emit(&plan).unwrap();
    }
}

/// Each section, so that the first spec shows what there is; the ones that need no example are named.
#[test]
fn every_kind_of_thing_is_shown() {
    let texts: String = optiinfra_gen::init::files().into_iter().map(|(_, text)| text).collect();
    let sections = optiinfra_gen::spec::schema::spec();
    let seldom = ["import", "metric_sets", "probes", "recording_rules", "packs", "clients", "variables"];
    for section in sections["properties"].as_object().unwrap().keys().filter(|section| !seldom.contains(&section.as_str())) {
        assert!(texts.contains(&format!("\n{section}:\n")), "{section}: show it in src/init/, or name it here as seldom needed");
    }
}

#[test]
fn the_first_line_leads_an_editor_to_a_schema_that_accepts_the_file() {
    let files = optiinfra_gen::init::files();
    let (schema_name, schema) = &files[0];
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let checker = jsonschema::draft7::new(&schema).unwrap();
    for (name, text) in &files[1..] {
        assert_eq!(text.lines().next().unwrap(), format!("# yaml-language-server: $schema={schema_name}"), "{name}");
        let value = value(text);
        assert!(checker.is_valid(&value), "{name}: {:?}", checker.iter_errors(&value).map(|e| e.to_string()).collect::<Vec<_>>());
    }
}

fn value(text: &str) -> serde_json::Value {
    use optiinfra_gen::source::{SourceKind, Sources};
    let source = Sources::default().add("text", text, SourceKind::Argument);
    let parsed = optiinfra_gen::load::yaml::parse(source, text);
    optiinfra_gen::spec::decode::to_json(&parsed.documents[0].root)
}

#[test]
fn a_place_that_is_not_empty_is_named_and_left_as_it_is() {
    let world = MemoryWorld::with_files([("/a/specs/old.yaml", "stack: {}"), ("/a/specs/sub/x", ""), ("/a/file", "x")]);
    for n in 0..9 {
        world.put(format!("/many/f{n}"), "");
    }
    for (dir, said) in [
        ("/a/specs", "error: `/a/specs` is not empty: it holds old.yaml, sub/\n"),
        ("/a/file", "error: `/a/file` is not a folder\n"),
        ("/many", "error: `/many` is not empty: it holds f0, f1, f2, f3, f4 and 4 more\n"),
    ] {
        let before = names(&world);
        let (exit, out, err) = run(&world, dir);
        assert_eq!((exit, out.as_str()), (Exit::Unusable, ""));
        assert_eq!(err, format!("{said}  help: name a folder that does not exist yet: optiinfra-gen init FOLDER\n"));
        assert_eq!(names(&world), before);
    }
    assert_eq!(world.read(Path::new("/a/specs/old.yaml")).unwrap(), b"stack: {}");
}

#[test]
fn an_empty_folder_will_do_and_a_second_run_will_not() {
    let world = MemoryWorld::default();
    world.create_dir(Path::new("/new")).unwrap();
    assert_eq!(run(&world, "/new").0, Exit::Clean);
    assert_eq!(run(&world, "/new").0, Exit::Unusable);
}

#[test]
fn a_name_that_a_shell_would_split_is_quoted() {
    let world = MemoryWorld::default();
    let (_, out, _) = run(&world, "/it's here");
    assert!(out.contains(r"optiinfra-gen lint '/it'\''s here'"), "{out}");
}

/// All names below the root.
fn names(world: &MemoryWorld) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new("/").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in world.list(&folder).unwrap() {
            let path = folder.join(entry.name);
            found.push(path.display().to_string());
            if entry.kind == optiinfra_gen::world::Kind::Dir {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}
