//! Servers that run: the only place that speaks HTTP to them.
//!
//! | file | what it does |
//! |---|---|
//! | `address` | a server's address, which holds no password |
//! | `credentials` | what a server is shown, from environment variables alone |
//! | `client` | the socket |
//! | `prometheus`, `alertmanager`, `grafana` | what each of them is asked, and what it answers |
//!
//! Everything above [`Http`] can be run without a network.

pub mod address;
pub mod alertmanager;
#[cfg(feature = "cli")]
pub mod client;
pub mod credentials;
pub mod grafana;
pub mod prometheus;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::server::address::Address;
use crate::server::credentials::Credentials;

/// The kinds of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Prometheus.
    Prometheus,
    /// Alertmanager.
    Alertmanager,
    /// Grafana.
    Grafana,
}

impl Kind {
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Alertmanager => "Alertmanager",
            Self::Grafana => "Grafana",
        }
    }

    /// What the names of its environment variables begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Prometheus => "OPTIINFRA_PROMETHEUS",
            Self::Alertmanager => "OPTIINFRA_ALERTMANAGER",
            Self::Grafana => "OPTIINFRA_GRAFANA",
        }
    }

    /// Which variables a person sets.
    pub fn variables(self) -> String {
        let prefix = self.prefix();
        format!("set {prefix}_TOKEN, or {prefix}_USERNAME and {prefix}_PASSWORD")
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The whole address.
    pub url: &'a str,
    /// Whether it leads to this machine, past any proxy.
    pub local: bool,
    /// What the server is shown.
    pub credentials: &'a Credentials,
    /// With a body it is a POST, without one a GET.
    pub body: Option<Body<'a>>,
}

/// What is sent with a POST.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens there.
    Refused,
    /// The name of the host is not known.
    UnknownHost,
    /// No answer in time.
    Timeout,
    /// More than [`MOST_BYTES`].
    TooLarge,
    /// The connection ends before the answer does.
    Closed,
    /// The server's certificate is not trusted, and why.
    Certificate(String),
    /// What listens there does not speak TLS.
    NoTls,
    /// Anything else, in the words of whoever noticed.
    Other(String),
}

/// How Go's servers begin to tell somebody who speaks HTTP that they speak HTTPS.
const HTTPS: &[u8] = b"HTTP request to an HTTPS server";

/// The largest answer that is read.
pub const MOST_BYTES: u64 = 64 << 20;

/// Sends a request and reads its answer, within bounds of time and size. A redirect is an answer, it is not followed.
pub trait Http {
    /// The answer, whatever its status.
    ///
    /// # Errors
    ///
    /// When there is none.
    fn send(&self, request: &Request<'_>) -> Result<Answer, Failure>;
}

/// Why a server could not be asked, with the way out. Neither text holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// What happened.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServerError {}

/// A server at an address.
#[derive(Clone, Copy)]
pub struct Server<'a> {
    /// What it should be.
    pub kind: Kind,
    /// Where it is.
    pub address: &'a Address,
    /// What it is shown.
    pub credentials: &'a Credentials,
    /// How it is reached.
    pub http: &'a dyn Http,
}

impl fmt::Display for Server<'_> {
    /// `Prometheus at http://localhost:9090`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind.name(), self.address)
    }
}

impl Server<'_> {
    /// Asks, and gives back any answer that is no redirect.
    ///
    /// # Errors
    ///
    /// When there is no such answer.
    pub fn exchange(&self, path: &str, query: &[(&str, &str)], body: Option<Body<'_>>) -> Result<Answer, ServerError> {
        let url = self.address.url(path, query);
        let request = Request { url: &url, local: self.address.is_local(), credentials: self.credentials, body };
        let answer = self.http.send(&request).map_err(|failure| self.unanswered(&failure))?;
        if (300..400).contains(&answer.status) {
            let to = answer.location.as_deref().map_or_else(String::new, |to| format!(" to {}", redirect_target(to)));
            let message = format!("{self} sends {path} elsewhere{to}, which is not followed");
            return Err(ServerError { message, help: Some("give the address that answers itself".to_owned()) });
        }
        Ok(answer)
    }

    /// Asks, and gives back any answer that is neither a redirect nor a call for credentials.
    ///
    /// # Errors
    ///
    /// When there is no such answer.
    pub fn ask(&self, path: &str, query: &[(&str, &str)], body: Option<Body<'_>>) -> Result<Answer, ServerError> {
        let answer = self.exchange(path, query, body)?;
        match answer.status {
            401 | 403 => Err(self.unauthorized(path, answer.status)),
            _ => Ok(answer),
        }
    }

    fn unauthorized(&self, path: &str, status: u16) -> ServerError {
        let what = if self.credentials.is_empty() { "asks for credentials" } else { "refuses the credentials" };
        let message = format!("{self} {what} ({status} for {path})");
        ServerError { message, help: Some(self.kind.variables()) }
    }

    /// The JSON at a path.
    ///
    /// # Errors
    ///
    /// When the answer is no JSON or has a status that says no.
    pub fn json<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ServerError> {
        let answer = self.ask(path, query, None)?;
        self.read(path, &answer)
    }

    /// Reads an answer that must be good.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn read<T: DeserializeOwned>(&self, path: &str, answer: &Answer) -> Result<T, ServerError> {
        if !(200..300).contains(&answer.status) {
            return Err(self.refused(path, answer));
        }
        serde_json::from_slice(&answer.body).map_err(|error| {
            if let Some(title) = page_title(&answer.body) {
                let message = format!("{self} answers {path} with a web page{title}");
                return ServerError { message, help: Some(self.login()) };
            }
            let message = if serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok() {
                format!("{self} answers {path} with other JSON than {} does: {}", self.kind.name(), printable(&error.to_string()))
            } else {
                format!("{self} answers {path} with something that is no JSON: {}", quote(&answer.body))
            };
            ServerError { message, help: Some(self.wrong_kind()) }
        })
    }

    /// Says that an answer has a status that says no.
    pub fn refused(&self, path: &str, answer: &Answer) -> ServerError {
        let status = answer.status;
        let message = match status {
            404 | 405 | 410 => format!("{self} does not know {path} ({status})"),
            _ => match page_title(&answer.body) {
                Some(title) => format!("{self} answers {path} with {status} and a web page{title}"),
                None => format!("{self} answers {path} with {status}: {}", reason(&answer.body)),
            },
        };
        let help = match status {
            404 | 405 | 410 => Some(self.wrong_kind()),
            400 if answer.body.windows(HTTPS.len()).any(|text| text == HTTPS) => {
                Some("give its address with https://".to_owned())
            }
            502..=504 => Some("a proxy stands before it, or it is just starting: look into its log".to_owned()),
            500.. => Some("look into its log".to_owned()),
            _ => None,
        };
        ServerError { message, help }
    }

    fn login(&self) -> String {
        let name = self.kind.name();
        format!(
            "a login page or a proxy may stand before it: give the address at which {name} itself answers; {}",
            self.kind.variables()
        )
    }

    fn wrong_kind(&self) -> String {
        format!("see that it is the address of {}, with the path below which it answers", self.kind.name())
    }

    fn unanswered(&self, failure: &Failure) -> ServerError {
        let (what, help) = match failure {
            Failure::Refused => ("refuses the connection: nothing listens there".to_owned(), "start it, or give another address"),
            Failure::UnknownHost => ("cannot be found: its host name is not known".to_owned(), "see that the name is right"),
            Failure::Timeout => {
                let help = "see that it is not overloaded and no firewall stands between, or give it longer: --timeout 2m";
                ("does not answer in time".to_owned(), help)
            }
            Failure::Closed => {
                let help = "look into its log, and into that of a proxy before it";
                ("closes the connection before it has answered".to_owned(), help)
            }
            Failure::Certificate(reason) => {
                let help = "trust its authority: --ca-file FILE with the certificate in PEM form, or OPTIINFRA_CA_FILE";
                (format!("has a certificate that is not trusted: {}", printable(reason)), help)
            }
            Failure::NoTls => ("does not speak TLS".to_owned(), "give its address with http://, if the way there is safe"),
            Failure::TooLarge => {
                (format!("answers with more than {} MiB", MOST_BYTES >> 20), "see that it is the address of such a server")
            }
            Failure::Other(reason) => (format!("cannot be asked: {}", printable(reason)), ""),
        };
        ServerError { message: format!("{self} {what}"), help: (!help.is_empty()).then(|| help.to_owned()) }
    }
}

/// The reason that a server gives in the body of an answer that says no: the text of its JSON, or its first line.
pub fn reason(body: &[u8]) -> String {
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let field = |name: &str| json.as_ref().and_then(|json| json.get(name)).and_then(Json::as_str);
    let said = json.as_ref().and_then(Json::as_str);
    match field("error").or_else(|| field("message")).or(said) {
        Some(text) => printable(text),
        None => quote(body),
    }
}

/// The title of a body that is a web page, to stand behind it in a message; `None` where it is none.
fn page_title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body));
    let lower = text.trim_start().to_ascii_lowercase();
    if !lower.starts_with("<!doctype html") && !lower.starts_with("<html") {
        return None;
    }
    let title = lower.split_once("<title").and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest.len());
    let trimmed = text.trim_start();
    // ASCII letters alone change their case, so lengths are the same.
    let title =
        title.and_then(|length| trimmed.get(trimmed.len().checked_sub(length)?..)).and_then(|rest| rest.split('<').next());
    let title = printable(title.unwrap_or_default());
    Some(if title.is_empty() { String::new() } else { format!(": `{title}`") })
}

/// The beginning of a body, for a message.
fn quote(body: &[u8]) -> String {
    let text = printable(&String::from_utf8_lossy(body.get(..400).unwrap_or(body)));
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

/// A text of a server as it may stand in a message: one line, not long, nothing that moves a terminal's cursor.
pub fn printable(text: &str) -> String {
    const MOST: usize = 300;
    let mut line = String::new();
    for word in text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > MOST {
            return line.chars().take(MOST).chain(['…']).collect();
        }
    }
    line
}

/// Where a redirect leads, without what a server may have put into it: users, passwords, tokens.
fn redirect_target(location: &str) -> String {
    let plain = location.split(['?', '#']).next().unwrap_or_default();
    let shown = match plain.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", rest.get(authority.len()..).unwrap_or_default())
        }
        None => plain.to_owned(),
    };
    printable(&shown)
}

#[cfg(test)]
mod tests;
