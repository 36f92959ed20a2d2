//! The real disk and environment.

#![expect(clippy::disallowed_methods, reason = "this is the one place that may touch the operating system")]

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use super::{Bounded, Bounds, Confinement, End, Ended, Entry, FileId, Finished, Kind, Lock, Metadata, Program, World};

/// The operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsWorld;

/// How long to sleep between two attempts at a lock.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// How long to sleep between two looks at a program that runs.
const RUN_PAUSE: Duration = Duration::from_millis(5);

fn kind(file_type: fs::FileType) -> Kind {
    if file_type.is_symlink() {
        Kind::Symlink
    } else if file_type.is_dir() {
        Kind::Dir
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}

/// What is kept of the standard error of a program that has bounds.
const MOST_ERRORS: u64 = 64 << 10;

/// This program, also when its file was replaced since it began.
fn own_program() -> io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(code),
        (None, Some(signal)) if signal == Signal::XCPU.as_raw() => End::Time,
        (None, signal) => End::Signal(signal.unwrap_or_default()),
    }
}

/// Bytes of address space that this process has; a guess where the system does not say.
fn address_space() -> u64 {
    const GUESS: u64 = 512 << 20;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size =
        status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    size.map_or(GUESS, |kilobytes| kilobytes.saturating_mul(1024))
}

/// Lowers a limit of this process; what is lower already stays so.
fn lower(resource: Resource, to: u64) -> io::Result<()> {
    let known = getrlimit(resource);
    let least = |limit: Option<u64>| Some(limit.map_or(to, |limit| limit.min(to)));
    Ok(setrlimit(resource, Rlimit { current: least(known.current), maximum: known.maximum })?)
}

impl World for OsWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(Metadata {
            kind: kind(metadata.file_type()),
            len: metadata.len(),
            id: FileId { device: metadata.dev(), inode: metadata.ino() },
            mode: metadata.mode() & 0o7777,
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            entries.push(Entry { name: entry.file_name(), kind: kind(entry.file_type()?) });
        }
        entries.sort();
        Ok(entries)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        // create_new is O_EXCL, which does not follow a link that stands there either.
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o666).open(path)?;
        file.write_all(bytes)?;
        if let Some(mode) = mode {
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
        file.sync_all()
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            // A file system that cannot refuse in one step: look, then rename.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match fs::symlink_metadata(to) {
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
                Err(error) => Err(error),
            },
            Err(error) => Err(error.into()),
        }
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some network file systems have no such thing for a folder.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            result => result,
        }
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn lock(&self, dir: &Path, wait: Duration) -> io::Result<Option<Lock>> {
        let started = Instant::now();
        let file = File::open(dir)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Lock { _guard: Box::new(file) })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if started.elapsed() >= wait => return Ok(None),
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE.min(wait)),
            }
        }
    }

    fn seconds_since_1970(&self) -> Option<u64> {
        self.since_1970().map(|elapsed| elapsed.as_secs())
    }

    fn since_1970(&self) -> Option<Duration> {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn run(&self, program: &Program) -> io::Result<Finished> {
        let mut command = Command::new(&program.name);
        command.args(&program.args).envs(program.set.iter().copied());
        for name in &program.unset {
            command.env_remove(name);
        }
        if !program.dir.as_os_str().is_empty() {
            command.current_dir(&program.dir);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        // It may write before it has read everything.
        thread::scope(|scope| {
            scope.spawn(|| {
                if let Some(mut input) = input {
                    // A program that does not read all of it says so by its exit code.
                    let _ = input.write_all(&program.input);
                }
            });
            let output = child.wait_with_output()?;
            Ok(Finished { code: output.status.code(), output: output.stdout, errors: output.stderr })
        })
    }

    fn run_in(&self, program: &Path, arguments: &[OsString], dir: &Path, limit: Duration) -> io::Result<Ended> {
        let (mut reader, writer) = io::pipe()?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(dir).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let mut child = command.spawn()?;
        // It holds the writing ends, and the reader would wait for them.
        drop(command);
        let text = thread::spawn(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes)
        });
        let started = Instant::now();
        let code = loop {
            match child.try_wait()? {
                Some(status) => break status.code(),
                None if started.elapsed() >= limit => {
                    child.kill()?;
                    child.wait()?;
                    break None;
                }
                None => thread::sleep(RUN_PAUSE),
            }
        };
        let bytes = text.join().map_err(|_| io::Error::other("what it printed cannot be read"))??;
        Ok(Ended { code, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    fn temporary_dir(&self) -> io::Result<PathBuf> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("optiinfra-gen-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000_000 => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn remove_temporary(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir_all(dir)
    }

    fn run_self(&self, arguments: &[&str], input: Vec<u8>, bounds: Bounds) -> io::Result<Bounded> {
        let started = Instant::now();
        let mut command = Command::new(own_program()?);
        command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (send, read) = mpsc::channel();
        let most = u64::try_from(bounds.output).unwrap_or(u64::MAX).saturating_add(1);
        thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut stdin) = stdin {
                    // A program that does not read all of it says so by how it ends.
                    let _ = stdin.write_all(&input);
                }
            });
            scope.spawn(move || {
                let mut output = Vec::new();
                let result = stdout.map_or(Ok(0), |stdout| stdout.take(most).read_to_end(&mut output));
                // Nobody waits any more for a program that took too long.
                let _ = send.send(result.map(|_| output));
            });
            let errors = scope.spawn(move || {
                let mut errors = Vec::new();
                // What cannot be read is not there; the rest is taken away, so that nobody waits for room to write it.
                if let Some(mut stderr) = stderr {
                    let _ = stderr.by_ref().take(MOST_ERRORS).read_to_end(&mut errors);
                    let _ = io::copy(&mut stderr, &mut io::sink());
                }
                errors
            });
            let output = read.recv_timeout(bounds.time);
            let too_much = matches!(&output, Ok(Ok(output)) if output.len() > bounds.output);
            // It closes its output and ends; one that does the first alone is waited for no longer than the rest.
            let mut stopped = None;
            let status = loop {
                match child.try_wait()? {
                    Some(status) => break status,
                    None if output.is_err() || too_much || started.elapsed() >= bounds.time => {
                        stopped = Some(if too_much { End::TooMuch } else { End::TooLong });
                        child.kill()?;
                        break child.wait()?;
                    }
                    None => thread::sleep(Duration::from_micros(200)),
                }
            };
            // What it wrote before it was stopped says how far it was.
            let output = output.or_else(|_| read.recv()).unwrap_or_else(|_| Ok(Vec::new()))?;
            let errors = errors.join().unwrap_or_default();
            let ended = if too_much { End::TooMuch } else { end_of(status) };
            let end = stopped.unwrap_or(ended);
            Ok(Bounded { end, output, errors })
        })
    }

    fn confine(&self, to: Confinement) -> io::Result<()> {
        lower(Resource::As, address_space().saturating_add(to.memory))?;
        lower(Resource::Cpu, to.seconds)?;
        // What is stopped leaves no image of its memory behind, and writes no file.
        lower(Resource::Core, 0)?;
        lower(Resource::Fsize, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Bounds = Bounds { time: Duration::from_secs(120), output: 1 << 20 };

    /// Whether this is the process that [`run`] made: it alone has no environment.
    fn is_own() -> bool {
        std::env::vars_os().next().is_none()
    }

    /// Runs a test of this program, one that does nothing anywhere else.
    fn run(name: &str, bounds: Bounds) -> Bounded {
        let name = format!("world::os::tests::{name}");
        OsWorld.run_self(&["--exact", "--nocapture", &name], b"what is read".to_vec(), bounds).expect("a process")
    }

    #[test]
    fn says_what_it_reads() {
        if is_own() {
            println!("<{}>", io::read_to_string(io::stdin()).expect("text"));
        }
    }

    #[test]
    fn never_ends() {
        while is_own() {
            thread::sleep(Duration::from_secs(1));
        }
    }

    #[test]
    fn works_for_ever() {
        if is_own() {
            OsWorld.confine(Confinement { memory: 1 << 40, seconds: 1 }).expect("limits");
        }
        let mut number = 1u64;
        while is_own() {
            number = std::hint::black_box(number.wrapping_mul(3));
        }
    }

    #[test]
    fn takes_too_much_memory() {
        if is_own() {
            OsWorld.confine(Confinement { memory: 1 << 30, seconds: 60 }).expect("limits");
            println!("{}", vec![0u8; 4 << 30].len());
        }
    }

    #[test]
    fn a_process_of_its_own_reads_and_has_no_environment() {
        let ended = run("says_what_it_reads", LONG);
        assert_eq!(ended.end, End::Code(0), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.output).contains("<what is read>"), "{ended:?}");
    }

    #[test]
    fn bounds_end_it() {
        let ended = run("never_ends", Bounds { time: Duration::from_millis(800), ..LONG });
        assert_eq!(ended.end, End::TooLong);
        assert_eq!(run("says_what_it_reads", Bounds { output: 3, ..LONG }).end, End::TooMuch);
    }

    #[test]
    fn its_own_limits_end_it() {
        assert_eq!(run("works_for_ever", LONG).end, End::Time);
        let ended = run("takes_too_much_memory", LONG);
        assert!(matches!(ended.end, End::Signal(_)), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.errors).contains("memory allocation of"), "{ended:?}");
    }
}
