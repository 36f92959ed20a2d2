//! How bad which finding is: what the command line and `optiinfra.toml` say.

use std::collections::BTreeMap;
use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::lint::date::Date;
use crate::lint::{registry, rules};
use crate::source::{SourceId, Span};

/// What a setting makes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Its findings are not reported.
    Off,
    /// All of its findings are this bad.
    At(Severity),
}

impl Level {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "error" => Some(Self::At(Severity::Error)),
            "warning" => Some(Self::At(Severity::Warning)),
            "info" => Some(Self::At(Severity::Info)),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// Settings of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LintSettings {
    levels: BTreeMap<RuleId, Level>,
    /// The day on which suppressions are judged; without it none has expired.
    pub today: Option<Date>,
}

/// Why a setting cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// What is wrong, without a final full stop.
    pub message: String,
    /// The cure.
    pub help: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.help)
    }
}

impl std::error::Error for SettingError {}

const LEVELS: &str = "write error, warning, info or off";

impl LintSettings {
    /// Every rule off: for those who only want what the rules read.
    pub fn silent() -> Self {
        let levels = super::registry::ALL.iter().filter(|rule| !rule.firm).map(|rule| (rule.id, Level::Off)).collect();
        Self { levels, ..Self::default() }
    }

    /// What is set for a rule.
    pub fn level(&self, rule: &str) -> Option<Level> {
        self.levels.get(rule).copied()
    }

    /// Whether a rule's findings are reported at all.
    pub fn is_on(&self, rule: &str) -> bool {
        self.level(rule) != Some(Level::Off)
    }

    /// Sets the level of a rule.
    ///
    /// # Errors
    ///
    /// When there is no such rule, or its findings cannot be lowered.
    pub fn set(&mut self, rule: &str, level: Level) -> Result<(), SettingError> {
        let Some(known) = registry::find(rule) else {
            return Err(SettingError { message: format!("there is no rule `{rule}`"), help: registry::help_for(rule) });
        };
        if known.firm && level != Level::At(known.severity) {
            let message = format!("`{rule}` is always an error");
            return Err(SettingError { message, help: "what it reports cannot be emitted: mend it".to_owned() });
        }
        self.levels.insert(known.id, level);
        Ok(())
    }

    /// Applies an argument of the command line: `promql/unknown-label=warning`.
    ///
    /// # Errors
    ///
    /// When it is no setting of a known rule.
    pub fn set_argument(&mut self, argument: &str) -> Result<(), SettingError> {
        let Some((rule, word)) = argument.split_once('=') else {
            return Err(SettingError {
                message: format!("`{argument}` sets no rule"),
                help: "write RULE=LEVEL, such as promql/unknown-label=warning".to_owned(),
            });
        };
        let Some(level) = Level::parse(word) else {
            return Err(SettingError { message: format!("`{word}` is not a level"), help: LEVELS.to_owned() });
        };
        self.set(rule, level)
    }

    /// Applies the table `[rules]` of an `optiinfra.toml`. Other tables are not looked at.
    pub fn apply_toml(&mut self, source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) {
        let at = |range: std::ops::Range<usize>| Span::new(source, range.start, range.end);
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let range = error.span().unwrap_or(0..0);
            diagnostics.push(Diagnostic::error("spec/syntax", at(range), error.message().to_owned()));
        }
        let Some((_, value)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "rules") else { return };
        let DeValue::Table(levels) = value.get_ref() else {
            let finding = Diagnostic::error("spec/wrong-type", at(value.span()), "`rules` is not a table");
            diagnostics.push(finding.help("write [rules] and below it \"promql/unknown-label\" = \"warning\""));
            return;
        };
        for (key, value) in levels {
            let level = match value.get_ref() {
                DeValue::String(word) => Level::parse(word),
                _ => None,
            };
            let Some(level) = level else {
                let finding = Diagnostic::error("spec/invalid-value", at(value.span()), "this is not a level of a rule");
                diagnostics.push(finding.help(LEVELS));
                continue;
            };
            if let Err(error) = self.set(key.get_ref(), level) {
                diagnostics.push(rules::lint::unknown_rule::RULE.at(at(key.span()), error.message).help(error.help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceKind, Sources};

    fn applied(text: &str) -> (LintSettings, Vec<Diagnostic>) {
        let source = Sources::default().add("optiinfra.toml", text, SourceKind::File);
        let (mut settings, mut diagnostics) = (LintSettings::default(), Vec::new());
        settings.apply_toml(source, text, &mut diagnostics);
        (settings, diagnostics)
    }

    #[test]
    fn a_file_sets_levels() {
        let (settings, diagnostics) =
            applied("title = 1\n[rules]\n\"promql/unknown-label\" = \"warning\"\n\"alert/untested\" = \"off\"\n[other]\nx = 2\n");
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert_eq!(settings.level("promql/unknown-label"), Some(Level::At(Severity::Warning)));
        assert!(!settings.is_on("alert/untested"));
        assert!(settings.is_on("alert/duplicate"));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let text = "[rules]\n\"promql/unknown-lable\" = \"warning\"\n\"alert/untested\" = 3\n\"promql/syntax-error\" = \"off\"\n";
        let (settings, diagnostics) = applied(text);
        let said: Vec<(&str, &str)> = diagnostics
            .iter()
            .map(|found| {
                let span = found.span.unwrap();
                (found.rule, &text[span.start as usize..span.end as usize])
            })
            .collect();
        assert!(said.contains(&("lint/unknown-rule", "\"promql/unknown-lable\"")), "{said:?}");
        assert!(said.contains(&("spec/invalid-value", "3")), "{said:?}");
        assert!(said.contains(&("lint/unknown-rule", "\"promql/syntax-error\"")), "{said:?}");
        assert!(diagnostics.iter().any(|found| found.help.as_deref() == Some("did you mean `promql/unknown-label`?")));
        assert_eq!(settings, LintSettings::default());
    }

    #[test]
    fn broken_files_are_reported() {
        for text in ["[rules", "rules = 3", "[rules]\nx", "\u{0}", "[rules]\n\"a/b\" = \"warning", "[[rules]]\n"] {
            assert!(!applied(text).1.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn arguments_set_levels() {
        let mut settings = LintSettings::default();
        settings.set_argument("promql/rate-on-gauge=info").unwrap();
        assert_eq!(settings.level("promql/rate-on-gauge"), Some(Level::At(Severity::Info)));
        for wrong in ["promql/rate-on-gauge", "promql/rate-on-gauge=fatal", "promql/rate-on-gage=off", "", "="] {
            assert!(settings.set_argument(wrong).is_err(), "{wrong}");
        }
    }
}
