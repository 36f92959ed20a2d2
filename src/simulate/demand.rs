//! What the stack's expressions and scenarios ask of labels, so that there are series for them to find.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::model::scenario::Effect;
use crate::promql::catalog::Pattern;
use crate::promql::{Expr, MatchOp};
use crate::simulate::sample;

/// Values of labels that one selector or scenario wants together.
pub(super) type Wish = Vec<(String, Wanted)>;

/// What is wanted of one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// This value.
    Value(String),
    /// A value that the pattern matches.
    Match(String),
}

/// The wishes by the name of the series or of the metric.
#[derive(Debug, Default)]
pub(super) struct Demand {
    wishes: BTreeMap<String, BTreeSet<Wish>>,
}

impl Demand {
    /// All that a stack's expressions and scenarios want.
    pub(super) fn of(model: &Model) -> Self {
        let mut demand = Self::default();
        let rules = model.records.iter().map(|rule| &rule.expr).chain(model.alerts.iter().map(|rule| &rule.expr));
        rules.for_each(|expr| demand.expression(&expr.ast));
        for dashboard in &model.dashboards {
            let panels = dashboard.rows.iter().flat_map(|row| &row.panels);
            panels.flat_map(|panel| &panel.targets).for_each(|target| demand.expression(&target.expr.ast));
            let variables = dashboard.variables.iter().filter_map(|variable| variable.values_of.as_ref());
            variables.for_each(|values| demand.expression(&values.selector.ast));
        }
        for scenario in &model.scenarios {
            for effect in &scenario.effects {
                let (Effect::Set(metric, _) | Effect::Absent(metric)) = effect else { continue };
                let longest = scenario.on.values().map(Vec::len).max().unwrap_or_default();
                for place in 0..longest {
                    let wish = scenario
                        .on
                        .iter()
                        .filter_map(|(label, values)| {
                            Some((label.clone(), Wanted::Value(values.get(place).or_else(|| values.first())?.clone())))
                        })
                        .collect();
                    demand.wishes.entry(metric.clone()).or_default().insert(wish);
                }
            }
        }
        demand
    }

    fn expression(&mut self, expr: &Expr) {
        expr.selectors(&mut |selector| {
            let Some(name) = selector.name.as_ref().and_then(|name| name.text.as_plain()) else { return };
            let mut wish: Wish = Vec::new();
            for matcher in &selector.matchers {
                // A variable of a dashboard has the values that there are.
                let (Some(label), Some(value)) = (matcher.label.name.as_plain(), matcher.value.as_plain()) else { continue };
                if value.is_empty() {
                    continue;
                }
                let wanted = match matcher.op {
                    MatchOp::Equal => Wanted::Value(value.to_owned()),
                    MatchOp::Regex => Wanted::Match(value.to_owned()),
                    MatchOp::NotEqual | MatchOp::NotRegex => continue,
                };
                wish.push((label.to_owned(), wanted));
            }
            if !wish.is_empty() {
                self.wishes.entry(name.to_owned()).or_default().insert(wish);
            }
        });
    }

    /// The wishes on a metric, in whatever of its series they were uttered.
    pub(super) fn on<'d>(&'d self, family: &str) -> impl Iterator<Item = &'d Wish> {
        let names = ["", "_bucket", "_count", "_sum"].map(|suffix| format!("{family}{suffix}"));
        let found: Vec<&Wish> = names.iter().filter_map(|name| self.wishes.get(name)).flatten().collect();
        found.into_iter()
    }
}

impl Wanted {
    /// Whether a value will do.
    pub(super) fn fits(&self, value: &str) -> bool {
        match self {
            Self::Value(wanted) => wanted == value,
            Self::Match(pattern) => Pattern::new(pattern).is_match(value) == Some(true),
        }
    }

    /// A value that will do: one of those known, or one that is made up.
    pub(super) fn value(&self, known: &[String]) -> Option<String> {
        if let Some(found) = known.iter().find(|value| self.fits(value)) {
            return Some(found.clone());
        }
        match self {
            Self::Value(wanted) => Some(wanted.clone()),
            Self::Match(pattern) => sample::of(pattern),
        }
    }
}
