//! What `drift` says of each way in which a folder can differ, and that what it says is what a build does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::path::Path;
use std::time::Duration;

use optiinfra_gen::emit::drift::{Drift, Drifted, drift};
use optiinfra_gen::emit::error::OutputError;
use optiinfra_gen::emit::write::{Action, Options, Outcome, Scope, write};
use optiinfra_gen::emit::{Artifact, Artifacts};
use optiinfra_gen::world::{Fault, MemoryWorld, World};

const OUT: &str = "generated";

fn artifacts(files: &[(&str, &str)]) -> Artifacts {
    Artifacts::collect(files.iter().map(|(path, text)| Artifact::new(*path, *text, vec![format!("alert {path}")]))).unwrap()
}

fn spec() -> Artifacts {
    artifacts(&[("prometheus/a.yml", "one\ntwo\n"), ("prometheus/b.yml", "b\n"), ("grafana/dashboards/c.json", "{}\n")])
}

fn built(spec: &Artifacts) -> MemoryWorld {
    let world = MemoryWorld::default();
    build(&world, spec).unwrap();
    world.mend();
    world
}

fn build(world: &MemoryWorld, spec: &Artifacts) -> Result<Outcome, OutputError> {
    write(world, Path::new(OUT), spec, &Options::default())
}

fn compare(world: &MemoryWorld, spec: &Artifacts) -> Drift {
    let drift = drift(world, Path::new(OUT), spec, &Scope::default(), Duration::ZERO).unwrap();
    assert_eq!(world.operations(), Vec::<String>::new(), "drift wrote");
    drift
}

fn kinds(drift: &Drift) -> Vec<(&str, Drifted)> {
    drift.differences.iter().map(|difference| (difference.path.as_str(), difference.kind)).collect()
}

#[test]
fn a_folder_that_was_just_built_is_clean() {
    let drift = compare(&built(&spec()), &spec());
    assert!(drift.is_clean());
    assert_eq!(drift.to_string(), "no differences in generated");
    assert_eq!(drift.render(10), "");
    assert!(drift.help().is_empty());
}

#[test]
fn each_kind_is_told_apart_and_shown() {
    let world = built(&spec());
    world.put("generated/prometheus/b.yml", "by hand\n");
    world.put("generated/grafana/dashboards/mine.json", "{}");
    world.put("generated/notes/deep/todo.md", "x");
    world.put("generated/.gitattributes", "* linguist-generated");
    world.put_dir("generated/empty/folder");
    let now = artifacts(&[("prometheus/a.yml", "one\nzwei\n"), ("prometheus/b.yml", "b\n"), ("docs/new.md", "n\n")]);
    let drift = compare(&world, &now);
    let expected = [
        ("docs/new.md", Drifted::Missing),
        ("grafana/dashboards/c.json", Drifted::NoLongerWanted),
        ("grafana/dashboards/mine.json", Drifted::Foreign),
        ("notes/", Drifted::Foreign),
        ("prometheus/a.yml", Drifted::Changed),
        ("prometheus/b.yml", Drifted::EditedByHand),
    ];
    assert_eq!(kinds(&drift), expected);
    let text = "generated/docs/new.md: missing
--- generated/docs/new.md\ton disk
+++ generated/docs/new.md\tfrom the spec
@@ -0,0 +1 @@
+n

generated/grafana/dashboards/c.json: no longer wanted: nothing in the spec gives it; it came from alert grafana/dashboards/c.json
--- generated/grafana/dashboards/c.json\ton disk
+++ generated/grafana/dashboards/c.json\tfrom the spec
@@ -1 +0,0 @@
-{}

generated/grafana/dashboards/mine.json: optiinfra-gen did not write it
generated/notes/: optiinfra-gen did not write it
generated/prometheus/a.yml: changed: the spec now gives another text
--- generated/prometheus/a.yml\ton disk
+++ generated/prometheus/a.yml\tfrom the spec
@@ -1,2 +1,2 @@
 one
-two
+zwei

generated/prometheus/b.yml: edited by hand since it was written
--- generated/prometheus/b.yml\ton disk
+++ generated/prometheus/b.yml\tfrom the spec
@@ -1 +1 @@
-by hand
+b

";
    assert_eq!(drift.render(100), text);
    let line = "6 differences in generated: 1 missing, 1 changed, 1 edited by hand, 1 no longer wanted, 2 foreign";
    assert_eq!(drift.to_string(), line);
    assert_eq!(drift.help().len(), 3);
    assert!(drift.render(2).contains("@@ -1,2 +1,2 @@\n one\n... 2 more lines\n"));
    let json = serde_json::to_value(&drift).unwrap();
    assert_eq!(json["differences"][5]["kind"], "edited-by-hand");

    // A build does what was said, and leaves what it said it would leave.
    let outcome = build(&world, &now).unwrap();
    assert_eq!(outcome.to_string(), "1 created, 1 updated, 1 removed, 1 kept as edited by hand");
    world.mend();
    assert_eq!(compare(&world, &now).differences.len(), 3);
}

#[test]
fn an_edit_is_an_edit_whether_or_not_the_spec_changed_and_whether_or_not_the_file_is_wanted() {
    let world = built(&spec());
    world.put("generated/prometheus/a.yml", "mine\n");
    world.put("generated/grafana/dashboards/c.json", "[]\n");
    let now = artifacts(&[("prometheus/a.yml", "new\n"), ("prometheus/b.yml", "b\n")]);
    let said = compare(&world, &now);
    let expected = [("grafana/dashboards/c.json", Drifted::EditedByHand), ("prometheus/a.yml", Drifted::EditedByHand)];
    assert_eq!(kinds(&said)[..2], expected);
    assert_eq!(said.differences[0].diff, None);
    assert!(said.differences[0].message.starts_with("edited by hand, and no longer wanted"));

    // However often it is built, the edits stay; taken back, they are gone.
    for _ in 0..3 {
        let outcome = build(&world, &now).unwrap();
        assert_eq!(outcome.kept().collect::<Vec<_>>(), ["grafana/dashboards/c.json", "prometheus/a.yml"]);
        assert_eq!(outcome.files["grafana/dashboards/c.json"], Action::KeptUnwanted);
        world.mend();
        assert_eq!(kinds(&compare(&world, &now)), expected);
    }
    world.put("generated/prometheus/a.yml", "one\ntwo\n");
    world.put("generated/grafana/dashboards/c.json", "{}\n");
    let outcome = build(&world, &now).unwrap();
    assert_eq!(outcome.to_string(), "1 updated, 1 removed, 1 unchanged");
    world.mend();
    assert!(compare(&world, &now).is_clean());
}

#[test]
fn force_drops_edits_but_never_foreign_files() {
    let world = built(&spec());
    let force = Options { force: true, ..Options::default() };
    world.put("generated/prometheus/a.yml", "mine\n");
    world.put("generated/grafana/dashboards/c.json", "[]\n");
    let now = artifacts(&[("prometheus/a.yml", "new\n"), ("prometheus/b.yml", "b\n")]);
    let outcome = write(&world, Path::new(OUT), &now, &force).unwrap();
    assert_eq!(outcome.files["prometheus/a.yml"], Action::Overwritten);
    assert_eq!(outcome.files["grafana/dashboards/c.json"], Action::Removed);
    assert_eq!(world.files(), built(&now).files());

    world.put("generated/docs/x.md", "mine\n");
    let before = world.files();
    let more = artifacts(&[("prometheus/a.yml", "newer\n"), ("docs/x.md", "theirs\n")]);
    let error = write(&world, Path::new(OUT), &more, &force).unwrap_err();
    let expected =
        "1 file cannot be written to generated:\n  docs/x.md is there with other text, and optiinfra-gen did not write it";
    assert_eq!(error.to_string(), expected);
    assert_eq!(world.files(), before, "a refused build wrote something");
}

#[test]
fn a_foreign_file_with_the_same_text_is_adopted() {
    let world = MemoryWorld::with_files([("generated/prometheus/b.yml", "b\n"), ("generated/prometheus/z.yml", "z\n")]);
    let said = compare(&world, &spec());
    let missing = |path| (path, Drifted::Missing);
    let expected = [missing("grafana/dashboards/c.json"), missing("prometheus/a.yml"), ("prometheus/z.yml", Drifted::Foreign)];
    assert_eq!(kinds(&said), expected);
    assert_eq!(build(&world, &spec()).unwrap().files["prometheus/b.yml"], Action::Adopted);
    assert_eq!(world.read(Path::new("generated/prometheus/z.yml")).unwrap(), b"z\n");
    build(&world, &artifacts(&[])).unwrap();
    let left: Vec<_> = world.files().into_keys().collect();
    assert_eq!(left, [Path::new("/generated/MANIFEST.json"), Path::new("/generated/prometheus/z.yml")]);
}

#[test]
fn a_manifest_that_alone_differs_is_told_and_mended() {
    let world = built(&spec());
    let before = world.files();
    world.remove_file(Path::new("generated/MANIFEST.json")).unwrap();
    world.mend();
    assert_eq!(kinds(&compare(&world, &spec())), [("MANIFEST.json", Drifted::Missing)]);
    build(&world, &spec()).unwrap();
    assert_eq!(world.files(), before);

    let items = Artifact::new("prometheus/a.yml", "one\ntwo\n", vec!["alert other".to_owned()]);
    let other = spec().iter().cloned().map(|file| if file.path == items.path { items.clone() } else { file }).collect::<Vec<_>>();
    world.mend();
    let said = compare(&world, &Artifacts::collect(other).unwrap());
    assert_eq!(kinds(&said), [("MANIFEST.json", Drifted::Changed)]);
    assert!(said.render(20).contains("+        \"alert other\"\n"), "{}", said.render(20));
}

#[test]
fn an_interrupted_build_is_told_with_what_it_left_undone() {
    let now = artifacts(&[("prometheus/a.yml", "new\n"), ("prometheus/b.yml", "b\n"), ("grafana/dashboards/d.json", "d\n")]);
    let operations = {
        let world = built(&spec());
        build(&world, &now).unwrap();
        world.operations().len()
    };
    for kill in 0..operations {
        let world = built(&spec());
        world.fail_at(kill, Fault::Crash);
        build(&world, &now).unwrap_err();
        world.mend();
        let said = compare(&world, &now);
        let first = kinds(&said)[0];
        let begun = world
            .files()
            .keys()
            .any(|path| path.to_string_lossy().contains("optiinfra-gen") || path.ends_with("MANIFEST.json.next"));
        assert_eq!(first == ("MANIFEST.json.next", Drifted::Interrupted), begun, "killed at {kill}: {said}");
        assert!(!said.counts().contains_key(&Drifted::Foreign), "killed at {kill}: {said}");
        assert!(!said.counts().contains_key(&Drifted::EditedByHand), "killed at {kill}: {said}");
        build(&world, &now).unwrap();
        world.mend();
        assert!(compare(&world, &now).is_clean());
    }
}

#[test]
fn no_folder_yet_is_a_folder_in_which_all_is_missing() {
    let world = MemoryWorld::default();
    let said = compare(&world, &spec());
    assert_eq!(said.to_string(), "3 differences in generated: 3 missing");
    let dry = Options { dry_run: true, ..Options::default() };
    assert_eq!(write(&world, Path::new(OUT), &spec(), &dry).unwrap().to_string(), "3 created");
    assert!(world.operations().is_empty());
}

#[test]
fn a_dry_run_says_what_a_build_then_does_and_writes_nothing() {
    let world = built(&spec());
    let now = artifacts(&[("prometheus/a.yml", "new\n"), ("x", "x")]);
    let before = world.files();
    let dry = Options { dry_run: true, ..Options::default() };
    let said = write(&world, Path::new(OUT), &now, &dry).unwrap();
    assert_eq!(world.files(), before);
    assert_eq!(build(&world, &now).unwrap(), said);
}

#[test]
fn a_scope_leaves_the_rest_alone() {
    let world = built(&spec());
    let only = |part: &str| Scope { only: Some(vec![part.to_owned()]) };
    let now = artifacts(&[("prometheus/a.yml", "new\n"), ("docs/x.md", "x\n")]);
    let options = Options { scope: only("prometheus"), ..Options::default() };
    let outcome = write(&world, Path::new(OUT), &now, &options).unwrap();
    assert_eq!(outcome.to_string(), "1 updated, 1 removed");
    assert_eq!(world.read(Path::new("generated/grafana/dashboards/c.json")).unwrap(), b"{}\n");
    world.mend();
    let in_scope = drift(&world, Path::new(OUT), &now, &only("prometheus"), Duration::ZERO).unwrap();
    assert!(in_scope.is_clean(), "{in_scope}");
    assert_eq!(compare(&world, &now).to_string(), "2 differences in generated: 1 missing, 1 no longer wanted");
    // A part is a folder or a file, not the beginning of a name.
    let said = drift(&world, Path::new(OUT), &now, &only("doc"), Duration::ZERO).unwrap();
    assert!(said.is_clean(), "{said}");
}

#[test]
fn a_scoped_build_after_a_killed_one_keeps_what_it_knows_of_the_rest() {
    let all = artifacts(&[("prometheus/a.yml", "A\n"), ("prometheus/b.yml", "B\n"), ("grafana/dashboards/c.json", "C\n")]);
    for kill in 0..40 {
        let world = built(&spec());
        world.fail_at(kill, Fault::Crash);
        _ = build(&world, &all);
        world.mend();
        let scope = Scope { only: Some(vec!["prometheus".to_owned()]) };
        write(&world, Path::new(OUT), &all, &Options { scope, ..Options::default() }).unwrap();
        world.mend();
        let said = compare(&world, &all);
        let left = kinds(&said);
        assert!(left.is_empty() || left == [("grafana/dashboards/c.json", Drifted::Changed)], "killed at {kill}: {said}");
        assert_eq!(build(&world, &all).unwrap().kept().count(), 0);
    }
}

#[test]
fn a_path_that_changes_only_its_case_is_one_file_where_the_disk_ignores_case_and_two_where_it_does_not() {
    let before = artifacts(&[("docs/Foo.md", "one\n"), ("docs/Bar.md", "same\n")]);
    let after = artifacts(&[("Docs/foo.md", "two\n"), ("Docs/bar.md", "same\n")]);
    for (world, says) in
        [(MemoryWorld::ignoring_case(), "1 updated, 1 unchanged"), (MemoryWorld::default(), "2 created, 2 removed")]
    {
        build(&world, &before).unwrap();
        assert_eq!(build(&world, &after).unwrap().to_string(), says);
        assert_eq!(world.read(Path::new("generated/Docs/foo.md")).unwrap(), b"two\n");
        assert_eq!(world.read(Path::new("generated/Docs/bar.md")).unwrap(), b"same\n");
        world.mend();
        let said = compare(&world, &after);
        assert!(said.is_clean(), "{said}: {}", said.render(10));
        assert!(!build(&world, &after).unwrap().changed);
    }
}
