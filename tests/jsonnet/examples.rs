//! The examples in Jsonnet are what the repository holds as their output.

use std::path::PathBuf;
use std::process::Command;

fn check(example: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(&root)
        .args(["build", "--check", &format!("examples/{example}/specs"), "--out", &format!("examples/{example}/generated")])
        .output()
        .unwrap();
    let said = crate::said(output);
    said.has(0, &["no differences"]);
}

#[test]
fn agents_and_a_mixin() {
    check("jsonnet");
}

#[test]
fn one_of_the_four_ways() {
    check("four-ways/jsonnet");
}
