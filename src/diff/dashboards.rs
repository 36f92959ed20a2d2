//! Dashboards and their panels.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::canonical;
use super::change::{Change, Detail, Effect, Subject, Verb};
use crate::model::dashboard::{Dashboard, Panel, Variable};
use crate::spec::decode::{Raw, Text};

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let by_key = |side: &Side<'_>| -> BTreeMap<String, usize> {
        side.model.dashboards.iter().enumerate().map(|(place, dashboard)| (dashboard.key.clone(), place)).collect()
    };
    let (before, after) = (by_key(old), by_key(new));
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in all {
        let was = before.get(key).and_then(|place| old.model.dashboards.get(*place));
        let is = after.get(key).and_then(|place| new.model.dashboards.get(*place));
        let count = |dashboard: &Dashboard| {
            let count: usize = dashboard.rows.iter().map(|row| row.panels.len()).sum();
            Some(format!("{count} panels"))
        };
        match (was, is) {
            (Some(was), None) => {
                let details = vec![Detail::new("held", count(was), None)];
                changes.push(Change::new(Subject::Dashboard, key, Verb::Removed, Some(old.place(was.item.span))).with(details));
            }
            (None, Some(is)) => {
                let details = vec![Detail::new("holds", None, count(is))];
                changes.push(Change::new(Subject::Dashboard, key, Verb::Added, Some(new.place(is.item.span))).with(details));
            }
            (Some(was), Some(is)) => {
                let details = details(was, is);
                if !details.is_empty() {
                    let place = Some(new.place(is.item.span));
                    changes.push(Change::new(Subject::Dashboard, key, Verb::Changed, place).with(details));
                }
                panels(old, new, was, is, changes);
            }
            (None, None) => {}
        }
    }
}

fn texts(text: Option<&Text>) -> Option<String> {
    text.map(|text| text.value.trim().to_owned())
}

fn raw(raw: Option<&Raw>) -> Option<String> {
    raw.map(|raw| raw.json.to_string())
}

fn differs(what: &str, differs: bool) -> Option<Detail> {
    differs.then(|| Detail::new(what, None, Some("differs".to_owned())))
}

fn details(was: &Dashboard, is: &Dashboard) -> Vec<Detail> {
    let mut all = Vec::new();
    let (a, b) = (&was.spec, &is.spec);
    all.extend(Detail::of("title", Some(&a.title.value), Some(&b.title.value)));
    all.extend(Detail::of("uid", Some(&was.uid), Some(&is.uid)));
    all.extend(Detail::of("description", texts(a.description.as_ref()), texts(b.description.as_ref())));
    let time = |value: &Option<crate::spec::decode::Spanned<crate::spec::quantity::Duration>>| value.as_ref().map(|it| it.value);
    all.extend(Detail::of("refresh", time(&a.refresh), time(&b.refresh)));
    all.extend(Detail::of("range", time(&a.range), time(&b.range)));
    all.extend(Detail::of("timezone", texts(a.timezone.as_ref()), texts(b.timezone.as_ref())));
    all.extend(differs("other Grafana fields", raw(a.grafana.as_ref()) != raw(b.grafana.as_ref())));
    let variables = |dashboard: &Dashboard| -> BTreeMap<String, String> {
        dashboard.variables.iter().map(|variable| (variable.name.value.clone(), self::variable(variable))).collect()
    };
    let (before, after) = (variables(was), variables(is));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        all.extend(Detail::of(&format!("variable {name}"), before.get(name), after.get(name)));
    }
    all
}

/// A variable in words.
fn variable(variable: &Variable) -> String {
    let spec = &variable.spec;
    let mut text = match (&variable.values_of, &spec.values) {
        (Some(values), _) => format!("{} of {}", values.label, values.selector.text),
        (None, Some(values)) => values.iter().map(Text::as_str).collect::<Vec<_>>().join(", "),
        (None, None) if spec.interval => "steps".to_owned(),
        (None, None) => "text".to_owned(),
    };
    let flags = [(spec.multi, "several"), (spec.include_all == Some(true), "or all"), (spec.hidden, "hidden")];
    for (_, flag) in flags.into_iter().filter(|(set, _)| *set) {
        text.push_str(&format!(", {flag}"));
    }
    for (word, value) in [("default", &spec.default), ("regex", &spec.regex), ("all is", &spec.all_value), ("label", &spec.label)]
    {
        if let Some(value) = value {
            text.push_str(&format!(", {word} {}", value.value));
        }
    }
    text
}

fn by_id(dashboard: &Dashboard) -> BTreeMap<&str, &Panel> {
    dashboard.rows.iter().flat_map(|row| &row.panels).map(|panel| (panel.id.as_str(), panel)).collect()
}

/// The expressions of a panel without what means nothing.
fn asked(panel: &Panel) -> BTreeSet<String> {
    panel.targets.iter().map(|target| canonical::text(&target.expr.ast)).collect()
}

fn title(panel: &Panel) -> String {
    panel.spec.title.as_ref().map_or_else(|| panel.id.clone(), |title| title.value.clone())
}

fn panels(old: &Side<'_>, new: &Side<'_>, was: &Dashboard, is: &Dashboard, changes: &mut Vec<Change>) {
    let (before, after) = (by_id(was), by_id(is));
    let gone: Vec<&Panel> = before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, panel)| *panel).collect();
    let fresh: Vec<&Panel> = after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, panel)| *panel).collect();
    // A panel is known by its title: one that asks the same under another title has been given another title.
    let mut same: BTreeMap<BTreeSet<String>, [Vec<&Panel>; 2]> = BTreeMap::new();
    for (side, list) in [&gone, &fresh].into_iter().enumerate() {
        for panel in list.iter().filter(|panel| !panel.targets.is_empty()) {
            if let Some(group) = same.entry(asked(panel)).or_default().get_mut(side) {
                group.push(panel);
            }
        }
    }
    let pairs: Vec<(&Panel, &Panel)> = same
        .values()
        .filter_map(|[gone, fresh]| match (gone.as_slice(), fresh.as_slice()) {
            ([gone], [fresh]) => Some((*gone, *fresh)),
            _ => None,
        })
        .collect();
    let name = |panel: &Panel| format!("{}/{}", is.key, title(panel));
    for panel in gone.iter().filter(|panel| !pairs.iter().any(|(gone, _)| gone.id == panel.id)) {
        let details = panel.targets.iter().map(|target| Detail::new("showed", Some(target.expr.text.clone()), None)).collect();
        changes.push(Change::new(Subject::Panel, name(panel), Verb::Removed, Some(old.place(place(panel)))).with(details));
    }
    for panel in fresh.iter().filter(|panel| !pairs.iter().any(|(_, fresh)| fresh.id == panel.id)) {
        let details = panel.targets.iter().map(|target| Detail::new("shows", None, Some(target.expr.text.clone()))).collect();
        changes.push(Change::new(Subject::Panel, name(panel), Verb::Added, Some(new.place(place(panel)))).with(details));
    }
    let kept = after.iter().filter_map(|(id, panel)| Some((*before.get(id)?, *panel)));
    for (was, is) in kept.chain(pairs.iter().copied()) {
        let details = panel(was, is);
        if !details.is_empty() {
            changes.push(Change::new(Subject::Panel, name(is), Verb::Changed, Some(new.place(place(is)))).with(details));
        }
    }
}

fn place(panel: &Panel) -> crate::source::Span {
    panel.spec.title.as_ref().map_or(panel.spec.span, |title| title.span)
}

fn panel(was: &Panel, is: &Panel) -> Vec<Detail> {
    let mut all = Vec::new();
    let (a, b) = (&was.spec, &is.spec);
    all.extend(Detail::of("title", texts(a.title.as_ref()), texts(b.title.as_ref())));
    all.extend(Detail::of("kind", Some(a.kind.value.word()), Some(b.kind.value.word())));
    let (asked_before, asked_after) = (asked(was), asked(is));
    let only = |panel: &Panel, other: &BTreeSet<String>| -> Option<String> {
        let own = panel.targets.iter().filter(|target| !other.contains(&canonical::text(&target.expr.ast)));
        let texts: Vec<&str> = own.map(|target| target.expr.text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    };
    if asked_before != asked_after {
        all.push(Detail::new("expression", only(was, &asked_after), only(is, &asked_before)));
    }
    let status = |panel: &Panel| {
        let planned = panel.targets.is_empty() && !panel.planned.is_empty() || panel.spec.status.is_some();
        Some(if planned { "planned" } else { "shown" })
    };
    all.extend(Detail::of("status", status(was), status(is)));
    all.extend(Detail::of("unit", texts(a.unit.as_ref()), texts(b.unit.as_ref())));
    all.extend(Detail::of("description", texts(a.description.as_ref()), texts(b.description.as_ref())).map(words));
    all.extend(Detail::of("words", texts(a.content.as_ref()), texts(b.content.as_ref())).map(words));
    all.extend(Detail::of("least", a.min, b.min));
    all.extend(Detail::of("greatest", a.max, b.max));
    let thresholds = |panel: &Panel| {
        let all = panel.spec.thresholds.as_ref()?;
        Some(all.iter().map(|it| format!("{} {}", it.value.text, it.color.value)).collect::<Vec<_>>().join(", "))
    };
    all.extend(Detail::of("thresholds", thresholds(was), thresholds(is)));
    let legends = |panel: &Panel| -> Vec<Option<String>> {
        let mut all: Vec<_> = panel
            .targets
            .iter()
            .map(|target| target.spec.legend.as_ref().or(panel.spec.legend.as_ref()).map(|legend| legend.value.clone()))
            .collect();
        all.sort();
        all
    };
    all.extend(differs("legend", asked_before == asked_after && legends(was) != legends(is)));
    all.extend(differs("other Grafana fields", raw(a.grafana.as_ref()) != raw(b.grafana.as_ref())));
    all
}

fn words(detail: Detail) -> Detail {
    detail.effect(Effect::Words)
}
