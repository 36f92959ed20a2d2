//! `--all-envs`, and `diff` between environments.

use std::fs;

use crate::{Project, STACK};

fn spec(environments: &str) -> String {
    format!(
        "{STACK}variables: {{port: {{type: number}}}}\nservices:\n  shop: {{port: \"${{var.port}}\", metrics: {{define: {{orders_total: {{type: counter, \
         unit: orders, help: h}}}}}}}}\nalerts:\n  Few: {{expr: 'rate(orders_total[5m])', below: 1, severity: info, summary: s}}\n\
         environments:\n{environments}"
    )
}

const TWO: &str = "  dev: {variables: {port: 80}}\n  production: {variables: {port: 443}, alerts: {Few: {below: 2}}}\n";

#[test]
fn each_environment_has_a_tree_that_is_what_build_env_writes() {
    let project = Project::new(&[("specs/s.yaml", &spec(TWO))]);
    let (code, out, err) = project.run("build --all-envs");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let lines: Vec<&str> = out.lines().rev().take(3).collect();
    assert_eq!(lines[0], "2 environments: 2 written");
    assert!(lines[1].starts_with("wrote generated/production: ") && lines[2].starts_with("wrote generated/dev: "), "{out}");
    for environment in ["dev", "production"] {
        assert_eq!(project.run(&format!("drift --env {environment} --out generated/{environment}")).0, Some(0));
    }
    assert!(project.text("generated/dev/prometheus/prometheus.yml").contains("shop:80"));
    assert!(project.text("generated/production/prometheus/prometheus.yml").contains("shop:443"));
    assert!(!project.path("generated/MANIFEST.json").exists() && project.path("generated/dev/MANIFEST.json").is_file());
    // Again: nothing changes, and `--check` and `drift` agree.
    for line in ["drift --all-envs", "build --check --all-envs"] {
        let (code, out, _) = project.run(line);
        assert_eq!(code, Some(0), "{out}");
        assert!(out.ends_with("2 environments: 2 as the spec says\n"), "{out}");
    }
    // Parts.
    fs::write(project.path("generated/dev/prometheus/alerts.yml"), "edited").unwrap();
    assert_eq!(project.run("drift --all-envs --target compose").0, Some(0));
    assert_eq!(project.run("drift --all-envs --target prometheus").0, Some(3));
}

#[test]
fn differences_of_any_tree_are_drift() {
    let project = Project::new(&[("specs/s.yaml", &spec(TWO))]);
    let (code, out, _) = project.run("drift --all-envs");
    assert_eq!(code, Some(3));
    assert!(out.ends_with("2 environments: 2 different\n"), "{out}");
    assert_eq!(project.run("build --all-envs --dry-run").0, Some(0));
    assert!(!project.path("generated").exists());
    assert_eq!(project.run("build --all-envs").0, Some(0));
    project.put("specs/s.yaml", &spec(&TWO.replace("below: 2", "below: 3")));
    let (code, out, _) = project.run("drift --all-envs");
    assert_eq!(code, Some(3));
    assert!(out.contains("--- generated/production/prometheus/alerts.yml") && !out.contains("generated/dev/prom"), "{out}");
    assert!(out.ends_with("2 environments: 1 as the spec says, 1 different\n"), "{out}");
    let (code, out, _) = project.run("drift --all-envs --format json");
    assert_eq!(code, Some(3));
    assert!(out.contains("\"drift/changed\"") && out.contains("generated/production/prometheus/alerts.yml"), "{out}");
    // An edited file is kept, and said to be.
    fs::write(project.path("generated/dev/prometheus/alerts.yml"), "edited").unwrap();
    let (code, _, err) = project.run("build --all-envs");
    assert_eq!(code, Some(0));
    assert!(err.contains("kept as edited by hand: generated/dev/prometheus/alerts.yml"), "{err}");
    // A tree that nobody wants any more.
    project.put("specs/s.yaml", &spec("  production: {variables: {port: 443}}\n"));
    let (code, _, err) = project.run("build --all-envs");
    assert_eq!(code, Some(0));
    assert!(err.contains("left as it is: generated/dev is the tree of an environment that the spec does not have"), "{err}");
    assert!(project.path("generated/dev/MANIFEST.json").is_file());
    let (code, out, _) = project.run("drift --all-envs");
    assert_eq!(code, Some(3));
    assert!(out.ends_with("1 environment: 1 as the spec says, 1 no longer in the spec\n"), "{out}");
    let (_, out, _) = project.run("drift --all-envs --format json");
    assert!(out.contains("\"drift/no-longer-wanted\"") && out.contains("generated/dev/MANIFEST.json"), "{out}");
}

/// A tree is written exactly when `build --env` writes it.
#[test]
fn an_error_of_one_environment_keeps_its_tree_alone() {
    let project = Project::new(&[("specs/s.yaml", &spec(TWO))]);
    assert_eq!(project.run("build --all-envs").0, Some(0));
    let before = project.text("generated/production/prometheus/alerts.yml");
    project.put(
        "specs/s.yaml",
        &spec("  dev: {variables: {port: 81}}\n  production: {variables: {port: 443}, alerts: {Few: {expr: 'rate(orders_totl[5m])'}}}\n"),
    );
    let (code, out, _) = project.run("build --all-envs");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("wrote generated/dev: ") && out.contains("generated/production: nothing was written"), "{out}");
    assert!(out.ends_with("2 environments: 1 written, 1 with errors\n"), "{out}");
    assert!(project.text("generated/dev/prometheus/prometheus.yml").contains("shop:81"));
    assert_eq!(project.text("generated/production/prometheus/alerts.yml"), before);
    assert_eq!((project.run("build --env dev --out x").0, project.run("build --env production --out y").0), (Some(0), Some(1)));
    // Difference weighs more than a finding.
    fs::remove_file(project.path("generated/dev/prometheus/prometheus.yml")).unwrap();
    assert_eq!(project.run("drift --all-envs").0, Some(3));
    // What is wrong everywhere keeps all.
    project.put("specs/s.yaml", &spec(TWO).replace("rate(orders_total[5m])", "rate(orders_totl[5m])"));
    let (code, out, _) = project.run("build --all-envs");
    assert_eq!(code, Some(1));
    assert!(out.ends_with("2 environments: 2 with errors\n"), "{out}");
    assert_eq!(out.matches("promql/unknown-metric").count(), 1, "{out}");
}

#[test]
fn lint_says_what_is_the_same_once_and_where_the_rest_is() {
    let project = Project::new(&[(
        "specs/s.yaml",
        &spec(
            "  dev: {variables: {port: 80}}\n  staging: {variables: {port: 81}, alerts: {Few: {expr: 'rate(orders_totl[5m])'}}}\n  production: \
             {variables: {port: many}}\n",
        )
        .replace("summary: s", "sumary: s"),
    )]);
    let errors = project.errors("--all-envs");
    let of = |rule: &str| errors.iter().filter(|error| error.contains(rule)).cloned().collect::<Vec<_>>();
    let same = of("spec/unknown-field");
    assert_eq!(same.len(), 1, "{errors:?}");
    assert!(!same[0].contains("environment"), "{same:?}");
    let kind = of("spec/variable-type");
    assert_eq!(kind.len(), 1, "{errors:?}");
    assert!(!kind[0].contains("alone"), "every environment is checked, whichever is applied: {kind:?}");
    project.put("specs/s.yaml", &project.text("specs/s.yaml").replace("sumary", "summary").replace("port: many", "port: 443"));
    let errors = project.errors("--all-envs");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains("promql/unknown-metric") && errors[0].contains("| specs/s.yaml:10 in the environment `staging` alone"),
        "{errors:?}"
    );
    assert_eq!(project.run("lint --all-envs").0, Some(1));
    // Several, and a suppression that one environment needs.
    let text = spec(TWO).replace("alerts:\n  Few", "alerts:\n  # optiinfra-gen allow promql/unknown-metric: not yet\n  Few");
    let text = text.replace("Few: {below: 2}", "Few: {expr: 'rate(orders_totl[5m])'}");
    project.put("specs/s.yaml", &text);
    let found = project.lint("--all-envs");
    assert!(!found.iter().any(|line| line.contains("unused-allow")), "{found:?}");
    // A spec without environments is linted as it is; so are files that have none.
    project.put("specs/s.yaml", &format!("{STACK}services: {{shop: {{prt: 1}}}}\n"));
    assert_eq!(project.errors("--all-envs").len(), 1);
}

#[test]
fn what_cannot_be_done_says_why_and_exits_with_2() {
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}services: {{shop: {{port: 1}}}}\n"))]);
    for line in ["build --all-envs", "drift --all-envs"] {
        let (code, _, err) = project.run(line);
        assert_eq!(code, Some(2));
        assert!(err.contains("the spec at `specs` has no environments") && err.contains("leave out --all-envs"), "{err}");
    }
    for line in
        ["build --all-envs --env dev", "lint --all-envs --env dev", "drift --all-envs --env dev", "build --all-envs --watch"]
    {
        let (code, _, err) = project.run(line);
        assert_eq!(code, Some(2), "{line}");
        assert!(err.contains("cannot be used with"), "{line}: {err}");
    }
    assert_eq!(project.run("build nowhere --all-envs").0, Some(2));
    for (name, says) in
        [("a/b", "cannot be stored"), ("..", "leads out"), ("'a:b'", "cannot be stored"), ("MANIFEST.json", "keeps for itself")]
    {
        project.put("specs/s.yaml", &spec(&format!("  {name}: {{variables: {{port: 1}}}}\n")));
        let (code, _, err) = project.run("build --all-envs");
        assert_eq!(code, Some(2), "{name}");
        assert!(err.contains(says) && err.contains("rename the environment"), "{name}: {err}");
        assert!(!project.path("generated").exists());
    }
    project.put("specs/s.yaml", &spec("  dev: {variables: {port: 1}}\n  Dev: {variables: {port: 2}}\n"));
    assert!(project.run("build --all-envs").2.contains("differ only in case"));
    // Trees do not lie within each other, and not behind links.
    project.put("specs/s.yaml", &spec(TWO));
    assert_eq!(project.run("build --env dev").0, Some(0));
    let (code, _, err) = project.run("build --all-envs");
    assert_eq!(code, Some(2));
    assert!(err.contains("`generated` holds the tree of one build"), "{err}");
    fs::create_dir_all(project.path("out")).unwrap();
    std::os::unix::fs::symlink(project.path("specs"), project.path("out/dev")).unwrap();
    let (code, _, err) = project.run("build --all-envs --out out");
    assert_eq!(code, Some(2));
    assert!(err.contains("out/dev is a symbolic link, not a folder"), "{err}");
    assert!(!project.path("specs/MANIFEST.json").exists());
    // One tree that is refused does not keep the other.
    fs::remove_file(project.path("out/dev")).unwrap();
    fs::write(project.path("out/dev"), "a file").unwrap();
    let (code, out, err) = project.run("build --all-envs --out out");
    assert_eq!(code, Some(2), "{out}{err}");
    assert!(out.ends_with("2 environments: 1 written, 1 refused\n") && err.contains("out/dev is a file"), "{out}{err}");
    assert!(project.path("out/production/MANIFEST.json").is_file());
}

#[test]
fn two_environments_are_compared() {
    let project = Project::new(&[("specs/s.yaml", &spec(TWO))]);
    let (code, out, err) = project.run("diff --env dev --env production");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("Few") && out.contains("shop:443") && out.contains("specs for dev"), "{out}");
    assert_eq!(project.run("diff --env dev --env production --exit-code").0, Some(1));
    let (code, out, _) = project.run("diff --env dev --env production --format json");
    assert_eq!(code, Some(0));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(report["changes"].as_array().is_some_and(|changes| changes.len() >= 2), "{report}");
    // With the spec as it is: it lacks a value here, which is said.
    assert_eq!(project.run("diff --env dev --env=").0, Some(0));
    let (code, said) = project.says("diff --env dev --env producton");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no environment `producton`") && said.contains("did you mean `production`?"), "{said}");
    // A script may well be given the same name twice.
    let (code, said) = project.says("diff --env dev --env dev --exit-code");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said, "no change in meaning between specs for dev and specs for dev\n");
    let (code, said) = project.says("diff --env dev");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is nothing to compare with") && said.contains("--env twice"), "{said}");
    let (code, said) = project.says("diff --env dev --env production --env dev");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("two environments can be compared, not more"), "{said}");
}
