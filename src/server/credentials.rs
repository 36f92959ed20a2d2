//! What a server is shown: a token, or a user and a password, from environment variables and from nowhere else.

use std::fmt;

use crate::server::Kind;
use crate::world::World;

/// The value of the header `Authorization`, if there is one. It is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials(Option<String>);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Credentials(none)" } else { "Credentials(not shown)" })
    }
}

impl Credentials {
    /// None.
    pub fn none() -> Self {
        Self(None)
    }

    /// Reads the variables of a kind of server.
    ///
    /// # Errors
    ///
    /// When they contradict each other or cannot be sent; the text names the variable.
    pub fn of(kind: Kind, world: &dyn World) -> Result<Self, String> {
        let prefix = kind.prefix();
        let names = ["TOKEN", "USERNAME", "PASSWORD"].map(|word| format!("{prefix}_{word}"));
        let mut values: [Option<String>; 3] = [None, None, None];
        for (name, value) in names.iter().zip(&mut values) {
            *value = variable(name, world)?;
        }
        let [token, user, password] = &names;
        match values {
            [None, None, None] => Ok(Self(None)),
            [Some(value), None, None] => Ok(Self(Some(format!("Bearer {value}")))),
            [None, Some(name), Some(secret)] => {
                if name.contains(':') {
                    return Err(format!("{user} holds a colon, which no user name can"));
                }
                Ok(Self(Some(format!("Basic {}", base64(format!("{name}:{secret}").as_bytes())))))
            }
            [None, Some(_), None] => Err(format!("{user} is set and {password} is not")),
            [None, None, Some(_)] => Err(format!("{password} is set and {user} is not")),
            [Some(_), ..] => Err(format!("{token} is set beside {user} or {password}: one of the two ways is enough")),
        }
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value of the header.
    #[cfg(feature = "cli")]
    pub(super) fn header(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A variable; an empty one is as none. Files of secrets end in a line break, which is not part of the secret.
fn variable(name: &str, world: &dyn World) -> Result<Option<String>, String> {
    let Some(value) = world.env(name) else { return Ok(None) };
    let Ok(value) = value.into_string() else { return Err(format!("{name} is not UTF-8 text")) };
    let value = value.trim_end_matches(['\r', '\n']);
    if value.chars().any(char::is_control) {
        return Err(format!("{name} holds a line break or another control character"));
    }
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at)) & 63;
            let digit = ALPHABET.get(six as usize).map_or('=', |digit| char::from(*digit));
            text.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let texts =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("\u{ff}\u{3ff}", "w7/Pvw==")];
        for (plain, encoded) in texts {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
