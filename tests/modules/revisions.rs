//! `diff --base` reads the modules of that revision.

use std::process::Command;

use crate::{AGENT, Project, STACK};

fn git(project: &Project, arguments: &[&str]) {
    let run = Command::new("git")
        .current_dir(project.path(""))
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn modules_are_read_as_they_were() {
    let project = Project::new(&[
        ("deploy/specs/s.yaml", &format!("{STACK}import: {{a: {{from: ../../modules/agent, with: {{name: cost}}}}}}\n")),
        ("modules/agent/a.yaml", &format!("{AGENT}import: {{base: {{from: ../base}}}}\n")),
        ("modules/base/b.yaml", "queries: {q: {expr: up}}\nalerts: {Down: {expr: up < 1, severity: info, summary: s}}\n"),
    ]);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "One"]);
    let (code, said) = project.says("diff deploy/specs --base HEAD --exit-code");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("error"), "{said}");
    project.put("modules/agent/a.yaml", &format!("{}import: {{base: {{from: ../base}}}}\n", AGENT.replace("8000", "8080")));
    project.put(
        "modules/base/b.yaml",
        "queries: {q: {expr: up}}\nalerts: {Down: {expr: up < 1, for: 5m, severity: info, summary: s}}\n",
    );
    let (code, said) = project.says("diff deploy/specs --base HEAD --exit-code");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Down") && said.contains("cost:8080"), "{said}");
    assert!(!said.contains("cannot") && !said.contains("note"), "{said}");
    // A module that the revision does not have.
    std::fs::rename(project.path("modules/base"), project.path("modules/basis")).unwrap();
    project.put("modules/agent/a.yaml", &format!("{AGENT}import: {{base: {{from: ../basis}}}}\n"));
    let (code, said) = project.says("diff deploy/specs --base HEAD");
    assert_eq!(code, Some(0), "{said}");
    git(&project, &["rm", "-rq", "--cached", "modules/base"]);
    git(&project, &["commit", "-q", "-m", "Two"]);
    let (code, said) = project.says("diff deploy/specs --base HEAD");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is nothing at `../base`") && said.contains("`HEAD:deploy/specs` cannot be read"), "{said}");
}
