//! The examples in Jsonnet are what the repository holds as their output.

use std::path::PathBuf;
use std::process::Command;

fn check(specs: &str, generated: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(&root)
        .args(["build", "--check", specs, "--out", generated])
        .output()
        .unwrap();
    let said = crate::said(output);
    said.has(0, &["no differences"]);
}

#[test]
fn agents_and_a_mixin() {
    check("examples/jsonnet/specs", "examples/jsonnet/generated");
}

/// The same stack is written in several ways, of which one is committed with its output.
#[test]
fn the_cost_agent_becomes_what_it_becomes_in_yaml() {
    if !PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/four-ways/yaml/generated").is_dir() {
        use std::io::Write as _;
        let _ = std::io::stderr().write_all(b"SKIPPED: examples/four-ways/yaml is not there to compare with\n");
        return;
    }
    check("examples/four-ways/jsonnet/specs", "examples/four-ways/yaml/generated");
}
