//! A real Prometheus behind TLS and a password, with an authority that only this test knows.

use std::io::{Read, Write};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::stage::{Secured, Stage, free_port};
use crate::tool::PROMETHEUS;
use crate::web::Web;

const SPEC: &str = "stack: {name: shop, servers: {prometheus: '3.5'}}\n";
/// Of the word `test`, as Prometheus' own documentation has it.
const HASHED: &str = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay";

/// An authority in PEM form, and a certificate for `name` with its key.
fn authority(name: &str) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let server_key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&server_key, &issuer).unwrap();
    (own.pem(), server.pem(), server_key.serialize_pem())
}

/// Prometheus with what was built, behind a certificate for `name`.
fn start(stage: &Stage, name: &str) -> Option<Secured> {
    let [_, prometheus] = PROMETHEUS;
    let program = prometheus.find()?;
    let (own, certificate, key) = authority(name);
    stage.write("ca.pem", &own);
    stage.write("server.pem", &certificate);
    stage.write("server.key", &key);
    stage.write("other.pem", &authority("localhost").0);
    stage.write(
        "web.yml",
        &format!("tls_server_config: {{cert_file: server.pem, key_file: server.key}}\nbasic_auth_users: {{me: '{HASHED}'}}\n"),
    );
    stage.write("specs/stack.yaml", SPEC);
    stage.build("specs", "generated");
    let port = free_port();
    let arguments = [
        format!("--config.file={}", stage.path("generated/prometheus/prometheus.yml").display()),
        format!("--storage.tsdb.path={}", stage.path("data").display()),
        format!("--web.config.file={}", stage.path("web.yml").display()),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--web.enable-lifecycle".to_owned(),
        "--log.level=warn".to_owned(),
    ];
    Some(Secured::start(&program, &stage.path(""), port, &arguments).unwrap_or_else(|log| panic!("{log}")))
}

fn with_password(password: &str) -> Vec<(String, String)> {
    [("USERNAME", "me"), ("PASSWORD", password)]
        .map(|(name, value)| (format!("OPTIINFRA_PROMETHEUS_{name}"), value.to_owned()))
        .to_vec()
}

#[test]
fn a_private_authority_and_a_password_lead_to_a_secured_prometheus() {
    let mut stage = Stage::new();
    let Some(server) = start(&stage, "localhost") else { return };
    let url = format!("https://localhost:{}", server.port());
    let ask = |stage: &Stage, url: &str, further: &[&str]| {
        let mut arguments = vec!["verify", "specs", "--prometheus", url];
        arguments.extend(further);
        stage.run(&arguments)
    };
    let unknown = ask(&stage, &url, &[]).output;
    assert!(unknown.contains("has a certificate that is not trusted: its authority is not known"), "{unknown}");
    assert!(unknown.contains("--ca-file FILE"), "{unknown}");
    let other = ask(&stage, &url, &["--ca-file", "other.pem"]).output;
    assert!(other.contains("has a certificate that is not trusted"), "{other}");
    let plain = ask(&stage, &url.replace("https", "http"), &[]).output;
    assert!(plain.contains("HTTP request to an HTTPS server") && plain.contains("give its address with https://"), "{plain}");

    let asks = ask(&stage, &url, &["--ca-file", "ca.pem"]).output;
    assert!(asks.contains("asks for credentials (401") && asks.contains("OPTIINFRA_PROMETHEUS_PASSWORD"), "{asks}");
    stage.environment = with_password("wrong");
    let refuses = ask(&stage, &url, &["--ca-file", "ca.pem"]).output;
    assert!(refuses.contains("refuses the credentials (401") && !refuses.contains("wrong\n"), "{refuses}");

    stage.environment = with_password("test");
    let let_in = ask(&stage, &url, &["--ca-file", "ca.pem"]).output;
    assert!(let_in.contains("verified: ") && !let_in.contains("verify/no-answer"), "{let_in}");
    let applied = stage.run(&["apply", "specs", "--prometheus", &url, "--ca-file", "ca.pem", "--yes"]).output;
    assert!(applied.contains("reloaded Prometheus") && applied.contains("it runs what the spec says"), "{applied}");
    stage.environment.push(("OPTIINFRA_CA_FILE".to_owned(), "ca.pem".to_owned()));
    let by_variable = ask(&stage, &url, &[]).output;
    assert!(by_variable.contains("verified: ") && !by_variable.contains("verify/no-answer"), "{by_variable}");
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let stage = Stage::new();
    let Some(server) = start(&stage, "prometheus.example") else { return };
    let url = format!("https://localhost:{}", server.port());
    let said = stage.run(&["verify", "specs", "--prometheus", &url, "--ca-file", "ca.pem"]).output;
    assert!(said.contains("has a certificate that is not trusted") && said.contains("localhost"), "{said}");
}

#[test]
fn what_does_not_speak_tls_is_named() {
    let stage = Stage::new();
    // As Go's servers answer what is no HTTP.
    let web = Web::raw(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let _ = stream.read(&mut [0; 4096])?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request")
    });
    stage.write("specs/stack.yaml", SPEC);
    let url = web.url().replace("http", "https");
    let said = stage.run(&["verify", "specs", "--prometheus", &url]).output;
    assert!(said.contains("does not speak TLS") && said.contains("with http://"), "{said}");
}

#[test]
fn a_file_that_holds_no_authority_ends_the_command() {
    let stage = Stage::new();
    stage.write("specs/stack.yaml", SPEC);
    stage.write("empty.pem", "nothing\n");
    for (file, expected) in [("none.pem", "--ca-file: `none.pem` cannot be read"), ("empty.pem", "it holds no certificate")] {
        let run = stage.run(&["verify", "specs", "--prometheus", "https://localhost:9", "--ca-file", file]);
        assert_eq!(run.code, Some(2), "{}", run.output);
        assert!(run.output.contains(expected) && run.output.contains("PEM form"), "{}", run.output);
    }
}
