//! Names of files and anchors.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

/// The longest stem of a file name.
const LONGEST: usize = 80;

/// The names that files of one folder have taken.
#[derive(Debug, Default)]
pub(super) struct Files {
    taken: BTreeSet<String>,
}

impl Files {
    /// The stem of the file for a thing of this name: the name itself where every file system can store it and no other has it, else with a few digits
    /// of its digest.
    pub(super) fn take(&mut self, name: &str) -> String {
        let plain = !name.is_empty() && name.len() <= LONGEST && name.chars().all(is_plain) && !name.starts_with('.');
        let stem = if plain && !self.taken.contains(&name.to_lowercase()) {
            name.to_owned()
        } else {
            let kept: String = name.chars().map(|c| if is_plain(c) { c } else { '-' }).take(LONGEST).collect();
            format!("{}-{}", kept.trim_matches(['.', '-']), digest(name, 4)).trim_matches('-').to_owned()
        };
        self.taken.insert(stem.to_lowercase());
        stem
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// The first bytes of the SHA-256 of a name, in hexadecimal.
pub(super) fn digest(name: &str, bytes: usize) -> String {
    Sha256::digest(name.as_bytes()).iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// The anchor of a metric or an alert on a page.
pub(super) fn anchor(name: &str) -> String {
    if name.chars().all(|c| is_plain(c) || c == ':') { name.to_owned() } else { encode(name).replace('%', "_") }
}

/// A text as a part of an address.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_that_every_file_system_can_store() {
        let mut files = Files::default();
        assert_eq!(files.take("HighErrorRate"), "HighErrorRate");
        let other = files.take("higherrorrate");
        assert!(other.starts_with("higherrorrate-") && other.len() == 22, "{other}");
        let long = "x".repeat(500);
        let mut seen = BTreeSet::from([other]);
        for hostile in ["", "..", "a/b", "a b", "../../etc", "ä", "a\nb", "COM:1", long.as_str(), "a\u{0}b", "-"] {
            let stem = files.take(hostile);
            assert!(
                stem.chars().all(is_plain) && !stem.is_empty() && stem.len() < 100 && !stem.starts_with('.'),
                "{hostile:?}: {stem}"
            );
            assert!(seen.insert(stem.to_lowercase()), "{hostile:?}");
        }
    }

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(encode("up == 0 & ä"), "up%20%3D%3D%200%20%26%20%C3%A4");
    }
}
