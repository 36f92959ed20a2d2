//! Alerts: when somebody is told, and what.

use std::marker::PhantomData;

use super::builder::{allows, builder, named};
use super::data::{Data, Map, map};
use super::expr::{Instant, Vector};
use super::label::Label;
use super::metric::{Metric, Plain};
use super::place::Place;
use super::quantity::{Length, Threshold};
use super::query::{Query, Use};
use super::selector::{LabelValue, Selector};
use super::unit::Unit;

/// How bad it is.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// const PAGE: Severity = Severity::named("page");
/// let alert = Alert::new("Down", up().below(number(1)).severity(PAGE), "A target is down");
/// # assert_eq!(alert.name(), "Down");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Severity(&'static str);

/// Somebody is woken up.
pub const CRITICAL: Severity = Severity("critical");
/// Somebody looks at it in the morning.
pub const WARNING: Severity = Severity("warning");
/// Nobody has to do anything.
pub const INFO: Severity = Severity("info");

impl Severity {
    /// A severity of your own.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_ne!(Severity::named("page"), CRITICAL);
    /// ```
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }
}

/// What an alert looks at and a panel shows: an expression, or the use of a query. Its unit decides with what it can be compared.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let coverage = Gauge::<Percent>::new("coverage_percent", "Share that is covered.");
/// let low = Alert::new("LowCoverage", avg(&coverage).by(JOB).below(percent(40)).severity(WARNING), "Little is covered");
/// # assert_eq!(low.name(), "LowCoverage");
/// ```
///
/// A threshold of another dimension does not compile:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// let latency = Gauge::<Seconds>::new("latency_seconds", "How long it takes.");
/// let slow = latency.now().above(percent(5));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that an alert can look at or a panel can show",
    label = "this wants an expression or the use of a query",
    note = "of a counter take `rate` or `increase` of `.over(minutes(5))`; of a histogram `histogram_quantile`, `.sum()` or `.count()`"
)]
pub trait Source: Sized {
    /// The unit of its values.
    type In: Unit;

    /// It as fields of an alert or a panel.
    #[doc(hidden)]
    fn fields(self) -> Map;

    /// Holds while the value is greater.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().above(number(0));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn above(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "above", threshold.into_data())
    }

    /// Holds while the value is less.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().below(number(1));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn below(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "below", threshold.into_data())
    }

    /// Holds while the value is this or greater.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().at_least(number(1));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn at_least(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "at_least", threshold.into_data())
    }

    /// Holds while the value is this or less.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().at_most(number(0));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn at_most(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "at_most", threshold.into_data())
    }

    /// Holds while the value is this.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().equals(number(0));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn equals(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "equals", threshold.into_data())
    }

    /// Holds while the value is something else.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = up().differs_from(number(1));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn differs_from(self, threshold: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "differs_from", threshold.into_data())
    }

    /// Holds while the value is outside of a range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let temperature = Gauge::<Celsius>::new("temperature_celsius", "How warm it is.");
    /// let condition = temperature.now().outside(celsius(15), celsius(30));
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn outside(self, low: impl Threshold<Self::In>, high: impl Threshold<Self::In>) -> Condition {
        Condition::new(self.fields(), "outside", [low.into_data(), high.into_data()])
    }

    /// Holds while the expression returns a series: for one that has its comparison in itself.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let condition = absent(up().is(JOB, "checkout")).fires();
    /// # let _ = condition;
    /// ```
    #[track_caller]
    fn fires(self) -> Condition {
        Condition { fields: self.fields() }
    }

    /// Several severities, each with a bound of its own; more follow with [`Levels::level`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy = Gauge::<Ratio>::new("busy_ratio", "Share of time.");
    /// let levels = busy.now().level(WARNING, above(percent(80)).hold(minutes(5))).level(CRITICAL, above(percent(95)));
    /// # let _ = levels;
    /// ```
    #[track_caller]
    fn level<T: Threshold<Self::In>>(self, severity: Severity, bound: Bound<T>) -> Levels<Self::In> {
        let levels = Levels { fields: self.fields(), of: PhantomData };
        levels.level(severity, bound)
    }
}

impl<U: Unit, F> Source for Vector<U, F> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        expression(self)
    }
}

impl<U: Unit, F> Source for &Vector<U, F> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        expression(self)
    }
}

impl<K: Plain, U: Unit> Source for Selector<K, U> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        expression(self)
    }
}

impl<K: Plain, U: Unit> Source for &Metric<K, U> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        expression(self)
    }
}

impl<U: Unit> Source for Use<U> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        self.fields
    }
}

impl<U: Unit> Source for &Query<U> {
    type In = U;

    #[track_caller]
    fn fields(self) -> Map {
        self.used().fields
    }
}

#[track_caller]
fn expression(expr: impl Instant) -> Map {
    map().set("expr", expr.now().built.data())
}

/// When an alert fires, before anybody said how bad that is.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let condition: Condition = up().below(number(1));
/// let firing: Firing = condition.severity(CRITICAL);
/// # let _ = firing;
/// ```
#[derive(Debug, Clone)]
pub struct Condition {
    fields: Map,
}

impl Condition {
    #[track_caller]
    fn new(mut fields: Map, key: &str, threshold: impl Into<Data>) -> Self {
        fields.put(key, threshold);
        Self { fields }
    }

    /// How bad it is.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let firing = up().below(number(1)).severity(CRITICAL);
    /// # let _ = firing;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn severity(mut self, severity: Severity) -> Firing {
        self.fields.put("severity", severity.0);
        Firing { fields: self.fields }
    }
}

/// When an alert fires and how bad that is: what [`Alert::new`] wants.
#[derive(Debug, Clone)]
pub struct Firing {
    fields: Map,
}

/// One bound of an alert with several severities: what [`above`], [`below`] and the others give.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let bound = above(percent(5)).hold(minutes(5));
/// # let _ = bound;
/// ```
#[derive(Debug, Clone)]
pub struct Bound<T> {
    key: &'static str,
    thresholds: Vec<T>,
    place: Place,
    fields: Map,
}

macro_rules! bounds {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<T>(threshold: T) -> Bound<T> {
            Bound { key: stringify!($name), thresholds: vec![threshold], place: Place::here(), fields: map() }
        }
    )*};
}

bounds! {
    /// The bound of a level that holds while the value is greater.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let levels = up().level(WARNING, above(number(0)));
    /// # let _ = levels;
    /// ```
    above;
    /// The bound of a level that holds while the value is less.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let levels = up().level(WARNING, below(number(1)));
    /// # let _ = levels;
    /// ```
    below;
    /// The bound of a level that holds while the value is this or greater.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let levels = up().level(WARNING, at_least(number(1)));
    /// # let _ = levels;
    /// ```
    at_least;
    /// The bound of a level that holds while the value is this or less.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let levels = up().level(WARNING, at_most(number(0)));
    /// # let _ = levels;
    /// ```
    at_most;
}

/// The bound of a level that holds while the value is outside of a range.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let levels = up().level(WARNING, outside(number(0), number(1)));
/// # let _ = levels;
/// ```
#[must_use]
#[track_caller]
pub fn outside<T>(low: T, high: T) -> Bound<T> {
    Bound { key: "outside", thresholds: vec![low, high], place: Place::here(), fields: map() }
}

impl<T> Bound<T> {
    /// How long it must hold before anybody is told.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let bound = above(percent(5)).hold(minutes(5));
    /// # let _ = bound;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn hold(self, time: impl Into<Length>) -> Self {
        self.set("for", time.into())
    }

    /// Any other field of a level.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let bound = above(percent(5)).set("labels", map().set("page", "true"));
    /// # let _ = bound;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn set(mut self, key: &str, value: impl Into<Data>) -> Self {
        self.fields.put(key, value);
        self
    }
}

/// An alert with several severities, of a value in `U`.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let busy = Gauge::<Ratio>::new("busy_ratio", "Share of time.");
/// let alert = Alert::new("Busy", busy.now().level(WARNING, above(percent(80))).level(CRITICAL, above(percent(95))), "It is busy");
/// # assert_eq!(alert.name(), "Busy");
/// ```
#[derive(Debug, Clone)]
pub struct Levels<U> {
    fields: Map,
    of: PhantomData<fn() -> U>,
}

impl<U: Unit> Levels<U> {
    /// One more severity.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let levels = up().level(WARNING, below(number(1))).level(CRITICAL, below(number(1)).hold(hours(1)));
    /// # let _ = levels;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn level<T: Threshold<U>>(mut self, severity: Severity, bound: Bound<T>) -> Self {
        let mut thresholds: Vec<Data> = bound.thresholds.into_iter().map(Threshold::into_data).collect();
        let mut fields = bound.fields;
        match thresholds.pop() {
            Some(only) if thresholds.is_empty() => fields.put_at(bound.key, bound.place, only),
            last => {
                thresholds.extend(last);
                fields.put_at(bound.key, bound.place, thresholds);
            }
        }
        self.fields.insert("levels", severity.0, fields);
        self
    }
}

/// What says when an alert fires and how bad that is: a [`Firing`], or [`Levels`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let once = Alert::new("Down", up().below(number(1)).severity(CRITICAL), "A target is down");
/// let twice = Alert::new("Down", up().level(WARNING, below(number(1))), "A target is down");
/// # assert_eq!(once.name(), twice.name());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say when an alert fires and how bad that is",
    label = "this wants a condition with a severity",
    note = "write `value.above(percent(5)).severity(CRITICAL)`, or `value.level(WARNING, above(percent(5)))` for several severities",
    note = "an expression that has its comparison in itself ends with `.fires().severity(CRITICAL)`"
)]
pub trait Fires {
    /// It as fields of an alert.
    #[doc(hidden)]
    fn firing(self) -> Map;
}

impl Fires for Firing {
    fn firing(self) -> Map {
        self.fields
    }
}

impl<U> Fires for Levels<U> {
    fn firing(self) -> Map {
        self.fields
    }
}

/// An alert: when somebody is told, how bad it is, and what is wrong.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let down = Alert::new("CheckoutDown", up().is(JOB, "checkout").equals(number(0)).severity(CRITICAL), "The checkout does not answer")
///     .hold(minutes(1))
///     .description("{{ $labels.instance }} has not answered for a minute.")
///     .runbook("Look at its log.");
/// # assert_eq!(down.name(), "CheckoutDown");
/// ```
///
/// What is not said how bad it is, is no alert:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// let down = Alert::new("CheckoutDown", up().equals(number(0)), "The checkout does not answer");
/// ```
#[derive(Debug, Clone)]
pub struct Alert {
    name: String,
    place: Place,
    fields: Map,
}

impl Alert {
    /// Its name, when it fires and how bad that is, and what is wrong, without templates.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let down = Alert::new("Down", up().equals(number(0)).severity(CRITICAL), "A target does not answer");
    /// assert_eq!(
    ///     down.data().to_string(),
    ///     r#"{"expr": "up", "equals": 0, "severity": "critical", "summary": "A target does not answer"}"#,
    /// );
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, fires: impl Fires, summary: &str) -> Self {
        let fields = fires.firing().set("summary", summary);
        Self { name: name.to_owned(), place: Place::here(), fields }
    }

    /// A further label of the alert.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let down = Alert::new("Down", up().equals(number(0)).severity(CRITICAL), "Down").label(label!("team"), "payments");
    /// # assert_eq!(down.name(), "Down");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn label(mut self, label: Label, value: &str) -> Self {
        self.fields.insert("labels", label, value);
        self
    }

    /// A further annotation.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let down = Alert::new("Down", up().equals(number(0)).severity(CRITICAL), "Down").annotation("ticket", "OPS-1");
    /// # assert_eq!(down.name(), "Down");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn annotation(mut self, name: &str, value: &str) -> Self {
        self.fields.insert("annotations", name, value);
        self
    }

    /// Only series whose label is this; every selector that has the label gets the matcher.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let down = Alert::new("Down", up().equals(number(0)).severity(CRITICAL), "Down").only(JOB, "checkout");
    /// # assert_eq!(down.name(), "Down");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn only(mut self, label: Label, value: impl LabelValue) -> Self {
        self.fields.insert("where", label, value.text());
        self
    }
}

builder! { [] Alert, "Alert::new(\"Down\", up().equals(number(0)).severity(CRITICAL), \"A target does not answer\")";
    /// How long it must hold before anybody is told.
    hold(time: impl Into<Length>) "minutes(5)" { "for": time.into() }
    /// How long it goes on firing after it no longer holds.
    keep_firing_for(time: impl Into<Length>) "minutes(5)" { "keep_firing_for": time.into() }
    /// What is wrong with what, with templates.
    description(text: &str) "\"What it says.\"" { "description": text }
    /// What to do, in Markdown.
    runbook(text: &str) "\"Look at its log.\"" { "runbook": text }
    /// The address of a runbook that exists already.
    runbook_url(url: &str) "\"https://runbooks.example.com/Down\"" { "runbook_url": url }
    /// The rule group.
    group(name: &str) "\"shop\"" { "group": name }
    /// Time between two evaluations of its group.
    interval(interval: impl Into<Length>) "minutes(5)" { "interval": interval.into() }
    /// One rule for each of these: `gpu_targets`, `gpu_targets.inference`.
    for_each(what: &str) "\"gpu_targets\"" { "for_each": what }
    /// It fires always, so that silence means that the path of alerts is broken.
    heartbeat() "" { "heartbeat": true }
    /// It is not emitted yet.
    planned() "" { "status": "planned" }
}
allows! { [] Alert, "Alert::new(\"Down\", up().equals(number(0)).severity(CRITICAL), \"A target does not answer\")" }
named! { [] Alert, Alerts, "Alert::new(\"Down\", up().equals(number(0)).severity(CRITICAL), \"A target does not answer\")" }
