//! From tokens to the syntax tree.
//!
//! The grammar is that of Go's `text/template/parse`, its oddities included (a variable set with `=` counts as declared, an `else`
//! sees the variables of the body before it). An error inside an action gives up that action and no more.

mod pipeline;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Parsed;
use super::ast::{Arm, Branch, BranchKind, Define, Else, Node, Pipeline, Range, Template, TemplateCall, TextSpan};
use super::dialect::Dialect;
use super::error::{ErrorKind, TemplateError};
use super::lex::{Keyword, Lexer, Quoted, Token, TokenKind};
use super::messages;
use super::scope::Scope;

/// Blocks and parentheses inside each other; Go allows 10,000 parentheses, no person writes ten.
const MAX_DEPTH: usize = 100;
/// After this many errors the rest is not looked at.
const MAX_ERRORS: usize = 50;

/// An action was given up; its error has been noted.
struct Abandoned;

type Result<T> = std::result::Result<T, Abandoned>;

/// How a list of nodes ended.
enum Ending {
    /// `{{end}}`
    End(TextSpan),
    /// `{{else}}`, or `{{else if` read up to the keyword, which is then what the action goes on with.
    Else { open: TextSpan, chained: Option<Token> },
    /// The text is over, or was given up.
    Text,
}

/// What a pipeline is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Action,
    If,
    With,
    Range,
    Template,
    Block,
    Define,
    Paren,
}

pub(super) struct Parser<'t> {
    text: &'t str,
    dialect: Dialect,
    lexer: Lexer<'t>,
    ahead: VecDeque<Token>,
    scope: Scope<'t>,
    ranges: usize,
    depth: usize,
    given_up: bool,
    errors: Vec<TemplateError>,
    defined: Vec<Define>,
    reassigned: BTreeSet<String>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            dialect,
            lexer: Lexer::new(text),
            ahead: VecDeque::new(),
            scope: Scope::of(dialect),
            ranges: 0,
            depth: 0,
            given_up: false,
            errors: Vec::new(),
            defined: Vec::new(),
            reassigned: BTreeSet::new(),
        }
    }

    pub(super) fn run(mut self) -> Parsed {
        let mut body = Vec::new();
        loop {
            match self.list(&mut body, true) {
                Ending::Text => break,
                Ending::End(span) => self.report(messages::unexpected_end(span)),
                Ending::Else { open, chained } => {
                    self.report(messages::stray_else(chained.map_or(open, |token| open.to(token.span))));
                    if let Some(keyword) = chained {
                        self.recover(keyword.span.end);
                    }
                }
            }
        }
        self.check_names();
        self.errors.sort_by_key(|error| error.span);
        Parsed { template: Template { body, defined: self.defined, reassigned: self.reassigned }, errors: self.errors }
    }

    // Go refuses a second definition of a name unless one of the two is blank.
    fn check_names(&mut self) {
        let mut first: BTreeMap<&str, TextSpan> = BTreeMap::new();
        let mut errors = Vec::new();
        for define in self.defined.iter().filter(|define| !is_blank(&define.body, self.text)) {
            match first.get(define.name.as_str()) {
                Some(other) => errors.push(messages::duplicate(&define.name, define.name_span, *other)),
                None => {
                    first.insert(&define.name, define.name_span);
                }
            }
        }
        self.errors.extend(errors);
    }

    fn report(&mut self, error: TemplateError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
        self.given_up |= self.errors.len() >= MAX_ERRORS;
    }

    // Gives up the action at a token.
    fn abandon<T>(&mut self, at: TextSpan, error: TemplateError) -> Result<T> {
        self.report(error);
        self.recover(at.start);
        Err(Abandoned)
    }

    fn recover(&mut self, from: usize) {
        self.ahead.clear();
        self.lexer.resume(from);
    }

    fn next(&mut self) -> Token {
        self.ahead.pop_front().unwrap_or_else(|| self.lexer.next())
    }

    // The token `index` places on, without taking it.
    fn peek(&mut self, index: usize) -> Token {
        loop {
            if let Some(token) = self.ahead.get(index) {
                return *token;
            }
            let token = self.lexer.next();
            self.ahead.push_back(token);
        }
    }

    fn next_solid(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_solid(&mut self) -> Token {
        let first = self.peek(0);
        if first.kind == TokenKind::Space { self.peek(1) } else { first }
    }

    fn list(&mut self, nodes: &mut Vec<Node>, outermost: bool) -> Ending {
        while !self.given_up {
            let token = self.next();
            match token.kind {
                TokenKind::Text => nodes.push(Node::Text { span: token.span }),
                TokenKind::Comment => nodes.push(Node::Comment { span: token.span }),
                TokenKind::End => return Ending::Text,
                TokenKind::Open => {
                    if let Ok(Some(ending)) = self.action(token.span, nodes, outermost) {
                        return ending;
                    }
                }
                // Between actions the lexer gives nothing else but the errors of comments.
                _ => {
                    let error =
                        messages::unexpected(self.text, token, TextSpan::new(token.span.start, token.span.end), "the text");
                    self.report(error);
                }
            }
        }
        Ending::Text
    }

    fn action(&mut self, open: TextSpan, nodes: &mut Vec<Node>, outermost: bool) -> Result<Option<Ending>> {
        let token = self.peek_solid();
        let TokenKind::Keyword(keyword) = token.kind else {
            return self.plain(open, nodes);
        };
        match keyword {
            Keyword::Nil => return self.plain(open, nodes),
            Keyword::Define if !outermost => self.report(messages::nested_define(token.span)),
            _ => {}
        }
        self.next_solid();
        match keyword {
            Keyword::End => {
                let close = self.close("`end`")?;
                return Ok(Some(Ending::End(open.to(close))));
            }
            Keyword::Else => {
                let follower = self.peek_solid();
                let chained = matches!(follower.kind, TokenKind::Keyword(Keyword::If | Keyword::With));
                if chained {
                    let keyword = self.next_solid();
                    return Ok(Some(Ending::Else { open, chained: Some(keyword) }));
                }
                let close = self.close("`else`")?;
                return Ok(Some(Ending::Else { open: open.to(close), chained: None }));
            }
            Keyword::If => self.branch(BranchKind::If, open, nodes),
            Keyword::With => self.branch(BranchKind::With, open, nodes),
            Keyword::Range => self.range(open, nodes),
            Keyword::Define => self.define(open),
            Keyword::Block | Keyword::Template => self.call(open, keyword == Keyword::Block, nodes),
            Keyword::Break | Keyword::Continue => {
                let close = self.close(if keyword == Keyword::Break { "`break`" } else { "`continue`" })?;
                let span = open.to(close);
                if self.ranges == 0 {
                    self.report(messages::outside_range(token.span.of(self.text), span));
                }
                nodes.push(if keyword == Keyword::Break { Node::Break { span } } else { Node::Continue { span } });
            }
            Keyword::Nil => {}
        }
        Ok(None)
    }

    fn plain(&mut self, open: TextSpan, nodes: &mut Vec<Node>) -> Result<Option<Ending>> {
        let (pipeline, close) = self.pipeline(Place::Action, open)?;
        nodes.push(Node::Action { span: open.to(close), pipeline });
        Ok(None)
    }

    // The `}}` of an action that takes nothing more.
    fn close(&mut self, place: &str) -> Result<TextSpan> {
        let token = self.next_solid();
        if token.kind == TokenKind::Close { Ok(token.span) } else { self.unexpected(token, place) }
    }

    fn unexpected<T>(&mut self, token: Token, place: &str) -> Result<T> {
        let action = TextSpan::new(self.lexer.action(), token.span.start);
        let error = messages::unexpected(self.text, token, action, place);
        if error.kind == ErrorKind::UnclosedAction {
            // What was read as the rest of the action is most likely text.
            self.errors.retain(|error| error.span.start < action.start || error.span.end > token.span.end);
        }
        self.abandon(token.span, error)
    }

    // The head of a block. A broken one still opens its block, or its `end` would close another.
    fn head(&mut self, place: Place, open: TextSpan) -> (TextSpan, Pipeline) {
        match self.pipeline(place, open) {
            Ok((pipeline, close)) => (open.to(close), pipeline),
            Err(Abandoned) => (open, Pipeline { span: open, variables: Vec::new(), assigns: false, commands: Vec::new() }),
        }
    }

    fn enter(&mut self, span: TextSpan) -> bool {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.report(messages::too_deep(span, MAX_DEPTH));
            self.given_up = true;
        }
        !self.given_up
    }

    fn branch(&mut self, kind: BranchKind, open: TextSpan, nodes: &mut Vec<Node>) {
        if !self.enter(open) {
            return;
        }
        let (place, keyword) = match kind {
            BranchKind::If => (Place::If, Keyword::If),
            BranchKind::With => (Place::With, Keyword::With),
        };
        let visible = self.scope.len();
        let mut arms = Vec::new();
        let mut arm_open = open;
        // A chain of `else if` is a list, so that its length is no depth.
        let ending = loop {
            let (head, pipeline) = self.head(place, arm_open);
            let mut body = Vec::new();
            let ending = self.list(&mut body, false);
            arms.push(Arm { head, pipeline, body });
            match ending {
                Ending::Else { open: next, chained: Some(token) } if token.kind == TokenKind::Keyword(keyword) => {
                    arm_open = next.to(token.span);
                }
                ending => break ending,
            }
        };
        let (otherwise, end) = self.finish(ending, open, place);
        self.scope.truncate(visible);
        self.depth -= 1;
        nodes.push(Node::Branch(Branch { kind, span: open.to(end), arms, otherwise }));
    }

    fn range(&mut self, open: TextSpan, nodes: &mut Vec<Node>) {
        if !self.enter(open) {
            return;
        }
        let visible = self.scope.len();
        let (head, pipeline) = self.head(Place::Range, open);
        let mut body = Vec::new();
        self.ranges += 1;
        let ending = self.list(&mut body, false);
        self.ranges -= 1;
        let (otherwise, end) = self.finish(ending, open, Place::Range);
        self.scope.truncate(visible);
        self.depth -= 1;
        nodes.push(Node::Range(Range { span: open.to(end), head, pipeline, body, otherwise }));
    }

    // Reads on from what ended a body to the `end` of its block: the `else` part, where there is one, and the end of the block.
    fn finish(&mut self, ending: Ending, opened: TextSpan, place: Place) -> (Option<Else>, TextSpan) {
        let mut otherwise: Option<Else> = None;
        let mut ending = ending;
        loop {
            match ending {
                Ending::End(end) => return (otherwise, end),
                Ending::Text => {
                    let end = TextSpan::new(self.text.len(), self.text.len());
                    if !self.given_up {
                        self.report(messages::unclosed_block(opened, place));
                    }
                    return (otherwise, end);
                }
                Ending::Else { open, chained } => {
                    let head = chained.map_or(open, |keyword| open.to(keyword.span));
                    match (&otherwise, chained) {
                        (Some(first), _) => self.report(messages::second_else(head, first.head)),
                        (None, Some(keyword)) => self.report(messages::mismatched_else(head, keyword.span.of(self.text), place)),
                        (None, None) if matches!(place, Place::Block | Place::Define) => self.report(messages::stray_else(head)),
                        (None, None) => {}
                    }
                    if let Some(keyword) = chained {
                        self.recover(keyword.span.end);
                    }
                    let mut body = Vec::new();
                    ending = self.list(&mut body, false);
                    // What follows a second `else` belongs to no branch, but its errors and its `end` count.
                    otherwise.get_or_insert(Else { head, body });
                }
            }
        }
    }

    fn define(&mut self, open: TextSpan) {
        let head = self.name("`define`").and_then(|name| self.close("`define`").map(|close| (name, open.to(close))));
        let ((name, name_span), head) = head.unwrap_or_else(|Abandoned| ((String::new(), open), open));
        self.definition(open, head, name, name_span, Place::Define);
    }

    // The body of `define` and of `block`. It sees none of the variables around it.
    fn definition(&mut self, open: TextSpan, head: TextSpan, name: String, name_span: TextSpan, place: Place) {
        if !self.enter(open) {
            return;
        }
        let scope = std::mem::replace(&mut self.scope, Scope::definition());
        let ranges = std::mem::take(&mut self.ranges);
        let slot = self.defined.len();
        self.defined.push(Define { span: head, name, name_span, body: Vec::new() });
        let mut body = Vec::new();
        let ending = self.list(&mut body, false);
        let (_, end) = self.finish(ending, open, place);
        if let Some(define) = self.defined.get_mut(slot) {
            define.span = open.to(end);
            define.body = body;
        }
        self.ranges = ranges;
        self.scope = scope;
        self.depth -= 1;
    }

    fn call(&mut self, open: TextSpan, block: bool, nodes: &mut Vec<Node>) {
        let place = if block { Place::Block } else { Place::Template };
        let head = self.name(messages::keyword(place)).and_then(|name| {
            if !block && self.peek_solid().kind == TokenKind::Close {
                let close = self.next_solid();
                return Ok((name, None, close.span));
            }
            let (pipeline, close) = self.pipeline(place, open)?;
            Ok((name, Some(pipeline), close))
        });
        let ((name, name_span), argument, close) = head.unwrap_or_else(|Abandoned| ((String::new(), open), None, open));
        let span = open.to(close);
        nodes.push(Node::Call(TemplateCall { span, name: name.clone(), name_span, argument }));
        if block {
            self.definition(open, span, name, name_span, place);
        }
    }

    // The name of a template, a string.
    fn name(&mut self, place: &str) -> Result<(String, TextSpan)> {
        let token = self.next_solid();
        if token.kind != TokenKind::Quoted(Quoted::Text) {
            return self.unexpected(token, place);
        }
        Ok((self.string(token.span), token.span))
    }
}

fn is_blank(nodes: &[Node], text: &str) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text { span } => span.of(text).trim().is_empty(),
        Node::Comment { .. } => true,
        _ => false,
    })
}
