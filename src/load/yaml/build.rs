//! Events to tree.

mod alias;
pub(super) mod layout;
mod merge_key;

use super::{kind_of_plain, repair};
use crate::diagnostic::Diagnostic;
use crate::load::tree::{Comment, Document, Key, Node, Pair, Scalar, ScalarKind, Style, Value};
use crate::load::{Limits, rule, unique};
use crate::source::{SourceId, Span};
use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Nothing more is to be read from this text.
pub(super) struct Stop;

pub(super) struct Builder<'t> {
    source: SourceId,
    text: &'t str,
    limits: &'t Limits,
    /// Where reading starts; the events count from here.
    offset: usize,
    frames: Vec<Frame>,
    /// The items of all open lists, outermost first; each frame knows where its own begin. When a list closes, its items leave
    /// as one vector of exactly their size.
    nodes: Vec<Node>,
    /// The entries of all open mappings, likewise.
    pairs: Vec<Pair>,
    anchors: BTreeMap<usize, Anchored>,
    comments: Vec<Comment>,
    root: Option<Node>,
    documents: Vec<Document>,
    diagnostics: Vec<Diagnostic>,
    /// How many values there are so far.
    values: usize,
    copied_values: usize,
    copied_bytes: usize,
    /// The end of the furthest event so far.
    cursor: usize,
    /// The scalar read last, for messages.
    last_scalar: Option<(Style, Span)>,
    /// The list or mapping in brackets that closed last, for messages.
    last_closed: Option<Span>,
}

/// An open list or mapping.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    pub(super) flow: bool,
    pub(super) start: usize,
    /// The end of what it holds so far.
    end: usize,
    /// Where its items or entries begin on their stack.
    base: usize,
    anchor: usize,
    values_before: usize,
    bytes: usize,
    height: usize,
    key: KeySlot,
    /// The values of its merge keys, each with the place that its entries take.
    merges: Vec<Merge>,
    /// Which of its values were cut at a comma and joined again.
    pub(super) joined: BTreeSet<usize>,
    /// How many parentheses its last value opens and does not close.
    open: i64,
    /// The first key without a value that reads like a label matcher.
    pub(super) matcher: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    List,
    Mapping,
}

enum KeySlot {
    /// The next value is a key.
    Awaited,
    /// The next value belongs to this key.
    Read { key: Key, plain: bool },
    /// The next value belongs to a key that was refused.
    Refused,
}

struct Merge {
    at: usize,
    key: Span,
    value: Node,
}

struct Anchored {
    node: Option<Node>,
    values: usize,
    bytes: usize,
    height: usize,
}

/// What is known of a value beside the value.
struct Made {
    node: Node,
    /// Where it stands; for an alias, the alias.
    start: usize,
    end: usize,
    height: usize,
    bytes: usize,
    /// A plain scalar that is not written at all.
    implicit: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, limits: &'t Limits, offset: usize) -> Self {
        Self {
            source,
            text,
            limits,
            offset,
            frames: Vec::new(),
            nodes: Vec::new(),
            pairs: Vec::new(),
            anchors: BTreeMap::new(),
            comments: Vec::new(),
            root: None,
            documents: Vec::new(),
            diagnostics: Vec::new(),
            values: 0,
            copied_values: 0,
            copied_bytes: 0,
            cursor: offset,
            last_scalar: None,
            last_closed: None,
        }
    }

    pub(super) fn limits(&self) -> &'t Limits {
        self.limits
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The text that is to be read, and where it starts.
    pub(super) fn text_from_offset(&self) -> (&'t str, usize) {
        (self.text.get(self.offset..).unwrap_or_default(), self.offset)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end.max(start))
    }

    pub(super) fn last_scalar(&self) -> Option<(Style, Span)> {
        self.last_scalar
    }

    pub(super) fn last_closed(&self) -> Option<Span> {
        self.last_closed
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The end of the furthest event.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Records a syntax error and gives up the document that it stands in.
    pub(super) fn abandon(&mut self, finding: Diagnostic) {
        // What was said of a part of it is said better by the whole.
        if let Some(span) = finding.span {
            self.diagnostics.retain(|other| other.span.is_none_or(|part| part.start < span.start || part.end > span.end));
        }
        self.diagnostics.push(finding);
        self.root = None;
        self.frames.clear();
        self.nodes.clear();
        self.pairs.clear();
    }

    pub(super) fn too_deep(&mut self, at: usize) {
        let finding = Diagnostic::error(
            rule::LIMIT,
            self.span(at, at),
            format!("lists and mappings are nested deeper than {} levels", self.limits.depth),
        )
        .help("is a bracket not closed, or was this file made by a program that lost its way?");
        self.abandon(finding);
    }

    fn stop(&mut self, start: usize, end: usize, message: String, help: &str) -> Stop {
        let finding = Diagnostic::error(rule::LIMIT, self.span(start, end), message).help(help);
        self.abandon(finding);
        Stop
    }

    pub(super) fn finish(mut self) -> (Vec<Document>, Vec<Diagnostic>) {
        if self.documents.is_empty() && self.diagnostics.is_empty() {
            let root = null(self.span(0, 0));
            self.documents.push(Document { root, comments: Vec::new() });
        }
        if let Some(document) = self.documents.last_mut() {
            document.comments.append(&mut self.comments);
            document.comments.sort_by_key(|comment| comment.span);
        }
        (self.documents, self.diagnostics)
    }

    pub(super) fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Result<(), Stop> {
        let start = self.offset + at.start.byte_offset().unwrap_or(0);
        let end = (self.offset + at.end.byte_offset().unwrap_or(0)).max(start);
        let result = match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), start, end, at),
            Event::MappingStart(style, anchor, tag) => self.open(FrameKind::Mapping, style, anchor, tag.as_deref(), start, at),
            Event::SequenceStart(style, anchor, tag) => self.open(FrameKind::List, style, anchor, tag.as_deref(), start, at),
            Event::MappingEnd | Event::SequenceEnd => self.close(start, end),
            Event::Alias(anchor) => self.alias(anchor, start, end),
            Event::UnresolvedAlias(name) => self.unknown_alias(&name, start, end),
            Event::Comment(..) => {
                let span = self.span(start, end);
                let text = self.text.get(start..end).unwrap_or_default().trim_start_matches('#').trim().to_owned();
                self.comments.push(Comment { span, text });
                Ok(())
            }
            Event::DocumentEnd => {
                if let Some(root) = self.root.take() {
                    let mut comments = std::mem::take(&mut self.comments);
                    comments.sort_by_key(|comment| comment.span);
                    self.documents.push(Document { root, comments });
                }
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        };
        self.cursor = self.cursor.max(end);
        result
    }

    fn count_value(&mut self, start: usize, end: usize) -> Result<(), Stop> {
        self.values += 1;
        if self.values > self.limits.values {
            let message = format!("the text holds more than {} values", self.limits.values);
            return Err(self.stop(start, end, message, "split the file"));
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
        at: &granit_parser::Span,
    ) -> Result<(), Stop> {
        self.count_value(start, end)?;
        let implicit = style == ScalarStyle::Plain && start == end;
        let (style, span) = match style {
            ScalarStyle::Plain => (Style::Plain, self.span(start, end)),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, self.span(start, end)),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, self.span(start, end)),
            ScalarStyle::Literal => (Style::Literal, self.block_scalar(start, end)),
            ScalarStyle::Folded => (Style::Folded, self.block_scalar(start, end)),
        };
        let mut text = if implicit { String::new() } else { text.into_owned() };
        if text.capacity() - text.len() > 16 + text.len() / 8 {
            text.shrink_to_fit();
        }
        let mut kind = if style == Style::Plain { kind_of_plain(&text) } else { ScalarKind::String };
        if let Some(tag) = tag {
            kind = self.tagged_kind(tag, kind, span, at);
        }
        self.last_scalar = Some((style, span));
        let bytes = text.len();
        let node = Node { value: Value::Scalar(Scalar { text, kind }), span, style };
        if anchor != 0 {
            self.remember(anchor, &node, 1, bytes, 0)?;
        }
        self.put(Made { node, start: span.start as usize, end: span.end as usize, height: 0, bytes, implicit });
        Ok(())
    }

    fn block_scalar(&self, start: usize, end: usize) -> Span {
        let range = layout::block_scalar(self.text, self.cursor, start..end);
        self.span(range.start, range.end)
    }

    /// What a scalar with a tag is; reports tags that mean nothing here.
    fn tagged_kind(&mut self, tag: &Tag, kind: ScalarKind, span: Span, at: &granit_parser::Span) -> ScalarKind {
        let core = tag.core_suffix();
        match core {
            Some("str") => return ScalarKind::String,
            Some("null") if kind == ScalarKind::Null => return kind,
            Some("bool") if kind == ScalarKind::Bool => return kind,
            Some("int" | "float") if kind == ScalarKind::Number => return kind,
            None if tag.handle().is_empty() && tag.suffix() == "!" => return ScalarKind::String,
            _ => {}
        }
        self.refuse_tag(tag, core.is_some(), span, at);
        kind
    }

    fn refuse_tag(&mut self, tag: &Tag, core: bool, span: Span, at: &granit_parser::Span) {
        let place = at.tag_span().and_then(|tag| tag.byte_range());
        let span = place.map_or(span, |range| self.span(self.offset + range.start, self.offset + range.end));
        let name = tag.original();
        let finding = if core {
            Diagnostic::error(rule::TAG, span, format!("the value is not what its tag `{name}` says")).help("remove the tag")
        } else {
            Diagnostic::error(rule::TAG, span, format!("the tag `{name}` means nothing here"))
                .help("remove it; a value that begins with `!` must be quoted")
        };
        self.diagnostics.push(finding);
    }

    fn open(
        &mut self,
        kind: FrameKind,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        at: &granit_parser::Span,
    ) -> Result<(), Stop> {
        self.count_value(start, start)?;
        if self.frames.len() >= self.limits.depth {
            self.too_deep(start);
            return Err(Stop);
        }
        if let Some(tag) = tag {
            let fits = match kind {
                FrameKind::List => tag.core_suffix() == Some("seq"),
                FrameKind::Mapping => tag.core_suffix() == Some("map"),
            };
            if !fits {
                self.refuse_tag(tag, tag.core_suffix().is_some(), self.span(start, start), at);
            }
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { node: None, values: 0, bytes: 0, height: 0 });
        }
        let base = if kind == FrameKind::List { self.nodes.len() } else { self.pairs.len() };
        self.frames.push(Frame {
            kind,
            flow: style == StructureStyle::Flow,
            start,
            end: start,
            base,
            anchor,
            values_before: self.values,
            bytes: 0,
            height: 0,
            key: KeySlot::Awaited,
            merges: Vec::new(),
            joined: BTreeSet::new(),
            open: 0,
            matcher: None,
        });
        Ok(())
    }

    fn close(&mut self, start: usize, end: usize) -> Result<(), Stop> {
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        // The end of a block collection is the end of what it holds; the event stands at whatever comes next.
        let end = if frame.flow && end > start { end } else { frame.end };
        let span = self.span(frame.start, end);
        if frame.flow {
            self.last_closed = Some(span);
        }
        let value = match frame.kind {
            FrameKind::List => {
                let mut items: Vec<Node> = self.nodes.drain(frame.base..).collect();
                repair::settle_items(&frame.joined, &mut items, self.text, &mut self.diagnostics);
                Value::Seq(items)
            }
            FrameKind::Mapping => {
                let mut pairs: Vec<Pair> = self.pairs.drain(frame.base..).collect();
                repair::settle_pairs(&frame.joined, &mut pairs, self.text, &mut self.diagnostics);
                unique::keep_first(&mut pairs, &mut self.diagnostics);
                if !frame.merges.is_empty() {
                    pairs = merge_key::apply(pairs, std::mem::take(&mut frame.merges), &mut self.diagnostics);
                }
                Value::Map(pairs)
            }
        };
        let mut node = Node { value, span, style: Style::Collection };
        if let Some(matcher) = frame.matcher {
            let written = self.text.get(frame.start..end).unwrap_or_default();
            node = repair::selector(node, matcher, written, &mut self.diagnostics);
        }
        let height = frame.height + 1;
        if frame.anchor != 0 {
            let values = self.values - frame.values_before + 1;
            self.remember(frame.anchor, &node, values, frame.bytes, height)?;
        }
        self.put(Made { node, start: frame.start, end, height, bytes: frame.bytes, implicit: false });
        Ok(())
    }

    /// Puts a finished value where it belongs: the open list or mapping, or the document.
    fn put(&mut self, mut made: Made) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(made.node);
            return;
        };
        if made.implicit
            && let KeySlot::Read { key, .. } = &frame.key
            && let Some(colon) = layout::colon_after(self.text, key.span.end as usize)
        {
            // What is not written stands behind its colon, where it would be written.
            made.start = made.start.max(colon);
            made.end = made.end.max(colon);
            made.node.span = Span::new(self.source, made.start, made.end);
            made.implicit = false;
            repair::report_comment_for_value(key, self.text, colon, &mut self.diagnostics);
        }
        frame.end = frame.end.max(made.end);
        frame.height = frame.height.max(made.height);
        frame.bytes = frame.bytes.saturating_add(made.bytes);
        match frame.kind {
            FrameKind::List => self.put_item(made),
            FrameKind::Mapping => self.put_key_or_value(made),
        }
    }

    fn put_item(&mut self, made: Made) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.flow
            && let Some(before) = self.nodes.get_mut(frame.base..).and_then(|items| items.last_mut())
            && repair::joins(before, frame.open, made.node.style, made.node.span, self.text)
        {
            before.span = before.span.to(made.node.span);
            frame.open += repair::open_in(&made.node);
            frame.joined.insert(self.nodes.len() - frame.base - 1);
            return;
        }
        frame.open = repair::open_in(&made.node);
        self.nodes.push(made.node);
    }

    fn put_key_or_value(&mut self, made: Made) {
        let Some(frame) = self.frames.last_mut() else { return };
        match std::mem::replace(&mut frame.key, KeySlot::Awaited) {
            KeySlot::Awaited => frame.key = read_key(made, self.text, &mut self.diagnostics),
            KeySlot::Refused => {}
            KeySlot::Read { key, plain } if plain && key.text == "<<" => {
                frame.merges.push(Merge { at: self.pairs.len() - frame.base, key: key.span, value: made.node });
            }
            // A key in brackets that has neither colon nor value.
            KeySlot::Read { key, plain: true } if made.implicit && frame.flow => {
                if let Some(before) = self.pairs.get_mut(frame.base..).and_then(|pairs| pairs.last_mut())
                    && repair::joins(&before.value, frame.open, Style::Plain, key.span, self.text)
                {
                    before.value.span = before.value.span.to(key.span);
                    frame.open += repair::balance(&key.text);
                    frame.joined.insert(self.pairs.len() - frame.base - 1);
                    return;
                }
                if frame.matcher.is_none() && repair::is_matcher(&key.text) {
                    frame.matcher = Some(key.span);
                }
                let pair = repair::split_at_colon(key, made.node, &mut self.diagnostics);
                frame.open = repair::open_in(&pair.value);
                self.pairs.push(pair);
            }
            KeySlot::Read { key, .. } => {
                frame.open = repair::open_in(&made.node);
                self.pairs.push(Pair { key, value: made.node });
            }
        }
    }
}

fn null(span: Span) -> Node {
    Node { value: Value::Scalar(Scalar { text: String::new(), kind: ScalarKind::Null }), span, style: Style::Plain }
}

/// Makes a key of a value, or refuses it.
fn read_key(made: Made, text: &str, diagnostics: &mut Vec<Diagnostic>) -> KeySlot {
    let span = Span {
        start: u32::try_from(made.start).unwrap_or(u32::MAX),
        end: u32::try_from(made.end).unwrap_or(u32::MAX),
        ..made.node.span
    };
    let finding = match made.node.value {
        Value::Scalar(scalar) if !made.implicit => {
            let plain = made.node.style == Style::Plain;
            return KeySlot::Read { key: Key { text: scalar.text, span }, plain };
        }
        Value::Scalar(_) => Diagnostic::error(rule::INVALID_KEY, span, "a key is missing before `:`"),
        Value::Map(_) => {
            let finding = Diagnostic::error(rule::INVALID_KEY, span, "a mapping cannot be a key");
            // `summary: {{ $value }}` is a mapping whose key is a mapping.
            if text.get(..made.start).is_some_and(|before| before.ends_with('{')) {
                finding.help("a value that begins with `{{` must be quoted: '{{ ... }}'")
            } else {
                finding.help("a key must be a single value")
            }
        }
        Value::Seq(_) => Diagnostic::error(rule::INVALID_KEY, span, "a list cannot be a key")
            .help("a key must be a single value; a value that begins with `[` must be quoted"),
    };
    diagnostics.push(finding);
    KeySlot::Refused
}
