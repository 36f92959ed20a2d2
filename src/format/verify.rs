//! Whether a text says the same as before: values, anchors, tags, aliases, document marks, and comments with what they belong to.

use std::ops::Range;

use super::layout::Layout;
use super::{comments, read};
use crate::load::tree::{ScalarKind, Style};
use crate::load::yaml::events::{Event, EventKind};
use crate::load::yaml::kind_of_plain;

/// The first place of the old text that the new one says otherwise.
pub(super) struct Difference {
    pub(super) place: Range<usize>,
    pub(super) message: &'static str,
}

/// What differs; `None` where nothing does.
pub(super) fn difference(old: &str, before: &[Event], new: &str, after: &[Event]) -> Option<Difference> {
    let is_comment = |event: &&Event| event.kind == EventKind::Comment;
    let mut left = before.iter().filter(|event| !is_comment(event));
    let mut right = after.iter().filter(|event| !is_comment(event));
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (Some(one), Some(other)) if is_same(old, one, new, other) => {}
            (one, _) => {
                let place = one.map_or(old.len()..old.len(), |event| event.place.clone());
                return Some(Difference { place, message: "laid out, this value would be another" });
            }
        }
    }
    let olds: Vec<&Event> = before.iter().filter(is_comment).collect();
    let news: Vec<&Event> = after.iter().filter(is_comment).collect();
    let (old_layout, new_layout) = (read::read(old, before).ok()?, read::read(new, after).ok()?);
    for (index, one) in olds.iter().enumerate() {
        let differs = |message| Some(Difference { place: one.place.clone(), message });
        let Some(other) = news.get(index) else { return differs("laid out, this comment would be lost") };
        if words(old, one) != words(new, other) {
            return differs("laid out, this comment would change its place among the others");
        }
        let (was, is) = (covered(old, &old_layout, one), covered(new, &new_layout, other));
        // An ordinary comment that belongs to nothing, or to something far off, may come to stand above or below something.
        let near = was.is_some_and(|owner| comments::is_near(&old_layout.items, one.place.start, owner));
        // Lists that begin on one line, `- - a`, leave one place for what stands beside and below them.
        let together = |one, other| comments::begin_together(new, &new_layout.items, one, other);
        let same_line = was.zip(is).is_some_and(|(was, is)| together(was, is) || together(is, was));
        let matters = near && !same_line || words(old, one).starts_with("optiinfra-gen");
        if was != is && matters {
            return differs("laid out, this comment would belong to something else");
        }
    }
    (news.len() > olds.len()).then_some(Difference { place: 0..0, message: "laid out, a value would become a comment" })
}

/// The item that a comment covers, by its number.
fn covered(text: &str, layout: &Layout, comment: &Event) -> Option<usize> {
    comments::owner(text, &layout.items, comment.place.start)
}

fn words<'t>(text: &'t str, comment: &Event) -> &'t str {
    text.get(comment.place.clone()).unwrap_or_default().trim_start_matches('#').trim()
}

fn is_same(old: &str, one: &Event, new: &str, other: &Event) -> bool {
    fn slice<'t>(text: &'t str, range: &Option<Range<usize>>) -> Option<&'t str> {
        range.clone().and_then(|range| text.get(range))
    }
    if slice(old, &one.anchor) != slice(new, &other.anchor) || slice(old, &one.tag) != slice(new, &other.tag) {
        return false;
    }
    match (&one.kind, &other.kind) {
        (EventKind::Mapping { .. }, EventKind::Mapping { .. })
        | (EventKind::List { .. }, EventKind::List { .. })
        | (EventKind::End, EventKind::End)
        | (EventKind::DocumentEnd, EventKind::DocumentEnd) => true,
        (EventKind::DocumentStart { explicit }, EventKind::DocumentStart { explicit: still }) => explicit == still,
        (EventKind::Alias, EventKind::Alias) => old.get(one.place.clone()) == new.get(other.place.clone()),
        (EventKind::Scalar { text, style, .. }, EventKind::Scalar { text: same, style: now, .. }) => {
            text == same && (one.tag.is_some() && is_plain(*style) == is_plain(*now) || kind(text, *style) == kind(same, *now))
        }
        _ => false,
    }
}

fn is_plain(style: Style) -> bool {
    style == Style::Plain
}

/// What a scalar without a tag is; a plain `<<` merges.
fn kind(text: &str, style: Style) -> (ScalarKind, bool) {
    if is_plain(style) { (kind_of_plain(text), text == "<<") } else { (ScalarKind::String, false) }
}
