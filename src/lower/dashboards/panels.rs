//! Panels: what each looks like and how its values are shown.

use crate::diagnostic::Diagnostic;
use crate::lower::dashboards::thresholds::{self, Drawn};
use crate::lower::dashboards::units::{self, Shown};
use crate::lower::dashboards::{Context, links, step, tables, targets};
use crate::model::dashboard::{Panel as Written, Target as Query};
use crate::model::rule::AlertRule;
use crate::plan::grafana::panel::{Field, Mapped, Mapping, Overridden, Override, Panel, Place, Step, ThresholdStyle, View};
use crate::promql::catalog::{Catalog, Status as SeriesStatus};
use crate::spec::dashboard::{Axis, PanelKind, PanelThreshold};
use crate::spec::decode::rule;
use crate::spec::quantity::Duration;
use crate::spec::shared::Status;
use crate::unit::Unit;

/// What is shown in place of a value that cannot be there yet.
const NOT_YET: &str = "Not exposed yet";

/// Values that are none, in Grafana's words.
const SPECIAL: [&str; 6] = ["null", "nan", "null+nan", "empty", "true", "false"];

/// A panel at its place.
pub(super) fn lower(cx: &mut Context<'_>, panel: &Written, id: u32, place: Place) -> Panel {
    let kind = panel.spec.kind.value;
    let targets = targets::lower(panel);
    let alerts = alerts(cx, panel);
    let units = Units::of(cx, panel, &alerts);
    let all_alerts = distinct(&alerts);
    let drawn = colors(cx, panel, &alerts, &units, kind == PanelKind::Timeseries);
    let (transformations, mut overrides) = if kind == PanelKind::Table {
        tables::lower(panel, &targets, units.panel_id(), &units.ids(), cx.diagnostics)
    } else {
        (Vec::new(), by_target(panel, &units))
    };
    let axis_label = units.per().map(|per| format!("per {per}"));
    let is_planned = panel.spec.status == Some(Status::Planned) || !panel.planned.is_empty();
    let field = Field {
        unit: match kind {
            PanelKind::Heatmap | PanelKind::Text => None,
            _ => units.panel_id().map(str::to_owned),
        },
        decimals: panel.spec.decimals,
        min: panel.spec.min.or_else(|| scale(kind, units.panel_id()).map(|(min, _)| min)),
        max: panel.spec.max.or_else(|| scale(kind, units.panel_id()).map(|(_, max)| max)),
        no_value: match &panel.spec.no_value {
            Some(text) => Some(text.value.clone()),
            None => is_planned.then(|| NOT_YET.to_owned()),
        },
        thresholds: drawn.steps,
        color_by_value: !matches!(kind, PanelKind::Timeseries | PanelKind::Piechart | PanelKind::Heatmap),
        mappings: mappings(cx, panel),
    };
    let view = match kind {
        PanelKind::Timeseries => {
            View::Timeseries { stack: panel.spec.stack, thresholds: drawn.style, axis_label: axis_label.clone() }
        }
        PanelKind::Stat => View::Stat { background: field.mappings.iter().any(|mapping| mapping.color.is_some()) },
        PanelKind::Gauge => View::Gauge,
        PanelKind::Bargauge => View::Bargauge,
        PanelKind::Table => View::Table,
        PanelKind::Heatmap => View::Heatmap { unit: bucket_unit(cx, panel) },
        PanelKind::Piechart => View::Piechart,
        PanelKind::StateTimeline => View::StateTimeline,
        PanelKind::Text => View::Text { content: content(cx, panel) },
    };
    if kind == PanelKind::Text {
        overrides.clear();
    }
    let mut links = links::of_panel(&panel.spec.links, cx.model, cx.diagnostics);
    links.extend(thresholds::runbooks(&all_alerts));
    Panel {
        id,
        title: panel.spec.title.as_ref().map(|title| title.value.clone()).unwrap_or_default(),
        description: description(panel, is_planned, axis_label.as_deref(), &all_alerts),
        place,
        view,
        field,
        overrides,
        targets,
        min_step: min_step(cx, panel),
        transformations,
        links,
        repeat: panel.spec.repeat.as_ref().map(|variable| variable.value.clone()),
        extra: panel.spec.grafana.as_ref().map(|raw| raw.json.clone()),
    }
}

/// The alerts on each target.
fn alerts<'m>(cx: &Context<'m>, panel: &Written) -> Vec<Vec<&'m AlertRule>> {
    let with = |query: &Query| if query.spec.with.is_empty() { panel.spec.with.clone() } else { query.spec.with.clone() };
    panel.targets.iter().map(|query| cx.alerts.on(query, &with(query))).collect()
}

fn distinct<'m>(alerts: &[Vec<&'m AlertRule>]) -> Vec<&'m AlertRule> {
    let mut all: Vec<&AlertRule> = Vec::new();
    for alert in alerts.iter().flatten() {
        if !all.iter().any(|known| std::ptr::eq(*known, *alert)) {
            all.push(alert);
        }
    }
    all
}

/// The units of a panel and of its targets.
struct Units {
    /// The panel's own.
    panel: Option<Shown>,
    /// Those of the targets.
    targets: Vec<Option<Shown>>,
    /// What the numbers of the first target count, for thresholds.
    counted: Option<Unit>,
}

impl Units {
    fn of(cx: &mut Context<'_>, panel: &Written, alerts: &[Vec<&AlertRule>]) -> Self {
        let first_facts = panel.targets.first().and_then(|query| targets::facts(&query.expr));
        let written =
            panel.spec.unit.as_ref().and_then(|text| units::named(text, first_facts, cx.diagnostics).map(|unit| (text, unit)));
        let is_state = !panel.spec.mappings.is_empty();
        let mut all = Vec::with_capacity(panel.targets.len());
        let mut counted = None;
        for (index, query) in panel.targets.iter().enumerate() {
            let facts = targets::facts(&query.expr);
            let declared = query.spec.query.as_ref().and_then(|name| cx.model.spec.queries.get(name.as_str())?.unit.as_ref());
            let unit = declared.map(|unit| &unit.value).or_else(|| facts.and_then(|facts| facts.unit.known()));
            if index == 0 {
                counted = unit.cloned();
            }
            let metric = query.expr.inference.metrics.first().map(|metric| &*metric.name);
            let own = match (&query.spec.unit, &written) {
                (Some(text), _) => units::named(text, facts, cx.diagnostics),
                (None, Some((_, written))) => Some(written.clone()),
                // A number that is shown as a word is no share of anything.
                (None, None) if is_state && unit.is_none_or(Unit::is_dimensionless) => {
                    Some(Shown { id: units::SHORT.to_owned(), per: None })
                }
                (None, None) => {
                    let alerts = alerts.get(index).map(Vec::as_slice).unwrap_or_default();
                    Some(units::of(unit, facts, metric, thresholds::in_percent(alerts)))
                }
            };
            all.push(own);
        }
        if let (None, Some((text, _))) = (&counted, &written) {
            counted = match text.as_str() {
                "percentunit" => Some(Unit::ratio()),
                word => Unit::parse(word).ok().filter(|_| Unit::is_known_word(word) || word.contains('/')),
            };
        }
        let visible = panel.targets.iter().position(|query| !query.spec.hidden).unwrap_or(0);
        let first = all.get(visible).cloned().flatten();
        Self { panel: written.map(|(_, unit)| unit).or(first), targets: all, counted }
    }

    fn panel_id(&self) -> Option<&str> {
        self.panel.as_ref().map(|unit| unit.id.as_str())
    }

    fn ids(&self) -> Vec<Option<String>> {
        self.targets.iter().map(|unit| unit.as_ref().map(|unit| unit.id.clone())).collect()
    }

    /// What Grafana's word leaves out, where all targets agree on it.
    fn per(&self) -> Option<&str> {
        let first = self.panel.as_ref()?.per.as_deref()?;
        self.targets.iter().flatten().all(|unit| unit.per.as_deref() == Some(first)).then_some(first)
    }
}

/// The ends of a scale that the unit itself gives.
fn scale(kind: PanelKind, unit: Option<&str>) -> Option<(f64, f64)> {
    if !matches!(kind, PanelKind::Gauge | PanelKind::Bargauge) {
        return None;
    }
    match unit {
        Some("percentunit") => Some((0.0, 1.0)),
        Some("percent") => Some((0.0, 100.0)),
        _ => None,
    }
}

/// Targets with an axis or a unit of their own.
fn by_target(panel: &Written, units: &Units) -> Vec<Override> {
    let mut all = Vec::new();
    for (query, unit) in panel.targets.iter().zip(&units.targets) {
        let own = unit.as_ref().map(|unit| unit.id.as_str()).filter(|own| Some(*own) != units.panel_id());
        let right_axis = query.spec.axis.as_ref().is_some_and(|axis| axis.value == Axis::Right)
            && panel.spec.kind.value == PanelKind::Timeseries;
        if own.is_some() || right_axis {
            all.push(Override { of: Overridden::Target(query.ref_id.clone()), unit: own.map(str::to_owned), right_axis });
        }
    }
    all
}

/// The colours of values: as written, or drawn from the alerts on what the panel's own axis shows.
fn colors(cx: &mut Context<'_>, panel: &Written, alerts: &[Vec<&AlertRule>], units: &Units, is_timeseries: bool) -> Drawn {
    let plain = || Step { from: None, color: thresholds::GOOD.to_owned() };
    if let Some(written) = &panel.spec.thresholds {
        let mut steps: Vec<(f64, String)> =
            written.iter().filter_map(|one| Some((limit(cx, one, units)?, one.color.value.clone()))).collect();
        steps.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let style = if is_timeseries && !steps.is_empty() { ThresholdStyle::Lines } else { ThresholdStyle::Off };
        let steps = steps.into_iter().map(|(from, color)| Step { from: Some(from), color });
        return Drawn { steps: std::iter::once(plain()).chain(steps).collect(), style };
    }
    let shown = panel.targets.iter().zip(&units.targets).zip(alerts).filter(|((query, unit), _)| {
        !query.spec.hidden
            && query.spec.axis.as_ref().is_none_or(|axis| axis.value == Axis::Left)
            && unit.as_ref().map(|unit| unit.id.as_str()) == units.panel_id()
    });
    let alerts: Vec<&AlertRule> = shown.flat_map(|(_, alerts)| alerts.iter().copied()).collect();
    thresholds::from_alerts(&alerts, is_timeseries).unwrap_or_else(|| Drawn { steps: vec![plain()], style: ThresholdStyle::Off })
}

/// The number of a written threshold in the unit of the panel's values.
fn limit(cx: &mut Context<'_>, written: &PanelThreshold, units: &Units) -> Option<f64> {
    let quantity = &written.value;
    let number = match (&quantity.unit, &units.counted) {
        (Some(own), None) => quantity.in_unit(&own.scaled(1.0 / own.factor)),
        (_, Some(unit)) => quantity.in_unit(unit),
        (None, None) => Some(quantity.number),
    };
    if let (None, Some(own), Some(unit)) = (number, &quantity.unit, &units.counted) {
        let message = format!("`{}` measures {own}, the panel shows {unit}", quantity.text);
        cx.diagnostics
            .push(Diagnostic::error(rule::INVALID_VALUE, quantity.span, message).help(format!("write the threshold in {unit}")));
    }
    number.filter(|number| number.is_finite())
}

fn mappings(cx: &mut Context<'_>, panel: &Written) -> Vec<Mapping> {
    let one = |mapping: &crate::spec::dashboard::Mapping| {
        let of = match (&mapping.value, mapping.from, mapping.to) {
            (Some(value), None, None) => match SPECIAL.iter().find(|special| **special == value.value) {
                Some(special) => Mapped::Special(special),
                None => Mapped::Value(value.value.clone()),
            },
            (None, from, to) if from.is_some() || to.is_some() => {
                Mapped::Range { from: from.filter(|from| from.is_finite()), to: to.filter(|to| to.is_finite()) }
            }
            _ => {
                cx.diagnostics.push(
                    Diagnostic::error(rule::INVALID_VALUE, mapping.span, "a mapping has a value, or a range of values")
                        .help("write `value: \"1\"`, or `from:` and `to:`"),
                );
                return None;
            }
        };
        Some(Mapping { of, text: mapping.text.value.clone(), color: mapping.color.as_ref().map(|color| color.value.clone()) })
    };
    panel.spec.mappings.iter().filter_map(one).collect()
}

/// The unit of the bounds of a heatmap's buckets: that of what the histogram measures.
fn bucket_unit(cx: &mut Context<'_>, panel: &Written) -> Option<String> {
    if let Some(text) = &panel.spec.unit {
        return units::named(text, None, cx.diagnostics).map(|unit| unit.id);
    }
    let metric = panel.targets.first()?.expr.inference.metrics.first()?;
    let family = metric.name.strip_suffix("_bucket").unwrap_or(&metric.name);
    let sums = cx.model.catalog.variants(&format!("{family}_sum"));
    let unit = sums.iter().find_map(|variant| variant.unit.as_ref())?;
    // Bounds of a ratio are shares: a histogram of scores has its last finite bucket at 1.
    let share = metric.variants.iter().all(|variant| variant.buckets.iter().all(|bound| (0.0..=1.0).contains(bound)));
    Some(units::of(Some(unit), None, None, share).id)
}

fn content(cx: &mut Context<'_>, panel: &Written) -> String {
    match &panel.spec.content {
        Some(content) => content.value.clone(),
        None => {
            let message = format!("the panel `{}` has no words", panel.id);
            cx.diagnostics
                .push(Diagnostic::error(rule::MISSING_FIELD, panel.spec.kind.span, message).help("add `content:` in Markdown"));
            String::new()
        }
    }
}

fn description(panel: &Written, is_planned: bool, per: Option<&str>, alerts: &[&AlertRule]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(panel.spec.description.as_ref().map(|text| text.value.trim().to_owned()));
    if let (Some(per), false) = (per, panel.spec.kind.value == PanelKind::Timeseries) {
        parts.push(format!("Values are {per}."));
    }
    if is_planned {
        parts.push(planned(panel));
    }
    if let Some(words) = thresholds::words(alerts) {
        parts.push(format!("Alerts:\n{words}"));
    }
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// "Planned: `x` is not exposed yet (services.y is to expose it)."
fn planned(panel: &Written) -> String {
    let reason = |name: &str| {
        let metrics = panel.targets.iter().flat_map(|query| query.expr.inference.metrics.iter());
        let mut statuses = metrics.filter(|metric| &*metric.name == name).flat_map(|metric| metric.variants.iter());
        statuses.find_map(|variant| match &variant.status {
            SeriesStatus::Planned(reason) if !reason.is_empty() => Some(format!(" ({reason})")),
            _ => None,
        })
    };
    let names: Vec<String> = panel.planned.iter().map(|name| format!("`{name}`")).collect();
    match (names.as_slice(), panel.planned.first()) {
        ([one], Some(name)) => format!("Planned: {one} is not exposed yet{}.", reason(name).unwrap_or_default()),
        ([], _) => "Planned: what it shows is not exposed yet.".to_owned(),
        (several, _) => format!("Planned: {} are not exposed yet.", several.join(", ")),
    }
}

/// The slowest scrape that the panel reads, where it is slower than the data source knows: a shorter step would hold no two samples.
fn min_step(cx: &Context<'_>, panel: &Written) -> Option<String> {
    let read = panel.targets.iter().flat_map(|query| query.expr.inference.metrics.iter());
    let intervals = read.flat_map(|metric| metric.variants.iter()).filter_map(|variant| variant.scrape_interval);
    let slowest = intervals.fold(0.0, f64::max);
    let usual = cx.model.settings.scrape_interval.as_secs_f64();
    // Seconds of at most some days: no float is cut off.
    (slowest > usual && slowest < 1e9).then(|| step(Duration::from_millis((slowest * 1000.0).round() as i64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scales_of_shares_have_ends() {
        assert_eq!(scale(PanelKind::Gauge, Some("percentunit")), Some((0.0, 1.0)));
        assert_eq!(scale(PanelKind::Bargauge, Some("percent")), Some((0.0, 100.0)));
        assert_eq!(scale(PanelKind::Gauge, Some("s")), None);
        assert_eq!(scale(PanelKind::Timeseries, Some("percentunit")), None);
    }
}
