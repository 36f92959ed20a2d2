//! The functions of the language: one table, from which the parser checks calls and everything else takes signatures.

use std::fmt;

use super::ast::ValueType;
use super::ast::ValueType::{InstantVector as V, RangeVector as M, Scalar as S, String as T};

/// The language that the table describes.
pub const LANGUAGE_VERSION: Version = Version(3, 14);

/// A version of the Prometheus server: major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16, pub u16);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Whether a server accepts a construct without being told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// Accepted since it exists.
    Stable,
    /// First experimental, accepted without a flag since this version.
    StableSince(Version),
    /// Wants a feature flag (for functions `promql-experimental-functions`).
    Experimental,
}

/// One function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name; names are case-sensitive.
    pub name: &'static str,
    /// The types of its arguments; the last one counts for all further arguments.
    pub args: &'static [ValueType],
    /// How many arguments it takes at least.
    pub min_args: usize,
    /// How many arguments it takes at most; `None` is any number.
    pub max_args: Option<usize>,
    /// What it returns.
    pub returns: ValueType,
    /// The first server that has it; 2.0 stands for all versions before as well.
    pub since: Version,
    /// Whether it needs a feature flag.
    pub stability: Stability,
}

impl Function {
    /// The type that argument number `index` (from 0) must have.
    pub fn arg(&self, index: usize) -> Option<ValueType> {
        match self.max_args {
            Some(max) if index >= max => None,
            _ => self.args.get(index).or(self.args.last()).copied(),
        }
    }

    /// Whether a server of the language's version wants it enabled.
    pub fn is_experimental(&self) -> bool {
        self.stability == Stability::Experimental
    }

    /// Name, argument types and result: `round(instant vector, [scalar]) -> instant vector`.
    pub fn signature(&self) -> String {
        let mut text = format!("{}(", self.name);
        for (index, arg) in self.args.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let (open, close) = if index >= self.min_args { ("[", "]") } else { ("", "") };
            text.push_str(&format!("{separator}{open}{}{close}", arg.name()));
        }
        if self.max_args.is_none_or(|max| max > self.args.len()) {
            text.push_str(", ...");
        }
        text.push_str(&format!(") -> {}", self.returns.name()));
        text
    }
}

/// The function of this name.
pub fn get(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().map(|index| &FUNCTIONS[index])
}

/// Functions of older servers, with what to use now.
pub fn replacement(name: &str) -> Option<&'static str> {
    match name {
        "holt_winters" => Some("double_exponential_smoothing"),
        "drop_common_labels" => Some("sum without (...)"),
        "count_scalar" => Some("scalar(count(...))"),
        _ => None,
    }
}

const fn function(
    name: &'static str,
    args: &'static [ValueType],
    (min_args, max_args): (usize, Option<usize>),
    returns: ValueType,
    since: Version,
    stability: Stability,
) -> Function {
    Function { name, args, min_args, max_args, returns, since, stability }
}

const STABLE: Stability = Stability::Stable;
const EXPERIMENTAL: Stability = Stability::Experimental;

/// All functions, sorted by name: argument types, least and most arguments, result, first version, stability.
#[rustfmt::skip]
pub static FUNCTIONS: &[Function] = &[
    function("abs", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("absent", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("absent_over_time", &[M], (1, Some(1)), V, Version(2, 16), STABLE),
    function("acos", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("acosh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("asin", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("asinh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("atan", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("atanh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("avg_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("ceil", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("changes", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("clamp", &[V, S, S], (3, Some(3)), V, Version(2, 26), STABLE),
    function("clamp_max", &[V, S], (2, Some(2)), V, Version(2, 0), STABLE),
    function("clamp_min", &[V, S], (2, Some(2)), V, Version(2, 0), STABLE),
    function("cos", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("cosh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("count_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("day_of_month", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("day_of_week", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("day_of_year", &[V], (0, Some(1)), V, Version(2, 36), STABLE),
    function("days_in_month", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("deg", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("delta", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("deriv", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("double_exponential_smoothing", &[M, S, S], (3, Some(3)), V, Version(3, 0), EXPERIMENTAL),
    function("end", &[], (0, Some(0)), S, Version(3, 12), EXPERIMENTAL),
    function("exp", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("first_over_time", &[M], (1, Some(1)), V, Version(3, 7), Stability::StableSince(Version(3, 14))),
    function("floor", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("histogram_avg", &[V], (1, Some(1)), V, Version(2, 51), STABLE),
    function("histogram_count", &[V], (1, Some(1)), V, Version(2, 40), STABLE),
    function("histogram_fraction", &[S, S, V], (3, Some(3)), V, Version(2, 40), STABLE),
    function("histogram_quantile", &[S, V], (2, Some(2)), V, Version(2, 0), STABLE),
    function("histogram_quantiles", &[V, T, S, S], (3, Some(12)), V, Version(3, 11), EXPERIMENTAL),
    function("histogram_stddev", &[V], (1, Some(1)), V, Version(2, 47), STABLE),
    function("histogram_stdvar", &[V], (1, Some(1)), V, Version(2, 47), STABLE),
    function("histogram_sum", &[V], (1, Some(1)), V, Version(2, 40), STABLE),
    function("hour", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("idelta", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("increase", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("info", &[V, V], (1, Some(2)), V, Version(2, 55), EXPERIMENTAL),
    function("irate", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("label_join", &[V, T, T, T], (3, None), V, Version(2, 0), STABLE),
    function("label_replace", &[V, T, T, T, T], (5, Some(5)), V, Version(2, 0), STABLE),
    function("last_over_time", &[M], (1, Some(1)), V, Version(2, 26), STABLE),
    function("ln", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("log10", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("log2", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("mad_over_time", &[M], (1, Some(1)), V, Version(2, 49), EXPERIMENTAL),
    function("max_of", &[S, S], (2, Some(2)), S, Version(3, 13), EXPERIMENTAL),
    function("max_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("min_of", &[S, S], (2, Some(2)), S, Version(3, 13), EXPERIMENTAL),
    function("min_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("minute", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("month", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
    function("pi", &[], (0, Some(0)), S, Version(2, 31), STABLE),
    function("predict_linear", &[M, S], (2, Some(2)), V, Version(2, 0), STABLE),
    function("present_over_time", &[M], (1, Some(1)), V, Version(2, 29), STABLE),
    function("quantile_over_time", &[S, M], (2, Some(2)), V, Version(2, 0), STABLE),
    function("rad", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("range", &[], (0, Some(0)), S, Version(3, 12), EXPERIMENTAL),
    function("rate", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("resets", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("round", &[V, S], (1, Some(2)), V, Version(2, 0), STABLE),
    function("scalar", &[V], (1, Some(1)), S, Version(2, 0), STABLE),
    function("sgn", &[V], (1, Some(1)), V, Version(2, 26), STABLE),
    function("sin", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("sinh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("sort", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("sort_by_label", &[V, T], (1, None), V, Version(2, 49), EXPERIMENTAL),
    function("sort_by_label_desc", &[V, T], (1, None), V, Version(2, 49), EXPERIMENTAL),
    function("sort_desc", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("sqrt", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("start", &[], (0, Some(0)), S, Version(3, 12), EXPERIMENTAL),
    function("start_timestamp", &[V], (1, Some(1)), V, Version(3, 14), EXPERIMENTAL),
    function("stddev_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("stdvar_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("step", &[], (0, Some(0)), S, Version(3, 12), EXPERIMENTAL),
    function("sum_over_time", &[M], (1, Some(1)), V, Version(2, 0), STABLE),
    function("tan", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("tanh", &[V], (1, Some(1)), V, Version(2, 31), STABLE),
    function("time", &[], (0, Some(0)), S, Version(2, 0), STABLE),
    function("timestamp", &[V], (1, Some(1)), V, Version(2, 0), STABLE),
    function("ts_of_first_over_time", &[M], (1, Some(1)), V, Version(3, 7), EXPERIMENTAL),
    function("ts_of_last_over_time", &[M], (1, Some(1)), V, Version(3, 5), EXPERIMENTAL),
    function("ts_of_max_over_time", &[M], (1, Some(1)), V, Version(3, 5), EXPERIMENTAL),
    function("ts_of_min_over_time", &[M], (1, Some(1)), V, Version(3, 5), EXPERIMENTAL),
    function("vector", &[S], (1, Some(1)), V, Version(2, 0), STABLE),
    function("year", &[V], (0, Some(1)), V, Version(2, 0), STABLE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_signatures_are_possible() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for function in FUNCTIONS {
            assert!(std::ptr::eq(get(function.name).unwrap(), function));
            assert!(function.max_args.is_none_or(|max| max >= function.min_args), "{}", function.name);
            assert!(function.args.len() >= function.min_args, "{}", function.name);
            assert!(function.since <= LANGUAGE_VERSION, "{}", function.name);
        }
        assert!(get("Rate").is_none() && get("").is_none());
    }

    #[test]
    fn further_arguments_have_the_type_of_the_last() {
        let quantiles = get("histogram_quantiles").unwrap();
        assert_eq!(quantiles.arg(11), Some(S));
        assert_eq!(quantiles.arg(12), None);
        assert_eq!(get("label_join").unwrap().arg(40), Some(T));
        assert_eq!(get("time").unwrap().arg(0), None);
        assert_eq!(get("round").unwrap().signature(), "round(instant vector, [scalar]) -> instant vector");
    }
}
