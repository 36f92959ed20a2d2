//! MANIFEST.json: what the tool owns in the output folder, and the journal that stands beside it while a build is under way.
//!
//! Both are read as if an enemy had written them: a path that leads out of the folder, a digest that is none, an unknown field
//! or another format is an error, and nothing is done on the strength of such a file.

use std::collections::BTreeMap;
use std::fmt;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::artifact::{Artifacts, check_path};

/// The name of the manifest in the output folder.
pub const MANIFEST: &str = "MANIFEST.json";

/// The name of the journal; it is there from before the first change of a build until after the last.
pub const JOURNAL: &str = "MANIFEST.json.next";

/// The format of both files that this version writes and reads.
const FORMAT: u32 = 1;

/// The version of the tool, as the manifest tells it.
pub const TOOL: &str = concat!("optiinfra-gen ", env!("CARGO_PKG_VERSION"));

/// A SHA-256; text form is 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The SHA-256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a SHA-256")))
    }
}

/// One file in the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The SHA-256 of what the tool last wrote there.
    pub sha256: Digest,
    /// The spec items that the file came from, sorted.
    pub items: Vec<String>,
}

/// What MANIFEST.json says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// Which version of the tool wrote it.
    pub tool: String,
    /// Every file that the tool owns, by path below the output folder.
    pub files: BTreeMap<String, Entry>,
}

impl Manifest {
    /// The manifest of these files, written by this version of the tool.
    pub fn new(files: BTreeMap<String, Entry>) -> Self {
        Self { format: FORMAT, tool: TOOL.to_owned(), files }
    }

    /// The manifest of a folder that holds exactly these artifacts.
    pub fn of(artifacts: &Artifacts) -> Self {
        let all: Vec<_> = artifacts.iter().collect();
        let entry = |bytes: &[u8], items: &[String]| Entry { sha256: Digest::of(bytes), items: sorted(items) };
        Self::new(all.into_par_iter().map(|file| (file.path.clone(), entry(&file.bytes, &file.items))).collect())
    }

    /// The bytes of MANIFEST.json: sorted, two spaces, a final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Reads MANIFEST.json.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = parse(bytes)?;
        check_paths(manifest.files.keys())?;
        Ok(manifest)
    }
}

/// Items as a manifest lists them: sorted, each once.
pub(super) fn sorted(items: &[String]) -> Vec<String> {
    let mut items = items.to_vec();
    items.sort();
    items.dedup();
    items
}

/// One file in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// What the tool may have written there; the latest first.
    pub(super) sha256: Vec<Digest>,
    /// Whether it certainly has. If not, other text there is not an edit of the tool's file but somebody's own.
    pub(super) written: bool,
    /// The spec items that the file came from.
    pub(super) items: Vec<String>,
}

/// What the journal says: it is complete in itself, so that a build that finds one needs no manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    tool: String,
    pub(super) files: BTreeMap<String, Record>,
}

impl Journal {
    pub(super) fn new(files: BTreeMap<String, Record>) -> Self {
        Self { format: FORMAT, tool: TOOL.to_owned(), files }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let journal: Self = parse(bytes)?;
        check_paths(journal.files.keys())?;
        match journal.files.iter().find(|(_, record)| record.sha256.is_empty()) {
            Some((path, _)) => Err(ManifestError::Damaged(format!("it has no SHA-256 for {path:?}"))),
            None => Ok(journal),
        }
    }
}

/// What is wrong with a manifest or a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestError {
    /// It is not what the tool writes.
    Damaged(String),
    /// It names a path that the tool would never write.
    Path(String),
    /// Its format is that of another version of the tool, which is named if it can be.
    Format(Option<String>),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(why) => write!(f, "is damaged: {why}"),
            Self::Path(why) => write!(f, "is damaged or forged: {why}"),
            Self::Format(Some(tool)) => write!(f, "is in the format of another version, {tool:?}"),
            Self::Format(None) => f.write_str("is in the format of another version"),
        }
    }
}

fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    // Strings, numbers, lists and maps with string keys: there is nothing here that JSON cannot say.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn parse<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, ManifestError> {
    /// What every format has had, so that one from another version is told from a damaged one.
    #[derive(Deserialize)]
    struct Head {
        format: u32,
        tool: Option<String>,
    }
    let damaged = |error: serde_json::Error| ManifestError::Damaged(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(damaged)?;
    if head.format != FORMAT {
        return Err(ManifestError::Format(head.tool));
    }
    serde_json::from_slice(bytes).map_err(damaged)
}

fn check_paths<'a>(mut paths: impl Iterator<Item = &'a String>) -> Result<(), ManifestError> {
    paths.try_for_each(|path| check_path(path).map_err(|error| ManifestError::Path(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::super::artifact::Artifact;
    use super::*;

    fn manifest() -> Manifest {
        let items = vec!["query b".to_owned(), "alert A".to_owned(), "query b".to_owned()];
        let files = [Artifact::new("b.yml", "b\n", items), Artifact::new("a/c.json", "", Vec::new())];
        Manifest::of(&Artifacts::collect(files).unwrap())
    }

    #[test]
    fn the_bytes_are_sorted_and_end_in_a_newline() {
        let expected = r#"{
  "format": 1,
  "tool": "TOOL",
  "files": {
    "a/c.json": {
      "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "items": []
    },
    "b.yml": {
      "sha256": "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f",
      "items": [
        "alert A",
        "query b"
      ]
    }
  }
}
"#;
        assert_eq!(String::from_utf8(manifest().to_bytes()).unwrap(), expected.replace("TOOL", TOOL));
        assert_eq!(Manifest::parse(&manifest().to_bytes()).unwrap(), manifest());
    }

    #[test]
    fn a_damaged_or_forged_manifest_is_refused() {
        let good = String::from_utf8(manifest().to_bytes()).unwrap();
        for end in 0..good.len() - 1 {
            assert!(matches!(Manifest::parse(&good.as_bytes()[..end]), Err(ManifestError::Damaged(_))), "cut at {end}");
        }
        let with = |from: &str, to: &str| Manifest::parse(good.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert!(with("b.yml", "../../etc/passwd").contains("leads out of the output folder"));
        assert!(with("b.yml", "/etc/passwd").contains("leads out of the output folder"));
        assert!(with("b.yml", "MANIFEST.json").contains("keeps for itself"));
        assert!(with("0263829989", "0263829980X").contains("is not a SHA-256"));
        assert!(with("0263829989", "026382998").contains("is not a SHA-256"));
        assert!(with("\"items\": []", "\"items\": [], \"more\": 1").contains("unknown field `more`"));
        assert!(with("\"format\": 1", "\"format\": 2").contains("another version, \"optiinfra-gen"));
        assert!(with("\"format\": 1", "\"format\": {}").contains("damaged"));
        assert!(Manifest::parse(b"\xff\xfe").is_err());
        assert!(Manifest::parse(b"").is_err());
        assert!(Manifest::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn digests_are_read_as_they_are_written() {
        let digest = Digest::of(b"x");
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse(&digest.to_string().to_uppercase()), None);
        assert_eq!(Digest::parse("ä"), None);
        assert_eq!(Digest::parse(&"ß".repeat(32)), None);
    }
}
