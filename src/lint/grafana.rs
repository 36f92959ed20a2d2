//! What texts of a dashboard say in Grafana's own words: variables, legends, units.

use std::ops::Range;

use crate::unit::Unit;

/// A variable in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'t> {
    /// Its name.
    pub name: &'t str,
    /// Where the whole reference stands.
    pub range: Range<usize>,
    /// Whether it is written `${name}` or `[[name]]`, which can be nothing else.
    pub braced: bool,
}

/// Whether Grafana itself gives a variable its value.
pub fn is_builtin(name: &str) -> bool {
    name.starts_with("__") || name == "timeFilter"
}

/// The variables that a text uses: `$name`, `${name:format}`, `[[name:format]]`.
pub fn mentions(text: &str) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut unclosed: Vec<&str> = Vec::new();
    while let Some(step) = text.get(at..).and_then(|rest| rest.find(['$', '['])) {
        let start = at + step;
        let rest = text.get(start..).unwrap_or_default();
        let (open, close) = if rest.starts_with("${") {
            (2, "}")
        } else if rest.starts_with("[[") {
            (2, "]]")
        } else if rest.starts_with('$') {
            (1, "")
        } else {
            at = start + 1;
            continue;
        };
        let inside = rest.get(open..).unwrap_or_default();
        let name = identifier(inside);
        if name.is_empty() {
            at = start + 1;
            continue;
        }
        let after = inside.get(name.len()..).unwrap_or_default();
        let end = if close.is_empty() {
            Some(open + name.len())
        } else if !after.starts_with(close) && (!is_format(after) || unclosed.contains(&close)) {
            None
        } else {
            let end = after.find(close);
            if end.is_none() {
                // Nothing behind this place closes another one either.
                unclosed.push(close);
            }
            end.map(|end| open + name.len() + end + close.len())
        };
        match end {
            Some(length) => {
                found.push(Mention { name, range: start..start + length, braced: !close.is_empty() });
                at = start + length;
            }
            None => at = start + 1,
        }
    }
    found
}

/// What may stand between a variable's name and the closing brace: a format, or fields of the value.
fn is_format(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([':', '.', '['])
}

fn identifier(text: &str) -> &str {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The labels that a legend shows, `{{label}}`, with the places of their names.
pub fn legend_labels(legend: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = legend.get(at..).and_then(|rest| rest.find("{{")).map(|step| at + step + 2) {
        let Some(length) = legend.get(start..).and_then(|rest| rest.find("}}")) else { break };
        let inside = legend.get(start..start + length).unwrap_or_default();
        let name = inside.trim();
        if !name.is_empty() && !name.contains(['{', '}', '$']) {
            let begin = start + (inside.len() - inside.trim_start().len());
            found.push((name, begin..begin + name.len()));
        }
        at = start + length + 2;
    }
    found
}

/// What a legend shows besides labels.
pub fn legend_text(legend: &str) -> String {
    let mut shown = String::new();
    let mut rest = legend;
    while let Some((before, inside)) = rest.split_once("{{") {
        shown.push_str(before);
        rest = inside.split_once("}}").map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown
}

/// Grafana's words for units that say what is measured, with the unit of the numbers that they expect.
const UNITS: &[(&str, &str)] = &[
    ("percent", "percent"),
    ("percentunit", "ratio"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("µs", "microseconds"),
    ("ns", "nanoseconds"),
    ("m", "minutes"),
    ("h", "hours"),
    ("d", "days"),
    ("dtdurations", "seconds"),
    ("dtdurationms", "milliseconds"),
    ("dthms", "seconds"),
    ("clocks", "seconds"),
    ("clockms", "milliseconds"),
    ("bytes", "bytes"),
    ("decbytes", "bytes"),
    ("bits", "bits"),
    ("decbits", "bits"),
    ("kbytes", "kibibytes"),
    ("mbytes", "mebibytes"),
    ("gbytes", "gibibytes"),
    ("tbytes", "tebibytes"),
    ("deckbytes", "kilobytes"),
    ("decmbytes", "megabytes"),
    ("decgbytes", "gigabytes"),
    ("dectbytes", "terabytes"),
    ("Bps", "bytes/second"),
    ("binBps", "bytes/second"),
    ("bps", "bits/second"),
    ("binbps", "bits/second"),
    ("celsius", "celsius"),
    ("watt", "watts"),
    ("mwatt", "milliwatts"),
    ("kwatt", "kilowatts"),
    ("joule", "joules"),
    ("kwatth", "kilowatt_hours"),
    ("hertz", "hertz"),
    ("volt", "volts"),
    ("amp", "amperes"),
    ("lengthm", "metres"),
    ("massg", "grams"),
    ("currencyUSD", "usd"),
    ("currencyEUR", "eur"),
    ("currencyGBP", "gbp"),
];

/// The unit that a panel's numbers must have, where its word says one: Grafana's words first, then those of the spec.
pub fn unit(word: &str) -> Option<Unit> {
    let word = word.trim();
    let own = UNITS.iter().find(|(known, _)| *known == word).map_or(word, |(_, own)| own);
    let says_a_unit = own.split('/').all(Unit::is_known_word);
    if says_a_unit { Unit::parse(own).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_variables() {
        let names = |text: &'static str| mentions(text).iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(names("a $job b ${node:regex} [[pool]] ${__field.name}"), ["job", "node", "pool", "__field"]);
        assert!(names("$5 costs $ [a-z] [[:alpha:]] ${} ${a b} $").is_empty());
        assert_eq!(mentions("x ${job}!")[0].range, 2..8);
        assert_eq!(names("${a ${b}"), ["b"]);
        assert_eq!(names("[[a ${b:c} ${d: [[e]]"), ["b", "e"]);
        // Each of these would take minutes if what closes a variable were looked for again and again.
        for piece in ["${a:", "${a ", "[[a:", "[[a ", "${a:[[b:"] {
            let text = piece.repeat(300_000);
            assert!(mentions(&text).is_empty(), "{piece}");
            mentions(&(text + "}"));
        }
    }

    #[test]
    fn finds_legend_labels() {
        assert_eq!(legend_labels("{{job}} of {{ instance }}"), [("job", 2..5), ("instance", 14..22)]);
        assert!(legend_labels("{{}} {{ {{").is_empty());
    }

    #[test]
    fn units_of_both_languages() {
        assert!(unit("s").unwrap().same(&Unit::seconds()));
        assert!(unit("percentunit").unwrap().same(&Unit::ratio()));
        assert!(unit("usd/hour").is_some());
        for word in ["short", "reqps", "suffix:x", "none", ""] {
            assert!(unit(word).is_none(), "{word}");
        }
    }
}
