//! The lines of Rust that made a spec.

use std::collections::BTreeMap;
use std::panic::Location;
use std::path::{Path, PathBuf};

use crate::load::files::name_of;
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::world::{Kind, World};

/// A Rust file longer than this is not shown.
const MAX_BYTES: u64 = 16 << 20;

/// Where a value was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(&'static Location<'static>);

impl Place {
    /// The place of whoever called the function that calls this.
    #[track_caller]
    pub(super) fn here() -> Self {
        Self(Location::caller())
    }
}

/// The Rust files of a spec among the sources.
#[derive(Debug, Default)]
pub(super) struct Places {
    files: BTreeMap<&'static str, SourceId>,
}

impl Places {
    /// Registers the files that these places lie in. What cannot be read, or is not the file that was compiled, gets a text of its own in which
    /// the lines are counted alike.
    pub(super) fn register(world: &dyn World, root: &Path, sources: &mut Sources, places: &[Place]) -> Self {
        let mut by_file: BTreeMap<&'static str, Vec<Place>> = BTreeMap::new();
        for place in places {
            by_file.entry(place.0.file()).or_default().push(*place);
        }
        let files = by_file.into_iter().map(|(file, places)| {
            let found = candidates(root, file).into_iter().find_map(|path| {
                let text = text_at(world, &path)?;
                places.iter().all(|place| is_in(&text, *place)).then_some((name_of(&path), text))
            });
            let (name, text) = found.unwrap_or_else(|| (name_of(Path::new(file)), stand_in(&places)));
            (file, sources.add(name, text, SourceKind::Rust))
        });
        Self { files: files.collect() }
    }

    /// The place as a span of its source: the call that stands there.
    pub(super) fn span(&self, place: Place, sources: &Sources) -> Option<Span> {
        let id = *self.files.get(place.0.file())?;
        let source = sources.get(id);
        let line = source.line(place.0.line());
        let from = offset(line, place.0.column()).unwrap_or(line.len());
        let length = line.get(from..).map_or(0, call_length);
        let start = source.line_start(place.0.line()) + from;
        Some(Span::new(id, start, start + length))
    }
}

/// Where the file may lie: as the compiler names it, seen from here; or below the root of the spec or a folder around it.
fn candidates(root: &Path, file: &str) -> Vec<PathBuf> {
    let direct = PathBuf::from(file);
    let around = root.ancestors().filter(|_| direct.is_relative()).map(|folder| folder.join(file));
    let around: Vec<PathBuf> = around.filter(|path| *path != direct).collect();
    [direct].into_iter().chain(around).collect()
}

fn text_at(world: &dyn World, path: &Path) -> Option<String> {
    let target = world.canonicalize(path).ok()?;
    let metadata = world.metadata(&target).ok()?;
    if metadata.kind != Kind::File || metadata.len > MAX_BYTES {
        return None;
    }
    let text = String::from_utf8(world.read(&target).ok()?).ok()?;
    Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Whether something can have been called there.
fn is_in(text: &str, place: Place) -> bool {
    let index = (place.0.line() as usize).saturating_sub(1);
    let rest = text.split('\n').nth(index).and_then(|line| Some((line, offset(line, place.0.column())?)));
    rest.is_some_and(|(line, from)| line.get(from..).is_some_and(|rest| !rest.trim().is_empty()))
}

/// Lines that are empty but for a mark at each place.
fn stand_in(places: &[Place]) -> String {
    let mut columns: BTreeMap<u32, u32> = BTreeMap::new();
    for place in places {
        let column = columns.entry(place.0.line()).or_default();
        *column = place.0.column().max(*column);
    }
    let mut text = String::new();
    let mut line = 1;
    for (wanted, column) in columns {
        while line < wanted {
            text.push('\n');
            line += 1;
        }
        text.extend(std::iter::repeat_n(' ', column.saturating_sub(1) as usize));
        text.push('…');
    }
    text
}

/// The byte of a column, which counts characters from 1.
fn offset(line: &str, column: u32) -> Option<usize> {
    let before = (column as usize).saturating_sub(1);
    line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(before)
}

/// How much of the rest of a line is the call that begins there: its path, and its arguments where they end on this line; without a call, all
/// of it.
fn call_length(rest: &str) -> usize {
    let path = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '!' | '.' | '&'))).unwrap_or(rest.len());
    let path = path + generics(rest.get(path..).unwrap_or_default());
    let arguments = rest.get(path..).filter(|rest| rest.starts_with('(')).and_then(closing);
    match (path, arguments) {
        (0, _) => rest.trim_end().trim_end_matches([',', ';']).len(),
        (path, Some(arguments)) => path + arguments,
        (path, None) => path,
    }
}

/// How long the rest of a path is that begins with generic arguments: `<Usd>::new`.
fn generics(rest: &str) -> usize {
    let Some(end) = rest.strip_prefix('<').and_then(|inner| inner.find('>')) else { return 0 };
    let after = end + 2;
    let tail = rest.get(after..).unwrap_or_default();
    after + tail.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).unwrap_or(tail.len())
}

/// The length up to the parenthesis that closes the first one; `None` when the line ends before.
fn closing(rest: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn a_call_is_shown_with_its_arguments_where_they_are_on_its_line() {
        let shown = |rest: &'static str| &rest[..call_length(rest)];
        assert_eq!(shown("percent(5)).severity(x)"), "percent(5)");
        assert_eq!(shown("help(\"a ) \\\" (\").label(y)"), "help(\"a ) \\\" (\")");
        assert_eq!(shown("Counter::<Usd>::new(\"x\", \"y\"), z"), "Counter::<Usd>::new(\"x\", \"y\")");
        assert_eq!(shown("Alert::new("), "Alert::new");
        assert_eq!(shown("(a) / b;"), "(a) / b");
        assert_eq!(shown(""), "");
        assert_eq!(shown("é(é)…"), "é(é)");
    }

    #[test]
    fn a_file_is_found_around_the_root_and_otherwise_counted_alike() {
        let place = Place::here();
        let line = place.0.line();
        let text = format!("{}    let place = Place::here();\n", "\n".repeat(line as usize - 1));
        let world = MemoryWorld::with_files([("/work/src/dsl/place.rs", text.as_bytes())]);
        for (root, name, shown) in [("/work/a/b", "/work/src/dsl/place.rs", "here()"), ("/other", "src/dsl/place.rs", "…")] {
            let mut sources = Sources::default();
            let places = Places::register(&world, Path::new(root), &mut sources, &[place]);
            let span = places.span(place, &sources).unwrap();
            let source = sources.get(span.source);
            assert_eq!((source.name.as_str(), sources.position(span).line), (name, line));
            assert!(sources.text(span).ends_with(shown), "{}", sources.text(span));
        }
    }

    #[test]
    fn a_file_that_has_changed_since_is_not_shown() {
        let place = Place::here();
        let world = MemoryWorld::with_files([("/src/dsl/place.rs", &b"one line\n"[..])]);
        let mut sources = Sources::default();
        let places = Places::register(&world, Path::new("/"), &mut sources, &[place]);
        let span = places.span(place, &sources).unwrap();
        assert_eq!((sources.position(span).line, sources.text(span)), (place.0.line(), "…"));
    }
}
