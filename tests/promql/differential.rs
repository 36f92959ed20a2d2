//! The parser accepts what a real server accepts and rejects what it rejects.

use std::collections::BTreeMap;

use optiinfra_gen::promql::functions::FUNCTIONS;
use optiinfra_gen::promql::requirement::{Flag, requirements};
use optiinfra_gen::promql::{AggregateOp, BinaryOp, Dialect, Version, parse};
use serde_json::Value;

use crate::generator::{self, Generator};
use crate::server::{self, Client, Server};

/// How many expressions are compared, unless `OPTIINFRA_DIFFERENTIAL` says otherwise.
const COUNT: usize = 20_000;
/// How often each function and operator must occur.
const OFTEN: usize = 20;
/// The share of expressions that the server must reject, in percent.
const REJECTED: usize = 40;

const FLAGS: [Flag; 4] =
    [Flag::ExperimentalFunctions, Flag::DurationExpressions, Flag::ExtendedRangeSelectors, Flag::FillModifiers];

/// A rule that has changed without a construct that came with it.
struct Change {
    /// What servers did before.
    before: &'static str,
    /// How to know it from the expression and the server's reason.
    applies: fn(&str, &str) -> bool,
    /// The first version that judges as the parser does.
    until: Version,
}

const CHANGED: [Change; 2] = [
    Change {
        before: "arithmetic went on after a signed parenthesis behind `offset`",
        applies: continues_after_signed_parenthesis,
        until: Version(3, 6),
    },
    Change {
        before: "a letter in a range was taken for the colon of a subquery",
        applies: has_letter_in_range,
        until: Version(3, 6),
    },
];

/// `a offset -(5m) + b` was `a offset (-(5m) + b)`.
fn continues_after_signed_parenthesis(expr: &str, _: &str) -> bool {
    let lower = expr.to_lowercase();
    lower.match_indices("offset").any(|(at, word)| {
        let rest = lower[at + word.len()..].trim_start();
        rest.strip_prefix(['-', '+']).is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}

/// `a[5 m]` was `a[5:]`.
fn has_letter_in_range(expr: &str, reason: &str) -> bool {
    reason.is_empty() && expr.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b' ' && w[2].is_ascii_alphabetic())
}

/// A construct that is too young for the server, or a rule that has changed since.
fn excuse(expr: &str, verdict: &Result<(), String>, server: Version) -> Option<String> {
    let parsed = parse(expr, Dialect::Prometheus);
    if verdict.is_err() && parsed.errors.is_empty() {
        let young = requirements(&parsed.expr).into_iter().find(|requirement| requirement.unmet(server, &FLAGS).is_some());
        if let Some(young) = young {
            return Some(format!("{} came with {}", young.construct, young.since));
        }
    }
    let reason = verdict.as_ref().err().map(String::as_str).unwrap_or_default();
    let changed = CHANGED.iter().find(|change| server < change.until && (change.applies)(expr, reason));
    changed.map(|change| format!("before {} {}", change.until, change.before))
}

/// The server to compare with, or `None` after a skip has been reported.
fn server() -> Option<Server> {
    match server::find() {
        Ok(program) => {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("prometheus.yml"), "global: {scrape_interval: 1h}\n").unwrap();
            Some(Server::start(&program, folder, server::FLAGS, &[]))
        }
        Err(reason) => {
            server::skip(&format!("comparison of the PromQL parser with a server: {reason}"));
            None
        }
    }
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn agrees_with_a_real_server() {
    let Some(server) = server() else { return };
    let count = number("OPTIINFRA_DIFFERENTIAL").unwrap_or(COUNT);
    let mut generator = Generator::new(number("OPTIINFRA_SEED").unwrap_or(1) as u64);
    let mut expressions = expressions(&mut generator, count);
    expressions.extend(generator::corner_cases());

    let version = server.version();
    let mut client = Client::connect(&server).unwrap();
    let (mut rejected, mut excused, mut disagreements) = (0, BTreeMap::<String, usize>::new(), Vec::new());
    for expr in &expressions {
        let verdict = client.parse(expr);
        rejected += usize::from(verdict.is_err());
        let ours = parse(expr, Dialect::Prometheus);
        if verdict.is_ok() == ours.errors.is_empty() {
            continue;
        }
        match excuse(expr, &verdict, version) {
            Some(reason) => *excused.entry(reason).or_default() += 1,
            None => disagreements.push(format!(
                "{expr:?}\n    server: {}\n    parser: {}",
                verdict.err().unwrap_or_else(|| "accepted".to_owned()),
                ours.errors.first().map_or("accepted", |error| error.message.as_str())
            )),
        }
    }
    println!(
        "{} expressions, Prometheus {version}: {} accepted and {rejected} rejected by it, {} disagreements",
        expressions.len(),
        expressions.len() - rejected,
        disagreements.len()
    );
    let rarest = names().map(|name| (generator.used.get(name).copied().unwrap_or(0), name)).min();
    if let Some((times, name)) = rarest {
        println!("  each function, aggregation and operator at least {times} times, `{name}` being the rarest");
    }
    for (reason, count) in &excused {
        println!("  {count} excused: {reason}");
    }
    assert!(disagreements.is_empty(), "{}", disagreements[..disagreements.len().min(40)].join("\n"));
    if count >= COUNT {
        assert!(rejected * 100 >= REJECTED * expressions.len(), "only {rejected} were rejected");
        for name in names() {
            let used = generator.used.get(name).copied().unwrap_or(0);
            assert!(used >= OFTEN, "`{name}` occurred {used} times only");
        }
    }
}

/// What the parser makes of an expression and prints is to the server what it was: precedence, modifiers, escapes and all.
#[test]
fn a_server_reads_what_is_printed_as_the_same() {
    let Some(server) = server() else { return };
    let mut client = Client::connect(&server).unwrap();
    let mut generator = Generator::new(number("OPTIINFRA_SEED").unwrap_or(2) as u64);
    let mut compared = 0;
    for _ in 0..number("OPTIINFRA_DIFFERENTIAL").unwrap_or(COUNT) / 5 {
        let text = generator.valid();
        let (parsed, Some(mut expected)) = (parse(&text, Dialect::Prometheus), client.tree(&text)) else { continue };
        ignore_redundant_parentheses(&mut expected);
        for printed in [parsed.expr.to_string(), parsed.expr.pretty()] {
            let mut tree = client.tree(&printed).unwrap_or_default();
            ignore_redundant_parentheses(&mut tree);
            assert_eq!(tree, expected, "{text}\nis printed as\n{printed}");
        }
        compared += 1;
    }
    println!("{compared} expressions compared");
}

/// The server notes parentheses around the duration of an offset, where they say nothing.
fn ignore_redundant_parentheses(tree: &mut Value) {
    match tree {
        Value::Object(object) => {
            if let Some(Value::Object(offset)) = object.get_mut("offsetExpr") {
                offset.insert("wrapped".to_owned(), Value::Null);
            }
            object.values_mut().for_each(ignore_redundant_parentheses);
        }
        Value::Array(items) => items.iter_mut().for_each(ignore_redundant_parentheses),
        _ => {}
    }
}

/// The verdicts on the corner cases, which a server of the language's version confirmed, hold without a server too.
#[test]
fn verdicts_on_corner_cases_stay() {
    let verdict = |text: &String| if parse(text, Dialect::Prometheus).errors.is_empty() { "accepts" } else { "rejects" };
    let verdicts: Vec<String> = generator::corner_cases().iter().map(|text| format!("{} {text:?}", verdict(text))).collect();
    insta::assert_snapshot!(verdicts.join("\n"));
}

fn names() -> impl Iterator<Item = &'static str> {
    let functions = FUNCTIONS.iter().map(|function| function.name);
    functions.chain(BinaryOp::ALL.iter().map(|op| op.symbol())).chain(AggregateOp::ALL.iter().map(|op| op.name()))
}

/// Expressions by the seed: each function and aggregation in turn among them, and more broken ones than valid ones, because some
/// mistakes do no harm.
fn expressions(generator: &mut Generator, count: usize) -> Vec<String> {
    (0..count)
        .map(|index| match index % 10 {
            0 => {
                let function = &FUNCTIONS[(index / 10) % FUNCTIONS.len()];
                generator.call(function, 2)
            }
            1 => generator.aggregation_of(AggregateOp::ALL[(index / 10) % AggregateOp::ALL.len()], 2),
            2..=3 => generator.valid(),
            _ => generator.broken(),
        })
        .collect()
}
