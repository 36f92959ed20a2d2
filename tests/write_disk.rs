//! The writer on the real disk: builds killed by SIGKILL at random moments, builds at once, links, pipes, permissions, times.
//!
//! The processes that are killed are this test program itself, started again with an environment variable.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "a test of the disk looks at the disk")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use optiinfra_gen::emit::drift::drift;
use optiinfra_gen::emit::error::OutputError;
use optiinfra_gen::emit::manifest::Manifest;
use optiinfra_gen::emit::write::{Options, Outcome, Scope, write};
use optiinfra_gen::emit::{Artifact, Artifacts};
use optiinfra_gen::world::{OsWorld, World};

fn build(out: &Path, artifacts: &Artifacts) -> Result<Outcome, OutputError> {
    write(&OsWorld, out, artifacts, &Options::default())
}

fn artifacts(files: &[(&str, &str)]) -> Artifacts {
    Artifacts::collect(files.iter().map(|(path, text)| Artifact::new(*path, *text, vec![format!("item {path}")]))).unwrap()
}

/// Every file below `out`, with its bytes.
fn tree(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(out).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The artifacts with their manifest, as `tree` gives them.
fn expected(artifacts: &Artifacts) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<_, _> = artifacts.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
    files.insert("MANIFEST.json".to_owned(), Manifest::of(artifacts).to_bytes());
    files
}

// Generations of a spec, so that a file says of which one it is.

/// What generation `n` gives at the path of this number: from one line to some ten kilobytes.
fn text(generation: u64, number: u64) -> String {
    let line = format!("generation {generation} file {number}\n");
    line.repeat(1 + (number * number * 37) as usize % 400)
}

/// The spec of a generation: most files in all of them, some only in every second or third.
fn spec(generation: u64) -> Artifacts {
    let is_in = |number: &u64| number % 4 != 3 || generation.is_multiple_of(2 + number % 2);
    let path = |number: u64| format!("folder{}/sub{}/file{number}.yml", number % 3, number % 5 * (generation % 2));
    let files = (0..24).filter(is_in).map(|number| Artifact::new(path(number), text(generation, number), Vec::new()));
    Artifacts::collect(files.chain([Artifact::new("static.yml", "the same in all\n", Vec::new())])).unwrap()
}

/// Of which generation the bytes are; `None` for a torn file.
fn generation_of(bytes: &[u8]) -> Option<u64> {
    let text_there = str::from_utf8(bytes).ok()?;
    let mut words = text_there.split_whitespace();
    let (generation, number) = (words.nth(1)?.parse().ok()?, words.nth(1)?.parse().ok()?);
    (text(generation, number) == text_there).then_some(generation)
}

const CHILD_OUT: &str = "WRITE_DISK_CHILD_OUT";
const CHILD_FROM: &str = "WRITE_DISK_CHILD_FROM";
const CHILD_BUILDS: &str = "WRITE_DISK_CHILD_BUILDS";

/// Not a test but the process that the tests start: builds one generation after the other.
#[test]
fn child() {
    let Some(out) = env::var_os(CHILD_OUT) else { return };
    let number = |name| env::var(name).unwrap().parse::<u64>().unwrap();
    println!("\nready");
    for generation in number(CHILD_FROM)..number(CHILD_FROM) + number(CHILD_BUILDS) {
        build(Path::new(&out), &spec(generation)).unwrap();
    }
}

fn start_child(out: &Path, from: u64, builds: u64) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(CHILD_OUT, out);
    command.env(CHILD_FROM, from.to_string()).env(CHILD_BUILDS, builds.to_string());
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// Waits until the child is about to build.
fn wait_until_ready(child: &mut Child) {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "ready"));
}

#[test]
fn builds_killed_at_random_moments_leave_whole_files_and_are_healed() {
    const KILLS: u64 = 300;
    // Renames take so little of a build's time that on some disks a kill seldom strikes between two of them.
    const MOST_KILLS: u64 = 10 * KILLS;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("generated");
    let started = Instant::now();
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let (mut interrupted, mut mixed) = (0, 0);
    let mut built = 0;
    build(&out, &spec(built)).unwrap();
    let mut round = 0;
    while round < KILLS || mixed == 0 && round < MOST_KILLS {
        round += 1;
        let mut child = start_child(&out, built + 1, 900);
        wait_until_ready(&mut child);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_micros((random >> 33) % 25_000));
        child.kill().unwrap();
        child.wait().unwrap();

        let mut generations = BTreeSet::new();
        let files = tree(&out);
        for (path, bytes) in &files {
            let name = path.rsplit('/').next().unwrap();
            match name {
                "MANIFEST.json" => _ = Manifest::parse(bytes).unwrap(),
                "static.yml" => assert_eq!(bytes, b"the same in all\n"),
                "MANIFEST.json.next" => {}
                _ if name.starts_with(".optiinfra-gen-") => {}
                _ => _ = generations.insert(generation_of(bytes).unwrap_or_else(|| panic!("round {round}: {path} is torn"))),
            }
        }
        let (first, last) = (*generations.first().unwrap(), *generations.last().unwrap());
        assert!(first >= built && last - first <= 1, "round {round}: generations {generations:?} after {built}");
        mixed += u64::from(first != last);

        let began = files.keys().any(|path| path.contains(".optiinfra-gen-") || path == "MANIFEST.json.next");
        let said = drift(&OsWorld, &out, &spec(last), &Scope::default(), Duration::from_secs(10)).unwrap();
        assert_eq!(said.differences.first().is_some_and(|first| first.path == "MANIFEST.json.next"), began, "{said}");
        interrupted += u64::from(began);

        // What was begun, or the next spec.
        built = last + round % 2;
        let next = spec(built);
        let outcome = build(&out, &next).unwrap();
        assert_eq!(outcome.resumed, began);
        assert_eq!(outcome.kept().count(), 0, "round {round}");
        assert_eq!(tree(&out), expected(&next), "round {round}");
    }
    println!("{round} kills in {:?}: {interrupted} struck a build, {mixed} left files of two generations", started.elapsed());
    assert!(interrupted > round / 3, "only {interrupted} of {round} kills struck a build");
    assert!(mixed > 0, "no kill struck between two renames");
}

#[test]
fn builds_at_once_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("not/yet/there");
    let children: Vec<_> = (0..4).map(|n| start_child(&out, n * 100, 10)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let last = generation_of(&fs::read(out.join("folder0/sub0/file0.yml")).unwrap()).unwrap();
    assert_eq!(last % 100, 9);
    assert_eq!(tree(&out), expected(&spec(last)));
}

#[test]
fn a_build_that_waits_too_long_names_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let lock = OsWorld.lock(out, Duration::ZERO).unwrap().unwrap();
    let options = Options { lock_wait: Duration::from_millis(60), ..Options::default() };
    let started = Instant::now();
    let error = write(&OsWorld, out, &spec(1), &options).unwrap_err();
    assert!(started.elapsed() >= Duration::from_millis(60));
    assert_eq!(error.to_string(), format!("another build holds the lock on {}", out.display()));
    assert!(error.help().contains(&format!("fuser -v {}", out.display())), "{}", error.help());
    assert!(tree(out).is_empty());
    drop(lock);
    write(&OsWorld, out, &spec(1), &options).unwrap();
}

#[test]
fn a_second_build_changes_no_time_and_an_update_only_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("generated");
    let times = || {
        let mut times = BTreeMap::new();
        let mut todo = vec![out.clone()];
        while let Some(path) = todo.pop() {
            let metadata = fs::symlink_metadata(&path).unwrap();
            times.insert(path.clone(), (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime_nsec(), metadata.ino()));
            if metadata.is_dir() {
                todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        times
    };
    build(&out, &artifacts(&[("a/x", "1"), ("a/y", "2"), ("b/z", "3")])).unwrap();
    let before = times();
    thread::sleep(Duration::from_millis(20));
    assert!(!build(&out, &artifacts(&[("a/x", "1"), ("a/y", "2"), ("b/z", "3")])).unwrap().changed);
    assert_eq!(times(), before);

    fs::set_permissions(out.join("a/x"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = times();
    build(&out, &artifacts(&[("a/x", "one"), ("a/y", "2"), ("b/z", "3")])).unwrap();
    let after = times();
    let changed: Vec<_> = before.keys().filter(|path| before[*path] != after[*path]).collect();
    assert_eq!(changed, [&out, &out.join("MANIFEST.json"), &out.join("a"), &out.join("a/x")]);
    let inode = |times: &BTreeMap<_, (i64, i64, i64, u64)>, path: &str| times[&out.join(path)].3;
    assert_eq!(inode(&before, "a"), inode(&after, "a"), "a folder was replaced");
    assert_eq!(fs::metadata(out.join("a/x")).unwrap().mode() & 0o777, 0o640, "permissions were lost");

    // A folder that becomes empty stays the same folder: a container may hold it.
    build(&out, &artifacts(&[("a/y", "2")])).unwrap();
    assert_eq!(inode(&times(), "b"), inode(&after, "b"));
    assert!(!out.join("b/z").exists());
}

#[test]
fn nothing_outside_is_written_read_or_removed_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (real, outside, out) = (folder.path().join("real"), folder.path().join("outside"), folder.path().join("generated"));
    fs::create_dir(&real).unwrap();
    fs::create_dir(&outside).unwrap();
    // The output folder itself may be a link.
    symlink("real", &out).unwrap();
    let spec = artifacts(&[("docs/a.md", "a"), ("docs/b.md", "b"), ("top", "t")]);
    build(&out, &spec).unwrap();
    assert_eq!(tree(&real), expected(&spec));
    assert!(fs::symlink_metadata(&out).unwrap().is_symlink());

    // Somebody puts a link to elsewhere where a folder was; the same files are there.
    fs::rename(real.join("docs"), outside.join("docs")).unwrap();
    symlink("../outside/docs", real.join("docs")).unwrap();
    let before = tree(&outside);
    let error = build(&out, &artifacts(&[("docs/a.md", "new"), ("docs/c.md", "c")])).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("docs/a.md lies behind docs, a symbolic link to ../outside/docs"), "{message}");
    assert!(message.starts_with("2 files cannot be written to "), "{message}");
    assert_eq!(tree(&outside), before);

    let said = drift(&OsWorld, &out, &spec, &Scope::default(), Duration::ZERO).unwrap();
    let shown: Vec<_> =
        said.differences.iter().map(|difference| (difference.path.as_str(), difference.message.as_str())).collect();
    let message = "in the way of what the spec gives: docs is a symbolic link to ../outside/docs";
    assert_eq!(shown, [("docs/a.md", message), ("docs/b.md", message)]);

    // Files that are no longer wanted are not removed through it either.
    build(&out, &artifacts(&[("top", "t")])).unwrap();
    assert_eq!(tree(&outside), before);

    // A link in the place of a file is not followed and not replaced, whatever it leads to.
    fs::write(outside.join("t"), "t").unwrap();
    fs::remove_file(real.join("top")).unwrap();
    for target in ["../outside/t", "nowhere", "/etc/passwd"] {
        symlink(target, real.join("top")).unwrap();
        let error = build(&out, &artifacts(&[("top", "new")])).unwrap_err();
        assert!(error.to_string().contains(&format!("top is a symbolic link to {target}")), "{error}");
        fs::remove_file(real.join("top")).unwrap();
    }
    assert_eq!(fs::read(outside.join("t")).unwrap(), b"t");

    // Nor is one in the place of the manifest.
    fs::rename(real.join("MANIFEST.json"), outside.join("MANIFEST.json")).unwrap();
    symlink("../outside/MANIFEST.json", real.join("MANIFEST.json")).unwrap();
    let error = build(&out, &spec).unwrap_err();
    assert!(error.to_string().ends_with("MANIFEST.json is damaged: it is not a regular file"), "{error}");

    let dangling = folder.path().join("dangling");
    symlink("nowhere", &dangling).unwrap();
    let error = build(&dangling, &spec).unwrap_err();
    assert!(error.to_string().ends_with("is a symbolic link that leads nowhere, not a folder"), "{error}");
    let error = build(&outside.join("t"), &spec).unwrap_err();
    assert!(error.to_string().ends_with("is a file, not a folder"), "{error}");
    assert!(build(&outside.join("t/below"), &spec).is_err());
}

#[test]
fn pipes_folders_and_files_in_the_way_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let fifo = Command::new("mkfifo").arg(out.join("pipe")).status().unwrap();
    assert!(fifo.success());
    fs::create_dir_all(out.join("dir/sub")).unwrap();
    fs::write(out.join("file"), "mine").unwrap();
    let before = fs::read_dir(out).unwrap().count();
    let error = build(out, &artifacts(&[("pipe", "x"), ("dir", "x"), ("file/below", "x"), ("fine", "x")])).unwrap_err();
    let expected = "dir is a folder\n  file/below needs a folder where file is a file\n  \
                    pipe cannot be written: pipe is neither a file nor a folder";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(fs::read_dir(out).unwrap().count(), before);
    let said = drift(&OsWorld, out, &artifacts(&[("pipe", "x"), ("fine", "x")]), &Scope::default(), Duration::ZERO).unwrap();
    assert_eq!(said.to_string(), format!("3 differences in {}: 1 missing, 2 foreign", out.display()));
}

#[test]
fn a_damaged_or_hostile_manifest_deletes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/b/generated");
    build(&out, &artifacts(&[("x/y", "1"), ("z", "2")])).unwrap();
    let victim = folder.path().join("a/victim");
    fs::write(&victim, "mine").unwrap();
    let manifest = out.join("MANIFEST.json");
    let good = fs::read_to_string(&manifest).unwrap();
    let sha256_of_mine = Manifest::of(&artifacts(&[("x", "mine")])).files["x"].sha256.to_string();
    let sha256_of_z = Manifest::of(&artifacts(&[("z", "2")])).files["z"].sha256.to_string();
    let hostile = |path: &str| good.replace("\"z\"", &format!("{path:?}")).replace(&sha256_of_z, &sha256_of_mine);
    let absolute = victim.to_str().unwrap();
    let cases = [
        (hostile("../../victim"), "leads out of the output folder"),
        (hostile(absolute), "leads out of the output folder"),
        (hostile("x/../../../victim"), "leads out of the output folder"),
        (good[..good.len() / 2].to_owned(), "is damaged"),
        (String::new(), "is damaged"),
        (good.replace("\"files\"", "<<<<<<< HEAD\n\"files\""), "is damaged"),
        (good.replace("\"format\": 1", "\"format\": 99"), "is in the format of another version"),
    ];
    for (text, says) in cases {
        fs::write(&manifest, &text).unwrap();
        let before = tree(folder.path());
        let force = Options { force: true, ..Options::default() };
        let error = write(&OsWorld, &out, &artifacts(&[("x/y", "new")]), &force).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().starts_with(manifest.to_str().unwrap()), "{error}");
        assert_eq!(tree(folder.path()), before);
        drift(&OsWorld, &out, &artifacts(&[]), &Scope::default(), Duration::ZERO).unwrap_err();
    }
    fs::write(&manifest, &good).unwrap();
    let journal = out.join("MANIFEST.json.next");
    let entry = format!("{{\"sha256\": [\"{sha256_of_mine}\"], \"written\": true, \"items\": []}}");
    for (path, says) in [("../../victim", "leads out of the output folder"), (absolute, "leads out of the output folder")] {
        fs::write(&journal, format!("{{\"format\": 1, \"tool\": \"\", \"files\": {{{path:?}: {entry}}}}}")).unwrap();
        let error = build(&out, &artifacts(&[])).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.help().contains("remove it and build again"), "{}", error.help());
    }
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
    fs::remove_file(&journal).unwrap();
    build(&out, &artifacts(&[])).unwrap();
    assert_eq!(tree(&out), expected(&artifacts(&[])));
}
