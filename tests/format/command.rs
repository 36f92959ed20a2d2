//! `fmt` as a command.

use clap::Parser as _;
use optiinfra_gen::cli::{Cli, Command};
use optiinfra_gen::commands::fmt::fmt;
use optiinfra_gen::commands::terminal::{Exit, Terminal};
use optiinfra_gen::diagnostic::render::human;
use optiinfra_gen::world::{MemoryWorld, World as _};
use std::path::Path;

/// Runs `optiinfra-gen fmt ARGUMENTS`: how it ended, and what it said on both streams.
fn run(world: &MemoryWorld, arguments: &[&str], input: &str) -> (Exit, String, String) {
    let cli = Cli::parse_from(["optiinfra-gen", "fmt"].iter().chain(arguments));
    let Command::Fmt(args) = cli.command else { panic!("another command") };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let human = human::Options { colour: false, width: 120 };
    let mut terminal = Terminal { out: &mut out, err: &mut err, human, progress: false };
    let exit = fmt(&args, world, input.as_bytes(), &mut terminal).unwrap();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn read(world: &MemoryWorld, path: &str) -> String {
    String::from_utf8(world.read(Path::new(path)).unwrap()).unwrap()
}

#[test]
fn files_that_change_are_written_and_named() {
    let world = MemoryWorld::with_files([
        ("/s/a.yaml", "a:   1 #x\r\n"),
        ("/s/deep/b.yml", "\u{feff}b: 'c'\n"),
        ("/s/c.json", "{\"a\":1,\n\"b\":[1,2]}"),
        ("/s/good.yaml", "a: 1\n"),
        ("/s/notes.txt", "a:   1\n"),
        ("/s/x.jsonnet", "{}"),
        ("/s/.hidden.yaml", "a:   1\n"),
    ]);
    let (exit, out, err) = run(&world, &["--check", "/s"], "");
    assert_eq!((exit, err.as_str()), (Exit::Drift, ""));
    assert!(out.contains("--- /s/a.yaml\n+++ /s/a.yaml\n@@ -1 +1 @@\n-a:   1 #x\\r\n+a: 1  # x\n"), "{out}");
    assert!(out.ends_with("3 files are laid out otherwise; `optiinfra-gen fmt` mends it\n"), "{out}");
    assert_eq!(read(&world, "/s/a.yaml"), "a:   1 #x\r\n", "nothing is written");

    let (exit, out, err) = run(&world, &["/s", "/s/a.yaml"], "");
    assert_eq!((exit, err.as_str()), (Exit::Clean, ""));
    assert_eq!(out, "/s/a.yaml\n/s/c.json\n/s/deep/b.yml\n3 of 4 files changed\n");
    assert_eq!(read(&world, "/s/a.yaml"), "a: 1  # x\n");
    assert_eq!(read(&world, "/s/deep/b.yml"), "b: c\n");
    assert_eq!(read(&world, "/s/c.json"), "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}\n");
    assert_eq!((read(&world, "/s/notes.txt").as_str(), read(&world, "/s/.hidden.yaml").as_str()), ("a:   1\n", "a:   1\n"));
    assert_eq!(run(&world, &["--check", "/s"], ""), (Exit::Clean, String::new(), String::new()));
    assert_eq!(run(&world, &["/s"], "").1, "0 of 4 files changed\n");
}

#[test]
fn a_broken_file_is_reported_and_left_alone() {
    let world = MemoryWorld::with_files([("/s/a.yaml", "a: [1\nb: 2\n"), ("/s/b.yaml", "b:  1\n"), ("/s/c.json", "{\"a\": 1,}")]);
    let (exit, out, _) = run(&world, &["/s"], "");
    assert_eq!(exit, Exit::Findings);
    assert!(out.contains("spec/syntax") && out.contains("a comma follows the last item"), "{out}");
    assert_eq!((read(&world, "/s/a.yaml").as_str(), read(&world, "/s/b.yaml").as_str()), ("a: [1\nb: 2\n", "b: 1\n"));
    let (exit, out, _) = run(&world, &["/s", "--check", "--format", "json"], "");
    assert_eq!(exit, Exit::Findings);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["diagnostics"].as_array().unwrap().len(), 2);
}

#[test]
fn for_programs_a_file_that_differs_is_a_finding() {
    let world = MemoryWorld::with_files([("/s/a.yaml", "a: 1\nb:  2\n")]);
    let (exit, out, _) = run(&world, &["/s", "--check", "--format", "json"], "");
    assert_eq!(exit, Exit::Drift);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let finding = &report["diagnostics"][0];
    assert_eq!((finding["rule"].as_str(), finding["start"]["line"].as_u64()), (Some("spec/layout"), Some(2)));
}

#[test]
fn what_a_build_wrote_is_not_touched() {
    let manifest = r#"{"format": 1, "tool": "optiinfra-gen 0.1.0", "files": {}}"#;
    let world = MemoryWorld::with_files([
        ("/e/generated/MANIFEST.json", manifest),
        ("/e/generated/prometheus/prometheus.yml", "a:   1\n"),
        ("/e/specs/a.yaml", "a:   1\n"),
        ("/e/other/MANIFEST.json", "[1,  2]"),
    ]);
    assert_eq!(run(&world, &["/e"], "").1, "/e/other/MANIFEST.json\n/e/specs/a.yaml\n2 of 2 files changed\n");
}

#[test]
fn an_editor_gets_the_text_and_nothing_else() {
    let world = MemoryWorld::default();
    assert_eq!(run(&world, &["-"], "a:   1"), (Exit::Clean, "a: 1\n".to_owned(), String::new()));
    assert_eq!(run(&world, &["-", "--stdin-name", "x.json"], "{\"a\":1}").1, "{\"a\": 1}\n");
    let (exit, out, err) = run(&world, &["-", "--stdin-name", "x.yaml"], "a: [");
    assert_eq!((exit, out.as_str()), (Exit::Findings, ""));
    assert!(err.contains("x.yaml:1:4"), "{err}");
    let (exit, out, _) = run(&world, &["-", "--check"], "a:   1\n");
    assert_eq!((exit, out.as_str()), (Exit::Drift, "--- standard input\n+++ standard input\n@@ -1 +1 @@\n-a:   1\n+a: 1\n"));
    assert_eq!(run(&world, &["-", "--check"], "a: 1\n").0, Exit::Clean);
    assert_eq!(run(&world, &["-", "/s"], "").0, Exit::Unusable);
}

#[test]
fn a_path_that_is_not_there_or_cannot_be_written() {
    let world = MemoryWorld::default();
    let (exit, _, err) = run(&world, &["/none"], "");
    assert_eq!(exit, Exit::Unusable);
    assert!(err.starts_with("error: `/none` does not exist"), "{err}");
}
