//! States in which the simulated stack can be put: a GPU that is saturated, a service that is down.

use crate::spec::decode::{Map, OneOrMany, Spanned, Text, record};
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::shared::Allow;

record! {
    /// A state in which `simulate` can put the stack, to see what alerts and panels make of it.
    pub struct Scenario {
        /// What has happened.
        /// Example: `The cost agent does not answer.`
        help: Option<Text>,
        /// Values by metric: what a gauge shows, by how much a counter grows in a second, what a histogram or a summary observes.
        /// Example: `{gpu_utilization: 99%}`
        set: Map<Quantity>,
        /// Metrics that are not exposed.
        /// Example: `[DCGM_FI_DEV_GPU_TEMP]`
        absent: Vec<Text>,
        /// Things that do not answer: services, exporters, GPU pools, probes, or prometheus, alertmanager and grafana.
        /// Example: `[cost-agent]`
        down: Vec<Text>,
        /// Things that Prometheus is not told of.
        /// Example: `[cost-agent]`
        unlisted: Vec<Text>,
        /// The processes selected by `on` start anew whenever this much time has passed.
        /// Example: `4m`
        restart_every: Option<Spanned<Duration>>,
        /// Labels that select the series, with one value or several; all series of the metrics unless said.
        /// Example: `{node: gpu-01}`
        on: Map<OneOrMany<Text>>,
        /// It holds from the start, until somebody ends it.
        /// Example: `true`
        always: bool,
        /// The alerts that fire while it holds.
        /// Example: `[ServiceDown]`
        fires: Vec<Text>,
        /// Findings to leave out for this scenario.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}
