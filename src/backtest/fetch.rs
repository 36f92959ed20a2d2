//! Prometheus as the server that is asked.

use std::cell::Cell;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Failure, Fetch};
use crate::server::address::form;
use crate::server::prometheus::Prometheus;
use crate::server::{self, Answer, Body, Http, Request, Server, reason};

#[derive(Deserialize)]
struct Envelope {
    data: Json,
}

/// Passes requests on, and notices when an answer is more than was asked for in one piece should be.
struct Noticing<'a> {
    http: &'a dyn Http,
    too_much: Cell<bool>,
}

impl Http for Noticing<'_> {
    fn send(&self, request: &Request<'_>) -> Result<Answer, server::Failure> {
        let answer = self.http.send(request);
        self.too_much.set(matches!(answer, Err(server::Failure::TooLarge | server::Failure::Timeout)));
        answer
    }
}

impl Fetch for Prometheus<'_> {
    fn fetch(&self, path: &str, query: &[(&str, &str)]) -> Result<Json, Failure> {
        let http = Noticing { http: self.0.http, too_much: Cell::new(false) };
        let server = Server { http: &http, ..self.0 };
        // Expressions may be longer than an address can be.
        let bytes = form(query);
        let body = Body { content_type: "application/x-www-form-urlencoded", bytes: bytes.as_bytes() };
        let answer = server.ask(path, &[], Some(body)).and_then(|answer| match answer.status {
            400 | 422 | 503 => Ok(Err(Failure::Question(reason(&answer.body)))),
            _ => server.read::<Envelope>(path, &answer).map(|Envelope { data }| Ok(data)),
        });
        match answer {
            Ok(answer) => answer,
            Err(error) if http.too_much.get() => Err(Failure::Question(error.message)),
            Err(error) => Err(Failure::Server { message: error.message, help: error.help }),
        }
    }
}
