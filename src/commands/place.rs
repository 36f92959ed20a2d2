//! Writing single files for people, outside of any generated tree.

use std::io;
use std::path::Path;

use crate::world::World;

/// Makes a folder and those that it lies in, as far as they are not there.
///
/// # Errors
///
/// Those of the operating system.
pub(super) fn make_folders(world: &dyn World, dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || world.canonicalize(dir).is_ok() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        make_folders(world, parent)?;
    }
    world.create_dir(dir)
}

/// Writes a file, over one that is there, so that whoever reads it sees the old one or the new one.
///
/// # Errors
///
/// Those of the operating system.
pub(super) fn put(world: &dyn World, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    let beside = path.with_file_name(name);
    match world.write_new(&beside, bytes, None) {
        // What an earlier run left behind when it was killed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            world.remove_file(&beside)?;
            world.write_new(&beside, bytes, None)?;
        }
        other => other?,
    }
    world.replace(&beside, path)
}
