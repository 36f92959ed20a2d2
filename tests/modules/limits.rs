//! Imports that grow without bound are stopped, soon.

use crate::{Project, STACK};

#[test]
fn a_tree_of_imports_that_doubles_at_each_level_is_stopped() {
    let files: Vec<(String, String)> = (0..15)
        .map(|level| {
            let next = level + 1;
            let import = format!(
                "variables: {{n: {{type: text}}}}\nimport:\n  a: {{from: ../l{next}, with: {{n: '${{var.n}}a'}}}}\n  b: {{from: ../l{next}, with: {{n: \
                 '${{var.n}}b'}}}}\n"
            );
            (format!("modules/l{level}/m.yaml"), import)
        })
        .chain([("modules/l15/m.yaml".to_owned(), "variables: {n: {type: text}}\nservices: {'${var.n}': {port: 1}}\n".to_owned())])
        .collect();
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}import: {{r: {{from: ../modules/l0, with: {{n: x}}}}}}\n"))]);
    files.iter().for_each(|(name, text)| project.put(name, text));
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("spec/limit: the spec has more than 1000 imports, those of its modules included"), "{errors:?}");
}

#[test]
fn a_chain_of_imports_may_be_only_so_long() {
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}import: {{r: {{from: ../m/l1}}}}\n"))]);
    for level in 1..30 {
        project.put(&format!("m/l{level}/m.yaml"), &format!("import: {{n: {{from: ../l{}}}}}\n", level + 1));
    }
    project.put("m/l30/m.yaml", "services: {x: {port: 1}}\n");
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("m/l16/m.yaml:1: spec/limit: the chain of imports is longer than 16"), "{errors:?}");
    for level in 17..31 {
        std::fs::remove_dir_all(project.path(&format!("m/l{level}"))).unwrap();
    }
    project.put("m/l16/m.yaml", "services: {x: {port: 1}}\n");
    assert_eq!(project.errors(""), Vec::<String>::new());
}

#[test]
fn values_are_counted_over_all_imports() {
    let metrics: String = (0..3000).map(|at| format!("    m{at}: {{type: gauge, help: h}}\n")).collect();
    let imports: String = (0..250).map(|at| format!("  i{at}: {{from: ../m, with: {{n: n{at}}}}}\n")).collect();
    let project = Project::new(&[
        ("specs/s.yaml", &format!("{STACK}import:\n{imports}")),
        ("m/m.yaml", &format!("variables: {{n: {{type: text}}}}\nmetric_sets:\n  \"${{var.n}}\":\n{metrics}")),
    ]);
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("spec/limit: the imports of the spec hold more than 2000000 values"), "{errors:?}");
}
