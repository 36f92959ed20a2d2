//! Where the path of an import leads. It may lead anywhere in the project and nowhere else, so that a spec of somebody else cannot
//! have files read that do not belong to it.

use crate::load::files::name_of;
use crate::world::World;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder that imports stay in.
#[derive(Debug, Clone)]
pub(super) struct Project {
    folder: PathBuf,
    what: &'static str,
}

impl Project {
    /// The project around the folder of a spec, all links followed: the git repository; without one the nearest folder with an
    /// `optiinfra.toml`; without that the folder in which the one of the spec lies.
    pub(super) fn around(world: &dyn World, spec: &Path) -> Self {
        let with = |name: &str| spec.ancestors().find(|folder| world.metadata(&folder.join(name)).is_ok());
        let (folder, what) = with(".git")
            .map(|folder| (folder, "the git repository"))
            .or_else(|| with("optiinfra.toml").map(|folder| (folder, "the folder with `optiinfra.toml`")))
            .unwrap_or((spec.parent().unwrap_or(spec), "the folder around the spec"));
        Self { folder: folder.to_owned(), what }
    }

    /// Whether a path, without links and dots, lies in it.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
    }

    /// For a message: "the git repository, `/home/ann/shop`".
    pub(super) fn words(&self) -> String {
        format!("{}, `{}`", self.what, name_of(&self.folder))
    }
}

/// Why a path cannot be imported.
#[derive(Debug)]
pub(super) enum Refused {
    /// It does not begin at the importing file.
    Absolute,
    /// It leads out of the project.
    Outside,
    /// It leads out of the project through a link.
    OutsideByLink,
    /// Nothing is there, at this absolute path.
    Missing(PathBuf),
    /// The system refuses to say.
    Unreadable(io::Error),
}

/// The file or folder, all links followed, to which a path leads that is written in a file of `folder`.
pub(super) fn locate(world: &dyn World, project: &Project, folder: &Path, from: &str) -> Result<PathBuf, Refused> {
    let windows = from.as_bytes().get(1) == Some(&b':') || from.starts_with('\\');
    let relative = Path::new(from);
    if relative.is_absolute() || from.starts_with('/') || windows {
        return Err(Refused::Absolute);
    }
    let real = world.canonicalize(folder).map_err(Refused::Unreadable)?;
    // Looked at first, so that nothing is told of what lies outside, not even whether it is there.
    let meant = joined(&real, relative);
    if !project.holds(&meant) {
        return Err(Refused::Outside);
    }
    match world.canonicalize(&real.join(relative)) {
        Ok(target) if project.holds(&target) => Ok(target),
        Ok(_) => Err(Refused::OutsideByLink),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Refused::Missing(meant))
        }
        Err(error) => Err(Refused::Unreadable(error)),
    }
}

/// The name by which people reach `target` who call `known` the folder that is really at `real`.
pub(super) fn reached(world: &dyn World, known: &Path, real: &Path, target: &Path) -> PathBuf {
    let common = real.components().zip(target.components()).take_while(|(a, b)| a == b).count();
    let up = real.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(target.components().skip(common)).collect();
    let name = joined(known, &way);
    // A folder that is known by a link lies elsewhere than its name says.
    if world.canonicalize(&name).is_ok_and(|found| found == target) { name } else { target.to_owned() }
}

/// `../modules` seen from `specs` is `modules`; from `.` it is `../modules`.
fn joined(folder: &Path, relative: &Path) -> PathBuf {
    let mut path: PathBuf = folder.components().filter(|part| *part != Component::CurDir).collect();
    for part in relative.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Component::ParentDir if path.has_root() => {}
            Component::ParentDir => path.push(".."),
            other => path.push(other),
        }
    }
    if path.as_os_str().is_empty() { PathBuf::from(OsStr::new(".")) } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn paths_are_named_as_they_are_reached() {
        let world =
            MemoryWorld::with_files([("/p/modules/agent/a.yaml", ""), ("/p/specs/s.yaml", ""), ("/q/deep/specs/s.yaml", "")]);
        let (real, target) = (Path::new("/p/specs"), Path::new("/p/modules/agent"));
        assert_eq!(reached(&world, real, real, target), target);
        let from = |known: &str, way: &str| joined(Path::new(known), Path::new(way));
        assert_eq!(from("specs", "../modules"), Path::new("modules"));
        assert_eq!(from("./specs/", "../modules"), Path::new("modules"));
        assert_eq!(from(".", "../modules"), Path::new("../modules"));
        assert_eq!(from("../x", "../modules"), Path::new("../modules"));
        assert_eq!(from("..", "../modules"), Path::new("../../modules"));
        assert_eq!(from("/", "../../modules"), Path::new("/modules"));
        assert_eq!(from("specs", ".."), Path::new("."));
        // A folder that is known by a link.
        world.put_link("/p/link", "/q/deep/specs");
        world.put("/q/deep/modules/agent/a.yaml", "");
        let elsewhere = Path::new("/q/deep/modules/agent");
        assert_eq!(reached(&world, Path::new("/p/link"), Path::new("/q/deep/specs"), elsewhere), elsewhere);
    }

    #[test]
    fn the_project_is_the_repository_then_the_settings_then_the_parent() {
        let world = MemoryWorld::with_files([("/a/b/c/specs/s.yaml", "")]);
        let of = |world: &MemoryWorld| Project::around(world, Path::new("/a/b/c/specs"));
        assert_eq!(of(&world).folder, Path::new("/a/b/c"));
        world.put("/a/b/optiinfra.toml", "");
        assert_eq!(of(&world).folder, Path::new("/a/b"));
        world.put("/a/.git", "gitdir: elsewhere");
        assert_eq!(of(&world).folder, Path::new("/a"));
        assert!(of(&world).holds(Path::new("/a/x")) && !of(&world).holds(Path::new("/ab/x")));
    }

    #[test]
    fn what_leads_out_is_refused_before_it_is_looked_at() {
        let world = MemoryWorld::with_files([("/p/specs/s.yaml", ""), ("/p/m/a.yaml", ""), ("/secret/a.yaml", "")]);
        world.put_link("/p/out", "/secret");
        world.put_link("/p/in", "/p/m");
        let project = Project::around(&world, Path::new("/p/specs"));
        let locate = |from: &str| locate(&world, &project, Path::new("/p/specs"), from);
        assert!(matches!(locate("../m"), Ok(path) if path == Path::new("/p/m")));
        assert!(matches!(locate("../in"), Ok(path) if path == Path::new("/p/m")));
        assert!(matches!(locate("/p/m"), Err(Refused::Absolute)));
        assert!(matches!(locate("C:\\m"), Err(Refused::Absolute)));
        assert!(matches!(locate("../../secret"), Err(Refused::Outside)));
        assert!(matches!(locate("../../nowhere"), Err(Refused::Outside)));
        assert!(matches!(locate("../../../../../../etc"), Err(Refused::Outside)));
        assert!(matches!(locate("../out"), Err(Refused::OutsideByLink)));
        assert!(matches!(locate("../n"), Err(Refused::Missing(path)) if path == Path::new("/p/n")));
    }
}
