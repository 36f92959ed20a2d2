//! The table `[jsonnet]` of `optiinfra.toml`.
//!
//! ```toml
//! [jsonnet]
//! jpath = ["vendor"]        # as -J
//! seconds = 30              # limits
//! memory-mib = 2048
//! output-mib = 128
//! max-stack = 1000
//!
//! [jsonnet.ext-str]         # as -V; ext-code, tla-str and tla-code likewise
//! cluster = "eu-1"
//! ```

use std::ops::Range;
use std::path::PathBuf;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::{Bindings, Given, Settings};
use crate::load::suggest;

/// A value that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands in the file.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

const FIELDS: [&str; 9] =
    ["jpath", "max-stack", "memory-mib", "output-mib", "seconds", "ext-str", "ext-code", "tla-str", "tla-code"];

/// Reads the table of a file; what is no TOML at all is for others to say.
pub fn read(text: &str) -> (Settings, Vec<Mistake>) {
    let mut reading = Reading { settings: Settings::default(), mistakes: Vec::new() };
    let (table, _) = DeTable::parse_recoverable(text);
    if let Some((_, value)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "jsonnet") {
        reading.table(value);
    }
    (reading.settings, reading.mistakes)
}

struct Reading {
    settings: Settings,
    mistakes: Vec<Mistake>,
}

impl Reading {
    fn table(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(fields) = value.get_ref() else {
            return self.mistake(value.span(), "`jsonnet` is not a table", "write [jsonnet] and below it jpath = [\"vendor\"]");
        };
        for (key, value) in fields {
            match &**key.get_ref() {
                "jpath" => self.paths(value),
                "max-stack" => {
                    if let Some(number) = self.number(value) {
                        self.settings.limits.stack = usize::try_from(number).unwrap_or(usize::MAX);
                    }
                }
                "memory-mib" => {
                    if let Some(number) = self.number(value) {
                        self.settings.limits.memory = number.saturating_mul(1 << 20);
                    }
                }
                "output-mib" => {
                    if let Some(number) = self.number(value) {
                        self.settings.limits.output = usize::try_from(number.saturating_mul(1 << 20)).unwrap_or(usize::MAX);
                    }
                }
                "seconds" => {
                    if let Some(number) = self.number(value) {
                        self.settings.limits.seconds = number;
                    }
                }
                "ext-str" => self.bindings(value, |settings| &mut settings.external, Given::Text),
                "ext-code" => self.bindings(value, |settings| &mut settings.external, Given::Code),
                "tla-str" => self.bindings(value, |settings| &mut settings.arguments, Given::Text),
                "tla-code" => self.bindings(value, |settings| &mut settings.arguments, Given::Code),
                other => {
                    let near = suggest::did_you_mean(&suggest::nearest(other, FIELDS));
                    let help = near.unwrap_or_else(|| format!("the fields are {}", FIELDS.join(", ")));
                    self.mistake(key.span(), &format!("[jsonnet] has no field `{other}`"), &help);
                }
            }
        }
    }

    fn paths(&mut self, value: &Spanned<DeValue<'_>>) {
        const HELP: &str = "write jpath = [\"vendor\"]";
        let DeValue::Array(items) = value.get_ref() else {
            return self.mistake(value.span(), "`jpath` is not a list of folders", HELP);
        };
        for item in items {
            match item.get_ref() {
                DeValue::String(path) if !path.is_empty() => self.settings.paths.push(PathBuf::from(&**path)),
                _ => self.mistake(item.span(), "this is no folder", HELP),
            }
        }
    }

    fn number(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        // More than this is nobody's limit, and it must fit what a limit is counted in.
        let number = number.filter(|number| (1..=1_000_000).contains(number));
        if number.is_none() {
            self.mistake(value.span(), "this is not a whole number from 1 to 1000000", "write seconds = 30");
        }
        number
    }

    fn bindings(&mut self, value: &Spanned<DeValue<'_>>, of: fn(&mut Settings) -> &mut Bindings, given: fn(String) -> Given) {
        const HELP: &str = "write NAME = \"VALUE\" below [jsonnet.ext-str]; the value of ext-code is code in quotes";
        let DeValue::Table(entries) = value.get_ref() else {
            return self.mistake(value.span(), "this is not a table of names and texts", HELP);
        };
        for (name, value) in entries {
            match value.get_ref() {
                DeValue::String(text) => {
                    of(&mut self.settings).insert(name.get_ref().to_string(), given(text.to_string()));
                }
                _ => self.mistake(value.span(), "this is not a text", HELP),
            }
        }
    }

    fn mistake(&mut self, range: Range<usize>, message: &str, help: &str) {
        self.mistakes.push(Mistake { range, message: message.to_owned(), help: help.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_read() {
        let (settings, mistakes) = read(
            "[rules]\n[jsonnet]\njpath = [\"vendor\", \"lib\"]\nseconds = 3\nmemory-mib = 64\noutput-mib = 2\nmax-stack = 90\n\
             [jsonnet.ext-str]\ncluster = \"eu\"\n[jsonnet.ext-code]\nn = \"1 + 1\"\n[jsonnet.tla-str]\na = \"x\"\n[jsonnet.tla-code]\nb = \"[]\"\n",
        );
        assert_eq!(mistakes, []);
        assert_eq!(settings.paths, [PathBuf::from("vendor"), PathBuf::from("lib")]);
        let limits = settings.limits;
        assert_eq!(limits, super::super::Limits { seconds: 3, memory: 64 << 20, stack: 90, output: 2 << 20 });
        let text = |text: &str| Given::Text(text.to_owned());
        let code = |text: &str| Given::Code(text.to_owned());
        assert_eq!(settings.external, Bindings::from([("cluster".to_owned(), text("eu")), ("n".to_owned(), code("1 + 1"))]));
        assert_eq!(settings.arguments, Bindings::from([("a".to_owned(), text("x")), ("b".to_owned(), code("[]"))]));
    }

    #[test]
    fn what_makes_no_sense_has_its_place() {
        let text = "jsonnet = {jpat = [], jpath = \"vendor\", seconds = 0, max-stack = \"9\", memory-mib = 1.5, ext-str = {a = 1}, tla-code = []}";
        let said: Vec<(&str, String)> =
            read(text).1.into_iter().map(|mistake| (text.get(mistake.range).unwrap_or("?"), mistake.message)).collect();
        let places: Vec<&str> = said.iter().map(|(place, _)| *place).collect();
        for place in ["jpat", "\"vendor\"", "0", "\"9\"", "1.5", "1", "[]"] {
            assert!(places.contains(&place), "{place}: {said:?}");
        }
        assert_eq!(read("jsonnet = 3").1.len(), 1);
        assert_eq!(read("").1, []);
        assert_eq!(read("[jsonnet\n\u{0}").0, Settings::default());
    }
}
