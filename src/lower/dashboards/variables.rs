//! Choices at the top of a dashboard.

use crate::diagnostic::Diagnostic;
use crate::model::dashboard;
use crate::plan::grafana::{Current, Variable, VariableKind};
use crate::spec::decode::{Text, rule};

/// The name of the choice of a data source, which every query of a dashboard uses.
pub(super) const DATASOURCE: &str = "datasource";

/// The steps of a choice of time steps that says none.
const STEPS: [&str; 6] = ["1m", "5m", "15m", "1h", "6h", "1d"];

/// The choices: the data source first, then those of the spec in their order.
pub(super) fn lower(variables: &[dashboard::Variable], diagnostics: &mut Vec<Diagnostic>) -> Vec<Variable> {
    let mut all = Vec::with_capacity(variables.len() + 1);
    if !variables.iter().any(|variable| variable.name.as_str() == DATASOURCE) {
        all.push(Variable {
            name: DATASOURCE.to_owned(),
            label: Some("Data source".to_owned()),
            hidden: false,
            kind: VariableKind::Datasource,
            multi: false,
            include_all: false,
            all_value: None,
            current: Current::First,
        });
    }
    for written in variables {
        let spec = &written.spec;
        if spec.values_of.is_none() && spec.values.is_none() && !spec.interval {
            let message = format!("the variable `{}` has no values", written.name.value);
            diagnostics.push(
                Diagnostic::error(rule::INVALID_VALUE, written.name.span, message)
                    .help("add `values_of: metric.label`, `values: [a, b]` or `interval: true`"),
            );
        }
        all.extend(variable(written));
    }
    all
}

fn variable(variable: &dashboard::Variable) -> Option<Variable> {
    let spec = &variable.spec;
    let own = |texts: &Option<Vec<Text>>| texts.iter().flatten().map(|text| text.value.clone()).collect::<Vec<_>>();
    let kind = if spec.interval {
        let steps = own(&spec.values);
        VariableKind::Interval(if steps.is_empty() { STEPS.map(str::to_owned).into() } else { steps })
    } else if spec.values.is_some() {
        VariableKind::Values(own(&spec.values))
    } else {
        let values = variable.values_of.as_ref()?;
        VariableKind::LabelValues {
            selector: values.selector.text.clone(),
            label: values.label.clone(),
            regex: spec.regex.as_ref().map(|regex| regex.value.clone()),
        }
    };
    let chooses_several = !spec.interval;
    let include_all = chooses_several && spec.include_all.unwrap_or(spec.multi);
    let multi = chooses_several && spec.multi;
    Some(Variable {
        name: variable.name.value.clone(),
        label: spec.label.as_ref().map(|label| label.value.clone()),
        hidden: spec.hidden,
        kind,
        multi,
        include_all,
        all_value: spec.all_value.as_ref().filter(|_| include_all).map(|value| value.value.clone()),
        current: match &spec.default {
            Some(default) => Current::Value(default.value.clone()),
            None if include_all => Current::All,
            None => Current::First,
        },
    })
}
