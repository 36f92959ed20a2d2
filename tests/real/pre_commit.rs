//! The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a real git repository.

use crate::tool::{PRE_COMMIT, Run, root, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A git repository with a spec, its generated files and the hooks, all of which see no settings but their own.
struct Repository {
    folder: tempfile::TempDir,
    pre_commit: PathBuf,
}

impl Repository {
    /// `None` after a skip has been reported.
    fn new() -> Option<Self> {
        let pre_commit = PRE_COMMIT.find()?;
        let repository = Self { folder: tempfile::tempdir().unwrap(), pre_commit };
        for folder in ["home", "hooks", "work/specs"] {
            fs::create_dir_all(repository.path(folder)).unwrap();
        }
        fs::copy(root().join(".pre-commit-hooks.yaml"), repository.path("hooks/.pre-commit-hooks.yaml")).unwrap();
        repository.must(repository.git("hooks", &["init", "--quiet"]));
        repository.must(repository.git("hooks", &["add", "."]));
        repository.must(repository.git("hooks", &["commit", "--quiet", "--message", "Hooks"]));
        let revision = repository.must(repository.git("hooks", &["rev-parse", "HEAD"]));
        let revision = revision.lines().last().unwrap().to_owned();

        let spec = fs::read_to_string(root().join("examples/minimal/specs/stack.yaml")).unwrap();
        fs::write(repository.path("work/specs/stack.yaml"), spec).unwrap();
        let config = format!(
            "repos:\n  - repo: {}\n    rev: {revision}\n    hooks: [{{id: optiinfra-gen-fmt-system}}, \
             {{id: optiinfra-gen-lint-system}}, {{id: optiinfra-gen-drift-system}}]\n",
            repository.path("hooks").display()
        );
        fs::write(repository.path("work/.pre-commit-config.yaml"), config).unwrap();
        repository.must(repository.git("work", &["init", "--quiet"]));
        let install = repository.command(&repository.pre_commit, "work", &["install"]);
        repository.must(install);
        repository.build();
        Some(repository)
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> Command {
        self.command(Path::new("git"), folder, arguments)
    }

    fn command(&self, program: &Path, folder: &str, arguments: &[&str]) -> Command {
        let ours = Path::new(env!("CARGO_BIN_EXE_optiinfra-gen")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths([ours.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path(folder)).env("PATH", path);
        command.env("HOME", self.path("home")).env("PRE_COMMIT_HOME", self.path("home/pre-commit"));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CEILING_DIRECTORIES", self.folder.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@example.com");
        }
        // A hook that runs these tests has its own repository in these.
        for inherited in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            command.env_remove(inherited);
        }
        command
    }

    #[track_caller]
    fn must(&self, mut command: Command) -> String {
        run(&mut command).accepted("setting up").output
    }

    fn build(&self) {
        self.must(self.command(Path::new("optiinfra-gen"), "work", &["build"]));
    }

    /// Changes the spec; the text must be there.
    fn edit(&self, from: &str, to: &str) {
        let file = self.path("work/specs/stack.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from} in\n{text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    /// Commits everything, as a person does.
    fn commit(&self) -> Run {
        self.must(self.git("work", &["add", "--all"]));
        run(&mut self.git("work", &["commit", "--message", "Change"]))
    }

    fn commits(&self) -> usize {
        let log = run(&mut self.git("work", &["log", "--format=commit %H"]));
        log.output.lines().filter(|line| line.starts_with("commit ")).count()
    }

    #[track_caller]
    fn refused(&self, says: &[&str]) {
        let before = self.commits();
        let run = self.commit();
        assert_eq!(run.code, Some(1), "{}", run.output);
        for says in says {
            assert!(run.output.contains(says), "does not say {says:?}\n{}", run.output);
        }
        assert_eq!(self.commits(), before, "the commit is there all the same");
    }
}

#[test]
fn a_good_commit_passes_and_a_bad_one_is_refused_with_the_finding() {
    let Some(repository) = Repository::new() else { return };
    let good = repository.commit().accepted("a good commit");
    assert_eq!(good.output.matches("Passed").count(), 3, "{}", good.output);
    assert_eq!(repository.commits(), 1);

    repository.edit("sum by (status) (rate(checkout_orders_total", "sum by (status) (rate(checkout_order_total");
    repository.refused(&["Failed", "promql/unknown-metric", "specs/stack.yaml:", "checkout_orders_total"]);

    repository.edit("sum by (status) (rate(checkout_order_total", "sum by (status) (rate(checkout_orders_total");
    repository.edit("above: 5%", "above: 6%");
    repository.refused(&["Failed", "prometheus/alerts.yml", "0.05", "0.06"]);

    repository.build();
    repository.commit().accepted("a commit of the spec with what it compiles to");
    assert_eq!(repository.commits(), 2);
}

#[test]
fn a_commit_that_only_deletes_is_checked_too() {
    let Some(repository) = Repository::new() else { return };
    repository.commit().accepted("a good commit");
    fs::remove_file(repository.path("work/generated/prometheus/alerts.yml")).unwrap();
    repository.refused(&["Failed", "prometheus/alerts.yml", "missing"]);
}

/// The hook lays the file out, and the commit is refused so that what it did is looked at and staged.
#[test]
fn a_layout_of_its_own_is_mended_and_refused_once() {
    let Some(repository) = Repository::new() else { return };
    repository.commit().accepted("a good commit");
    repository.edit("above: 5%", "above:    5%");
    repository.refused(&["Failed", "files were modified by this hook"]);
    let text = fs::read_to_string(repository.path("work/specs/stack.yaml")).unwrap();
    assert!(text.contains("above: 5%"), "{text}");
}

#[test]
fn what_is_not_staged_is_not_looked_at() {
    let Some(repository) = Repository::new() else { return };
    repository.commit().accepted("a good commit");
    repository.edit("above: 5%", "above: 6%");
    fs::write(repository.path("work/README.md"), "A shop.\n").unwrap();
    repository.must(repository.git("work", &["add", "README.md"]));
    let commit = run(&mut repository.git("work", &["commit", "--message", "Read me"]));
    commit.accepted("a commit beside an unfinished change");
}

#[test]
fn each_check_comes_built_and_from_the_path() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("- id: ")).collect();
    for check in ["optiinfra-gen-fmt", "optiinfra-gen-lint", "optiinfra-gen-drift"] {
        assert!(ids.contains(&check) && ids.contains(&format!("{check}-system").as_str()), "{ids:?}");
    }
}
