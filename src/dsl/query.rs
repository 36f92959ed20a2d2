//! Queries that are written once, their uses, and recording rules.

use std::marker::PhantomData;

use super::builder::{allows, builder, named};
use super::data::{Data, Map, map};
use super::expr::{Instant, Scalar};
use super::label::Label;
use super::metric::kind;
use super::place::Place;
use super::quantity::Length;
use super::selector::{LabelValue, Selector};
use super::unit::Unit;

/// A parameter of a query, `$name` in its expression, with its default.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let share = Param::<Ratio>::new("quantile", 0.95);
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
/// let latency = Query::new("latency", histogram_quantile(&share, sum(rate(duration.buckets().over(WINDOW))).by(LE))).param(&share);
/// # assert_eq!(latency.name(), "latency");
/// ```
#[derive(Debug, Clone)]
pub struct Param<U> {
    name: String,
    default: Data,
    place: Place,
    of: PhantomData<fn() -> U>,
}

impl<U: Unit> Param<U> {
    /// Its name and its default.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let share = Param::<Ratio>::new("quantile", 0.95);
    /// # let _ = share;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, default: f64) -> Self {
        Self { name: name.to_owned(), default: default.into(), place: Place::here(), of: PhantomData }
    }
}

impl<U: Unit> From<&Param<U>> for Scalar<U> {
    #[track_caller]
    fn from(param: &Param<U>) -> Self {
        Scalar::variable(&param.name, Place::here())
    }
}

/// An expression that is written once and used by alerts, panels and recording rules. [`WINDOW`](super::WINDOW) stands for the range of whoever
/// uses it.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { STATUS = "status"; }
/// let requests = Counter::<Requests>::new("requests_total", "Requests.").label(STATUS, up_to(15));
/// let failed = sum(rate(requests.like(STATUS, "5..").over(WINDOW))).by(JOB);
/// let error_ratio = Query::new("error_ratio", failed / sum(rate(requests.over(WINDOW))).by(JOB)).help("Share of requests that failed.");
///
/// let panel = Panel::timeseries("Errors", &error_ratio);
/// let alert = Alert::new("HighErrorRate", error_ratio.over(minutes(5)).above(percent(5)).severity(CRITICAL), "Too many requests fail");
/// # assert_eq!(alert.name(), "HighErrorRate");
/// ```
#[derive(Debug, Clone)]
pub struct Query<U> {
    name: String,
    place: Place,
    fields: Map,
    of: PhantomData<fn() -> U>,
}

impl<U: Unit> Query<U> {
    /// Its name and its expression.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let targets = Query::new("targets", sum(up()).by(JOB));
    /// assert_eq!(targets.data().to_string(), r#"{"expr": "sum by (job) (up)"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, expr: impl Instant<Of = U>) -> Self {
        let fields = map().set("expr", expr.now().built.data());
        Self { name: name.to_owned(), place: Place::here(), fields, of: PhantomData }
    }

    /// A parameter that its expression has.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let share = Param::<Ratio>::new("share", 0.5);
    /// let query = Query::new("most", quantile(&share, up())).param(&share);
    /// assert_eq!(query.data().to_string(), r#"{"expr": "quantile($share, up)", "params": {"share": 0.5}}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn param<V>(mut self, param: &Param<V>) -> Self {
        self.fields.insert_at("params", &param.name, param.place, param.default.clone());
        self
    }

    /// States the unit to the checker, which knows it from the metrics in most cases.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let query = Query::new("targets", sum(up())).stating_unit();
    /// assert_eq!(query.data().to_string(), r#"{"expr": "sum(up)", "unit": "ratio"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn stating_unit(mut self) -> Self {
        if let Some(unit) = U::unit() {
            self.fields.put("unit", unit.to_string());
        }
        self
    }

    /// Recording rules that compute it beforehand: one series for each window, whose name has the window at its end.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let query = Query::new("targets", sum(up())).recorded("job:up:sum", [minutes(5), minutes(30)]);
    /// # assert_eq!(query.name(), "targets");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn recorded<L: Into<Length>, const N: usize>(mut self, name: &str, windows: [L; N]) -> Self {
        let windows = windows.map(Into::into);
        self.fields.put("record", map().set("as", name).set("windows", windows));
        self
    }

    /// Its use with the window that it has by itself.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let used = Query::new("targets", sum(up())).used();
    /// # let _ = used;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn used(&self) -> Use<U> {
        Use { fields: map().set("query", &self.name), of: PhantomData }
    }

    /// Its use with a window.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let used = Query::new("answered", avg_over_time(up().over(WINDOW))).over(minutes(5));
    /// # let _ = used;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn over(&self, window: impl Into<Length>) -> Use<U> {
        let mut used = self.used();
        used.fields.put("window", window.into());
        used
    }
}

builder! { [U: Unit] Query<U>, "Query::new(\"targets\", sum(up()))";
    /// What it returns, in a sentence.
    help(text: &str) "\"What it does.\"" { "help": text }
    /// The window of a use that does not say one; 5 minutes unless said.
    window(window: impl Into<Length>) "minutes(5)" { "window": window.into() }
}
allows! { [U: Unit] Query<U>, "Query::new(\"targets\", sum(up()))" }
named! { [U: Unit] Query<U>, Queries, "Query::new(\"targets\", sum(up()))" }

/// The use of a query: with a window, with values for its parameters, narrowed by matchers.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let share = Param::<Ratio>::new("share", 0.5);
/// let query = Query::new("most", quantile(&share, up())).param(&share);
/// let used = query.used().with(&share, 0.9).only(JOB, "checkout");
/// # let _ = used;
/// ```
#[derive(Debug, Clone)]
pub struct Use<U> {
    pub(super) fields: Map,
    of: PhantomData<fn() -> U>,
}

impl<U: Unit> Use<U> {
    /// The value of a parameter.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let share = Param::<Ratio>::new("share", 0.5);
    /// let used = Query::new("most", quantile(&share, up())).param(&share).used().with(&share, 0.9);
    /// # let _ = used;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with<V>(mut self, param: &Param<V>, value: f64) -> Self {
        self.fields.insert("with", &param.name, value);
        self
    }

    /// Only series whose label is this; every selector that has the label gets the matcher.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let used = Query::new("targets", sum(up())).used().only(JOB, "checkout");
    /// # let _ = used;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn only(mut self, label: Label, value: impl LabelValue) -> Self {
        self.fields.insert("where", label, value.text());
        self
    }
}

/// A recording rule; its name is that of the recorded series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let savings = Counter::<Usd>::new("cost_savings_total", "Money saved.");
/// let day = Recorded::new("job:cost_savings:increase1d", sum(increase(savings.over(days(1)))).by(JOB)).interval(minutes(5));
/// assert_eq!(sum(day.series()).to_string(), "sum(job:cost_savings:increase1d)");
/// ```
#[derive(Debug, Clone)]
pub struct Recorded<U> {
    name: String,
    place: Place,
    fields: Map,
    of: PhantomData<fn() -> U>,
}

impl<U: Unit> Recorded<U> {
    /// The name of the series and their expression.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let targets = Recorded::new("job:up:sum", sum(up()).by(JOB));
    /// assert_eq!(targets.data().to_string(), r#"{"expr": "sum by (job) (up)"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, expr: impl Instant<Of = U>) -> Self {
        let fields = map().set("expr", expr.now().built.data());
        Self { name: name.to_owned(), place: Place::here(), fields, of: PhantomData }
    }

    /// The recorded series.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let targets = Recorded::new("job:up:sum", sum(up()).by(JOB));
    /// assert_eq!(targets.series().is(JOB, "a").to_string(), r#"job:up:sum{job="a"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn series(&self) -> Selector<kind::Gauge, U> {
        Selector::of(&self.name)
    }

    /// A label that the recorded series get.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let targets = Recorded::new("job:up:sum", sum(up()).by(JOB)).label(label!("team"), "shop");
    /// # assert_eq!(targets.name(), "job:up:sum");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn label(mut self, label: Label, value: &str) -> Self {
        self.fields.insert("labels", label, value);
        self
    }
}

builder! { [U: Unit] Recorded<U>, "Recorded::new(\"job:up:sum\", sum(up()).by(JOB))";
    /// What it is for, in a sentence.
    help(text: &str) "\"What it does.\"" { "help": text }
    /// Time between two evaluations of its group.
    interval(interval: impl Into<Length>) "minutes(5)" { "interval": interval.into() }
    /// The rule group.
    group(name: &str) "\"shop\"" { "group": name }
}
allows! { [U: Unit] Recorded<U>, "Recorded::new(\"job:up:sum\", sum(up()).by(JOB))" }
named! { [U: Unit] Recorded<U>, RecordingRules, "Recorded::new(\"job:up:sum\", sum(up()).by(JOB))" }
