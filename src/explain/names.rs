//! What to say to somebody who named a thing that does not exist, or several at once.

use crate::explain::findings;
use crate::graph::{Graph, NodeId};
use crate::lint::registry;
use crate::load::suggest;

/// The names nearest to one that nothing has, over rules and everything in the spec.
pub fn help_for(graph: &Graph, name: &str) -> String {
    let wanted =
        name.rsplit_once(':').filter(|(word, _)| crate::graph::Kind::of_word(word).is_some()).map_or(name, |(_, own)| own);
    let all = graph.nodes().iter().map(|node| node.name.as_str()).chain(registry::ALL.iter().map(|rule| rule.id));
    let near = suggest::nearest(wanted, all);
    if let Some(help) = suggest::did_you_mean(&near) {
        return help;
    }
    if name.contains('/') { help_for_rule(name) } else { "`optiinfra-gen graph --format json` names everything".to_owned() }
}

/// The id nearest to one that no rule and no other finding has.
pub fn help_for_rule(id: &str) -> String {
    let family = id.split_once('/').map_or("", |(family, _)| family);
    if findings::families().any(|known| known == family) {
        let near = suggest::nearest(id, findings::all().map(|(known, _)| known));
        if let Some(help) = suggest::did_you_mean(&near) {
            return help;
        }
        let all: Vec<&str> =
            findings::all().map(|(known, _)| known).filter(|known| known.starts_with(&format!("{family}/"))).collect();
        return format!("there are {}", all.join(", "));
    }
    registry::help_for(id)
}

/// How each of several things is called so that it is meant alone.
pub fn choices(graph: &Graph, several: &[NodeId]) -> String {
    let names: Vec<String> = several.iter().map(|id| format!("`{}`", graph.node(*id).id())).collect();
    format!("say which: {}", names.join(", "))
}
