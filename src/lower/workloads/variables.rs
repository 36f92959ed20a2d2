//! Environment variables of a container: plain text, or a secret that Compose puts in or a file holds.

use crate::diagnostic::Diagnostic;
use crate::lower::secrets;
use crate::plan::compose::Container;
use crate::spec::decode::rule;
use crate::spec::shared::{Secret, Setting};

/// A text that Compose must not expand.
pub(super) fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

/// Whether a shell and Compose take the name for that of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Who sets variables, and how texts are written.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// The container's name.
    pub(super) name: &'a str,
    /// Whether plain text is as in Compose, so that it is left as it is.
    pub(super) as_in_compose: bool,
}

/// Sets a variable. A secret is read from a file where the program can: then it is neither in the container's environment nor in what
/// `docker inspect` shows.
pub(super) fn set(
    container: &mut Container,
    owner: Owner<'_>,
    variable: &str,
    setting: &Setting,
    file_variant: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let secret = match setting {
        Setting::Plain(text) => {
            let text = if owner.as_in_compose { text.value.clone() } else { literal(text.as_str()) };
            container.environment.insert(variable.to_owned(), text);
            return;
        }
        Setting::Secret(secret) => secret,
    };
    if let Some(file) = file_variant {
        let path = literal(&secrets::path(secret, &mut container.secrets));
        container.environment.remove(variable);
        container.environment.insert(file.to_owned(), path);
        return;
    }
    let what = format!("the variable {variable} of `{}`", owner.name);
    if let Some(value) = from_environment(secret, owner, &what, diagnostics) {
        container.environment.insert(variable.to_owned(), value);
    }
}

/// A secret as Compose puts it in from the environment of whoever starts the stack, which must have it.
pub(super) fn from_environment(
    secret: &Secret,
    owner: Owner<'_>,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    match secret {
        Secret::Env(name) if is_variable(name.as_str()) => Some(format!("${{{}:?{} needs it}}", name.value, owner.name)),
        Secret::Env(name) => {
            let message = format!("`{}` cannot be the name of an environment variable", name.value);
            let help = "use letters, digits and `_`, and no digit at the start";
            diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, name.span, message).help(help));
            None
        }
        Secret::File(path) => {
            let message = format!("{what} cannot come from a file: the program reads no file for it");
            let help = "take it from the environment: `{env: NAME}`";
            diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, path.span, message).help(help));
            None
        }
    }
}
