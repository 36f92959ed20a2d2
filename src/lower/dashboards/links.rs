//! Links between dashboards and to the outside.

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::model::Model;
use crate::plan::grafana::DashboardLink;
use crate::plan::grafana::panel::Link;
use crate::resolve::pack::UNKNOWN_NAME;
use crate::spec::dashboard as spec;
use crate::spec::decode::rule;

/// What a link to a dashboard carries over from where it stands.
const SAME_TIME: &str = "?${__url_time_range}";

/// The links at the top of a dashboard.
pub(super) fn of_dashboard(links: &[spec::Link], model: &Model, diagnostics: &mut Vec<Diagnostic>) -> Vec<DashboardLink> {
    let one = |link: &spec::Link| {
        let url = address(link, model, diagnostics)?;
        let link_ = Link { title: link.title.value.clone(), url, new_tab: link.new_tab };
        Some(DashboardLink { link: link_, is_dashboard: link.dashboard.is_some() })
    };
    links.iter().filter_map(one).collect()
}

/// The links of a panel.
pub(super) fn of_panel(links: &[spec::Link], model: &Model, diagnostics: &mut Vec<Diagnostic>) -> Vec<Link> {
    let one = |link: &spec::Link| {
        let mut url = address(link, model, diagnostics)?;
        if link.dashboard.is_some() {
            url.push_str(SAME_TIME);
        }
        Some(Link { title: link.title.value.clone(), url, new_tab: link.new_tab })
    };
    links.iter().filter_map(one).collect()
}

fn address(link: &spec::Link, model: &Model, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    match (&link.url, &link.dashboard) {
        (Some(url), None) => Some(url.value.clone()),
        (None, Some(key)) => {
            if let Ok(index) = model.dashboards.binary_search_by(|dashboard| dashboard.key.as_str().cmp(key.as_str())) {
                return Some(format!("/d/{}", model.dashboards[index].uid));
            }
            if !model.spec.dashboards.knows(key.as_str()) {
                let near = suggest::nearest(key.as_str(), model.spec.dashboards.names());
                let help =
                    suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `dashboards:`, or give a `url`".to_owned());
                let message = format!("there is no dashboard `{}`", key.value);
                diagnostics.push(Diagnostic::error(UNKNOWN_NAME, key.span, message).help(help));
            }
            None
        }
        _ => {
            diagnostics.push(
                Diagnostic::error(rule::INVALID_VALUE, link.span, "a link leads to one place")
                    .help("give it a `url` or a `dashboard`"),
            );
            None
        }
    }
}
