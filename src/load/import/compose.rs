//! Puts parameters into modules, and modules into the spec.

use super::{Imported, Module, Modules, SECTION};
use crate::diagnostic::Diagnostic;
use crate::load::suggest::{did_you_mean, nearest};
use crate::load::tree::{Node, Pair, Value};
use crate::load::variable::{self, Variables};
use crate::load::{merge, overlay, rule};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module with the values of its parameters.
type Instance<'m> = (&'m Path, Vec<(String, String)>);

/// Takes the modules of a spec into it.
pub(in crate::load) struct Composer<'m> {
    modules: &'m Modules,
    /// What was imported, with where.
    seen: BTreeMap<Instance<'m>, Span>,
    diagnostics: Vec<Diagnostic>,
    whole: bool,
}

impl Modules {
    /// Whether what is imported may differ from one environment to another.
    pub(in crate::load) fn depend_on_variables(&self) -> bool {
        let values = self.imports.iter().flat_map(|import| &import.with);
        values.into_iter().any(|pair| variable::any_reference(&pair.value, true))
    }
}

impl<'m> Composer<'m> {
    /// Takes modules into the spec with these variables. Gives what is wrong with that, and whether all of them are in it.
    pub(in crate::load) fn compose(modules: &'m Modules, root: &mut Node, variables: &Variables) -> (Vec<Diagnostic>, bool) {
        let mut composer = Self { modules, seen: BTreeMap::new(), diagnostics: Vec::new(), whole: true };
        composer.level(root, variables, &modules.imports);
        (composer.diagnostics, composer.whole && composer.modules.whole)
    }

    fn level(&mut self, root: &mut Node, variables: &Variables, imports: &'m [Imported]) {
        overlay::take(root, SECTION);
        variable::substitute_keys(root, variables, &mut self.diagnostics);
        if imports.is_empty() {
            return;
        }
        let nothing = Node { value: Value::Map(Vec::new()), ..*root };
        let mut parts = vec![std::mem::replace(root, nothing)];
        for import in imports {
            parts.extend(self.instance(import, variables));
        }
        if let Some(joined) = merge::join_roots(parts, &mut self.diagnostics) {
            *root = joined;
        }
    }

    /// The tree of a module with its parameters put in; `None` when it holds nothing, or cannot be had, which has been reported.
    fn instance(&mut self, import: &'m Imported, outer: &Variables) -> Option<Node> {
        let module = &import.module;
        if !module.whole {
            // What it declares is not known.
            return None;
        }
        let documents = module.files.iter().filter_map(|file| file.document.clone());
        let mut root = merge::merge(documents, &mut self.diagnostics)?;
        let before = self.diagnostics.len();
        let declared = overlay::take(&mut root, "variables");
        let mut variables = declared.map(|pair| variable::declare(&pair.value, &mut self.diagnostics)).unwrap_or_default();
        self.parameters(import, &mut variables, outer);
        if self.diagnostics.len() > before {
            self.whole = false;
            return None;
        }
        if self.is_second(import, module, &variables) {
            return None;
        }
        self.level(&mut root, &variables, &module.imports);
        variable::substitute(&mut root, &variables, &module.below, &mut self.diagnostics);
        Some(root)
    }

    /// Gives the variables of a module the values that an import has for them.
    fn parameters(&mut self, import: &Imported, variables: &mut Variables, outer: &Variables) {
        let mut given = BTreeSet::new();
        for Pair { key, value } in &import.with {
            given.insert(key.text.as_str());
            let mut value = value.clone();
            let before = self.diagnostics.len();
            variable::substitute(&mut value, outer, &BTreeSet::new(), &mut self.diagnostics);
            match variables.get_mut(&key.text) {
                None => {
                    let finding = unknown(&key.text, key.span, &import.module, variables);
                    self.diagnostics.push(finding);
                }
                // A value that refers to nothing has been reported.
                Some(_) if self.diagnostics.len() > before => {}
                Some(variable) => variable::set(&key.text, variable, &value, &mut self.diagnostics),
            }
        }
        for (name, variable) in variables.iter().filter(|(name, _)| !given.contains(name.as_str())) {
            if variable.value.is_none() {
                let message = format!("the import `{}` gives the parameter `{name}` no value", import.key.text);
                let help = format!("write it under `with`: {{{name}: ...}}");
                self.diagnostics.push(
                    Diagnostic::error(rule::VARIABLE_NOT_SET, import.key.span, message)
                        .label(variable.declared, "declared without a default")
                        .help(help),
                );
            }
        }
    }

    /// Whether the same module was imported with the same values; everything in it would be defined twice.
    fn is_second(&mut self, import: &Imported, module: &'m Module, variables: &Variables) -> bool {
        let value = |(name, variable): (&String, &variable::Variable)| {
            (name.clone(), variable.value.as_ref().map(|value| value.text.clone()).unwrap_or_default())
        };
        let instance = (module.real.as_path(), variables.iter().map(value).collect());
        match self.seen.get(&instance) {
            None => {
                self.seen.insert(instance, import.key.span);
                false
            }
            Some(first) => {
                let message = format!("the module `{}` is imported twice with the same parameters", module.name);
                let help = match variables.is_empty() {
                    true => "import it once; what one module defines every other may use",
                    false => "import it once, or give it other values for its parameters",
                };
                self.diagnostics.push(
                    Diagnostic::error(rule::DUPLICATE_NAME, import.key.span, message).label(*first, "first here").help(help),
                );
                true
            }
        }
    }
}

fn unknown(name: &str, span: Span, module: &Module, variables: &Variables) -> Diagnostic {
    let message = format!("the module `{}` has no parameter `{name}`", module.name);
    let finding = Diagnostic::error(rule::UNKNOWN_VARIABLE, span, message);
    let near = nearest(name, variables.keys().map(String::as_str));
    let meant = near.first().and_then(|name| variables.get(*name));
    match (meant, variables.first()) {
        (Some(variable), _) => {
            let finding = finding.label(variable.declared, "a parameter is declared here");
            finding.help(did_you_mean(&near).unwrap_or_default())
        }
        (None, Some((_, first))) => {
            let names: Vec<String> = variables.keys().map(|name| format!("`{name}`")).collect();
            finding.label(first.declared, "its parameters are declared here").help(format!("it has {}", names.join(", ")))
        }
        (None, None) => {
            let file = module.files.first().map(|file| Span::new(file.source, 0, 0));
            let finding = finding.help("a parameter is a variable that the module declares under `variables`");
            file.into_iter().fold(finding, |finding, place| finding.label(place, "it declares no variables"))
        }
    }
}
