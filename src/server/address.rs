//! The address of a server: scheme, host, port, and the path below which it answers.

use std::fmt;
use std::net::IpAddr;

use crate::server::Kind;

/// An address that was looked at. It holds no password: those come from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: String,
    local: bool,
}

/// Why a text is no address, with the way out. A password in it is not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Address {
    /// Reads the address of a server of this kind.
    ///
    /// # Errors
    ///
    /// When it is none, or holds a user name or a password.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, AddressError> {
        let name = kind.name();
        let text = text.trim();
        if text.contains('@') {
            let message = format!("the address of {name} holds a user name or a password");
            return Err(AddressError { message, help: format!("leave it out of the address; {}", kind.variables()) });
        }
        let wrong = |what: &str| AddressError {
            message: format!("`{text}` is no address of {name}: {what}"),
            help: "write http://HOST:PORT, or https://HOST/PATH".to_owned(),
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it has no http://"))?;
        if !matches!(scheme, "http" | "https") {
            return Err(wrong("it begins neither with http:// nor with https://"));
        }
        if rest.contains(['?', '#']) {
            // Tokens are passed so.
            let message = format!("the address of {name} holds a query or a fragment");
            return Err(AddressError { message, help: format!("give the address alone; for credentials {}", kind.variables()) });
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'`')) {
            return Err(wrong("it has characters that no address has"));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = host_and_port(authority).ok_or_else(|| wrong("its host or its port cannot be read"))?;
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(wrong("its port is no port"));
        }
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let local =
            host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        Ok(Self { base: text.trim_end_matches('/').to_owned(), local })
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// A path below it, with parameters.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut url = format!("{}{path}", self.base);
        if !query.is_empty() {
            url.push('?');
            url.push_str(&form(query));
        }
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

fn host_and_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let host = authority.get(..inside.len() + 2)?;
        inside.parse::<std::net::Ipv6Addr>().ok()?;
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => after.is_empty().then_some((host, None)),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!host.is_empty() && host.chars().all(plain)).then_some((host, port))
}

/// Parameters as a query or a form says them.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

/// A text as one part of an address.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
