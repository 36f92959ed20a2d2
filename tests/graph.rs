//! `graph --format dot` and Graphviz, where it is installed.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// A spec whose names and titles hold everything that means something to DOT.
const HOSTILE: &str = r##"
services:
  end: {port: 1, metrics: {define: {class_total: {type: counter}, graph: {type: gauge}}}}
  "a\"b;c`d|e<f>&#x;\\": {port: 1, metrics: {define: {subgraph: {type: gauge}}}}
alerts:
  end: {expr: graph > 1, summary: x}
  "click\\\"": {expr: subgraph > 1, summary: x}
dashboards:
  style:
    title: "</b><script> %% {init} \\n \\"
    rows: [{panels: [{title: "`md` \"q\" --> x \n newline &lt; \\N \\", kind: stat, expr: graph}]}]
notifications: {receivers: {"o--o x": {email: {to: a@b.c}}}, route: {receiver: "o--o x"}}
"##;

/// The drawing of a spec's graph; `None` after a skip has been reported.
fn draw(specs: &Path) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.dot");
    let graph =
        Command::new(env!("CARGO_BIN_EXE_optiinfra-gen")).arg("graph").arg(specs).args(["--format", "dot"]).output().unwrap();
    assert!(graph.status.success(), "{}", String::from_utf8_lossy(&graph.stderr));
    std::fs::write(&file, graph.stdout).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(dot) = std::env::split_paths(&path).map(|folder| folder.join("dot")).find(|program| program.is_file()) else {
        let _ = std::io::stderr().write_all(b"SKIPPED: dot is not on the PATH; it is in Debian's package graphviz\n");
        return None;
    };
    let svg = Command::new(dot).arg("-Tsvg").arg(&file).output().unwrap();
    let warnings = String::from_utf8_lossy(&svg.stderr);
    assert!(svg.status.success() && warnings.is_empty(), "{warnings}");
    Some(String::from_utf8(svg.stdout).unwrap())
}

#[test]
fn graphviz_draws_the_graph() {
    let Some(svg) = draw(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs")) else { return };
    assert!(svg.contains("HighErrorRate") && svg.contains("requests_total"));
}

#[test]
fn graphviz_reads_names_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), HOSTILE).unwrap();
    let Some(svg) = draw(folder.path()) else { return };
    for text in ["a&quot;b;c`d|e&lt;f&gt;&amp;#x;\\", "click\\&quot;", "&amp;lt; \\N \\"] {
        assert!(svg.contains(text), "{text} is not in\n{svg}");
    }
}
