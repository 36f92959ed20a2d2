//! The pages that are made from the types: they are what the types say now.

use std::collections::BTreeMap;
use std::fs;

use crate::{command_line, language, root, rules, updating};

/// The first line of each generated page.
pub(crate) const HEAD: &str = "<!-- Generated: UPDATE_DOCS=1 cargo test --test docs -->\n";

#[test]
fn generated_pages_are_what_the_types_say() {
    let mut pages: BTreeMap<String, String> = language::pages();
    pages.insert("docs/command-line.md".to_owned(), command_line::page());
    pages.insert("docs/rules/README.md".to_owned(), rules::page());
    let mut stale = Vec::new();
    for (name, text) in &pages {
        let text = format!("{HEAD}{text}");
        let path = root().join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if updating() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        } else {
            stale.push(name.as_str());
        }
    }
    for page in crate::page::pages() {
        if page.text.starts_with(HEAD) && !pages.contains_key(&page.name) {
            if updating() {
                fs::remove_file(root().join(&page.name)).unwrap();
            } else {
                stale.push(Box::leak(page.name.into_boxed_str()));
            }
        }
    }
    assert!(stale.is_empty(), "stale: {}\nrenew them: UPDATE_DOCS=1 cargo test --test docs", stale.join(", "));
}
