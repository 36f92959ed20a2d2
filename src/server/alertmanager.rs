//! What Alertmanager is asked.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::server::prometheus::reload;
use crate::server::{Body, Server, ServerError, reason};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    config: Config,
    version_info: Version,
}

#[derive(Deserialize)]
struct Config {
    original: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct Receiver {
    name: String,
}

/// What Alertmanager runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its version.
    pub version: String,
    /// Its configuration as YAML, defaults filled in and secrets replaced by `<secret>`.
    pub configuration: String,
}

/// Alertmanager.
pub struct Alertmanager<'a>(pub Server<'a>);

impl Alertmanager<'_> {
    /// Its version and its configuration; also the question whether it is Alertmanager at all.
    ///
    /// # Errors
    ///
    /// When it does not answer as Alertmanager does.
    pub fn running(&self) -> Result<Running, ServerError> {
        let Status { config, version_info } = self.0.json("/api/v2/status", &[])?;
        Ok(Running { version: version_info.version, configuration: config.original })
    }

    /// Why it is not ready; nothing when it is.
    ///
    /// # Errors
    ///
    /// When it does not answer at all.
    pub fn unready(&self) -> Result<Option<String>, ServerError> {
        let answer = self.0.ask("/-/ready", &[], None)?;
        Ok((answer.status != 200).then(|| format!("{}: {}", answer.status, reason(&answer.body))))
    }

    /// The names of its receivers.
    ///
    /// # Errors
    ///
    /// When it does not answer as Alertmanager does.
    pub fn receivers(&self) -> Result<Vec<String>, ServerError> {
        let list: Vec<Receiver> = self.0.json("/api/v2/receivers", &[])?;
        Ok(list.into_iter().map(|Receiver { name }| name).collect())
    }

    /// Has it read its configuration again. The inner error is why it does not.
    ///
    /// # Errors
    ///
    /// When it does not answer at all.
    pub fn reload(&self) -> Result<Result<(), String>, ServerError> {
        reload(&self.0, "send Alertmanager SIGHUP")
    }

    /// Hands it alerts.
    ///
    /// # Errors
    ///
    /// When it does not take them.
    pub fn post(&self, alerts: &Json) -> Result<(), ServerError> {
        let path = "/api/v2/alerts";
        let bytes = alerts.to_string();
        let body = Body { content_type: "application/json", bytes: bytes.as_bytes() };
        let answer = self.0.ask(path, &[], Some(body))?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(self.0.refused(path, &answer)) }
    }
}
