//! Grafana's files: dashboards as JSON, provisioning as YAML.
//!
//! | file | what it writes |
//! |---|---|
//! | `dashboard` | a dashboard; rows; what passes through |
//! | `panel` | a panel: queries, fields, overrides, transformations |
//! | `view` | the options of each kind of panel |
//! | `variable` | the choices at the top |
//! | `provisioning` | data sources and the provider of the dashboards |
//! | `alerting` | rules, contact points, policies, mute timings, templates |
//!
//! The keys of every JSON object are sorted: the fields of the structs stand in that order.

mod alerting;
mod dashboard;
mod panel;
mod provisioning;
mod variable;
mod view;

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::emit::artifact::Artifact;
use crate::plan::grafana::Grafana;

/// The files of Grafana; none where the stack has no Grafana.
pub fn emit(plan: &Grafana, out: &mut Vec<Artifact>) {
    if plan.datasources.is_empty() {
        return;
    }
    out.par_extend(plan.dashboards.par_iter().map(dashboard::emit));
    provisioning::emit(plan, out);
    if let Some(alerting) = &plan.alerting {
        alerting::emit(alerting, out);
    }
}

/// A number without a needless fraction: `1`, not `1.0`.
#[derive(Clone, Copy)]
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers below this are exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < EXACT {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// A text in which Grafana would read `$NAME` as an environment variable, as it has to be written to stay what it is.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

#[cfg(test)]
mod tests;
