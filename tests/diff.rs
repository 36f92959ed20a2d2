//! `diff` in a real git repository with several revisions.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SERVICES: &str = "services:\n  shop:\n    port: 80\n    metrics: {define: {requests_total: {type: counter, unit: requests, \
                        labels: {status: {max: 5}}}, waiting: {type: gauge, unit: jobs}}}\n";
const ALERTS: &str = "alerts:\n  Many: {expr: 'sum by (job) (rate(requests_total[5m]))', above: 5, for: 5m, severity: critical, summary: s}\n  \
                      Waiting: {expr: waiting > 3, severity: warning, summary: s}\n";
const DASHBOARDS: &str = "dashboards:\n  main: {title: Main, rows: [{panels: [{title: Jobs, kind: stat, expr: waiting}, {title: Rate, kind: stat, \
                          expr: 'sum(rate(requests_total[5m]))'}]}]}\n";

struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// A repository with the spec in a folder of it, and one commit with the tag `first`.
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.put("deploy/specs/services.yaml", SERVICES);
        repository.put("deploy/specs/alerts/all.yaml", ALERTS);
        repository.put("deploy/specs/dashboards.yaml", DASHBOARDS);
        repository.put("README.md", "nothing\n");
        repository.commit();
        repository.git(&["tag", "first"]);
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.folder.path())
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "A revision"]);
    }

    fn diff(&self, args: &[&str]) -> Output {
        run(self.folder.path(), args)
    }
}

fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_optiinfra-gen")).current_dir(dir).arg("diff").args(args).output().unwrap()
}

fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn revisions() {
    let repository = Repository::new();
    let same = |args: &[&str]| {
        let (code, out, err) = text(&repository.diff(args));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.starts_with("no change in meaning"), "{out}");
    };
    same(&["deploy/specs", "--base", "HEAD", "--exit-code"]);
    // Other files, another order, another layout.
    repository.git(&["mv", "deploy/specs/alerts/all.yaml", "deploy/specs/rules.yaml"]);
    repository
        .put("deploy/specs/rules.yaml", &ALERTS.replace("waiting > 3", "(waiting   >  3.0)").replace("5m, sev", "300s, sev"));
    repository.commit();
    same(&["deploy/specs", "--base", "first", "--exit-code"]);
    same(&["--base", "HEAD~1", "deploy/specs"]);
    // One of each.
    repository.put("deploy/specs/rules.yaml", &ALERTS.replace("above: 5,", "above: 9,").replace("for: 5m", "for: 10m"));
    repository.put("deploy/specs/services.yaml", &SERVICES.replace("waiting:", "jobs_waiting:"));
    repository.put("deploy/specs/dashboards.yaml", &DASHBOARDS.replace("{title: Jobs, kind: stat, expr: waiting}, ", ""));
    let (code, out, err) = text(&repository.diff(&["deploy/specs", "--base", "first"]));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for expected in [
        "loosened  Many  deploy/specs/rules.yaml:2",
        "threshold: > 5 -> > 9",
        "for: 5m -> 10m",
        "renamed   waiting",
        "name: waiting -> jobs_waiting",
        "breaks alert Waiting  deploy/specs/rules.yaml:3",
        "removed   main/Jobs  deploy/specs/dashboards.yaml:2 in first:deploy/specs",
        "From first:deploy/specs to deploy/specs: 1 alert loosened, 1 metric renamed, 1 panel removed; 1 query breaks",
    ] {
        assert!(out.contains(expected), "{expected:?} is not in\n{out}");
    }
    assert_eq!(repository.diff(&["deploy/specs", "--base", "first", "--exit-code"]).status.code(), Some(1));
    // Nothing was checked out.
    assert_eq!(repository.git(&["stash", "list"]), "");
    assert!(repository.path("deploy/specs/rules.yaml").exists() && !repository.path("deploy/specs/alerts/all.yaml").exists());
    let (_, markdown, _) = text(&repository.diff(&["deploy/specs", "--base", "first", "--format", "markdown"]));
    assert!(markdown.contains("- **loosened** `Many` (`deploy/specs/rules.yaml:2`)"), "{markdown}");
    assert!(markdown.contains("  - **breaks** alert `Waiting` (`deploy/specs/rules.yaml:3`)"), "{markdown}");
    let (_, json, _) = text(&repository.diff(&["deploy/specs", "--base", "first", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["summary"]["breaks"], 1);
    assert_eq!(json["changes"][0]["details"][0]["effect"], "loosened");
    // From inside the folder of the spec, of a single file, and from a hook, which is told of its repository by a relative path.
    let inside = text(&run(&repository.path("deploy/specs"), &[".", "--base", "first"])).1;
    assert!(inside.contains("loosened  Many  ./rules.yaml:2") || inside.contains("loosened  Many  rules.yaml:2"), "{inside}");
    let one = text(&repository.diff(&["deploy/specs/services.yaml", "--base", "first"]));
    assert!(one.0 == Some(0) && one.1.contains("renamed   waiting"), "{one:?}");
    let hook = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(repository.folder.path())
        .args(["diff", "deploy/specs", "--base", "first"])
        .env("GIT_DIR", ".git")
        .env("GIT_INDEX_FILE", ".git/index")
        .output()
        .unwrap();
    assert!(text(&hook).1.contains("loosened  Many"), "{:?}", text(&hook));
}

#[test]
fn links_lead_where_they_led() {
    let repository = Repository::new();
    repository.put("shared/more.yaml", "alerts: {Linked: {expr: waiting > 7, severity: warning, summary: s}}\n");
    std::os::unix::fs::symlink("../../shared/more.yaml", repository.path("deploy/specs/more.yaml")).unwrap();
    repository.commit();
    fs::remove_file(repository.path("deploy/specs/more.yaml")).unwrap();
    let (code, out, _) = text(&repository.diff(&["deploy/specs", "--base", "HEAD"]));
    assert!(code == Some(0) && out.contains("removed   Linked"), "{out}");
}

#[test]
fn what_cannot_be_compared() {
    let repository = Repository::new();
    let fails = |output: Output, words: &[&str]| {
        let (code, out, err) = text(&output);
        assert_eq!(code, Some(2), "{out}{err}");
        for word in words {
            assert!(err.contains(word), "{word:?} is not in\n{err}");
        }
    };
    fails(repository.diff(&["deploy/specs", "--base", "nowhere"]), &["error: there is no revision `nowhere`", "help: "]);
    fails(repository.diff(&["deploy/specs", "--base=--output=x"]), &["there is no revision `--output=x`"]);
    fails(repository.diff(&["deploy/specs", "--base", "HEAD:deploy"]), &["there is no revision"]);
    fails(repository.diff(&["nothing", "--base", "HEAD"]), &["`nothing` cannot be compared: `nothing` does not exist"]);
    fails(repository.diff(&["deploy/specs"]), &["there is nothing to compare with"]);
    fails(repository.diff(&["deploy", "deploy", "--base", "HEAD"]), &["two folders and a revision"]);
    repository.put("fresh/a.yaml", ALERTS);
    fails(repository.diff(&["fresh", "--base", "HEAD"]), &["`fresh` is not in the revision `HEAD`"]);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("a.yaml"), SERVICES).unwrap();
    fails(run(elsewhere.path(), &[".", "--base", "HEAD"]), &["`.` is not in a git repository"]);
    let without = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(repository.folder.path())
        .args(["diff", "deploy/specs", "--base", "HEAD"])
        .env("PATH", elsewhere.path())
        .output()
        .unwrap();
    fails(without, &["there is no program `git`", "optiinfra-gen diff OLD NEW"]);
    // A revision that is broken, and one that has findings.
    repository.put("deploy/specs/rules.yaml", "alerts: [");
    repository.commit();
    repository
        .put("deploy/specs/rules.yaml", "alerts: {Typo: {expr: nothing_such > 1, severity: warning, summary: s, colour: red}}\n");
    fails(repository.diff(&["deploy/specs", "--base", "HEAD"]), &["`HEAD:deploy/specs` cannot be read"]);
    repository.commit();
    repository.put("deploy/specs/rules.yaml", "");
    let (code, out, _) = text(&repository.diff(&["deploy/specs", "--base", "HEAD"]));
    assert!(code == Some(0) && out.starts_with("note: HEAD:deploy/specs has "), "{out}");
}

#[test]
fn two_folders_and_two_environments() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: String| {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("a.yaml"), text).unwrap();
    };
    put("old", format!("{SERVICES}{ALERTS}"));
    put("new", format!("{SERVICES}{}", ALERTS.replace("above: 5,", "above: 2,")));
    let (code, out, _) = text(&run(folder.path(), &["old", "new"]));
    assert!(code == Some(0) && out.contains("tightened Many  new/a.yaml:6"), "{out}");
    let environments = "stack: {name: s}\nenvironments: {dev: {}, production: {alerts: {Many: {above: 1}}}}\n";
    put("both", format!("{environments}{SERVICES}{ALERTS}"));
    let (code, out, err) = text(&run(folder.path(), &["both", "--env", "dev", "--env", "production"]));
    assert!(code == Some(0) && out.contains("tightened Many"), "{out}{err}");
    assert!(out.contains("From both for dev to both for production"), "{out}");
    let (code, ..) = text(&run(folder.path(), &["both", "--env", "dev", "--env", "nowhere"]));
    assert_eq!(code, Some(2));
}

#[test]
fn the_real_spec() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let specs = specs.to_str().unwrap();
    let (code, out, err) = text(&run(Path::new("/"), &[specs, specs, "--exit-code"]));
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, out, err) = text(&run(Path::new("/"), &[specs, "--env", "production", "--env", "production", "--exit-code"]));
    assert_eq!(code, Some(0), "{out}{err}");
}
