use std::path::Path;

use serde_json::json;

use super::*;
use crate::diagnostic::Severity;
use crate::pipeline;
use crate::plan::grafana::alerting::{Condition, OnError, Policy, Setting};
use crate::plan::secret::SecretSource;
use crate::world::MemoryWorld;

const STACK: &str = r##"
stack: {name: shop, evaluation_interval: 15s, servers: {grafana: "VERSION"}}
services:
  api: {port: 8080, metrics: {define: {depth: {type: gauge, unit: tasks, help: Depth., labels: {queue: [a, b]}}}}}
alerts:
  Deep:
    expr: depth
    levels: {warning: {above: 10, for: 5m}, critical: {above: 100}}
    description: '{{ $labels.queue }} holds {{ $value | humanize }} ({{ .Value }}), {{ with $v := $value }}{{ $v }}{{ end }}'
    labels: {cost: '${{ $value }}'}
  Down: {expr: up == 0, severity: critical, for: 1m, keep_firing_for: 10m, interval: 1m, summary: Down}
  Odd: {expr: depth, outside: [1, 1000], severity: info, summary: Odd}
  Least: {expr: depth, at_least: 5, severity: info, summary: Least}
  Shallow: {expr: depth, below: 0.5, severity: info, summary: Shallow}
  Watchdog: {expr: vector(1), heartbeat: true, severity: info, summary: Alive}
notifications:
  via: grafana
  smtp: {smarthost: "smtp.example.com:587", from: "Shop <alerts@example.com>", auth_password: {env: SMTP_PASSWORD}}
  receivers:
    team:
      slack: {channel: "#shop", webhook_url: {env: SLACK_WEBHOOK_URL}, title: "$5"}
      email: [{to: "a@example.com, b@example.com"}, {to: c@example.com, send_resolved: true}]
    on-call: {pagerduty: {routing_key: {file: /run/secrets/pagerduty}}}
    hook: {webhook: {url: "http://hook:80/"}, telegram: {bot_token: {env: TELEGRAM}, chat_id: -5}}
  route:
    receiver: team
    group_by: [alertname]
    routes:
      - {matchers: ['severity="critical"', 'queue=~"a$|b"'], receiver: on-call, continue: true, mute_time_intervals: [nights], group_wait: 10s}
      - {matchers: ['alertname="Watchdog"'], receiver: hook}
  mute_timings: {nights: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
"##;

fn plan(version: &str, more: &str) -> (Grafana, Vec<Diagnostic>) {
    let files = [("/specs/stack.yaml", STACK.replace("VERSION", version)), ("/specs/more.yaml", more.to_owned())];
    let world = MemoryWorld::with_files(files);
    let checked = pipeline::check(&world, Path::new("/specs"), &without_rules()).unwrap();
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    crate::lower::dashboards::lower(&checked.model.unwrap())
}

#[test]
fn rules_compare_what_prometheus_would_compare() {
    let (plan, _) = plan("11.6", "");
    let alerting = plan.alerting.unwrap();
    let rules: Vec<_> = alerting.groups.iter().flat_map(|group| group.rules.iter()).collect();
    let of = |name: &str| rules.iter().find(|rule| rule.title == name).unwrap();
    assert_eq!((of("Down").expr.as_str(), &of("Down").condition), ("up == 0", &Condition::Math("is_null($A) == 0".to_owned())));
    assert_eq!((of("Odd").expr.as_str(), &of("Odd").condition), ("depth", &Condition::Math("$A < 1 || $A > 1000".to_owned())));
    assert_eq!(of("Least").condition, Condition::Math("$A >= 5".to_owned()));
    assert_eq!(of("Shallow").condition, Condition::Below(0.5));
    assert_eq!(
        (&of("Watchdog").condition, of("Watchdog").on_error),
        (&Condition::Math("is_null($A) == 0".to_owned()), OnError::Ok)
    );
    assert_eq!((of("Down").hold.as_str(), of("Odd").hold.as_str(), of("Down").on_error), ("1m", "0s", OnError::Error));
    let uids: std::collections::BTreeSet<&str> = rules.iter().map(|rule| rule.uid.as_str()).collect();
    assert_eq!(uids.len(), rules.len());
}

#[test]
fn levels_of_one_name_have_folders_of_their_own_where_titles_must_differ() {
    let places = |version: &str| {
        let alerting = plan(version, "").0.alerting.unwrap();
        let groups = alerting.groups.into_iter();
        groups
            .map(|group| {
                (group.folder, group.name, group.interval, group.rules.into_iter().map(|rule| rule.title).collect::<Vec<_>>())
            })
            .collect::<Vec<_>>()
    };
    let group = |folder: &str, name: &str, interval: &str, rules: &[&str]| {
        (folder.to_owned(), name.to_owned(), interval.to_owned(), rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        places("11.6"),
        [
            group("shop alerts", "shop-20s", "20s", &["Least", "Odd", "Shallow", "Watchdog"]),
            group("shop alerts", "shop-1m", "1m", &["Down"]),
            group("shop alerts (critical)", "shop", "20s", &["Deep"]),
            group("shop alerts (warning)", "shop", "20s", &["Deep"]),
        ]
    );
    assert_eq!(places("12.0").len(), 2);
}

#[test]
fn texts_are_translated() {
    let alerting = plan("11.6", "").0.alerting.unwrap();
    let deep = alerting.groups.iter().flat_map(|group| group.rules.iter()).find(|rule| rule.title == "Deep").unwrap();
    assert_eq!(
        deep.annotations["description"],
        "{{ $labels.queue }} holds {{ $values.A.Value | humanize }} ({{ $values.A.Value }}), {{ with $v := $values.A.Value }}{{ $v }}{{ end }}"
    );
    assert_eq!(deep.labels["cost"], "${{ $values.A.Value }}");
}

#[test]
fn what_grafana_cannot_do_is_told() {
    let (_, found) = plan("11.6", "");
    let messages: Vec<(Severity, &str)> = found.iter().map(|found| (found.severity, found.message.as_str())).collect();
    assert_eq!(
        messages,
        [
            (Severity::Warning, "Grafana 11.6 ends an alert at once: `keep_firing_for` of `Down` came with 12.0"),
            (Severity::Info, "Grafana has no inhibition: no alert keeps another quiet; every level of `Deep` is told that holds"),
        ]
    );
    let (later, found) =
        plan("12.0", "alerts: {Far: {expr: up == 0, severity: info, summary: '{{ $externalLabels.a }} {{ query `up` }}'}}");
    assert_eq!(found.iter().filter(|found| found.severity == Severity::Error).count(), 2, "{found:?}");
    let groups = later.alerting.unwrap().groups;
    let down = groups.iter().flat_map(|group| group.rules.iter()).find(|rule| rule.title == "Down").unwrap();
    assert_eq!(down.keep_firing_for.as_deref(), Some("10m"));
}

#[test]
fn receivers_read_their_secrets_from_files() {
    let (plan, _) = plan("11.6", "");
    let alerting = plan.alerting.unwrap();
    let of = |name: &str| alerting.contact_points.iter().find(|point| point.name == name).unwrap();
    let team = &of("team").receivers;
    let kinds: Vec<_> = team.iter().map(|receiver| (receiver.kind, receiver.send_resolved)).collect();
    assert_eq!(kinds, [("slack", true), ("email", false), ("email", true)]);
    assert_eq!(team[0].settings["url"], Setting::SecretFile("/run/secrets/slack_webhook_url".to_owned()));
    assert_eq!(team[1].settings["addresses"], Setting::Plain(json!("a@example.com;b@example.com")));
    assert_ne!(team[1].uid, team[2].uid);
    assert_eq!(of("on-call").receivers[0].settings["integrationKey"], Setting::SecretFile("/run/secrets/pagerduty".to_owned()));
    assert_eq!(of("hook").receivers[1].settings["chatid"], Setting::Plain(json!("-5")));
    let secrets: Vec<&str> = plan.secrets.keys().map(String::as_str).collect();
    assert_eq!(secrets, ["pagerduty", "slack_webhook_url", "smtp_password", "telegram"]);
    assert_eq!(plan.secrets["telegram"], SecretSource::Env("TELEGRAM".to_owned()));
    let mail: Vec<(&str, &str)> = plan.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        mail,
        [
            ("GF_SMTP_ENABLED", "true"),
            ("GF_SMTP_FROM_ADDRESS", "alerts@example.com"),
            ("GF_SMTP_FROM_NAME", "Shop"),
            ("GF_SMTP_HOST", "smtp.example.com:587"),
            ("GF_SMTP_PASSWORD__FILE", "/run/secrets/smtp_password"),
            ("GF_SMTP_STARTTLS_POLICY", "MandatoryStartTLS"),
            ("GF_SMTP_USER", "alerts@example.com"),
        ]
    );
}

#[test]
fn routes_become_policies() {
    let policy = plan("11.6", "").0.alerting.unwrap().policy.unwrap();
    assert_eq!((policy.receiver.as_deref(), policy.group_by), (Some("team"), Some(vec!["alertname".to_owned()])));
    let own = |text: &str| text.to_owned();
    assert_eq!(
        policy.routes[0],
        Policy {
            receiver: Some(own("on-call")),
            matchers: vec![[own("severity"), own("="), own("critical")], [own("queue"), own("=~"), own("a$|b")]],
            group_wait: Some(own("10s")),
            resume: true,
            mute_timings: vec![own("nights")],
            ..Policy::default()
        }
    );
}

#[test]
fn only_where_a_dollar_is_read_as_a_variable_it_is_doubled() {
    let mut files = Vec::new();
    crate::emit::grafana::emit(&plan("11.6", "").0, &mut files);
    let text = |path: &str| {
        let path = format!("grafana/provisioning/alerting/{path}.yaml");
        String::from_utf8(files.iter().find(|file| file.path == path).unwrap().bytes.clone()).unwrap()
    };
    let rules = text("rules");
    assert!(rules.contains("cost: $${{ $$values.A.Value }}"), "{rules}");
    assert!(rules.contains("description: \"{{ $labels.queue }}"), "{rules}");
    assert!(rules.contains("expression: $A < 1 || $A > 1000"), "{rules}");
    let points = text("contact-points");
    assert!(points.contains("title: $$5") && points.contains("url: $__file{/run/secrets/slack_webhook_url}"), "{points}");
    assert!(text("policies").contains("a$$|b"));
    assert!(text("mute-timings").contains("name: nights"));
    assert!(!files.iter().any(|file| file.path.ends_with("templates.yaml")));
}

#[test]
fn uids_are_short_stable_and_differ() {
    let long = "x".repeat(100);
    for parts in [&[Some("a"), None][..], &[Some(long.as_str()), Some("b")], &[Some("€"), Some("")], &[]] {
        let uid = rules::uid(parts);
        assert!(uid.len() <= 40 && uid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{uid}");
        assert_eq!(uid, rules::uid(parts));
    }
    assert_ne!(rules::uid(&[Some("a"), Some("b"), None]), rules::uid(&[Some("a"), None, Some("b")]));
    assert_ne!(rules::uid(&[Some("a-b")]), rules::uid(&[Some("a"), Some("b")]));
}

/// The rules have tests of their own; here only what is lowered matters.
fn without_rules() -> pipeline::CheckOptions<'static> {
    pipeline::CheckOptions { lint: crate::lint::LintSettings::silent(), ..pipeline::CheckOptions::default() }
}
