//! A crate of its own that uses the library without the command line: it is built, writes a stack, and its findings lead to its lines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test runs cargo and what it builds, and one that cannot go on is to stop"
)]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the crate with the versions of the dependencies that this one has, so that nothing is to be fetched.
fn copied() -> tempfile::TempDir {
    let example = root().join("examples/own-generator");
    let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let manifest = fs::read_to_string(example.join("Cargo.toml")).unwrap();
    let here = root().to_str().unwrap().replace('\\', "/");
    let moved = manifest.replace("path = \"../..\"", &format!("path = \"{here}\""));
    assert_ne!(moved, manifest);
    fs::write(copy.path().join("Cargo.toml"), moved).unwrap();
    fs::create_dir(copy.path().join("src")).unwrap();
    fs::copy(example.join("src/main.rs"), copy.path().join("src/main.rs")).unwrap();
    fs::copy(root().join("Cargo.lock"), copy.path().join("Cargo.lock")).unwrap();
    copy
}

/// The folder of what cargo builds, which the crate shares.
fn target() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

fn build(copy: &Path) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let run = Command::new(cargo)
        .args(["build", "--offline", "--quiet", "--target-dir"])
        .arg(target())
        .env_remove("RUSTFLAGS")
        .current_dir(copy)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    target().join("debug/own-generator")
}

fn run(program: &Path, copy: &Path, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).current_dir(copy).output().unwrap()
}

#[test]
fn it_writes_a_stack_and_its_findings_lead_to_its_lines() {
    let copy = copied();
    let program = build(copy.path());

    let good = run(&program, copy.path(), &["out"]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let alerts = fs::read_to_string(copy.path().join("out/prometheus/alerts.yml")).unwrap();
    assert!(alerts.contains("- alert: RequestsFail"), "{alerts}");
    let prometheus = fs::read_to_string(copy.path().join("out/prometheus/prometheus.yml")).unwrap();
    for job in ["checkout", "payments", "search"] {
        assert!(prometheus.contains(&format!("job_name: {job}")), "{prometheus}");
    }
    let again = run(&program, copy.path(), &["out"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("unchanged"), "{}", String::from_utf8_lossy(&again.stdout));

    let source = fs::read_to_string(copy.path().join("src/main.rs")).unwrap();
    let (index, line) = source.lines().enumerate().find(|(_, line)| line.contains("requests.like(failed")).unwrap();
    let wanted = format!(
        "error[promql/unknown-label] src/main.rs:{}:{}: `status` is not a label of `http_requests_total`",
        index + 1,
        line.find("like(").unwrap() + 1,
    );
    let bad = run(&program, copy.path(), &["never", "--typo"]);
    let said = String::from_utf8_lossy(&bad.stderr);
    assert_eq!(bad.status.code(), Some(1), "{said}");
    assert!(said.contains(&wanted), "{wanted}\n{said}");
    assert!(!copy.path().join("never").exists());
    // From elsewhere the file is found around the crate's own folder.
    let elsewhere = run(&program, root(), &[copy.path().join("never").to_str().unwrap(), "--typo"]);
    let said = String::from_utf8_lossy(&elsewhere.stderr);
    assert!(said.contains(&format!("src/main.rs:{}:", index + 1)), "{said}");
}
