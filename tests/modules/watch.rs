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
    let build = || loop {
        match lines.recv_timeout(LIMIT) {
            Ok(line) if line.ends_with(" ms") => return Some(line),
            Ok(_) => {}
            Err(_) => return None,
        }
    };
    let first = build();
    project.put("modules/agent/a.yaml", &AGENT.replace("8000", "8080"));
    let second = build();
    project.put("modules/agent/b.yaml", "services: {another: {port: 9}}\n");
    let third = build();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.is_some() && second.is_some() && third.is_some(), "{first:?} {second:?} {third:?}");
    let config = project.text("generated/prometheus/prometheus.yml");
    assert!(config.contains("cost:8080") && config.contains("another:9"), "{config}");
}
