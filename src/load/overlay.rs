//! Environments: one spec, changed in places.
//!
//! ```yaml
//! environments:
//!   production:
//!     variables: {replicas: 5}
//!     stack: {retention: 30d}
//!     alerts:
//!       HighErrorRate: {levels: {warning: {above: 2%}}}
//!       Noisy: {remove: true}
//!     dashboards:
//!       overview: {rows: {savings: {panels: {by-provider: {title: Savings}}}}}
//! ```
//!
//! An environment is laid over the spec value by value. Mappings are merged by key; everything else, a list too, replaces what was
//! there. A list whose items have an `id` is changed item by item, through a mapping of ids. `{remove: true}` takes a thing away;
//! an empty value does not, since it is what is left when someone comments out what stood below a key.
//!
//! **An environment changes, it does not add**: a section, a named thing or an id that the spec does not have is an error with
//! the nearest names. A field that a thing may have and does not have yet can be set. What tells the two apart is the spec: the
//! entries of a section are named things, and a mapping laid over a mapping that holds mappings alone (`levels`, `define`) names
//! one of them. All environments are checked, whichever is applied.

use super::import::{self, Composer, Modules};
use super::suggest::{did_you_mean, nearest};
use super::tree::{Key, Node, Pair, Value};
use super::variable::{self, Variables};
use super::{rule, unique};
use crate::diagnostic::{self, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};

/// Sections that are one thing with fields, not a collection of named things.
const SINGLE: [&str; 2] = ["stack", "notifications"];

/// A spec with its environment applied and its variables put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The tree without `environments` and `variables`.
    pub root: Node,
    /// The names of all environments, with their places.
    pub environments: Vec<Key>,
    /// All variables with the values they have now.
    pub variables: Variables,
    /// Whether everything that is imported is in the tree.
    pub whole: bool,
    /// What is wrong with environments, variables, imports and references, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Applies the environment of this name, or none, to a merged spec, into which its modules are taken.
pub fn apply(mut root: Node, environment: Option<&str>, modules: &Modules) -> Applied {
    let mut diagnostics = Vec::new();
    let mut environments = take(&mut root, "environments").map(|pair| entries(pair, &mut diagnostics)).unwrap_or_default();
    let declared = take(&mut root, "variables").map(|pair| variable::declare(&pair.value, &mut diagnostics)).unwrap_or_default();
    let names: Vec<Key> = environments.iter().map(|pair| pair.key.clone()).collect();

    let mut variables = declared.clone();
    let mut chosen = None;
    if let Some(at) = environments.iter().position(|pair| environment == Some(pair.key.text.as_str())) {
        let mut pair = environments.remove(at);
        give(&mut pair.value, &mut variables, &mut diagnostics);
        chosen = Some(pair);
    }
    // What a key or an import says may depend on variables, so that another environment changes another spec.
    let plain = (modules.depend_on_variables() || variable::any_reference(&root, false)).then(|| root.clone());
    let (found, whole) = Composer::compose(modules, &mut root, &variables);
    diagnostics.extend(found);
    for Pair { key, value: mut overlay } in environments {
        // The others are only checked: against the spec as it is, with variables of their own.
        let mut theirs = declared.clone();
        let gives = give(&mut overlay, &mut theirs, &mut diagnostics);
        let spec = plain.as_ref().filter(|_| gives || chosen.is_some()).map(|plain| {
            let mut spec = plain.clone();
            Composer::compose(modules, &mut spec, &theirs);
            spec
        });
        Overlay { diagnostics: &mut diagnostics, environment: &key.text }.check(spec.as_ref().unwrap_or(&root), &overlay);
    }
    match (environment, chosen) {
        (Some(name), Some(Pair { value: mut overlay, .. })) => {
            let mut pen = Overlay { diagnostics: &mut diagnostics, environment: name };
            pen.check(&root, &overlay);
            leave_out_unknown(&root, &mut overlay);
            merge(&mut root, overlay);
        }
        (Some(name), None) => diagnostics.push(unknown_environment(name, &names)),
        (None, _) => {}
    }
    variable::substitute(&mut root, &variables, modules.sources(), &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    Applied { root, environments: names, variables, whole, diagnostics }
}

/// Gives variables the values that an environment has for them, and the keys of the environment those of variables. Tells
/// whether it has any values.
fn give(overlay: &mut Node, variables: &mut Variables, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let values = take(overlay, "variables");
    if let Some(values) = &values {
        variable::assign(variables, &values.value, diagnostics);
    }
    variable::substitute_keys(overlay, variables, diagnostics);
    values.is_some()
}

/// Takes an entry out of a mapping.
pub(super) fn take(node: &mut Node, name: &str) -> Option<Pair> {
    let Value::Map(pairs) = &mut node.value else { return None };
    let at = pairs.iter().position(|pair| pair.key.text == name)?;
    Some(pairs.remove(at))
}

/// The environments in their section.
fn entries(section: Pair, diagnostics: &mut Vec<Diagnostic>) -> Vec<Pair> {
    let Value::Map(mut pairs) = section.value.value else {
        if !section.value.is_null() {
            let message = format!("`environments` is a mapping of names, not {}", section.value.kind_name());
            diagnostics.push(Diagnostic::error(rule::OVERLAY_SHAPE, section.value.span, message));
        }
        return Vec::new();
    };
    unique::keep_first(&mut pairs, diagnostics);
    for pair in &pairs {
        if !matches!(pair.value.value, Value::Map(_)) && !pair.value.is_null() {
            let message = format!("the environment `{}` is a mapping, not {}", pair.key.text, pair.value.kind_name());
            diagnostics.push(Diagnostic::error(rule::OVERLAY_SHAPE, pair.value.span, message));
        }
    }
    pairs
}

fn unknown_environment(name: &str, known: &[Key]) -> Diagnostic {
    let names: Vec<&str> = known.iter().map(|key| key.text.as_str()).collect();
    let finding = Diagnostic::without_place(rule::UNKNOWN_ENVIRONMENT, format!("there is no environment `{name}`"));
    if names.is_empty() {
        return finding.help("the spec has no environments; add them under `environments`");
    }
    let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match did_you_mean(&nearest(name, names)) {
        Some(suggestion) => finding.help(format!("{suggestion} There are {all}")),
        None => finding.help(format!("there are {all}")),
    }
}

/// Whether an overlay asks for a removal.
fn removes(overlay: &Node) -> bool {
    match &overlay.value {
        Value::Map(pairs) => {
            matches!(pairs.as_slice(), [pair] if pair.key.text == "remove" && pair.value.as_text() == Some("true"))
        }
        _ => false,
    }
}

/// The id of a list item.
fn id_of(item: &Node) -> Option<&str> {
    item.get("id").and_then(Node::as_text)
}

/// Whether a list is one whose items an overlay addresses by id.
fn has_ids(items: &[Node]) -> bool {
    items.iter().any(|item| id_of(item).is_some())
}

/// What the entries of a mapping are, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entries {
    /// Things with names of their own: what is not there cannot be changed.
    Things,
    /// Fields: one that is not there can be set.
    Fields,
    /// Things when all are mappings, fields otherwise.
    Unknown,
}

/// Checks one environment against the spec.
struct Overlay<'a> {
    diagnostics: &'a mut Vec<Diagnostic>,
    environment: &'a str,
}

impl Overlay<'_> {
    fn check(&mut self, root: &Node, overlay: &Node) {
        let (Value::Map(sections), Value::Map(changes)) = (&root.value, &overlay.value) else { return };
        for Pair { key, value } in changes {
            if key.text == import::SECTION {
                let message = format!("the environment `{}` changes what is imported", self.environment);
                self.diagnostics.push(Diagnostic::error(rule::OVERLAY_SHAPE, key.span, message).help(
                    "change the imported things by their names, or give a parameter the value of a variable that the environment sets",
                ));
                continue;
            }
            let single = SINGLE.contains(&key.text.as_str());
            match sections.iter().find(|section| section.key.text == key.text) {
                Some(section) if single => {
                    self.change(&section.value, value, &key.text, key, [Entries::Fields, Entries::Unknown])
                }
                Some(section) => self.change(&section.value, value, &key.text, key, [Entries::Things, Entries::Fields]),
                None if single && !removes(value) => {}
                None => self.missing(&key.text, key, sections.iter().map(|section| section.key.text.as_str())),
            }
        }
    }

    /// Checks a change of `base`; `levels` says what its entries are, and theirs.
    fn change(&mut self, base: &Node, overlay: &Node, path: &str, key: &Key, levels: [Entries; 2]) {
        if overlay.is_null() {
            let message = format!("the environment `{}` gives `{path}` no value", self.environment);
            let finding = Diagnostic::error(rule::OVERLAY_SHAPE, key.span, message);
            self.diagnostics.push(finding.help(format!("to take it away write `{}: {{remove: true}}`", key.text)));
            return;
        }
        let Value::Map(changes) = &overlay.value else { return };
        if removes(overlay) {
            return;
        }
        let below = [levels[1], Entries::Unknown];
        match &base.value {
            Value::Map(entries) => {
                let mappings = !entries.is_empty() && entries.iter().all(|entry| matches!(entry.value.value, Value::Map(_)));
                let find = Finder::new(changes.len(), entries.iter().map(|entry| Some(entry.key.text.as_str())));
                for Pair { key, value } in changes {
                    let path = format!("{path}.{}", key.text);
                    if let Some(entry) = find.find(&key.text).and_then(|at| entries.get(at)) {
                        self.change(&entry.value, value, &path, key, below);
                        continue;
                    }
                    let thing = match levels[0] {
                        Entries::Things => true,
                        Entries::Fields => false,
                        Entries::Unknown => mappings && matches!(value.value, Value::Map(_)),
                    };
                    if thing || removes(value) {
                        self.missing(&path, key, entries.iter().map(|entry| entry.key.text.as_str()));
                    } else if value.is_null() {
                        self.change(value, value, &path, key, below);
                    }
                }
            }
            Value::Seq(items) if has_ids(items) => {
                let find = Finder::new(changes.len(), items.iter().map(id_of));
                for Pair { key, value } in changes {
                    let path = format!("{path}.{}", key.text);
                    match find.find(&key.text).and_then(|at| items.get(at)) {
                        Some(item) => self.change(item, value, &path, key, [Entries::Fields, Entries::Unknown]),
                        None => self.missing(&path, key, items.iter().filter_map(id_of)),
                    }
                }
            }
            Value::Seq(items) if items.iter().any(|item| matches!(item.value, Value::Map(_))) => {
                let message = format!("the items of `{path}` have no `id`, so none of them can be changed");
                self.diagnostics.push(
                    Diagnostic::error(rule::OVERLAY_SHAPE, key.span, message)
                        .label(base.span, "this list")
                        .help("give the items an `id`, or write the whole list"),
                );
            }
            Value::Seq(_) | Value::Scalar(_) => {}
        }
    }

    fn missing<'n>(&mut self, path: &str, key: &Key, names: impl Iterator<Item = &'n str>) {
        let message = format!("the environment `{}` changes `{path}`, which the spec does not have", self.environment);
        let help = did_you_mean(&nearest(&key.text, names))
            .unwrap_or_else(|| "an environment changes what is there: define it in the spec first".to_owned());
        self.diagnostics.push(Diagnostic::error(rule::OVERLAY_TARGET_MISSING, key.span, message).help(help));
    }
}

/// Finds names among many, by an index where that pays.
enum Finder<'n> {
    Few(Vec<Option<&'n str>>),
    Many(BTreeMap<&'n str, usize>),
}

impl<'n> Finder<'n> {
    fn new(searches: usize, names: impl Iterator<Item = Option<&'n str>>) -> Self {
        if searches <= 4 {
            return Self::Few(names.collect());
        }
        let mut index = BTreeMap::new();
        for (at, name) in names.enumerate() {
            if let Some(name) = name {
                index.entry(name).or_insert(at);
            }
        }
        Self::Many(index)
    }

    fn find(&self, name: &str) -> Option<usize> {
        match self {
            Self::Few(names) => names.iter().position(|other| *other == Some(name)),
            Self::Many(index) => index.get(name).copied(),
        }
    }
}

/// Leaves out changes of things that are not there: half a thing would be found wrong once more.
fn leave_out_unknown(root: &Node, overlay: &mut Node) {
    let Value::Map(sections) = &mut overlay.value else { return };
    for section in sections.iter_mut().filter(|section| !SINGLE.contains(&section.key.text.as_str())) {
        let Value::Map(changes) = &mut section.value.value else { continue };
        let Some(Value::Map(known)) = root.get(&section.key.text).map(|known| &known.value) else { continue };
        let find = Finder::new(changes.len(), known.iter().map(|known| Some(known.key.text.as_str())));
        changes.retain(|change| find.find(&change.key.text).is_some());
    }
    sections.retain(|section| SINGLE.contains(&section.key.text.as_str()) || root.get(&section.key.text).is_some());
}

/// Lays an overlay over a value. What the check refused is left out.
fn merge(base: &mut Node, overlay: Node) {
    let Value::Map(changes) = overlay.value else {
        if !overlay.is_null() {
            *base = overlay;
        }
        return;
    };
    match &mut base.value {
        Value::Map(entries) => {
            let places = locate(&changes, entries.iter().map(|entry| Some(entry.key.text.as_str())));
            let mut removed = BTreeSet::new();
            for (Pair { key, value }, place) in changes.into_iter().zip(places) {
                match place.and_then(|at| entries.get_mut(at).map(|entry| (at, entry))) {
                    Some((at, _)) if removes(&value) => {
                        removed.insert(at);
                    }
                    Some((_, entry)) => merge(&mut entry.value, value),
                    None if removes(&value) || value.is_null() => {}
                    None => entries.push(Pair { key, value }),
                }
            }
            drop_at(entries, &removed);
        }
        Value::Seq(items) if has_ids(items) => {
            let places = locate(&changes, items.iter().map(id_of));
            let mut removed = BTreeSet::new();
            for (Pair { value, .. }, place) in changes.into_iter().zip(places) {
                match place.and_then(|at| items.get_mut(at).map(|item| (at, item))) {
                    Some((at, _)) if removes(&value) => {
                        removed.insert(at);
                    }
                    Some((_, item)) => merge(item, value),
                    None => {}
                }
            }
            drop_at(items, &removed);
        }
        Value::Seq(_) | Value::Scalar(_) => *base = Node { value: Value::Map(changes), span: overlay.span, style: overlay.style },
    }
}

/// Where each changed thing stands among those that are there.
fn locate<'n>(changes: &[Pair], names: impl Iterator<Item = Option<&'n str>>) -> Vec<Option<usize>> {
    let find = Finder::new(changes.len(), names);
    changes.iter().map(|change| find.find(&change.key.text)).collect()
}

fn drop_at<T>(all: &mut Vec<T>, places: &BTreeSet<usize>) {
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !places.contains(&(at - 1))
    });
}

#[cfg(test)]
mod tests;
