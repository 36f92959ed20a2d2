//! Paths with wildcards, as `rule_files` has them.

use std::path::{Component, Path, PathBuf};

use crate::world::{Kind, World};

/// More files than this do not come from one pattern.
const MOST: usize = 10_000;

/// The files that a pattern means, relative to a folder, in the order of their names. `*` and `?` stand for characters of one part of the path.
pub(super) fn matching(world: &dyn World, folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![if Path::new(pattern).is_absolute() { PathBuf::from("/") } else { folder.to_owned() }];
    for component in Path::new(pattern).components() {
        match component {
            Component::Normal(part) => {
                let part = part.to_string_lossy();
                found = found.iter().flat_map(|path| step(world, path, &part)).take(MOST).collect();
            }
            Component::ParentDir => found.iter_mut().for_each(|path| path.push("..")),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    found.retain(|path| is_file(world, path));
    found
}

fn is_file(world: &dyn World, path: &Path) -> bool {
    world.canonicalize(path).and_then(|target| world.metadata(&target)).is_ok_and(|metadata| metadata.kind == Kind::File)
}

fn step(world: &dyn World, folder: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?']) {
        return vec![folder.join(part)];
    }
    let Ok(entries) = world.list(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) else { return Vec::new() };
    let names = entries.iter().filter(|entry| fits(part, &entry.name.to_string_lossy()));
    names.map(|entry| folder.join(&entry.name)).collect()
}

/// Whether a name fits a pattern. Steps back to the last `*` only, so the work is bounded by the product of the lengths.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    from = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn patterns() {
        for (pattern, name) in [("*.yml", "a.yml"), ("a*b*c", "aXbYbZc"), ("?.yml", "a.yml"), ("*", ""), ("a", "a"), ("**", "x")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.yml", "a.yaml"), ("a*b", "ac"), ("?", ""), ("a", "ab"), ("", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        let hostile = "*a".repeat(200);
        assert!(!fits(&hostile, &"b".repeat(10_000)));
    }

    #[test]
    fn files_are_found() {
        let world =
            MemoryWorld::with_files([("/p/rules/b.yml", ""), ("/p/rules/a.yml", ""), ("/p/rules/c.txt", ""), ("/q/x.yml", "")]);
        let found = |pattern| matching(&world, Path::new("/p"), pattern);
        assert_eq!(found("rules/*.yml"), [PathBuf::from("/p/rules/a.yml"), PathBuf::from("/p/rules/b.yml")]);
        assert_eq!(found("*/c.txt"), [PathBuf::from("/p/rules/c.txt")]);
        assert_eq!(found("/q/?.yml"), [PathBuf::from("/q/x.yml")]);
        assert!(found("rules/none.yml").is_empty());
        assert!(found("rules").is_empty());
    }
}
