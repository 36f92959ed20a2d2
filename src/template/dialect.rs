//! Which functions and variables a template may use, by where it is expanded.

/// Major and minor version of a server.
pub type ServerVersion = (u16, u16);

/// Where a template is expanded. To support another place, add it here with its table of functions and its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Labels and annotations of alert rules, expanded by Prometheus.
    PrometheusAlert,
    /// Labels and annotations of alert rules that Grafana evaluates.
    GrafanaAlert,
    /// Notification texts, expanded by Alertmanager.
    Alertmanager,
}

/// A function that templates may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The least number of arguments, a piped one included.
    pub least: usize,
    /// The greatest number of arguments; `None` where there is no limit.
    pub most: Option<usize>,
    /// The first version of Prometheus that has it, where that is 2.30 or newer.
    pub since: Option<ServerVersion>,
}

impl Dialect {
    /// The function of this name.
    pub fn function(self, name: &str) -> Option<&'static Function> {
        self.functions().find(|function| function.name == name)
    }

    /// All functions, the server's own first, then Go's.
    pub fn functions(self) -> impl Iterator<Item = &'static Function> {
        let (own, more) = match self {
            Dialect::PrometheusAlert => (PROMETHEUS, NONE),
            // Grafana expands with the code of Prometheus.
            Dialect::GrafanaAlert => (PROMETHEUS, GRAFANA),
            Dialect::Alertmanager => (ALERTMANAGER, NONE),
        };
        own.iter().chain(more).chain(GO)
    }

    /// The variables that are set before the template starts. `$` is the data itself.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            Dialect::PrometheusAlert => &["$", "$labels", "$externalLabels", "$externalURL", "$value"],
            Dialect::GrafanaAlert => &["$", "$labels", "$values", "$value"],
            Dialect::Alertmanager => &["$"],
        }
    }

    /// What a message calls such a template.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Dialect::PrometheusAlert | Dialect::GrafanaAlert => "alert templates",
            Dialect::Alertmanager => "notification templates",
        }
    }
}

const fn fixed(name: &'static str, arguments: usize) -> Function {
    Function { name, least: arguments, most: Some(arguments), since: None }
}

const fn between(name: &'static str, least: usize, most: usize) -> Function {
    Function { name, least, most: Some(most), since: None }
}

const fn variadic(name: &'static str, least: usize) -> Function {
    Function { name, least, most: None, since: None }
}

const fn since(major: u16, minor: u16, function: Function) -> Function {
    Function { since: Some((major, minor)), ..function }
}

// The builtins of Go's text/template.
const GO: &[Function] = &[
    variadic("and", 1),
    variadic("call", 1),
    variadic("eq", 2),
    fixed("ge", 2),
    fixed("gt", 2),
    variadic("html", 0),
    variadic("index", 1),
    variadic("js", 0),
    fixed("le", 2),
    fixed("len", 1),
    fixed("lt", 2),
    fixed("ne", 2),
    fixed("not", 1),
    variadic("or", 1),
    variadic("print", 0),
    variadic("printf", 1),
    variadic("println", 0),
    between("slice", 1, 4),
    variadic("urlquery", 0),
];

// What Prometheus adds for alert rules. Console pages have `tmpl` as well; rules do not.
const PROMETHEUS: &[Function] = &[
    variadic("args", 0),
    fixed("externalURL", 0),
    fixed("first", 1),
    fixed("graphLink", 1),
    fixed("humanize", 1),
    fixed("humanize1024", 1),
    fixed("humanizeDuration", 1),
    fixed("humanizePercentage", 1),
    fixed("humanizeTimestamp", 1),
    fixed("label", 2),
    fixed("match", 2),
    since(3, 6, fixed("now", 0)),
    since(2, 32, fixed("parseDuration", 1)),
    fixed("pathPrefix", 0),
    fixed("query", 1),
    fixed("reReplaceAll", 3),
    fixed("safeHtml", 1),
    fixed("sortByLabel", 2),
    since(2, 36, fixed("stripDomain", 1)),
    since(2, 33, fixed("stripPort", 1)),
    fixed("strvalue", 1),
    fixed("tableLink", 1),
    fixed("title", 1),
    since(3, 6, fixed("toDuration", 1)),
    fixed("toLower", 1),
    since(2, 38, fixed("toTime", 1)),
    fixed("toUpper", 1),
    since(3, 8, fixed("urlQueryEscape", 1)),
    fixed("value", 1),
];

const NONE: &[Function] = &[];

// What Grafana has beyond those.
const GRAFANA: &[Function] = &[
    fixed("filterLabels", 2),
    fixed("filterLabelsRe", 2),
    fixed("mergeLabelValues", 1),
    fixed("removeLabels", 2),
    fixed("removeLabelsRe", 2),
];

const ALERTMANAGER: &[Function] = &[
    variadic("append", 1),
    fixed("date", 2),
    variadic("dict", 0),
    fixed("humanizeDuration", 1),
    fixed("join", 2),
    variadic("list", 0),
    fixed("match", 2),
    fixed("now", 0),
    fixed("reReplaceAll", 3),
    fixed("safeHtml", 1),
    fixed("safeUrl", 1),
    fixed("since", 1),
    variadic("stringSlice", 0),
    fixed("title", 1),
    fixed("toJson", 1),
    fixed("toLower", 1),
    fixed("toUpper", 1),
    fixed("trimSpace", 1),
    fixed("tz", 2),
    fixed("urlUnescape", 1),
];
