//! `explain`: the page of a rule, or what is known of a thing of the spec.

use std::io;

use crate::cli::{self, ExplainFormat};
use crate::commands::specs::{self, Readable};
use crate::commands::terminal::{Exit, Terminal};
use crate::explain::{About, findings, names};
use crate::graph::Graph;
use crate::lint::registry;
use crate::world::World;

/// Shows a page, or the list of all rules.
///
/// # Errors
///
/// Those of the writer.
pub fn explain(args: &cli::Explain, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(wanted) = &args.name else { return rules(args.format, terminal) };
    if let Some(rule) = registry::find(wanted.strip_prefix("rule:").unwrap_or(wanted)) {
        match args.format {
            ExplainFormat::Human => writeln!(terminal.out, "{}", rule.page.trim_end())?,
            ExplainFormat::Json => writeln!(terminal.out, "{:#}", of_rule(rule))?,
        }
        return Ok(Exit::Clean);
    }
    if let Some(page) = findings::find(wanted) {
        match args.format {
            ExplainFormat::Human => writeln!(terminal.out, "# {wanted}\n\n{page}")?,
            ExplainFormat::Json => {
                writeln!(terminal.out, "{:#}", serde_json::json!({"kind": "finding", "name": wanted, "page": page}))?;
            }
        }
        return Ok(Exit::Clean);
    }
    // A name that can only be a rule's needs no spec.
    let family = wanted.split_once('/').map(|(family, _)| family);
    let is_family = |family: &str| {
        findings::families().any(|own| own == family)
            || registry::ALL.iter().any(|rule| rule.id.split_once('/').is_some_and(|(own, _)| own == family))
    };
    if family.is_some_and(is_family) && world.metadata(&args.specs).is_err() {
        return terminal.fail(format!("there is no rule `{wanted}`"), &names::help_for_rule(wanted));
    }
    let Readable { model, rest } = match specs::read(&args.specs, args.env.as_deref(), world, terminal)? {
        Ok(readable) => readable,
        Err(exit) => return Ok(exit),
    };
    let graph = Graph::of(&model, &rest.sources);
    match graph.named(wanted).as_slice() {
        [] => {
            terminal.fail(format!("there is no rule and nothing in the spec called `{wanted}`"), &names::help_for(&graph, wanted))
        }
        [one] => {
            let about = About { model: &model, sources: &rest.sources, graph: &graph, suppressions: &rest.suppressions };
            let page = about.page(*one);
            match args.format {
                ExplainFormat::Human => write!(terminal.out, "{}", page.human(terminal.human.colour))?,
                ExplainFormat::Json => writeln!(terminal.out, "{:#}", page.json)?,
            }
            Ok(Exit::Clean)
        }
        several => terminal.fail(format!("several things are called `{wanted}`"), &names::choices(&graph, several)),
    }
}

fn rules(format: ExplainFormat, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if format == ExplainFormat::Json {
        let all: Vec<serde_json::Value> = registry::ALL.iter().map(|rule| of_rule(rule)).collect();
        writeln!(terminal.out, "{:#}", serde_json::Value::Array(all))?;
        return Ok(Exit::Clean);
    }
    let width = registry::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in registry::ALL {
        writeln!(terminal.out, "{:width$}  {:7}  {}", rule.id, format!("{:?}", rule.severity).to_lowercase(), rule.summary)?;
    }
    Ok(Exit::Clean)
}

fn of_rule(rule: &crate::lint::rule::Rule) -> serde_json::Value {
    serde_json::json!({"kind": "rule", "name": rule.id, "severity": rule.severity, "summary": rule.summary, "page": rule.page})
}
