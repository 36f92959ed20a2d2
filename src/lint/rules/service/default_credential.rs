//! `service/default-credential`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads;

/// The rule.
pub const RULE: Rule = rule!(
    "service/default-credential",
    Error,
    "Something is opened with a password that everybody knows",
    "default_credential.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for setting in workloads::settings(stack) {
        if let Some(password) = workloads::default_password(setting.text.as_str(), setting.name) {
            let message =
                format!("`{}` of `{}` has the password `{password}`, which everybody knows", setting.name, setting.owner);
            let help = "set another password and write where it is: {env: NAME} or {file: PATH}";
            findings.push_about(setting.about, RULE.at(setting.text.span, message).help(help));
        }
    }
}
