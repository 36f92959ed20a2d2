//! Reads everything that an evaluation can reach.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::confine::{Found, Refusal, Roots};
use super::scan::{self, Written};
use super::{Bindings, Content, File, Given, Import, Request, Settings, Value, ValueSource};
use crate::load::files::name_of;
use crate::world::World;

/// How many bytes all files of a request may have.
const MOST_BYTES: usize = 128 << 20;
/// How many files a request may have.
const MOST_FILES: usize = 20_000;

/// A file that is to be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Main {
    /// Where it lies, as reached from the path of the spec.
    pub path: PathBuf,
    /// Its text, without a byte order mark.
    pub text: String,
}

/// The request to evaluate files of the spec in the folder `spec`.
pub fn gather(world: &dyn World, settings: &Settings, spec: &Path, mains: Vec<Main>) -> Request {
    let roots = Roots::new(world, spec, settings);
    let mut gathering = Gathering { world, roots, files: Vec::new(), numbers: BTreeMap::new(), open: Vec::new(), bytes: 0 };
    let mut wanted = Vec::new();
    for Main { path, text } in mains {
        let real = world.canonicalize(&path).unwrap_or_else(|_| path.clone());
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let number = gathering.add(name_of(&path), Content::Text(text), folder, false);
        gathering.numbers.insert(real, number);
        gathering.open.push(number);
        wanted.push(number);
    }
    let external = gathering.values("--ext-code", spec, &settings.external);
    let arguments = gathering.values("--tla-code", spec, &settings.arguments);
    gathering.follow();
    let files = gathering.files.into_iter().map(|(file, _)| file).collect();
    Request { files, wanted, external, arguments, limits: settings.limits }
}

struct Gathering<'w> {
    world: &'w dyn World,
    roots: Roots<'w>,
    /// Each with the folder that its imports are relative to.
    files: Vec<(File, PathBuf)>,
    /// By the path with every link followed.
    numbers: BTreeMap<PathBuf, usize>,
    /// Jsonnet whose imports were not looked at yet.
    open: Vec<usize>,
    bytes: usize,
}

impl Gathering<'_> {
    fn add(&mut self, name: String, content: Content, folder: PathBuf, is_argument: bool) -> usize {
        self.bytes = self.bytes.saturating_add(content.bytes().len());
        self.files.push((File { name, content, is_argument, imports: BTreeMap::new() }, folder));
        self.files.len() - 1
    }

    /// Code on the command line imports as a file in the folder of the spec would.
    fn values(&mut self, option: &str, spec: &Path, bindings: &Bindings) -> Vec<Value> {
        let mut values = Vec::new();
        for (name, given) in bindings {
            let source = match given {
                Given::Text(text) => ValueSource::Text(text.clone()),
                Given::Code(code) => {
                    let shown = format!("{option} {name}");
                    let number = self.add(shown, Content::Text(code.clone()), spec.to_owned(), true);
                    self.open.push(number);
                    ValueSource::File(number)
                }
            };
            values.push(Value { name: name.clone(), source });
        }
        values
    }

    fn follow(&mut self) {
        let mut seen: BTreeSet<usize> = self.open.iter().copied().collect();
        while let Some(number) = self.open.pop() {
            let Some((file, folder)) = self.files.get(number) else { continue };
            let folder = folder.clone();
            for Written { path, is_code } in scan::imports(file.content.bytes()) {
                let import = match self.roots.find(&folder, &path).and_then(|found| self.read(found)) {
                    Ok(target) => {
                        if is_code && seen.insert(target) {
                            self.open.push(target);
                        }
                        Import::File(target)
                    }
                    Err(Refusal { message, help }) => Import::Refused { message, help },
                };
                if let Some((file, _)) = self.files.get_mut(number) {
                    file.imports.insert(path, import);
                }
            }
        }
    }

    /// The number of a file, which is read when it is met first.
    fn read(&mut self, found: Found) -> Result<usize, Refusal> {
        if let Some(number) = self.numbers.get(&found.file) {
            return Ok(*number);
        }
        let name = name_of(&found.shown);
        let bytes = self.world.read(&found.file).map_err(|error| Refusal {
            message: format!("`{name}` cannot be read: {error}"),
            help: "see who may read the file".to_owned(),
        })?;
        if self.files.len() >= MOST_FILES || self.bytes.saturating_add(bytes.len()) > MOST_BYTES {
            return Err(Refusal {
                message: format!(
                    "`{name}` is one file too many: {MOST_FILES} files and {} MiB can be imported",
                    MOST_BYTES >> 20
                ),
                help: "import less".to_owned(),
            });
        }
        let content = String::from_utf8(bytes).map_or_else(|error| Content::Bytes(error.into_bytes()), Content::Text);
        let folder = found.shown.parent().unwrap_or(Path::new("")).to_owned();
        let number = self.add(name, content, folder, false);
        self.numbers.insert(found.file, number);
        Ok(number)
    }
}
