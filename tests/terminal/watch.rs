//! `build --watch`: saved files, broken saves, files that come and go.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::{program, shop};

/// Far longer than any build takes: a test that waits so long has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// A running `build --watch`, killed when it is dropped.
struct Watching {
    folder: tempfile::TempDir,
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(arguments: &[&str]) -> Self {
        let folder = shop();
        let mut command = program(folder.path());
        command.args(["build", "--watch"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self { folder, child, lines }
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    /// The lines up to the one that ends a build.
    fn build(&self) -> Vec<String> {
        let mut said = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no build within the limit, only {said:?}"));
            let is_last = line.ends_with(" ms");
            said.push(line);
            if is_last {
                return said;
            }
        }
    }

    fn edit(&self, from: &str, to: &str) {
        let file = self.path("specs/stack.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(file, text.replace(from, to)).unwrap();
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last(lines: &[String]) -> &str {
    lines.last().unwrap()
}

#[test]
fn a_save_is_built_and_only_what_changed_is_named() {
    let watching = Watching::begin(&[]);
    assert!(last(&watching.build()).starts_with("wrote "), "the first build");
    watching.edit("above: 5%", "above: 6%");
    let lines = watching.build();
    assert!(last(&lines).contains("prometheus/alerts.yml") && !last(&lines).contains("grafana/"), "{lines:?}");
    assert!(fs::read_to_string(watching.path("generated/prometheus/alerts.yml")).unwrap().contains("> 0.06"));
    // A comment changes no file.
    watching.edit("# The smallest", "# A small");
    let lines = watching.build();
    assert!(last(&lines).starts_with("no file changed"), "{lines:?}");
}

#[test]
fn a_broken_save_is_survived_and_writes_nothing() {
    let watching = Watching::begin(&[]);
    watching.build();
    let before = fs::read(watching.path("generated/prometheus/alerts.yml")).unwrap();
    watching.edit("alerts:\n", "alerts: [\n");
    let lines = watching.build();
    assert!(last(&lines).starts_with("nothing was written: "), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("spec/syntax")), "{lines:?}");
    assert_eq!(fs::read(watching.path("generated/prometheus/alerts.yml")).unwrap(), before);
    watching.edit("alerts: [\n", "alerts:\n");
    let lines = watching.build();
    assert!(lines.iter().any(|line| line.contains(" gone")), "{lines:?}");
    assert!(last(&lines).starts_with("no file changed"), "{lines:?}");
}

#[test]
fn a_finding_is_said_once() {
    let watching = Watching::begin(&[]);
    watching.build();
    watching.edit("sum by (status) (rate(checkout_orders_total", "sum by (status) (rate(checkout_order_total");
    assert!(watching.build().iter().any(|line| line.contains("checkout_order_total")));
    watching.edit("# The smallest", "# A small");
    let lines = watching.build();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(last(&lines).starts_with("nothing was written: 1 error,"), "{lines:?}");
}

#[test]
fn files_come_and_go_and_editors_put_new_ones_in_their_place() {
    let watching = Watching::begin(&[]);
    watching.build();
    // A new folder is an event of its own, so that what is looked for may come with the second build.
    let until = |done: &dyn Fn() -> bool| (0..3).any(|_| !watching.build().is_empty() && done());
    let records = watching.path("generated/prometheus/recording_rules.yml");
    fs::create_dir(watching.path("specs/more")).unwrap();
    let rule = "recording_rules: {job:orders:rate5m: {expr: 'sum by (job) (rate(checkout_orders_total[5m]))'}}\n";
    fs::write(watching.path("specs/more/b.yaml"), rule).unwrap();
    assert!(until(&|| records.exists()));
    fs::remove_dir_all(watching.path("specs/more")).unwrap();
    assert!(until(&|| !records.exists()));
    let text = fs::read_to_string(watching.path("specs/stack.yaml")).unwrap();
    fs::write(watching.path("specs/.stack.yaml.swp"), text.replace("above: 5%", "above: 7%")).unwrap();
    fs::rename(watching.path("specs/.stack.yaml.swp"), watching.path("specs/stack.yaml")).unwrap();
    let alerts = watching.path("generated/prometheus/alerts.yml");
    assert!(until(&|| fs::read_to_string(&alerts).unwrap().contains("> 0.07")));
}

#[test]
fn it_says_why_it_cannot_watch() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (&["build", "--watch", "nowhere"][..], "nowhere"),
        (&["build", "--watch", "--format", "json"][..], "--format"),
        (&["build", "--watch", "--check"][..], "--check"),
        (&["build", "--watch", ".", "--out", "generated/deep"][..], "`generated/deep` lies in the spec `.`"),
    ] {
        let run = program(folder.path()).args(arguments).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&run.stderr).contains(says), "{arguments:?}: {run:?}");
    }
}
