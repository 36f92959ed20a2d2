//! Recording rules: those of their own and those of recorded queries, in the order in which they depend on each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, RuleId};
use crate::model::item::{Item, ItemKind};
use crate::model::rule::RecordRule;
use crate::promql::Dialect;
use crate::promql::catalog::{MapCatalog, MetricType, Variant, variant_from};
use crate::promql::infer::{Context, SampleKind};
use crate::resolve::compose::{Draft, Window, set_params};
use crate::resolve::order::{self, Dependent, Order};
use crate::resolve::queries::Queries;
use crate::source::Sources;
use crate::spec::Spec;
use crate::spec::decode::{Map, Text};
use crate::spec::quantity::Duration;
use crate::spec::query::RecordingRule;

/// Recording rules that read each other.
pub const CYCLE: RuleId = "recording/cycle";

/// The group of recording rules that do not name one.
pub const DEFAULT_GROUP: &str = "recording";

/// A recording rule whose expression is composed and not yet inferred.
#[derive(Debug)]
pub struct Unfinished {
    /// The name of the recorded series.
    pub name: String,
    /// The thing that it comes from.
    pub item: Item,
    /// The expression.
    pub draft: Draft,
    /// Labels that the series get.
    pub labels: BTreeMap<String, String>,
    /// The rule group.
    pub group: String,
    /// Time between two evaluations, where it differs from the stack's.
    pub interval: Option<Duration>,
    /// The query that it records, with the window.
    pub query: Option<(String, Duration)>,
}

/// Composes all recording rules, infers them in the order of their dependencies and adds what they record to the catalog.
pub fn resolve(
    spec: &Spec,
    queries: &Queries<'_>,
    catalog: &mut MapCatalog,
    context: &Context,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RecordRule> {
    let mut rules = Vec::new();
    for (name, entry) in spec.queries.iter() {
        let (Some(record), Some(draft)) = (&entry.value.record, queries.draft(name)) else { continue };
        for window in &record.windows {
            let mut draft = draft.clone();
            draft.set_window(&Window::Fixed(window.value));
            set_params(&mut draft, &entry.value.params, &Map::default(), Dialect::Spec, sources, diagnostics);
            rules.push(Unfinished {
                name: format!("{}{}", record.name.value, window.value),
                item: Item::new(ItemKind::Query, name, record.name.span),
                draft,
                labels: texts(&record.labels),
                group: DEFAULT_GROUP.to_owned(),
                interval: record.interval.as_ref().map(|interval| interval.value),
                query: Some((name.to_owned(), window.value)),
            });
        }
    }
    for (name, entry) in spec.recording_rules.iter() {
        let Some(draft) = own(name, &entry.value, queries, catalog, sources, diagnostics) else { continue };
        let rule = &entry.value;
        rules.push(Unfinished {
            name: name.to_owned(),
            item: Item::new(ItemKind::RecordingRule, name, entry.key),
            draft,
            labels: texts(&rule.labels),
            group: rule.group.as_ref().map_or(DEFAULT_GROUP, Text::as_str).to_owned(),
            interval: rule.interval.as_ref().map(|interval| interval.value),
            query: None,
        });
    }
    finish(rules, catalog, context, diagnostics)
}

fn texts(map: &Map<Text>) -> BTreeMap<String, String> {
    map.iter().map(|(name, entry)| (name.to_owned(), entry.value.value.clone())).collect()
}

/// The expression of a recording rule of its own.
fn own(
    name: &str,
    rule: &RecordingRule,
    queries: &Queries<'_>,
    catalog: &MapCatalog,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Draft> {
    let window = Window::Fixed(rule.window.as_ref().map_or(super::queries::DEFAULT_WINDOW, |window| window.value));
    let what = format!("the recording rule `{name}`");
    let source =
        queries.source(rule.expr.as_ref(), rule.query.as_ref(), &what, rule.span, Dialect::Spec, sources, diagnostics)?;
    let mut draft = source.draft;
    draft.set_window(&window);
    set_params(&mut draft, source.params, &rule.with, Dialect::Spec, sources, diagnostics);
    super::queries::narrow_all(&mut draft, &rule.where_, &BTreeSet::new(), catalog, diagnostics);
    draft.check_params(&[], sources, diagnostics);
    Some(draft)
}

/// Infers each rule after those that it reads and adds what it records to the catalog; rules that read each other are reported and inferred as
/// they come.
pub fn finish(
    mut waiting: Vec<Unfinished>,
    catalog: &mut MapCatalog,
    context: &Context,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RecordRule> {
    let dependents: Vec<Dependent<'_>> = waiting.iter().map(dependent).collect();
    let Order { rules: order, circle, early } = order::order(&dependents);
    report_cycle(&circle, &waiting, diagnostics);
    for name in early {
        // Not known yet is not the same as not there.
        let mut variant = Variant::new(name.as_str(), MetricType::Unknown);
        variant.recorded = Some(SampleKind::Unknown);
        variant.open_labels = true;
        catalog.add(name, variant);
    }
    let mut done = Vec::with_capacity(waiting.len());
    let mut slots: Vec<Option<Unfinished>> = waiting.drain(..).map(Some).collect();
    for index in order {
        let Some(rule) = slots.get_mut(index).and_then(Option::take) else { continue };
        let expr = rule.draft.finish(catalog, context);
        let variant = variant_from(&expr.inference, &rule.name, &rule.labels, Some(rule.item.span));
        catalog.add(rule.name.as_str(), variant);
        done.push(RecordRule {
            name: rule.name,
            item: rule.item,
            expr,
            labels: rule.labels,
            group: rule.group,
            interval: rule.interval,
            query: rule.query,
        });
    }
    done
}

fn dependent(rule: &Unfinished) -> Dependent<'_> {
    let mut reads = BTreeSet::new();
    let mut continues = true;
    rule.draft.ast.selectors(&mut |selector| {
        let Some(name) = selector.metric_name() else { return };
        continues &= name != rule.name || selector.modifiers.offset.is_some();
        if !reads.contains(name) {
            reads.insert(name.to_owned());
        }
    });
    Dependent { name: &rule.name, reads, continues }
}

fn report_cycle(circle: &[usize], rules: &[Unfinished], diagnostics: &mut Vec<Diagnostic>) {
    let Some(first) = circle.first() else { return };
    let names: Vec<String> = circle.iter().chain([first]).map(|index| format!("`{}`", rules[*index].name)).collect();
    let message = format!("recording rules read each other: {}", names.join(" reads "));
    let mut diagnostic = Diagnostic::error(CYCLE, rules[*first].item.span, message);
    for index in circle.iter().skip(1) {
        diagnostic = diagnostic.label(rules[*index].item.span, "this one is part of the circle");
    }
    diagnostics.push(diagnostic.help("let one of them read the raw metrics"));
}
