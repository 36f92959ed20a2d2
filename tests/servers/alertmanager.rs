//! A real Alertmanager: its configuration against the spec's, reloads, and test notifications that arrive.

use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use crate::stage::{Server, Stage, free_port, wait};
use crate::tool::{ALERTMANAGER, skip};
use crate::web::Web;

/// A spec whose receivers are told at `web`.
fn spec(web: &str) -> String {
    format!(
        r##"
stack:
  name: shop
  servers: {{prometheus: "3.5", alertmanager: "VERSION"}}
alerts:
  Watchdog: {{expr: vector(1), heartbeat: true, severity: info, summary: The alerting path works}}
notifications:
  resolve_timeout: 6m
  smtp: {{smarthost: "127.0.0.1:9", from: alerts@shop.example, auth_username: alerts, auth_password: {{env: SLACK_WEBHOOK_URL}}}}
  receivers:
    team: {{webhook: {{url: "{web}/team"}}}}
    on-call: {{webhook: {{url: "{web}/on-call"}}, slack: {{channel: "#calls", webhook_url: {{env: SLACK_WEBHOOK_URL}}}}, email: {{to: calls@shop.example}}}}
    heartbeat: {{webhook: {{url: "{web}/heartbeat", send_resolved: false}}}}
  route:
    receiver: team
    group_by: [alertname, job]
    group_wait: 0s
    group_interval: 1m
    repeat_interval: 1d
    routes:
      - {{receiver: heartbeat, matchers: ['alertname="Watchdog"'], repeat_interval: 300s}}
      - {{receiver: on-call, matchers: ['severity=~"critical|page"', 'team!="sales"'], continue: true, mute_time_intervals: [weekend]}}
  inhibit:
    - {{source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: [job, alertname]}}
  mute_timings:
    weekend: [{{weekdays: ['saturday', 'sunday'], times: [{{start_time: '08:00', end_time: '20:00'}}]}}]
"##
    )
}

fn start(stage: &Stage, tree: &str) -> Option<Server> {
    let program = ALERTMANAGER.find()?;
    let port = free_port();
    let arguments = [
        format!("--config.file={}", stage.path(tree).join("alertmanager/alertmanager.yml").display()),
        format!("--storage.path={}", stage.path("data").display()),
        format!("--web.listen-address=127.0.0.1:{port}"),
        // No cluster: it would listen beyond loopback.
        "--cluster.listen-address=".to_owned(),
    ];
    match Server::start(&program, &stage.path(""), port, &arguments) {
        Ok(server) => Some(server),
        // Debian's program has the built-in templates outside, at a place that only root can fill.
        Err(log) if log.contains("default.tmpl: no such file") => {
            skip("starting Alertmanager: its built-in templates are not installed, scripts/tools.sh does it as root");
            None
        }
        Err(log) => panic!("{log}"),
    }
}

/// The version that runs, as a spec says it.
fn version(server: &Server) -> String {
    let status = server.json("/api/v2/status");
    let version = status["versionInfo"]["version"].as_str().unwrap_or_default();
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// The version of the spec does not matter for the configuration; it is that of the program, so that nothing differs.
fn write(stage: &Stage, folder: &str, text: &str, version: &str) {
    stage.write(&format!("{folder}/stack.yaml"), &text.replace("VERSION", version));
}

#[test]
fn the_configuration_is_compared_and_taken_over_by_a_reload() {
    let (stage, web) = (Stage::new(), Web::page("ok"));
    let text = spec(&web.url());
    write(&stage, "specs", &text, "0.28");
    stage.build("specs", "generated");
    let Some(server) = start(&stage, "generated") else { return };
    let version = version(&server);
    write(&stage, "specs", &text, &version);
    let (code, found) = stage.verify(&["specs", "--alertmanager", &server.url()]);
    assert!(found.is_empty() && code == Some(0), "{found:#?}");

    let wanted = text
        .replace("matchers: ['severity=~\"critical|page\"', 'team!=\"sales\"']", "matchers: ['severity=\"critical\"']")
        .replace("group_wait: 0s", "group_wait: 1s")
        .replace("resolve_timeout: 6m", "resolve_timeout: 7m")
        .replace("equal: [job, alertname]", "equal: [job]")
        .replace("channel: \"#calls\"", "channel: \"#other\"")
        .replace("end_time: '20:00'", "end_time: '21:00'")
        .replace("    team: {webhook", "    more: {webhook: {url: \"http://127.0.0.1:9/\"}}\n    team: {webhook")
        .replace("{receiver: heartbeat, ", "{receiver: more, matchers: ['alertname=\"X\"']}\n      - {receiver: heartbeat, ");
    write(&stage, "changed", &wanted, &version);
    let (code, found) = stage.verify(&["changed", "--alertmanager", &server.url()]);
    assert_eq!(code, Some(1));
    let paths = [
        "`global.resolve_timeout` is \"6m\"",
        "`route.group_wait` is \"0s\" instead of \"1s\"",
        "`route.routes[0].receiver`",
        "`route.routes[2]",
        "`inhibit_rules[0].equal",
        "`receivers[more]` is missing",
        "`receivers[on-call].slack_configs[0].channel` is \"#calls\" instead of \"#other\"",
        "does not have the receiver `more`",
    ];
    for path in paths {
        assert!(found.iter().any(|found| found.message.contains(path)), "{path} is not among {found:#?}");
    }

    let dry = stage.run(&["apply", "changed", "--alertmanager", &server.url()]).accepted("dry run").output;
    assert!(dry.contains("would reload Alertmanager") && dry.contains("nothing was changed"), "{dry}");
    // The file on its disk is still the old one: a reload does not help, and that is said.
    let too_early = stage.run(&["apply", "changed", "--alertmanager", &server.url(), "--yes"]);
    assert_eq!(too_early.code, Some(1), "{}", too_early.output);
    stage.build("changed", "generated");
    let done = stage.run(&["apply", "changed", "--alertmanager", &server.url(), "--yes"]).accepted("apply").output;
    assert!(done.contains("it runs what the spec says"), "{done}");
    let (code, found) = stage.verify(&["changed", "--alertmanager", &server.url()]);
    assert!(found.is_empty() && code == Some(0), "{found:#?}");

    let broken = stage.path("generated/alertmanager/alertmanager.yml");
    std::fs::write(&broken, "route: {}\n").unwrap();
    let refused = stage.run(&["apply", "changed", "--alertmanager", &server.url(), "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.output);
    assert!(refused.output.contains("did not reload: "), "{}", refused.output);
}

#[test]
fn a_test_notification_arrives_at_each_receiver() {
    let stage = Stage::new();
    let arrived: Arc<Mutex<Vec<Json>>> = Arc::default();
    let web = {
        let arrived = arrived.clone();
        Web::serve(move |asked| {
            arrived.lock().unwrap().extend(serde_json::from_str::<Json>(&asked.body));
            (200, "ok".to_owned())
        })
    };
    // Muted on weekends, whenever this test runs.
    let text = spec(&web.url()).replace(", mute_time_intervals: [weekend]", "");
    let text = text.split("  mute_timings:").next().unwrap().to_owned();
    write(&stage, "specs", &text, "0.28");
    stage.build("specs", "generated");
    let Some(server) = start(&stage, "generated") else { return };
    let url = server.url();
    let dry = stage.run(&["apply", "specs", "--alertmanager", &url, "--test-notification", "all"]).accepted("dry run").output;
    assert!(dry.contains("would send a test notification to `heartbeat` by the alert {alertname=\"Watchdog\"}"), "{dry}");
    assert!(arrived.lock().unwrap().is_empty());
    let unknown = stage.run(&["apply", "specs", "--alertmanager", &url, "--yes", "--test-notification", "nobody"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.output.contains("there is no receiver `nobody`"), "{}", unknown.output);

    let sent =
        stage.run(&["apply", "specs", "--alertmanager", &url, "--yes", "--test-notification", "all"]).accepted("apply").output;
    for receiver in ["team", "on-call", "heartbeat"] {
        assert!(sent.contains(&format!("sent a test notification to `{receiver}`")), "{sent}");
        let came = wait(|| arrived.lock().unwrap().iter().any(|message| message["receiver"] == receiver));
        assert!(came, "{receiver} was not told: {:#?}\n{}", arrived.lock().unwrap(), server.log());
    }
    let arrived = arrived.lock().unwrap();
    let text = &arrived[0]["alerts"][0]["annotations"]["summary"];
    assert_eq!(text, "Test notification: nothing is wrong");
}
