//! The digest of the files that a container reads when it starts. It stands in a label, so that `docker compose up -d` makes a new container exactly
//! when one of them has changed.

use sha2::{Digest as _, Sha256};

use crate::emit::artifact::Artifact;
use crate::plan::compose::Folder;

/// The SHA-256 over paths and contents, in the order of the paths; `None` when the container reads no file at its start.
pub(super) fn of<'a>(folders: &[Folder], files: impl Iterator<Item = &'a Artifact>) -> Option<String> {
    let mut read: Vec<&Artifact> = files.filter(|file| folders.iter().any(|folder| counts(folder, &file.path))).collect();
    if read.is_empty() {
        return None;
    }
    read.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in read {
        // With the lengths in front no two lists of files give the same bytes.
        for part in [file.path.as_bytes(), &file.bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn counts(folder: &Folder, path: &str) -> bool {
    folder.read_at_start && lies_in(folder.path, path) && !folder.apart.iter().any(|apart| lies_in(apart, path))
}

fn lies_in(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: Folder = Folder { path: "a", target: "/a", read_at_start: true, apart: &["a/lists"] };

    fn digest(files: &[(&str, &str)]) -> Option<String> {
        let files: Vec<Artifact> = files.iter().map(|(path, text)| Artifact::new(*path, *text, Vec::new())).collect();
        of(&[FOLDER], files.iter())
    }

    #[test]
    fn it_changes_with_what_is_read_at_the_start_and_with_nothing_else() {
        let before = digest(&[("a/x", "1"), ("a/y", "2")]);
        assert!(before.is_some());
        assert_eq!(digest(&[("a/y", "2"), ("a/x", "1"), ("ab/x", "3"), ("b", "4"), ("a/lists/z.json", "5")]), before);
        for files in
            [&[("a/x", "1")][..], &[("a/x", "12"), ("a/y", "")], &[("a/x", "2"), ("a/y", "1")], &[("a/x1", ""), ("a/y", "2")]]
        {
            assert_ne!(digest(files), before, "{files:?}");
        }
        assert_eq!(digest(&[("a/lists/z.json", "5"), ("ab/x", "3")]), None);
    }
}
