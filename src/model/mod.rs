//! The resolved stack: names are bound, defaults filled in, every expression stands in its final form.

pub mod dashboard;
pub mod delivery;
pub mod expr;
pub mod item;
pub mod job;
pub mod matcher;
pub mod rule;
pub mod scenario;

use std::sync::{Arc, OnceLock};

use crate::load::templates::TemplateFile;
use crate::model::dashboard::Dashboard;
use crate::model::delivery::Route;
use crate::model::job::Job;
use crate::model::rule::{AlertRule, RecordRule};
use crate::model::scenario::Scenario;
use crate::promql::catalog::MapCatalog;
use crate::prove::{self, Proof};
use crate::resolve::stack::Settings;
use crate::spec::Spec;

/// The resolved stack.
#[derive(Debug)]
pub struct Model {
    /// The spec as written, for what needs no resolving.
    pub spec: Arc<Spec>,
    /// The packs and client libraries that ship with the tool.
    pub shipped: Arc<Spec>,
    /// The stack's settings.
    pub settings: Settings,
    /// Everything that is scraped, in the order of the jobs' names.
    pub jobs: Vec<Job>,
    /// Every series that exists, recorded ones included.
    pub catalog: MapCatalog,
    /// Recording rules; each stands after those that it reads.
    pub records: Vec<RecordRule>,
    /// Alert rules in the order of their names.
    pub alerts: Vec<AlertRule>,
    /// Dashboards in the order of their keys.
    pub dashboards: Vec<Dashboard>,
    /// Who is told of which alert; `None` when nobody is.
    pub route: Option<Route>,
    /// States in which the simulated stack can be put, in the order of their names.
    pub scenarios: Vec<Scenario>,
    /// The files with notification templates that the spec names; whoever has a disk reads them.
    pub templates: Vec<TemplateFile>,
    /// The tests of the alerts, once somebody has asked for them.
    pub proofs: OnceLock<Vec<Proof>>,
}

impl Model {
    /// The tests of all alerts that are emitted, in the order of the rules; they are found when they are first asked for.
    pub fn proofs(&self) -> &[Proof] {
        self.proofs.get_or_init(|| prove::prove(self))
    }
}
