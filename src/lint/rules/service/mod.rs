//! Rules on services, exporters and containers.
pub mod default_credential;
pub mod invalid_notification_template;
pub mod literal_secret;
pub mod missing_file;
pub mod missing_healthcheck;
pub mod no_delivery_path;
pub mod not_scraped;
pub mod port_conflict;
pub mod target_label_clash;
pub mod unknown_dependency;
pub mod unknown_environment;
pub mod unpinned_image;
pub mod unread_setting;
pub mod unsupported_by_server;
pub mod vacuous_healthcheck;
