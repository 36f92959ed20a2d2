//! Bugs planted in the inference: the soundness test must catch each of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An edit of the source that makes the inference claim what is not so.
struct Bug {
    /// What it breaks.
    breaks: &'static str,
    /// The file, in `src/promql/infer/`.
    file: &'static str,
    /// Text that occurs once in it.
    old: &'static str,
    /// What stands in its place.
    new: &'static str,
}

const BUGS: [Bug; 14] = [
    Bug {
        breaks: "`by` takes a label that some series lack to be on all of them",
        file: "aggregate.rs",
        old: "                Some(fact) => fact.clone(),\n                None => input.get(&name.into()),",
        new: "                Some(fact) => LabelFact { presence: Presence::Present, ..fact.clone() },\n                None => input.get(&name.into()),",
    },
    Bug {
        breaks: "`without` keeps the labels that it names",
        file: "aggregate.rs",
        old: "    for name in dropped {",
        new: "    for name in [METRIC_NAME] {",
    },
    Bug {
        breaks: "what `without` leaves of the labels that identified a series is taken to identify the groups",
        file: "aggregate.rs",
        old: "input.unique().map(LabelSet::from) } else { None };",
        new: "input.unique().map(LabelSet::from) } else { input.unique().map(|unique| unique.iter().filter(|name| !dropped.contains(&&***name)).cloned().collect()) };",
    },
    Bug {
        breaks: "`group_left (label)` takes the label from the side with many series",
        file: "matching.rs",
        old: "let mut fact = LabelFact { varies: false, target: false, ..one.get(&name) };",
        new: "let mut fact = LabelFact { varies: false, target: false, ..many.get(&name) };",
    },
    Bug {
        breaks: "a many-to-one match is taken to return as many series as its one side",
        file: "matching.rs",
        old: "            Some(GroupSide::Left) => left,\n            Some(GroupSide::Right) => right,",
        new: "            Some(GroupSide::Left) => right,\n            Some(GroupSide::Right) => left,",
    },
    Bug {
        breaks: "`label_replace` is taken to set the label where its pattern does not match too",
        file: "label_functions.rs",
        old: "varies: false, ..before.join(&replaced) },",
        new: "varies: false, ..replaced },",
    },
    Bug {
        breaks: "`abs` of an interval around zero does not reach down to zero",
        file: "math.rs",
        old: "let least = if values.lo <= 0.0 && values.hi >= 0.0 { 0.0 } else { lo.min(hi) };",
        new: "let least = lo.min(hi);",
    },
    Bug {
        breaks: "`delta` is taken to treat a fall as the reset of a counter",
        file: "over_time.rs",
        old: "(difference(values, name == \"delta\"), derive::gauge_of(input.samples))",
        new: "(growth(arg), derive::gauge_of(input.samples))",
    },
    Bug {
        breaks: "`histogram_quantile` is taken not to interpolate below the lowest bound",
        file: "histograms.rs",
        old: "Some([lowest, .., greatest]) => Interval::new(lowest.min(0.0), *greatest).or_nan(),",
        new: "Some([lowest, .., greatest]) => Interval::new(*lowest, *greatest).or_nan(),",
    },
    Bug {
        breaks: "`or` has the labels of its left side only",
        file: "set_operators.rs",
        old: "let labels = left.labels.join(&right.labels, &reason);",
        new: "let labels = super::labels::Labels::clone(&left.labels);",
    },
    Bug {
        breaks: "`absent` is taken to copy labels from regular expressions",
        file: "functions.rs",
        old: "_ if matcher.op != MatchOp::Equal => LabelFact::absent(name.into(), reason),",
        new: "_ if matcher.op.is_negative() => LabelFact::absent(name.into(), reason),",
    },
    Bug {
        breaks: "a subquery is taken to return no more series than its expression at one moment",
        file: "derive.rs",
        old: "    facts.bound = closed.then(|| labels.combinations(labels.iter().map(|fact| &*fact.name))).flatten();",
        new: "    facts.bound = if closed { inner.bound } else { None };",
    },
    Bug {
        breaks: "the quotient of two zeros is taken to be a number",
        file: "range.rs",
        old: "self.nan || other.nan || (self.has_zero() && other.has_zero()) || (self",
        new: "self.nan || other.nan || (self",
    },
    Bug {
        breaks: "a negative matcher is taken to need the label",
        file: "matchers.rs",
        old: "(Wanted::Literal(value), MatchOp::NotEqual) => !value.is_empty(),",
        new: "(Wanted::Literal(_), MatchOp::NotEqual) => false,",
    },
];

const FOLDER: &str = "src/promql/infer";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn planted(bug: &Bug) -> String {
    let source = std::fs::read_to_string(root().join(FOLDER).join(bug.file)).unwrap();
    assert_eq!(source.matches(bug.old).count(), 1, "{}: {}: not once in the source:\n{}", bug.file, bug.breaks, bug.old);
    source.replace(bug.old, bug.new)
}

#[test]
fn every_bug_can_be_planted() {
    for bug in &BUGS {
        planted(bug);
    }
}

/// Builds the crate and its soundness test once for each bug, which takes minutes: `cargo test --test soundness -- --ignored --nocapture`.
#[test]
#[ignore = "builds the crate once for each planted bug"]
fn every_planted_bug_is_caught() {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("planted");
    let tree = place.join("tree");
    if tree.exists() {
        std::fs::remove_dir_all(&tree).unwrap();
    }
    std::fs::create_dir_all(&tree).unwrap();
    for part in ["Cargo.toml", "Cargo.lock", "README.md", "src", "tests", "benches", "schemas"] {
        copy(&root().join(part), &tree.join(part));
    }
    let mut missed = Vec::new();
    assert_eq!(verdict(&place), "passed", "without a bug planted");
    // One of them, or some, by a part of what they break.
    let only = std::env::var("OPTIINFRA_PLANTED").unwrap_or_default();
    for bug in BUGS.iter().filter(|bug| bug.breaks.contains(&only)) {
        let file = tree.join(FOLDER).join(bug.file);
        let source = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, planted(bug)).unwrap();
        let verdict = verdict(&place);
        std::fs::write(&file, source).unwrap();
        println!("{:<20} {:<90} {verdict}", bug.file, bug.breaks);
        if !verdict.contains("contradictions") {
            missed.push(bug.breaks);
        }
    }
    assert!(missed.is_empty(), "not caught: {missed:#?}");
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else if from.exists() {
        std::fs::copy(from, to).unwrap();
    }
}

/// What the soundness test says of the copied tree: that it passed, how many contradictions it found, or what else went wrong.
fn verdict(place: &Path) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--test", "soundness", "no_returned_series", "--", "--nocapture"])
        .current_dir(place.join("tree"))
        .env("CARGO_TARGET_DIR", place.join("target"))
        .env("OPTIINFRA_TOOLS_DIR", tools())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if text.contains("SKIPPED") {
        return format!("skipped: {text}");
    }
    let found = text.lines().find(|line| line.ends_with(" contradictions:"));
    match found {
        Some(found) => {
            let first = text.lines().skip_while(|line| !line.ends_with(" contradictions:")).nth(1).unwrap_or_default();
            format!("{} as in {first}", found.trim_end_matches(':'))
        }
        None if output.status.success() => "passed".to_owned(),
        None => format!("something else failed: {}", text.lines().rev().take(40).collect::<Vec<_>>().join(" / ")),
    }
}

/// The folder of the real tools, which a relative path names from this checkout and not from the copy.
fn tools() -> PathBuf {
    let tools = std::env::var_os("OPTIINFRA_TOOLS_DIR").filter(|folder| !folder.is_empty());
    root().join(tools.unwrap_or_else(|| ".tools".into()))
}
