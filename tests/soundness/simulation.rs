//! A catalog and samples of which all that the catalog declares is true.

use std::fmt::Write;

use optiinfra_gen::promql::Version;
use optiinfra_gen::promql::catalog::{Completeness, Family, Job, LabelDomain, MapCatalog, MetricType, Server, builtin_series};
use optiinfra_gen::promql::infer::Interval;
use optiinfra_gen::unit::Unit;

use crate::native::NativeSeries;
use crate::random::Random;

/// When the samples end, in seconds since 1970.
pub(crate) const END: i64 = 1_700_000_000;
/// When they begin.
pub(crate) const BEGIN: i64 = END - 3600;
/// Seconds between two of them.
pub(crate) const STEP: i64 = 15;

/// The labels of one series.
pub(crate) type Labels = Vec<(&'static str, String)>;

/// What is queried.
pub(crate) struct Simulation {
    pub(crate) catalog: MapCatalog,
    /// The samples that are numbers, as exposition text with a moment for each.
    pub(crate) exposition: String,
    /// The native histograms.
    pub(crate) native: Vec<NativeSeries>,
}

/// A job with its targets.
struct Targets {
    job: &'static str,
    instances: &'static [&'static str],
    /// A label that the scrape configuration adds.
    env: Option<&'static str>,
}

const API: Targets = Targets { job: "api", instances: &["api:1", "api:2"], env: None };
const WEB: Targets = Targets { job: "web", instances: &["web:1"], env: Some("prod") };
const STORE: Targets = Targets { job: "store", instances: &["store:1", "store:2", "store:3"], env: Some("test") };

impl Targets {
    fn declared(&self) -> Job {
        let mut labels = vec![
            ("job".into(), LabelDomain::closed([self.job]).of_target()),
            ("instance".into(), LabelDomain::closed(self.instances.iter().copied()).of_target()),
        ];
        if let Some(env) = self.env {
            labels.push(("env".into(), LabelDomain::closed([env]).of_target()));
        }
        Job { labels, instances: Some(self.instances.len() as u64), scrape_interval: None, declared_at: None, fails_at: None }
    }

    fn each(&self) -> impl Iterator<Item = Labels> + use<'_> {
        self.instances.iter().map(|instance| {
            let mut labels = vec![("job", self.job.to_owned()), ("instance", (*instance).to_owned())];
            labels.extend(self.env.map(|env| ("env", env.to_owned())));
            labels
        })
    }
}

/// Makes the simulation of a seed.
pub(crate) fn simulate(seed: u64, version: Version) -> Simulation {
    let server = Server {
        version: Some(version),
        scrape_interval: Some(STEP as f64),
        retention: Some(100.0 * 365.0 * 86400.0),
        remote_read: false,
    };
    let mut maker = Maker {
        random: Random::new(seed),
        simulation: Simulation {
            catalog: MapCatalog::new(Completeness::Closed, server),
            exposition: String::new(),
            native: Vec::new(),
        },
    };
    maker.counters();
    maker.process();
    maker.histograms();
    maker.gauges();
    maker.states();
    maker.simulation.exposition.push_str("# EOF\n");
    maker.simulation
}

struct Maker {
    random: Random,
    simulation: Simulation,
}

fn with(labels: &Labels, more: &[(&'static str, &str)]) -> Labels {
    let added = more.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, (*value).to_owned()));
    labels.iter().cloned().chain(added).collect()
}

fn family(targets: &Targets, name: &str, metric_type: MetricType, unit: &str) -> Family {
    let mut family = Family::new(name, metric_type);
    family.labels = targets.declared().labels;
    family.instances = targets.declared().instances;
    family.unit = Some(Unit::parse(unit).unwrap());
    family
}

impl Maker {
    /// The moments of a series: some have a gap, some end early.
    fn moments(&mut self) -> Vec<i64> {
        let mut moments: Vec<i64> = (BEGIN..=END).step_by(STEP as usize).collect();
        if self.random.chance(30) {
            let from = self.random.below(moments.len());
            let to = (from + self.random.below(60)).min(moments.len());
            moments.drain(from..to);
        }
        if self.random.chance(5) {
            let end = self.random.below(moments.len());
            moments.truncate(end.max(1));
        }
        moments
    }

    /// A number below `limit`, whole or not.
    fn amount(&mut self, limit: f64) -> f64 {
        let whole = self.random.below(1_000_000) as f64 / 1_000_000.0 * limit;
        if self.random.chance(50) { whole.floor() } else { whole }
    }

    fn series(&mut self, name: &str, labels: &Labels, samples: &[(i64, f64)]) {
        let written: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let written = written.join(",");
        for (moment, value) in samples {
            let value = if *value == f64::INFINITY {
                "+Inf".to_owned()
            } else if *value == f64::NEG_INFINITY {
                "-Inf".to_owned()
            } else {
                format!("{value:?}")
            };
            writeln!(self.simulation.exposition, "{name}{{{written}}} {value} {moment}").unwrap();
        }
    }

    /// A counter that is reset now and then.
    fn counter(&mut self, name: &str, labels: &Labels, most: f64) {
        let mut value = if self.random.chance(20) { 0.0 } else { self.amount(most * 20.0) };
        let mut samples = Vec::new();
        let idle = self.random.chance(10);
        for moment in self.moments() {
            if self.random.chance(2) {
                value = 0.0;
            }
            value += if idle { 0.0 } else { self.amount(most) };
            samples.push((moment, value));
        }
        self.series(name, labels, &samples);
    }

    fn gauge(&mut self, name: &str, labels: &Labels, value: impl Fn(&mut Random) -> f64) {
        let samples: Vec<(i64, f64)> = self.moments().into_iter().map(|moment| (moment, value(&mut self.random))).collect();
        self.series(name, labels, &samples);
    }

    fn counters(&mut self) {
        let methods = ["GET", "POST"];
        // The same name in two jobs, with labels of their own; of the statuses each target has seen some.
        for (targets, zoned) in [(&API, false), (&WEB, true)] {
            let mut requests = family(targets, "requests_total", MetricType::Counter, "requests")
                .with_label("method", LabelDomain::closed(methods))
                .with_label("status", LabelDomain::matching("[1-5][0-9]{2}").at_most(4));
            if zoned {
                requests = requests.with_label("zone", LabelDomain::any().at_most(2));
            }
            self.simulation.catalog.add_family(&requests);
            for target in targets.each() {
                for method in methods {
                    for status in ["200", "404", "500", "503"] {
                        if status != "200" && self.random.chance(25) {
                            continue;
                        }
                        let zone = if zoned { self.random.pick(&["a", "b"]) } else { "" };
                        self.counter(
                            "requests_total",
                            &with(&target, &[("method", method), ("status", status), ("zone", zone)]),
                            5.0,
                        );
                    }
                }
            }
        }
        // A label that not every series has.
        let errors = family(&API, "errors_total", MetricType::Counter, "errors")
            .with_label("reason", LabelDomain::closed(["timeout", "refused"]).optional())
            .with_label("tenant", LabelDomain::any().optional().at_most(3));
        self.simulation.catalog.add_family(&errors);
        for target in API.each() {
            for reason in ["", "timeout", "refused"] {
                for tenant in ["", "x", "y", "z"] {
                    if self.random.chance(60) {
                        self.counter("errors_total", &with(&target, &[("reason", reason), ("tenant", tenant)]), 2.0);
                    }
                }
            }
        }
        // A value that is the sum of the others.
        let mut kinds = LabelDomain::closed(["input", "output", "total"]);
        kinds.total = Some("total".into());
        self.simulation
            .catalog
            .add_family(&family(&API, "tokens_total", MetricType::Counter, "tokens").with_label("type", kinds));
        for target in API.each() {
            for kind in ["input", "output", "total"] {
                self.counter("tokens_total", &with(&target, &[("type", kind)]), 500.0);
            }
        }
        self.simulation.catalog.add_family(&family(&STORE, "written_bytes_total", MetricType::Counter, "bytes"));
        for target in STORE.each() {
            self.counter("written_bytes_total", &target, 1e12);
        }
    }

    /// What every target exposes.
    fn process(&mut self) {
        for targets in [&API, &WEB, &STORE] {
            self.simulation.catalog.add_family(&family(targets, "process_cpu_seconds_total", MetricType::Counter, "seconds"));
            let mut files = family(targets, "process_open_fds", MetricType::Gauge, "files");
            files.range = Some(Interval::non_negative());
            self.simulation.catalog.add_family(&files);
            for target in targets.each() {
                self.counter("process_cpu_seconds_total", &target, 30.0);
                self.gauge("process_open_fds", &target, |random| random.below(1024) as f64);
            }
        }
    }

    fn histograms(&mut self) {
        let declare = |targets: &Targets, name: &str, bounds: &[f64]| {
            let mut family = family(targets, name, MetricType::Histogram, "seconds");
            family.range = Some(Interval::non_negative());
            family.buckets = bounds.to_vec();
            family
        };
        let bounds = [0.1, 0.5, 1.0];
        self.simulation
            .catalog
            .add_family(&declare(&API, "latency_seconds", &bounds).with_label("method", LabelDomain::closed(["GET", "POST"])));
        for target in API.each() {
            for method in ["GET", "POST"] {
                self.classic("latency_seconds", &with(&target, &[("method", method)]), &bounds);
            }
        }
        let bounds = [0.25, 2.5];
        self.simulation.catalog.add_family(&declare(&STORE, "flush_seconds", &bounds));
        for target in STORE.each() {
            self.classic("flush_seconds", &target, &bounds);
        }
        let mut summary = family(&WEB, "wait_seconds", MetricType::Summary, "seconds");
        summary.quantiles = vec![0.5, 0.9];
        self.simulation.catalog.add_family(&summary);
        for target in WEB.each() {
            for quantile in ["0.5", "0.9"] {
                let value = |random: &mut Random| if random.chance(10) { f64::NAN } else { random.below(3000) as f64 / 1000.0 };
                self.gauge("wait_seconds", &with(&target, &[("quantile", quantile)]), value);
            }
            self.counter("wait_seconds_sum", &target, 3.0);
            self.counter("wait_seconds_count", &target, 5.0);
        }
        let native = family(&API, "rpc_seconds", MetricType::NativeHistogram, "seconds")
            .with_label("method", LabelDomain::closed(["GET", "POST"]));
        self.simulation.catalog.add_family(&native);
        for target in API.each() {
            for method in ["GET", "POST"] {
                let labels = with(&target, &[("method", method)]);
                let moments = self.moments();
                let series = NativeSeries::random("rpc_seconds", &labels, &moments, &mut self.random);
                self.simulation.native.push(series);
            }
        }
    }

    fn classic(&mut self, name: &str, labels: &Labels, bounds: &[f64]) {
        let moments = self.moments();
        let mut counts = vec![0.0; bounds.len() + 1];
        let mut sum = 0.0;
        let mut buckets: Vec<Vec<(i64, f64)>> = vec![Vec::new(); counts.len()];
        let mut sums = Vec::new();
        for moment in moments {
            if self.random.chance(2) {
                counts.fill(0.0);
                sum = 0.0;
            }
            for _ in 0..self.random.below(6) {
                // The square makes small ones frequent.
                let observed = (self.random.below(1000) as f64 / 500.0).powi(2);
                sum += observed;
                for (index, count) in counts.iter_mut().enumerate() {
                    if bounds.get(index).is_none_or(|bound| observed <= *bound) {
                        *count += 1.0;
                    }
                }
            }
            for (bucket, count) in buckets.iter_mut().zip(&counts) {
                bucket.push((moment, *count));
            }
            sums.push((moment, sum));
        }
        for (index, bucket) in buckets.iter().enumerate() {
            let bound = bounds.get(index).map_or("+Inf".to_owned(), |bound| format!("{bound:?}"));
            self.series(&format!("{name}_bucket"), &with(labels, &[("le", &bound)]), bucket);
        }
        self.series(&format!("{name}_sum"), labels, &sums);
        self.series(&format!("{name}_count"), labels, &buckets[bounds.len()]);
    }

    fn gauges(&mut self) {
        let mut busy = family(&API, "busy", MetricType::Gauge, "ratio").with_label("gpu", LabelDomain::any().at_most(4));
        busy.range = Some(Interval::new(0.0, 1.0));
        self.simulation.catalog.add_family(&busy);
        for target in API.each() {
            for gpu in ["0", "1", "2", "3"] {
                let value = |random: &mut Random| (random.below(1400) as f64 / 1000.0 - 0.2).clamp(0.0, 1.0);
                self.gauge("busy", &with(&target, &[("gpu", gpu)]), value);
            }
        }
        let mut heat = family(&STORE, "heat_celsius", MetricType::Gauge, "celsius");
        heat.range = Some(Interval::new(-40.0, 120.0));
        self.simulation.catalog.add_family(&heat);
        for target in STORE.each() {
            self.gauge("heat_celsius", &target, |random| random.below(160_001) as f64 / 1000.0 - 40.0);
        }
        // Anything that a float can be.
        let odd =
            family(&API, "memory_bytes", MetricType::Gauge, "bytes").with_label("state", LabelDomain::closed(["free", "used"]));
        self.simulation.catalog.add_family(&odd);
        let mut wide = family(&STORE, "wide", MetricType::Gauge, "ratio");
        wide.range = Some(Interval::new(f64::NEG_INFINITY, f64::INFINITY));
        self.simulation.catalog.add_family(&wide);
        let mut finite = family(&STORE, "finite", MetricType::Gauge, "ratio");
        finite.range = Some(Interval::finite());
        self.simulation.catalog.add_family(&finite);
        const ODD: [f64; 14] =
            [0.0, -0.0, 1.0, -5.5, 3.0, 7.0, 1e9, -1e-9, 5e-324, 1e300, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY];
        for target in API.each() {
            for state in ["free", "used"] {
                let value = |random: &mut Random| {
                    if random.chance(80) { random.below(1_000_000) as f64 } else { ODD[random.below(ODD.len())] }
                };
                let value = |random: &mut Random| if random.chance(3) { f64::NAN } else { value(random) };
                self.gauge("memory_bytes", &with(&target, &[("state", state)]), value);
            }
        }
        for target in STORE.each() {
            self.gauge(
                "wide",
                &target,
                |random| if random.chance(60) { random.below(9) as f64 - 4.0 } else { ODD[random.below(14)] },
            );
            self.gauge(
                "finite",
                &target,
                |random| if random.chance(60) { random.below(9) as f64 - 4.0 } else { ODD[random.below(12)] },
            );
        }
        // Labels that nobody has declared.
        let mut open = family(&API, "open", MetricType::Gauge, "ratio").with_label("level", LabelDomain::closed(["high", "low"]));
        open.open_labels = true;
        self.simulation.catalog.add_family(&open);
        for target in API.each() {
            for level in ["high", "low"] {
                for surprise in ["", "x", "y"] {
                    let labels = with(&target, &[("level", level), ("surprise", surprise)]);
                    self.gauge("open", &labels, |random| random.below(100) as f64 - 50.0);
                }
            }
        }
    }

    fn states(&mut self) {
        let mut state = family(&STORE, "sync_state", MetricType::Gauge, "ratio")
            .with_label("state", LabelDomain::closed(["idle", "syncing", "failed"]));
        state.range = Some(Interval::new(0.0, 1.0));
        self.simulation.catalog.add_family(&state);
        for target in STORE.each() {
            let moments = self.moments();
            let current: Vec<usize> = moments.iter().map(|_| self.random.below(3)).collect();
            for (index, name) in ["idle", "syncing", "failed"].into_iter().enumerate() {
                let at = |(moment, current): (&i64, &usize)| (*moment, f64::from(u8::from(*current == index)));
                let samples: Vec<(i64, f64)> = moments.iter().zip(&current).map(at).collect();
                self.series("sync_state", &with(&target, &[("state", name)]), &samples);
            }
        }
        let mut born = family(&API, "start_time_seconds", MetricType::Gauge, "seconds");
        born.range = Some(Interval::non_negative());
        self.simulation.catalog.add_family(&born);
        for target in API.each() {
            self.gauge("start_time_seconds", &target, |_| (BEGIN - 1400) as f64);
        }
        for (targets, name, label) in [(&API, "build_info", "version"), (&STORE, "target_info", "region")] {
            self.simulation
                .catalog
                .add_family(&family(targets, name, MetricType::Info, "ratio").with_label(label, LabelDomain::any()));
            for target in targets.each() {
                let value = self.random.pick(&["1", "2"]);
                self.gauge(name, &with(&target, &[(label, value)]), |_| 1.0);
            }
        }
        for targets in [&API, &WEB, &STORE] {
            for (name, variant) in builtin_series(&[targets.declared()]) {
                // Of what a server makes itself, only `up` is simulated.
                if &*name == "up" {
                    self.simulation.catalog.add(name, variant);
                }
            }
            for target in targets.each() {
                self.gauge("up", &target, |random| f64::from(u8::from(random.chance(80))));
            }
        }
    }
}
