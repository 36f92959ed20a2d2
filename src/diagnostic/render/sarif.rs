//! Findings for code scanning: SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>).

mod fingerprint;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::super::{Applicability, Diagnostic, Fix, RuleId, Severity};
use super::Report;
use super::place::Places;
use crate::source::{SourceKind, Span};
use fingerprint::Fingerprints;

/// What a code scanning page says of a rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleText<'a> {
    /// Its id.
    pub id: RuleId,
    /// What it reports, in one sentence.
    pub summary: &'a str,
    /// Its page, in Markdown.
    pub page: Option<&'a str>,
    /// How bad it is unless the user says otherwise.
    pub severity: Severity,
}

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a report as SARIF. Of `rules` those are described that have findings.
///
/// # Errors
///
/// Those of the writer.
pub fn write(report: &Report<'_>, rules: &[RuleText<'_>], out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources, report.diagnostics);
    let mut index: BTreeMap<RuleId, usize> = report.diagnostics.iter().map(|diagnostic| (diagnostic.rule, 0)).collect();
    index.values_mut().enumerate().for_each(|(place, value)| *value = place);
    let described: Vec<Value> = index.keys().map(|id| rule(id, rules)).collect();
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": described,
    });
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":")?;
    out.write_all(&serde_json::to_vec(&driver)?)?;
    out.write_all(b"},\"columnKind\":\"unicodeCodePoints\",\"results\":[")?;
    let mut separator: &[u8] = b"\n";
    let mut fingerprints = Fingerprints::default();
    for diagnostic in report.diagnostics {
        out.write_all(separator)?;
        let result = result(diagnostic, &places, &index, &mut fingerprints);
        out.write_all(&serde_json::to_vec(&result)?)?;
        separator = b",\n";
    }
    out.write_all(b"\n]}]}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(id: &str, rules: &[RuleText<'_>]) -> Value {
    let mut object = Map::from_iter([("id".to_owned(), json!(id))]);
    if let Some(text) = rules.iter().find(|text| text.id == id) {
        object.insert("shortDescription".to_owned(), json!({"text": text.summary}));
        object.insert("defaultConfiguration".to_owned(), json!({"level": level(text.severity)}));
        if let Some(page) = text.page {
            object.insert("help".to_owned(), json!({"text": page, "markdown": page}));
        }
    }
    Value::Object(object)
}

fn result(
    diagnostic: &Diagnostic,
    places: &Places<'_>,
    rules: &BTreeMap<RuleId, usize>,
    fingerprints: &mut Fingerprints,
) -> Value {
    let text = match &diagnostic.help {
        Some(help) => format!("{}\nHelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    // Upload pages refuse a result without a location; what no text is to blame for lies in the root.
    let location = diagnostic.span.map_or_else(|| json!({"artifactLocation": {"uri": "."}}), |span| physical(span, places));
    let mut object = Map::from_iter([
        ("ruleId".to_owned(), json!(diagnostic.rule)),
        ("ruleIndex".to_owned(), json!(rules.get(diagnostic.rule))),
        ("level".to_owned(), json!(level(diagnostic.severity))),
        ("message".to_owned(), json!({"text": text})),
        ("locations".to_owned(), json!([{"physicalLocation": location}])),
        ("partialFingerprints".to_owned(), json!({"finding/v1": fingerprints.of(diagnostic, places)})),
    ]);
    if !diagnostic.labels.is_empty() {
        let related: Vec<Value> = diagnostic
            .labels
            .iter()
            .enumerate()
            .map(|(id, label)| json!({"id": id, "message": {"text": label.message}, "physicalLocation": physical(label.span, places)}))
            .collect();
        object.insert("relatedLocations".to_owned(), json!(related));
    }
    if let Some(fix) = &diagnostic.fix
        && let Some(fix) = repair(fix, places)
    {
        object.insert("fixes".to_owned(), json!([fix]));
    }
    Value::Object(object)
}

fn physical(span: Span, places: &Places<'_>) -> Value {
    let source = places.source(span);
    let artifact = uri::artifact(source);
    match source.kind {
        // The places lie in what the file produced; it is shown at the file's first line, since upload pages ask for one.
        SourceKind::Evaluated => json!({"artifactLocation": artifact, "region": {"startLine": 1}}),
        _ => json!({"artifactLocation": artifact, "region": region(span, places)}),
    }
}

fn region(span: Span, places: &Places<'_>) -> Value {
    let (start, end) = (places.start(span), places.end(span));
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

// Only files can be edited. A set of edits is kept whole or left out.
fn repair(fix: &Fix, places: &Places<'_>) -> Option<Value> {
    let mut changes: BTreeMap<&str, (Value, Vec<Value>)> = BTreeMap::new();
    for edit in &fix.edits {
        let source = places.source(edit.span);
        if source.kind != SourceKind::File {
            return None;
        }
        let replacement = json!({"deletedRegion": region(edit.span, places), "insertedContent": {"text": edit.text}});
        changes.entry(&source.name).or_insert_with(|| (uri::artifact(source), Vec::new())).1.push(replacement);
    }
    if changes.is_empty() {
        return None;
    }
    let (text, applicability) = match fix.applicability {
        Applicability::Safe => ("Keeps or restores what was meant", "safe"),
        Applicability::Unsafe => ("A guess; look at it before you apply it", "unsafe"),
    };
    let changes: Vec<Value> = changes
        .into_values()
        .map(|(artifact, replacements)| json!({"artifactLocation": artifact, "replacements": replacements}))
        .collect();
    Some(json!({"description": {"text": text}, "artifactChanges": changes, "properties": {"applicability": applicability}}))
}
