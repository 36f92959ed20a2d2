//! An evaluation in a process of its own: this program anew, with a request on its standard input.
//!
//! The process bounds itself before it begins: its computing time and its memory, by the operating system. Whoever waits for it has a
//! deadline besides. It is told everything in the request, so it gets no environment, and opens no file.
//!
//! What happens is told in lines of JSON, one [`Event`] each, so that it is known which file was looked at when a limit ended the process.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::evaluate::{STACK, evaluate_each};
use super::{Answer, Event, Failure, FailureKind, Limits, Outcome, Place, Request};
use crate::world::{Bounded, Bounds, Confinement, End, World};

/// The only argument of the process that evaluates what it reads; it is for this program alone.
pub const COMMAND: &str = "evaluate-jsonnet";

/// Address space that a thread takes beside its stack: the system's allocator sets more aside than is used.
const THREAD: u64 = 256 << 20;
/// A process that is short of processors gets so many times its computing time.
const PATIENCE: u64 = 4;

/// Evaluates a request in a process of its own.
///
/// # Errors
///
/// When there can be no such process.
pub fn evaluate(world: &dyn World, request: &Request) -> io::Result<Answer> {
    let Limits { seconds, output, .. } = request.limits;
    let bounds = Bounds {
        time: Duration::from_secs(seconds.saturating_mul(PATIENCE).saturating_add(5)),
        // Escapes can make each byte six.
        output: output.saturating_mul(request.wanted.len().max(1)).saturating_mul(6).saturating_add(1 << 20),
    };
    let bounded = world.run_self(&[COMMAND], serde_json::to_vec(request)?, bounds)?;
    Ok(answer(request, &bounded))
}

/// Reads a request and tells what happens. This is what the process does.
///
/// # Errors
///
/// When what is read is no request, the process cannot be bounded, or nobody listens.
pub fn serve(world: &dyn World, mut input: impl Read, mut out: impl Write + Send) -> io::Result<()> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    let request: Request = serde_json::from_slice(&text)?;
    drop(text);
    world.confine(Confinement {
        memory: request.limits.memory.saturating_add(THREAD).saturating_add(STACK as u64),
        seconds: request.limits.seconds,
    })?;
    let mut result = Ok(());
    evaluate_each(&request, |event| {
        let mut told = || {
            let mut line = serde_json::to_vec(&event)?;
            line.push(b'\n');
            out.write_all(&line)?;
            out.flush()
        };
        if result.is_ok() {
            result = told();
        }
    });
    result
}

fn answer(request: &Request, bounded: &Bounded) -> Answer {
    let mut answer = Answer::default();
    let mut begun = request.wanted.first().copied();
    // A line that was cut off is none.
    let events = bounded.output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Event>(line).ok());
    for event in events {
        match event {
            Event::Begins(number) => begun = Some(number),
            Event::Ended(outcome) => answer.outcomes.push(outcome),
            Event::Trace(trace) => answer.traces.push(trace),
        }
    }
    if bounded.end != End::Code(0) && answer.outcomes.len() < request.wanted.len() {
        answer.outcomes.push(Outcome::Failed(stopped(begun, request.limits, bounded)));
    }
    answer
}

/// What ended the process while it looked at a file.
fn stopped(file: Option<usize>, limits: Limits, bounded: &Bounded) -> Failure {
    let said = String::from_utf8_lossy(&bounded.errors);
    let (message, help) = match bounded.end {
        End::TooLong | End::Time => (
            format!("evaluating the file takes more than {} s", limits.seconds),
            "see whether each recursion and comprehension ends; `seconds` of [jsonnet] in optiinfra.toml allows more",
        ),
        End::TooMuch => (
            format!("what is evaluated is longer than {} MiB", limits.output >> 20),
            "generate less, or split the file: files are merged by name; `output-mib` of [jsonnet] in optiinfra.toml allows more",
        ),
        _ if said.contains("memory allocation of") => (
            format!("evaluating the file takes more than {} MiB of memory", limits.memory >> 20),
            "make arrays and texts smaller; `memory-mib` of [jsonnet] in optiinfra.toml allows more",
        ),
        End::Signal(_) => {
            ("the file is nested too deep to be evaluated".to_owned(), "name inner parts with `local`, outside of each other")
        }
        End::Code(code) => {
            let message = format!("the evaluation ended with exit code {code}: {}", said.lines().last().unwrap_or_default());
            return Failure { kind: FailureKind::Error, message, at: place(file), trail: Vec::new(), help: None };
        }
    };
    Failure { kind: FailureKind::Limit, message, at: place(file), trail: Vec::new(), help: Some(help.to_owned()) }
}

fn place(file: Option<usize>) -> Option<Place> {
    file.map(|file| Place { file, start: 0, end: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonnet::{Content, File, Trace};
    use crate::world::MemoryWorld;
    use std::collections::BTreeMap;

    fn request(texts: &[&str]) -> Request {
        let file = |text: &&str| File {
            name: "a.jsonnet".to_owned(),
            content: Content::Text((*text).to_owned()),
            is_argument: false,
            imports: BTreeMap::new(),
        };
        let files: Vec<File> = texts.iter().map(file).collect();
        let wanted = (0..files.len()).collect();
        Request { files, wanted, external: Vec::new(), arguments: Vec::new(), limits: Limits::default() }
    }

    #[test]
    fn what_is_served_is_what_is_answered() {
        let request = request(&["std.trace('hm', {a: 1})", "{b: error 'x'}"]);
        let mut out = Vec::new();
        serve(&MemoryWorld::default(), serde_json::to_vec(&request).unwrap().as_slice(), &mut out).unwrap();
        let bounded = Bounded { end: End::Code(0), output: out, errors: Vec::new() };
        let answer = answer(&request, &bounded);
        assert_eq!(answer, super::super::evaluate(&request));
        assert_eq!(answer.outcomes.len(), 2);
        assert_eq!(answer.traces.iter().map(|Trace { message, .. }| message.as_str()).collect::<Vec<_>>(), ["hm"]);
    }

    #[test]
    fn what_ended_it_is_said_of_the_file_that_it_looked_at() {
        let request = request(&["1", "2", "3"]);
        let line = |event: &Event| serde_json::to_string(event).unwrap() + "\n";
        let told = line(&Event::Begins(0))
            + &line(&Event::Ended(Outcome::Json("1".to_owned())))
            + &line(&Event::Begins(1))
            + "{\"Ended\":{\"Js";
        let cases = [
            (End::Time, "", "evaluating the file takes more than 10 s"),
            (End::TooLong, "", "evaluating the file takes more than 10 s"),
            (End::Signal(6), "memory allocation of 77 bytes failed", "evaluating the file takes more than 1024 MiB of memory"),
            (End::Signal(11), "", "the file is nested too deep to be evaluated"),
            (End::TooMuch, "", "what is evaluated is longer than 64 MiB"),
            (End::Code(2), "a\nb", "the evaluation ended with exit code 2: b"),
        ];
        for (end, errors, message) in cases {
            let bounded = Bounded { end, output: told.clone().into_bytes(), errors: errors.into() };
            let answer = answer(&request, &bounded);
            let [Outcome::Json(_), Outcome::Failed(failure)] = answer.outcomes.as_slice() else { panic!("{answer:?}") };
            assert_eq!((failure.message.as_str(), failure.at.map(|at| at.file)), (message, Some(1)));
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert!(serve(&MemoryWorld::default(), &b"{}"[..], Vec::new()).is_err());
        assert!(serve(&MemoryWorld::default(), &b""[..], Vec::new()).is_err());
    }
}
