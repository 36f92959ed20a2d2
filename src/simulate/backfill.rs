//! The past, as a server would have it had it scraped the simulation all along: OpenMetrics text with times, for
//! `promtool tsdb create-blocks-from openmetrics`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use crate::simulate::exposition::{samples, write_labels};
use crate::simulate::history::History;
use crate::simulate::{Simulation, Target};

/// Writes the samples of all targets at these times, in seconds since 1970 and ascending, with `up` and with the labels of the targets. `keep`
/// says which series are wanted, by the name of the metric.
///
/// # Errors
///
/// Those of the writer.
pub fn write(
    simulation: &Simulation,
    history: &History,
    times: &[f64],
    keep: &dyn Fn(&str) -> bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut text = String::new();
    for target in &simulation.targets {
        for t in times {
            target.samples_at(history, *t, keep, &mut text);
        }
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    out.write_all(b"# EOF\n")
}

impl Target {
    fn samples_at(&self, history: &History, t: f64, keep: &dyn Fn(&str) -> bool, text: &mut String) {
        if !self.is_listed(history, t) {
            return;
        }
        let up = self.is_up(history, t);
        let mut line = |name: &str, labels: &BTreeMap<Cow<'_, str>, Cow<'_, str>>, value: f64| {
            text.push_str(name);
            let labels: Vec<(&str, Cow<'_, str>)> = labels.iter().map(|(label, value)| (&**label, value.clone())).collect();
            write_labels(&labels, text);
            let _ = writeln!(text, " {value} {t:.3}");
        };
        let of_target: BTreeMap<Cow<'_, str>, Cow<'_, str>> =
            self.labels.iter().map(|(label, value)| (label.as_str().into(), value.as_str().into())).collect();
        if keep("up") {
            line("up", &of_target, if up { 1.0 } else { 0.0 });
        }
        if !up {
            return;
        }
        let mut found = Vec::new();
        for family in self.families.iter().filter(|family| keep(&family.name)) {
            for series in &family.series {
                samples(family, series, self.reading(family, series, history, t), &mut found);
            }
        }
        for sample in found {
            let mut labels = of_target.clone();
            for (label, value) in sample.labels {
                let taken = self.labels.contains_key(label);
                let name: Cow<'_, str> =
                    if taken && !self.honor_labels { format!("exported_{label}").into() } else { label.as_str().into() };
                labels.insert(name, value.as_str().into());
            }
            if let Some((label, bound)) = sample.bound {
                let spelt = crate::promql::catalog::bound_label(bound, crate::promql::catalog::Spelling::OpenMetrics);
                labels.insert(label.into(), spelt.into());
            }
            line(&sample.name, &labels, sample.value);
        }
    }
}
