//! `diff --base`: a revision is evaluated with the files of that revision.

use std::process::Command;

use crate::Project;

fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(project.path(""))
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn libraries_are_those_of_the_revision() {
    let service = crate::SERVICE;
    let spec = format!(
        "local limit = import 'limits.libsonnet'; local text = importstr 'words/summary.txt';\n{service} + {{ alerts: {{ Many: {{ expr: \
         'sum by (job) (rate(orders_total[5m]))', above: limit, severity: 'critical', summary: text }} }} }}"
    );
    let project = Project::new(&[
        ("deploy/specs/a.jsonnet", &spec),
        ("deploy/specs/words/summary.txt", "Many orders"),
        ("deploy/vendor/limits.libsonnet", "5"),
    ]);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "A revision"]);
    let diff = ["diff", "deploy/specs", "--base", "main", "-J", "deploy/vendor"];
    let same = project.run(&diff);
    assert!(!same.has(0, &[]).out.contains("Many"), "{}", same.out);
    project.put("deploy/vendor/limits.libsonnet", "7");
    project.run(&diff).has(0, &["Many", "5", "7"]);
    let file = ["diff", "deploy/specs/a.jsonnet", "--base", "main", "-J", "deploy/vendor"];
    project.run(&file).has(0, &["Many", "5", "7"]);
}
