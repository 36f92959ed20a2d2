//! What the targeted server does not have yet.

use super::events::EventKind;
use super::notes::Notes;
use crate::promql::ast::Modifiers;
use crate::promql::duration::{DurationExpr, DurationKind};
use crate::promql::functions::{Function, Stability, Version};
use crate::promql::operators::{AggregateOp, BinaryOp};
use crate::promql::span::Span;

fn check(notes: &mut Notes<'_>, construct: &'static str, since: Version, stability: Stability, span: Span) {
    let Some(server) = notes.catalog.server().version else { return };
    let kind = EventKind::UnsupportedByServer { construct, since, server, stability };
    if server < since {
        notes.event(span, kind);
    }
}

/// A function.
pub(super) fn function(notes: &mut Notes<'_>, function: &'static Function, span: Span) {
    check(notes, function.name, function.since, function.stability, span);
}

/// An aggregation.
pub(super) fn aggregation(notes: &mut Notes<'_>, op: AggregateOp, span: Span) {
    match op {
        AggregateOp::Limitk | AggregateOp::LimitRatio => check(notes, op.name(), Version(2, 54), Stability::Experimental, span),
        AggregateOp::Group => check(notes, op.name(), Version(2, 20), Stability::Stable, span),
        _ => {}
    }
}

/// A binary operator and its fill modifiers.
pub(super) fn operator(notes: &mut Notes<'_>, op: BinaryOp, span: Span, fill: Option<Span>) {
    match op {
        BinaryOp::Atan2 => check(notes, "atan2", Version(2, 31), Stability::Stable, span),
        BinaryOp::TrimUpper | BinaryOp::TrimLower => check(notes, op.symbol(), Version(3, 10), Stability::Experimental, span),
        _ => {}
    }
    if let Some(span) = fill {
        check(notes, "fill", Version(3, 10), Stability::Experimental, span);
    }
}

/// What follows a selector or a subquery.
pub(super) fn modifiers(notes: &mut Notes<'_>, modifiers: &Modifiers) {
    if let Some(at) = &modifiers.at {
        check(notes, "@", Version(2, 25), Stability::StableSince(Version(2, 33)), at.span);
    }
    if let Some(offset) = &modifiers.offset {
        if offset.duration.constant().is_some_and(|seconds| seconds < 0.0) {
            check(notes, "negative offset", Version(2, 26), Stability::StableSince(Version(2, 33)), offset.span);
        }
        duration(notes, &offset.duration);
    }
    if let Some(extension) = &modifiers.range_extension {
        check(notes, extension.kind.name(), Version(3, 7), Stability::Experimental, extension.span);
    }
}

/// A duration: anything but a literal is arithmetic.
pub(super) fn duration(notes: &mut Notes<'_>, duration: &DurationExpr) {
    if !matches!(duration.kind, DurationKind::Literal(_) | DurationKind::Variable(_) | DurationKind::Hole) {
        check(notes, "duration arithmetic", Version(3, 4), Stability::Experimental, duration.span);
    }
}
