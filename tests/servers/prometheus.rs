//! Real Prometheus, of both versions, beside specs from which it differs in every way, and in none.

use crate::stage::{Found, Server, Stage, free_port, wait};
use crate::tool::{PROMETHEUS, Tool};
use crate::web::Web;

const EXPOSED: &str = "\
# HELP shop_orders_total Orders taken.
# TYPE shop_orders_total counter
shop_orders_total{status=\"paid\",region=\"eu\"} 40
shop_orders_total{status=\"refused\",region=\"eu\"} 2
# HELP shop_open_carts Carts.
# TYPE shop_open_carts gauge
shop_open_carts 7
# HELP shop_wait_seconds Waiting.
# TYPE shop_wait_seconds histogram
shop_wait_seconds_bucket{le=\"0.5\"} 3
shop_wait_seconds_bucket{le=\"1\"} 5
shop_wait_seconds_bucket{le=\"+Inf\"} 6
shop_wait_seconds_sum 4.5
shop_wait_seconds_count 6
";

/// The addresses that a spec names.
struct Addresses<'a> {
    shop: &'a str,
    prometheus: &'a str,
}

/// A spec that Prometheus can run as it is.
fn spec(version: &str, addresses: &Addresses<'_>) -> String {
    let Addresses { shop, prometheus } = addresses;
    format!(
        r#"
stack:
  name: shop
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
  servers: {{prometheus: "{version}"}}
  prometheus: {{scrape: {{instances: ["{prometheus}"]}}}}
  alertmanager: {{scrape: {{instances: ["{prometheus}"]}}}}
  grafana: {{scrape: {{instances: ["{prometheus}"]}}, admin_password: {{env: GRAFANA_ADMIN_PASSWORD}}}}
notifications:
  receivers: {{team: {{webhook: {{url: "http://127.0.0.1:9/"}}}}}}
  route: {{receiver: team}}
services:
  shop:
    scrape: {{instances: ["{shop}"]}}
    metrics:
      define:
        shop_orders_total: {{type: counter, unit: orders, help: Orders taken., labels: {{status: [paid, refused], region: {{max: 5}}}}}}
        shop_open_carts: {{type: gauge, unit: carts, help: Carts.}}
        shop_wait_seconds: {{type: histogram, unit: seconds, help: Waiting., buckets: [0.5, 1]}}
recording_rules:
  job:shop_orders:rate5m: {{expr: 'sum by (job) (rate(shop_orders_total[5m]))', group: shop}}
alerts:
  CartsMany:
    expr: shop_open_carts
    above: 1000
    for: 5m
    severity: warning
    summary: Many carts
    description: "{{{{ $labels.instance }}}} has {{{{ $value }}}} carts."
  OrdersRefused:
    expr: sum by (job) (rate(shop_orders_total{{status="refused"}}[5m])) / sum by (job) (rate(shop_orders_total[5m])) > 0.9
    for: 10m
    keep_firing_for: 2m
    severity: critical
    labels: {{team: sales}}
    summary: Orders are refused
    description: "{{{{ $labels.job }}}} refuses orders."
dashboards:
  shop:
    title: Shop
    variables:
      region: {{values_of: shop_orders_total.region, multi: true}}
      instance: {{values_of: shop_open_carts.instance}}
    rows:
      - title: Orders
        panels:
          - {{id: orders, title: Orders, kind: timeseries, expr: 'sum by (status) (rate(shop_orders_total{{region=~"$region"}}[$__rate_interval]))', width: 12}}
          - {{id: carts, title: Carts, kind: stat, expr: 'sum(shop_open_carts{{instance="$instance"}})', width: 12}}
"#
    )
}

/// Starts Prometheus with a configuration that a build wrote, and waits until it has scraped and evaluated everything.
fn start(tool: &Tool, stage: &Stage, port: u16, tree: &str, further: &[&str]) -> Option<Server> {
    let program = tool.find()?;
    let mut arguments = vec![
        format!("--config.file={}", stage.path(tree).join("prometheus/prometheus.yml").display()),
        format!("--storage.tsdb.path={}", stage.path("data").display()),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--log.level=warn".to_owned(),
    ];
    arguments.extend(further.iter().map(|argument| (*argument).to_owned()));
    let server = Server::start(&program, &stage.path(""), port, &arguments).unwrap_or_else(|log| panic!("{log}"));
    let settled = wait(|| {
        let targets = server.json("/api/v1/targets?state=active");
        let rules = server.json("/api/v1/rules");
        let list = |json: &serde_json::Value| json.as_array().cloned().unwrap_or_default();
        let targets = list(&targets["data"]["activeTargets"]);
        let rules: Vec<_> = list(&rules["data"]["groups"]).iter().flat_map(|group| list(&group["rules"])).collect();
        let rates = server.json("/api/v1/query?query=rate(shop_orders_total%5B5m%5D)");
        !targets.is_empty()
            && targets.iter().all(|target| target["health"] != "unknown")
            && rules.iter().all(|rule| rule["health"] != "unknown")
            && !list(&rates["data"]["result"]).is_empty()
    });
    assert!(settled, "{}", server.log());
    Some(server)
}

fn version(tool: &Tool) -> &'static str {
    if tool.folder == "prometheus-2.42" { "2.42" } else { "3.5" }
}

/// Whether a finding is about the servers' own metrics, for all of which Prometheus stands here.
fn of_servers(found: &Found) -> bool {
    ["prometheus", "alertmanager", "grafana"].iter().any(|job| found.message.contains(&format!("the job `{job}`")))
}

#[test]
fn a_prometheus_that_runs_what_the_spec_says_does_not_differ() {
    for tool in &PROMETHEUS {
        let (stage, port, shop) = (Stage::new(), free_port(), Web::page(EXPOSED));
        let addresses = Addresses { shop: &shop.address(), prometheus: &format!("127.0.0.1:{port}") };
        stage.write("specs/stack.yaml", &spec(version(tool), &addresses));
        stage.build("specs", "generated");
        let Some(server) = start(tool, &stage, port, "generated", &[]) else { continue };
        let (code, found) = stage.verify(&["specs", "--prometheus", &server.url()]);
        // What the servers' own pack says of this version is not what is looked at here.
        let of_shop: Vec<&Found> = found.iter().filter(|found| !of_servers(found)).collect();
        assert!(of_shop.is_empty(), "{}: {of_shop:#?}", tool.folder);
        assert_eq!(code, Some(0), "{}: {found:#?}", tool.folder);
        let human = stage.run(&["verify", "specs", "--prometheus", &server.url()]).output;
        let last = human.lines().last().unwrap_or_default();
        assert!(last.starts_with("verified: "), "{human}");
        assert!(human.contains("4 of 4 targets up, 3 rules") && human.contains("2 of 2 panels with data"), "{human}");
    }
}

#[test]
fn every_planted_difference_is_found() {
    for tool in &PROMETHEUS {
        let (stage, port, shop) = (Stage::new(), free_port(), Web::page(EXPOSED));
        let dead = format!("127.0.0.1:{}", free_port());
        let (shop_address, own) = (shop.address(), format!("127.0.0.1:{port}"));
        let running = spec(version(tool), &Addresses { shop: &shop_address, prometheus: &own });
        let stray =
            format!("  stray: {{scrape: {{instances: [\"{shop_address}\"]}}, metrics: {{define: {{}}}}}}\nrecording_rules:");
        let two = format!("[\"{shop_address}\", \"{dead}\"]");
        stage.write(
            "running/stack.yaml",
            &running
                .replace("recording_rules:", &stray)
                .replace(&format!("[\"{shop_address}\"]}}\n    metrics"), &format!("{two}}}\n    metrics")),
        );
        stage.build("running", "generated");
        let alerts = stage.path("generated/prometheus/alerts.yml");
        let text = std::fs::read_to_string(&alerts).unwrap();
        let foreign = "\n- name: foreign\n  rules:\n  - record: twice\n    expr: up * on () up\n";
        std::fs::write(&alerts, text.trim_end().to_owned() + foreign).unwrap();

        let wanted = running
            .replace("status: [paid, refused], region: {max: 5}", "status: [paid], shop: {max: 5}")
            .replace("region: {values_of: shop_orders_total.region, multi: true}", "region: {values_of: shop_lost_total.region, multi: true}")
            .replace("shop_open_carts: {type: gauge", "shop_lost_total: {type: counter, unit: orders, help: Lost., labels: {region: {max: 5}}}\n        shop_found: {type: gauge, unit: orders, help: Found.}\n        shop_open_carts: {type: gauge")
            .replace("shop_wait_seconds: {type: histogram, unit: seconds, help: Waiting., buckets: [0.5, 1]}", "")
            .replace("shop_open_carts: {type: gauge, unit: carts, help: Carts.}", "shop_open_carts: {type: counter, unit: carts, help: Carts.}")
            .replace("expr: shop_open_carts\n", "expr: shop_found\n")
            .replace("above: 1000", "above: 2000")
            .replace("for: 10m", "for: 20m")
            .replace("keep_firing_for: 2m", "keep_firing_for: 3m")
            .replace("team: sales", "team: money")
            .replace("summary: Orders are refused", "summary: Orders are not taken")
            .replace("status=\"refused\"", "status=\"paid\"")
            .replace("sum(shop_open_carts{instance=\"$instance\"})", "sum(shop_found{instance=\"$instance\"})")
            .replace("{region=~\"$region\"}", "")
            .replace(&format!("[\"{shop_address}\"]}}\n    metrics"), &format!("[\"{dead}\", \"127.0.0.1:1\"]}}\n    metrics"))
            .replace("job:shop_orders:rate5m: {expr", "job:shop_orders:rate1m: {expr")
            .replace("recording_rules:", "  gone: {scrape: {instances: [\"127.0.0.1:2\"]}, metrics: {define: {}}}\nrecording_rules:");
        stage.write("specs/stack.yaml", &wanted);
        let Some(server) = start(tool, &stage, port, "generated", &[]) else { continue };
        let (code, found) = stage.verify(&["specs", "--prometheus", &server.url()]);
        let what = tool.folder;
        assert_eq!(code, Some(1), "{what}: {found:#?}");
        let planted = [
            ("verify/missing-job", "does not scrape the job `gone`"),
            ("verify/unknown-job", "the job `stray`"),
            ("verify/missing-target", "`127.0.0.1:1` of the job `shop`"),
            ("verify/unknown-target", shop_address.as_str()),
            ("verify/target-down", "connection refused"),
            ("verify/missing-rule", "the recording rule `job:shop_orders:rate1m`"),
            ("verify/unknown-rule", "`job:shop_orders:rate5m`"),
            ("verify/unknown-rule", "`twice` in the group `foreign`"),
            ("verify/rule-fails", "the rule `twice` cannot be evaluated"),
            ("verify/rule-differs", "the alert `CartsMany` differs in Prometheus: its expression is `shop_open_carts > 1000`"),
            ("verify/rule-differs", "`for` is 10m instead of 20m; `keep_firing_for` is 2m instead of 3m"),
            ("verify/rule-differs", "the label `team` is `sales`; the annotation `summary` is `Orders are refused`"),
            ("verify/missing-metric", "`shop_found` is declared, and the job `shop` does not expose it"),
            ("verify/missing-metric", "`shop_lost_total` has no series in the job `shop`"),
            ("verify/unknown-metric", "exposes `shop_wait_seconds`, which is not declared"),
            ("verify/type-differs", "`shop_open_carts` is declared as a counter, and the job `shop` exposes it as a gauge"),
            ("verify/labels-differ", "lacks `shop`, which the spec declares; carries `region`, which the spec does not declare"),
            ("verify/labels-differ", "has `refused` as `status`"),
            ("verify/no-data", "the variable `region` of `shop` has no values"),
            ("verify/no-data", "the panel `carts` of `shop` has no data"),
        ];
        for (rule, part) in planted {
            let seen = found.iter().any(|found| found.rule == rule && found.message.contains(part));
            assert!(seen, "{what}: {rule} with {part:?} is not among {found:#?}");
        }
        let placed = found.iter().all(|found| !found.file.is_empty());
        assert!(placed, "{what}: {found:#?}");
        let differs = found.iter().find(|found| found.rule == "verify/rule-differs").unwrap();
        assert_eq!(differs.severity, "error");
    }
}

#[test]
fn a_reload_takes_over_what_was_built() {
    let [_, tool] = &PROMETHEUS;
    let (stage, port, shop) = (Stage::new(), free_port(), Web::page(EXPOSED));
    let text = spec("3.5", &Addresses { shop: &shop.address(), prometheus: &format!("127.0.0.1:{port}") });
    stage.write("specs/stack.yaml", &text);
    stage.build("specs", "generated");
    let Some(server) = start(tool, &stage, port, "generated", &["--web.enable-lifecycle"]) else { return };
    let url = server.url();
    let target =
        format!("  gone: {{scrape: {{instances: [\"{}\"]}}, metrics: {{define: {{}}}}}}\nrecording_rules:", shop.address());
    stage.write("specs/stack.yaml", &text.replace("above: 1000", "above: 2000").replace("recording_rules:", &target));
    let dry = stage.run(&["apply", "specs", "--prometheus", &url]).accepted("dry run").output;
    assert!(dry.contains("would reload Prometheus") && dry.contains(": 2 differences from the spec"), "{dry}");
    stage.build("specs", "generated");
    let (_, found) = stage.verify(&["specs", "--prometheus", &url]);
    assert!(found.iter().any(|found| found.rule == "verify/rule-differs"), "{found:#?}");
    let done = stage.run(&["apply", "specs", "--prometheus", &url, "--yes"]).accepted("apply").output;
    assert!(done.contains("it runs what the spec says"), "{done}");
    std::fs::write(stage.path("generated/prometheus/alerts.yml"), "groups: 7\n").unwrap();
    let refused = stage.run(&["apply", "specs", "--prometheus", &url, "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.output);
    assert!(refused.output.contains("did not reload: "), "{}", refused.output);
}

#[test]
fn a_prometheus_without_its_lifecycle_api_says_so() {
    let [_, tool] = &PROMETHEUS;
    let (stage, port, shop) = (Stage::new(), free_port(), Web::page(EXPOSED));
    stage.write("specs/stack.yaml", &spec("3.5", &Addresses { shop: &shop.address(), prometheus: &format!("127.0.0.1:{port}") }));
    stage.build("specs", "generated");
    let Some(server) = start(tool, &stage, port, "generated", &[]) else { return };
    let refused = stage.run(&["apply", "specs", "--prometheus", &server.url(), "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.output);
    assert!(
        refused.output.contains("its lifecycle API is off: start Prometheus with --web.enable-lifecycle"),
        "{}",
        refused.output
    );
}

#[test]
fn a_server_that_cannot_be_asked_is_a_finding_with_its_reason() {
    let stage = Stage::new();
    let nobody = format!("127.0.0.1:{}", free_port());
    let page = Web::page("<html>hello</html>");
    stage.write("specs/stack.yaml", &spec("3.5", &Addresses { shop: &nobody, prometheus: &nobody }));
    let said = |url: &str| {
        let (code, found) = stage.verify(&["specs", "--prometheus", url]);
        assert_eq!(code, Some(1));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].rule, "verify/no-answer");
        found[0].message.clone()
    };
    assert_eq!(
        said(&format!("http://{nobody}")),
        format!("Prometheus at http://{nobody} refuses the connection: nothing listens there")
    );
    let html = said(&format!("http://{}", page.address()));
    assert!(html.contains("answers /api/v1/status/buildinfo with a web page"), "{html}");

    let refused = stage.run(&["verify", "specs", "--prometheus", "http://me:hunter2@localhost:9090"]);
    assert_eq!(refused.code, Some(2), "{}", refused.output);
    let said = refused.output.split_once('\n').map_or("", |(_, said)| said);
    assert!(!said.contains("hunter2") && said.contains("OPTIINFRA_PROMETHEUS_PASSWORD"), "{said}");
    assert_eq!(stage.run(&["verify", "specs"]).code, Some(2));
}
