//! A stub of Grafana, not Grafana: it answers the requests that this program makes as Grafana's HTTP API is documented to answer them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::stage::Stage;
use crate::web::{Asked, Web};

const TOKEN: &str = "glsa_stub";

const SPEC: &str = r#"
stack:
  name: shop
  servers: {prometheus: "3.5", grafana: "11.6"}
  grafana: {folder: Shop, admin_password: {env: GRAFANA_ADMIN_PASSWORD}}
dashboards:
  one: {title: One, rows: [{title: R, panels: [{id: up, title: Up, kind: stat, expr: 'sum(up)', width: 24}]}]}
  two: {title: Two, rows: [{title: R, panels: [{id: up, title: Up, kind: stat, expr: 'min(up)', width: 24}]}]}
"#;

/// What the stub holds: not a database, maps.
#[derive(Default)]
struct Stub {
    datasources: BTreeMap<String, Json>,
    /// By uid, with the title of the folder.
    dashboards: BTreeMap<String, (String, Json)>,
    folders: Vec<String>,
    provisioned: bool,
    stored: Vec<String>,
}

impl Stub {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        if asked.path == "/api/health" {
            return (200, json!({"commit": "stub", "database": "ok", "version": "11.6.2"}).to_string());
        }
        if asked.authorization != format!("Bearer {TOKEN}") {
            return (401, json!({"message": "Unauthorized", "statusCode": 401}).to_string());
        }
        let body: Json = serde_json::from_str(&asked.body).unwrap_or_default();
        let (status, json) = match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/api/search") => (200, self.search(&asked.query)),
            ("GET", "/api/folders") => {
                (200, self.folders.iter().map(|title| json!({"uid": uid(title), "title": title})).collect())
            }
            ("POST", "/api/folders") => {
                let title = body["title"].as_str().unwrap().to_owned();
                self.folders.push(title.clone());
                (200, json!({"uid": uid(&title), "title": title}))
            }
            ("POST", "/api/dashboards/db") => self.store(&body),
            ("GET", path) => self.by_uid(path),
            _ => (404, json!({"message": "Not found"})),
        };
        (status, json.to_string())
    }

    fn by_uid(&self, path: &str) -> (u16, Json) {
        if let Some(uid) = path.strip_prefix("/api/datasources/uid/") {
            return self
                .datasources
                .get(uid)
                .map_or((404, json!({"message": "Data source not found"})), |found| (200, found.clone()));
        }
        let uid = path.strip_prefix("/api/dashboards/uid/").unwrap_or_default();
        let Some((folder, dashboard)) = self.dashboards.get(uid) else { return (404, json!({"message": "Dashboard not found"})) };
        let meta = json!({"type": "db", "slug": "x", "version": 7, "folderTitle": folder, "provisioned": self.provisioned});
        (200, json!({"meta": meta, "dashboard": dashboard}))
    }

    fn search(&self, query: &str) -> Json {
        let number = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            value.and_then(|value| value.parse::<usize>().ok()).unwrap()
        };
        let (limit, page) = (number("limit"), number("page"));
        let line = |(uid, (folder, dashboard)): (&String, &(String, Json))| {
            let mut line = json!({"uid": uid, "title": dashboard["title"], "type": "dash-db"});
            if !folder.is_empty() {
                line["folderTitle"] = json!(folder);
            }
            line
        };
        self.dashboards.iter().skip(limit * (page - 1)).take(limit).map(line).collect()
    }

    fn store(&mut self, body: &Json) -> (u16, Json) {
        if self.provisioned {
            return (400, json!({"message": "Cannot save provisioned dashboard"}));
        }
        let mut dashboard = body["dashboard"].clone();
        let uid = dashboard["uid"].as_str().unwrap().to_owned();
        if self.dashboards.contains_key(&uid) && body["overwrite"] != true {
            return (412, json!({"status": "version-mismatch", "message": "The dashboard has been changed by someone else"}));
        }
        let folder = self.folders.iter().find(|title| json!(self::uid(title)) == body["folderUid"]).cloned().unwrap_or_default();
        dashboard["id"] = json!(41);
        dashboard["version"] = json!(8);
        self.stored.push(uid.clone());
        self.dashboards.insert(uid.clone(), (folder, dashboard));
        (200, json!({"id": 41, "uid": uid, "status": "success", "version": 8}))
    }
}

fn uid(title: &str) -> String {
    format!("f{}", title.len())
}

/// Serves a stub; the test keeps a hand on what it holds.
fn serve(stub: Stub) -> (Web, Arc<Mutex<Stub>>) {
    let stub = Arc::new(Mutex::new(stub));
    let shared = stub.clone();
    (Web::serve(move |asked| shared.lock().unwrap().answer(asked)), stub)
}

/// A stub that holds what the spec describes, as Grafana would after provisioning.
fn as_in_the_spec(stage: &Stage) -> Stub {
    stage.write("specs/stack.yaml", SPEC);
    stage.build("specs", "generated");
    let mut stub = Stub { folders: vec!["Other".to_owned(), "Shop!".to_owned()], ..Stub::default() };
    stub.datasources.insert(
        "prometheus".to_owned(),
        json!({"id": 1, "uid": "prometheus", "type": "prometheus", "url": "http://prometheus:9090"}),
    );
    for key in ["one", "two"] {
        let mut dashboard: Json = serde_json::from_str(&stage.read(&format!("generated/grafana/dashboards/{key}.json"))).unwrap();
        dashboard["id"] = json!(12);
        dashboard["version"] = json!(3);
        stub.dashboards.insert(dashboard["uid"].as_str().unwrap().to_owned(), ("Shop".to_owned(), dashboard));
    }
    stub
}

fn with_token(stage: &mut Stage) {
    stage.environment.push(("OPTIINFRA_GRAFANA_TOKEN".to_owned(), TOKEN.to_owned()));
}

#[test]
fn differences_of_a_stub_of_grafana_are_found() {
    let mut stage = Stage::new();
    let (web, stub) = serve(as_in_the_spec(&stage));
    let url = web.url();
    let (code, found) = stage.verify(&["specs", "--grafana", &url]);
    assert_eq!((code, found.len()), (Some(1), 1), "{found:#?}");
    assert!(found[0].message.contains("asks for credentials (401"), "{found:#?}");

    with_token(&mut stage);
    let (code, found) = stage.verify(&["specs", "--grafana", &url]);
    assert!(found.is_empty() && code == Some(0), "{found:#?}");
    {
        let mut stub = stub.lock().unwrap();
        stub.dashboards.remove("shop-two");
        let (_, one) = stub.dashboards.get_mut("shop-one").unwrap();
        one["panels"][1]["title"] = json!("Down");
        one["panels"].as_array_mut().unwrap().push(json!({"type": "text"}));
        one["refresh"] = json!("5s");
        stub.datasources.get_mut("prometheus").unwrap()["url"] = json!("http://me:hunter2@elsewhere:9090");
    }
    let (code, found) = stage.verify(&["specs", "--grafana", &url]);
    assert_eq!(code, Some(1));
    let planted = [
        ("verify/missing-dashboard", "`two` (uid `shop-two`)"),
        ("verify/dashboard-differs", "`panels[1].title` is \"Down\" instead of \"Up\""),
        ("verify/dashboard-differs", "`panels[2]` is an object with 1 field"),
        ("verify/dashboard-differs", "`refresh` is \"5s\""),
        ("verify/datasource-differs", "`elsewhere:9090` instead of `http://prometheus:9090`"),
    ];
    for (rule, part) in planted {
        let seen = found.iter().any(|found| found.rule == rule && found.message.contains(part));
        assert!(seen, "{rule} with {part:?} is not among {found:#?}");
    }
    assert!(!format!("{found:?}").contains("hunter2"), "{found:#?}");
    stub.lock().unwrap().datasources.clear();
    let (_, found) = stage.verify(&["specs", "--grafana", &url]);
    assert!(found.iter().any(|found| found.rule == "verify/missing-datasource"), "{found:#?}");
}

#[test]
fn only_dashboards_that_differ_are_pushed_to_a_stub_of_grafana() {
    let mut stage = Stage::new();
    let (web, stub) = serve(as_in_the_spec(&stage));
    with_token(&mut stage);
    let url = web.url();
    stub.lock().unwrap().dashboards.get_mut("shop-two").unwrap().1["title"] = json!("Zwei");

    let dry = stage.run(&["apply", "specs", "--grafana", &url]).accepted("dry run").output;
    assert!(dry.contains("would overwrite the dashboard `two`") && !dry.contains("dashboard `one`"), "{dry}");
    assert!(stub.lock().unwrap().stored.is_empty());
    stage.run(&["apply", "specs", "--grafana", &url, "--yes"]).accepted("apply");
    {
        let stub = stub.lock().unwrap();
        assert_eq!(stub.stored, ["shop-two"]);
        assert_eq!(stub.folders, ["Other", "Shop!", "Shop"]);
        assert_eq!(stub.dashboards["shop-two"].0, "Shop");
    }
    let (code, found) = stage.verify(&["specs", "--grafana", &url]);
    assert!(found.is_empty() && code == Some(0), "{found:#?}");
    stage.run(&["apply", "specs", "--grafana", &url, "--yes"]).accepted("apply");
    assert_eq!(stub.lock().unwrap().stored, ["shop-two"]);

    let mut stub = stub.lock().unwrap();
    stub.dashboards.get_mut("shop-one").unwrap().1["title"] = json!("Eins");
    stub.provisioned = true;
    drop(stub);
    let refused = stage.run(&["apply", "specs", "--grafana", &url, "--yes"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.output.contains("comes from Grafana's files"), "{}", refused.output);
}

#[test]
fn dashboards_of_a_stub_of_grafana_are_kept_as_files() {
    let mut stage = Stage::new();
    with_token(&mut stage);
    let mut stub = Stub::default();
    for number in 0..1203 {
        let uid = format!("d{number:04}");
        let dashboard = json!({"version": 3, "id": number, "uid": uid, "title": "T", "panels": [{"z": 1, "a": [2]}]});
        stub.dashboards.insert(uid, (String::new(), dashboard));
    }
    stub.dashboards.insert("CASE".to_owned(), ("../../Other/\u{1b}".to_owned(), json!({"uid": "CASE", "title": "1"})));
    stub.dashboards.insert("case".to_owned(), ("../../Other/\u{1b}".to_owned(), json!({"uid": "case", "title": "2"})));
    let (web, stub) = serve(stub);
    let arguments = ["backup", "--grafana", &web.url(), "--out", "kept/here"];
    let output = stage.run(&arguments).accepted("backup").output;
    assert!(output.contains("wrote 1205 to kept/here, 0 unchanged, 0 failed"), "{output}");
    assert_eq!(
        stage.read("kept/here/General/d0007.json"),
        "{\n  \"panels\": [\n    {\n      \"a\": [\n        2\n      ],\n      \"z\": 1\n    }\n  ],\n  \"title\": \"T\",\n  \"uid\": \"d0007\"\n}\n"
    );
    let names = |path: &str| {
        let mut names: Vec<String> =
            std::fs::read_dir(stage.path(path)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("kept"), ["here"]);
    assert_eq!(names("kept/here"), ["General", "_.._Other__"]);
    assert_eq!(names("kept/here/_.._Other__"), ["CASE.json", "case-2.json"]);
    assert_eq!(names("kept/here/General").len(), 1203);

    let time = |name: &str| std::fs::metadata(stage.path(name)).unwrap().modified().unwrap();
    let before = time("kept/here/General/d0007.json");
    {
        let mut stub = stub.lock().unwrap();
        stub.dashboards.get_mut("d0008").unwrap().1["title"] = json!("U");
        stub.dashboards.get_mut("d0007").unwrap().1["version"] = json!(4);
    }
    let output = stage.run(&arguments).accepted("backup").output;
    assert!(output.contains("wrote 1 to kept/here, 1204 unchanged"), "{output}");
    assert_eq!(time("kept/here/General/d0007.json"), before);
}
