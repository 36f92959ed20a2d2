//! `service/unknown-environment`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::load::suggest;
use crate::resolve::pack::{choose, in_version};
use crate::spec::pack::Pack;

/// The rule.
pub const RULE: Rule = rule!(
    "service/unknown-environment",
    Error,
    "An exporter is given a variable that its image does not read",
    "unknown_environment.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for (exporter, entry) in stack.spec.exporters.iter() {
        // What is wrong with the pack itself has been reported.
        let Some(chosen) = choose(&entry.value.pack, stack.spec, stack.shipped, &mut Vec::new()) else { continue };
        if chosen.pack.env.is_empty() {
            continue;
        }
        for (variable, setting) in entry.value.environment.iter() {
            let known = chosen.pack.env.get(variable);
            let read = known.is_some_and(|known| in_version(known.since.as_ref(), known.until.as_ref(), chosen.version));
            if read || is_open(chosen.pack, variable) {
                continue;
            }
            let message = match known {
                Some(_) => format!("version {} of `{}` does not read `{variable}`", chosen.version, chosen.name),
                None => format!("the image of `{}` does not read `{variable}`", chosen.name),
            };
            let near = suggest::nearest(variable, chosen.pack.env.names());
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "take it out".to_owned());
            let diagnostic = RULE.at(setting.key, message).label(entry.value.pack.span, format!("`{exporter}` runs this image"));
            findings.push_about(entry.key, diagnostic.help(help));
        }
    }
}

/// Whether a variable is one of those of which only a pattern is known; a file variant counts as known.
fn is_open(pack: &Pack, variable: &str) -> bool {
    let file = pack.env.iter().any(|(_, entry)| entry.value.file_variant.as_ref().is_some_and(|file| file.as_str() == variable));
    file || pack.env_open.iter().any(|pattern| match pattern.as_str().split_once('*') {
        Some((before, after)) => {
            variable.len() >= before.len() + after.len() && variable.starts_with(before) && variable.ends_with(after)
        }
        None => pattern.as_str() == variable,
    })
}
