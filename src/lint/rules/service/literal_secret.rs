//! `service/literal-secret`: a literal in the place of a secret is met while the spec is read; one inside a plain text is met here.

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads::{self, SettingUse};

/// The rule.
pub const RULE: Rule =
    rule!("service/literal-secret", Error, "A secret stands in the spec", "literal_secret.md", Check::Stack(check));

/// What the name of a variable that holds a secret ends in.
const SECRET_NAMES: &[&str] =
    &["PASSWORD", "PASSWD", "PASS", "SECRET", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "SECRET_KEY", "PRIVATE_KEY", "DSN"];

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for setting in workloads::settings(stack) {
        if !holds_a_secret(&setting) || workloads::default_password(setting.text.as_str(), setting.name).is_some() {
            continue;
        }
        let message = format!("`{}` of `{}` holds a secret in plain text", setting.name, setting.owner);
        let help = "write {env: NAME} or {file: PATH}; if this value was ever committed, replace the secret itself";
        findings.push_about(setting.about, RULE.at(setting.text.span, message).help(help));
    }
}

fn holds_a_secret(setting: &SettingUse<'_>) -> bool {
    let text = setting.text.as_str();
    if text.is_empty() || is_reference(text) {
        return false;
    }
    if let Some(password) = workloads::password_in(text) {
        return !is_reference(password);
    }
    let name = setting.name.to_ascii_uppercase();
    let by_name = SECRET_NAMES.iter().any(|word| *word != "DSN" && (name == *word || name.ends_with(&format!("_{word}"))));
    // A variable such as ..._PASSWORD with a path or a flag in it holds no secret.
    let plain = text.starts_with('/') || matches!(text, "true" | "false") || text.parse::<f64>().is_ok();
    setting.secret || (by_name && !plain)
}

/// Whether the text only names where the secret is: `${POSTGRES_PASSWORD}`.
fn is_reference(text: &str) -> bool {
    text.starts_with('$')
}
