//! From a spec to the pages, through the emitter.

use std::sync::Arc;

use crate::emit::Artifact;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder};

fn spec(text: &str, sources: &mut Sources) -> Spec {
    let source = sources.add("t", text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics);
    Spec::decode(&parsed.documents[0].root, &mut Decoder::default()).unwrap()
}

fn build(text: &str) -> Vec<Artifact> {
    let mut sources = Sources::default();
    let own = spec(text, &mut sources);
    let shipped = crate::packs::shipped(&mut sources);
    let model = crate::resolve::resolve(Arc::new(own), Arc::new(shipped), &sources, &mut Vec::new());
    let mut artifacts = Vec::new();
    crate::emit::docs::emit(&super::lower(&model), &mut artifacts);
    crate::emit::Artifacts::collect(artifacts.clone()).unwrap();
    artifacts
}

fn page<'a>(pages: &'a [Artifact], path: &str) -> &'a str {
    let found = pages.iter().find(|page| page.path == path);
    let all: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    std::str::from_utf8(&found.unwrap_or_else(|| panic!("{path} of {all:?}")).bytes).unwrap()
}

#[test]
fn a_service_has_a_page() {
    let pages = build(include_str!("tests/stack.yaml"));
    insta::assert_snapshot!("service", page(&pages, "docs/services/api.md"));
    insta::assert_snapshot!("set", page(&pages, "docs/metrics/base.md"));
    insta::assert_snapshot!("index", page(&pages, "docs/README.md"));
}

#[test]
fn an_alert_has_a_runbook() {
    let pages = build(include_str!("tests/stack.yaml"));
    insta::assert_snapshot!("alert", page(&pages, "docs/alerts/HighErrorRate.md"));
    insta::assert_snapshot!("alert_stub", page(&pages, "docs/alerts/ServiceDown.md"));
    insta::assert_snapshot!("records", page(&pages, "docs/recording_rules.md"));
}

/// The links of a page that lead to other pages: path below `docs/`, anchor.
fn links(page: &Artifact) -> Vec<(String, String)> {
    let text = std::str::from_utf8(&page.bytes).unwrap();
    let folder = page.path.rsplit_once('/').unwrap().0;
    let mut found = Vec::new();
    for (at, _) in text.match_indices("](") {
        if text[..at].ends_with('\\') {
            continue;
        }
        let rest = &text[at + 2..];
        let address = rest.split(')').next().unwrap();
        if address.contains("://") || address.starts_with("../grafana/") {
            continue;
        }
        let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
        let mut parts: Vec<&str> = folder.split('/').collect();
        for part in path.split('/') {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        found.push((parts.join("/"), anchor.to_owned()));
    }
    found
}

fn assert_links_lead_somewhere(pages: &[Artifact]) {
    let mut count = 0;
    for from in pages {
        for (path, anchor) in links(from) {
            count += 1;
            let text = page(pages, &path);
            assert!(
                anchor.is_empty() || text.contains(&format!("<a id=\"{anchor}\">")),
                "{} leads to {path}#{anchor}",
                from.path
            );
        }
    }
    assert!(count > 10);
}

#[test]
fn every_link_leads_to_a_page_and_a_place_on_it() {
    assert_links_lead_somewhere(&build(include_str!("tests/stack.yaml")));
}

#[test]
fn names_from_hell_make_pages_that_lead_to_each_other() {
    let names = ["../../etc/passwd", "A", "a", "with space", "a|b", "[x](https://x)", "<b>", "README", "ü", "`", "{{x}}", "${x}"];
    let mut text = "stack: {name: \"s|*\"}\nservices:\n".to_owned();
    for name in names {
        let metric = format!("m{}_total", name.len());
        text += &format!(
            "  {name:?}: {{port: 1, help: {name:?}, metrics: {{define: {{{metric}: {{type: counter, help: {name:?}}}}}}}}}\n"
        );
    }
    text += "alerts:\n";
    for name in names {
        text += &format!("  {name:?}: {{expr: m1_total > 5, summary: {name:?}, runbook: x}}\n");
    }
    let pages = build(&text);
    assert_links_lead_somewhere(&pages);
    for page in &pages {
        let text = std::str::from_utf8(&page.bytes).unwrap();
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        for rows in table.windows(2).filter(|rows| rows[0].starts_with("|---")) {
            let cells = |row: &str| row.replace("\\|", "").matches('|').count();
            assert_eq!(cells(rows[0]), cells(rows[1]), "{}: {}", page.path, rows[1]);
        }
    }
}

#[test]
fn very_many_alerts_share_pages_that_depend_on_their_names_alone() {
    let spec = |count: usize| {
        let mut text =
            "stack: {name: s}\nservices: {api: {port: 1, metrics: {define: {m_total: {type: counter}}}}}\nalerts:\n".to_owned();
        for number in 0..count {
            text += &format!("  Alert{number}: {{expr: \"rate(m_total[5m])\", above: {number}, summary: Number {number}}}\n");
        }
        text
    };
    let few = build(&spec(super::ALERT_PAGES));
    assert_eq!(few.iter().filter(|page| page.path.starts_with("docs/alerts/")).count(), super::ALERT_PAGES);
    let many = build(&spec(super::ALERT_PAGES + 1));
    assert!(many.iter().filter(|page| page.path.starts_with("docs/alerts/")).count() <= 256);
    assert_links_lead_somewhere(&many);
    let more = build(&spec(super::ALERT_PAGES + 50));
    let place = |pages: &[Artifact]| {
        pages
            .iter()
            .find(|page| page.bytes.windows(18).any(|at| at == b"<a id=\"Alert77\"></"))
            .map(|page| page.path.clone())
            .unwrap()
    };
    assert_eq!(place(&many), place(&more));
}
