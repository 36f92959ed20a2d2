use std::path::{Path, PathBuf};

use super::store::store;
use super::{Mended, mend};
use crate::lint::LintSettings;
use crate::pipeline;
use crate::world::{MemoryWorld, World};

const RULES: &str = "groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: sum(up{job=~\"node\"})\n";

fn mended(world: &MemoryWorld, paths: &[&str]) -> Mended {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let settings = LintSettings::default();
    mend(world, &paths, |world| pipeline::lint(world, &paths, &[], None, &settings)).expect("readable")
}

fn after(mended: &Mended) -> Vec<&str> {
    mended.files.iter().map(|file| std::str::from_utf8(&file.after).expect("text")).collect()
}

/// The only file after all fixes, written and read again.
fn fixed(text: &str) -> String {
    let world = MemoryWorld::with_files([("/r.yml", text)]);
    let mended = mended(&world, &["/r.yml"]);
    for file in &mended.files {
        store(&world, file).expect("writable");
    }
    let names: Vec<PathBuf> = world.files().into_keys().collect();
    assert_eq!(names, [PathBuf::from("/r.yml")], "nothing is left beside it");
    String::from_utf8(world.read(Path::new("/r.yml")).expect("there")).expect("text")
}

#[test]
fn every_style_keeps_its_form() {
    let rule = |expr: &str| format!("groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: {expr}");
    for (written, wanted) in [
        ("sum(up{job=~\"node\"})\n", "sum(up{job=\"node\"})\n"),
        ("sum(up{job=~\"node\"})", "sum(up{job=\"node\"})"),
        ("'sum(up{job=~\"node\"})' # why\n", "'sum(up{job=\"node\"})' # why\n"),
        ("\"sum(up{job=~\\\"node\\\"})\"\n", "\"sum(up{job=\\\"node\\\"})\"\n"),
        ("|\n      sum(\n        up{job=~\"node\"}\n      )\n", "|\n      sum(\n        up{job=\"node\"}\n      )\n"),
        (">-\n      sum(\n      up{job=~\"node\"})\n", ">-\n      sum(\n      up{job=\"node\"})\n"),
        ("sum(up{job=~\"node\", env=~\"x\"})\n", "sum(up{job=\"node\", env=\"x\"})\n"),
        ("sum(up{job=~\"ä\", env!~\"ß\"})\n", "sum(up{job=\"ä\", env!=\"ß\"})\n"),
    ] {
        assert_eq!(fixed(&rule(written)), rule(wanted));
        let returns = rule(written).replace('\n', "\r\n");
        assert_eq!(fixed(&returns), rule(wanted).replace('\n', "\r\n"));
        assert_eq!(fixed(&format!("\u{feff}{returns}")), format!("\u{feff}{}", rule(wanted).replace('\n', "\r\n")));
    }
    let json = r#"{"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": "sum(up{job=~\"node\"})"}]}]}"#;
    assert_eq!(fixed(json), json.replace("=~", "="));
}

#[test]
fn says_what_was_fixed_and_what_remains() {
    let world = MemoryWorld::with_files([
        ("/r/a.yml", RULES),
        ("/r/b.yml", &RULES.replace("up{", "up{le=~\"1\",").replace("sum(", "su(")),
    ]);
    let mended = mended(&world, &["/r"]);
    let fixed: Vec<_> = mended.files.iter().flat_map(|file| &file.findings).map(|found| found.rule).collect();
    assert!(fixed.contains(&"promql/redundant-regex"));
    let remains: Vec<_> = mended.linted.diagnostics.iter().map(|found| found.rule).collect();
    assert!(remains.contains(&"promql/syntax-error"));
    assert_eq!(world.read(Path::new("/r/a.yml")).expect("there"), RULES.as_bytes(), "nothing is written yet");
}

#[test]
fn what_lies_outside_is_not_touched() {
    let world = MemoryWorld::with_files([("/elsewhere/a.yml", RULES)]);
    world.put_dir("/r");
    world.put_link("/r/a.yml", "/elsewhere/a.yml");
    let out = mended(&world, &["/r"]);
    assert!(out.files.is_empty() && out.linted.diagnostics.iter().any(|found| found.fix.is_some()));
    let within = mended(&world, &["/r", "/elsewhere"]);
    assert_eq!(within.files.len(), 1);
    assert_eq!(within.files[0].path, Path::new("/elsewhere/a.yml"));
}

#[test]
fn a_file_that_changed_or_is_read_only_stays() {
    let world = MemoryWorld::with_files([("/r.yml", RULES)]);
    let found = mended(&world, &["/r.yml"]);
    world.put("/r.yml", "groups: []\n");
    assert!(store(&world, &found.files[0]).expect_err("changed").contains("changed"));
    assert_eq!(world.files().len(), 1, "nothing is left beside it");
    assert_eq!(world.read(Path::new("/r.yml")).expect("there"), b"groups: []\n");
    let locked = MemoryWorld::default();
    locked.write_new(Path::new("/r.yml"), RULES.as_bytes(), Some(0o444)).expect("new");
    let found = mended(&locked, &["/r.yml"]);
    assert!(found.files.is_empty());
    assert_eq!(found.left.iter().map(|left| left.reason.as_str()).collect::<Vec<_>>(), ["it is read-only"]);
}

#[test]
fn permissions_are_kept_and_leftovers_are_not_taken() {
    let world = MemoryWorld::default();
    world.write_new(Path::new("/r.yml"), RULES.as_bytes(), Some(0o640)).expect("new");
    let found = mended(&world, &["/r.yml"]);
    world.put("/.r.yml.optiinfra-fix", "mine");
    assert!(store(&world, &found.files[0]).expect_err("taken").contains("in the way"));
    assert_eq!(world.read(Path::new("/.r.yml.optiinfra-fix")).expect("there"), b"mine");
    world.remove_file(Path::new("/.r.yml.optiinfra-fix")).expect("there");
    store(&world, &found.files[0]).expect("writable");
    assert_eq!(world.metadata(Path::new("/r.yml")).expect("there").mode, 0o640);
    assert_eq!(world.read(Path::new("/r.yml")).expect("there"), after(&found)[0].as_bytes());
}

#[test]
fn what_brings_a_new_finding_is_not_kept() {
    use crate::diagnostic::{Applicability, Diagnostic, Edit};
    use crate::pipeline::Linted;
    use crate::source::{SourceKind, Sources, Span};

    let world = MemoryWorld::with_files([("/r/good", "bad"), ("/r/worse", "bad")]);
    // Who is called `worse` gets worse when its `bad` goes.
    let lint = |world: &dyn World| {
        let mut linted = Linted { sources: Sources::default(), diagnostics: Vec::new() };
        for name in ["/r/good", "/r/worse"] {
            let text = String::from_utf8(world.read(Path::new(name)).expect("there")).expect("text");
            let source = linted.sources.add(name, text.as_str(), SourceKind::File);
            let span = Span::new(source, 0, 3);
            if text == "bad" {
                let edits = vec![Edit { span, text: "ok".to_owned() }];
                linted.diagnostics.push(Diagnostic::error("a/bad", span, "bad").fix(Applicability::Safe, edits));
            } else if name == "/r/worse" {
                linted.diagnostics.push(Diagnostic::error("a/ugly", span, "ugly"));
            }
        }
        Ok(linted)
    };
    let found = mend(&world, &[PathBuf::from("/r")], lint).expect("readable");
    assert_eq!(found.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["/r/good"]);
    assert_eq!(found.left.len(), 1);
    assert!(found.left[0].reason.contains("a/ugly"), "{:?}", found.left);
    assert_eq!(found.linted.diagnostics.iter().map(|found| found.rule).collect::<Vec<_>>(), ["a/bad"]);
}

#[test]
fn edits_that_touch_wait_and_the_same_edit_counts_for_each_finding() {
    use crate::diagnostic::{Applicability, Diagnostic, Edit};
    use crate::pipeline::Linted;
    use crate::source::{SourceKind, Sources, Span};

    let world = MemoryWorld::with_files([("/r", "aabb")]);
    let lint = |world: &dyn World| {
        let text = String::from_utf8(world.read(Path::new("/r")).expect("there")).expect("text");
        let mut linted = Linted { sources: Sources::default(), diagnostics: Vec::new() };
        let source = linted.sources.add("/r", text.as_str(), SourceKind::File);
        for (old, new) in [("aa", "x"), ("ab", "y"), ("bb", "z")] {
            if let Some(at) = text.find(old) {
                let span = Span::new(source, at, at + 2);
                let edit = vec![Edit { span, text: new.to_owned() }];
                for rule in ["a/one", "a/two"] {
                    linted.diagnostics.push(Diagnostic::error(rule, span, old).fix(Applicability::Safe, edit.clone()));
                }
            }
        }
        Ok(linted)
    };
    let found = mend(&world, &[PathBuf::from("/r")], lint).expect("readable");
    assert_eq!(after(&found), ["xz"]);
    assert_eq!(found.files[0].findings.len(), 4);
    assert!(found.linted.diagnostics.is_empty());
}
