//! promtool's unit tests over many files at once.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;

use crate::emit::prometheus::{rule_file, unit_test_file};
use crate::plan::prometheus::RuleGroup;
use crate::prove::run::Case;
use crate::world::World;

/// How long one call may take.
const LIMIT: Duration = Duration::from_secs(900);
/// Files in one call: enough that starting it counts for little, few enough that all processors have work.
const FILES: usize = 24;

/// What promtool said of one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// Whether all of its tests hold.
    pub passed: bool,
    /// What does not hold.
    pub failures: Vec<Failure>,
    /// Why the file could not be tested at all.
    pub error: Option<String>,
}

/// An expectation that does not hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Failure {
    /// The test's name.
    pub test: String,
    /// The moment, as promtool writes it.
    pub time: String,
    /// Whether nothing fired.
    pub nothing: bool,
    /// All that promtool says of it, on one line.
    pub text: String,
}

/// A moment as promtool writes it.
pub fn time(millis: i64) -> String {
    crate::spec::quantity::Duration::from_millis(millis).to_string()
}

/// Tests all cases.
///
/// # Errors
///
/// When files cannot be written or promtool cannot be started.
pub fn run(world: &dyn World, promtool: &Path, dir: &Path, records: &[RuleGroup], cases: &[Case]) -> io::Result<Vec<Outcome>> {
    let write = |name: &str, bytes: &[u8]| world.write_new(&dir.join(name), bytes, None);
    if !records.is_empty() {
        write("records.yml", &rule_file(records))?;
    }
    for (index, case) in cases.iter().enumerate() {
        write(&format!("rules-{index}.yml"), &rule_file(&case.rules))?;
        let mut tests = case.tests.clone();
        // What promtool reports it reports by the test's name; not every version names the file.
        for (_, test) in &mut tests.tests {
            test.name = format!("{index}: {}", test.name);
        }
        if case.records && !records.is_empty() {
            tests.rule_files.push("records.yml".to_owned());
        }
        tests.rule_files.push(format!("rules-{index}.yml"));
        write(&format!("tests-{index}.yml"), &unit_test_file(&tests))?;
    }
    let indexes: Vec<usize> = (0..cases.len()).collect();
    let chunks: Vec<io::Result<Vec<Outcome>>> = indexes.par_chunks(FILES).map(|chunk| ask(world, promtool, dir, chunk)).collect();
    let mut all = Vec::new();
    for chunk in chunks {
        all.extend(chunk?);
    }
    Ok(all)
}

fn ask(world: &dyn World, promtool: &Path, dir: &Path, chunk: &[usize]) -> io::Result<Vec<Outcome>> {
    let mut arguments: Vec<OsString> = vec!["test".into(), "rules".into()];
    arguments.extend(chunk.iter().map(|index| OsString::from(format!("tests-{index}.yml"))));
    let ended = world.run_in(promtool, &arguments, dir, LIMIT)?;
    let (failures, whole) = failures(&ended.text, chunk);
    if whole {
        let of = |index: &usize| {
            let own: Vec<Failure> =
                failures.iter().filter(|(file, _)| file == index).map(|(_, failure)| failure.clone()).collect();
            Outcome { passed: own.is_empty(), failures: own, error: None }
        };
        return Ok(chunk.iter().map(of).collect());
    }
    if let [_] = chunk {
        let text = ended.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let error =
            if ended.code.is_none() { "promtool took too long".to_owned() } else { format!("promtool cannot run it: {text}") };
        return Ok(vec![Outcome { passed: false, failures: Vec::new(), error: Some(error) }]);
    }
    // One of the files cannot be run at all: each is asked about alone.
    let mut all = Vec::new();
    for index in chunk {
        all.extend(ask(world, promtool, dir, std::slice::from_ref(index))?);
    }
    Ok(all)
}

/// What failed, with the file's number; and whether the output accounts for every file.
fn failures(text: &str, chunk: &[usize]) -> (Vec<(usize, Failure)>, bool) {
    let mut found: Vec<(usize, Failure)> = Vec::new();
    let mut test: Option<(usize, String)> = None;
    let (mut passed, mut failed) = (0, 0);
    for line in text.lines() {
        let trimmed = line.trim();
        match trimmed {
            "SUCCESS" => {
                passed += 1;
                test = None;
            }
            "FAILED:" => {
                failed += 1;
                test = None;
            }
            "" => {}
            _ => {
                if let Some((index, name)) = trimmed.strip_prefix("name: ").and_then(|name| name.split_once(": "))
                    && let Ok(index) = index.parse::<usize>()
                {
                    test = Some((index, name.strip_suffix(',').unwrap_or(name).to_owned()));
                    continue;
                }
                let Some((index, name)) = &test else { continue };
                if let Some((_, time)) = trimmed.split_once(", time: ") {
                    let time = time.trim_end_matches([',', ' ']).to_owned();
                    found.push((*index, Failure { test: name.clone(), time, nothing: false, text: String::new() }));
                }
                if let Some((_, last)) = found.last_mut().filter(|(file, last)| file == index && last.test == *name) {
                    last.nothing |= trimmed.starts_with("got:[]") || trimmed == "got: nil";
                    let separator = if last.text.is_empty() { "" } else { " " };
                    last.text.push_str(separator);
                    last.text.push_str(trimmed);
                }
            }
        }
    }
    let mut files: Vec<usize> = found.iter().map(|(index, _)| *index).filter(|index| chunk.contains(index)).collect();
    files.sort_unstable();
    files.dedup();
    let whole = passed + failed == chunk.len() && files.len() == failed;
    (found, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the names of the files, as version 2 prints them.
    const TEXT: &str = "Unit Testing:  tests-0.yml\n  SUCCESS\n\nUnit Testing:  tests-1.yml\n  FAILED:\n    name: 1: second, 1,\n    alertname: X, time: 5m, \n        exp:[\n            0:\n              Labels:{alertname=\"X\"}\n            ], \n        got:[]\n";

    #[test]
    fn the_output_is_read() {
        let (found, whole) = failures(TEXT, &[0, 1]);
        assert!(whole && found.len() == 1, "{found:?}");
        let (index, failure) = &found[0];
        assert_eq!((*index, failure.test.as_str(), failure.time.as_str()), (1, "second, 1", "5m"));
        assert!(failure.nothing && failure.text.contains("alertname=\"X\""), "{failure:?}");
        let (found, whole) = failures("  SUCCESS\n\n  FAILED:\nrules.yml: 3:7: unknown\n", &[0, 1]);
        assert!(found.is_empty() && !whole);
        assert!(!failures("", &[0]).1);
    }
}
