//! `init`: a first spec to change into one's own.

use std::io;
use std::path::Path;

use crate::cli::init::Init;
use crate::commands::place;
use crate::commands::terminal::{Exit, Terminal};
use crate::init;
use crate::world::{Entry, Kind, World};

/// How many names of a folder that is not empty are shown.
const NAMES: usize = 5;

/// Writes the spec into a folder that is not there or is empty; otherwise says what is there and touches nothing.
///
/// # Errors
///
/// Those of the writer.
pub fn init(args: &Init, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let dir = args.dir.as_path();
    match standing(world, dir) {
        Ok(None) => {}
        Ok(Some(what)) => {
            return terminal
                .fail(format!("`{}` {what}", dir.display()), "name a folder that does not exist yet: optiinfra-gen init FOLDER");
        }
        Err(error) => return terminal.fail(format!("`{}` cannot be read: {error}", dir.display()), ""),
    }
    let files = init::files();
    if let Err(error) = write(world, dir, &files) {
        return terminal.fail(format!("the spec cannot be written into `{}`: {error}", dir.display()), "");
    }
    for (name, _) in &files {
        writeln!(terminal.out, "wrote {}", dir.join(name).display())?;
    }
    let given = if args.dir == Path::new("specs") { String::new() } else { format!(" {}", quoted(dir)) };
    writeln!(terminal.out, "\nnext:")?;
    for (command, purpose) in [
        ("lint", "says what is wrong: nothing yet"),
        ("build", "writes generated/"),
        ("drift", "does generated/ still say what the spec says?"),
    ] {
        writeln!(terminal.out, "  {:40} # {purpose}", format!("optiinfra-gen {command}{given}"))?;
    }
    Ok(Exit::Clean)
}

/// What stands in the way; `None` when the folder is not there or is empty.
fn standing(world: &dyn World, dir: &Path) -> io::Result<Option<String>> {
    let target = match world.canonicalize(dir) {
        Ok(target) => target,
        // A link that leads nowhere stands in the way too.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(world.metadata(dir).is_ok().then(|| "is a link that leads nowhere".to_owned()));
        }
        Err(error) => return Err(error),
    };
    if world.metadata(&target)?.kind != Kind::Dir {
        return Ok(Some("is not a folder".to_owned()));
    }
    let entries = world.list(&target)?;
    if entries.is_empty() {
        return Ok(None);
    }
    let names: Vec<_> = entries.iter().take(NAMES).map(named).collect();
    let more = entries.len().saturating_sub(NAMES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Ok(Some(format!("is not empty: it holds {}{rest}", names.join(", "))))
}

fn named(entry: &Entry) -> String {
    let slash = if entry.kind == Kind::Dir { "/" } else { "" };
    format!("{}{slash}", entry.name.to_string_lossy())
}

fn write(world: &dyn World, dir: &Path, files: &[(&str, String)]) -> io::Result<()> {
    place::make_folders(world, dir)?;
    for (name, text) in files {
        world.write_new(&dir.join(name), text.as_bytes(), None)?;
    }
    world.sync_dir(dir)
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
