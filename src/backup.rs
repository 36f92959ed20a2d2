//! Dashboards as Grafana holds them, as files: one for each uid, in a folder for each of Grafana's folders.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde_json::Value as Json;

use crate::server::grafana::Grafana;
use crate::server::{ServerError, printable};
use crate::world::{Kind, World};

/// What became of the dashboards.
#[derive(Debug, Default)]
pub struct Backup {
    /// Files that were written.
    pub written: usize,
    /// Files that were as they are now.
    pub unchanged: usize,
    /// What could not be kept, one line a dashboard.
    pub failed: Vec<String>,
}

/// The folder of dashboards that are in none.
const GENERAL: &str = "General";

/// The longest part of a path that is made of a name.
const MOST_CHARS: usize = 80;

/// Fetches all dashboards and writes those that differ from their files.
///
/// # Errors
///
/// When Grafana cannot list its dashboards.
pub fn backup(server: &Grafana<'_>, world: &dyn World, out: &Path) -> Result<Backup, ServerError> {
    server.version()?;
    let mut done = Backup::default();
    // Two names that a file system may take for one get two files.
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for listed in server.dashboards()? {
        let shown = format!("`{}` (uid `{}`)", printable(&listed.title), printable(&listed.uid));
        let stored = match server.dashboard(&listed.uid) {
            Ok(Some(stored)) => stored,
            Ok(None) => {
                done.failed.push(format!("{shown} is gone since it was listed"));
                continue;
            }
            Err(error) => {
                done.failed.push(format!("{shown}: {error}"));
                continue;
            }
        };
        let folder = if listed.folder_title.is_empty() { GENERAL } else { &listed.folder_title };
        let (folder, name) = (safe(folder), safe(&listed.uid));
        let mut file = format!("{name}.json");
        let mut number = 2;
        while !taken.insert(format!("{folder}/{file}").to_lowercase()) {
            file = format!("{name}-{number}.json");
            number += 1;
        }
        match keep(world, out, &folder, &file, &normal(stored.dashboard)) {
            Ok(true) => done.written += 1,
            Ok(false) => done.unchanged += 1,
            Err(error) => done.failed.push(format!("{shown}: {folder}/{file} cannot be written: {error}")),
        }
    }
    Ok(done)
}

/// A name as one part of a path on any machine: nothing in it leads elsewhere.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') { c } else { '_' };
    let text: String = name.chars().take(MOST_CHARS).map(plain).collect();
    let text = text.trim_matches(['.', ' ']);
    if text.is_empty() { "_".to_owned() } else { text.to_owned() }
}

/// Without what Grafana counts, with sorted keys.
fn normal(mut dashboard: Json) -> Vec<u8> {
    if let Some(fields) = dashboard.as_object_mut() {
        for key in ["id", "version", "iteration"] {
            fields.remove(key);
        }
    }
    dashboard.sort_all_objects();
    crate::emit::json::to_json(&dashboard)
}

/// Writes a file whose bytes differ; says whether it did.
fn keep(world: &dyn World, out: &Path, folder: &str, file: &str, bytes: &[u8]) -> io::Result<bool> {
    make(world, out)?;
    let folder = out.join(folder);
    make(world, &folder)?;
    let path = folder.join(file);
    match world.metadata(&path).map(|found| found.kind) {
        Ok(Kind::File) if world.read(&path)? == bytes => return Ok(false),
        Ok(Kind::File) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(_) => return Err(io::Error::other("something else stands there, no file")),
        Err(error) => return Err(error),
    }
    let beside = folder.join(format!(".optiinfra-gen-{file}"));
    if world.metadata(&beside).is_ok() {
        world.remove_file(&beside)?;
    }
    world.write_new(&beside, bytes, None)?;
    world.replace(&beside, &path)?;
    Ok(true)
}

/// Makes a folder with those above it. The last one may be no link: what is below it would be written elsewhere.
fn make(world: &dyn World, folder: &Path) -> io::Result<()> {
    match world.metadata(folder).map(|found| found.kind) {
        Ok(Kind::Dir) => return Ok(()),
        Ok(_) => return Err(io::Error::other(format!("`{}` is no folder", folder.display()))),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    let above: Vec<&Path> = folder.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()).collect();
    for above in above.into_iter().rev() {
        if matches!(world.metadata(above), Err(error) if error.kind() == io::ErrorKind::NotFound) {
            world.create_dir(above)?;
        }
    }
    world.create_dir(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn names_stay_below_the_folder() {
        for (name, path) in [
            ("Orders / EU", "Orders _ EU"),
            ("../../etc", "_.._etc"),
            ("..", "_"),
            ("", "_"),
            ("a\0b\\c:d\u{1b}", "a_b_c_d_"),
            (" . ", "_"),
            ("\u{dc}bersicht", "\u{dc}bersicht"),
        ] {
            assert_eq!(safe(name), path, "{name:?}");
        }
        assert_eq!(safe(&"x".repeat(5000)).len(), MOST_CHARS);
    }

    #[test]
    fn links_are_not_followed_and_unchanged_files_are_left_alone() {
        let world = MemoryWorld::default();
        assert!(keep(&world, Path::new("a/b"), "General", "x.json", b"1").unwrap());
        assert!(!keep(&world, Path::new("a/b"), "General", "x.json", b"1").unwrap());
        assert!(keep(&world, Path::new("a/b"), "General", "x.json", b"2").unwrap());
        world.put_dir("elsewhere");
        world.put_link("a/b/Shop", "/elsewhere");
        assert!(keep(&world, Path::new("a/b"), "Shop", "x.json", b"1").is_err());
        world.put_link("a/b/General/y.json", "/elsewhere/y.json");
        assert!(keep(&world, Path::new("a/b"), "General", "y.json", b"1").is_err());
        let files: Vec<String> = world.files().keys().map(|path| path.display().to_string()).collect();
        assert_eq!(files.iter().filter(|path| path.ends_with(".json")).count(), 1, "{files:?}");
    }
}
