//! The command as a person runs it: it says where everything is, writes a configuration that promtool takes, and ends with Ctrl-C.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::server::request;
use crate::tool::{PROMTOOLS, root, run};

/// Ends the command however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_command_serves_until_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("prometheus.yml");
    let child = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .current_dir(root())
        .args(["simulate", "specs", "--scenario", "gpu-hot", "--scrape-interval", "1s", "--alertmanager", "127.0.0.1:9"])
        .arg("--prometheus-config")
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    let mut control = None;
    let mut targets = Vec::new();
    for line in output.by_ref().lines() {
        let line = line.unwrap();
        if let Some(address) = line.strip_prefix("control: http://127.0.0.1:") {
            control = address.split('/').next().and_then(|port| port.parse::<u16>().ok());
        } else if line.starts_with("http://127.0.0.1:") {
            targets.push(line);
        } else if line.starts_with("Ctrl-C") {
            break;
        }
    }
    let control = control.expect("it says where it is steered");
    assert!(targets.iter().any(|line| line.contains("cost-agent:8001")), "{targets:?}");

    let (status, scenarios) = request(control, "GET", "/scenarios").unwrap();
    let active = |text: &str, name: &str| {
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        all.as_array().unwrap().iter().find(|scenario| scenario["name"] == name).map(|found| found["active"] == true)
    };
    assert_eq!((status, active(&scenarios, "gpu-hot"), active(&scenarios, "agent-down")), (200, Some(true), Some(false)));
    let port = |line: &String| line.split([':', '/']).nth(4).and_then(|port| port.parse::<u16>().ok()).unwrap();
    let agent = port(targets.iter().find(|line| line.contains("cost-agent:8001")).unwrap());
    assert_eq!(request(agent, "GET", "/metrics").unwrap().0, 200);
    assert_eq!(request(agent, "GET", "/elsewhere").unwrap().0, 404);
    assert_eq!(request(control, "POST", "/scenarios/agent-down").unwrap().0, 200);
    assert_eq!(request(agent, "GET", "/metrics").unwrap().0, 503);
    assert_eq!(request(control, "DELETE", "/scenarios/agent-down").unwrap().0, 200);
    assert_eq!(request(agent, "GET", "/metrics").unwrap().0, 200);
    let (status, answer) = request(control, "POST", "/scenarios/agent-dwon").unwrap();
    assert!(status == 404 && answer.contains("did you mean `agent-down`?"), "{status} {answer}");

    let text = std::fs::read_to_string(&config).unwrap();
    for part in ["scrape_interval: 1s", "127.0.0.1:9", "http_sd_configs", "generated/prometheus/alerts.yml"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("cost-agent:8001"), "{text}");
    let [_, promtool] = PROMTOOLS;
    if let Some(program) = promtool.find() {
        run(Command::new(program).args(["check", "config"]).arg(&config)).accepted("the configuration of the simulation");
    }

    run(Command::new("kill").arg("-INT").arg(running.0.id().to_string())).accepted("kill");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}
