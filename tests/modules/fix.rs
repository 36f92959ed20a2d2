//! `lint --fix` and files that several imports share.

use crate::{Project, STACK};

fn module(expr: &str) -> String {
    format!(
        "variables: {{name: {{type: text}}}}\nservices: {{\"${{var.name}}\": {{port: 80, metrics: {{define: {{\"${{var.name}}_total\": {{type: \
         counter}}}}}}}}}}\nalerts:\n  \"${{var.name}}\": {{expr: '{expr}', severity: info, summary: s}}\n"
    )
}

const TWO: &str = "import:\n  a: {from: ../modules/m, with: {name: A}}\n  b: {from: ../modules/m, with: {name: B}}\n";

#[test]
fn a_file_that_is_imported_twice_is_mended_once() {
    let (bad, good) = (module("up{job=~\"grafana\"} == 0"), module("up{job=\"grafana\"} == 0"));
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}{TWO}")), ("modules/m/m.yaml", &bad)]);
    let regex = |found: Vec<String>| found.into_iter().filter(|line| line.contains("redundant-regex")).collect::<Vec<_>>();
    let before = regex(project.lint(""));
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(before[0].contains("imported as `a`") && before[0].contains("imported as `b`"), "{before:?}");
    let (_, said) = project.says("lint --fix --dry-run");
    assert!(said.contains("+++ modules/m/m.yaml") && said.ends_with("would fix 1 finding in 1 file\n"), "{said}");
    assert_eq!(project.text("modules/m/m.yaml"), bad);
    let (_, said) = project.says("lint --fix");
    assert!(said.ends_with("fixed 1 finding in 1 file\n"), "{said}");
    assert_eq!(project.text("modules/m/m.yaml"), good);
    assert_eq!(regex(project.lint("")), Vec::<String>::new());
}

/// What is right for one import only is nothing that a program writes for all of them.
#[test]
fn a_fix_that_only_one_import_needs_is_left_to_people() {
    let module =
        module("up{job=~\"grafana\"} == 0").replace("alerts:", "alerts:\n  # optiinfra-gen allow promql/redundant-regex: kept");
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}{TWO}")), ("modules/m/m.yaml", &module)]);
    let (_, said) = project.says("lint --fix");
    assert!(said.ends_with("fixed 0 findings in 0 files\n"), "{said}");
    // In one environment the query has a regex that means something.
    let query = "alerts: {Q: {expr: 'up{job=~\"grafana\"} == 0', severity: info, summary: s}}\n";
    let environments = "environments: {dev: {}, production: {alerts: {Q: {expr: 'up{job=~\"grafana|prometheus\"} == 0'}}}}\n";
    let spec = format!("{STACK}{query}{environments}");
    project.put("specs/s.yaml", &spec);
    let (_, said) = project.says("lint --all-envs --fix");
    assert!(said.ends_with("fixed 0 findings in 0 files\n") && said.contains("in the environment `dev` alone"), "{said}");
    assert_eq!(project.text("specs/s.yaml"), spec);
    let (_, said) = project.says("lint --fix");
    assert!(said.ends_with("fixed 1 finding in 1 file\n"), "{said}");
}

#[test]
fn a_slip_in_the_form_of_a_module_is_mended() {
    let good = "variables: {name: {type: text}}\nservices: {\"${var.name}\": {port: 80}}\n";
    let bad = good.replace("port: 80", "port:80");
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}{TWO}")), ("modules/m/m.yaml", &bad)]);
    let before = project.errors("");
    assert!(before.iter().any(|error| error.contains("imported as `b`")), "{before:?}");
    let (_, said) = project.says("lint --fix");
    assert!(said.ends_with("fixed 1 finding in 1 file\n"), "{said}");
    assert_eq!(project.text("modules/m/m.yaml"), good);
}
