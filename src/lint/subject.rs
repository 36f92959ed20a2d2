//! What is linted: alerts, recording rules and dashboards with the series that exist. A spec has more to look at, the [`Stack`]; rule files and
//! dashboards that were written elsewhere have not.

use serde_json::Value as Json;

use crate::lint::outline::AlertOutline;
use crate::load::templates::TemplateFile;
use crate::model::Model;
use crate::model::delivery::Route;
use crate::model::expr::Expr;
use crate::model::item::Item;
use crate::model::job::Job;
use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::catalog::MapCatalog;
use crate::resolve::stack::Settings;
use crate::source::Span;
use crate::spec::Spec;
use crate::spec::decode::Text;
use crate::spec::metric::Metric;
use crate::template::{Inspection, TemplateError};

/// Everything that rules look at.
#[derive(Debug)]
pub struct Subject<'a> {
    /// Alert rules. Where there may be very many of them they are looked at beforehand, a part at a time, and only their outlines are here.
    pub alerts: &'a [AlertRule],
    /// What is kept of all alerts that are not only planned.
    pub outlines: Vec<AlertOutline>,
    /// Recording rules.
    pub records: &'a [RecordRule],
    /// Dashboards.
    pub dashboards: Vec<Dashboard<'a>>,
    /// The series that exist.
    pub catalog: &'a MapCatalog,
    /// The stack around them, when a spec describes it.
    pub stack: Option<Stack<'a>>,
}

/// The stack that a spec describes.
#[derive(Debug, Clone, Copy)]
pub struct Stack<'a> {
    /// As written.
    pub spec: &'a Spec,
    /// The packs that ship with the tool.
    pub shipped: &'a Spec,
    /// Its settings.
    pub settings: &'a Settings,
    /// What is scraped.
    pub jobs: &'a [Job],
    /// Who is told of which alert.
    pub route: Option<&'a Route>,
    /// The files with notification templates.
    pub templates: &'a [TemplateFile],
    /// All of it, resolved.
    pub model: &'a Model,
}

impl<'a> Stack<'a> {
    /// The stack of a resolved spec.
    pub fn of(model: &'a Model) -> Self {
        Self {
            spec: &model.spec,
            shipped: &model.shipped,
            settings: &model.settings,
            jobs: &model.jobs,
            route: model.route.as_ref(),
            templates: &model.templates,
            model,
        }
    }
}

/// A dashboard.
#[derive(Debug)]
pub struct Dashboard<'a> {
    /// Its name.
    pub item: &'a Item,
    /// Its uid.
    pub uid: &'a str,
    /// Where the uid is written, or else the name that it is made of.
    pub uid_span: Span,
    /// What people see as its name.
    pub title: &'a Text,
    /// Its variables.
    pub variables: Vec<Variable<'a>>,
    /// Its rows.
    pub rows: Vec<Row<'a>>,
    /// Other texts in which variables may be used.
    pub texts: Vec<&'a Text>,
    /// Other parts of it, as they are written.
    pub raw: Vec<(&'a Json, Span)>,
}

/// A variable of a dashboard.
#[derive(Debug)]
pub struct Variable<'a> {
    /// Its name.
    pub name: &'a Text,
    /// The selector that its values come from.
    pub selector: Option<&'a Expr>,
    /// Texts in which it uses other variables.
    pub texts: Vec<&'a Text>,
    /// All of it.
    pub span: Span,
}

/// A row of a dashboard.
#[derive(Debug)]
pub struct Row<'a> {
    /// What people see.
    pub title: Option<&'a Text>,
    /// The variable for each of whose values there is one.
    pub repeat: Option<&'a Text>,
    /// Its panels.
    pub panels: Vec<Panel<'a>>,
}

/// A panel.
#[derive(Debug)]
pub struct Panel<'a> {
    /// Its name in the dashboard.
    pub id: &'a str,
    /// What people see above it.
    pub title: Option<&'a Text>,
    /// Where its kind, or else its beginning, is written.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// Whether it shows words.
    pub is_text: bool,
    /// The variable for each of whose values there is one.
    pub repeat: Option<&'a Text>,
    /// The unit as written.
    pub unit: Option<&'a Text>,
    /// The greatest value of its axis.
    pub max: Option<f64>,
    /// Its expressions.
    pub targets: Vec<Target<'a>>,
    /// Other texts in which variables may be used.
    pub texts: Vec<&'a Text>,
    /// Other parts of it, as they are written.
    pub raw: Vec<(&'a Json, Span)>,
}

/// An expression of a panel.
#[derive(Debug)]
pub struct Target<'a> {
    /// Its letter.
    pub ref_id: &'a str,
    /// The expression.
    pub expr: &'a Expr,
    /// The legend as written.
    pub legend: Option<&'a Text>,
    /// Its own unit as written.
    pub unit: Option<&'a Text>,
    /// Computed but not shown.
    pub hidden: bool,
    /// The value at one time rather than over a range of time.
    pub instant: Option<bool>,
}

/// An expression with what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The expression.
    pub expr: &'a Expr,
    /// The thing that it belongs to.
    pub item: &'a Item,
    /// What it is for.
    pub purpose: Purpose<'a>,
}

/// What an expression is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// An alert.
    Alert(&'a AlertRule),
    /// A recording rule.
    Record(&'a RecordRule),
    /// A panel.
    Panel(&'a Dashboard<'a>, &'a Panel<'a>, &'a Target<'a>),
    /// The values of a variable.
    Variable(&'a Dashboard<'a>, &'a Variable<'a>),
}

impl<'a> Use<'a> {
    /// The alert that it is for.
    pub fn alert(&self) -> Option<&'a AlertRule> {
        match self.purpose {
            Purpose::Alert(rule) => Some(rule),
            _ => None,
        }
    }

    /// Where the things are named that it belongs to.
    pub fn owners(&self) -> impl Iterator<Item = Span> {
        let part = match self.purpose {
            Purpose::Panel(_, panel, _) => Some(panel.span),
            Purpose::Variable(_, variable) => Some(variable.span),
            Purpose::Alert(_) | Purpose::Record(_) => None,
        };
        [self.item.span].into_iter().chain(part)
    }
}

/// A label or an annotation of an alert, read as a template.
#[derive(Debug)]
pub struct AlertText<'a> {
    /// The name of the label or annotation.
    pub name: &'a str,
    /// Whether it is a label.
    pub is_label: bool,
    /// The text.
    pub text: &'a Text,
    /// What cannot be parsed.
    pub errors: Vec<TemplateError>,
    /// What it reads, and what fails when it is expanded.
    pub inspection: Inspection,
}

/// A metric that the spec declares.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its name stands.
    pub span: Span,
    /// As written.
    pub metric: &'a Metric,
    /// What declares it: a service, an exporter, or a metric set.
    pub owner: Owner<'a>,
}

/// What declares a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A metric set.
    Set(&'a str),
    /// A service.
    Service(&'a str),
    /// An exporter.
    Exporter(&'a str),
}

impl<'a> Subject<'a> {
    /// What a resolved spec gives to look at.
    pub fn of(model: &'a Model) -> Self {
        Self {
            alerts: &model.alerts,
            outlines: model.alerts.iter().filter_map(AlertOutline::of).collect(),
            records: &model.records,
            dashboards: model.dashboards.iter().map(Dashboard::of).collect(),
            catalog: &model.catalog,
            stack: Some(Stack::of(model)),
        }
    }

    /// All expressions with what they are for.
    pub fn uses(&self) -> Vec<Use<'_>> {
        let records = self.records.iter().map(|rule| Use { expr: &rule.expr, item: &rule.item, purpose: Purpose::Record(rule) });
        self.uses_of_alerts().chain(records).chain(self.dashboards.iter().flat_map(Dashboard::uses)).collect()
    }

    /// The expressions of the alerts.
    pub fn uses_of_alerts(&self) -> impl Iterator<Item = Use<'_>> {
        self.alerts.iter().map(|rule| Use { expr: &rule.expr, item: &rule.item, purpose: Purpose::Alert(rule) })
    }

    /// All metrics that the spec itself declares.
    pub fn declared(&self) -> Vec<Declared<'_>> {
        let Some(stack) = &self.stack else { return Vec::new() };
        let spec = stack.spec;
        let sets = spec.metric_sets.iter().flat_map(|(set, entry)| {
            let owner = Owner::Set(set);
            entry.value.iter().map(move |(name, metric)| (name, metric, owner))
        });
        let services = spec.services.iter().filter_map(|(service, entry)| {
            let metrics = entry.value.metrics.as_ref()?;
            Some(metrics.define.iter().map(move |(name, metric)| (name, metric, Owner::Service(service))))
        });
        let exporters = spec.exporters.iter().filter_map(|(exporter, entry)| {
            let metrics = entry.value.metrics.as_ref()?;
            Some(metrics.define.iter().map(move |(name, metric)| (name, metric, Owner::Exporter(exporter))))
        });
        sets.chain(services.flatten())
            .chain(exporters.flatten())
            .map(|(name, entry, owner)| Declared { name, span: entry.key, metric: &entry.value, owner })
            .collect()
    }
}
