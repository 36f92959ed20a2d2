//! The socket: HTTP and HTTPS, bounded in time and size.

use std::io;
use std::time::Duration;

use ureq::http::{self, Response};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

use crate::server::{Answer, Failure, Http, MOST_BYTES, Request};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const MOST_HEADER_BYTES: usize = 64 << 10;

/// Sends requests over the network.
pub struct Client {
    agent: Agent,
    /// For this machine, which no proxy can reach.
    local: Agent,
}

impl Client {
    /// A client that trusts the usual authorities, or those of a PEM text alone, and waits so long for an answer.
    ///
    /// # Errors
    ///
    /// When the text holds no certificate; the text says so.
    pub fn new(authorities: Option<&[u8]>, within: Duration) -> Result<Self, String> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authorities {
            let certificates = certificates(pem)?;
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let tls = tls.build();
        let agent = |local: bool| {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                // A redirect comes back as an answer: credentials go to the server that was named and to no other.
                .max_redirects(0)
                .timeout_connect(Some(CONNECT_WITHIN.min(within)))
                .timeout_global(Some(within))
                .max_response_header_size(MOST_HEADER_BYTES)
                .user_agent(concat!("optiinfra-gen/", env!("CARGO_PKG_VERSION")))
                .tls_config(tls.clone());
            Agent::new_with_config(if local { config.proxy(None) } else { config }.build())
        };
        Ok(Self { agent: agent(false), local: agent(true) })
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("it cannot be read as PEM: {error}")),
        }
    }
    if found.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(found) }
}

impl Http for Client {
    fn send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        let agent = if request.local { &self.local } else { &self.agent };
        let mut message = http::Request::builder().uri(request.url).header("Accept", "application/json");
        if let Some(header) = request.credentials.header() {
            message = message.header("Authorization", header);
        }
        let malformed = |error: http::Error| Failure::Other(error.to_string());
        let answer = match request.body {
            None => agent.run(message.body(()).map_err(malformed)?),
            Some(body) => {
                agent.run(message.method("POST").header("Content-Type", body.content_type).body(body.bytes).map_err(malformed)?)
            }
        };
        read(answer.map_err(failure)?)
    }
}

fn read(mut answer: Response<ureq::Body>) -> Result<Answer, Failure> {
    let location = answer.headers().get("Location").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec().map_err(failure)?;
    Ok(Answer { status: answer.status().as_u16(), location, body })
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::Timeout,
        Error::HostNotFound => Failure::UnknownHost,
        Error::ConnectionFailed => Failure::Refused,
        Error::BodyExceedsLimit(_) => Failure::TooLarge,
        Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Failure::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Timeout,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => in_words(&error.to_string()),
        },
        other => in_words(&other.to_string()),
    }
}

/// What TLS has to say comes as words.
fn in_words(text: &str) -> Failure {
    if let Some((_, reason)) = text.split_once("invalid peer certificate: ") {
        let reason = match reason {
            "UnknownIssuer" => "its authority is not known",
            "CaUsedAsEndEntity" => "it is the certificate of an authority",
            "SelfSigned" => "it signs itself",
            reason => reason,
        };
        return Failure::Certificate(reason.to_owned());
    }
    if text.contains("InvalidContentType") || text.contains("corrupt message") {
        return Failure::NoTls;
    }
    if text.contains("disconnected") || text.contains("close_notify") {
        return Failure::Closed;
    }
    Failure::Other(text.to_owned())
}
