//! Where servers read their secrets.

use crate::plan::secret::{FOLDER, SecretSource, Secrets};
use crate::spec::shared::Secret;

/// The path at which a container finds a secret; the secret is added to those that the container reads.
pub fn path(secret: &Secret, secrets: &mut Secrets) -> String {
    match secret {
        Secret::Env(variable) => {
            let name = variable.as_str().to_ascii_lowercase();
            secrets.insert(name.clone(), SecretSource::Env(variable.value.clone()));
            format!("{FOLDER}{name}")
        }
        Secret::File(path) => {
            if let Some(name) = path.as_str().strip_prefix(FOLDER).filter(|name| !name.contains('/')) {
                let variable = format!("{}_FILE", name.to_ascii_uppercase().replace(['-', '.'], "_"));
                let source = SecretSource::File { variable, default: format!("./secrets/{name}") };
                secrets.insert(name.to_owned(), source);
            }
            path.value.clone()
        }
    }
}
