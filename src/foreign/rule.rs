//! The ids of what reading foreign files can find wrong, all of the family `foreign/`.

use crate::diagnostic::RuleId;

macro_rules! rules {
    ($($name:ident = $id:literal, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: RuleId = $id;)*
        /// Every rule of this family with its meaning in one line.
        pub const ALL: &[(RuleId, &str)] = &[$(($id, $meaning)),*];
    };
}

rules! {
    INVALID_RULE = "foreign/invalid-rule", "Prometheus refuses the rule file because of this group or rule.";
    DUPLICATE_RULE = "foreign/duplicate-rule", "Two recording rules of a file make the same series of the same expression.";
    INVALID_CONFIG = "foreign/invalid-config", "Prometheus refuses its configuration because of this.";
    INVALID_DASHBOARD = "foreign/invalid-dashboard", "Grafana does not understand this part of the dashboard.";
    INVALID_EXPOSITION = "foreign/invalid-exposition", "A line of a text in the exposition format cannot be read.";
    UNKNOWN_FILE = "foreign/unknown-file", "A file is none of those that can be linted.";
    NOT_LINTED = "foreign/not-linted", "A file is recognised, but there is nothing to check in it, or it is not there.";
    MIXED_FOLDER = "foreign/mixed-folder", "A folder holds files of a spec beside rule files, configurations or dashboards.";
    INVALID_CATALOG = "foreign/invalid-catalog", "What is given as a catalog says nothing of metrics.";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_of_the_family() {
        for (index, (id, meaning)) in ALL.iter().enumerate() {
            assert!(id.starts_with("foreign/") && meaning.ends_with('.'), "{id}");
            assert!(ALL[..index].iter().all(|(other, _)| other != id), "{id}");
        }
    }
}
