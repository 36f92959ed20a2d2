//! Finds the files of a spec and reads them.
//!
//! Every `.yaml`, `.yml`, `.json` and `.jsonnet` below the folder is read, at any depth, in the order of names. Names that begin with a
//! dot are skipped, and so are folders of Jsonnet libraries. A file reached over two ways (a link, a hard link) is read once, under the name
//! that is no link.

use super::jsonnet::Evaluation;
use super::tree::{Document, Value};
use super::{Limits, json, rule, yaml};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::jsonnet::gather::Main;
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::world::{FileId, Kind, World};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file longer than this is not read: it is ten times the largest spec that makes sense, and offsets must fit in 32 bits.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

/// A folder nested deeper than this is not entered.
const MAX_FOLDER_DEPTH: usize = 64;

/// Why a spec could not be read at all: a failure of the tool or its arguments, not a finding in the spec.
#[derive(Debug)]
pub enum LoadError {
    /// There is nothing at the path.
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// What stands at the path is neither a folder nor a file that is read.
    NotASpec {
        /// The path as given.
        path: PathBuf,
    },
    /// The operating system refuses.
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The process that evaluates Jsonnet cannot be had.
    NoEvaluator {
        /// What the operating system says.
        error: io::Error,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "`{}` does not exist", name_of(path)),
            Self::NotASpec { path } => {
                write!(f, "`{}` is neither a folder nor a .yaml, .yml, .json or .jsonnet file", name_of(path))
            }
            Self::Unreadable { path, error } => write!(f, "`{}` cannot be read: {error}", name_of(path)),
            Self::NoEvaluator { error } => write!(f, "the process that evaluates Jsonnet cannot be run: {error}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { error, .. } | Self::NoEvaluator { error } => Some(error),
            Self::Missing { .. } | Self::NotASpec { .. } => None,
        }
    }
}

/// One file of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct SpecFile {
    /// Its text among the sources.
    pub source: SourceId,
    /// Where it lies, as reached from the path that was given.
    pub path: PathBuf,
    /// Whether a byte order mark stands before the text: three bytes that no span counts, and that a rewrite must keep.
    pub byte_order_mark: bool,
    /// What it says; `None` when it is broken or says nothing.
    pub document: Option<Document>,
    /// Whether there is an error in it that kept it from being read.
    pub is_broken: bool,
}

/// All files of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct SpecFiles {
    /// In the order of their names.
    pub files: Vec<SpecFile>,
    /// Everything that is wrong with them, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// One file with all of its documents, before anything is known of its purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct TextFile {
    /// Its text among the sources.
    pub source: SourceId,
    /// Where it lies, as reached from the path that was given.
    pub path: PathBuf,
    /// Whether a byte order mark stands before the text.
    pub byte_order_mark: bool,
    /// The documents that are whole, in order.
    pub documents: Vec<Document>,
    /// What is wrong with the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Files with all of their documents.
#[derive(Debug, Clone, PartialEq)]
pub struct TextFiles {
    /// In the order of their names.
    pub files: Vec<TextFile>,
    /// What is wrong besides what is wrong with a text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Which files are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that a spec is made of.
    Spec,
    /// Those of a spec that say themselves what they mean: YAML and JSON, nothing that is evaluated.
    Written,
    /// Those of a spec, and rule files whatever they are called: `.rules` in a folder, and a file of any name that is given itself.
    Any,
}

/// Reads the spec at `root`, a folder or a single file.
pub fn read(world: &dyn World, sources: &mut Sources, root: &Path) -> Result<SpecFiles, LoadError> {
    Ok(read_documents(world, sources, root, Wanted::Spec)?.into_spec())
}

impl TextFiles {
    /// The files as those of a spec: each holds one document, which is a mapping.
    pub fn into_spec(self) -> SpecFiles {
        let Self { files, mut diagnostics } = self;
        let files = files
            .into_iter()
            .filter(|file| format_of(&file.path, Wanted::Spec).is_some())
            .map(|file| {
                let TextFile { source, path, byte_order_mark, documents, diagnostics: mut findings } = file;
                let document = the_one(documents, &mut findings);
                let is_broken = document.is_none() && findings.iter().any(|finding| finding.severity == Severity::Error);
                diagnostics.extend(findings);
                SpecFile { source, path, byte_order_mark, document, is_broken }
            })
            .collect();
        diagnostic::sort(&mut diagnostics);
        SpecFiles { files, diagnostics }
    }
}

/// Reads all documents of the files at `root`, a folder or a single file.
pub fn read_documents(world: &dyn World, sources: &mut Sources, root: &Path, wanted: Wanted) -> Result<TextFiles, LoadError> {
    let settings = world.jsonnet();
    let mut walk = Walk { world, wanted, seen: BTreeSet::new(), links: Vec::new(), found: Vec::new(), diagnostics: Vec::new() };
    walk.leave_out(&settings.paths);
    walk.root(root)?;
    let Walk { mut found, mut diagnostics, .. } = walk;
    found.sort_by_cached_key(|file| name_of(&file.path));
    if found.is_empty() && diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::without_place(
                rule::NO_FILES,
                format!("`{}` holds no .yaml, .yml, .json or .jsonnet file", name_of(root)),
            )
            .help("give the folder that holds the spec"),
        );
    }
    let texts: Vec<Result<Text, LoadError>> = found.par_iter().map(|file| read_text(world, &file.path)).collect();

    let texts = texts.into_iter().collect::<Result<Vec<Text>, LoadError>>()?;
    let is_evaluated = |file: &Found, text: &Text| file.format == Format::Jsonnet && text.bad.is_none();
    let mains = found.iter().zip(&texts).filter(|(file, text)| is_evaluated(file, text));
    let mains = mains.map(|(file, text)| Main { path: file.path.clone(), text: text.text.clone() }).collect();
    let mut evaluation = Evaluation::of(world, root, &settings, mains).map_err(|error| LoadError::NoEvaluator { error })?;

    let mut files = Vec::with_capacity(found.len());
    let mut evaluated = 0..;
    for (file, text) in found.into_iter().zip(texts) {
        let position = if is_evaluated(&file, &text) { evaluated.next() } else { None };
        let name = name_of(&file.path);
        let json = position.and_then(|position| evaluation.json(position));
        let source = match &json {
            Some(json) => sources.add(name, json.as_str(), SourceKind::Evaluated),
            None => sources.add(name, text.text, SourceKind::File),
        };
        if let (Some(position), None) = (position, &json) {
            evaluation.register(position, source);
        }
        let diagnostics: Vec<Diagnostic> = text.bad.iter().map(|bad| bad.finding(sources, source)).collect();
        let format = match (text.bad.is_none(), file.format) {
            (true, Format::Jsonnet) => json.map(|_| Format::Json),
            (true, format) => Some(format),
            (false, _) => None,
        };
        let byte_order_mark = text.byte_order_mark;
        let file = TextFile { source, path: file.path, byte_order_mark, documents: Vec::new(), diagnostics };
        files.push((file, format, position));
    }
    for (file, _, position) in &mut files {
        file.diagnostics.extend(position.and_then(|position| evaluation.finding(position, sources)));
    }
    diagnostics.extend(evaluation.traces(sources));
    let limits = Limits::default();
    let sources = &*sources;
    files.par_iter_mut().for_each(|(file, format, _)| {
        let text = &sources.get(file.source).text;
        let parsed = match format {
            Some(Format::Yaml) => yaml::parse_within(file.source, text, &limits),
            Some(Format::Json) => json::parse_within(file.source, text, &limits),
            Some(Format::Unsaid) if text.trim_start().starts_with('{') => json::parse_within(file.source, text, &limits),
            Some(Format::Unsaid) => yaml::parse_within(file.source, text, &limits),
            Some(Format::Jsonnet) | None => return,
        };
        file.diagnostics.extend(parsed.diagnostics);
        file.documents = parsed.documents;
    });
    Ok(TextFiles { files: files.into_iter().map(|(file, ..)| file).collect(), diagnostics })
}

/// The text of a single file that is called neither YAML nor JSON; `None` for anything else, and for what is no text.
///
/// # Errors
///
/// When there is nothing at the path, or it cannot be read.
pub fn read_other(world: &dyn World, path: &Path) -> Result<Option<String>, LoadError> {
    let target = world.canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
        _ => unreadable(path, error),
    })?;
    let metadata = world.metadata(&target).map_err(|error| unreadable(path, error))?;
    if metadata.kind != Kind::File || metadata.len > MAX_FILE_BYTES || format_of(path, Wanted::Spec).is_some() {
        return Ok(None);
    }
    let text = read_text(world, path)?;
    Ok(text.bad.is_none().then_some(text.text))
}

/// A path for people: `/` between its parts on every system.
pub fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { name.into_owned() } else { name.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Yaml,
    Json,
    Jsonnet,
    /// YAML or JSON: the text tells.
    Unsaid,
}

fn format_of(path: &Path, wanted: Wanted) -> Option<Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        "jsonnet" if wanted != Wanted::Written => Some(Format::Jsonnet),
        "rules" if wanted == Wanted::Any => Some(Format::Unsaid),
        _ => None,
    }
}

struct Found {
    path: PathBuf,
    format: Format,
}

struct Walk<'w> {
    world: &'w dyn World,
    wanted: Wanted,
    /// What was read or entered already.
    seen: BTreeSet<FileId>,
    /// Links met on the way; they are followed after everything that is no link, so that a thing keeps its own name.
    links: Vec<PathBuf>,
    found: Vec<Found>,
    diagnostics: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Leaves out folders of libraries: what lies in them is imported, and is no part of the spec by itself.
    fn leave_out(&mut self, folders: &[PathBuf]) {
        let real = folders.iter().filter_map(|folder| self.world.canonicalize(folder).ok());
        let ids: Vec<FileId> = real.filter_map(|folder| self.world.metadata(&folder).ok()).map(|found| found.id).collect();
        self.seen.extend(ids);
    }

    fn root(&mut self, root: &Path) -> Result<(), LoadError> {
        let target = self.world.canonicalize(root).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => LoadError::Missing { path: root.to_owned() },
            _ => unreadable(root, error),
        })?;
        let metadata = self.world.metadata(&target).map_err(|error| unreadable(root, error))?;
        match metadata.kind {
            Kind::Dir => {
                self.seen.insert(metadata.id);
                self.folder(root.to_owned())?;
                self.follow_links()
            }
            Kind::File => {
                let unsaid = (self.wanted == Wanted::Any).then_some(Format::Unsaid);
                match self.format(root).or(unsaid) {
                    Some(format) => self.file(root.to_owned(), format, metadata.id, metadata.len),
                    None => return Err(LoadError::NotASpec { path: root.to_owned() }),
                }
                Ok(())
            }
            _ => Err(LoadError::NotASpec { path: root.to_owned() }),
        }
    }

    /// Walks a folder and all below it.
    fn folder(&mut self, top: PathBuf) -> Result<(), LoadError> {
        let mut folders = vec![(top, 0)];
        while let Some((folder, depth)) = folders.pop() {
            if depth > MAX_FOLDER_DEPTH {
                self.diagnostics.push(Diagnostic::without_place(
                    rule::LIMIT,
                    format!("`{}` lies deeper than {MAX_FOLDER_DEPTH} folders", name_of(&folder)),
                ));
                continue;
            }
            for entry in self.world.list(&folder).map_err(|error| unreadable(&folder, error))? {
                if entry.name.to_string_lossy().starts_with('.') {
                    continue;
                }
                let path = folder.join(&entry.name);
                match entry.kind {
                    Kind::Symlink => self.links.push(path),
                    Kind::Dir => {
                        let metadata = self.world.metadata(&path).map_err(|error| unreadable(&path, error))?;
                        if self.seen.insert(metadata.id) {
                            folders.push((path, depth + 1));
                        }
                    }
                    Kind::File => {
                        let Some(format) = self.format(&path) else { continue };
                        let metadata = self.world.metadata(&path).map_err(|error| unreadable(&path, error))?;
                        self.file(path, format, metadata.id, metadata.len);
                    }
                    Kind::Other if self.format(&path).is_some() => return Err(LoadError::NotASpec { path }),
                    Kind::Other => {}
                }
            }
        }
        Ok(())
    }

    fn follow_links(&mut self) -> Result<(), LoadError> {
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort();
            for link in links {
                self.link(link)?;
            }
        }
        Ok(())
    }

    fn link(&mut self, link: PathBuf) -> Result<(), LoadError> {
        let target = match self.world.canonicalize(&link) {
            Ok(target) => target,
            Err(error) if is_loop(&error) => {
                self.report_loop(&link, "leads back to itself".to_owned());
                return Ok(());
            }
            Err(error) if self.format(&link).is_some() => return Err(unreadable(&link, error)),
            // A link to nowhere that is no spec file is no concern of the spec.
            Err(_) => return Ok(()),
        };
        let metadata = self.world.metadata(&target).map_err(|error| unreadable(&link, error))?;
        match metadata.kind {
            Kind::Dir => {
                let folder = link.parent().unwrap_or(Path::new(""));
                let around = self.world.canonicalize(folder).map_err(|error| unreadable(folder, error))?;
                if around.starts_with(&target) {
                    self.report_loop(&link, "leads back to a folder that it lies in".to_owned());
                } else if self.seen.insert(metadata.id) {
                    self.folder(link)?;
                }
                Ok(())
            }
            Kind::File => {
                if let Some(format) = self.format(&link) {
                    self.file(link, format, metadata.id, metadata.len);
                }
                Ok(())
            }
            Kind::Other if self.format(&link).is_some() => Err(LoadError::NotASpec { path: link }),
            Kind::Other | Kind::Symlink => Ok(()),
        }
    }

    fn report_loop(&mut self, link: &Path, what: String) {
        self.diagnostics.push(
            Diagnostic::without_place(rule::SYMLINK_LOOP, format!("the link `{}` {what}", name_of(link)))
                .help("remove the link, or let it lead elsewhere"),
        );
    }

    fn format(&self, path: &Path) -> Option<Format> {
        format_of(path, self.wanted)
    }

    fn file(&mut self, path: PathBuf, format: Format, id: FileId, length: u64) {
        if !self.seen.insert(id) {
            return;
        }
        if length > MAX_FILE_BYTES {
            self.diagnostics.push(
                Diagnostic::without_place(
                    rule::LIMIT,
                    format!("`{}` has {length} bytes; a file may have {} MiB", name_of(&path), MAX_FILE_BYTES >> 20),
                )
                .help("split the file"),
            );
        } else {
            self.found.push(Found { path, format });
        }
    }
}

fn unreadable(path: &Path, error: io::Error) -> LoadError {
    LoadError::Unreadable { path: path.to_owned(), error }
}

/// Whether the system met more links than it follows.
fn is_loop(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP) || error.kind() == io::ErrorKind::Other
}

struct Text {
    text: String,
    byte_order_mark: bool,
    bad: Option<BadText>,
}

/// Why bytes are no text.
enum BadText {
    Utf16,
    Byte { at: usize, byte: u8 },
}

impl BadText {
    fn finding(&self, sources: &Sources, source: SourceId) -> Diagnostic {
        match self {
            Self::Utf16 => {
                Diagnostic::error(rule::ENCODING, Span::new(source, 0, 0), "the file is UTF-16").help("save it as UTF-8")
            }
            Self::Byte { at, byte } => {
                let line = sources.get(source).position(u32::try_from(*at).unwrap_or(u32::MAX)).line;
                let shown = Span::new(source, *at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                Diagnostic::error(
                    rule::ENCODING,
                    shown,
                    format!("byte 0x{byte:02X} at offset {at}, on line {line}, is not UTF-8"),
                )
                .help("save the file as UTF-8")
            }
        }
    }
}

fn read_text(world: &dyn World, path: &Path) -> Result<Text, LoadError> {
    let mut bytes = world.read(path).map_err(|error| unreadable(path, error))?;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Ok(Text { text: String::new(), byte_order_mark: true, bad: Some(BadText::Utf16) });
    }
    let byte_order_mark = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
    if byte_order_mark {
        bytes.drain(..3);
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Text { text, byte_order_mark, bad: None },
        Err(error) => {
            // What is before the byte keeps its offsets; it stands for itself as U+FFFD.
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or(0);
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Text { text, byte_order_mark, bad: Some(BadText::Byte { at, byte }) }
        }
    })
}

/// The one document that a file of a spec holds, when it holds a mapping.
fn the_one(documents: Vec<Document>, findings: &mut Vec<Diagnostic>) -> Option<Document> {
    let count = documents.len();
    let empty = documents.first().map(|document| document.root.span);
    let mut said = documents.into_iter().filter(|document| !document.root.is_null());
    let Some(first) = said.next() else {
        if let Some(span) = empty.filter(|_| count > 0) {
            findings.push(Diagnostic::info(rule::EMPTY_FILE, span, "the file says nothing"));
        }
        return None;
    };
    for other in said {
        findings.push(
            Diagnostic::error(rule::MULTIPLE_DOCUMENTS, start_of(other.root.span), "the file holds a second document")
                .label(start_of(first.root.span), "the first begins here")
                .help("remove the `---` between them, or put each into a file of its own: files are merged by name"),
        );
    }
    if !matches!(first.root.value, Value::Map(_)) {
        let what = first.root.kind_name();
        let finding = Diagnostic::error(
            rule::TOP_LEVEL,
            start_of(first.root.span),
            format!("the top level of a spec is a mapping, not {what}"),
        );
        findings.push(finding.help("write `key: value`, with a space after the colon: stack, services, alerts, ..."));
        return None;
    }
    Some(first)
}

fn start_of(span: Span) -> Span {
    Span { end: span.start, ..span }
}

#[cfg(test)]
mod tests;
