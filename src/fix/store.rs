//! Writes changed files: each beside its place, then renamed, so that whoever reads sees the old one or the new one.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use super::Changed;
use crate::load::files::name_of;
use crate::world::World;

/// Writes one changed file with the permissions that it had. A file that is no longer what was read stays as it is.
///
/// # Errors
///
/// In words, when it could not be written; then it is as it was.
pub fn store(world: &dyn World, file: &Changed) -> Result<(), String> {
    let beside = beside(file).ok_or("it has no name")?;
    let metadata = world.metadata(&file.path).map_err(|error| words(&error))?;
    match world.write_new(&beside, &file.after, Some(metadata.mode)) {
        Ok(()) => {}
        // What stands there is not this run's.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(format!("`{}` is in the way", name_of(&beside)));
        }
        Err(error) => {
            _ = world.remove_file(&beside);
            return Err(words(&error));
        }
    }
    let unchanged = world.read(&file.path).map(|bytes| bytes == file.before);
    let result = match unchanged {
        Ok(true) => world.replace(&beside, &file.path).map_err(|error| words(&error)),
        Ok(false) => Err("it was changed by someone else meanwhile".to_owned()),
        Err(error) => Err(words(&error)),
    };
    if result.is_err() {
        _ = world.remove_file(&beside);
        return result;
    }
    if let Some(folder) = file.path.parent() {
        _ = world.sync_dir(folder);
    }
    Ok(())
}

/// A name in the same folder that nothing reads as a spec or a rule file.
fn beside(file: &Changed) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(file.path.file_name()?);
    name.push(".optiinfra-fix");
    Some(file.path.with_file_name(name))
}

fn words(error: &io::Error) -> String {
    format!("it cannot be written: {error}")
}
