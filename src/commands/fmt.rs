//! `fmt`: lay specs out in one way.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::{Format, fmt::Fmt};
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::emit::manifest::{MANIFEST, Manifest};
use crate::emit::unified::unified;
use crate::fix::{Changed, store};
use crate::format::{self, Options};
use crate::load::files::{self, LoadError, Wanted};
use crate::load::rule;
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::world::World;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Lays files out, or says which ones are not.
///
/// # Errors
///
/// Those of the writer of the report, and of standard input.
pub fn fmt(args: &Fmt, world: &dyn World, input: impl Read, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            return terminal.fail("`-` stands for standard input and is the only path", "");
        }
        return from_input(args, input, terminal);
    }
    let mut sources = Sources::default();
    let outcome = match lay_out(args, world, &mut sources) {
        Ok(outcome) => outcome,
        Err(error) => return terminal.fail(error, "name a folder of a spec, or a .yaml, .yml or .json file"),
    };
    if args.check { compared(args, &outcome, &sources, terminal) } else { written(args, outcome, &sources, world, terminal) }
}

fn options(args: &Fmt) -> Options {
    Options { width: args.width }
}

/// What becomes of the files.
#[derive(Default)]
struct Outcome {
    files: usize,
    changed: Vec<(Changed, SourceId)>,
    findings: Vec<Diagnostic>,
}

fn lay_out(args: &Fmt, world: &dyn World, sources: &mut Sources) -> Result<Outcome, LoadError> {
    let mut outcome = Outcome::default();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut owned: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for root in &args.paths {
        let files::TextFiles { files, diagnostics } = files::read_documents(world, sources, root, Wanted::Written)?;
        outcome.findings.extend(diagnostics);
        for file in files {
            let unreadable = |error| LoadError::Unreadable { path: file.path.clone(), error };
            let path = world.canonicalize(&file.path).map_err(unreadable)?;
            if !seen.insert(path.clone()) {
                continue;
            }
            if is_generated(world, &path, &mut owned) {
                continue;
            }
            outcome.files += 1;
            let encoding = file.diagnostics.iter().find(|finding| finding.rule == rule::ENCODING);
            if let Some(finding) = encoding {
                outcome.findings.push(finding.clone());
                continue;
            }
            let before = world.read(&path).map_err(unreadable)?;
            let text = sources.get(file.source).text.clone();
            match text_of(file.source, &file.path, &text, options(args)) {
                Ok(after) if after.as_bytes() == before => {}
                Ok(after) => {
                    let name = files::name_of(&file.path);
                    let after = after.into_bytes();
                    outcome.changed.push((Changed { name, path, before, after, findings: Vec::new() }, file.source));
                }
                Err(findings) => outcome.findings.extend(findings),
            }
        }
    }
    diagnostic::sort(&mut outcome.findings);
    Ok(outcome)
}

/// Whether a file lies in a folder that `build` writes: its layout is settled already. `owned` remembers the folders looked at.
fn is_generated(world: &dyn World, path: &Path, owned: &mut BTreeMap<PathBuf, bool>) -> bool {
    path.ancestors().skip(1).any(|folder| {
        *owned.entry(folder.to_owned()).or_insert_with(|| {
            let manifest = world.read(&folder.join(MANIFEST)).ok();
            manifest.and_then(|bytes| Manifest::parse(&bytes).ok()).is_some()
        })
    })
}

fn text_of(source: SourceId, path: &Path, text: &str, options: Options) -> Result<String, Vec<Diagnostic>> {
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_json { format::json::json(source, text, options) } else { format::yaml(source, text, options) }
}

fn verdict(findings: &[Diagnostic]) -> Exit {
    if findings.iter().any(|finding| finding.severity == Severity::Error) { Exit::Findings } else { Exit::Clean }
}

fn compared(args: &Fmt, outcome: &Outcome, sources: &Sources, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let differs = !outcome.changed.is_empty();
    if args.format == Format::Human {
        for (file, _) in &outcome.changed {
            write!(terminal.out, "--- {0}\n+++ {0}\n{1}", file.name, unified(&file.before, &file.after))?;
        }
        if !outcome.findings.is_empty() {
            terminal.report(&outcome.findings, sources, args.format)?;
        }
        if differs {
            writeln!(
                terminal.out,
                "{} laid out otherwise; `optiinfra-gen fmt` mends it",
                counted(outcome.changed.len(), "file is", "files are")
            )?;
        }
    } else {
        let mut findings = outcome.findings.clone();
        findings.extend(outcome.changed.iter().map(|(file, source)| unlike(file, *source, sources)));
        diagnostic::sort(&mut findings);
        terminal.report(&findings, sources, args.format)?;
    }
    Ok(match verdict(&outcome.findings) {
        Exit::Clean if differs => Exit::Drift,
        exit => exit,
    })
}

/// The finding that a file is laid out otherwise, at the first line that changes.
fn unlike(file: &Changed, source: SourceId, sources: &Sources) -> Diagnostic {
    let text = &sources.get(source).text;
    let same = text.bytes().zip(&file.after).take_while(|(old, new)| old == *new).count();
    let start =
        text.as_bytes().get(..same).and_then(|before| before.iter().rposition(|byte| *byte == b'\n')).map_or(0, |at| at + 1);
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Diagnostic::error(rule::LAYOUT, Span::new(source, start, start + length), "the file is laid out otherwise than `fmt` does it")
        .help("run `optiinfra-gen fmt`")
}

fn written(args: &Fmt, outcome: Outcome, sources: &Sources, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let human = args.format == Format::Human;
    if !human || !outcome.findings.is_empty() {
        terminal.report(&outcome.findings, sources, args.format)?;
    }
    // The other formats are read by programs, which want nothing else there.
    let (mut count, mut failed) = (0, false);
    for (file, _) in &outcome.changed {
        match store::store(world, file) {
            Ok(()) => {
                count += 1;
                let out = if human { &mut *terminal.out } else { &mut *terminal.err };
                writeln!(out, "{}", file.name)?;
            }
            Err(reason) => {
                failed = true;
                terminal.fail(format!("{} stays as it is: {reason}", file.name), "")?;
            }
        }
    }
    let out = if human { &mut *terminal.out } else { &mut *terminal.err };
    writeln!(out, "{} of {} changed", count, counted(outcome.files, "file", "files"))?;
    Ok(if failed { Exit::Unusable } else { verdict(&outcome.findings) })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What an editor asks for: a text in, the text laid out, and nothing else on standard output.
fn from_input(args: &Fmt, mut input: impl Read, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut before = Vec::new();
    input.by_ref().take(files::MAX_FILE_BYTES + 1).read_to_end(&mut before)?;
    if before.len() as u64 > files::MAX_FILE_BYTES {
        return terminal.fail("the text on standard input is too long", "");
    }
    let bytes = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&before);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return terminal.fail("what comes on standard input is not UTF-8", "");
    };
    let mut sources = Sources::default();
    let source = sources.add(args.stdin_name.as_str(), text, SourceKind::Argument);
    match text_of(source, Path::new(&args.stdin_name), text, options(args)) {
        Ok(after) if args.check => {
            let name = &args.stdin_name;
            if after.as_bytes() == before {
                return Ok(Exit::Clean);
            }
            write!(terminal.out, "--- {name}\n+++ {name}\n{}", unified(&before, after.as_bytes()))?;
            Ok(Exit::Drift)
        }
        Ok(after) => {
            terminal.out.write_all(after.as_bytes())?;
            Ok(Exit::Clean)
        }
        Err(findings) => {
            // The text that an editor would put in place of the old one must not be a report.
            std::mem::swap(&mut terminal.out, &mut terminal.err);
            let reported = terminal.report(&findings, &sources, args.format);
            std::mem::swap(&mut terminal.out, &mut terminal.err);
            reported.map(|()| Exit::Findings)
        }
    }
}
