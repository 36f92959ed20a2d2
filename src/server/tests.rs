//! Messages about servers that cannot be asked, over a network that is a list of answers.

use std::sync::Mutex;

use super::*;
use crate::server::prometheus::Prometheus;
use crate::world::MemoryWorld;

struct Canned(Mutex<Vec<Result<Answer, Failure>>>);

impl Http for Canned {
    fn send(&self, _: &Request<'_>) -> Result<Answer, Failure> {
        self.0.lock().unwrap().pop().unwrap()
    }
}

fn answer(status: u16, location: Option<&str>, body: &str) -> Result<Answer, Failure> {
    Ok(Answer { status, location: location.map(str::to_owned), body: body.into() })
}

fn error(credentials: &Credentials, answer: Result<Answer, Failure>) -> ServerError {
    let address = Address::parse(Kind::Prometheus, "http://prometheus:9090/").unwrap();
    let http = Canned(Mutex::new(vec![answer]));
    Prometheus(Server { kind: Kind::Prometheus, address: &address, credentials, http: &http }).version().unwrap_err()
}

#[test]
fn every_failure_has_its_message() {
    let none = Credentials::none();
    let said = |answer| error(&none, answer).message;
    assert_eq!(said(Err(Failure::Refused)), "Prometheus at http://prometheus:9090 refuses the connection: nothing listens there");
    assert_eq!(
        said(answer(302, Some("https://user:secret@sso/login?token=secret"), "")),
        "Prometheus at http://prometheus:9090 sends /api/v1/status/buildinfo elsewhere to https://sso/login, which is not followed"
    );
    assert_eq!(
        said(answer(404, None, "not found")),
        "Prometheus at http://prometheus:9090 does not know /api/v1/status/buildinfo (404)"
    );
    assert_eq!(
        said(answer(200, None, "no\n<b>JSON\x1b[2J")),
        "Prometheus at http://prometheus:9090 answers /api/v1/status/buildinfo with something that is no JSON: `no <b>JSON [2J`"
    );
    assert_eq!(
        said(answer(200, None, "<!DOCTYPE html>\n<html><TITLE id=a>Sign\x1b[2J in</title>")),
        "Prometheus at http://prometheus:9090 answers /api/v1/status/buildinfo with a web page: `Sign [2J in`"
    );
    assert!(said(answer(200, None, r#"{"commit": "x", "version": "11.6.0"}"#)).contains("with other JSON than Prometheus does"));
    assert_eq!(
        said(answer(503, None, r#"{"error": "overloaded"}"#)),
        "Prometheus at http://prometheus:9090 answers /api/v1/status/buildinfo with 503: overloaded"
    );
}

#[test]
fn credentials_are_asked_for_by_the_names_of_their_variables_and_never_shown() {
    let asked = error(&Credentials::none(), answer(401, None, ""));
    assert!(asked.message.contains("asks for credentials"), "{asked}");
    let help = asked.help.unwrap();
    for variable in ["OPTIINFRA_PROMETHEUS_TOKEN", "OPTIINFRA_PROMETHEUS_USERNAME", "OPTIINFRA_PROMETHEUS_PASSWORD"] {
        assert!(help.contains(variable), "{help}");
    }
    let world = MemoryWorld::default();
    world.set_env("OPTIINFRA_PROMETHEUS_TOKEN", "hunter2");
    let credentials = Credentials::of(Kind::Prometheus, &world).unwrap();
    let refused = error(&credentials, answer(401, None, ""));
    assert!(refused.message.contains("refuses the credentials"), "{refused}");
    assert!(!format!("{refused:?} {credentials:?}").contains("hunter2"));
}

#[test]
fn variables_that_contradict_each_other_are_named() {
    let of = |pairs: &[(&str, &str)]| {
        let world = MemoryWorld::default();
        for (name, value) in pairs {
            world.set_env(*name, *value);
        }
        Credentials::of(Kind::Grafana, &world)
    };
    assert!(of(&[]).unwrap().is_empty());
    assert!(of(&[("OPTIINFRA_GRAFANA_TOKEN", "")]).unwrap().is_empty());
    assert!(!of(&[("OPTIINFRA_GRAFANA_TOKEN", "x\n")]).unwrap().is_empty());
    let both = of(&[("OPTIINFRA_GRAFANA_TOKEN", "t"), ("OPTIINFRA_GRAFANA_USERNAME", "u")]).unwrap_err();
    assert!(both.contains("OPTIINFRA_GRAFANA_TOKEN is set beside"), "{both}");
    let half = of(&[("OPTIINFRA_GRAFANA_USERNAME", "u")]).unwrap_err();
    assert_eq!(half, "OPTIINFRA_GRAFANA_USERNAME is set and OPTIINFRA_GRAFANA_PASSWORD is not");
    let injected = of(&[("OPTIINFRA_GRAFANA_TOKEN", "x\r\nHost: evil")]).unwrap_err();
    assert!(!injected.contains("evil"), "{injected}");
}

#[test]
fn addresses_hold_no_passwords() {
    let parse = |text: &str| Address::parse(Kind::Grafana, text);
    for text in
        ["http://admin:hunter2@grafana:3000", "http://hunter2@grafana", "http://grafana/?token=hunter2", "http://g/#hunter2"]
    {
        let error = parse(text).unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        assert!(error.help.contains("OPTIINFRA_GRAFANA_TOKEN"), "{error:?}");
    }
    for text in [
        "grafana:3000",
        "ftp://grafana",
        "http://",
        "http://:3000",
        "http://a b",
        "http://host:x",
        "http://host:99999",
        "http://[::1",
        "http://h\u{f6}st",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    for (text, local) in [
        ("http://localhost:3000/", true),
        ("http://[::1]:3000", true),
        ("http://127.0.0.1", true),
        ("https://grafana.example/sub/", false),
    ] {
        assert_eq!(parse(text).unwrap().is_local(), local, "{text}");
    }
    let address = parse("https://grafana.example/sub/").unwrap();
    assert_eq!(address.url("/api/x", &[("q", "a b&c=\u{e9}")]), "https://grafana.example/sub/api/x?q=a%20b%26c%3D%C3%A9");
}
