//! The index of the rules. Their pages stand beside their code, where their examples run as tests.

use optiinfra_gen::lint::registry;

const FAMILIES: &[(&str, &str)] = &[
    ("promql", "Expressions, wherever they stand: alerts, recording rules, queries, panels."),
    ("alert", "Alerts: what they say and whether anybody hears it."),
    ("recording", "Recording rules."),
    ("dashboard", "Dashboards and their panels."),
    ("metric", "Metrics as they are declared."),
    ("service", "Services, exporters, containers and secrets."),
    ("lint", "Suppressions."),
];

/// The page.
pub(crate) fn page() -> String {
    let mut out = String::from(
        "# Rules\n\nEach page says what is wrong, why it hurts, with an example that is found and the same example mended. In a terminal:\n\
         `optiinfra-gen explain promql/unknown-label`. How severe a rule is can be changed with `--rule ID=SEVERITY` or in `optiinfra.toml`;\n\
         a single finding is left out with [`allow`](../concepts.md#leave-a-finding-out).\n\n\
         What is named `spec/...` in a report (a field that does not exist, a text that is not YAML) says that the spec cannot be read as it\n\
         stands. These are no rules: they are errors always and cannot be left out.\n",
    );
    for (family, about) in families() {
        let rules: Vec<_> =
            registry::ALL.iter().filter(|rule| rule.id.split_once('/').is_some_and(|(first, _)| first == family)).collect();
        out.push_str(&format!("\n## {family}\n\n{about}\n\n| rule | severity | finds |\n|---|---|---|\n"));
        for rule in rules {
            let (_, name) = rule.id.split_once('/').unwrap();
            let file = format!("../../src/lint/rules/{family}/{}.md", name.replace('-', "_"));
            let severity = format!("{:?}", rule.severity).to_lowercase();
            out.push_str(&format!("| [{}]({file}) | {severity} | {} |\n", rule.id, rule.summary.replace('|', "\\|")));
        }
    }
    out
}

/// The families that have rules; one without a text of its own comes last.
fn families() -> Vec<(&'static str, &'static str)> {
    let mut families = FAMILIES.to_vec();
    for rule in registry::ALL {
        let family = rule.id.split_once('/').unwrap().0;
        if !families.iter().any(|(known, _)| *known == family) {
            families.push((family, ""));
        }
    }
    families
}
