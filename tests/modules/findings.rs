//! What is wrong in modules and with their parameters, and how it is said.

use crate::{AGENT, Project, STACK};

const TWO: &str =
    "import:\n  cost: {from: ../modules/agent, with: {name: cost}}\n  risk: {from: ../modules/agent, with: {name: risk}}\n";

fn project(import: &str, module: &str) -> Project {
    Project::new(&[("specs/s.yaml", &format!("{STACK}{import}")), ("modules/agent/a.yaml", module)])
}

#[test]
fn parameters_are_checked_with_both_places() {
    let with = |with: &str| project(&format!("import: {{cost: {{from: ../modules/agent, with: {with}}}}}\n"), AGENT).errors("");
    assert_eq!(
        with("{port: 1}"),
        [
            "specs/s.yaml:3: spec/variable-not-set: the import `cost` gives the parameter `name` no value | modules/agent/a.yaml:2 declared without a \
          default | help: write it under `with`: {name: ...}"
        ]
    );
    assert_eq!(
        with("{nam: x, name: x}"),
        [
            "specs/s.yaml:3: spec/unknown-variable: the module `modules/agent` has no parameter `nam` | modules/agent/a.yaml:2 a parameter is declared \
          here | help: did you mean `name`?"
        ]
    );
    assert_eq!(
        with("{colour: red, name: x}"),
        [
            "specs/s.yaml:3: spec/unknown-variable: the module `modules/agent` has no parameter `colour` | modules/agent/a.yaml:2 its parameters are \
          declared here | help: it has `name`, `port`"
        ]
    );
    assert_eq!(
        with("{name: x, port: many}"),
        [
            "specs/s.yaml:3: spec/variable-type: the variable `port` is a number, such as 3 or 0.5, and `many` is not | modules/agent/a.yaml:3 declared \
          here"
        ]
    );
    assert_eq!(
        with("{name: x, port: '${var.nowhere}'}"),
        [
            "specs/s.yaml:3: spec/unknown-variable: there is no variable `nowhere` | help: declare it under `variables` at the top of the spec"
        ]
    );
    let none = project("import: {cost: {from: ../modules/agent, with: {a: 1}}}\n", "services: {x: {port: 1}}\n").errors("");
    assert_eq!(
        none,
        [
            "specs/s.yaml:3: spec/unknown-variable: the module `modules/agent` has no parameter `a` | modules/agent/a.yaml:1 it declares no variables | \
          help: a parameter is a variable that the module declares under `variables`"
        ]
    );
}

#[test]
fn what_is_the_same_in_all_imports_is_said_once() {
    let project = project(
        TWO,
        &format!("{AGENT}alerts: {{A: {{expr: up == 0, sevrity: info}}}}\nqueries: {{\"${{var.name}}\": {{exp: up}}}}\n"),
    );
    let errors = project.errors("");
    let same = "modules/agent/a.yaml:7: spec/unknown-field: ";
    let query: Vec<_> = errors.iter().filter(|error| error.starts_with(same)).collect();
    assert_eq!(query.len(), 1, "{errors:?}");
    assert!(query[0].contains(" | specs/s.yaml:4 imported as `cost` | specs/s.yaml:5 imported as `risk`"), "{errors:?}");
    // The alert has the same name in both.
    let twice = "modules/agent/a.yaml:6: spec/duplicate-name: `alerts.A` is defined twice | modules/agent/a.yaml:6 first here (imported as `cost`) | \
                 specs/s.yaml:5 imported as `risk` | specs/s.yaml:4 imported as `cost` | help: rename or remove one of the two; to change it for \
                 one environment, put the change under `environments`";
    assert!(errors.contains(&twice.to_owned()), "{errors:?}");
    let (_, said) = project.says("lint");
    assert!(said.contains("modules/agent/a.yaml:6") && said.contains("imported as `cost`"), "{said}");
    assert!(said.trim_end().ends_with(" in 2 files"), "{said}");
}

#[test]
fn a_finding_of_one_import_names_that_one() {
    let module = "variables: {name: {type: text}, metric: {type: text}}\nservices: {\"${var.name}\": {port: 80, metrics: {define: \
                  {\"${var.name}_total\": {type: counter}}}}}\nalerts:\n  \"${var.name}\": {expr: 'rate(${var.metric}[5m]) > 1', severity: info, \
                  summary: s}\n";
    let project = project(
        "import:\n  a: {from: ../modules/agent, with: {name: A, metric: A_total}}\n  b: {from: ../modules/agent, with: {name: B, metric: B_totl}}\n",
        module,
    );
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("modules/agent/a.yaml:4: promql/unknown-metric: "), "{errors:?}");
    assert!(errors[0].contains("specs/s.yaml:5 imported as `b`") && !errors[0].contains("as `a`"), "{errors:?}");
    // `build` says the same.
    let (code, said) = project.says("build");
    assert_eq!(code, Some(1));
    assert!(said.contains("imported as `b`") && said.ends_with("nothing was written\n"), "{said}");
}

#[test]
fn names_that_clash_are_shown_with_both_places_and_imports() {
    let project = project(
        "services:\n  cost: {port: 1}\nimport:\n  cost: {from: ../modules/agent, with: {name: cost}}\n  more: {from: ../modules/other}\n",
        AGENT,
    );
    project.put("modules/other/o.yaml", "services:\n  cost: {port: 2}\n");
    let errors = project.errors("");
    let help = "help: rename or remove one of the two; to change it for one environment, put the change under `environments`";
    assert_eq!(
        errors,
        [
            format!(
                "modules/agent/a.yaml:5: spec/duplicate-name: `services.cost` is defined twice | specs/s.yaml:4 first here | specs/s.yaml:6 \
                     imported as `cost` | {help}"
            ),
            format!(
                "modules/other/o.yaml:2: spec/duplicate-name: `services.cost` is defined twice | specs/s.yaml:4 first here | specs/s.yaml:7 \
                     imported as `more` | {help}"
            ),
        ]
    );
}

#[test]
fn the_same_module_with_the_same_parameters_is_one_error() {
    let project = project(&TWO.replace("risk}", "cost, port: 8000}"), AGENT);
    assert_eq!(
        project.errors(""),
        [
            "specs/s.yaml:5: spec/duplicate-name: the module `modules/agent` is imported twice with the same parameters | specs/s.yaml:4 first here | \
          help: import it once, or give it other values for its parameters"
        ]
    );
    // Through two others, too.
    project.put("specs/s.yaml", &format!("{STACK}{TWO}"));
    project.put("modules/base/b.yaml", "metric_sets: {base: {}}\n");
    project.put("modules/agent/a.yaml", &format!("{AGENT}import: {{base: {{from: ../base}}}}\n"));
    assert_eq!(
        project.errors(""),
        [
            "modules/agent/a.yaml:6: spec/duplicate-name: the module `modules/base` is imported twice with the same parameters | modules/agent/a.yaml:6 \
          first here (imported as `cost`) | specs/s.yaml:5 imported as `risk` | specs/s.yaml:4 imported as `cost` | help: import it once; what one \
          module defines every other may use"
        ]
    );
}

#[test]
fn two_imports_of_one_name_and_keys_that_become_one() {
    let project = project("import: {cost: {from: ../modules/agent, with: {name: cost}}}\n", AGENT);
    project.put("specs/t.yaml", "import: {cost: {from: ../modules/agent, with: {name: risk}}}\n");
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("specs/t.yaml:1: spec/duplicate-name: `import.cost` is defined twice | specs/s.yaml:3 first here")
    );
    std::fs::remove_file(project.path("specs/t.yaml")).unwrap();
    project.put("modules/agent/a.yaml", &format!("{AGENT}  cost: {{port: 1}}\n"));
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with(
        "modules/agent/a.yaml:6: spec/duplicate-key: the key `cost` is here twice | modules/agent/a.yaml:5 first here"
    ));
}

#[test]
fn one_broken_module_is_not_reported_again_through_what_it_defines() {
    let project = project(
        &format!(
            "{TWO}alerts: {{A: {{expr: 'rate(cost_done_total[5m]) > 1', severity: info, summary: s}}}}\nenvironments: {{p: {{services: {{cost: {{port: \
         2}}}}}}}}\n"
        ),
        "services: {a: ]\n",
    );
    for arguments in ["", "--env p"] {
        let errors = project.errors(arguments);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].starts_with("modules/agent/a.yaml:1: spec/syntax: ") && errors[0].contains("imported as `risk`"),
            "{errors:?}"
        );
    }
    // The same of one that is not there, and of one whose parameters are wrong.
    for (from, to) in [("modules/agent", "modules/agnet"), ("{name: cost}", "{nmae: cost}")] {
        project.put("modules/agent/a.yaml", AGENT);
        let text = project.text("specs/s.yaml");
        project.put("specs/s.yaml", &text.replacen(from, to, 1));
        let errors = project.errors("--env p");
        assert!(errors.iter().all(|error| error.starts_with("specs/s.yaml:4: ")), "{errors:?}");
        assert!(!errors.is_empty());
        project.put("specs/s.yaml", &text);
    }
}

#[test]
fn a_module_has_no_environments() {
    let project = project(TWO, &format!("{AGENT}environments: {{production: {{}}}}\n"));
    let errors = project.errors("");
    assert_eq!(
        errors,
        [
            "modules/agent/a.yaml:6: spec/invalid-import: a module has no environments of its own | specs/s.yaml:4 imported as `cost` | specs/s.yaml:5 \
          imported as `risk` | help: put what differs under `environments` of the importing spec, or make a parameter of it under `variables`"
        ]
    );
}

#[test]
fn circles_show_their_chain() {
    let project = project("import: {a: {from: ../modules/agent}}\n", "import:\n  b: {from: ../base}\n");
    project.put("modules/base/b.yaml", "import:\n  c: {from: ../agent}\n");
    assert_eq!(
        project.errors(""),
        [
            "modules/base/b.yaml:2: spec/import-cycle: `modules/agent` imports itself: `modules/agent` imports `modules/base` imports `modules/agent` | \
          modules/agent/a.yaml:2 imports `modules/base` (imported as `a`) | modules/agent/a.yaml:2 imported as `b` | specs/s.yaml:3 imported as `a` | \
          help: take what both need into a module of its own"
        ]
    );
    project.put("modules/base/b.yaml", "import:\n  c: {from: ../../specs}\n");
    let errors = project.errors("");
    assert!(
        errors[0].contains("`specs` imports itself: `specs` imports `modules/agent` imports `modules/base` imports `specs`"),
        "{errors:?}"
    );
    project.put("modules/base/b.yaml", "import:\n  c: {from: .}\n");
    assert!(project.errors("")[0].contains("`modules/base` imports itself: `modules/base` imports `modules/base`"));
}

#[test]
fn a_suppression_in_a_module_is_used_when_one_import_needs_it() {
    let module = |comment: &str| {
        format!(
            "variables: {{name: {{type: text}}, port: {{type: number, default: 8000}}, metric: {{type: text}}}}\nservices: {{\"${{var.name}}\": {{port: 80, metrics: {{define: \
             {{\"${{var.name}}_total\": {{type: counter, unit: requests, help: h}}}}}}}}}}\nalerts:\n{comment}  \"${{var.name}}\": {{expr: \
             'rate(${{var.metric}}[5m]) > 1', severity: info, summary: s}}\n"
        )
    };
    let import = "import:\n  a: {from: ../modules/agent, with: {name: A, metric: A_total}}\n  b: {from: ../modules/agent, with: {name: B, metric: \
                  B_totl}}\n";
    let comment = "  # optiinfra-gen allow promql/unknown-metric: it comes from elsewhere\n";
    let project = project(import, &module(comment));
    let about =
        |found: Vec<String>| -> Vec<String> { found.into_iter().filter(|line| line.contains("unknown-metric")).collect() };
    assert_eq!(about(project.lint("")), Vec::<String>::new());
    project.put("specs/s.yaml", &format!("{STACK}{}", import.replace("B_totl", "B_total")));
    let unused = about(project.lint(""));
    assert_eq!(unused.len(), 1, "{unused:?}");
    assert!(
        unused[0].starts_with(
            "modules/agent/a.yaml:4: lint/unused-allow: there is no finding of `promql/unknown-metric` here to allow"
        )
    );
    assert!(unused[0].contains("imported as `a`") && unused[0].contains("imported as `b`"), "{unused:?}");
    project.put("modules/agent/a.yaml", &module(""));
    assert_eq!(about(project.lint("")), Vec::<String>::new());
}

/// Many imports are counted, not listed.
#[test]
fn a_finding_of_many_imports_names_some() {
    let imports: String = (0..9).map(|at| format!("  i{at}: {{from: ../modules/agent, with: {{name: s{at}}}}}\n")).collect();
    let project = project(&format!("import:\n{imports}"), &format!("{AGENT}    colour: red\n"));
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].matches("imported as").count(), 4, "{errors:?}");
    assert!(errors[0].contains("specs/s.yaml:7 imported as `i3`, and 5 more"), "{errors:?}");
}
