//! Data sources and the provider of the dashboards.

use serde::Serialize;

use crate::emit::grafana::literal;
use crate::emit::{Artifact, yaml};
use crate::plan::grafana::{DASHBOARDS_FOLDER, Datasource, DatasourceKind, Grafana};

/// How often Grafana looks for changed dashboards, in seconds.
const UPDATE_INTERVAL: u16 = 30;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Datasources<'p> {
    api_version: u8,
    datasources: Vec<DatasourceYaml<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DatasourceYaml<'p> {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'p str,
    access: &'static str,
    url: String,
    is_default: bool,
    editable: bool,
    json_data: JsonData<'p>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum JsonData<'p> {
    Prometheus {
        http_method: &'static str,
        prometheus_type: &'static str,
        time_interval: &'p str,
        #[serde(skip_serializing_if = "Option::is_none")]
        alertmanager_uid: Option<&'p str>,
    },
    Alertmanager {
        implementation: &'static str,
        handle_grafana_managed_alerts: bool,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Providers {
    api_version: u8,
    providers: [Provider; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    name: String,
    org_id: u8,
    folder: String,
    #[serde(rename = "type")]
    kind: &'static str,
    disable_deletion: bool,
    allow_ui_updates: bool,
    update_interval_seconds: u16,
    options: ProviderOptions,
}

#[derive(Serialize)]
struct ProviderOptions {
    path: &'static str,
}

pub(super) fn emit(plan: &Grafana, out: &mut Vec<Artifact>) {
    let datasources = Datasources {
        api_version: 1,
        datasources: plan.datasources.iter().enumerate().map(|(index, source)| datasource(source, index == 0)).collect(),
    };
    let stack = || vec!["stack".to_owned()];
    out.push(Artifact::new("grafana/provisioning/datasources/prometheus.yaml", yaml::to_yaml(&datasources), stack()));
    let providers = Providers {
        api_version: 1,
        providers: [Provider {
            name: literal(&plan.name),
            org_id: 1,
            folder: literal(&plan.folder),
            kind: "file",
            // A dashboard that is no longer in the spec goes.
            disable_deletion: false,
            allow_ui_updates: false,
            update_interval_seconds: UPDATE_INTERVAL,
            options: ProviderOptions { path: DASHBOARDS_FOLDER },
        }],
    };
    out.push(Artifact::new("grafana/provisioning/dashboards/dashboards.yaml", yaml::to_yaml(&providers), stack()));
}

fn datasource(plan: &Datasource, is_default: bool) -> DatasourceYaml<'_> {
    DatasourceYaml {
        name: literal(&plan.name),
        kind: match plan.kind {
            DatasourceKind::Prometheus { .. } => "prometheus",
            DatasourceKind::Alertmanager => "alertmanager",
        },
        uid: &plan.uid,
        access: "proxy",
        url: literal(&plan.url),
        is_default,
        editable: false,
        json_data: match &plan.kind {
            DatasourceKind::Prometheus { scrape_interval, alertmanager } => JsonData::Prometheus {
                http_method: "POST",
                prometheus_type: "Prometheus",
                time_interval: scrape_interval,
                alertmanager_uid: alertmanager.as_deref(),
            },
            DatasourceKind::Alertmanager => {
                JsonData::Alertmanager { implementation: "prometheus", handle_grafana_managed_alerts: false }
            }
        },
    }
}
