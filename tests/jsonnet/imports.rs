//! Where imports may lead, on a real disk.

use crate::Project;

fn spec(expression: &str) -> String {
    format!("{{ stack: {{ name: {expression} }} }} + {{ services: {{ shop: {{ port: 80, scrape: false }} }} }}")
}

#[test]
fn beside_the_file_and_in_libraries() {
    let project = Project::new(&[
        ("specs/team/a.jsonnet", &spec("(import '../lib/x.libsonnet').name + (import 'lib/y.libsonnet')")),
        ("specs/lib/x.libsonnet", "{ name: importstr 'name.txt' }"),
        ("specs/lib/name.txt", "shop"),
        ("vendor/lib/y.libsonnet", "import 'z.libsonnet'"),
        ("vendor/lib/z.libsonnet", "'-of-z'"),
    ]);
    let missing = project.run(&["build", "specs"]);
    missing
        .has(1, &["spec/jsonnet-import", "the import `lib/y.libsonnet` is not in `specs/team`", "specs/team/a.jsonnet:1:", "-J"]);
    project.run(&["build", "specs", "-J", "vendor"]).has(0, &["wrote generated"]);
    assert!(project.read("generated/docs/README.md").contains("Monitoring of shop-of-z"));
    project.put("optiinfra.toml", "[jsonnet]\njpath = [\"vendor\"]\n");
    project.run(&["drift", "specs"]).has(0, &[]);
}

#[test]
fn out_of_the_folder_they_do_not_lead() {
    let project = Project::new(&[("secret.libsonnet", "'s'"), ("specs/lib/ok.libsonnet", "'ok'")]);
    let absolute = project.path("secret.libsonnet").display().to_string();
    project.link("specs/link.libsonnet", "../secret.libsonnet");
    project.link("specs/folder", "..");
    let cases = [
        ("import '../secret.libsonnet'", "the import `../secret.libsonnet` leads out of the folder of the spec (`specs`), to "),
        ("importstr '../secret.libsonnet'", "leads out of the folder of the spec"),
        ("importbin 'lib/../../secret.libsonnet'", "leads out of the folder of the spec"),
        ("import 'link.libsonnet'", "the import `link.libsonnet` leads out of the folder of the spec (`specs`), to "),
        ("import 'folder/secret.libsonnet'", "leads out of the folder of the spec"),
        (&format!("importstr '{absolute}'"), "is an absolute path"),
        ("importstr '/etc/passwd'", "is an absolute path"),
        ("importstr '/dev/zero'", "is an absolute path"),
        ("import 'lib'", "which is no file"),
        ("import 'none.libsonnet'", "the import `none.libsonnet` is not in `specs`"),
    ];
    for (expression, message) in cases {
        project.put("specs/a.jsonnet", &format!("{{\n  stack: {{ name: {expression} }},\n}}"));
        // The folder's own link leads back to it, which is said besides.
        project
            .run(&["lint", "specs/a.jsonnet"])
            .has(1, &["error[spec/jsonnet-import]", message, "specs/a.jsonnet:2:18", "help: "]);
    }
    project.put("specs/a.jsonnet", &spec("import 'lib/../lib/ok.libsonnet'"));
    project.run(&["lint", "specs/a.jsonnet"]).has(0, &[]);
    project.put("specs/a.jsonnet", &spec("import 'link.libsonnet'"));
    project.run(&["lint", "specs/a.jsonnet", "-J", "."]).has(0, &[]);
}

#[test]
fn a_library_within_the_spec_is_no_part_of_it() {
    let project = Project::new(&[
        ("specs/a.jsonnet", &spec("import 'lib/x.libsonnet'")),
        ("specs/vendor/lib/x.libsonnet", "'x'"),
        ("specs/vendor/lib/main.jsonnet", "error 'nobody evaluates this'"),
        ("specs/vendor/lib/config.yaml", "nonsense: true\n"),
    ]);
    project.run(&["lint", "specs"]).has(1, &["nobody evaluates this"]);
    let said = project.run(&["lint", "specs", "--jpath", "specs/vendor"]);
    said.has(0, &["in 1 file"]);
}

#[test]
fn a_library_that_is_not_there_is_wrong_usage() {
    let project = Project::new(&[("specs/a.jsonnet", crate::SERVICE)]);
    project.run(&["lint", "specs", "-J", "vendor"]).has(2, &["`vendor` is no folder of Jsonnet libraries"]);
    project.put("vendor", "a file");
    project.run(&["graph", "specs", "-J", "vendor"]).has(2, &["`vendor` is no folder of Jsonnet libraries"]);
}

#[test]
fn files_of_all_kinds_are_one_spec() {
    let project = Project::new(&[
        ("specs/a.jsonnet", crate::SERVICE),
        (
            "specs/b.yaml",
            "alerts: {Many: {expr: 'rate(orders_total[5m]) > 3', severity: warning, summary: Many orders}}\n\
             notifications: {receivers: {team: {slack: {channel: '#a', webhook_url: {env: URL}}}}, route: {receiver: team}}\n",
        ),
        ("specs/c.json", "{\"stack\": {\"name\": \"shop\"}}"),
        ("specs/d.libsonnet", "error 'only imported'"),
        ("specs/e.jsonnet", "null"),
    ]);
    project.run(&["build", "specs"]).has(0, &["wrote generated", "spec/empty-file"]);
    assert!(project.read("generated/prometheus/alerts.yml").contains("alert: Many"));
    project.put("specs/c.json", "{\"services\": {\"shop\": {\"port\": 81}}}");
    project.run(&["lint", "specs"]).has(1, &["spec/duplicate-name", "specs/c.json:1:", "what specs/a.jsonnet evaluates to"]);
    project.put("specs/c.json", "{}");
    project.put("specs/e.jsonnet", "[1]");
    project
        .run(&["lint", "specs"])
        .has(1, &["spec/top-level", "the top level of a spec is a mapping, not a list", "what specs/e.jsonnet evaluates to"]);
}
