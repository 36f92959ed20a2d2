//! The spec in `specs/` and what it compiles to, changed only in its times and addresses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use optiinfra_gen::diagnostic::Severity;
use optiinfra_gen::emit::{self, Artifact};
use optiinfra_gen::model::Model;
use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::plan::Plan;
use optiinfra_gen::plan::alertmanager::{Receiver, Route};
use optiinfra_gen::plan::prometheus::{Prometheus, RuleGroup};
use optiinfra_gen::promql::{self, Dialect};
use optiinfra_gen::simulate::history::History;
use optiinfra_gen::simulate::{Options, Simulation, backfill};
use optiinfra_gen::world::OsWorld;
use serde_json::json;

use crate::tool::{PROMTOOLS, root, run};

/// How long an alert must hold here.
const HOLD: &str = "2s";

/// The compiled spec.
pub(crate) struct Stack {
    pub(crate) model: Model,
    pub(crate) plan: Plan,
}

impl Stack {
    /// `specs/`, compiled.
    pub(crate) fn own() -> Self {
        Self::of(&root().join("specs"))
    }

    /// Another spec, compiled.
    pub(crate) fn of(folder: &Path) -> Self {
        let checked = pipeline::check(&OsWorld, folder, &CheckOptions::default()).unwrap();
        let errors: Vec<&str> = checked
            .diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| found.message.as_str())
            .collect();
        assert!(!checked.has_errors(), "{} has errors: {errors:#?}", folder.display());
        let model = checked.model.unwrap();
        let (plan, _) = pipeline::plan(&model, &checked.sources);
        Self { model, plan }
    }

    pub(crate) fn simulation(&self) -> Simulation {
        Simulation::new(&self.model, Options::default())
    }

    /// The names of all series that the rules read, those of histograms without their suffix.
    pub(crate) fn read_by_rules(&self) -> BTreeSet<String> {
        let rules = self.model.records.iter().map(|rule| &rule.expr.ast);
        let mut names = BTreeSet::from(["up".to_owned()]);
        rules.chain(self.model.alerts.iter().map(|rule| &rule.expr.ast)).for_each(|expr| collect(expr, &mut names));
        names
    }

    /// The same for everything that dashboards read.
    pub(crate) fn read_by_dashboards(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for dashboard in &self.model.dashboards {
            let panels = dashboard.rows.iter().flat_map(|row| &row.panels);
            panels.flat_map(|panel| &panel.targets).for_each(|target| collect(&target.expr.ast, &mut names));
        }
        names
    }

    /// Prometheus' files with short times: alerts fire after seconds, rules are evaluated every second. Expressions stay as they are.
    pub(crate) fn quick(&self, mut plan: Prometheus, alertmanager: &str) -> Prometheus {
        plan.global.evaluation_interval = "1s".to_owned();
        plan.alertmanagers = vec![alertmanager.to_owned()];
        for group in plan.alert_groups.iter_mut().chain(&mut plan.record_groups) {
            shorten(group);
        }
        plan
    }

    /// Alertmanager's configuration with short times, and with every receiver at this address under its name.
    pub(crate) fn alertmanager(&self, webhook: &str) -> Vec<Artifact> {
        let mut plan = self.plan.alertmanager.clone().expect("the stack has an Alertmanager");
        plan.global.clear();
        quick_route(&mut plan.route);
        for Receiver { name, integrations } in &mut plan.receivers {
            let fields = json!({"url": format!("http://{webhook}/{name}"), "send_resolved": true});
            let fields = fields.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            *integrations = [("webhook_configs", vec![fields])].into();
        }
        let mut files = Vec::new();
        emit::alertmanager::emit(&plan, &mut files);
        files
    }
}

fn collect(expr: &promql::Expr, names: &mut BTreeSet<String>) {
    expr.selectors(&mut |selector| {
        let Some(name) = selector.name.as_ref().and_then(|name| name.text.as_plain()) else { return };
        for suffix in ["_bucket", "_sum", "_count"] {
            names.extend(name.strip_suffix(suffix).map(str::to_owned));
        }
        names.insert(name.to_owned());
    });
}

fn shorten(group: &mut RuleGroup) {
    group.interval = None;
    for rule in &mut group.rules {
        rule.hold = rule.hold.as_ref().map(|_| HOLD.to_owned());
        rule.keep_firing_for = rule.keep_firing_for.as_ref().map(|_| HOLD.to_owned());
    }
}

fn quick_route(route: &mut Route) {
    route.group_wait = Some("1s".to_owned());
    route.group_interval = Some("1s".to_owned());
    route.routes.iter_mut().for_each(quick_route);
}

/// Writes files below a folder.
pub(crate) fn write(files: &[Artifact], folder: &Path) {
    for file in files {
        let path = folder.join(file.path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Makes a database that holds the past of a simulation; `false` when promtool is not there.
pub(crate) fn backfilled(
    simulation: &Simulation,
    history: &History,
    times: &[f64],
    keep: &BTreeSet<String>,
    folder: &Path,
) -> bool {
    let [_, promtool] = PROMTOOLS;
    let Some(program) = promtool.find() else { return false };
    let text: PathBuf = folder.join("past.om");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&text).unwrap());
    backfill::write(simulation, history, times, &|name| keep.contains(name), &mut file).unwrap();
    drop(file);
    let mut command = std::process::Command::new(program);
    command.args(["tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=720h"]);
    run(command.arg(&text).arg(folder.join("data"))).accepted("promtool takes the past");
    true
}

/// A rule's expression parses here as it does in the product; used to look for the metrics of one query.
pub(crate) fn metrics_of(text: &str) -> BTreeSet<String> {
    let parsed = promql::parse(text, Dialect::Grafana);
    let mut names = BTreeSet::new();
    collect(&parsed.expr, &mut names);
    names
}
