//! `build --watch` builds again when a module is saved.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::{AGENT, Project, STACK};

/// Far longer than any build takes: a test that waits so long has failed.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_module_that_is_saved_is_built() {
    let project = Project::new(&[
        ("specs/s.yaml", &format!("{STACK}import: {{a: {{from: ../modules/agent, with: {{name: cost}}}}}}\n")),
        ("modules/agent/a.yaml", AGENT),
    ]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(project.path(""))
        .args(["build", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    // Builds until the configuration says something; a save may be seen in two halves.
    let until = |says: &str| {
        while let Ok(line) = lines.recv_timeout(LIMIT) {
            if line.ends_with(" ms") && project.text("generated/prometheus/prometheus.yml").contains(says) {
                return true;
            }
        }
        false
    };
    let first = until("cost:8000");
    project.put("modules/agent/a.yaml", &AGENT.replace("8000", "8080"));
    let second = until("cost:8080");
    project.put("modules/agent/b.yaml", "services: {another: {port: 9}}\n");
    let third = until("another:9");
    // A module that comes later than its import.
    project.put("specs/t.yaml", "import: {b: {from: ../modules/late}}\n");
    std::thread::sleep(Duration::from_millis(300));
    project.put("modules/late/l.yaml", "services: {late: {port: 10}}\n");
    let fourth = until("late:10");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!([first, second, third, fourth], [true; 4]);
}
