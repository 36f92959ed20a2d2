//! The first spec of a new stack: every kind of thing once, with a comment where it is not plain.

use crate::spec::schema;

/// The name of the schema beside the spec. The loader skips names that begin with a dot.
pub const SCHEMA: &str = ".spec.schema.json";

/// The files of the spec, without their first line.
const FILES: &[(&str, &str)] = &[
    ("alerts.yaml", include_str!("init/alerts.yaml")),
    ("dashboards.yaml", include_str!("init/dashboards.yaml")),
    ("notifications.yaml", include_str!("init/notifications.yaml")),
    ("services.yaml", include_str!("init/services.yaml")),
    ("stack.yaml", include_str!("init/stack.yaml")),
];

/// The first line of each file, by which yaml-language-server finds the schema.
pub fn modeline() -> String {
    format!("# yaml-language-server: $schema={SCHEMA}\n")
}

/// Names and texts of all files, in the order of their names.
pub fn files() -> Vec<(&'static str, String)> {
    let mut files = vec![(SCHEMA, schema::text(&schema::spec()))];
    files.extend(FILES.iter().map(|(name, text)| (*name, format!("{}{text}", modeline()))));
    files
}
