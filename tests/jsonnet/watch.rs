//! `build --watch`: what a Jsonnet file imports is watched too.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::Project;

/// Far longer than any build takes: a test that waits so long has failed.
const LIMIT: Duration = Duration::from_secs(60);

struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    fn begin(project: &Project, arguments: &[&str]) -> Self {
        let mut command = project.command();
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
        Self { child, lines }
    }

    /// Waits for the end of a build that says this.
    fn wait(&self, part: &str) {
        let mut said = Vec::new();
        loop {
            let line = self
                .lines
                .recv_timeout(LIMIT)
                .unwrap_or_else(|_| panic!("`{part}` was not said within the limit, only {said:?}"));
            if line.contains(part) {
                return;
            }
            said.push(line);
        }
    }
}

#[test]
fn a_saved_library_is_built() {
    let spec = "local own = import 'lib/own.libsonnet'; local shared = import 'shared.libsonnet';\n\
                { services: { shop: { port: own, scrape: false } }, stack: { name: shared } }";
    let project = Project::new(&[("specs/a.jsonnet", spec), ("specs/lib/own.libsonnet", "80"), ("vendor/deep/x.txt", "")]);
    project.put("vendor/shared.libsonnet", "'one'");
    let watching = Watching::begin(&project, &["-J", "vendor"]);
    watching.wait("wrote ");
    project.put("vendor/shared.libsonnet", "'two'");
    watching.wait("wrote ");
    assert!(project.read("generated/docs/README.md").contains("Monitoring of two"));
    project.put("specs/lib/own.libsonnet", "error 'gone wrong'");
    watching.wait("nothing was written");
    project.put("specs/lib/own.libsonnet", "81");
    watching.wait("1 finding is gone");
}
