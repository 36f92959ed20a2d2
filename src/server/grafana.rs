//! What Grafana is asked.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::server::address::escape;
use crate::server::{Body, Server, ServerError};

/// A data source as Grafana knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Datasource {
    /// What it is: `prometheus`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The address, as Grafana reaches it.
    #[serde(default)]
    pub url: String,
}

/// A dashboard as Grafana holds it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stored {
    /// The dashboard.
    pub dashboard: Json,
    /// What Grafana knows of it.
    #[serde(default)]
    pub meta: Meta,
}

/// What Grafana knows of a dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// The name of its folder.
    pub folder_title: String,
    /// Whether it comes from files, which the API cannot change.
    pub provisioned: bool,
}

/// One line of a list of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its uid.
    pub uid: String,
    /// Its name.
    #[serde(default)]
    pub title: String,
    /// The name of its folder; empty for the general one.
    #[serde(default)]
    pub folder_title: String,
}

/// A folder of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Folder {
    /// Its uid.
    pub uid: String,
    /// Its name.
    #[serde(default)]
    pub title: String,
}

#[derive(Deserialize)]
struct Health {
    #[serde(default)]
    database: String,
    /// Hidden from strangers where Grafana is told to.
    #[serde(default)]
    version: String,
}

/// Dashboards on one page of a list.
const PAGE: usize = 500;

/// Pages that are read at most.
const MOST_PAGES: usize = 200;

/// Grafana.
pub struct Grafana<'a>(pub Server<'a>);

impl Grafana<'_> {
    /// Its version, which may be empty; also the question whether it is Grafana at all.
    ///
    /// # Errors
    ///
    /// When it does not answer as Grafana does, or is not well.
    pub fn version(&self) -> Result<String, ServerError> {
        let Health { database, version } = self.0.json("/api/health", &[])?;
        if database != "ok" {
            let said = if database.is_empty() { "nothing".to_owned() } else { format!("`{}`", super::printable(&database)) };
            let message = format!("{} says {said} of its database instead of `ok`", self.0);
            return Err(ServerError { message, help: None });
        }
        Ok(version)
    }

    /// The data source with a uid; `None` where there is none.
    ///
    /// # Errors
    ///
    /// When it does not answer as Grafana does.
    pub fn datasource(&self, uid: &str) -> Result<Option<Datasource>, ServerError> {
        self.optional(&format!("/api/datasources/uid/{}", escape(uid)))
    }

    /// The dashboard with a uid; `None` where there is none.
    ///
    /// # Errors
    ///
    /// When it does not answer as Grafana does.
    pub fn dashboard(&self, uid: &str) -> Result<Option<Stored>, ServerError> {
        self.optional(&format!("/api/dashboards/uid/{}", escape(uid)))
    }

    fn optional<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ServerError> {
        let answer = self.0.ask(path, &[], None)?;
        if answer.status == 404 { Ok(None) } else { self.0.read(path, &answer).map(Some) }
    }

    /// All dashboards, in the order in which Grafana lists them.
    ///
    /// # Errors
    ///
    /// When it does not answer as Grafana does, or lists without end.
    pub fn dashboards(&self) -> Result<Vec<Listed>, ServerError> {
        let limit = PAGE.to_string();
        let mut all: Vec<Listed> = Vec::new();
        for page in 1..=MOST_PAGES {
            let number = page.to_string();
            let query = [("type", "dash-db"), ("limit", limit.as_str()), ("page", number.as_str())];
            let found: Vec<Listed> = self.0.json("/api/search", &query)?;
            let last = found.len() < PAGE;
            all.extend(found);
            if last {
                return Ok(all);
            }
        }
        let message = format!("{} lists more than {} dashboards", self.0, PAGE * MOST_PAGES);
        Err(ServerError { message, help: None })
    }

    /// The uid of the folder of this name, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// When it does not answer as Grafana does.
    pub fn folder(&self, title: &str) -> Result<String, ServerError> {
        let folders: Vec<Folder> = self.0.json("/api/folders", &[("limit", "1000")])?;
        if let Some(folder) = folders.into_iter().find(|folder| folder.title == title) {
            return Ok(folder.uid);
        }
        self.post::<Folder>("/api/folders", &json!({"title": title})).map(|folder| folder.uid)
    }

    /// Stores a dashboard over the one with its uid.
    ///
    /// # Errors
    ///
    /// When it does not take it.
    pub fn store(&self, dashboard: &Json, folder: Option<&str>) -> Result<(), ServerError> {
        let mut request = json!({"dashboard": dashboard, "overwrite": true, "message": "optiinfra-gen apply"});
        if let (Some(folder), Some(fields)) = (folder, request.as_object_mut()) {
            fields.insert("folderUid".to_owned(), Json::from(folder));
        }
        self.post::<Json>("/api/dashboards/db", &request).map(drop)
    }

    fn post<T: serde::de::DeserializeOwned>(&self, path: &str, json: &Json) -> Result<T, ServerError> {
        let bytes = json.to_string();
        let answer = self.0.ask(path, &[], Some(Body { content_type: "application/json", bytes: bytes.as_bytes() }))?;
        self.0.read(path, &answer)
    }
}
