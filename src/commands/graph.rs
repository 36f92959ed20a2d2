//! `graph`: who uses what.

use std::io;

use crate::cli::{self, GraphFormat};
use crate::commands::specs::{self, Readable};
use crate::commands::terminal::{Exit, Terminal};
use crate::explain::names;
use crate::graph::{self, Graph, MOST_EDGES, NodeId};
use crate::world::World;

/// Draws the graph of a spec.
///
/// # Errors
///
/// Those of the writer.
pub fn graph(args: &cli::Graph, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Readable { model, rest } = match specs::read(&args.specs, args.env.as_deref(), world, terminal)? {
        Ok(readable) => readable,
        Err(exit) => return Ok(exit),
    };
    let graph = Graph::of(&model, &rest.sources);
    let mut ends: [Option<NodeId>; 2] = [None, None];
    for (end, name) in ends.iter_mut().zip([&args.from, &args.to]) {
        let Some(name) = name else { continue };
        match graph.named(name).as_slice() {
            [one] => *end = Some(*one),
            [] => return terminal.fail(format!("the spec has nothing called `{name}`"), &names::help_for(&graph, name)),
            several => {
                let help = names::choices(&graph, several);
                return terminal.fail(format!("several things are called `{name}`"), &help);
            }
        }
    }
    let mut view = graph.between(ends[0], ends[1]);
    if view.nodes.is_empty() {
        return terminal.fail(
            format!(
                "nothing leads from `{}` to `{}`",
                args.from.as_deref().unwrap_or_default(),
                args.to.as_deref().unwrap_or_default()
            ),
            "data flow from services over metrics, queries and recording rules to alerts and receivers, and to panels",
        );
    }
    if !args.all && args.format != GraphFormat::Json {
        view = view.counting_unread();
    }
    match args.format {
        GraphFormat::Mermaid => {
            let edges = view.edges.len() + view.unread.len();
            if edges > MOST_EDGES {
                writeln!(
                    terminal.err,
                    "note: the graph has {edges} edges, and Mermaid draws {MOST_EDGES} unless its page allows more"
                )?;
                writeln!(terminal.err, "  help: narrow it with --from or --to, or use --format dot")?;
            }
            write!(terminal.out, "{}", graph::mermaid(&view))?;
        }
        GraphFormat::Dot => write!(terminal.out, "{}", graph::dot(&view))?,
        GraphFormat::Json => {
            let json = graph::json(&view, &rest.sources);
            writeln!(terminal.out, "{json:#}")?;
        }
    }
    Ok(Exit::Clean)
}
