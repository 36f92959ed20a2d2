//! Findings that no rule of `lint` makes: a spec that cannot be read, files that differ from it, servers that do. Each has a section
//! on a page of its family.

/// The pages, by family.
const PAGES: &[(&str, &str)] = &[
    ("spec", include_str!("findings/spec.md")),
    ("foreign", include_str!("findings/foreign.md")),
    ("drift", include_str!("findings/drift.md")),
    ("prove", include_str!("findings/prove.md")),
    ("verify", include_str!("findings/verify.md")),
    ("apply", include_str!("findings/apply.md")),
];

/// What a section begins with.
const HEADING: &str = "## ";

/// The families.
pub fn families() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(family, _)| *family)
}

/// The ids with their texts, in the order of the pages.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().flat_map(|(_, page)| sections(page))
}

/// The text about findings of this id.
pub fn find(id: &str) -> Option<&'static str> {
    all().find(|(known, _)| *known == id).map(|(_, text)| text)
}

fn sections(page: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = page.split("\n## ").map(|part| part.strip_prefix(HEADING).unwrap_or(part));
    parts.filter_map(|part| part.split_once('\n')).map(|(id, text)| (id.trim(), text.trim()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the code itself is read")]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::{all, families, find};
    use crate::lint::registry;

    fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }

    /// Every text of the code that looks like the id of a finding.
    fn ids_in_code() -> BTreeSet<String> {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut families: BTreeSet<&str> = families().collect();
        families.extend(registry::ALL.iter().filter_map(|rule| rule.id.split_once('/')).map(|(family, _)| family));
        let is_id = |text: &&str| {
            text.split_once('/').is_some_and(|(family, name)| {
                families.contains(family)
                    && !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            })
        };
        let mut found = BTreeSet::new();
        for file in files.iter().filter(|file| !file.to_string_lossy().contains("tests")) {
            let text = std::fs::read_to_string(file).unwrap();
            // What stands in the tests of a file is no finding.
            let text = text.split("\nmod tests {").next().unwrap_or_default();
            found.extend(text.split('"').filter(is_id).map(str::to_owned));
        }
        found
    }

    #[test]
    fn every_finding_that_the_code_can_report_is_explained_and_no_other() {
        let code = ids_in_code();
        assert!(code.len() > 120 && code.contains("spec/unknown-field") && code.contains("verify/no-answer"), "{code:?}");
        let unexplained: Vec<&String> = code.iter().filter(|id| registry::find(id).is_none() && find(id).is_none()).collect();
        assert!(unexplained.is_empty(), "no page for {unexplained:?}");
        let idle: Vec<&str> = all().map(|(id, _)| id).filter(|id| !code.contains(*id)).collect();
        assert!(idle.is_empty(), "nothing reports {idle:?}");
    }

    #[test]
    fn each_id_has_one_text_that_says_something() {
        let mut seen = BTreeSet::new();
        for (id, text) in all() {
            assert!(seen.insert(id) && text.len() > 60 && text.ends_with(['.', ':']), "{id}: {text}");
            assert!(text.lines().all(|line| line.chars().count() <= 145), "{id}");
        }
    }
}
