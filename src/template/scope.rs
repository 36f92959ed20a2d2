//! The variables that can be seen at a point of a template.

use std::collections::BTreeMap;

use super::dialect::Dialect;

/// Variables in the order of their declaration; a block forgets its own when it ends.
pub(super) struct Scope<'t> {
    declared: Vec<&'t str>,
    // How often each name is declared, so that looking one up does not go through all of them.
    counts: BTreeMap<&'t str, usize>,
    definition: bool,
}

impl<'t> Scope<'t> {
    /// What a template of this dialect starts with.
    pub(super) fn of(dialect: Dialect) -> Self {
        Self::with(dialect.variables(), false)
    }

    /// What the body of `define` or `block` starts with: `$`, which is what the caller passes.
    pub(super) fn definition() -> Self {
        Self::with(&["$"], true)
    }

    fn with(names: &[&'static str], definition: bool) -> Self {
        let mut scope = Self { declared: Vec::with_capacity(8), counts: BTreeMap::new(), definition };
        for name in names {
            scope.declare(name);
        }
        scope
    }

    /// Whether this is the scope of a `define` or `block`.
    pub(super) fn is_definition(&self) -> bool {
        self.definition
    }

    pub(super) fn declare(&mut self, name: &'t str) {
        self.declared.push(name);
        *self.counts.entry(name).or_default() += 1;
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.counts.contains_key(name)
    }

    pub(super) fn len(&self) -> usize {
        self.declared.len()
    }

    /// Forgets what was declared since there were `length`.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.declared.len() > length {
            let Some(name) = self.declared.pop() else { return };
            if let Some(count) = self.counts.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(name);
                }
            }
        }
    }

    /// All names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.counts.keys().copied()
    }
}
