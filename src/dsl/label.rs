//! Names of labels, checked by the compiler, and matchers on them.

use std::fmt;

use super::data::Data;

/// The name of a label. It is made with [`label!`](crate::label!) or [`labels!`](crate::labels!), which compile only for a name that
/// Prometheus accepts without quotes.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// const PROVIDER: Label = label!("provider");
/// assert_eq!(PROVIDER.as_str(), "provider");
/// ```
///
/// A name with a dash is refused while it is compiled:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// const ERROR_TYPE: Label = label!("error-type");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(&'static str);

impl Label {
    /// For [`label!`](crate::label!), which calls it in a constant.
    #[doc(hidden)]
    #[must_use]
    pub const fn checked(name: &'static str) -> Self {
        assert!(is_name(name), "a label name has letters, digits and `_`, and does not begin with a digit");
        Self(name)
    }

    /// The name.
    ///
    /// ```
    /// assert_eq!(optiinfra_gen::dsl::JOB.as_str(), "job");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

const fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let letter = bytes[at].is_ascii_alphabetic() || bytes[at] == b'_';
        if !letter && (at == 0 || !bytes[at].is_ascii_digit()) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0.to_owned()
    }
}

impl From<Label> for Data {
    #[track_caller]
    fn from(label: Label) -> Self {
        label.0.into()
    }
}

/// A [`Label`](crate::dsl::Label) whose name is checked while the program is compiled.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(label!("model_name").as_str(), "model_name");
/// ```
#[macro_export]
macro_rules! label {
    ($name:expr) => {
        const { $crate::dsl::Label::checked($name) }
    };
}

/// Constants for the names of labels.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! {
///     PROVIDER = "provider";
///     /// How the attempt ended.
///     pub OUTCOME = "outcome";
/// }
/// assert_eq!(OUTCOME.as_str(), "outcome");
/// ```
#[macro_export]
macro_rules! labels {
    ($($(#[$meta:meta])* $visible:vis $constant:ident = $name:literal;)*) => {$(
        $(#[$meta])*
        $visible const $constant: $crate::dsl::Label = $crate::dsl::Label::checked($name);
    )*};
}

labels! {
    /// `job`, which every target has.
    pub JOB = "job";
    /// `instance`, which every target has.
    pub INSTANCE = "instance";
    /// `le`, the upper bound of a histogram's bucket.
    pub LE = "le";
    /// `quantile` of a summary.
    pub QUANTILE = "quantile";
    /// `alertname`, which every alert has.
    pub ALERTNAME = "alertname";
    /// `severity`, which every alert has.
    pub SEVERITY = "severity";
}

/// What can follow `by`, `without`, `on`: one label or several.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let up = up();
/// assert_eq!(sum(&up).by(JOB).to_string(), "sum by (job) (up)");
/// assert_eq!(sum(&up).by([JOB, INSTANCE]).to_string(), "sum by (job, instance) (up)");
/// ```
pub trait Labels {
    /// The labels in order.
    fn names(&self) -> Vec<Label>;
}

impl Labels for Label {
    fn names(&self) -> Vec<Label> {
        vec![*self]
    }
}

impl<const N: usize> Labels for [Label; N] {
    fn names(&self) -> Vec<Label> {
        self.to_vec()
    }
}

impl Labels for &[Label] {
    fn names(&self) -> Vec<Label> {
        self.to_vec()
    }
}

impl Labels for Vec<Label> {
    fn names(&self) -> Vec<Label> {
        self.clone()
    }
}

/// The values that a label of a declared metric can have.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let orders = Counter::<Requests>::new("orders_total", "Orders taken.")
///     .label(label!("status"), values(["paid", "refused"]))
///     .label(label!("endpoint"), up_to(40))
///     .label(label!("code"), pattern("[1-5][0-9]{2}").up_to(15));
/// assert_eq!(orders.name(), "orders_total");
/// ```
#[derive(Debug, Clone)]
pub struct Domain(super::data::Map);

/// A closed list of values.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let attempts = Counter::<Requests>::new("attempts_total", "Attempts.").label(label!("outcome"), values(["success", "failure"]));
/// # assert_eq!(attempts.name(), "attempts_total");
/// ```
#[must_use]
#[track_caller]
pub fn values<const N: usize>(values: [&str; N]) -> Domain {
    Domain(super::data::map().set("values", values))
}

/// At most so many values, whatever they are.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let calls = Counter::<Requests>::new("calls_total", "Calls.").label(label!("provider"), up_to(8));
/// # assert_eq!(calls.name(), "calls_total");
/// ```
#[must_use]
#[track_caller]
pub fn up_to(count: u64) -> Domain {
    Domain(super::data::map().set("max", count))
}

/// A regular expression that every value matches as a whole.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let answers = Counter::<Requests>::new("answers_total", "Answers.").label(label!("status"), pattern("[1-5][0-9]{2}").up_to(15));
/// # assert_eq!(answers.name(), "answers_total");
/// ```
#[must_use]
#[track_caller]
pub fn pattern(regex: &str) -> Domain {
    Domain(super::data::map().set("matches", regex))
}

impl Domain {
    /// Bounds the number of values.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let domain = pattern("gpu-[0-9]+").up_to(64);
    /// # let _ = domain;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn up_to(self, count: u64) -> Self {
        Self(self.0.set("max", count))
    }

    /// The value that is the sum of the others.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let domain = up_to(40).total("total");
    /// # let _ = domain;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn total(self, value: &str) -> Self {
        Self(self.0.set("total", value))
    }

    /// The label can be missing.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let domain = up_to(40).optional();
    /// # let _ = domain;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn optional(self) -> Self {
        Self(self.0.set("optional", true))
    }

    /// Any other field of a label.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let domain = up_to(40).set("help", "The status code of the answer.");
    /// # let _ = domain;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn set(self, key: &str, value: impl Into<Data>) -> Self {
        Self(self.0.set(key, value))
    }
}

impl From<Domain> for Data {
    #[track_caller]
    fn from(domain: Domain) -> Self {
        domain.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_need_no_quotes() {
        for name in ["job", "_x", "a1", "__name__"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a.b", "ä", "a b", "a:b"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
