//! Evaluates a request, by rsjsonnet. Nothing but the request is looked at.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::InternedStr;
use rsjsonnet_lang::program::{
    Callbacks, EvalError, EvalErrorKind, EvalStackTraceItem, ImportError, NativeError, Program, Thunk, Value as Evaluated,
};
use rsjsonnet_lang::span::{SourceId, SpanContext, SpanId, SpanManager};

use super::{
    Answer, Content, Event, Failure, FailureKind, Import, Outcome, Place, Request, Step, Trace, Value, ValueSource, explain,
    scan, syntax,
};

/// Brackets may be nested this deep: the parser calls itself for each.
const MOST_NESTED: usize = 500;
/// Room for those calls, and for what else nests without brackets.
pub(super) const STACK: usize = 128 << 20;
/// So many texts of `std.trace` are kept.
const MOST_TRACES: usize = 100;

/// Evaluates a request in this process.
pub fn evaluate(request: &Request) -> Answer {
    let mut answer = Answer::default();
    evaluate_each(request, |event| match event {
        Event::Begins(_) => {}
        Event::Ended(outcome) => answer.outcomes.push(outcome),
        Event::Trace(trace) => answer.traces.push(trace),
    });
    answer
}

/// Evaluates a request and says what happens while it does.
pub fn evaluate_each(request: &Request, mut tell: impl FnMut(Event) + Send) {
    thread::scope(|scope| {
        let work = || {
            let arena = Arena::new();
            let mut session = Session::new(request, &arena, &mut tell);
            session.all();
        };
        // Who cannot have such a thread evaluates nothing, which is said of every file that has no outcome.
        let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).map(thread::ScopedJoinHandle::join);
    });
}

struct Session<'r, 'p, 't> {
    request: &'r Request,
    program: Program<'p>,
    outside: Outside<'r, 'p, 't>,
}

/// What the evaluator asks for, beside the program.
struct Outside<'r, 'p, 't> {
    request: &'r Request,
    /// The files as they were loaded.
    loaded: BTreeMap<usize, Thunk<'p>>,
    files: BTreeMap<SourceId, usize>,
    /// Why the last import failed.
    failure: Option<Failure>,
    traces: usize,
    tell: &'t mut dyn FnMut(Event),
}

/// Leads from the places of the evaluator to those of the request.
pub(super) struct Places<'a> {
    spans: &'a SpanManager,
    files: &'a BTreeMap<SourceId, usize>,
}

impl Places<'_> {
    /// Where a span lies; `None` in the standard library.
    pub(super) fn of(&self, span: SpanId) -> Option<Place> {
        let (context, start, end) = self.spans.get_span(span);
        let SpanContext::Source(source) = self.spans.get_context(context);
        self.files.get(source).map(|file| Place { file: *file, start, end })
    }
}

impl<'r, 'p, 't> Session<'r, 'p, 't> {
    fn new(request: &'r Request, arena: &'p Arena, tell: &'t mut (dyn FnMut(Event) + 't)) -> Self {
        let mut program = Program::new(arena);
        program.set_max_stack(request.limits.stack);
        let outside = Outside { request, loaded: BTreeMap::new(), files: BTreeMap::new(), failure: None, traces: 0, tell };
        Self { request, program, outside }
    }

    fn all(&mut self) {
        let begun = self.request.wanted.first().copied();
        if let Some(first) = begun {
            (self.outside.tell)(Event::Begins(first));
        }
        let arguments = match catch_unwind(AssertUnwindSafe(|| self.given())) {
            Ok(Ok(arguments)) => arguments,
            Ok(Err(failure)) => return (self.outside.tell)(Event::Ended(Outcome::Failed(failure))),
            Err(panic) => return (self.outside.tell)(Event::Ended(Outcome::Failed(broke(&*panic)))),
        };
        for number in &self.request.wanted {
            if Some(*number) != begun {
                (self.outside.tell)(Event::Begins(*number));
            }
            match catch_unwind(AssertUnwindSafe(|| self.file(*number, &arguments))) {
                Ok(outcome) => (self.outside.tell)(Event::Ended(outcome)),
                // What is left of the evaluator is not to be relied on.
                Err(panic) => return (self.outside.tell)(Event::Ended(Outcome::Failed(broke(&*panic)))),
            }
        }
    }

    /// Makes what comes from outside known; the arguments of functions are returned.
    fn given(&mut self) -> Result<Vec<(InternedStr<'p>, Thunk<'p>)>, Failure> {
        for value in &self.request.external {
            let (name, thunk) = self.value(value)?;
            self.program.add_ext_var(name, &thunk);
        }
        self.request.arguments.iter().map(|value| self.value(value)).collect()
    }

    fn value(&mut self, value: &Value) -> Result<(InternedStr<'p>, Thunk<'p>), Failure> {
        let thunk = match &value.source {
            ValueSource::Text(text) => self.program.value_to_thunk(&Evaluated::string(text)),
            ValueSource::File(number) => self.outside.load(&mut self.program, *number)?,
        };
        Ok((self.program.intern_str(&value.name), thunk))
    }

    fn file(&mut self, number: usize, arguments: &[(InternedStr<'p>, Thunk<'p>)]) -> Outcome {
        let thunk = match self.outside.load(&mut self.program, number) {
            Ok(thunk) => thunk,
            Err(failure) => return Outcome::Failed(failure),
        };
        let evaluated = self.program.eval_value(&thunk, &mut self.outside).and_then(|value| match value.is_function() {
            true => self.program.eval_call(&thunk, &[], arguments, &mut self.outside),
            false => Ok(value),
        });
        match evaluated.and_then(|value| self.program.manifest_json(&value, true)) {
            Ok(json) if json.len() > self.request.limits.output => Outcome::Failed(self.too_long(number, json.len())),
            Ok(json) => Outcome::Json(json),
            Err(error) => Outcome::Failed(self.failure(number, error)),
        }
    }

    fn too_long(&self, number: usize, length: usize) -> Failure {
        Failure {
            kind: FailureKind::Limit,
            message: format!(
                "the file evaluates to {} MiB of JSON; it may be {} MiB",
                length.div_ceil(1 << 20),
                self.request.limits.output >> 20
            ),
            at: Some(Place { file: number, start: 0, end: 0 }),
            trail: Vec::new(),
            help: Some("generate less, or split the file: files are merged by name; `output-mib` of [jsonnet] in optiinfra.toml allows more".to_owned()),
        }
    }

    fn failure(&mut self, number: usize, error: EvalError) -> Failure {
        let import = self.outside.failure.take();
        let places = Places { spans: self.program.span_manager(), files: &self.outside.files };
        let trail = explain::trail(&error.stack_trace, &places);
        if let (EvalErrorKind::ImportFailed { .. }, Some(mut failure)) = (&error.kind, import) {
            failure.trail.extend(trail.into_iter().filter(|step| Some(step.at) != failure.at));
            return failure;
        }
        let mut failure = explain::error(&error.kind, &places, self.request.limits.stack);
        // What has no place of its own happened where the innermost step is; what has no step either, in the file.
        let begin = Place { file: number, start: 0, end: 0 };
        failure.at = failure.at.or_else(|| trail.first().map(|step| step.at)).or(Some(begin));
        failure.trail = trail;
        let field = explain::field(&error.stack_trace);
        if !field.is_empty() {
            failure.trail.push(Step { at: begin, what: format!("evaluated for `{field}`") });
        }
        failure
    }
}

impl<'p> Outside<'_, 'p, '_> {
    /// A file as code, parsed when it is met first.
    fn load(&mut self, program: &mut Program<'p>, number: usize) -> Result<Thunk<'p>, Failure> {
        if let Some(thunk) = self.loaded.get(&number) {
            return Ok(thunk.clone());
        }
        let Some(file) = self.request.files.get(number) else { return Err(absent()) };
        let code = file.content.code();
        let nesting = scan::nesting(code);
        if nesting > MOST_NESTED {
            return Err(Failure {
                kind: FailureKind::Limit,
                message: format!("brackets are nested {nesting} deep; {MOST_NESTED} can be read"),
                at: Some(Place { file: number, start: 0, end: 0 }),
                trail: Vec::new(),
                help: Some("name the inner parts with `local`, outside of each other".to_owned()),
            });
        }
        let (context, source) = program.span_manager_mut().insert_source_context(code.len());
        self.files.insert(source, number);
        match program.load_source(context, code, true, &file.name) {
            Ok(thunk) => {
                self.loaded.insert(number, thunk.clone());
                Ok(thunk)
            }
            Err(error) => {
                let mut failure = syntax::failure(&error, &Places { spans: program.span_manager(), files: &self.files });
                failure.at = failure.at.or(Some(Place { file: number, start: 0, end: 0 }));
                Err(failure)
            }
        }
    }

    fn place(&self, program: &Program<'p>, span: SpanId) -> Option<Place> {
        Places { spans: program.span_manager(), files: &self.files }.of(span)
    }

    /// The file that an import leads to; why not is kept.
    fn target(&mut self, program: &Program<'p>, from: SpanId, path: &str) -> Result<usize, ImportError> {
        let at = self.place(program, from);
        let import = at.and_then(|at| self.request.files.get(at.file)).and_then(|file| file.imports.get(path));
        let (message, help) = match import {
            Some(Import::File(number)) => return Ok(*number),
            Some(Import::Refused { message, help }) => (message.clone(), Some(help.clone())),
            None => (format!("the import `{path}` cannot be followed"), None),
        };
        self.failure = Some(Failure { kind: FailureKind::Import, message, at, trail: Vec::new(), help });
        Err(ImportError)
    }
}

impl<'p> Callbacks<'p> for Outside<'_, 'p, '_> {
    fn import(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<Thunk<'p>, ImportError> {
        let number = self.target(program, from, path)?;
        self.load(program, number).map_err(|mut failure| {
            failure.trail.extend(self.place(program, from).map(|at| Step { at, what: "imported here".to_owned() }));
            self.failure = Some(failure);
            ImportError
        })
    }

    fn import_str(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<String, ImportError> {
        let number = self.target(program, from, path)?;
        match self.request.files.get(number).map(|file| &file.content) {
            Some(Content::Text(text)) => Ok(text.clone()),
            _ => {
                self.failure = Some(Failure {
                    kind: FailureKind::Import,
                    message: format!("`{path}` is not UTF-8 text"),
                    at: self.place(program, from),
                    trail: Vec::new(),
                    help: Some("save it as UTF-8, or take its bytes with `importbin`".to_owned()),
                });
                Err(ImportError)
            }
        }
    }

    fn import_bin(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<Vec<u8>, ImportError> {
        let number = self.target(program, from, path)?;
        self.request.files.get(number).map(|file| file.content.bytes().to_vec()).ok_or(ImportError)
    }

    fn trace(&mut self, program: &mut Program<'p>, message: &str, stack: &[EvalStackTraceItem]) {
        self.traces += 1;
        if self.traces > MOST_TRACES {
            return;
        }
        let places = Places { spans: program.span_manager(), files: &self.files };
        let at = explain::trail(stack, &places).first().map(|step| step.at);
        (self.tell)(Event::Trace(Trace { at, message: message.to_owned() }));
    }

    fn native_call(
        &mut self,
        _: &mut Program<'p>,
        _: InternedStr<'p>,
        _: &[Evaluated<'p>],
    ) -> Result<Evaluated<'p>, NativeError> {
        // None is registered, so `std.native` gives null and nothing calls this.
        Err(NativeError)
    }
}

fn absent() -> Failure {
    Failure {
        kind: FailureKind::Import,
        message: "a file of the request is not in it".to_owned(),
        at: None,
        trail: Vec::new(),
        help: None,
    }
}

/// The evaluator gave up in a way that is no error of the language.
fn broke(panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let said = said.unwrap_or_default();
    let is_memory = ["capacity overflow", "out of memory"].iter().any(|words| said.contains(words));
    let (kind, message, help) = match is_memory {
        true => (FailureKind::Limit, "a value is too large for any memory".to_owned(), "make the array or the text smaller"),
        false => (
            FailureKind::Error,
            format!("the evaluator broke off: {said}"),
            "this is a mistake of the evaluator; write the expression in another way",
        ),
    };
    Failure { kind, message, at: None, trail: Vec::new(), help: Some(help.to_owned()) }
}
