//! Links: each relative one leads to a file that is there, and to a heading that is in it.

use std::collections::BTreeMap;
use std::fs;

use crate::page::{pages, prose};
use crate::root;

/// The anchors of a page, as GitHub makes them of the headings.
fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        }
        let heading = line.trim_start_matches('#');
        if inside || !line.starts_with('#') || !heading.starts_with(' ') {
            continue;
        }
        let anchor: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let again = found.iter().filter(|known| **known == anchor).count();
        found.push(if again > 0 { format!("{anchor}-{again}") } else { anchor });
    }
    found
}

/// The targets of the links of a page.
fn targets(text: &str) -> Vec<String> {
    prose(text).split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.trim().to_owned()).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut seen = 0;
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for page in pages() {
        let folder = root().join(&page.name).parent().unwrap().to_owned();
        for target in targets(&page.text) {
            if target.starts_with("https://") {
                continue;
            }
            seen += 1;
            let (path, anchor) = target.split_once('#').map_or((target.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let file = if path.is_empty() { root().join(&page.name) } else { folder.join(path) };
            let Ok(file) = file.canonicalize() else {
                broken.push(format!("{}: {target}: there is no such file", page.name));
                continue;
            };
            if let Some(anchor) = anchor {
                let all = known.entry(file.display().to_string()).or_insert_with(|| anchors(&fs::read_to_string(&file).unwrap()));
                if !all.iter().any(|known| known == anchor) {
                    broken.push(format!("{}: {target}: there is no such heading", page.name));
                }
            }
        }
    }
    assert!(seen > 200, "only {seen} links");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A page that nothing leads to is read by nobody.
#[test]
fn every_page_is_reached_from_the_index() {
    let pages = pages();
    let start = "docs/README.md";
    let mut reached = vec![root().join(start).canonicalize().unwrap()];
    let mut at = 0;
    while let Some(file) = reached.get(at).cloned() {
        at += 1;
        let Some(page) = pages.iter().find(|page| root().join(&page.name).canonicalize().unwrap() == file) else { continue };
        for target in targets(&page.text) {
            let path = target.split('#').next().unwrap_or_default();
            let linked = file.parent().unwrap().join(path).canonicalize();
            if let (false, Ok(linked)) = (target.starts_with("https://") || path.is_empty(), linked)
                && !reached.contains(&linked)
            {
                reached.push(linked);
            }
        }
    }
    for page in pages.iter().filter(|page| page.name.starts_with("docs/")) {
        let file = root().join(&page.name).canonicalize().unwrap();
        assert!(reached.contains(&file), "no way leads from {start} to {}", page.name);
    }
}

#[test]
fn anchors_are_those_of_github() {
    let text = "# Leave a finding out\n## `up` and *down*, too\n## Twice\n## Twice\n```sh\n# none\n```\n";
    assert_eq!(anchors(text), ["leave-a-finding-out", "up-and-down-too", "twice", "twice-1"]);
    assert_eq!(targets("[a](b.md#c) `[x](y)` [d](https://e)\n```\n[f](g)\n```\n"), ["b.md#c", "https://e"]);
}
