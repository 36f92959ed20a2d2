//! The parser accepts what a real server accepts and rejects what it rejects.

use std::collections::BTreeMap;
use std::io::Write;

use optiinfra_gen::promql::functions::FUNCTIONS;
use optiinfra_gen::promql::requirement::{Flag, requirements};
use optiinfra_gen::promql::{AggregateOp, BinaryOp, Dialect, Version, parse};

use crate::generator::Generator;
use crate::server::{self, Client, Server};

/// How many expressions are compared, unless `OPTIINFRA_DIFFERENTIAL` says otherwise.
const COUNT: usize = 20_000;
/// How often each function and operator must occur.
const OFTEN: usize = 20;
/// The share of expressions that the server must reject, in percent.
const REJECTED: usize = 40;

const FLAGS: [Flag; 4] =
    [Flag::ExperimentalFunctions, Flag::DurationExpressions, Flag::ExtendedRangeSelectors, Flag::FillModifiers];

/// What servers before a version judged differently without a new construct: how to know it, until when, and why.
const CHANGED: &[(fn(&str, &str) -> bool, Version, &str)] = &[];

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
    let changed = CHANGED.iter().find(|(applies, until, _)| server < *until && applies(expr, reason));
    changed.map(|(_, until, why)| format!("{why}, until {until}"))
}

#[test]
fn agrees_with_a_real_server() {
    let program = match server::find() {
        Ok(program) => program,
        Err(reason) => {
            // Past the capture of the test's output, so that a run that passes shows it.
            let _ =
                std::io::stderr().write_all(format!("SKIPPED: differential test of the PromQL parser: {reason}\n").as_bytes());
            assert!(std::env::var("CI").as_deref() != Ok("true"), "skipped although CI=true: {reason}");
            return;
        }
    };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let count = number("OPTIINFRA_DIFFERENTIAL").unwrap_or(COUNT);
    let mut generator = Generator::new(number("OPTIINFRA_SEED").unwrap_or(1) as u64);
    let expressions = expressions(&mut generator, count);

    let server = Server::start(&program);
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
    println!("{count} expressions, Prometheus {version}: {rejected} rejected by it, {} disagreements", disagreements.len());
    for (reason, count) in &excused {
        println!("  {count} excused: {reason}");
    }
    assert!(
        disagreements.is_empty(),
        "{} disagreements\n{}",
        disagreements.len(),
        disagreements[..disagreements.len().min(40)].join("\n")
    );
    if count >= COUNT {
        assert!(rejected * 100 >= REJECTED * count, "only {rejected} of {count} were rejected");
        for name in names() {
            let used = generator.used.get(name).copied().unwrap_or(0);
            assert!(used >= OFTEN, "`{name}` occurred {used} times only");
        }
    }
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
