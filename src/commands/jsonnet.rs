//! What the command line gives to Jsonnet, and the process of its own in which it is evaluated.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli;
use crate::commands::settings::FILE;
use crate::commands::terminal::{Exit, Terminal};
use crate::jsonnet::{Answer, Bindings, Given, Request, Settings, child, toml};
use crate::source::{SourceKind, Sources, Span};
use crate::world::{Bounded, Bounds, Confinement, Ended, Entry, Finished, Kind, Lock, Metadata, Program, World};

/// The world as it is, with Jsonnet as the command line and `optiinfra.toml` have it.
pub struct Outside<'w> {
    world: &'w dyn World,
    given: Settings,
}

impl std::fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.debug_struct("Outside").field("paths", &self.given.paths).finish_non_exhaustive()
    }
}

/// The world for a command. `Err` ends it: what is given makes no sense.
///
/// # Errors
///
/// Those of the writer.
pub fn outside<'w>(
    args: Option<&cli::Jsonnet>,
    world: &'w dyn World,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Outside<'w>, Exit>> {
    let mut outside = Outside { world, given: Settings::default() };
    let Some(args) = args else { return Ok(Ok(outside)) };
    match given(args, world) {
        Ok(given) => outside.given = given,
        Err(Unusable { message, help }) => return terminal.fail(message, &help).map(Err),
    }
    let text = settings_text(world);
    if let Some(mistake) = toml::read(&text).1.into_iter().next() {
        let mut sources = Sources::default();
        let source = sources.add(FILE, text.as_str(), SourceKind::File);
        let at = sources.position(Span::new(source, mistake.range.start, mistake.range.end));
        return terminal.fail(format!("{FILE}:{}:{}: {}", at.line, at.column, mistake.message), &mistake.help).map(Err);
    }
    for path in &outside.jsonnet().paths {
        let is_folder =
            world.canonicalize(path).and_then(|real| world.metadata(&real)).is_ok_and(|found| found.kind == Kind::Dir);
        if !is_folder {
            let help = "correct -J, or `jpath` of [jsonnet] in optiinfra.toml";
            return terminal.fail(format!("`{}` is no folder of Jsonnet libraries", path.display()), help).map(Err);
        }
    }
    Ok(Ok(outside))
}

struct Unusable {
    message: String,
    help: String,
}

fn given(args: &cli::Jsonnet, world: &dyn World) -> Result<Settings, Unusable> {
    let mut settings = Settings { paths: args.jpath.clone(), ..Settings::default() };
    add(&mut settings.external, "-V", &args.ext_str, Given::Text, world)?;
    add(&mut settings.external, "--ext-code", &args.ext_code, Given::Code, world)?;
    add(&mut settings.arguments, "-A", &args.tla_str, Given::Text, world)?;
    add(&mut settings.arguments, "--tla-code", &args.tla_code, Given::Code, world)?;
    Ok(settings)
}

fn add(
    bindings: &mut Bindings,
    option: &str,
    arguments: &[String],
    given: fn(String) -> Given,
    world: &dyn World,
) -> Result<(), Unusable> {
    for argument in arguments {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (argument.as_str(), from_environment(option, argument, world)?),
        };
        if name.is_empty() {
            let message = format!("`{option} {argument}` names nothing");
            return Err(Unusable { message, help: format!("write {option} NAME=VALUE") });
        }
        bindings.insert(name.to_owned(), given(value));
    }
    Ok(())
}

fn from_environment(option: &str, name: &str, world: &dyn World) -> Result<String, Unusable> {
    let help = format!("set it, or write {option} {name}=VALUE");
    match world.env(name).map(OsString::into_string) {
        Some(Ok(value)) => Ok(value),
        Some(Err(_)) => Err(Unusable { message: format!("the environment variable `{name}` is not UTF-8 text"), help }),
        None => Err(Unusable { message: format!("`{option} {name}`: there is no such environment variable"), help }),
    }
}

/// What the file of settings says; nothing when it is not there or no text, which is said where all of it is read.
fn settings_text(world: &dyn World) -> String {
    world.read(Path::new(FILE)).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

impl World for Outside<'_> {
    /// What `optiinfra.toml` says now, and above it the command line.
    fn jsonnet(&self) -> Settings {
        let mut settings = toml::read(&settings_text(self.world)).0;
        settings.paths.extend(self.given.paths.iter().cloned());
        settings.external.extend(self.given.external.clone());
        settings.arguments.extend(self.given.arguments.clone());
        settings
    }

    fn evaluate(&self, request: &Request) -> io::Result<Answer> {
        child::evaluate(self.world, request)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.world.read(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.world.metadata(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.world.list(dir)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.world.read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.world.canonicalize(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.world.create_dir(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        self.world.write_new(path, bytes, mode)
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world.replace(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world.rename_new(from, to)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.world.sync_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.world.remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.world.remove_dir(path)
    }

    fn lock(&self, dir: &Path, wait: Duration) -> io::Result<Option<Lock>> {
        self.world.lock(dir, wait)
    }

    fn seconds_since_1970(&self) -> Option<u64> {
        self.world.seconds_since_1970()
    }

    fn since_1970(&self) -> Option<Duration> {
        self.world.since_1970()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.world.env(name)
    }

    fn run(&self, program: &Program) -> io::Result<Finished> {
        self.world.run(program)
    }

    fn run_in(&self, program: &Path, arguments: &[OsString], dir: &Path, limit: Duration) -> io::Result<Ended> {
        self.world.run_in(program, arguments, dir, limit)
    }

    fn temporary_dir(&self) -> io::Result<PathBuf> {
        self.world.temporary_dir()
    }

    fn remove_temporary(&self, dir: &Path) -> io::Result<()> {
        self.world.remove_temporary(dir)
    }

    fn run_self(&self, arguments: &[&str], input: Vec<u8>, bounds: Bounds) -> io::Result<Bounded> {
        self.world.run_self(arguments, input, bounds)
    }

    fn confine(&self, to: Confinement) -> io::Result<()> {
        self.world.confine(to)
    }
}
