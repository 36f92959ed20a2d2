//! PostgreSQL and Redis with something in them, on loopback, ended with the test.

use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::exporters::found;
use crate::servers::until;
use crate::tool::{Run, Tool, run, tool};

const WITHIN: Duration = Duration::from_secs(60);

/// `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

const SERVER: [Tool; 3] = [postgres("postgres"), postgres("initdb"), postgres("psql")];
const REDIS: [Tool; 2] = [redis("redis-server"), redis("redis-cli")];

const fn postgres(program: &'static str) -> Tool {
    tool("postgresql-15", program, [(15, 0), (16, 0)])
}

const fn redis(program: &'static str) -> Tool {
    tool("redis-7", program, [(7, 0), (8, 0)])
}

/// A process that is asked to end before it is made to: what it shares with its children is given back.
struct Process(Child);

impl Process {
    fn end(&mut self) {
        if !self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            return;
        }
        let _ = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let deadline = Instant::now() + Duration::from_secs(15);
        while Instant::now() < deadline && self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A PostgreSQL that listens on a socket in its own folder and nowhere else.
pub(crate) struct Postgres {
    /// A session that stays inside a transaction. It goes before the server.
    session: Option<Process>,
    server: Process,
    psql: PathBuf,
    folder: TempDir,
    user: Option<u32>,
}

impl Postgres {
    /// `None` after a skip has been reported.
    pub(crate) fn start() -> Option<Self> {
        let [server, initdb, _] = &SERVER;
        let mut programs = found([server, initdb, &SERVER[2]])?;
        let folder = tempfile::tempdir().unwrap();
        let user = (folder.path().metadata().unwrap().uid() == 0).then_some(NOBODY);
        if user.is_some() {
            chown(folder.path(), user, user).unwrap();
            programs = programs.map(|program| reachable(&program, folder.path(), user));
        }
        let [server, initdb, psql] = programs;
        let data = folder.path().join("data");
        let mut command = as_user(&initdb, folder.path(), user);
        command.args(["--username=postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8", "-D"]).arg(&data);
        run(&mut command).accepted("initdb");
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = as_user(&server, folder.path(), user);
        command.arg("-D").arg(&data).arg("-k").arg(folder.path());
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "shared_preload_libraries=pg_stat_statements",
            "track_io_timing=on",
            "wal_level=logical",
            "timezone=UTC",
            "log_timezone=UTC",
        ] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let server = Process(command.spawn().unwrap());
        let mut postgres = Self { session: None, server, psql, folder, user };
        until("PostgreSQL answers", WITHIN, || match postgres.ask("postgres", "select 1") {
            Run { code: Some(0), .. } => Ok(()),
            refused => Err(format!("{}\n{}", refused.output, postgres.log())),
        });
        postgres.act();
        Some(postgres)
    }

    /// Tables that are written and read, an extension or two, a slot, and a transaction that stays open.
    fn act(&mut self) {
        self.ask("postgres", "create database shop").accepted("a database");
        for sql in [
            "create extension pg_stat_statements",
            "create extension pg_buffercache",
            "create table orders (id int primary key, status text not null)",
            "insert into orders select n, 'paid' from generate_series(1, 2000) as n",
            "update orders set status = 'refused' where id % 10 = 0",
            "delete from orders where id > 1900",
            "select count(*) from orders",
            "select status from orders where id = 7",
            "analyze orders",
            "vacuum orders",
            "select pg_create_physical_replication_slot('spare', true)",
            "select pg_create_logical_replication_slot('changes', 'pgoutput')",
            "checkpoint",
        ] {
            self.ask("shop", sql).accepted(sql);
        }
        let mut session = self.client("shop").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // The session lasts for as long as its input is open.
        session
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"begin; select txid_current(); lock table orders in row exclusive mode;\n")
            .unwrap();
        self.session = Some(Process(session));
        until("the transaction is open", WITHIN, || {
            let seen = self.ask("shop", "select 'it is ' || state from pg_stat_activity where state = 'idle in transaction'");
            if seen.output.contains("it is idle") { Ok(()) } else { Err(seen.output) }
        });
    }

    fn client(&self, database: &str) -> Command {
        let mut command = as_user(&self.psql, self.folder.path(), self.user);
        command.args(["--no-psqlrc", "--username=postgres", "--dbname", database, "--host"]).arg(self.folder.path());
        command
    }

    fn ask(&self, database: &str, sql: &str) -> Run {
        run(self.client(database).args(["--command", sql]))
    }

    /// The variable that tells an exporter where it is.
    pub(crate) fn data_source(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("DATA_SOURCE_NAME=host={folder} port=5432 user=postgres dbname={database} sslmode=disable")
    }

    pub(crate) fn end(&mut self) {
        self.session = None;
        self.server.end();
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// A program as that user, in that folder.
fn as_user(program: &Path, folder: &Path, user: Option<u32>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("HOME", folder);
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command
}

/// The program where that user can start it: a checkout below root's own folder is closed to others.
fn reachable(program: &Path, folder: &Path, user: Option<u32>) -> PathBuf {
    let mut command = as_user(program, folder, user);
    let starts = command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if starts.is_ok_and(|status| status.success()) {
        return program.to_owned();
    }
    let tool = program.parent().and_then(Path::parent).unwrap();
    let copy = folder.join("tool");
    if !copy.exists() {
        run(Command::new("cp").arg("-a").arg(tool).arg(&copy)).accepted("a copy of the server");
    }
    copy.join("bin").join(program.file_name().unwrap())
}

/// A Redis and one that follows it.
pub(crate) struct Redis {
    follower: Process,
    leader: Process,
    /// Where the leader and the follower listen.
    pub(crate) ports: [u16; 2],
    _folder: TempDir,
}

impl Redis {
    /// `None` after a skip has been reported.
    pub(crate) fn start() -> Option<Self> {
        let [server, cli] = &REDIS;
        let [server, cli] = found([server, cli])?;
        let folder = tempfile::tempdir().unwrap();
        let ports = [free_port(), free_port()];
        let start = |port: u16, more: &[String]| {
            let log = File::create(folder.path().join(format!("{port}.log"))).unwrap();
            let mut command = Command::new(&server);
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--enable-debug-command", "local"]);
            command.args(["--port", &port.to_string(), "--dir"]).arg(folder.path()).args(more);
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
            Process(command.spawn().unwrap())
        };
        let ask = |port: u16, words: &str| {
            run(Command::new(&cli).args(["-h", "127.0.0.1", "-p", &port.to_string()]).args(words.split(' ')))
        };
        let leader = start(ports[0], &[]);
        let answers = |port: u16, words: &str, wanted: &str| {
            until(&format!("Redis: {words}"), WITHIN, || {
                let answer = ask(port, words).output;
                if answer.contains(wanted) { Ok(()) } else { Err(answer) }
            });
        };
        answers(ports[0], "ping", "PONG");
        for words in [
            "config set latency-monitor-threshold 1",
            "config set slowlog-log-slower-than 0",
            "set greeting hello",
            "set stock 7",
            "set passing by ex 3600",
            "get greeting",
            "get missing",
            "get greeting extra",
            "rpush queue a b c",
            "hset visitor name Ann",
            "xadd events * kind order",
            "xadd events * kind refund",
            "xgroup create events readers 0",
            "xreadgroup group readers first count 1 streams events >",
            "debug sleep 0.02",
        ] {
            let answer = ask(ports[0], words).accepted(words);
            assert!(!answer.output.contains("Could not connect"), "{}", answer.output);
        }
        let follower = start(ports[1], &["--replicaof".into(), format!("127.0.0.1 {}", ports[0])]);
        answers(ports[1], "info replication", "master_link_status:up");
        Some(Self { follower, leader, ports, _folder: folder })
    }

    pub(crate) fn end(&mut self) {
        self.follower.end();
        self.leader.end();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
