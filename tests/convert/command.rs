//! `convert` as a command.

use std::path::Path;

use clap::Parser as _;
use optiinfra_gen::cli::{Cli, Command};
use optiinfra_gen::commands::convert::convert;
use optiinfra_gen::commands::terminal::{Exit, Terminal};
use optiinfra_gen::diagnostic::render::human;
use optiinfra_gen::world::{MemoryWorld, World as _};

fn run(world: &MemoryWorld, arguments: &[&str]) -> (Exit, String, String) {
    let cli = Cli::parse_from(["optiinfra-gen", "convert"].iter().chain(arguments));
    let Command::Convert(args) = cli.command else { panic!("another command") };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let human = human::Options { colour: false, width: 120 };
    let mut terminal = Terminal { out: &mut out, err: &mut err, human, progress: false };
    let exit = convert(&args, world, &mut terminal).unwrap();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn read(world: &MemoryWorld, path: &str) -> String {
    String::from_utf8(world.read(Path::new(path)).unwrap()).unwrap()
}

#[test]
fn a_folder_into_another() {
    let world = MemoryWorld::with_files([
        ("/s/a.yaml", "# one\na: 1\n"),
        ("/s/deep/b.yml", "b: [x]  # two\n"),
        ("/s/c.json", "{\"c\":  1}"),
    ]);
    let (exit, out, err) = run(&world, &["--to", "json", "/s", "--out", "/new/json"]);
    assert_eq!((exit, err.as_str()), (Exit::Clean, ""), "{out}");
    assert!(out.contains("2 comments in 2 files are lost: JSON cannot hold them"), "{out}");
    assert!(out.ends_with("/new/json/a.json\n/new/json/c.json\n/new/json/deep/b.json\n3 of 3 files written\n"), "{out}");
    assert_eq!(read(&world, "/new/json/a.json"), "{\n  \"a\": 1\n}\n");
    assert_eq!(read(&world, "/new/json/c.json"), "{\"c\":  1}", "what is JSON already is copied");
    assert_eq!(read(&world, "/new/json/deep/b.json"), "{\n  \"b\": [\"x\"]\n}\n");

    let (exit, out, _) = run(&world, &["--to", "json", "/s", "--out", "/new/json"]);
    assert_eq!(exit, Exit::Clean);
    assert!(out.ends_with("0 of 3 files written\n"), "{out}");
    let (exit, out, err) = run(&world, &["--to", "yaml", "/new/json", "--out", "/new/yaml"]);
    assert_eq!(
        (exit, out.as_str(), err.as_str()),
        (Exit::Clean, "/new/yaml/a.yaml\n/new/yaml/c.yaml\n/new/yaml/deep/b.yaml\n3 of 3 files written\n", "")
    );
    assert_eq!(read(&world, "/new/yaml/deep/b.yaml"), "b:\n  - x\n");
}

#[test]
fn nothing_is_overwritten_unless_told() {
    let world = MemoryWorld::with_files([("/s/a.yaml", "a: 1\n"), ("/s/b.yaml", "b: 1\n"), ("/o/b.json", "mine")]);
    let (exit, _, err) = run(&world, &["--to", "json", "/s", "--out", "/o"]);
    assert_eq!(exit, Exit::Unusable);
    assert_eq!(err, "error: `/o/b.json` holds something else; nothing is written\n  help: --force overwrites it\n");
    assert!(world.read(Path::new("/o/a.json")).is_err());
    let (exit, _, _) = run(&world, &["--to", "json", "/s", "--out", "/o", "--force"]);
    assert_eq!((exit, read(&world, "/o/b.json").as_str()), (Exit::Clean, "{\n  \"b\": 1\n}\n"));
}

#[test]
fn all_or_nothing() {
    let world = MemoryWorld::with_files([
        ("/s/a.yaml", "a: 1\n"),
        ("/s/b.yaml", "b: [\n"),
        ("/s/c.yaml", "c: .nan\n"),
        ("/s/d.yaml", "d: 1\n---\ne: 1\n"),
    ]);
    let (exit, out, _) = run(&world, &["--to", "json", "/s", "--out", "/o"]);
    assert_eq!(exit, Exit::Findings);
    assert!(out.contains("JSON has no number `.nan`") && out.contains("spec/multiple-documents"), "{out}");
    assert!(world.read(Path::new("/o/a.json")).is_err());
    let world = MemoryWorld::with_files([("/s/a.yaml", "a: 1\n"), ("/s/a.yml", "b: 1\n")]);
    let (exit, out, _) = run(&world, &["--to", "json", "/s", "--out", "/o"]);
    assert_eq!(exit, Exit::Findings);
    assert!(out.contains("would both become `a.json`"), "{out}");
}

#[test]
fn one_file_goes_to_standard_output() {
    let world = MemoryWorld::with_files([("/s/a.yaml", "# why\na: 1\n"), ("/s/b.yaml", "b: 1\n")]);
    let (exit, out, err) = run(&world, &["--to", "json", "/s/a.yaml"]);
    assert_eq!((exit, out.as_str()), (Exit::Clean, "{\n  \"a\": 1\n}\n"));
    assert!(err.contains("1 comment in 1 file is lost"), "{err}");
    let (exit, out, _) = run(&world, &["--to", "jsonnet", "/s/a.yaml"]);
    assert_eq!((exit, out.as_str()), (Exit::Clean, "{\n  // why\n  a: 1,\n}\n"));
    let (exit, out, err) = run(&world, &["--to", "json", "/s"]);
    assert_eq!((exit, out.as_str()), (Exit::Unusable, ""));
    assert!(err.contains("--out"), "{err}");
}

/// What a Jsonnet file evaluates to is written; what it imports is no file of the spec.
#[test]
fn from_jsonnet() {
    let world = MemoryWorld::with_files([
        ("/s/a.jsonnet", "local names = import 'names.libsonnet';\n{ [name]: { size: 1 + 1 } for name in names }\n"),
        ("/s/names.libsonnet", "['x', 'z']\n"),
    ]);
    let (exit, out, err) = run(&world, &["--to", "yaml", "/s", "--out", "/new"]);
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Clean, "/new/a.yaml\n1 of 1 file written\n", ""));
    assert_eq!(read(&world, "/new/a.yaml"), "x:\n  size: 2\nz:\n  size: 2\n");
}
