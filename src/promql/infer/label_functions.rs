//! Functions that set labels: `label_replace`, `label_join`, `info`.

use std::sync::Arc;

use super::facts::{Cause, Facts, Reason};
use super::functions::Site;
use super::labels::{LabelFact, Labels, METRIC_NAME};
use super::notes::Notes;
use super::walk::Operand;
use crate::promql::ast::{ExprKind, ValueType};
use crate::promql::catalog::{Name, Pattern, Presence, Values};

/// What such a function returns.
pub(super) fn facts(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>) -> Facts {
    let mut facts = Facts { kind: Some(ValueType::InstantVector), ..arg.facts.clone() };
    match site.name() {
        "label_replace" => replace(notes, site, &mut facts),
        "label_join" => join(notes, site, &mut facts),
        _ => info(notes, site, &mut facts),
    }
    facts
}

/// Puts a fact in place of what was known of a label. A label that identified series may have lost that.
fn set(labels: &mut Labels, fact: LabelFact) {
    let identified = labels.unique().is_some_and(|unique| unique.contains(&fact.name));
    if &*fact.name == METRIC_NAME && labels.name_is_dropped() {
        // A name that is set anew stays, even where the old one was to go.
        let presence = if fact.presence == Presence::Present { Presence::Present } else { Presence::Perhaps };
        labels.keep_name(&fact.reason);
        labels.set(LabelFact { presence, ..fact });
        return;
    }
    labels.set(fact);
    if identified {
        labels.set_unique(None);
    }
}

/// Whether the regular expression matches the value of the source label.
enum Matches {
    Always,
    Never,
    Perhaps,
}

fn replace(notes: &mut Notes<'_>, site: &Site<'_>, facts: &mut Facts) {
    let Some(target) = site.text(1) else {
        Arc::make_mut(&mut facts.labels).forget(&Reason::new(site.span, Cause::Hidden));
        return;
    };
    let name = Name::from(target);
    let source = site.text(3).map(Name::from);
    let outcome = match (&source, site.text(4)) {
        (Some(source), Some(pattern)) => {
            notes.needs(source);
            matches(&facts.labels.get(source), &Pattern::new(pattern))
        }
        _ => Matches::Perhaps,
    };
    let before = facts.labels.get(&name);
    let replaced = match site.text(2) {
        Some(text) => replacement(site, &name, text, source.as_ref().map(|source| facts.labels.get(source)), &outcome),
        None => LabelFact::unknown(name.clone(), Reason::new(site.span, Cause::Hidden)),
    };
    let fact = match outcome {
        Matches::Never => return,
        Matches::Always => replaced,
        Matches::Perhaps => LabelFact { reason: site.reason(), varies: false, ..before.join(&replaced) },
    };
    set(Arc::make_mut(&mut facts.labels), LabelFact { target: false, total: None, ..fact });
}

fn matches(source: &LabelFact, pattern: &Pattern) -> Matches {
    let empty = (source.presence != Presence::Present).then(|| pattern.matches_empty());
    let of_values: Vec<Option<bool>> = match (source.presence, &source.values) {
        (Presence::Absent, _) => Vec::new(),
        (_, Values::Closed(values)) => values.iter().map(|value| pattern.is_match(value)).collect(),
        _ if pattern.shape() == crate::promql::catalog::PatternShape::Everything => vec![Some(true)],
        _ if pattern.shape() == crate::promql::catalog::PatternShape::NotEmpty => vec![Some(true)],
        _ => vec![None],
    };
    let all = |wanted: bool| empty.iter().chain(&of_values).all(|matched| *matched == Some(wanted));
    if all(true) {
        Matches::Always
    } else if all(false) {
        Matches::Never
    } else {
        Matches::Perhaps
    }
}

/// What the replacement text sets where it is applied.
fn replacement(site: &Site<'_>, name: &Name, text: &str, source: Option<LabelFact>, outcome: &Matches) -> LabelFact {
    let reason = site.reason();
    if !text.contains('$') {
        return if text.is_empty() {
            LabelFact::absent(name.clone(), reason)
        } else {
            LabelFact::present(name.clone(), Values::only(text), reason)
        };
    }
    // `$1` of a pattern that is one group around everything copies the source.
    let whole = matches!(site.text(4), Some("(.*)" | "(.+)")) && matches!(text, "$1" | "${1}");
    let fact = match source {
        Some(source) if whole => {
            let presence = match (source.presence, outcome) {
                (presence, Matches::Always) => presence,
                (Presence::Present, _) => Presence::Present,
                _ if site.text(4) == Some("(.+)") => Presence::Present,
                _ => source.presence,
            };
            LabelFact { presence, values: source.values, ..LabelFact::unknown(name.clone(), reason) }
        }
        _ => LabelFact::unknown(name.clone(), reason),
    };
    if has_literal(text) { LabelFact { presence: Presence::Present, values: Values::Any, ..fact } } else { fact }
}

/// Whether a replacement text holds characters that no group reference takes, so that it cannot come out empty.
fn has_literal(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if at > 0 {
            return true;
        }
        let after = &rest[1..];
        if after.starts_with('$') {
            return true;
        }
        if let Some(braced) = after.strip_prefix('{') {
            match braced.split_once('}') {
                Some((_, further)) => rest = further,
                None => return false,
            }
        } else {
            rest = after.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        }
    }
    !rest.is_empty()
}

fn join(notes: &mut Notes<'_>, site: &Site<'_>, facts: &mut Facts) {
    let Some(target) = site.text(1) else {
        Arc::make_mut(&mut facts.labels).forget(&Reason::new(site.span, Cause::Hidden));
        return;
    };
    let name = Name::from(target);
    let mut hidden = false;
    let mut sources: Vec<LabelFact> = Vec::new();
    for index in 3..site.args.len() {
        match site.text(index) {
            Some(source) => {
                notes.needs(source);
                sources.push(facts.labels.get(&source.into()));
            }
            None => hidden = true,
        }
    }
    let separator = site.text(2);
    let several = sources.len() + usize::from(hidden) > 1;
    let certain = sources.iter().any(|source| source.presence == Presence::Present);
    let nothing = !hidden && sources.iter().all(|source| source.presence == Presence::Absent);
    let separated = several && separator.is_some_and(|separator| !separator.is_empty());
    let fact = if certain || separated {
        let joined = joined(&sources, separator).filter(|_| !hidden);
        LabelFact::present(name, joined.map_or(Values::Any, Values::only), site.reason())
    } else if nothing && (!several || separator == Some("")) {
        LabelFact::absent(name, site.reason())
    } else {
        LabelFact::unknown(name, site.reason())
    };
    set(Arc::make_mut(&mut facts.labels), fact);
}

/// The joined value, where every source has one only.
fn joined(sources: &[LabelFact], separator: Option<&str>) -> Option<String> {
    let values = sources.iter().map(|source| match source.presence {
        Presence::Absent => Some(""),
        Presence::Present => source.values.single().map(|value| &**value),
        Presence::Perhaps => None,
    });
    Some(values.collect::<Option<Vec<_>>>()?.join(separator?))
}

/// `info` adds labels of info metrics where a series has none of that name; it never changes those that are there.
fn info(notes: &Notes<'_>, site: &Site<'_>, facts: &mut Facts) {
    let reason = site.reason();
    let named: Option<Vec<&str>> = match site.arg(1).map(|arg| &arg.expr.without_parens().kind) {
        Some(ExprKind::Selector(selector)) if selector.matcher_variables.is_empty() => {
            selector.matchers.iter().map(|matcher| matcher.label.name.as_plain()).collect()
        }
        _ => None,
    };
    let named =
        named.map(|all| all.into_iter().filter(|name| *name != METRIC_NAME).collect::<Vec<_>>()).filter(|all| !all.is_empty());
    let labels = Arc::make_mut(&mut facts.labels);
    let may_add = |name: &str| name != METRIC_NAME && named.as_ref().is_none_or(|named| named.contains(&name));
    let touched: Vec<LabelFact> = labels
        .iter()
        .filter(|fact| fact.presence != Presence::Present && may_add(&fact.name))
        .map(|fact| LabelFact::unknown(fact.name.clone(), reason.clone()))
        .collect();
    touched.into_iter().for_each(|fact| labels.set(fact));
    match &named {
        Some(named) => {
            let new: Vec<&str> = named.iter().copied().filter(|name| labels.listed(name).is_none()).collect();
            new.into_iter().for_each(|name| labels.set(LabelFact::unknown(name.into(), reason.clone())));
        }
        None => labels.open(&reason),
    }
    labels.set_unique(None);
    if notes.context.delayed_name_removal != Some(false) && labels.name_is_dropped() {
        labels.keep_name(&reason);
    }
}
