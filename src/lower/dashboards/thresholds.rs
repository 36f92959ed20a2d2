//! Colours at values, drawn from the alerts on the same query, and the words about those alerts.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::model::dashboard::Target;
use crate::model::rule::{AlertRule, Bound};
use crate::plan::grafana::panel::{Link, Step, ThresholdStyle};
use crate::promql::BinaryOp;
use crate::spec::decode::{Map, Text};

/// The colour where no alert fires.
pub(super) const GOOD: &str = "green";

/// Where a timeseries has areas, nothing is painted where no alert fires.
const NOTHING: &str = "transparent";

/// The alerts of the stack by the query whose result they compare.
pub(super) struct Alerts<'m> {
    by_query: BTreeMap<&'m str, Vec<&'m AlertRule>>,
    model: &'m Model,
}

impl<'m> Alerts<'m> {
    /// All alerts that compare a whole query, not a part of it.
    pub(super) fn of(model: &'m Model) -> Self {
        let mut by_query: BTreeMap<&str, Vec<&AlertRule>> = BTreeMap::new();
        for alert in model.alerts.iter().filter(|alert| !alert.planned && alert.threshold.is_some()) {
            let narrowed = model.spec.alerts.get(&alert.name).is_none_or(|written| !written.where_.is_empty());
            if let (Some(query), false) = (&alert.query, narrowed) {
                by_query.entry(query).or_default().push(alert);
            }
        }
        Self { by_query, model }
    }

    /// The alerts on just what a target shows. `with` are the parameters that the target gives to the query.
    pub(super) fn on(&self, target: &Target, with: &Map<Text>) -> Vec<&'m AlertRule> {
        let Some(alerts) = target.query.as_deref().and_then(|query| self.by_query.get(query)) else { return Vec::new() };
        let same = |alert: &&&AlertRule| {
            self.model.spec.alerts.get(&alert.name).is_some_and(|written| parameters(&written.with) == parameters(with))
        };
        alerts.iter().filter(same).copied().collect()
    }
}

fn parameters(with: &Map<Text>) -> Vec<(&str, &str)> {
    with.iter().map(|(name, entry)| (name, entry.value.as_str())).collect()
}

/// Whether people write the thresholds of these alerts in percent.
pub(super) fn in_percent(alerts: &[&AlertRule]) -> bool {
    bounds(alerts).any(|(_, bound)| bound.quantity.unit.as_ref().is_some_and(|unit| unit.same(&crate::unit::Unit::percent())))
}

fn bounds<'m>(alerts: &[&'m AlertRule]) -> impl Iterator<Item = (&'m AlertRule, &'m Bound)> {
    let all: Vec<_> = alerts
        .iter()
        .filter_map(|alert| alert.threshold.as_ref().map(|threshold| (*alert, threshold.bounds.as_slice())))
        .collect();
    all.into_iter().flat_map(|(alert, bounds)| bounds.iter().map(move |bound| (alert, bound)))
}

/// How loud a severity is.
fn loudness(severity: &str) -> u8 {
    match severity {
        "critical" => 3,
        "warning" => 2,
        "info" => 1,
        _ => 0,
    }
}

fn color(severity: &str) -> &'static str {
    match severity {
        "critical" => "red",
        "info" => "blue",
        _ => "orange",
    }
}

/// What colours a panel gets from alerts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    /// The colours from the lowest value.
    pub(super) steps: Vec<Step>,
    /// How a timeseries draws them.
    pub(super) style: ThresholdStyle,
}

/// The colours that alerts give to values: at every value that of the loudest alert that fires there. `None` where no alert has a limit.
pub(super) fn from_alerts(alerts: &[&AlertRule], is_timeseries: bool) -> Option<Drawn> {
    let limits: Vec<(&str, BinaryOp, f64)> = bounds(alerts)
        .filter(|(_, bound)| bound.clash.is_none() && bound.number.is_finite())
        .map(|(alert, bound)| (alert.severity(), bound.op, bound.number))
        .filter(|(_, op, _)| above(*op) || below(*op))
        .collect();
    let mut breaks: Vec<f64> = limits.iter().map(|(.., number)| *number).collect();
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let first = *breaks.first()?;
    let areas = is_timeseries && limits.iter().any(|(_, op, _)| below(*op));
    let good = if areas { NOTHING } else { GOOD };
    // Between two neighbouring limits the same alerts fire, so any value there tells which.
    let color_at = |value: f64| {
        let firing = limits.iter().filter(|(_, op, number)| if above(*op) { value > *number } else { value < *number });
        firing.map(|(severity, ..)| *severity).max_by_key(|severity| loudness(severity)).map_or(good, color)
    };
    let mut steps = vec![Step { from: None, color: color_at(first - step_below(first)).to_owned() }];
    for (index, from) in breaks.iter().enumerate() {
        let inside = breaks.get(index + 1).map_or(from + step_below(*from), |next| from + (next - from) / 2.0);
        let color = color_at(inside);
        if steps.last().is_none_or(|last| last.color != color) {
            steps.push(Step { from: Some(*from), color: color.to_owned() });
        }
    }
    let style = match (is_timeseries, areas) {
        (false, _) => ThresholdStyle::Off,
        (true, true) => ThresholdStyle::Areas,
        (true, false) => ThresholdStyle::Lines,
    };
    Some(Drawn { steps, style })
}

/// A difference that changes a number of this size.
fn step_below(number: f64) -> f64 {
    number.abs().max(1.0)
}

fn above(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual)
}

fn below(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual)
}

/// The alerts in words: "HighErrorRate: warning above 5% for 5m, critical above 25% for 2m".
pub(super) fn words(alerts: &[&AlertRule]) -> Option<String> {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut ordered = alerts.to_vec();
    ordered.sort_by_key(|alert| loudness(alert.severity()));
    for alert in ordered {
        let limits: Vec<String> =
            bounds(&[alert]).map(|(_, bound)| format!("{} {}", operator(bound.op), bound.quantity.text)).collect();
        let mut text = match alert.severity() {
            "" => limits.join(" or "),
            severity => format!("{severity} {}", limits.join(" or ")),
        };
        if let Some(hold) = alert.hold.filter(|hold| hold.millis > 0) {
            text.push_str(&format!(" for {hold}"));
        }
        let all = by_name.entry(&alert.name).or_default();
        if !all.contains(&text) {
            all.push(text);
        }
    }
    let all: Vec<String> = by_name.iter().map(|(name, texts)| format!("{name}: {}.", texts.join(", "))).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Greater => "above",
        BinaryOp::Less => "below",
        BinaryOp::GreaterOrEqual => "at least",
        BinaryOp::LessOrEqual => "at most",
        BinaryOp::NotEqual => "other than",
        _ => "equal to",
    }
}

/// Links to the runbooks of alerts, one each.
pub(super) fn runbooks(alerts: &[&AlertRule]) -> Vec<Link> {
    let mut links: BTreeMap<&str, &str> = BTreeMap::new();
    for alert in alerts {
        // An address that is a template leads nowhere outside of an alert.
        if let Some(url) = alert.annotation("runbook_url").filter(|url| !url.is_empty() && !url.contains("{{")) {
            links.entry(&alert.name).or_insert(url.trim());
        }
    }
    links.into_iter().map(|(name, url)| Link { title: format!("Runbook: {name}"), url: url.to_owned(), new_tab: true }).collect()
}
