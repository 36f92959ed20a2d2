//! The writer on a real disk that is full, out of inodes, or read-only: a small file system mounted in a mount namespace of its
//! own, which is gone with the process.
//!
//! The tests start this program again through `unshare`; where that is not permitted they are skipped, which says so and under
//! `CI=true` is a failure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "a test of the disk looks at the disk")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use optiinfra_gen::emit::error::{Left, OutputError};
use optiinfra_gen::emit::write::{Options, Outcome, write};
use optiinfra_gen::emit::{Artifact, Artifacts};
use optiinfra_gen::world::OsWorld;

const INSIDE: &str = "WRITE_LIMITS_MOUNT_POINT";

/// Runs the test of this name again where it may mount; gives the mount point in there, and `None` out here, when it has passed
/// or was skipped.
fn in_own_mount_namespace(test: &str) -> Option<PathBuf> {
    if let Some(inside) = env::var_os(INSIDE) {
        return Some(inside.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let point = folder.path().to_str().unwrap();
    // As root, and as an ordinary user where the kernel lets one be root in a namespace of one's own.
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--user", "--map-root-user"]];
    let unshare = |way: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(way).args(["--propagation", "private"]);
        command
    };
    let permitted = |way: &&&[&str]| {
        let mut command = unshare(way);
        command.args(["mount", "-t", "tmpfs", "-o", "size=64k", "none", point]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let Some(way) = ways.iter().find(permitted) else {
        let skipped = format!("SKIPPED {test}: this machine does not permit mounting a file system in a namespace of one's own");
        assert_ne!(env::var("CI").as_deref(), Ok("true"), "{skipped}");
        // Not eprintln!, which a test run hides when the test passes.
        _ = writeln!(std::io::stderr(), "{skipped}");
        return None;
    };
    let mut command = unshare(way);
    command.arg(env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]).env(INSIDE, point);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    None
}

fn mount(options: &str, point: &Path) {
    let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(point).status().unwrap();
    assert!(status.success());
}

fn build(out: &Path, files: &[(&str, usize)]) -> Result<Outcome, OutputError> {
    let artifact = |(path, size): &(&str, usize)| Artifact::new(*path, format!("{size:08}").repeat(size / 8), Vec::new());
    write(&OsWorld, out, &Artifacts::collect(files.iter().map(artifact)).unwrap(), &Options::default())
}

/// Every file and folder below `out`, with the bytes of the files.
fn tree(out: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            all.insert(path.clone(), (!path.is_dir()).then(|| fs::read(&path).unwrap()));
            folders.extend(path.is_dir().then_some(path));
        }
    }
    all
}

fn assert_untouched(result: Result<Outcome, OutputError>, says: &str, helps: &str) {
    match result {
        Err(error @ OutputError::Io { left: Left::Untouched, .. }) => {
            assert!(error.to_string().ends_with(says), "{error}");
            assert!(error.help().contains(helps), "{}", error.help());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_disk_leaves_the_old_tree_whole() {
    let Some(point) = in_own_mount_namespace("a_full_disk_leaves_the_old_tree_whole") else { return };
    mount("size=64k", &point);
    let out = point.join("generated");
    build(&out, &[("a/x", 12_000), ("a/y", 9_000), ("z", 800)]).unwrap();
    let before = tree(&out);
    // Room for some of the new files, not for all.
    let result = build(&out, &[("a/x", 16_000), ("a/y", 16_000), ("new/folder/w", 16_000)]);
    assert_untouched(result, ": the disk is full", "make room where ");
    assert_eq!(tree(&out), before);
    // Not even for the journal.
    let free = 16_384 * 4 - 4096;
    fs::write(point.join("ballast"), vec![0; free]).unwrap_err();
    let result = build(&out, &[("a/x", 100)]);
    assert_untouched(result, "MANIFEST.json.next: the disk is full", "nothing was changed, the old files are whole");
    assert_eq!(tree(&out), before);
    fs::remove_file(point.join("ballast")).unwrap();
    let outcome = build(&out, &[("a/x", 8_000), ("new/folder/w", 8_000)]).unwrap();
    assert_eq!((outcome.to_string().as_str(), outcome.resumed), ("1 created, 1 updated, 2 removed", false));
}

#[test]
fn a_disk_without_inodes_leaves_the_old_tree_whole() {
    let Some(point) = in_own_mount_namespace("a_disk_without_inodes_leaves_the_old_tree_whole") else { return };
    mount("size=1m,nr_inodes=12", &point);
    let out = point.join("generated");
    build(&out, &[("a/x", 100), ("z", 80)]).unwrap();
    let before = tree(&out);
    let result = build(&out, &[("a/x", 16), ("b/c/d", 16), ("b/e", 16), ("f/g/h", 16)]);
    assert_untouched(result, ": the disk is full", "make room where ");
    assert_eq!(tree(&out), before);
    build(&out, &[("a/x", 16)]).unwrap();
}

#[test]
fn a_read_only_folder_is_named_and_left_alone() {
    let Some(point) = in_own_mount_namespace("a_read_only_folder_is_named_and_left_alone") else { return };
    mount("size=1m", &point);
    let out = point.join("generated");
    let files = [("a/x", 100), ("z", 80)];
    build(&out, &files).unwrap();
    let before = tree(&out);
    let remount = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&point).status().unwrap();
    assert!(remount.success());
    let helps = format!("make {} accessible, or give another folder with --out", out.display());
    assert_untouched(build(&out, &[("a/x", 16)]), "MANIFEST.json.next: the file system is read-only", &helps);
    assert_eq!(tree(&out), before);
    // With nothing to write there is nothing to complain of.
    assert!(!build(&out, &files).unwrap().changed);
    let elsewhere = point.join("new/generated");
    let helps = format!("make {} accessible", point.display());
    assert_untouched(build(&elsewhere, &files), "new: the file system is read-only", &helps);
}
