//! Kills and failing disks at every single write operation, on a disk in memory: whatever happens, every file is whole, and the
//! next build makes the tree what it is to be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use optiinfra_gen::emit::error::{Left, OutputError};
use optiinfra_gen::emit::write::{Action, Options, Outcome, write};
use optiinfra_gen::emit::{Artifact, Artifacts};
use optiinfra_gen::world::{Entry, Fault, Lock, MemoryWorld, Metadata, World};

const OUT: &str = "/generated";

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn artifacts(files: &[(&str, &str)]) -> Artifacts {
    Artifacts::collect(files.iter().map(|(path, text)| Artifact::new(*path, *text, vec![format!("item of {path}")]))).unwrap()
}

/// Three specs that create, update and remove files of each other, in folders of their own too.
fn specs() -> [Artifacts; 3] {
    [
        artifacts(&[
            ("prometheus/a.yml", "aaaa-1"),
            ("prometheus/b.yml", "bbbb-1"),
            ("docs/old/x.md", "xxxx-1"),
            ("top", "same"),
        ]),
        artifacts(&[
            ("prometheus/a.yml", "aaaa-two"),
            ("prometheus/new/c.yml", "cccc"),
            ("grafana/d.json", "dddd"),
            ("top", "same"),
        ]),
        artifacts(&[("prometheus/b.yml", "bbbb-3"), ("grafana/d.json", "dddd-3"), ("docs/old/x.md", "xxxx-1"), ("top", "3")]),
    ]
}

fn build(world: &MemoryWorld, artifacts: &Artifacts) -> Result<Outcome, OutputError> {
    write(world, Path::new(OUT), artifacts, &Options::default())
}

/// The tree after a build of this spec alone into an empty folder.
fn clean(spec: &Artifacts) -> Files {
    let world = MemoryWorld::default();
    build(&world, spec).unwrap();
    world.files()
}

fn built(specs: &[&Artifacts]) -> MemoryWorld {
    let world = MemoryWorld::default();
    for spec in specs {
        build(&world, spec).unwrap();
    }
    world.mend();
    world
}

fn is_ours_beside(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.starts_with(".optiinfra-gen-") || name == "MANIFEST.json.next"
}

/// Every file that is not beside its place holds, whole, what one of the specs wants of it.
fn assert_whole(world: &MemoryWorld, allowed: &[&Files], when: &str) {
    for (path, bytes) in world.files() {
        let whole = is_ours_beside(&path) || allowed.iter().any(|files| files.get(&path) == Some(&bytes));
        assert!(whole, "{when}: {} is torn: {:?}", path.display(), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_kill_at_any_operation_leaves_whole_files_and_the_next_build_heals() {
    let [one, two, three] = specs();
    let (files_one, files_two, files_three) = (clean(&one), clean(&two), clean(&three));
    let world = built(&[&one]);
    build(&world, &two).unwrap();
    let steps = world.operations().len();
    assert!(steps > 15, "{steps} operations are hardly a build");
    let mut interrupted = 0;
    for kill in 0..steps {
        let when = format!("killed at {kill}");
        let world = built(&[&one]);
        world.fail_at(kill, Fault::Crash);
        build(&world, &two).unwrap_err();
        assert_whole(&world, &[&files_one, &files_two], &when);

        // The same spec, the old spec and a third one can each follow.
        for (next, files) in [(&two, &files_two), (&one, &files_one), (&three, &files_three)] {
            world.mend();
            let copy = MemoryWorld::with_files(world.files());
            let outcome = build(&copy, next).unwrap();
            interrupted += usize::from(outcome.resumed);
            assert_eq!(&copy.files(), files, "{when}");
            assert_eq!(outcome.kept().count(), 0, "{when}");
            copy.mend();
            assert!(!build(&copy, next).unwrap().changed);
            assert_eq!(copy.operations(), Vec::<String>::new(), "{when}: a second build wrote");
        }
    }
    assert!(interrupted > 30, "{interrupted}");
}

#[test]
fn a_kill_of_the_build_that_heals_is_healed_too() {
    let [one, two, three] = specs();
    let all = [clean(&one), clean(&two), clean(&three)];
    for first in 0..40 {
        for second in 0..40 {
            let world = built(&[&one]);
            world.fail_at(first, Fault::Crash);
            let done = build(&world, &two).is_ok();
            world.fail_at(second, Fault::Crash);
            let done_again = build(&world, &three).is_ok();
            assert_whole(&world, &all.each_ref(), &format!("killed at {first} and {second}"));
            world.mend();
            build(&world, &one).unwrap();
            assert_eq!(world.files(), all[0], "killed at {first} and {second}");
            if done && done_again {
                break;
            }
        }
    }
}

#[test]
fn a_kill_of_the_first_build_is_healed() {
    let [one, two, _] = specs();
    let (files_one, files_two) = (clean(&one), clean(&two));
    for kill in 0..40 {
        let world = MemoryWorld::default();
        world.fail_at(kill, Fault::Crash);
        let done = build(&world, &one).is_ok();
        assert_whole(&world, &[&files_one], &format!("killed at {kill}"));
        world.mend();
        build(&world, &two).unwrap();
        assert_eq!(world.files(), files_two, "killed at {kill}");
        assert!(!done || kill > 10);
    }
}

#[test]
fn a_full_disk_leaves_the_old_tree_and_nothing_else() {
    let [one, two, _] = specs();
    let (files_one, files_two) = (clean(&one), clean(&two));
    for full in 0..40 {
        let world = built(&[&one]);
        let names = |world: &MemoryWorld| world.list(Path::new(OUT)).unwrap();
        let before = names(&world);
        world.fail_at(full, Fault::Full);
        match build(&world, &two) {
            Ok(_) => assert_eq!(world.files(), files_two),
            Err(error) => {
                assert_eq!(world.files(), files_one, "full at {full}");
                assert_eq!(names(&world), before, "full at {full}: folders were left");
                assert!(matches!(error, OutputError::Io { left: Left::Untouched, .. }), "{error}");
                assert!(error.to_string().ends_with("the disk is full"), "{error}");
                assert!(error.help().starts_with("make room where /generated"), "{}", error.help());
                world.mend();
                assert!(!build(&world, &one).unwrap().resumed, "full at {full}");
            }
        }
    }
    let world = MemoryWorld::default();
    world.fail_at(0, Fault::Full);
    let error = build(&world, &one).unwrap_err();
    assert_eq!(error.to_string(), "cannot make folder /generated: the disk is full");
}

#[test]
fn a_full_disk_in_a_build_that_heals_loses_no_knowledge() {
    let [one, two, three] = specs();
    let all = [clean(&one), clean(&two), clean(&three)];
    let four = artifacts(&[("prometheus/a.yml", "a-4"), ("prometheus/b.yml", "b-4"), ("top", "4")]);
    let clean_four = clean(&four);
    for kill in 0..40 {
        for full in 0..12 {
            let world = built(&[&one]);
            world.fail_at(kill, Fault::Crash);
            _ = build(&world, &two);
            world.fail_at(full, Fault::Full);
            _ = build(&world, &three);
            assert_whole(&world, &all.each_ref(), &format!("killed at {kill}, full at {full}"));
            world.mend();
            // Neither of the specs whose files lie there, so that each has to be known as the tool's own.
            let outcome = build(&world, &four).unwrap();
            assert_eq!(world.files(), clean_four, "killed at {kill}, full at {full}: {outcome}");
        }
    }
}

#[test]
fn one_failure_at_any_operation_says_what_it_left() {
    let [one, two, _] = specs();
    let (files_one, files_two) = (clean(&one), clean(&two));
    let mut seen = BTreeSet::new();
    for at in 0..40 {
        for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::Interrupted] {
            let world = built(&[&one]);
            world.fail_at(at, Fault::Once(kind));
            let result = build(&world, &two);
            assert_whole(&world, &[&files_one, &files_two], &format!("{kind} at {at}"));
            match &result {
                Err(OutputError::Io { left: Left::Untouched, .. }) => assert_eq!(world.files(), files_one, "{kind} at {at}"),
                Err(OutputError::Io { left: Left::Interrupted, .. }) => {
                    let beside = |path: &&PathBuf| is_ours_beside(path);
                    assert!(
                        world.files().keys().filter(beside).count() <= 1,
                        "{kind} at {at}: files were left beside their place"
                    );
                }
                Err(error) => panic!("{error}"),
                Ok(_) => assert_eq!(world.files(), files_two),
            }
            seen.extend(result.err().map(|error| error.help().contains("goes on from here")));
            world.mend();
            build(&world, &two).unwrap();
            assert_eq!(world.files(), files_two, "{kind} at {at}");
        }
    }
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn an_edit_made_while_a_build_lies_killed_is_kept() {
    let [one, two, _] = specs();
    let operations = {
        let world = built(&[&one]);
        build(&world, &two).unwrap();
        world.operations().len()
    };
    for kill in 0..operations {
        let world = built(&[&one]);
        world.fail_at(kill, Fault::Crash);
        build(&world, &two).unwrap_err();
        world.mend();
        world.put("/generated/prometheus/a.yml", "by hand");
        let outcome = build(&world, &two).unwrap();
        assert_eq!(outcome.files["prometheus/a.yml"], Action::Kept, "killed at {kill}");
        assert_eq!(world.read(Path::new("/generated/prometheus/a.yml")).unwrap(), b"by hand");
    }
}

#[test]
fn an_edit_of_what_a_killed_first_build_wrote_is_kept_once_a_build_has_seen_it() {
    let [one, two, _] = specs();
    let edited = Path::new("/generated/prometheus/a.yml");
    let mut kept = 0;
    for kill in 0..40 {
        // The first build ever is killed, the second sees what it wrote and is killed too.
        let world = MemoryWorld::default();
        world.fail_at(kill, Fault::Crash);
        _ = build(&world, &one);
        if world.metadata(edited).is_err() {
            continue;
        }
        world.fail_at(12, Fault::Crash);
        build(&world, &two).unwrap_err();
        world.mend();
        world.put(edited, "by hand");
        assert_eq!(build(&world, &two).unwrap().files["prometheus/a.yml"], Action::Kept, "killed at {kill}");
        kept += 1;
    }
    assert!(kept > 3, "{kept}");
}

/// A world in which somebody puts a file just before a new one is renamed to that place.
struct Intruded(MemoryWorld);

impl World for Intruded {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.0.metadata(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.0.list(dir)
    }
    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.read_link(path)
    }
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.canonicalize(path)
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.0.create_dir(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        self.0.write_new(path, bytes, mode)?;
        if bytes == b"dddd" {
            self.0.put("/generated/grafana/d.json", "mine");
        }
        Ok(())
    }
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.replace(from, to)
    }
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename_new(from, to)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.sync_dir(path)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.0.remove_file(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.0.remove_dir(path)
    }
    fn lock(&self, dir: &Path, wait: Duration) -> io::Result<Option<Lock>> {
        self.0.lock(dir, wait)
    }
    fn seconds_since_1970(&self) -> Option<u64> {
        self.0.seconds_since_1970()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.0.env(name)
    }
}

#[test]
fn a_file_that_somebody_puts_there_during_a_build_is_not_overwritten() {
    let [one, two, _] = specs();
    let world = built(&[&one]);
    let error = write(&Intruded(world.clone()), Path::new(OUT), &two, &Options::default()).unwrap_err();
    assert!(error.to_string().starts_with("cannot write /generated/grafana/d.json: "), "{error}");
    assert!(matches!(error, OutputError::Io { left: Left::Interrupted, .. }), "{error}");
    assert_eq!(world.read(Path::new("/generated/grafana/d.json")).unwrap(), b"mine");
    build(&world, &two).unwrap_err();
    world.remove_file(Path::new("/generated/grafana/d.json")).unwrap();
    assert!(build(&world, &two).unwrap().resumed);
    assert_eq!(world.files(), clean(&two));
}

#[test]
fn a_file_that_somebody_puts_where_a_killed_build_was_to_create_one_is_theirs_even_with_force() {
    let [one, two, _] = specs();
    let force = Options { force: true, ..Options::default() };
    let mut refused = 0;
    for kill in 0..40 {
        let world = built(&[&one]);
        world.fail_at(kill, Fault::Crash);
        _ = build(&world, &two);
        world.mend();
        if world.metadata(Path::new("/generated/grafana/d.json")).is_ok() {
            continue;
        }
        world.put("/generated/grafana/d.json", "mine");
        let error = write(&world, Path::new(OUT), &two, &force).unwrap_err();
        assert!(
            error.to_string().contains("grafana/d.json is there with other text, and optiinfra-gen did not write it"),
            "{error}"
        );
        assert_eq!(world.read(Path::new("/generated/grafana/d.json")).unwrap(), b"mine");
        refused += 1;
    }
    assert!(refused > 5);
}
