//! Dashboards of a spec, as rules look at them.

use crate::lint::subject::{Dashboard, Panel, Purpose, Row, Target, Use, Variable};
use crate::model::dashboard as model;
use crate::source::Span;
use crate::spec::dashboard as spec;
use crate::spec::decode::{Map, Text};

impl<'a> Dashboard<'a> {
    /// A dashboard of a resolved spec.
    pub fn of(dashboard: &'a model::Dashboard) -> Self {
        let written = &dashboard.spec;
        let mut texts = vec![&written.title];
        texts.extend(&written.description);
        texts.extend(written.links.iter().flat_map(link_texts));
        Self {
            item: &dashboard.item,
            uid: &dashboard.uid,
            uid_span: written.uid.as_ref().map_or(dashboard.item.span, |uid| uid.span),
            title: &written.title,
            variables: dashboard.variables.iter().map(variable).collect(),
            rows: dashboard.rows.iter().map(row).collect(),
            texts,
            raw: written.grafana.iter().map(|raw| (&raw.json, raw.span)).collect(),
        }
    }

    /// All panels.
    pub fn panels(&self) -> impl Iterator<Item = &Panel<'a>> {
        self.rows.iter().flat_map(|row| row.panels.iter())
    }

    /// All expressions with what they are for.
    pub fn uses(&self) -> impl Iterator<Item = Use<'_>> {
        let variables = self.variables.iter().filter_map(move |variable| {
            Some(Use { expr: variable.selector?, item: self.item, purpose: Purpose::Variable(self, variable) })
        });
        let panels = self.panels().flat_map(move |panel| {
            panel.targets.iter().map(move |target| Use {
                expr: target.expr,
                item: self.item,
                purpose: Purpose::Panel(self, panel, target),
            })
        });
        variables.chain(panels)
    }
}

fn variable(variable: &model::Variable) -> Variable<'_> {
    let written = &variable.spec;
    let mut texts: Vec<&Text> = values(&written.where_).collect();
    texts.extend(&written.regex);
    texts.extend(&written.default);
    Variable {
        name: &variable.name,
        selector: variable.values_of.as_ref().map(|values| &values.selector),
        texts,
        span: reach(variable.name.span, written.span),
    }
}

/// From a name to the end of what it names, when both stand in one file.
fn reach(name: Span, value: Span) -> Span {
    if name.source == value.source { name.to(value) } else { value }
}

fn row(row: &model::Row) -> Row<'_> {
    Row { title: row.title.as_ref(), repeat: row.repeat.as_ref(), panels: row.panels.iter().map(panel).collect() }
}

fn panel(panel: &model::Panel) -> Panel<'_> {
    let written = &panel.spec;
    let mut texts: Vec<&Text> = Vec::new();
    texts.extend(&written.title);
    texts.extend(&written.description);
    texts.extend(&written.content);
    texts.extend(&written.window);
    texts.extend(written.links.iter().flat_map(link_texts));
    texts.extend(values(&written.where_).chain(values(&written.with)));
    for target in &panel.targets {
        texts.extend(&target.spec.legend);
        texts.extend(&target.spec.window);
        texts.extend(values(&target.spec.where_).chain(values(&target.spec.with)));
    }
    Panel {
        id: &panel.id,
        title: written.title.as_ref(),
        head: written.kind.span,
        span: written.span,
        is_text: written.kind.value == spec::PanelKind::Text,
        repeat: written.repeat.as_ref(),
        unit: written.unit.as_ref(),
        max: written.max,
        targets: panel.targets.iter().map(|target| self::target(target, written)).collect(),
        texts,
        raw: written.grafana.iter().map(|raw| (&raw.json, raw.span)).collect(),
    }
}

fn target<'a>(target: &'a model::Target, panel: &'a spec::Panel) -> Target<'a> {
    Target {
        ref_id: &target.ref_id,
        expr: &target.expr,
        legend: target.spec.legend.as_ref(),
        unit: target.spec.unit.as_ref(),
        hidden: target.spec.hidden,
        instant: target.spec.instant.or(panel.instant),
    }
}

fn link_texts(link: &spec::Link) -> impl Iterator<Item = &Text> {
    [&link.title].into_iter().chain(&link.url)
}

fn values(map: &Map<Text>) -> impl Iterator<Item = &Text> {
    map.iter().map(|(_, entry)| &entry.value)
}
