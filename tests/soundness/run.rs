//! Thousands of expressions, asked and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use optiinfra_gen::promql::catalog::MapCatalog;
use optiinfra_gen::promql::functions::FUNCTIONS;
use optiinfra_gen::promql::infer::{Context, infer};
use optiinfra_gen::promql::requirement::{Flag, requirements};
use optiinfra_gen::promql::{AggregateOp, BinaryOp, Dialect, Expr, ExprKind, Version, parse};

use crate::check::{Answer, contradictions};
use crate::expression::Expressions;
use crate::server::{self, Client, FORM};
use crate::simulation::END;
use crate::stage::{Stage, stage};

/// How many expressions are asked, unless `OPTIINFRA_SOUNDNESS` says otherwise.
const COUNT: usize = 10_000;
/// How often each function, aggregation and operator must occur in expressions that return something.
const OFTEN: usize = 20;
/// How many connections ask at once.
const CONNECTIONS: usize = 4;
/// Seconds before the end of the samples at which expressions are evaluated.
const MOMENTS: [i64; 5] = [10, 3, 307, 1201, 2400];

const FLAGS: [Flag; 4] =
    [Flag::ExperimentalFunctions, Flag::DurationExpressions, Flag::ExtendedRangeSelectors, Flag::FillModifiers];

/// How often something occurred.
#[derive(Clone, Copy, Default)]
struct Uses {
    asked: usize,
    answered: usize,
    returned: usize,
}

#[derive(Default)]
struct Tally {
    errors: BTreeMap<String, usize>,
    empty: usize,
    returned: usize,
    uses: BTreeMap<&'static str, Uses>,
    contradictions: Vec<String>,
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn no_returned_series_contradicts_what_is_inferred() {
    let program = match server::find() {
        Ok(program) => program,
        Err(reason) => return server::skip(&format!("soundness of the inference: {reason}")),
    };
    let Some(promtool) = server::installed("prometheus-3", "promtool") else {
        return server::skip("soundness of the inference: no promtool of Prometheus 3: scripts/tools.sh installs one");
    };
    let count = number("OPTIINFRA_SOUNDNESS").map_or(COUNT, |count| count as usize);
    let seed = number("OPTIINFRA_SEED").unwrap_or(1);
    let stage = stage(&program, &promtool, seed);
    let expressions = expressions(&stage, seed, count);
    let tally = ask(&stage, &expressions);
    report(&stage, &expressions, &tally);
    assert!(
        tally.contradictions.is_empty(),
        "{} contradictions:\n{}",
        tally.contradictions.len(),
        tally.contradictions[..tally.contradictions.len().min(60)].join("\n")
    );
    assert!(tally.returned * 2 >= expressions.len(), "only {} of {} returned a series", tally.returned, expressions.len());
    if count >= COUNT {
        for name in names(stage.version) {
            let uses = tally.uses.get(name).copied().unwrap_or_default();
            assert!(uses.returned >= OFTEN, "`{name}` occurred in {} expressions that returned a series", uses.returned);
        }
    }
}

/// Different expressions that the server's version knows.
fn expressions(stage: &Stage, seed: u64, count: usize) -> Vec<String> {
    let mut maker = Expressions::new(seed, &stage.metrics);
    let mut all = Vec::with_capacity(count);
    let mut seen = BTreeSet::new();
    let mut index = 0;
    while all.len() < count {
        let text = maker.make(index);
        index += 1;
        let parsed = parse(&text, Dialect::Prometheus);
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        if knows(stage.version, &parsed.expr) && seen.insert(text.clone()) {
            all.push(text);
        }
        assert!(index < count * 20 + 1000, "too few different expressions");
    }
    all
}

fn ask(stage: &Stage, expressions: &[String]) -> Tally {
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut clients = [0, 1].map(|index| Client::connect(&stage.servers[index].0).unwrap());
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(text) = expressions.get(index) else { break };
                    one(stage, &mut clients, index, text, &tally);
                }
            });
        }
    });
    tally.into_inner().unwrap()
}

/// Asks one expression of one of the servers and checks the answer.
fn one(stage: &Stage, clients: &mut [Client; 2], index: usize, text: &str, tally: &Mutex<Tally>) {
    let server = index % 2;
    let delayed = stage.servers[server].1;
    let moment = END - MOMENTS[index / 2 % MOMENTS.len()];
    let answer = evaluate(&mut clients[server], text, moment);
    let found = verdict(stage, text, delayed, &answer);
    let found = if found.is_empty() { None } else { Some(smallest(stage, &mut clients[server], delayed, text, moment, found)) };
    let mut tally = tally.lock().unwrap();
    for name in used(&parse(text, Dialect::Prometheus).expr) {
        let uses = tally.uses.entry(name).or_default();
        uses.asked += 1;
        uses.answered += usize::from(!matches!(answer, Answer::Error(_)));
        uses.returned += usize::from(answer.series() > 0);
    }
    match &answer {
        Answer::Error(error) => *tally.errors.entry(kind_of(error)).or_default() += 1,
        _ if answer.series() > 0 => tally.returned += 1,
        Answer::Data(..) => tally.empty += 1,
    }
    tally.contradictions.extend(found);
}

fn evaluate(client: &mut Client, text: &str, moment: i64) -> Answer {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let form = format!("time={moment}&query={encoded}");
    let (_, body) = client.ask("POST", "/api/v1/query", FORM, form.as_bytes()).unwrap();
    Answer::read(&body)
}

/// What contradicts the facts, with the server's way with names known, with it not known, and without a catalog.
fn verdict(stage: &Stage, text: &str, delayed: bool, answer: &Answer) -> Vec<String> {
    let parsed = parse(text, Dialect::Prometheus);
    let mut found = Vec::new();
    for delayed_name_removal in [Some(delayed), None] {
        let context = Context { delayed_name_removal, evaluation_interval: Some(15.0), ..Context::default() };
        found.extend(contradictions(&infer(&parsed.expr, &stage.simulation.catalog, &context), answer));
    }
    found.extend(contradictions(&infer(&parsed.expr, &MapCatalog::nothing(), &Context::default()), answer));
    found.dedup();
    found
}

/// The smallest part of an expression that contradicts by itself.
fn smallest(stage: &Stage, client: &mut Client, delayed: bool, text: &str, moment: i64, found: Vec<String>) -> String {
    let parsed = parse(text, Dialect::Prometheus);
    let mut parts = BTreeSet::new();
    parsed.expr.visit(&mut |expr| {
        let part = &text[expr.span.range()];
        parts.insert((part.len(), part.to_owned()));
    });
    let own = parts.into_iter().find_map(|(_, part)| {
        if !parse(&part, Dialect::Prometheus).errors.is_empty() {
            return None;
        }
        let found = verdict(stage, &part, delayed, &evaluate(client, &part, moment));
        (!found.is_empty()).then_some((part, found))
    });
    let (part, mut found) = own.unwrap_or_else(|| (text.to_owned(), found));
    found.truncate(3);
    format!("{part}\n    at {moment}, names dropped {}: {}", if delayed { "at the end" } else { "at once" }, found.join("; "))
}

fn kind_of(error: &str) -> String {
    ["many-to-many", "many-to-one", "duplicate series", "same labelset", "invalid"]
        .iter()
        .find(|kind| error.contains(**kind))
        .map_or_else(|| error.chars().take(60).collect(), |kind| (*kind).to_owned())
}

/// The functions, aggregations and operators in an expression.
fn used(expr: &Expr) -> BTreeSet<&'static str> {
    let mut used = BTreeSet::new();
    expr.visit(&mut |expr| match &expr.kind {
        ExprKind::Call(call) => used.extend(call.function().map(|function| function.name)),
        ExprKind::Aggregate(aggregate) => {
            used.insert(aggregate.op.name());
        }
        ExprKind::Binary(binary) => {
            used.insert(binary.op.symbol());
        }
        _ => {}
    });
    used
}

/// All functions, aggregations and operators that a version knows.
fn names(version: Version) -> impl Iterator<Item = &'static str> {
    let functions = FUNCTIONS.iter().filter(move |function| function.since <= version).map(|function| function.name);
    let is_known = move |op: &&BinaryOp| knows(version, &parse(&format!("a {op} b"), Dialect::Prometheus).expr);
    let operators = BinaryOp::ALL.iter().filter(is_known).map(|op| op.symbol());
    functions.chain(operators).chain(AggregateOp::ALL.iter().map(|op| op.name()))
}

fn knows(version: Version, expr: &Expr) -> bool {
    requirements(expr).iter().all(|requirement| requirement.unmet(version, &FLAGS).is_none())
}

fn report(stage: &Stage, expressions: &[String], tally: &Tally) {
    let errors: usize = tally.errors.values().sum();
    println!(
        "Prometheus {}: {} expressions, {} returned a series, {} nothing, {errors} could not be evaluated {:?}, {} contradictions",
        stage.version,
        expressions.len(),
        tally.returned,
        tally.empty,
        tally.errors,
        tally.contradictions.len()
    );
    println!("{:<30} {:>8} {:>10} {:>10}", "", "asked", "answered", "returned");
    for name in names(stage.version) {
        let uses = tally.uses.get(name).copied().unwrap_or_default();
        println!("{name:<30} {:>8} {:>10} {:>10}", uses.asked, uses.answered, uses.returned);
    }
}
