//! `build --watch`: build again whenever the spec is saved, and say what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::cli::{self, Format};
use crate::commands::build::say_kept;
use crate::commands::compile::{compile, refused, scope};
use crate::commands::progress::Progress;
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::write::{self, Action, Options, Outcome};
use crate::load::{self, rule};
use crate::pipeline::{Observer as _, Phase};
use crate::source::{Source, Sources};
use crate::world::{Kind, World};

/// Saving a file is several events: what follows within this time belongs to it.
const QUIET: Duration = Duration::from_millis(40);
/// A program that writes on and on is not waited for longer than this.
const LONGEST: Duration = Duration::from_millis(400);
/// How often a folder that has gone is looked for.
const GONE: Duration = Duration::from_millis(500);
/// Names of changed files that a line has room for.
const SHOWN: usize = 5;

/// Builds, waits for a change, builds again, until the process is stopped. A build that is stopped on its way leaves every file whole.
pub(super) fn watch(args: &cli::Build, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if args.report.format != Format::Human {
        return terminal.fail("`--watch` reports for people only", "leave out --format, or build without --watch");
    }
    let (send, changes) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event| {
        // Nobody listens any more when the command has ended.
        let _ = send.send(event);
    });
    let mut watched = match watcher {
        Ok(watcher) => {
            let (specs, out) = (args.specs.clone(), absolute(world, &args.out));
            Watched { watcher, specs, modules: BTreeSet::new(), absent: Vec::new(), libraries: Vec::new(), out }
        }
        Err(error) => return terminal.fail(format!("changes of files cannot be watched: {error}"), "build without --watch"),
    };
    if let Err(error) = watched.begin(world) {
        return terminal.fail(
            format!("changes in `{}` cannot be watched: {error}", args.specs.display()),
            "name the folder of the spec: optiinfra-gen build --watch FOLDER",
        );
    }
    let mut said = Findings::new();
    loop {
        let read = round(args, world, &mut said, terminal)?;
        terminal.out.flush()?;
        if !watched.follow(world, &read) {
            watched.wait(world, &changes);
        }
    }
}

/// What a build has read.
#[derive(Default)]
struct Read {
    sources: Sources,
    /// Whether an import is wrong, perhaps because nothing is there yet.
    lacks_module: bool,
}

/// One build: what is new among the findings, then one line. Gives what was read; nothing when the spec could not be.
fn round(args: &cli::Build, world: &dyn World, said: &mut Findings, terminal: &mut Terminal<'_>) -> io::Result<Read> {
    let begin = Instant::now();
    let Ok(lint) = settings::read(world, &args.report, terminal)? else { return Ok(Read::default()) };
    let progress = Progress::begin(terminal.progress);
    let Ok(compiled) = compile(&args.specs, args.env.as_deref(), lint, world, &progress, terminal)? else {
        return Ok(Read::default());
    };
    progress.begins(Phase::Write);
    let options = Options { force: args.force, scope: scope(&args.target), ..Options::default() };
    let written = compiled.artifacts.as_ref().map(|artifacts| write::write(world, &args.out, artifacts, &options));
    let timings = progress.end();
    let took = begin.elapsed().as_millis();
    let now = keys(&compiled.diagnostics, &compiled.sources);
    let (new, gone) = said.compared(&now, &compiled.diagnostics);
    if !new.is_empty() {
        terminal.report(&new, &compiled.sources, Format::Human)?;
    }
    *said = Findings::from_keys(now);
    if gone > 0 {
        writeln!(terminal.out, "{gone} finding{} gone", if gone == 1 { " is" } else { "s are" })?;
    }
    if args.report.timings {
        writeln!(terminal.err, "{timings}")?;
    }
    match written {
        None => {
            let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
            writeln!(terminal.out, "nothing was written: {errors} error{}, {took} ms", if errors == 1 { "" } else { "s" })?;
        }
        Some(Err(error)) => {
            refused(&error, terminal)?;
        }
        Some(Ok(outcome)) => {
            say_kept(&outcome, terminal)?;
            writeln!(terminal.out, "{}, {took} ms", changed(&outcome))?;
        }
    }
    let lacks_module = compiled.diagnostics.iter().any(|found| found.rule == rule::INVALID_IMPORT);
    Ok(Read { sources: compiled.sources, lacks_module })
}

/// `wrote prometheus/alerts.yml and docs/alerts/Slow.md`.
fn changed(outcome: &Outcome) -> String {
    use Action::{Adopted, Created, Overwritten, Removed, Updated};
    let mut parts = Vec::new();
    for (actions, word) in [(&[Created, Updated, Overwritten, Adopted][..], "wrote"), (&[Removed][..], "removed")] {
        let paths: Vec<&str> = outcome.with(actions).collect();
        let shown = paths.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        match paths.len() {
            0 => {}
            count if count > SHOWN => parts.push(format!("{word} {count} files: {shown}, ...")),
            _ => parts.push(format!("{word} {shown}")),
        }
    }
    if parts.is_empty() { "no file changed".to_owned() } else { parts.join("; ") }
}

/// What makes two findings of two builds the same: the rule, the file and the sentence, not the line.
type Key = (&'static str, String, String);

fn keys(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Key> {
    let file = |found: &Diagnostic| found.span.map(|span| sources.get(span.source).name.clone()).unwrap_or_default();
    diagnostics.iter().map(|found| (found.rule, file(found), found.message.clone())).collect()
}

/// The findings of the last build, and how often there was each.
struct Findings(BTreeMap<Key, usize>);

impl Findings {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn from_keys(keys: Vec<Key>) -> Self {
        let mut counts = BTreeMap::new();
        keys.into_iter().for_each(|key| *counts.entry(key).or_insert(0) += 1);
        Self(counts)
    }

    /// Those that were not there before, and how many of before are gone.
    fn compared(&self, keys: &[Key], diagnostics: &[Diagnostic]) -> (Vec<Diagnostic>, usize) {
        let mut before = self.0.clone();
        let mut new = Vec::new();
        for (key, found) in keys.iter().zip(diagnostics) {
            match before.get_mut(key).filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None => new.push(found.clone()),
            }
        }
        (new, before.values().sum())
    }
}

/// What is watched: the spec, what it imports, what its Jsonnet files may import, and the settings.
struct Watched {
    watcher: RecommendedWatcher,
    specs: PathBuf,
    /// The folders of the modules that it imports.
    modules: BTreeSet<PathBuf>,
    /// Where a module is imported from and nothing is.
    absent: Vec<PathBuf>,
    /// Folders of Jsonnet libraries.
    libraries: Vec<PathBuf>,
    /// What is written there is no change of the spec, even where it lies in the folder of a library.
    out: PathBuf,
}

impl Watched {
    fn begin(&mut self, world: &dyn World) -> notify::Result<()> {
        let is_file = world.metadata(&self.specs).is_ok_and(|found| found.kind == Kind::File);
        if is_file {
            // Many editors put a new file in the place of the old one; only its folder sees that.
            let folder = self.specs.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        } else {
            self.watcher.watch(&self.specs, RecursiveMode::Recursive)?;
        }
        self.libraries = world.jsonnet().paths;
        for folder in self.modules.iter().chain(&self.libraries) {
            // One that is not there is reported by the next build, or looked for with the next change.
            let _ = self.watcher.watch(folder, RecursiveMode::Recursive);
        }
        self.watcher.watch(Path::new("."), RecursiveMode::NonRecursive)
    }

    /// Watches the folders of modules. Those that were imported before stay among them: a build that cannot read the spec knows of
    /// none, and a change there does no harm. Tells whether a file of a new one was saved after it was read and before it was watched.
    fn follow(&mut self, world: &dyn World, read: &Read) -> bool {
        let Read { sources, lacks_module } = read;
        let again = lacks_module.then(|| load::read(world, &mut Sources::default(), &self.specs).ok()).flatten();
        self.absent = again.as_ref().map(|spec| spec.modules.absent().to_vec()).unwrap_or_default();
        // What was not there when the spec was read may be there by now.
        let mut missed = again.is_some_and(|spec| !spec.modules.has_errors());
        for (_, source) in sources.iter() {
            let Some(import) = &source.import else { continue };
            if self.modules.contains(&import.folder) {
                continue;
            }
            let _ = self.watcher.watch(&import.folder, RecursiveMode::Recursive);
            let of_folder = |other: &&Source| other.import.as_ref().is_some_and(|other| other.folder == import.folder);
            let changed = |file: &Source| {
                let now = world.read(Path::new(&file.name)).unwrap_or_default();
                now.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&now) != file.text.as_bytes()
            };
            missed |= sources.iter().map(|(_, other)| other).filter(of_folder).any(changed);
            self.modules.insert(import.folder.clone());
        }
        missed
    }

    /// Waits for a change of what is watched, and for the quiet after it.
    fn wait(&mut self, world: &dyn World, changes: &Receiver<notify::Result<Event>>) {
        loop {
            let gone = world.metadata(&self.specs).is_err();
            let event = match gone || !self.absent.is_empty() {
                false => changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                true => changes.recv_timeout(GONE),
            };
            match event {
                Ok(event) if self.matters(world, &event) => break,
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    // A folder that is there again is another one.
                    if gone && world.metadata(&self.specs).is_ok() && self.begin(world).is_ok() {
                        return;
                    }
                    if self.absent.iter().any(|path| world.metadata(path).is_ok()) {
                        return;
                    }
                }
            }
        }
        let first = Instant::now();
        while first.elapsed() < LONGEST && changes.recv_timeout(QUIET).is_ok() {}
        if world.metadata(&self.specs).is_ok() {
            // Again, for folders that were replaced by others of the same name; what is watched already stays so.
            let _ = self.begin(world);
        }
    }

    fn matters(&self, world: &dyn World, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return true };
        if matches!(event.kind, EventKind::Access(_)) {
            return false;
        }
        let folders = [&self.specs].into_iter().chain(&self.modules).chain(&self.libraries);
        let read: Vec<PathBuf> = folders.map(|path| absolute(world, path)).collect();
        event.paths.is_empty()
            || event.paths.iter().any(|path| {
                let path = absolute(world, path);
                let is_spec = read.iter().any(|folder| path.starts_with(folder)) && !path.starts_with(&self.out);
                is_spec || path.file_name().is_some_and(|name| name == settings::FILE)
            })
    }
}

/// The path from the root, as far as it exists.
fn absolute(world: &dyn World, path: &Path) -> PathBuf {
    if let Ok(found) = world.canonicalize(path) {
        return found;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (world.canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}
