//! Files with notification templates, which a spec names by their paths.

use std::path::Path;
use std::sync::Arc;

use super::files::{self, LoadError};
use super::rule;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceKind, Sources};
use crate::spec::decode::Text;
use crate::world::{Kind, World};

/// A file with notification templates.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFile {
    /// Its name without folders.
    pub name: String,
    /// Its text, as it is.
    pub text: Arc<str>,
    /// The same among the sources.
    pub source: SourceId,
}

/// The folder from which a path is meant that is written at a place of the spec at `root`: that of the spec, or of the module that the
/// place belongs to.
pub fn folder_of<'p>(world: &dyn World, sources: &'p Sources, root: &'p Path, written: &Text) -> &'p Path {
    if let Some(import) = &sources.get(written.span.source).import {
        return &import.folder;
    }
    let is_file = world.metadata(root).is_ok_and(|metadata| metadata.kind == Kind::File);
    if is_file { root.parent().unwrap_or(root) } else { root }
}

/// Reads the files that `paths` name; a `*` in the last part of a path stands for anything. They are relative to the folder of the spec, which
/// is at `root`, and those that a module names to its own. A file that is not there is reported by `service/missing-file`.
pub fn read(
    world: &dyn World,
    sources: &mut Sources,
    root: &Path,
    paths: &[Text],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<TemplateFile>, LoadError> {
    let mut found: Vec<TemplateFile> = Vec::new();
    for written in paths {
        let folder = folder_of(world, sources, root, written).to_owned();
        let matches = matching(world, &folder, written.as_str());
        if matches.is_empty() && written.value.contains('*') {
            let message = format!("no file is called `{}`", written.value);
            diagnostics.push(
                Diagnostic::error("service/missing-file", written.span, message)
                    .help("the path is relative to the folder of the spec"),
            );
        }
        for path in matches {
            let whole = folder.join(&path);
            let text = match files::read_other(world, &whole) {
                Ok(Some(text)) => text,
                Ok(None) => {
                    let message = format!("`{path}` is no file of templates");
                    diagnostics.push(
                        Diagnostic::error(rule::ENCODING, written.span, message)
                            .help("name a text file in UTF-8, such as `shop.tmpl`"),
                    );
                    continue;
                }
                Err(LoadError::Missing { .. }) => continue,
                Err(error) => return Err(error),
            };
            let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
            if found.iter().any(|other| other.name == name) {
                let message = format!("two files with templates are called `{name}`");
                diagnostics
                    .push(Diagnostic::error(rule::DUPLICATE_NAME, written.span, message).help("give one of them another name"));
                continue;
            }
            let text: Arc<str> = text.into();
            let title = files::name_of(&whole);
            // It has been read for another environment.
            let known = sources.by_name(&title).filter(|known| sources.get(*known).text == text);
            let source = known.unwrap_or_else(|| sources.add(title, Arc::clone(&text), SourceKind::File));
            found.push(TemplateFile { name, text, source });
        }
    }
    Ok(found)
}

/// The paths that a pattern stands for, sorted; a path without `*` stands for itself.
fn matching(world: &dyn World, folder: &Path, pattern: &str) -> Vec<String> {
    let (parent, last) = pattern.rsplit_once('/').map_or(("", pattern), |(parent, last)| (parent, last));
    let Some((begin, end)) = last.split_once('*') else { return vec![pattern.to_owned()] };
    let entries = world.list(&folder.join(parent)).unwrap_or_default();
    let names = entries.iter().filter(|entry| entry.kind != Kind::Dir).filter_map(|entry| entry.name.to_str());
    names
        .filter(|name| name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end))
        .map(|name| if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::world::MemoryWorld;

    #[test]
    fn names_patterns_and_what_cannot_be_read() {
        let files: [(&str, &[u8]); 5] = [
            ("/s/t/a.tmpl", b"{{ define \"a\" }}{{ end }}"),
            ("/s/t/b.tmpl", b"b"),
            ("/s/t/c.txt", b"c"),
            ("/s/u/a.tmpl", b"again"),
            ("/s/bad.tmpl", b"\xff"),
        ];
        let world = MemoryWorld::with_files(files);
        let mut sources = Sources::default();
        let span = Span::new(sources.add("s", "", SourceKind::File), 0, 0);
        let mut read = |paths: &[&str]| {
            let mut found = Vec::new();
            let paths: Vec<Text> = paths.iter().map(|path| Text::synthetic(*path, span)).collect();
            let files = super::read(&world, &mut sources, Path::new("/s"), &paths, &mut found).unwrap();
            let names: Vec<String> = files.into_iter().map(|file| file.name).collect();
            (names, found.into_iter().map(|found| found.rule).collect::<Vec<_>>())
        };
        assert_eq!(read(&["t/*.tmpl"]), (vec!["a.tmpl".to_owned(), "b.tmpl".to_owned()], vec![]));
        assert_eq!(read(&["t/c.txt", "nowhere.tmpl"]), (vec!["c.txt".to_owned()], vec![]));
        assert_eq!(read(&["t/a.tmpl", "u/a.tmpl"]), (vec!["a.tmpl".to_owned()], vec![rule::DUPLICATE_NAME]));
        assert_eq!(read(&["bad.tmpl", "x/*.tmpl"]), (vec![], vec![rule::ENCODING, "service/missing-file"]));
    }
}
