//! What Prometheus is asked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::server::address::form;
use crate::server::{Body, Server, ServerError, reason};

/// A target that is scraped.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Its labels before relabelling.
    #[serde(default)]
    pub discovered_labels: BTreeMap<String, String>,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The name of the job in the configuration.
    #[serde(default)]
    pub scrape_pool: String,
    /// What is asked for.
    #[serde(default)]
    pub scrape_url: String,
    /// Why the last scrape failed.
    #[serde(default)]
    pub last_error: String,
    /// `up`, `down` or `unknown`.
    #[serde(default)]
    pub health: String,
}

/// A group of rules that is loaded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its file.
    #[serde(default)]
    pub file: String,
    /// Seconds between two evaluations.
    #[serde(default)]
    pub interval: f64,
    /// Its rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A rule that is loaded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// `alerting` or `recording`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The expression.
    pub query: String,
    /// Seconds that it must hold.
    #[serde(default)]
    pub duration: f64,
    /// Seconds that it goes on firing.
    #[serde(default)]
    pub keep_firing_for: f64,
    /// Labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// `ok`, `err` or `unknown`.
    #[serde(default)]
    pub health: String,
    /// Why the last evaluation failed.
    #[serde(default)]
    pub last_error: String,
}

/// A series with its value now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// Its labels, its name among them.
    pub labels: BTreeMap<String, String>,
    /// Its value; not a number where it is a histogram.
    pub value: f64,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct Build {
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Targets {
    active_targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Result_ {
    result_type: String,
    result: Json,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    metric: String,
    #[serde(rename = "type", default)]
    kind: String,
}

/// How many targets of a job are asked for the types of their metrics.
const MOST_TARGETS: &str = "20";

/// Prometheus.
pub struct Prometheus<'a>(pub Server<'a>);

impl Prometheus<'_> {
    fn data<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ServerError> {
        self.0.json(path, query).map(|Envelope { data }| data)
    }

    /// Its version; also the question whether it is Prometheus at all.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn version(&self) -> Result<String, ServerError> {
        self.data("/api/v1/status/buildinfo", &[]).map(|Build { version }| version)
    }

    /// Why it does not answer queries; nothing when it does.
    ///
    /// # Errors
    ///
    /// When it does not answer at all.
    pub fn unready(&self) -> Result<Option<String>, ServerError> {
        let answer = self.0.ask("/-/ready", &[], None)?;
        Ok((answer.status != 200).then(|| format!("{}: {}", answer.status, reason(&answer.body))))
    }

    /// What it scrapes.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn targets(&self) -> Result<Vec<Target>, ServerError> {
        self.data("/api/v1/targets", &[("state", "active")]).map(|Targets { active_targets }| active_targets)
    }

    /// The rules that it evaluates.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn groups(&self) -> Result<Vec<Group>, ServerError> {
        self.data("/api/v1/rules", &[]).map(|Groups { groups }| groups)
    }

    /// The types of the metrics of a job's targets, by the name of the metric.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn types(&self, matcher: &str) -> Result<BTreeMap<String, String>, ServerError> {
        let path = "/api/v1/targets/metadata";
        let answer = self.0.ask(path, &[("match_target", matcher), ("limit", MOST_TARGETS)], None)?;
        // It says so where no target has metadata.
        if answer.status == 404 {
            return Ok(BTreeMap::new());
        }
        let Envelope { data } = self.0.read::<Envelope<Vec<Metadata>>>(path, &answer)?;
        Ok(data.into_iter().map(|Metadata { metric, kind }| (metric, kind)).collect())
    }

    /// The series that an expression returns now. The inner error is what the server has against the expression.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn query(&self, expr: &str) -> Result<Result<Vec<Sample>, String>, ServerError> {
        let path = "/api/v1/query";
        let body = form(&[("query", expr)]);
        let body = Body { content_type: "application/x-www-form-urlencoded", bytes: body.as_bytes() };
        let answer = self.0.ask(path, &[], Some(body))?;
        if matches!(answer.status, 400 | 422 | 503) {
            return Ok(Err(reason(&answer.body)));
        }
        let Envelope { data } = self.0.read::<Envelope<Result_>>(path, &answer)?;
        if matches!(data.result_type.as_str(), "scalar" | "string") {
            return Ok(Ok(vec![Sample::default()]));
        }
        let list = data.result.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Ok(list.iter().map(sample).collect()))
    }

    /// Has it read its configuration again. The inner error is why it does not.
    ///
    /// # Errors
    ///
    /// When it does not answer at all.
    pub fn reload(&self) -> Result<Result<(), String>, ServerError> {
        reload(&self.0, "start Prometheus with --web.enable-lifecycle, or send it SIGHUP")
    }

    /// The configuration that it runs on.
    ///
    /// # Errors
    ///
    /// When it does not answer as Prometheus does.
    pub fn configuration(&self) -> Result<String, ServerError> {
        #[derive(Deserialize)]
        struct Configuration {
            yaml: String,
        }
        self.data("/api/v1/status/config", &[]).map(|Configuration { yaml }| yaml)
    }
}

/// POST `/-/reload`, which Prometheus and Alertmanager have in common.
pub(super) fn reload(server: &Server<'_>, off: &str) -> Result<Result<(), String>, ServerError> {
    let path = "/-/reload";
    let answer = server.exchange(path, &[], Some(Body { content_type: "text/plain", bytes: b"" }))?;
    let is_off = answer.status == 403 && String::from_utf8_lossy(&answer.body).contains("ifecycle");
    Ok(match answer.status {
        200..=299 => Ok(()),
        _ if is_off => Err(format!("its lifecycle API is off: {off}")),
        401 | 403 => return Err(server.unauthorized(path, answer.status)),
        _ => Err(reason(&answer.body)),
    })
}

fn sample(entry: &Json) -> Sample {
    let metric = entry.get("metric").and_then(Json::as_object);
    let text = |(name, value): (&String, &Json)| Some((name.clone(), value.as_str()?.to_owned()));
    let value = entry.get("value").and_then(|value| value.get(1)).and_then(Json::as_str);
    Sample {
        labels: metric.into_iter().flatten().filter_map(text).collect(),
        value: value.and_then(|value| value.parse().ok()).unwrap_or(f64::NAN),
    }
}
