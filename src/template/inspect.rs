//! What a template reads: labels, the value, queries; and what must fail when it is expanded.
//!
//! The template is walked once with an idea of what each value is. Aliases, the dot of `with` and `range`, and what is passed to a
//! defined template are followed. Where the idea is lost the value is unknown, and nothing is said of it.

mod eval;
mod failures;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::ast::{Branch, BranchKind, Node, Pipeline, Range, Template, TemplateCall, TextSpan};
use super::dialect::Dialect;
use super::error::TemplateError;
use shape::Shape;

/// How surely a use happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// Every time the template is expanded.
    Always,
    /// Only where a condition holds or a range has elements; the condition is about something else.
    Sometimes,
    /// The use tests whether the label is there, or stands where that has been tested, or has something to fall back on.
    Tested,
}

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseKind {
    /// A label of the alert: `$labels.job`. Without a name: all of them.
    Label,
    /// An external label: `$externalLabels.cluster`. Without a name: all of them.
    ExternalLabel,
    /// The value of the alert's expression.
    Value,
    /// The address of the server.
    ExternalUrl,
    /// A query that the template runs; its name is the expression, where that is written out.
    Query,
    /// A label of a query's result.
    QueryLabel,
}

/// One use of something that comes from outside the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What.
    pub kind: UseKind,
    /// The label, or the expression of a query; `None` where it is not written out, or where all labels are used.
    pub name: Option<SmolStr>,
    /// The whole reference: `$labels.job`, `index $labels "job"`.
    pub span: TextSpan,
    /// The name in it, without quotes; the whole reference where there is none.
    pub name_span: TextSpan,
    /// How surely it happens.
    pub guard: Guard,
    /// The function that gets it as an argument.
    pub passed_to: Option<String>,
    /// For a query: whether its name is the format of a `printf`, of which only a part is written out.
    pub formatted: bool,
    /// For a label of a query's result: the reference of that query, where it is known.
    pub query: Option<TextSpan>,
}

impl Use {
    /// Whether the use stands where the template itself decides if it happens.
    pub fn guarded(&self) -> bool {
        self.guard != Guard::Always
    }
}

/// What a template reads and where it must fail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inspection {
    /// All uses, in the order in which they are met.
    pub uses: Vec<Use>,
    /// What fails whenever it is expanded, although it can be parsed.
    pub failures: Vec<TemplateError>,
}

/// What a label or annotation of an alert reads.
pub fn uses(template: &Template) -> Vec<Use> {
    inspect(template, Dialect::PrometheusAlert).uses
}

/// What a template reads, and where it must fail.
pub fn inspect(template: &Template, dialect: Dialect) -> Inspection {
    let mut defined: BTreeMap<&str, &[Node]> = BTreeMap::new();
    for define in &template.defined {
        // Of several definitions only one may hold more than blanks.
        let says_something = define.body.iter().any(|node| !matches!(node, Node::Text { .. } | Node::Comment { .. }));
        if says_something || !defined.contains_key(define.name.as_str()) {
            defined.insert(&define.name, &define.body);
        }
    }
    let mut walk = Walk {
        template,
        defined,
        dialect,
        found: Inspection::default(),
        frame: Frame::main(dialect),
        conditions: 0,
        testing: 0,
        tested: BTreeMap::new(),
        called: BTreeSet::new(),
        depth: 0,
        work: 0,
    };
    walk.nodes(&template.body);
    walk.found
}

/// Blocks and calls of defined templates inside each other that are followed.
const MAX_DEPTH: usize = 200;
/// Commands that are looked at before calls of defined templates are followed no longer.
const MAX_WORK: usize = 50_000;

/// The values of names inside one template body.
struct Frame<'t> {
    dot: Shape,
    variables: Vec<(&'t str, Shape)>,
    // The last place of each name in `variables`, so that finding one does not go through all.
    places: BTreeMap<&'t str, SmallVec<[usize; 2]>>,
}

impl<'t> Frame<'t> {
    fn new(dot: Shape) -> Self {
        let mut frame = Self { dot, variables: Vec::with_capacity(8), places: BTreeMap::new() };
        frame.declare("$", dot);
        frame
    }

    fn main(dialect: Dialect) -> Self {
        let data = match dialect {
            Dialect::PrometheusAlert => Shape::Data,
            Dialect::GrafanaAlert => Shape::GrafanaData,
            Dialect::Alertmanager => Shape::Unknown,
        };
        let mut frame = Self::new(data);
        for name in dialect.variables() {
            let shape = match *name {
                "$labels" => Shape::Labels,
                "$externalLabels" => Shape::ExternalLabels,
                "$externalURL" => Shape::ExternalUrl,
                "$value" => Shape::Value,
                "$" => data,
                _ => Shape::Unknown,
            };
            frame.declare(name, shape);
        }
        frame
    }

    fn declare(&mut self, name: &'t str, value: Shape) {
        self.places.entry(name).or_default().push(self.variables.len());
        self.variables.push((name, value));
    }

    fn get(&self, name: &str) -> Option<Shape> {
        let place = self.places.get(name)?.last()?;
        self.variables.get(*place).map(|(_, value)| *value)
    }

    fn truncate(&mut self, length: usize) {
        while self.variables.len() > length {
            let Some((name, _)) = self.variables.pop() else { return };
            if let Some(places) = self.places.get_mut(name) {
                places.pop();
            }
        }
    }
}

/// A label that has been tested.
type Tested = (UseKind, SmolStr);

struct Walk<'t> {
    template: &'t Template,
    defined: BTreeMap<&'t str, &'t [Node]>,
    dialect: Dialect,
    found: Inspection,
    frame: Frame<'t>,
    // Conditional bodies around the current point.
    conditions: usize,
    // Conditions and fallbacks that are being read.
    testing: usize,
    tested: BTreeMap<Tested, usize>,
    // What has been called with which argument: once is enough, and recursion ends.
    called: BTreeSet<(&'t str, Shape)>,
    depth: usize,
    work: usize,
}

impl<'t> Walk<'t> {
    fn nodes(&mut self, nodes: &'t [Node]) {
        self.depth += 1;
        for node in nodes {
            match node {
                Node::Text { .. } | Node::Comment { .. } | Node::Break { .. } | Node::Continue { .. } => {}
                Node::Action { pipeline, .. } => {
                    let result = self.pipeline(pipeline);
                    if pipeline.variables.is_empty() {
                        self.consume(result, None);
                    }
                }
                Node::Branch(branch) => self.branch(branch),
                Node::Range(range) => self.range(range),
                Node::Call(call) => self.call(call),
            }
        }
        self.depth -= 1;
    }

    fn branch(&mut self, branch: &'t Branch) {
        let visible = self.frame.variables.len();
        let dot = self.frame.dot;
        let mut tested = Vec::new();
        let mut entered = 0;
        for arm in &branch.arms {
            let first = self.found.uses.len();
            self.testing += 1;
            let result = self.pipeline(&arm.pipeline);
            match branch.kind {
                BranchKind::If => self.consume(result, None),
                BranchKind::With => self.frame.dot = result.value,
            }
            self.testing -= 1;
            self.note_tested(first, &mut tested);
            // The second condition is read only where the first does not hold.
            self.conditions += 1;
            entered += 1;
            self.nodes(&arm.body);
            self.frame.dot = dot;
        }
        if let Some(otherwise) = &branch.otherwise {
            self.nodes(&otherwise.body);
        }
        self.conditions -= entered;
        self.forget_tested(tested);
        self.frame.truncate(visible);
    }

    fn range(&mut self, range: &'t Range) {
        let visible = self.frame.variables.len();
        let dot = self.frame.dot;
        let result = self.value_of(&range.pipeline);
        let element = match result.value {
            Shape::Vector(query) => Shape::Sample(query),
            Shape::Labels | Shape::ExternalLabels | Shape::SampleLabels(_) => Shape::Text,
            _ => Shape::Unknown,
        };
        self.consume(result, None);
        self.conditions += 1;
        let names = &range.pipeline.variables;
        for (index, variable) in names.iter().enumerate() {
            let value = if index + 1 == names.len() { element } else { Shape::Unknown };
            self.set(variable, range.pipeline.assigns, value);
        }
        self.frame.dot = element;
        self.nodes(&range.body);
        self.frame.dot = dot;
        if let Some(otherwise) = &range.otherwise {
            self.nodes(&otherwise.body);
        }
        self.conditions -= 1;
        self.frame.truncate(visible);
    }

    fn call(&mut self, call: &'t TemplateCall) {
        let argument = call.argument.as_ref().map_or(Shape::Nil, |pipeline| self.pipeline(pipeline).value);
        let Some(body) = self.defined.get(call.name.as_str()).copied() else {
            self.undefined_template(call);
            return;
        };
        if self.depth > MAX_DEPTH || self.work > MAX_WORK || !self.called.insert((&call.name, argument)) {
            return;
        }
        let outer = std::mem::replace(&mut self.frame, Frame::new(argument));
        self.nodes(body);
        self.frame = outer;
    }

    // The labels that a condition reads count as tested until the block ends.
    fn note_tested(&mut self, first: usize, noted: &mut Vec<Tested>) {
        for found in self.found.uses.iter().skip(first) {
            if let Some(name) = &found.name {
                let key = (found.kind, name.clone());
                *self.tested.entry(key.clone()).or_default() += 1;
                noted.push(key);
            }
        }
    }

    fn forget_tested(&mut self, noted: Vec<Tested>) {
        for key in noted {
            if let Some(count) = self.tested.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.tested.remove(&key);
                }
            }
        }
    }

    fn guard(&self, kind: UseKind, name: Option<&SmolStr>) -> Guard {
        let label = matches!(kind, UseKind::Label | UseKind::ExternalLabel | UseKind::QueryLabel);
        let known = |name: &SmolStr| self.tested.contains_key(&(kind, name.clone()));
        if label && (self.testing > 0 || name.is_some_and(known)) {
            Guard::Tested
        } else if self.conditions > 0 {
            Guard::Sometimes
        } else {
            Guard::Always
        }
    }

    // A pipeline with its variables set.
    fn pipeline(&mut self, pipeline: &'t Pipeline) -> eval::Evaluated {
        let result = self.value_of(pipeline);
        for variable in &pipeline.variables {
            self.set(variable, pipeline.assigns, result.value);
        }
        result
    }

    fn set(&mut self, variable: &'t super::ast::Variable, assigns: bool, value: Shape) {
        // What is set again somewhere may be anything by the time it is read.
        let value = if self.template.reassigned.contains(variable.name.as_str()) { Shape::Unknown } else { value };
        if !assigns {
            self.frame.declare(&variable.name, value);
        } else if self.frame.get(&variable.name).is_none() {
            self.undeclared(variable);
        }
    }
}
