//! Secrets: where a server reads them, and where the Compose file gets them from. Never what they are.

use std::collections::BTreeMap;

/// Where Compose gets a secret from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretSource {
    /// An environment variable of whoever starts the stack.
    Env(String),
    /// A file beside the base Compose file, unless a variable names another: `./secrets/NAME`.
    File {
        /// The variable that names another file.
        variable: String,
        /// The file.
        default: String,
    },
}

/// The folder in which a container finds its secrets.
pub const FOLDER: &str = "/run/secrets/";

/// The secrets that one container reads, by name.
pub type Secrets = BTreeMap<String, SecretSource>;
