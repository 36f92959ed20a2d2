//! Pages in Markdown, as GitHub and most viewers show it.
//!
//! The templates are in `templates/`. `{{text}}` is a text of the spec, written so that it stays text, in a table too; `{{code text}}` puts it
//! between backticks, `{{fence text}}` between fences; `{{link link "../"}}` is a link as seen from a folder below. Only what people write
//! as Markdown themselves is put in as it is, with three braces. The rows of the tables of metrics and of shared pages, of which there may be a hundred
//! thousand, come ready made from `tables`.

mod index;
mod markdown;
mod tables;

use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::artifact::Artifact;
use crate::plan::docs::{Alerts, Docs};

/// The templates by name.
const TEMPLATES: [(&str, &str); 6] = [
    ("alert", include_str!("templates/alert.md.hbs")),
    ("index", include_str!("templates/index.md.hbs")),
    ("metrics", include_str!("templates/metrics.md.hbs")),
    ("records", include_str!("templates/records.md.hbs")),
    ("service", include_str!("templates/service.md.hbs")),
    ("shelf", include_str!("templates/shelf.md.hbs")),
];

/// The pages, below `docs/`.
pub fn emit(plan: &Docs, out: &mut Vec<Artifact>) {
    let templates = templates();
    let page = |template: &str, path: &str, data: &Json, items: Vec<String>| {
        Artifact::new(format!("docs/{path}"), render(&templates, template, data), items)
    };
    out.push(page("index", "README.md", &json(&index::of(plan)), plan.items.clone()));
    for service in &plan.services {
        let data = Page { page: service, rows: tables::metrics(&service.metrics) };
        out.push(page("service", &service.path, &json(&data), vec![service.item.clone()]));
    }
    for set in &plan.metrics {
        let data = Page { page: set, rows: tables::metrics(&set.metrics) };
        out.push(page("metrics", &set.path, &json(&data), Vec::new()));
    }
    match &plan.alerts {
        Alerts::Pages(pages) => {
            for alert in pages {
                out.push(page("alert", &alert.path, &json(alert), vec![format!("alerts.{}", alert.name)]));
            }
        }
        Alerts::Shelves(shelves) => {
            for shelf in shelves {
                let items = shelf.alerts.iter().map(|alert| format!("alerts.{}", alert.name)).collect();
                let data = Page { page: shelf, rows: tables::alerts(&shelf.alerts) };
                out.push(page("shelf", &shelf.path, &json(&data), items));
            }
        }
    }
    if !plan.records.is_empty() {
        out.push(page("records", "recording_rules.md", &json(&plan.records), Vec::new()));
    }
}

/// A page with the rows of its table.
#[derive(Serialize)]
struct Page<'p, T> {
    #[serde(flatten)]
    page: &'p T,
    rows: String,
}

fn templates() -> Handlebars<'static> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_escape_fn(markdown::escape);
    templates.register_helper("code", Box::new(code));
    templates.register_helper("fence", Box::new(fence));
    templates.register_helper("link", Box::new(link));
    for (name, text) in TEMPLATES {
        if let Err(error) = templates.register_template_string(name, text) {
            unreachable!("the template {name} is wrong: {error}");
        }
    }
    templates
}

fn render(templates: &Handlebars<'_>, template: &str, data: &Json) -> String {
    match templates.render(template, data) {
        Ok(mut text) => {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text
        }
        // The data of a template are the fields of one plain struct, and a test renders each of them.
        Err(error) => unreachable!("the template {template} does not fit its data: {error}"),
    }
}

fn json(value: &impl Serialize) -> Json {
    match serde_json::to_value(value) {
        Ok(json) => json,
        Err(error) => unreachable!("a page cannot be written: {error}"),
    }
}

/// Between backticks.
fn code(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&markdown::code(text(helper, 0)))?;
    Ok(())
}

/// Between fences, on lines of its own.
fn fence(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&markdown::fence(text(helper, 0)))?;
    Ok(())
}

/// A link; the second argument leads to the folder of the pages.
fn link(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let field = |name: &str| helper.param(0).and_then(|link| link.value().get(name)).and_then(Json::as_str).unwrap_or_default();
    let mut written = String::new();
    markdown::push_link(&mut written, field("title"), text(helper, 1), field("path"));
    out.write(&written)?;
    Ok(())
}

fn text<'h>(helper: &'h Helper<'_>, index: usize) -> &'h str {
    helper.param(index).and_then(|param| param.value().as_str()).unwrap_or_default()
}
