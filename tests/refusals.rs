//! What the types of `optiinfra_gen::dsl` refuse, and what the compiler says.
//!
//! Each file in `refusals/` is compiled against the library that these tests link. What it says is kept beside it: the message, the line, the
//! label and the notes. `UPDATE_REFUSALS=1` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test runs the compiler, and one that cannot go on is to stop"
)]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals")
}

/// Where the libraries lie that were built for this test.
fn libraries() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// What the compiler finds in a file, as JSON.
fn compile(file: &Path, library: &Path) -> Vec<Value> {
    let scratch = tempfile::tempdir().unwrap();
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let run = Command::new(compiler)
        .args(["--edition", "2024", "--crate-type", "bin", "--error-format", "json"])
        // Constants are evaluated when code is made, so there is more than metadata to ask for.
        .args(["--emit", "mir"])
        .arg("--extern")
        .arg(format!("optiinfra_gen={}", library.display()))
        .arg("-L")
        .arg(format!("dependency={}", libraries().display()))
        .arg("--out-dir")
        .arg(scratch.path())
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(run.stderr).unwrap();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter(|message| message["level"] == "error" && !message["spans"].as_array().unwrap().is_empty()).collect()
}

/// The library that belongs to this test: the youngest with which everything compiles that should.
fn library() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(libraries()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("liboptiinfra_gen-") && name.ends_with(".rlib")
    });
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).unwrap().modified().unwrap()));
    let accepted = folder().join("accepted.rs");
    let fits = |library: &PathBuf| compile(&accepted, library).is_empty();
    found.into_iter().find(fits).expect("a library with which tests/refusals/accepted.rs compiles")
}

/// What is said of one error. What differs between compilers and between builds of the library is left out: the lists of other types that would
/// do, where a rule stands, and in what a method was looked for, which is said only where no other crate has such a method.
fn said(error: &Value) -> String {
    let code = error["code"]["code"].as_str().map(|code| format!("[{code}]")).unwrap_or_default();
    let mut text = format!("error{code}: {}\n", error["message"].as_str().unwrap());
    let spans = error["spans"].as_array().unwrap();
    for span in spans.iter().filter(|span| span["is_primary"] == true) {
        let (span, label) = (written(span), span["label"].as_str().filter(|label| !label.starts_with("method not found in ")));
        let shown = &span["text"][0];
        let column = |key: &str| usize::try_from(shown[key].as_u64().unwrap()).unwrap() - 1;
        let line = shown["text"].as_str().unwrap();
        text.push_str(&format!("  line {}: `{}`", span["line_start"], &line[column("highlight_start")..column("highlight_end")]));
        text.push_str(&label.map(|label| format!(": {label}")).unwrap_or_default());
        text.push('\n');
    }
    for child in error["children"].as_array().unwrap() {
        let (level, message) = (child["level"].as_str().unwrap(), child["message"].as_str().unwrap());
        let of_ours = child["spans"].as_array().unwrap().is_empty() && level == "note" && !message.starts_with("required ");
        if of_ours && !message.contains("full ") && !message.contains("found ") {
            text.push_str(&format!("  note: {message}\n"));
        }
    }
    text
}

/// The part of the file that a span is about, outside of all macros.
fn written(mut span: &Value) -> &Value {
    while span["expansion"].is_object() {
        span = &span["expansion"]["span"];
    }
    span
}

/// The messages are those of one compiler.
fn is_compiler_of_the_messages() -> bool {
    let run = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version").output().unwrap();
    let version = String::from_utf8(run.stdout).unwrap();
    let is_known = version.starts_with("rustc 1.95.");
    if !is_known {
        let mut err = std::io::stderr();
        writeln!(err, "SKIPPED: the wording of refusals is that of Rust 1.95, and this is {}", version.trim()).unwrap();
    }
    is_known
}

#[test]
fn the_compiler_says_why() {
    let library = library();
    let same_words = is_compiler_of_the_messages();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("accepted.rs"));
    cases.sort();
    assert!(cases.len() >= 4);
    let mut wrong = Vec::new();
    for case in cases {
        let errors = compile(&case, &library);
        let source = fs::read_to_string(&case).unwrap();
        // Every line that should be refused is.
        for (index, line) in source.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("let _")) {
            let number = index + 1;
            let refused = errors
                .iter()
                .flat_map(|error| error["spans"].as_array().unwrap())
                .any(|span| written(span)["line_start"] == number);
            if !refused {
                wrong.push(format!("{}:{number}: `{}` compiles", case.display(), line.trim()));
            }
        }
        let mut texts: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for error in &errors {
            // What a call is refused for is said again of what it would return.
            let line = error["spans"]
                .as_array()
                .unwrap()
                .iter()
                .find(|span| span["is_primary"] == true)
                .map(|span| written(span)["line_start"].to_string());
            if seen.insert((line, error["message"].to_string())) {
                texts.push(said(error));
            }
        }
        // How much of a path is said depends on what else is called so anywhere.
        let text =
            ["optiinfra_gen::dsl::", "kind::", "std::convert::"].iter().fold(texts.concat(), |text, path| text.replace(path, ""));
        let kept = case.with_extension("stderr");
        if env::var_os("UPDATE_REFUSALS").is_some() {
            fs::write(&kept, &text).unwrap();
        } else if same_words && fs::read_to_string(&kept).unwrap_or_default() != text {
            wrong.push(format!("{}: the compiler says\n{text}", kept.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
