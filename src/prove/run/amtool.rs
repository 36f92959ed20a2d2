//! Who is told of an alert: Alertmanager's own routing test.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::world::World;

const LIMIT: Duration = Duration::from_secs(60);

/// The receivers of an alert with these labels, in the order in which they are told.
///
/// # Errors
///
/// When amtool cannot be run, or refuses the configuration.
pub fn receivers(
    world: &dyn World,
    amtool: &Path,
    dir: &Path,
    config: &str,
    labels: &BTreeMap<String, String>,
) -> io::Result<Result<Vec<String>, String>> {
    let mut arguments: Vec<OsString> =
        ["config", "routes", "test"].into_iter().map(OsString::from).chain([format!("--config.file={config}").into()]).collect();
    // Quoted, since a value may hold anything.
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    arguments.extend(labels.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value)).into()));
    let ended = world.run_in(amtool, &arguments, dir, LIMIT)?;
    let last = ended.text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    if ended.code != Some(0) {
        return Ok(Err(if last.is_empty() { "amtool took too long".to_owned() } else { last.to_owned() }));
    }
    Ok(Ok(last.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()))
}
