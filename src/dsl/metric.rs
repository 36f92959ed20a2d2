//! Metrics: handles that know their kind and their unit.

use std::marker::PhantomData;

use super::data::{Data, Map, map};
use super::label::{Domain, Label};
use super::place::Place;
use super::selector::Selector;
use super::unit::{Ratio, Unit};

/// Kinds of metrics, as types.
pub mod kind {
    macro_rules! kinds {
        ($($(#[$meta:meta])* $name:ident = $word:literal;)*) => {$(
            $(#[$meta])*
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("assert_eq!(<kind::", stringify!($name), " as Kind>::WORD, \"", $word, "\");")]
            /// ```
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl super::Kind for $name {
                const WORD: &'static str = $word;
            }
        )*};
    }

    kinds! {
        /// Only grows, until the process restarts.
        Counter = "counter";
        /// Goes up and down.
        Gauge = "gauge";
        /// Counts of observations in buckets.
        Histogram = "histogram";
        /// The `_bucket` series of a histogram.
        Bucket = "counter";
        /// A histogram whose buckets are inside one sample.
        NativeHistogram = "native_histogram";
        /// Quantiles that the client computed.
        Summary = "summary";
        /// Facts in labels; the value is always 1.
        Info = "info";
    }
}

/// A kind of metric.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(<kind::NativeHistogram as Kind>::WORD, "native_histogram");
/// ```
pub trait Kind: 'static {
    /// The word of the spec language.
    const WORD: &'static str;
}

/// A kind whose samples are values that can be looked at as they are.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn most<K: Plain, U: Unit>(metric: &Metric<K, U>) -> Vector<U> {
///     max(metric).by(JOB)
/// }
/// assert_eq!(most(&Gauge::<Bytes>::new("used_bytes", "In use.")).to_string(), "max by (job) (used_bytes)");
/// ```
#[diagnostic::on_unimplemented(
    message = "a metric of the kind `{Self}` is no value that can be looked at as it is",
    label = "this wants a gauge",
    note = "of a counter take `rate` or `increase` of `.over(minutes(5))`; of a histogram `histogram_quantile`, `.sum()` or `.count()`",
    note = "`.raw()` gives the samples of a counter as they are"
)]
pub trait Plain: Kind {}

impl Plain for kind::Gauge {}
impl Plain for kind::Info {}

/// A declared metric: its name, its kind and its unit. It is put into a [`Service`](super::Service), and expressions are made of it.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let savings = Counter::<Usd>::new("cost_savings_total", "Money saved.").label(label!("provider"), up_to(8));
/// assert_eq!(rate(savings.over(minutes(5))).to_string(), "rate(cost_savings_total[5m])");
/// ```
#[derive(Debug)]
pub struct Metric<K, U> {
    name: String,
    declaration: Declaration,
    of: PhantomData<fn() -> (K, U)>,
}

/// Only grows, until the process restarts: use it through [`rate`](super::rate()) and [`increase`](super::increase()).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// assert_eq!(increase(requests.over(hours(1))).to_string(), "increase(requests_total[1h])");
/// ```
///
/// It is not looked at as it is:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// let all = sum(&requests);
/// ```
pub type Counter<U> = Metric<kind::Counter, U>;
/// Goes up and down.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let used = Gauge::<Bytes>::new("memory_used_bytes", "Memory in use.");
/// assert_eq!(max(&used).by(INSTANCE).to_string(), "max by (instance) (memory_used_bytes)");
/// ```
///
/// It has no rate:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// let used = Gauge::<Bytes>::new("memory_used_bytes", "Memory in use.");
/// let growth = rate(used.over(minutes(5)));
/// ```
pub type Gauge<U> = Metric<kind::Gauge, U>;
/// Counts of observations in buckets: `_bucket`, `_sum` and `_count` series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0, 10.0]);
/// let p95: Vector<Seconds> = histogram_quantile(0.95, sum(rate(duration.buckets().over(minutes(5)))).by(LE));
/// assert_eq!(p95.to_string(), "histogram_quantile(0.95, sum by (le) (rate(duration_seconds_bucket[5m])))");
/// ```
pub type Histogram<U> = Metric<kind::Histogram, U>;
/// A histogram whose buckets are inside one sample.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = NativeHistogram::<Seconds>::new("duration_seconds", "Time it took.");
/// let p95: Vector<Seconds> = histogram_quantile(0.95, sum(rate(duration.over(minutes(5)))));
/// assert_eq!(p95.to_string(), "histogram_quantile(0.95, sum(rate(duration_seconds[5m])))");
/// ```
pub type NativeHistogram<U> = Metric<kind::NativeHistogram, U>;
/// Quantiles that the client computed, with `_sum` and `_count` series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let pause = Summary::<Seconds>::new("gc_pause_seconds", "Pauses.", [0.5, 0.99]);
/// assert_eq!(max(pause.quantile("0.99")).to_string(), r#"max(gc_pause_seconds{quantile="0.99"})"#);
/// ```
pub type Summary<U> = Metric<kind::Summary, U>;
/// Facts in labels; the value is always 1.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { VERSION = "version"; }
/// let info = Info::new("service_info", "Which service this is.").label(VERSION, up_to(5));
/// assert_eq!(count(&info).by(VERSION).to_string(), "count by (version) (service_info)");
/// ```
pub type Info = Metric<kind::Info, Ratio>;

/// What is said of a metric: the part of a [`Metric`] that a service keeps.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub(super) name: String,
    pub(super) fields: Map,
    pub(super) place: Place,
}

/// A metric that has no name yet: what [`counter`], [`gauge`] and the others give, for [`metrics!`](crate::metrics!).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests: Counter<Requests> = counter("Requests.").named("requests_total");
/// # assert_eq!(requests.name(), "requests_total");
/// ```
#[derive(Debug)]
pub struct Unnamed<K, U>(Metric<K, U>);

impl<K, U> Clone for Metric<K, U> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), declaration: self.declaration.clone(), of: PhantomData }
    }
}

impl<K, U> Clone for Unnamed<K, U> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Kind, U: Unit> Metric<K, U> {
    #[track_caller]
    fn declare(name: &str, help: &str) -> Self {
        let mut fields = map().set("type", K::WORD);
        if let Some(unit) = U::unit().filter(|_| K::WORD != "info") {
            fields.put("unit", unit.to_string());
        }
        fields.put("help", help);
        let declaration = Declaration { name: name.to_owned(), fields, place: Place::here() };
        Self { name: name.to_owned(), declaration, of: PhantomData }
    }

    /// Its name.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Gauge::<Ratio>::new("busy_ratio", "Share of time.").name(), "busy_ratio");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is said of it.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy = Gauge::<Ratio>::new("busy_ratio", "Share of time.");
    /// let _: Declaration = busy.declaration();
    /// ```
    #[must_use]
    pub fn declaration(&self) -> Declaration {
        self.declaration.clone()
    }

    /// A label, besides those that the target adds, with the values that it can have.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests = Counter::<Requests>::new("requests_total", "Requests.").label(label!("method"), up_to(8));
    /// # assert_eq!(requests.name(), "requests_total");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn label(mut self, label: Label, domain: Domain) -> Self {
        self.declaration.fields.insert("labels", label, domain);
        self
    }

    /// The least and the greatest value that a sample can have.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy = Gauge::<Percent>::new("busy_percent", "Share of time.").range(0, 100);
    /// # assert_eq!(busy.name(), "busy_percent");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn range(self, low: impl Into<f64>, high: impl Into<f64>) -> Self {
        self.set("range", [low.into(), high.into()])
    }

    /// Wished for, not exposed yet.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let use_of = Gauge::<Ratio>::new("utilization_ratio", "Mean use.").planned();
    /// # assert_eq!(use_of.name(), "utilization_ratio");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn planned(self) -> Self {
        self.set("status", "planned")
    }

    /// Leaves a finding out for this metric.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let repeated = Counter::<Requests>::new("requests_total", "Requests.").allow("metric/never-queried", "a tool of ours reads it");
    /// # assert_eq!(repeated.name(), "requests_total");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn allow(mut self, rule: &str, reason: &str) -> Self {
        self.declaration.fields.push("allow", map().set("rule", rule).set("reason", reason));
        self
    }

    /// Any other field of a metric.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let old = Gauge::<Ratio>::new("busy", "Share of time.").set("deprecated", "use busy_ratio");
    /// # assert_eq!(old.name(), "busy");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn set(mut self, key: &str, value: impl Into<Data>) -> Self {
        self.declaration.fields.put(key, value);
        self
    }

    /// The series of a metric that something else declares, such as the pack of an exporter.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let temperature = Gauge::<Celsius>::known("DCGM_FI_DEV_GPU_TEMP");
    /// assert_eq!(max(&temperature).by(label!("gpu")).to_string(), "max by (gpu) (DCGM_FI_DEV_GPU_TEMP)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn known(name: &str) -> Selector<K, U> {
        Selector::of(name)
    }

    /// Its series, to be narrowed.
    #[track_caller]
    pub(super) fn series(&self) -> Selector<K, U> {
        Selector::of(&self.name)
    }
}

macro_rules! simple {
    ($($alias:ident $kind:ident $constructor:ident;)*) => {$(
        impl<U: Unit> Metric<kind::$kind, U> {
            /// Declares it with what it measures, in a sentence.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let metric = ", stringify!($alias), "::<Requests>::new(\"requests\", \"Requests.\");")]
            /// # assert_eq!(metric.name(), "requests");
            /// ```
            #[must_use]
            #[track_caller]
            pub fn new(name: &str, help: &str) -> Self {
                Self::declare(name, help)
            }
        }

        /// The same without its name, for [`metrics!`](crate::metrics!).
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        #[doc = concat!("let metric: ", stringify!($alias), "<Requests> = ", stringify!($constructor), "(\"Requests.\").named(\"requests\");")]
        /// # assert_eq!(metric.name(), "requests");
        /// ```
        #[must_use]
        #[track_caller]
        pub fn $constructor<U: Unit>(help: &str) -> Unnamed<kind::$kind, U> {
            Unnamed(Metric::declare("", help))
        }
    )*};
}

simple! {
    Counter Counter counter;
    Gauge Gauge gauge;
    NativeHistogram NativeHistogram native_histogram;
}

impl Info {
    /// Declares it with what it says, in a sentence.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let info = Info::new("service_info", "Which service this is.");
    /// # assert_eq!(info.name(), "service_info");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, help: &str) -> Self {
        Self::declare(name, help)
    }
}

/// The same without its name, for [`metrics!`](crate::metrics!).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let metric: Info = info("Which service this is.").named("service_info");
/// # assert_eq!(metric.name(), "service_info");
/// ```
#[must_use]
#[track_caller]
pub fn info(help: &str) -> Unnamed<kind::Info, Ratio> {
    Unnamed(Metric::declare("", help))
}

impl<U: Unit> Histogram<U> {
    /// Declares it with what it measures, in a sentence, and with the finite upper bounds of its buckets, ascending.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0, 10.0]);
    /// # assert_eq!(duration.name(), "duration_seconds");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new<const N: usize>(name: &str, help: &str, buckets: [f64; N]) -> Self {
        Self::declare(name, help).set("buckets", buckets)
    }
}

/// The same without its name, for [`metrics!`](crate::metrics!).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let metric: Histogram<Seconds> = histogram("Time it took.", [0.1, 1.0]).named("duration_seconds");
/// # assert_eq!(metric.name(), "duration_seconds");
/// ```
#[must_use]
#[track_caller]
pub fn histogram<U: Unit, const N: usize>(help: &str, buckets: [f64; N]) -> Unnamed<kind::Histogram, U> {
    Unnamed(Metric::declare("", help).set("buckets", buckets))
}

impl<U: Unit> Summary<U> {
    /// Declares it with what it measures, in a sentence, and with its quantiles.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let pause = Summary::<Seconds>::new("gc_pause_seconds", "Pauses.", [0.5, 0.99]);
    /// # assert_eq!(pause.name(), "gc_pause_seconds");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new<const N: usize>(name: &str, help: &str, quantiles: [f64; N]) -> Self {
        Self::declare(name, help).set("quantiles", quantiles)
    }
}

/// The same without its name, for [`metrics!`](crate::metrics!).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let metric: Summary<Seconds> = summary("Pauses.", [0.5, 0.99]).named("gc_pause_seconds");
/// # assert_eq!(metric.name(), "gc_pause_seconds");
/// ```
#[must_use]
#[track_caller]
pub fn summary<U: Unit, const N: usize>(help: &str, quantiles: [f64; N]) -> Unnamed<kind::Summary, U> {
    Unnamed(Metric::declare("", help).set("quantiles", quantiles))
}

impl<K: Kind, U: Unit> Unnamed<K, U> {
    /// Gives it its name.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests: Counter<Requests> = counter("Requests.").named("requests_total");
    /// # assert_eq!(requests.name(), "requests_total");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Metric<K, U> {
        let mut metric = self.0;
        metric.declaration.name = name.to_owned();
        name.clone_into(&mut metric.name);
        metric
    }

    /// As [`Metric::label`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests: Counter<Requests> = counter("Requests.").label(label!("method"), up_to(8)).named("requests_total");
    /// # assert_eq!(requests.name(), "requests_total");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn label(self, label: Label, domain: Domain) -> Self {
        Self(self.0.label(label, domain))
    }

    /// As [`Metric::range`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy: Gauge<Percent> = gauge("Share of time.").range(0, 100).named("busy_percent");
    /// # assert_eq!(busy.name(), "busy_percent");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn range(self, low: impl Into<f64>, high: impl Into<f64>) -> Self {
        Self(self.0.range(low, high))
    }

    /// As [`Metric::planned`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let use_of: Gauge<Ratio> = gauge("Mean use.").planned().named("utilization_ratio");
    /// # assert_eq!(use_of.name(), "utilization_ratio");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn planned(self) -> Self {
        Self(self.0.planned())
    }

    /// As [`Metric::allow`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests: Counter<Requests> = counter("Requests.").allow("metric/never-queried", "a tool of ours reads it").named("requests_total");
    /// # assert_eq!(requests.name(), "requests_total");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn allow(self, rule: &str, reason: &str) -> Self {
        Self(self.0.allow(rule, reason))
    }

    /// As [`Metric::set`].
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy: Gauge<Ratio> = gauge("Share of time.").set("optional", true).named("busy_ratio");
    /// # assert_eq!(busy.name(), "busy_ratio");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn set(self, key: &str, value: impl Into<Data>) -> Self {
        Self(self.0.set(key, value))
    }
}

/// Something that declares metrics: one of them, or what [`metrics!`](crate::metrics!) makes.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// let service = Service::new("checkout", Language::Go, 9000).metrics(&requests);
/// # assert_eq!(service.name(), "checkout");
/// ```
pub trait Metrics {
    /// What it declares, in order.
    fn declarations(&self) -> Vec<Declaration>;
}

impl<K: Kind, U: Unit> Metrics for Metric<K, U> {
    fn declarations(&self) -> Vec<Declaration> {
        vec![self.declaration()]
    }
}

/// A struct of metrics: each field is one, and its name is the metric's.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { STATUS = "status"; }
/// metrics! {
///     /// What the checkout exposes.
///     pub struct Checkout {
///         orders_total: Counter<Requests> = counter("Orders taken.").label(STATUS, values(["paid", "refused"])),
///         order_duration_seconds: Histogram<Seconds> = histogram("Time to take an order.", [0.1, 1.0, 10.0]),
///     }
/// }
///
/// let checkout = Checkout::new();
/// let service = Service::new("checkout", Language::Go, 9000).metrics(&checkout);
/// let refused = rate(checkout.orders_total.is(STATUS, "refused").over(minutes(5)));
/// assert_eq!(refused.to_string(), r#"rate(orders_total{status="refused"}[5m])"#);
/// # assert_eq!(service.name(), "checkout");
/// ```
#[macro_export]
macro_rules! metrics {
    ($(#[$meta:meta])* $visible:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $declaration:expr),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $visible struct $name {
            $(
                #[doc = concat!("`", stringify!($field), "`")]
                $(#[$field_meta])*
                pub $field: $type,
            )+
        }

        impl $name {
            /// Declares them.
            #[must_use]
            $visible fn new() -> Self {
                Self { $($field: $declaration.named(stringify!($field)),)+ }
            }
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl $crate::dsl::Metrics for $name {
            fn declarations(&self) -> ::std::vec::Vec<$crate::dsl::Declaration> {
                ::std::vec![$(self.$field.declaration(),)+]
            }
        }
    };
}
