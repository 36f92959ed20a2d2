//! Anchors and aliases, within a budget.

use super::{Anchored, Builder, Made, Stop, null};
use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::tree::Node;
use crate::source::Span;

impl Builder<'_> {
    pub(super) fn remember(
        &mut self,
        anchor: usize,
        node: &Node,
        values: usize,
        bytes: usize,
        height: usize,
    ) -> Result<(), Stop> {
        self.charge(values, bytes, node.span)?;
        self.anchors.insert(anchor, Anchored { node: Some(node.clone()), values, bytes, height });
        Ok(())
    }

    /// Takes a copy from the budget that bounds what aliases may cost.
    fn charge(&mut self, values: usize, bytes: usize, at: Span) -> Result<(), Stop> {
        self.copied_values = self.copied_values.saturating_add(values);
        self.copied_bytes = self.copied_bytes.saturating_add(bytes);
        if self.copied_values <= self.limits.copied_values && self.copied_bytes <= self.limits.copied_bytes {
            return Ok(());
        }
        let message = format!(
            "aliases and merge keys expand to more than {} values or {} MiB of text",
            self.limits.copied_values,
            self.limits.copied_bytes >> 20
        );
        Err(self.stop(at.start as usize, at.end as usize, message, "write the values out, or share them by name"))
    }

    pub(super) fn alias(&mut self, anchor: usize, start: usize, end: usize) -> Result<(), Stop> {
        let span = self.span(start, end);
        let Some(target) = self.anchors.get(&anchor) else { return self.unknown_alias("", start, end) };
        let (values, bytes, height) = (target.values, target.bytes, target.height);
        if target.node.is_none() {
            let name = self.text.get(start..end).unwrap_or_default();
            let finding =
                Diagnostic::error(rule::UNKNOWN_ANCHOR, span, format!("`{name}` stands inside the value that it names"))
                    .help("a value cannot contain itself");
            self.diagnostics.push(finding);
            self.put_null(start, end);
            return Ok(());
        }
        if self.frames.len() + height > self.limits.depth {
            self.too_deep(start);
            return Err(Stop);
        }
        self.charge(values, bytes, span)?;
        self.values += values.saturating_sub(1);
        self.count_value(start, end)?;
        if let Some(node) = self.anchors.get(&anchor).and_then(|target| target.node.clone()) {
            self.put(Made { node, start, end, height, bytes, implicit: false });
        }
        Ok(())
    }

    pub(super) fn unknown_alias(&mut self, name: &str, start: usize, end: usize) -> Result<(), Stop> {
        // A part that is read after a syntax error may use anchors of the part before it.
        if self.offset == 0 {
            let finding = Diagnostic::error(
                rule::UNKNOWN_ANCHOR,
                self.span(start, end),
                format!("no value above has the anchor `&{name}`"),
            )
            .help(format!("a value that begins with `*` must be quoted: '*{name}'"));
            self.diagnostics.push(finding);
        }
        self.put_null(start, end);
        Ok(())
    }

    fn put_null(&mut self, start: usize, end: usize) {
        let node = null(self.span(start, end));
        self.put(Made { node, start, end, height: 0, bytes: 0, implicit: false });
    }
}
