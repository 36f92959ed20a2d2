//! Panels and variables: their queries return something.

use std::collections::BTreeMap;

use regex::Regex;

use crate::diagnostic::{RuleId, Severity};
use crate::model::dashboard::{Dashboard, Panel};
use crate::promql::{self, Dialect, MatchOp, Matcher, Text, TextPart};
use crate::server::ServerError;
use crate::server::printable;
use crate::server::prometheus::Prometheus;
use crate::spec::quantity::Duration;
use crate::verify::{Stack, Verified, counted};

/// A panel whose query returns nothing.
pub(super) const NO_DATA: RuleId = "verify/no-data";
/// A query that the server refuses.
pub(super) const QUERY_FAILS: RuleId = "verify/query-fails";

/// Asks every query; the text says how many panels show something.
pub(super) fn verify(stack: Stack<'_>, server: &Prometheus<'_>, found: &mut Verified) -> Result<String, ServerError> {
    let (mut with_data, mut asked) = (0, 0);
    for dashboard in &stack.model.dashboards {
        let filled = Filled::of(stack, dashboard);
        variables(server, dashboard, &filled, found)?;
        for panel in dashboard.rows.iter().flat_map(|row| &row.panels) {
            if panel.targets.is_empty() || !panel.planned.is_empty() || panel.spec.status.is_some() {
                continue;
            }
            asked += 1;
            with_data += usize::from(self::panel(server, dashboard, panel, &filled, found)?);
        }
    }
    Ok(format!("{with_data} of {} with data", counted(asked, "panel")))
}

fn variables(server: &Prometheus<'_>, dashboard: &Dashboard, filled: &Filled, found: &mut Verified) -> Result<(), ServerError> {
    for variable in &dashboard.variables {
        let Some(values) = &variable.values_of else { continue };
        let Some(selector) = filled.fill(&values.selector.ast) else { continue };
        let name = variable.name.as_str();
        let span = Some(variable.name.span);
        match server.query(&format!("group by ({}) ({selector})", values.label))? {
            Err(reason) => {
                let message = format!("the query of the variable `{name}` of `{}` fails: {}", dashboard.key, printable(&reason));
                found.add(QUERY_FAILS, Severity::Error, span, message);
            }
            Ok(series) if !series.iter().any(|sample| sample.labels.contains_key(&values.label)) => {
                let message = format!(
                    "the variable `{name}` of `{}` has no values: `{selector}` has none for `{}`",
                    dashboard.key, values.label
                );
                found.add(NO_DATA, Severity::Warning, span, message);
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Whether all queries of a panel return something.
fn panel(
    server: &Prometheus<'_>,
    dashboard: &Dashboard,
    panel: &Panel,
    filled: &Filled,
    found: &mut Verified,
) -> Result<bool, ServerError> {
    let mut empty = Vec::new();
    let place = || panel.spec.title.as_ref().map_or(panel.spec.span, |title| title.span);
    for target in &panel.targets {
        let Some(expr) = filled.fill(&target.expr.ast) else { continue };
        match server.query(&expr)? {
            Err(reason) => {
                let message = format!("a query of the panel `{}` of `{}` fails: {}", panel.id, dashboard.key, printable(&reason));
                let span = target.expr.origin().unwrap_or_else(place);
                found.add(QUERY_FAILS, Severity::Error, Some(span), message).help = Some(format!("it asks {}", printable(&expr)));
                empty.push(None);
            }
            Ok(series) if series.is_empty() => empty.push(Some(expr)),
            Ok(_) => {}
        }
    }
    let nothing: Vec<&String> = empty.iter().flatten().collect();
    if let Some(first) = nothing.first() {
        let all = panel.targets.len();
        let which = match (nothing.len(), all) {
            (_, 1) => "its query returns".to_owned(),
            (empty, all) if empty == all => "its queries return".to_owned(),
            (empty, all) => format!("{empty} of its {all} queries return"),
        };
        let message = format!("the panel `{}` of `{}` has no data: {which} nothing", panel.id, dashboard.key);
        found.add(NO_DATA, Severity::Warning, Some(place()), message).help = Some(format!("it asks {}", printable(first)));
    }
    Ok(empty.is_empty())
}

/// The values that the variables of a dashboard get: all.
struct Filled {
    values: BTreeMap<String, String>,
    /// What "all" is, where the spec says it.
    all: BTreeMap<String, String>,
    variable: Option<Regex>,
}

impl Filled {
    fn of(stack: Stack<'_>, dashboard: &Dashboard) -> Self {
        let settings = &stack.model.settings;
        let scrape = settings.scrape_interval;
        let rate = Duration::from_millis(scrape.millis.saturating_mul(4));
        let range = dashboard.spec.range.as_ref().map_or(Duration::from_secs(6 * 3600), |range| range.value);
        let mut values = BTreeMap::new();
        for (name, duration) in [("interval", scrape), ("rate_interval", rate), ("range", range)] {
            values.insert(format!("__{name}"), duration.to_string());
            values.insert(format!("__{name}_ms"), duration.millis.to_string());
            values.insert(format!("__{name}_s"), (duration.millis / 1000).to_string());
        }
        let mut all = BTreeMap::new();
        for variable in &dashboard.variables {
            let spec = &variable.spec;
            let fixed = spec.default.as_ref().or_else(|| spec.values.as_ref().and_then(|values| values.first()));
            match fixed {
                Some(value) => values.insert(variable.name.value.clone(), value.value.clone()),
                None if spec.interval => values.insert(variable.name.value.clone(), rate.to_string()),
                None => None,
            };
            if let Some(value) = &spec.all_value {
                all.insert(variable.name.value.clone(), value.value.clone());
            }
        }
        let variable = Regex::new(r"\$\{([A-Za-z_]\w*)[^}]*\}|\[\[([A-Za-z_]\w*)[^\]]*\]\]|\$([A-Za-z_]\w*)").ok();
        Self { values, all, variable }
    }

    /// The expression as the server gets it; `None` where that cannot be said.
    fn fill(&self, expr: &promql::Expr) -> Option<String> {
        let mut expr = expr.clone();
        expr.selectors_mut(&mut |selector| {
            selector.matchers.retain_mut(|matcher| self.widen(matcher));
        });
        let text = expr.to_string();
        let text = self.variable.as_ref()?.replace_all(&text, |found: &regex::Captures<'_>| {
            let name = found.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
            self.values.get(name).cloned().unwrap_or_else(|| ".*".to_owned())
        });
        promql::parse(&text, Dialect::Prometheus).errors.is_empty().then(|| text.into_owned())
    }

    /// Makes a matcher that asks for the values of variables ask for all of them; `false` where it then asks for nothing.
    fn widen(&self, matcher: &mut Matcher) -> bool {
        let Text::Template(parts) = &matcher.value else { return true };
        if matches!(matcher.op, MatchOp::NotEqual | MatchOp::NotRegex) {
            return false;
        }
        let pattern = match parts.as_slice() {
            [TextPart::Variable(variable)] => self.all.get(&variable.name).cloned().unwrap_or_else(|| ".+".to_owned()),
            parts => parts
                .iter()
                .map(|part| match part {
                    TextPart::Variable(_) => ".*".to_owned(),
                    TextPart::Literal(text) if matcher.op == MatchOp::Equal => regex::escape(text),
                    TextPart::Literal(text) => text.clone(),
                })
                .collect(),
        };
        matcher.op = MatchOp::Regex;
        matcher.value = Text::plain(pattern);
        true
    }
}
