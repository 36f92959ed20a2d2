//! Where imports may lead.

use crate::{AGENT, Project, STACK};
use std::os::unix::fs::symlink;

fn importing(from: &str) -> String {
    format!("{STACK}import:\n  a: {{from: '{from}', with: {{name: x}}}}\n")
}

fn refused(project: &Project, from: &str) -> String {
    project.put("specs/s.yaml", &importing(from));
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{from}: {errors:?}");
    errors[0].clone()
}

#[test]
fn paths_that_lead_out_are_refused_before_anything_there_is_looked_at() {
    let project = Project::new(&[("modules/agent/a.yaml", AGENT)]);
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.yaml"), "services: {secret: {port: 1}}\n").unwrap();
    let absolute = outside.path().to_str().unwrap().to_owned();
    assert_eq!(
        refused(&project, &absolute),
        format!(
            "specs/s.yaml:4: spec/invalid-import: `{absolute}` is an absolute path | help: write the path from the folder of this file: \
                 ../modules/agent"
        )
    );
    let there = format!("../../{}", outside.path().file_name().unwrap().to_str().unwrap());
    let project_folder = project.path("").canonicalize().unwrap().display().to_string();
    let out = |from: &str, how: &str| {
        format!(
            "specs/s.yaml:4: spec/invalid-import: `{from}` leads out of the project{how} | help: imports stay within the folder around the spec, \
                 `{project_folder}`"
        )
    };
    assert_eq!(refused(&project, &there), out(&there, ""));
    // Whether it is there or not is not told.
    assert_eq!(refused(&project, "../../nothing/here"), out("../../nothing/here", ""));
    symlink(outside.path(), project.path("modules/link")).unwrap();
    assert_eq!(refused(&project, "../modules/link"), out("../modules/link", " through a link"));
    // A link within a module.
    symlink(outside.path().join("secret.yaml"), project.path("modules/agent/b.yaml")).unwrap();
    let errors = refused(&project, "../modules/agent");
    assert!(errors.contains("`modules/agent/b.yaml` leads out of the project through a link"), "{errors}");
    // A link that stays inside is none of anybody's business.
    std::fs::remove_file(project.path("modules/agent/b.yaml")).unwrap();
    symlink("agent", project.path("modules/inside")).unwrap();
    project.put("specs/s.yaml", &importing("../modules/inside"));
    assert_eq!(project.errors(""), Vec::<String>::new());
}

#[test]
fn the_project_is_the_repository_or_the_folder_with_the_settings() {
    let files = [("a/b/specs/s.yaml", importing("../../../modules/agent")), ("modules/agent/a.yaml", AGENT.to_owned())];
    for (mark, fits) in
        [(None, false), (Some("a/optiinfra.toml"), false), (Some("optiinfra.toml"), true), (Some(".git/HEAD"), true)]
    {
        let project = Project::new(&files.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>());
        if let Some(mark) = mark {
            project.put(mark, "");
        }
        let errors = project.errors("a/b/specs");
        assert_eq!(errors.is_empty(), fits, "{mark:?}: {errors:?}");
    }
    // The repository is wider than the settings in it.
    let project = Project::new(&files.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>());
    project.put(".git/HEAD", "");
    project.put("a/optiinfra.toml", "");
    assert_eq!(project.errors("a/b/specs"), Vec::<String>::new());
}

#[test]
fn what_cannot_be_imported_says_why() {
    let project = Project::new(&[
        ("modules/agent/a.yaml", AGENT),
        ("modules/notes.txt", "x"),
        ("modules/empty/readme.md", "x"),
        ("specs/deep/x.yaml", "queries: {}"),
    ]);
    for (from, says) in [
        ("../modules/agnt", "there is nothing at `../modules/agnt` | help: did you mean `../modules/agent`?"),
        (
            "../elsewhere/agent",
            "there is nothing at `../elsewhere/agent` | help: the path is relative to the folder of this file",
        ),
        ("../modules/agent/a.yaml/b", "there is nothing at `../modules/agent/a.yaml/b`"),
        ("../modules/notes.txt", "`modules/notes.txt` is neither a folder nor a .yaml, .yml"),
        ("../modules/empty", "`modules/empty` holds no .yaml, .yml"),
        ("deep", "`specs/deep` lies in `specs`, whose files are read without an import | help: put modules beside"),
        (".", "`specs` imports itself: `specs` imports `specs`"),
        ("..", "`.` holds `specs`, which imports it"),
        ("${var.where}", "the path of the import `a` refers to a variable"),
    ] {
        let error = refused(&project, from);
        assert!(error.contains(says), "{from}: {error}");
        assert!(error.starts_with("specs/s.yaml:4: spec/"), "{from}: {error}");
    }
}

#[test]
fn the_form_of_an_import_is_checked() {
    let project = Project::new(&[("modules/agent/a.yaml", AGENT)]);
    for (import, says) in [
        ("[../modules/agent]", "`import` is a mapping of names, not a list"),
        (
            "{a: ../modules/agent}",
            "the import `a` is a mapping, not text | help: write `cost: {from: ../modules/agent, with: {name: cost-agent}}`",
        ),
        ("{a: {with: {name: x}}}", "the import `a` does not say from where"),
        ("{a: {from: ../modules/agent, wiht: {name: x}}}", "an import has no field `wiht` | help: did you mean `with`?"),
        ("{a: {from: ../modules/agent, with: [x]}}", "`with` is a mapping of parameters to values, not a list"),
        ("{a: {from: [x]}}", "`from` is the path of a folder, not a list"),
        ("{a: {from: }}", "`from` is the path of a folder, not nothing"),
    ] {
        project.put("specs/s.yaml", &format!("{STACK}import: {import}\n"));
        let errors = project.errors("");
        assert!(
            errors.iter().any(|error| error.contains("spec/invalid-import: ") && error.contains(says)),
            "{import}: {errors:?}"
        );
    }
    project.put("specs/s.yaml", &format!("{STACK}import:\n"));
    assert_eq!(project.errors(""), Vec::<String>::new());
}

#[test]
fn paths_that_no_system_takes_are_findings() {
    let project = Project::new(&[("modules/agent/a.yaml", AGENT)]);
    symlink("round", project.path("modules/round")).unwrap();
    for from in [
        "\"../modules/a\\0b\"",
        &format!("../{}", "x".repeat(5000)),
        "../modules/round",
        "'../modules/\u{202e}agent'",
        "' '",
        "'~/modules'",
    ] {
        project.put("specs/s.yaml", &format!("{STACK}import:\n  a: {{from: {from}, with: {{name: x}}}}\n"));
        let errors = project.errors("");
        assert_eq!(errors.len(), 1, "{from}: {errors:?}");
        assert!(errors[0].starts_with("specs/s.yaml:4: spec/invalid-import: "), "{from}: {errors:?}");
        assert_eq!(project.run("lint").0, Some(1));
    }
}
