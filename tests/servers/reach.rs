//! The way to a server and all that can be wrong with it: what is said then must help at 3 in the morning.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::stage::{Found, Stage};
use crate::web::Web;

const SPEC: &str = "stack: {name: shop, servers: {prometheus: '3.5'}}\n";

/// Waits for a request.
fn asked(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.read(&mut [0; 4096]).map(|_| ())
}

/// The one finding of `verify` about a Prometheus at this address, with its help as people see it.
fn said(stage: &Stage, url: &str, further: &[&str]) -> (String, String) {
    stage.write("specs/stack.yaml", SPEC);
    let mut arguments = vec!["specs", "--prometheus", url];
    arguments.extend(further);
    let (code, found) = stage.verify(&arguments);
    assert_eq!((code, found.len()), (Some(1), 1), "{url}: {found:#?}");
    let Found { rule, message, .. } = &found[0];
    assert_eq!(rule, "verify/no-answer");
    arguments.insert(0, "verify");
    let output = stage.run(&arguments).output;
    // The command itself names what was set for it.
    (message.clone(), output.split_once('\n').map_or_else(String::new, |(_, said)| said.to_owned()))
}

#[test]
fn a_server_that_never_answers_is_left_after_the_time_that_was_given() {
    let silent = Web::raw(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        // Until the client goes away.
        while stream.read(&mut [0; 1024])? > 0 {}
        Ok(())
    });
    let (message, shown) = said(&Stage::new(), &silent.url(), &["--timeout", "300ms"]);
    assert!(message.ends_with("does not answer in time"), "{message}");
    assert!(shown.contains("--timeout 2m"), "{shown}");
    let stage = Stage::new();
    stage.write("specs/stack.yaml", SPEC);
    let wrong = stage.run(&["verify", "specs", "--prometheus", &silent.url(), "--timeout", "soon"]);
    assert!(wrong.code == Some(2) && wrong.output.contains("`soon` is not a duration"), "{}", wrong.output);
}

#[test]
fn an_answer_that_breaks_off_is_named() {
    let closes = Web::raw(|mut stream| asked(&mut stream));
    let halfway = Web::raw(|mut stream| {
        asked(&mut stream)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"status\":")
    });
    for web in [closes, halfway] {
        let (message, shown) = said(&Stage::new(), &web.url(), &[]);
        assert!(message.ends_with("closes the connection before it has answered"), "{message}");
        assert!(shown.contains("look into its log"), "{shown}");
    }
}

#[test]
fn a_login_page_is_known_as_one() {
    let page = "<!DOCTYPE html>\n<html><head><title>Sign in to\n Example</title></head><body>\u{1b}[2J</body></html>";
    for (status, expected) in
        [(200, "with a web page: `Sign in to Example`"), (502, "with 502 and a web page: `Sign in to Example`")]
    {
        let web = Web::serve(move |_| (status, page.to_owned()));
        let (message, shown) = said(&Stage::new(), &web.url(), &[]);
        assert!(message.ends_with(expected), "{message}");
        assert!(shown.contains("login page") || shown.contains("a proxy stands before it"), "{shown}");
    }
}

#[test]
fn a_redirect_is_not_followed_and_nothing_secret_of_it_is_shown() {
    let web = Web::raw(|mut stream| {
        asked(&mut stream)?;
        stream.write_all(
            b"HTTP/1.1 302 Found\r\nLocation: https://me:hunter2@sso.example/login?token=hunter2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        )
    });
    let mut stage = Stage::new();
    stage.environment.push(("OPTIINFRA_PROMETHEUS_TOKEN".to_owned(), "hunter3".to_owned()));
    let (message, shown) = said(&stage, &web.url(), &[]);
    assert!(message.contains("elsewhere to https://sso.example/login, which is not followed"), "{message}");
    assert!(!shown.contains("hunter"), "{shown}");
}

#[test]
fn what_a_failing_server_says_is_passed_on() {
    let web = Web::serve(|_| (500, "{\"status\":\"error\",\"error\":\"the disk is full\"}".to_owned()));
    let (message, shown) = said(&Stage::new(), &web.url(), &[]);
    assert!(message.ends_with("with 500: the disk is full"), "{message}");
    assert!(shown.contains("look into its log"), "{shown}");
}

#[test]
fn an_endless_answer_is_given_up() {
    let web = Web::raw(|mut stream| {
        asked(&mut stream)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")?;
        let chunk = vec![b'1'; 1 << 20];
        // The client goes away first.
        for _ in 0..1024 {
            stream.write_all(&chunk)?;
        }
        Ok(())
    });
    let (message, _) = said(&Stage::new(), &web.url(), &[]);
    assert!(message.ends_with("answers with more than 64 MiB"), "{message}");
}
