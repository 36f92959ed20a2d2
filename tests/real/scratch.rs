//! A copy of a tree in which a server can run on this machine.

use crate::tree::Tree;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Where containers find what Compose mounts for them, and the folder that stands for it in the copy.
const MOUNTS: [(&str, &str); 3] =
    [("/etc/prometheus/", "prometheus"), ("/etc/alertmanager/", "alertmanager"), ("/run/secrets/", "secrets")];

/// What every secret holds: it is read as a password, as a token and as an address, so it is an address where nobody listens.
const SECRET: &str = "http://127.0.0.1:9/secret";

/// A copy of a tree in a folder of its own that is removed with it: mounted folders are found in the copy, each secret that a
/// file names exists, and every IPv4 address is this machine, so that no test reaches another.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    pub(crate) fn of(tree: &Tree) -> Self {
        let scratch = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(scratch.path("secrets")).unwrap();
        for part in ["prometheus", "alertmanager"] {
            if tree.path.join(part).is_dir() {
                scratch.copy(&tree.path.join(part), &scratch.path(part), 8);
            }
        }
        scratch
    }

    pub(crate) fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    /// The same tree, in the copy.
    pub(crate) fn tree(&self) -> Tree {
        Tree { path: self.folder.path().to_owned() }
    }

    fn copy(&self, from: &Path, to: &Path, depth: usize) {
        assert!(depth > 0, "{}: folders nest too deep", from.display());
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.copy(&entry.path(), &target, depth - 1);
            } else {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                std::fs::write(target, self.localize(&text)).unwrap();
            }
        }
    }

    fn localize(&self, text: &str) -> String {
        let mut text = to_loopback(text);
        for (mount, folder) in MOUNTS {
            text = text.replace(mount, &format!("{}/", self.path(folder).display()));
        }
        let secrets = format!("{}/", self.path("secrets").display());
        for (_, after) in text.match_indices(&secrets).map(|(at, found)| text.split_at(at + found.len())) {
            let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
            std::fs::write(self.path("secrets").join(name), SECRET).unwrap();
        }
        text
    }
}

/// The text with every IPv4 address replaced by that of this machine.
fn to_loopback(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        result.push_str(before);
        let is_address = word.trim_end_matches('.').parse::<Ipv4Addr>().is_ok();
        result.push_str(if is_address { "127.0.0.1" } else { word });
        rest = after;
    }
    result + rest
}

#[test]
fn addresses_become_this_machine() {
    assert_eq!(to_loopback("targets: ['10.0.0.7:9400', gpu-01:9400]"), "targets: ['127.0.0.1:9400', gpu-01:9400]");
    assert_eq!(to_loopback("v1.7.0, 0.95, 2.42.0, 1.2.3.4.5, 15d"), "v1.7.0, 0.95, 2.42.0, 1.2.3.4.5, 15d");
    assert_eq!(to_loopback("198.51.100.20"), "127.0.0.1");
}
