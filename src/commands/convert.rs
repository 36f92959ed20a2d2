//! `convert`: a spec in another notation.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Format;
use crate::cli::convert::Convert;
use crate::commands::terminal::{Exit, Terminal};
use crate::convert::{self, Notation};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::fix::{Changed, store};
use crate::format::Options;
use crate::load::files::{self, LoadError, TextFile, TextFiles, Wanted};
use crate::load::rule;
use crate::source::{Sources, Span};
use crate::world::World;

/// Converts all files, or none where one of them cannot be.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn convert(args: &Convert, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut sources = Sources::default();
    let outcome = match all(args, world, &mut sources) {
        Ok(outcome) => outcome,
        Err(error) => return terminal.fail(error, "name a folder of a spec, or a .yaml, .yml, .json or .jsonnet file"),
    };
    let failed = outcome.findings.iter().any(|finding| finding.severity == Severity::Error);
    if args.out.is_none() {
        // The text goes to standard output, the findings beside it.
        std::mem::swap(&mut terminal.out, &mut terminal.err);
        let reported = report(args, &outcome, &sources, terminal);
        std::mem::swap(&mut terminal.out, &mut terminal.err);
        reported?;
        if failed {
            return Ok(Exit::Findings);
        }
        let [file] = outcome.files.as_slice() else {
            return terminal
                .fail(format!("{} files cannot go to standard output", outcome.files.len()), "name a folder with --out");
        };
        terminal.out.write_all(&file.bytes)?;
        return Ok(Exit::Clean);
    }
    report(args, &outcome, &sources, terminal)?;
    if failed {
        return Ok(Exit::Findings);
    }
    write(args, &outcome.files, world, terminal)
}

/// A file to be written.
struct File {
    /// Below the folder that is written, or as a whole without one.
    path: PathBuf,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Outcome {
    files: Vec<File>,
    findings: Vec<Diagnostic>,
}

fn all(args: &Convert, world: &dyn World, sources: &mut Sources) -> Result<Outcome, LoadError> {
    let to = Notation::from(args.to);
    let mut outcome = Outcome::default();
    let mut origins: BTreeMap<PathBuf, String> = BTreeMap::new();
    let (mut lost, mut losing) = (0, 0);
    for root in &args.paths {
        let TextFiles { files, diagnostics } = files::read_documents(world, sources, root, Wanted::Spec)?;
        outcome.findings.extend(diagnostics);
        for file in files {
            let name = files::name_of(&file.path);
            let Some((bytes, comments)) = one(&file, sources, to, &mut outcome.findings) else { continue };
            lost += comments;
            losing += usize::from(comments > 0);
            let below = file.path.strip_prefix(root).ok().filter(|path| !path.as_os_str().is_empty()).map(Path::to_owned);
            let below = below.or_else(|| file.path.file_name().map(PathBuf::from)).unwrap_or_default();
            let path = below.with_extension(to.extension());
            if let Some(other) = origins.insert(path.clone(), name.clone()) {
                let message = format!("`{other}` and `{name}` would both become `{}`", files::name_of(&path));
                let finding = Diagnostic::error(rule::CONVERSION, Span::new(file.source, 0, 0), message);
                outcome.findings.push(finding.help("rename one of them"));
            }
            outcome.files.push(File { path, bytes });
        }
    }
    diagnostic::sort(&mut outcome.findings);
    if lost > 0 {
        let comments = if lost == 1 { "1 comment".to_owned() } else { format!("{lost} comments") };
        let files = if losing == 1 { "1 file".to_owned() } else { format!("{losing} files") };
        let verb = if lost == 1 { "is" } else { "are" };
        let message = format!("{comments} in {files} {verb} lost: {} cannot hold them", to.name());
        outcome.findings.push(Diagnostic { severity: Severity::Warning, ..Diagnostic::without_place(rule::CONVERSION, message) });
    }
    Ok(outcome)
}

/// The new text of a file and how many comments it lost; `None` where there is none.
fn one(file: &TextFile, sources: &Sources, to: Notation, findings: &mut Vec<Diagnostic>) -> Option<(Vec<u8>, usize)> {
    let errors = file.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
    findings.extend(file.diagnostics.iter().cloned());
    if errors {
        return None;
    }
    let from = file.path.extension().and_then(|extension| extension.to_str()).and_then(Notation::of_extension);
    if from == Some(to) {
        return Some((sources.get(file.source).text.as_bytes().to_vec(), 0));
    }
    let document = match file.documents.as_slice() {
        [document] => document,
        [_, second, ..] => {
            let finding = Diagnostic::error(rule::MULTIPLE_DOCUMENTS, second.root.span, "a second document stands in the file");
            findings.push(finding.help("put it into a file of its own"));
            return None;
        }
        [] => return None,
    };
    match convert::convert(sources, document, to, Options::default()) {
        Ok(converted) => {
            findings.extend(converted.warnings);
            Some((converted.text.into_bytes(), converted.comments_lost))
        }
        Err(errors) => {
            findings.extend(errors);
            None
        }
    }
}

fn report(args: &Convert, outcome: &Outcome, sources: &Sources, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if args.format == Format::Human && outcome.findings.is_empty() {
        return Ok(());
    }
    terminal.report(&outcome.findings, sources, args.format)
}

fn write(args: &Convert, files: &[File], world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(out) = &args.out else { return Ok(Exit::Clean) };
    let mut wanted = Vec::new();
    let mut in_the_way = Vec::new();
    for file in files {
        let path = out.join(&file.path);
        match world.read(&path) {
            Ok(bytes) if bytes == file.bytes => {}
            Ok(before) => {
                if !args.force {
                    in_the_way.push(files::name_of(&path));
                }
                wanted.push((path, Some(before), file));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => wanted.push((path, None, file)),
            Err(error) => return terminal.fail(format!("`{}` cannot be read: {error}", files::name_of(&path)), ""),
        }
    }
    if let Some(first) = in_the_way.first() {
        let more = in_the_way.len() - 1;
        let more = if more == 0 { String::new() } else { format!(", and so do {more} more files") };
        return terminal.fail(format!("`{first}` holds something else{more}; nothing is written"), "--force overwrites it");
    }
    let count = wanted.len();
    for (path, before, file) in wanted {
        if let Err(reason) = put(world, &path, before, &file.bytes) {
            return terminal.fail(format!("`{}`: {reason}", files::name_of(&path)), "");
        }
        if args.format == Format::Human {
            writeln!(terminal.out, "{}", files::name_of(&path))?;
        }
    }
    let said = format!("{count} of {} {} written", files.len(), if files.len() == 1 { "file" } else { "files" });
    let out = if args.format == Format::Human { &mut *terminal.out } else { &mut *terminal.err };
    writeln!(out, "{said}")?;
    Ok(Exit::Clean)
}

fn put(world: &dyn World, path: &Path, before: Option<Vec<u8>>, bytes: &[u8]) -> Result<(), String> {
    let words = |error: io::Error| format!("it cannot be written: {error}");
    if let Some(before) = before {
        let real = world.canonicalize(path).map_err(words)?;
        let name = files::name_of(path);
        return store::store(world, &Changed { name, path: real, before, after: bytes.to_vec(), findings: Vec::new() });
    }
    let mut missing = Vec::new();
    let mut folder = path.parent();
    while let Some(parent) = folder.filter(|parent| !parent.as_os_str().is_empty()) {
        if world.metadata(parent).is_ok() {
            break;
        }
        missing.push(parent);
        folder = parent.parent();
    }
    for parent in missing.into_iter().rev() {
        world.create_dir(parent).map_err(words)?;
    }
    world.write_new(path, bytes, None).map_err(words)
}
