//! Finds what each comment belongs to.
//!
//! The measure is [`crate::load::suppress`]: which item a comment covers is decided there by lines and indentation, and stays so when a
//! text is laid out anew.

use std::ops::Range;

use super::layout::{Item, Kind, Layout, Note, Value};
use super::read::{is_blank_above, line_start};
use crate::load::yaml::events::{Event, EventKind};

/// Puts every comment of a text into its layout.
pub(super) fn attach(text: &str, events: &[Event], layout: &mut Layout) {
    let comments: Vec<Range<usize>> =
        events.iter().filter(|event| event.kind == EventKind::Comment).map(|event| event.place.clone()).collect();
    let bounds = bounds(text, layout);
    let mut first = 0;
    for (index, bound) in bounds.iter().enumerate() {
        let after = comments.get(first..).unwrap_or_default();
        let count = if index + 1 == bounds.len() {
            after.len()
        } else {
            after.iter().take_while(|comment| comment.start < bound.end).count()
        };
        let own = after.get(..count).unwrap_or_default();
        first += count;
        Attaching { text, layout, document: index, bound: bound.clone(), group: None, slots: Vec::new() }.all(own);
    }
    break_up(layout);
}

/// For each document the part of the item table, and the place where it ends with everything behind it.
fn bounds(text: &str, layout: &Layout) -> Vec<Bound> {
    let mut bounds: Vec<Bound> = Vec::new();
    let mut items = 0;
    for (index, document) in layout.documents.iter().enumerate() {
        // The comments before the `---` of the next document belong to that, unless no `...` parts them.
        let next = layout.documents.get(index + 1).and_then(|next| next.start);
        let end = match document.end {
            Some(end) => end + text.get(end..).and_then(|rest| rest.find('\n')).unwrap_or_default(),
            None => next.unwrap_or(text.len()),
        };
        let past = layout.items.get(items..).unwrap_or_default();
        let count = past.iter().take_while(|item| item.start < end || document.end.is_none() && next.is_none()).count();
        bounds.push(Bound { items: items..items + count, end });
        items += count;
    }
    bounds
}

#[derive(Debug, Clone)]
struct Bound {
    items: Range<usize>,
    end: usize,
}

struct Attaching<'t> {
    text: &'t str,
    layout: &'t mut Layout,
    document: usize,
    bound: Bound,
    /// The item below which the comments since the last item stand.
    group: Option<(usize, usize)>,
    slots: Vec<(Slot, Note)>,
}

/// Where a comment is printed.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Prologue,
    StartNote,
    EndNote,
    Epilogue,
    RootLine,
    Leading(usize),
    Head(usize),
    Between(usize),
    Line(usize),
    After(usize),
}

impl Attaching<'_> {
    fn all(mut self, comments: &[Range<usize>]) {
        let (mut counted, mut number) = (0, 0);
        for comment in comments {
            let line = line_start(self.text, comment.start);
            number += self.text.get(counted..line).unwrap_or_default().matches('\n').count();
            counted = line.max(counted);
            let before = self.text.get(line..comment.start).unwrap_or_default();
            let note = Note {
                text: spaced(self.text.get(comment.clone()).unwrap_or_default()),
                blank: is_blank_above(self.text, comment.start),
                deeper: 0,
                at: comment.start,
                place: (number, comment.start - line),
                gap: before.len() - before.trim_end().len(),
            };
            let (slot, deeper) = self.slot(comment.start, line);
            self.slots.push((slot, Note { deeper, ..note }));
        }
        let slots = std::mem::take(&mut self.slots);
        let Some(document) = self.layout.documents.get_mut(self.document) else { return };
        for (slot, note) in slots {
            match slot {
                Slot::Prologue => document.prologue.push(note),
                Slot::StartNote => document.start_note = Some(note),
                Slot::EndNote => document.end_note = Some(note),
                Slot::Epilogue => document.epilogue.push(note),
                Slot::RootLine => document.root_line.push(note),
                Slot::Leading(id) | Slot::Head(id) | Slot::Between(id) | Slot::Line(id) | Slot::After(id) => {
                    let Some(item) = self.layout.items.get_mut(id) else { continue };
                    match slot {
                        Slot::Leading(_) => item.leading.push(note),
                        Slot::Head(_) => item.head = Some(note),
                        Slot::Between(_) => item.between.push(note),
                        Slot::After(_) => item.after.push(note),
                        _ => item.line.push(note),
                    }
                }
            }
        }
    }

    fn items(&self) -> &[Item] {
        self.layout.items.get(self.bound.items.clone()).unwrap_or_default()
    }

    fn item(&self, id: usize) -> Option<&Item> {
        self.layout.items.get(id)
    }

    fn slot(&mut self, at: usize, line: usize) -> (Slot, usize) {
        let own_line = self.text.get(line..at).is_some_and(|before| before.trim().is_empty());
        if let Some(document) = self.layout.documents.get(self.document) {
            if document.start.is_some_and(|start| at < start) {
                return (Slot::Prologue, 0);
            }
            if document.end.is_some_and(|end| at > end) {
                return (Slot::EndNote, 0);
            }
            if !own_line && document.start.is_some_and(|start| start >= line) && at < value_start(&document.root) {
                return (Slot::StartNote, 0);
            }
        }
        let owner = owner(self.text, self.items(), at).map(|index| index + self.bound.items.start);
        if own_line { self.on_own_line(at, at - line, owner) } else { (self.behind(at, owner), 0) }
    }

    fn on_own_line(&mut self, at: usize, column: usize, owner: Option<usize>) -> (Slot, usize) {
        let next = self.bound.items.start + self.items().partition_point(|item| item.start < at);
        let following = self.item(next).filter(|_| next < self.bound.items.end);
        let fits = following.is_some_and(|item| column <= indentation(self.text, item.start));
        if fits || (owner.is_none() && following.is_some()) {
            let behind_dash = following.is_some_and(|item| item.lead < at);
            return (if behind_dash { Slot::Between(next) } else { Slot::Leading(next) }, 0);
        }
        let Some((id, item)) = owner.and_then(|id| Some((id, self.item(id)?))) else {
            return (Slot::Epilogue, 0);
        };
        let collection = matches!(&item.value.kind, Kind::Collection(collection) if !collection.items.is_empty());
        if at < item.end && following.is_some_and(|next| next.start < item.end) && collection {
            return (Slot::Leading(next), 2);
        }
        if at < item.value.start && !collection && !matches!(item.value.kind, Kind::Nothing) {
            return (Slot::Between(id), 0);
        }
        // Of what lies around the last item, the innermost that the comment is indented further than.
        let last = next.saturating_sub(1);
        let under = |id: &usize| {
            self.item(*id)
                .is_some_and(|item| leads_line(self.text, item.lead) && item.lead - line_start(self.text, item.lead) < column)
        };
        let id = self.ancestors(last).find(under).or_else(|| self.ancestors(last).last()).unwrap_or(id);
        let item = self.item(id).unwrap_or(item);
        // A comment further out keeps those that follow it in the same gap from going further in.
        let container = match self.group {
            Some((gap, container)) if gap == next && self.item(container).is_some_and(|outer| outer.depth < item.depth) => {
                container
            }
            _ => id,
        };
        self.group = Some((next, container));
        let outer = self.item(container).map_or(0, |outer| outer.depth);
        let deeper = 2 * item_depth(self.item(id)).saturating_sub(outer);
        (Slot::After(container), deeper)
    }

    /// An item and all that it lies in.
    fn ancestors(&self, id: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(id), |id| self.item(*id).and_then(|item| item.parent))
    }

    /// The slot of a comment that stands behind something.
    fn behind(&self, at: usize, owner: Option<usize>) -> Slot {
        let items = self.items();
        let next = items.partition_point(|item| item.start < at);
        let base = self.bound.items.start;
        let is_dash = |item: &&Item| {
            item.lead < at && item.lead < item.start && line_start(self.text, item.lead) == line_start(self.text, at)
        };
        if items.get(next).filter(is_dash).is_some() {
            return Slot::Head(base + next);
        }
        let Some(last) = next.checked_sub(1).map(|index| base + index) else {
            return if owner.is_none() && items.is_empty() { Slot::RootLine } else { owner.map_or(Slot::Epilogue, Slot::Line) };
        };
        let Some(item) = self.item(last) else { return Slot::Epilogue };
        if item.in_flow
            || matches!(&item.value.kind, Kind::Collection(collection) if collection.flow && !collection.items.is_empty())
        {
            // Behind a bracket or in brackets: what the comment covers decides.
            let mut outer = last;
            while let Some(parent) = self.item(outer).filter(|item| item.in_flow).and_then(|item| item.parent) {
                outer = parent;
            }
            let inside = self.item(outer).is_none_or(|item| at < item.end);
            let covered = owner.and_then(|id| self.item(id)).is_some_and(|item| item.in_flow);
            let root = self.layout.documents.get(self.document).map_or(0..0, |document| document.root.start..document.root.end);
            if self.item(outer).is_some_and(|item| item.in_flow) && at >= root.end {
                let one_line = line_start(self.text, root.start) == line_start(self.text, at);
                return owner.filter(|_| !one_line).map_or(Slot::RootLine, Slot::Line);
            }
            return match owner {
                Some(owner) if inside || covered => Slot::Line(owner),
                _ => Slot::Line(outer),
            };
        }
        if at < item.value.start && !matches!(item.value.kind, Kind::Nothing) {
            return Slot::Head(last);
        }
        Slot::Line(last)
    }
}

fn item_depth(item: Option<&Item>) -> usize {
    item.map_or(0, |item| item.depth)
}

fn value_start(value: &Value) -> usize {
    if matches!(value.kind, Kind::Nothing) { usize::MAX } else { value.start }
}

/// The item that a comment covers, by its place among `items`.
pub(super) fn owner(text: &str, items: &[Item], at: usize) -> Option<usize> {
    let line = line_start(text, at);
    let own_line = text.get(line..at).is_some_and(|before| before.trim().is_empty());
    let next = items.partition_point(|item| item.start < at);
    let before = items.get(..next)?;
    if !own_line {
        let first = before.partition_point(|item| item.start < line);
        if first < next {
            return Some(first);
        }
        return before.iter().rposition(|item| item.end > line);
    }
    let column = at - line;
    match items.get(next) {
        Some(item) if column <= indentation(text, item.start) => Some(next),
        _ => {
            let inner = before.iter().rposition(|item| indentation(text, item.start) < column && leads_line(text, item.start))?;
            let start = items.get(inner)?.start;
            Some(before.partition_point(|item| item.start < start))
        }
    }
}

/// Whether an item is what a reader sees beside, above or below a comment. One that covers it and is not lies before a list item whose dash
/// stands on a line of its own.
pub(super) fn is_near(items: &[Item], at: usize, owner: usize) -> bool {
    let next = items.partition_point(|item| item.start < at);
    let around = std::iter::successors(next.checked_sub(1), |id| items.get(*id).and_then(|item| item.parent));
    owner >= next || around.into_iter().any(|id| id == owner)
}

/// Whether an item lies in another one that begins on the same line.
pub(super) fn begin_together(text: &str, items: &[Item], outer: usize, inner: usize) -> bool {
    let line = |id: usize| items.get(id).map(|item| line_start(text, item.lead));
    let around = std::iter::successors(Some(inner), |id| items.get(*id).and_then(|item| item.parent));
    around.into_iter().any(|id| id == outer) && line(outer) == line(inner)
}

/// The indentation of the line that a place is on.
fn indentation(text: &str, at: usize) -> usize {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    line.len() - line.trim_start_matches(' ').len()
}

/// Whether nothing but indentation and dashes stands before a place on its line.
fn leads_line(text: &str, at: usize) -> bool {
    text.get(line_start(text, at)..at).unwrap_or_default().bytes().all(|byte| matches!(byte, b' ' | b'-'))
}

/// A comment with a space behind its `#`, where letters follow.
fn spaced(comment: &str) -> String {
    let comment = comment.trim_end();
    match comment.strip_prefix('#') {
        Some(rest) if rest.starts_with(char::is_alphanumeric) => format!("# {rest}"),
        _ => comment.to_owned(),
    }
}

/// Takes the brackets from every list and mapping that a comment stands in.
fn break_up(layout: &mut Layout) {
    let noted: Vec<usize> = layout
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| {
            item.in_flow
                && (item.head.is_some()
                    || !item.leading.is_empty()
                    || !item.line.is_empty()
                    || !item.after.is_empty()
                    || !item.between.is_empty())
        })
        .map(|(id, _)| id)
        .collect();
    for id in noted {
        let mut parent = layout.items.get(id).and_then(|item| item.parent);
        let mut roots = true;
        while let Some(outer) = parent {
            let Some(item) = layout.items.get_mut(outer) else { break };
            if let Kind::Collection(collection) = &mut item.value.kind {
                collection.broken = true;
            }
            if !item.in_flow {
                roots = false;
                break;
            }
            parent = item.parent;
        }
        if roots {
            for document in &mut layout.documents {
                if let Kind::Collection(collection) = &mut document.root.kind
                    && document.root.start <= layout.items.get(id).map_or(0, |item| item.start)
                    && document.root.end >= layout.items.get(id).map_or(0, |item| item.end)
                {
                    collection.broken = true;
                }
            }
        }
    }
}
