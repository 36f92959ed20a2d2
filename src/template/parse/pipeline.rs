//! What stands inside an action: pipelines, commands, operands.

use super::{Abandoned, Parser, Place, Result};
use crate::template::ast::{Command, Field, Operand, Pipeline, Term, TextSpan, Variable};
use crate::template::lex::{Keyword, Quoted, Token, TokenKind};
use crate::template::{literal, messages};

impl<'t> Parser<'t> {
    pub(super) fn string(&mut self, span: TextSpan) -> String {
        literal::text(span.of(self.text)).unwrap_or_else(|| {
            self.report(messages::bad_string(span, span.of(self.text)));
            String::new()
        })
    }

    // A pipeline and what closes it: `}}`, or `)` inside parentheses.
    pub(super) fn pipeline(&mut self, place: Place, open: TextSpan) -> Result<(Pipeline, TextSpan)> {
        let start = self.peek_solid().span;
        let (variables, assigns) = self.assignments(place)?;
        let mut commands: Vec<Command> = Vec::with_capacity(1);
        let close = if place == Place::Paren { TokenKind::RightParen } else { TokenKind::Close };
        loop {
            let token = self.peek_solid();
            if token.kind == close {
                self.next_solid();
                let Some(last) = commands.last() else {
                    return self.abandon(token.span, messages::missing_value(open.to(token.span), place));
                };
                let span = TextSpan::new(start.start, last.span.end);
                return Ok((Pipeline { span, variables, assigns, commands }, token.span));
            }
            let command = self.command(place)?;
            if !commands.is_empty() && command.operands.first().is_some_and(takes_no_argument) {
                self.report(messages::not_callable(command.span, command.span.of(self.text)));
            }
            commands.push(command);
        }
    }

    // `$a :=`, `$a =`, and in a range `$a, $b :=`.
    fn assignments(&mut self, place: Place) -> Result<(Vec<Variable>, bool)> {
        let mut variables = Vec::new();
        loop {
            let token = self.peek_solid();
            let lead = usize::from(self.peek(0).kind == TokenKind::Space);
            if token.kind != TokenKind::Variable {
                return Ok((variables, false));
            }
            let after = self.peek(lead + 1);
            let next = if after.kind == TokenKind::Space { self.peek(lead + 2) } else { after };
            let set = matches!(next.kind, TokenKind::Assign | TokenKind::Declare);
            if !set && next.kind != TokenKind::Char(',') {
                return Ok((variables, false));
            }
            while self.next().span != next.span {}
            let name = token.span.of(self.text);
            self.scope.declare(name);
            variables.push(Variable { span: token.span, name: name.into() });
            if next.kind == TokenKind::Assign {
                self.reassigned.insert(name.to_owned());
            }
            if set {
                return Ok((variables, next.kind == TokenKind::Assign));
            }
            if place != Place::Range || variables.len() > 1 {
                return self.abandon(token.span, messages::too_many_variables(token.span, place));
            }
            let follower = self.peek_solid();
            if !matches!(follower.kind, TokenKind::Variable | TokenKind::Close | TokenKind::RightParen) {
                return self.abandon(follower.span, messages::not_a_variable(follower.span));
            }
        }
    }

    // Operands up to a `|`, which is taken, or to what closes the pipeline.
    fn command(&mut self, place: Place) -> Result<Command> {
        let mut operands: Vec<Operand> = Vec::with_capacity(1);
        loop {
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            let token = self.peek(0);
            match token.kind {
                TokenKind::Space => {
                    self.next();
                    continue;
                }
                TokenKind::Close | TokenKind::RightParen if !operands.is_empty() => {}
                TokenKind::Pipe if !operands.is_empty() => {
                    self.next();
                }
                _ => return self.unexpected(token, messages::keyword(place)),
            }
            let span = operands.iter().map(|operand| operand.span).reduce(TextSpan::to).unwrap_or(token.span);
            return Ok(Command { span, operands });
        }
    }

    fn operand(&mut self) -> Result<Option<Operand>> {
        let token = self.peek_solid();
        let Some((term, mut span)) = self.term(token)? else { return Ok(None) };
        let mut fields = Vec::new();
        if token.kind == TokenKind::Field {
            fields.push(self.field(token.span));
        }
        while self.peek(0).kind == TokenKind::Field {
            let token = self.next();
            span = span.to(token.span);
            fields.push(self.field(token.span));
        }
        let literal = matches!(term, Term::Nil | Term::Bool(_) | Term::Number(_) | Term::Text(_)) || token.kind == TokenKind::Dot;
        match fields.first() {
            Some(field) if literal => self.abandon(field.span, messages::field_of_literal(field.span, span.of(self.text))),
            _ => Ok(Some(Operand { span, term, fields })),
        }
    }

    fn field(&self, span: TextSpan) -> Field {
        let span = TextSpan::new(span.start + 1, span.end);
        Field { span, name: span.of(self.text).into() }
    }

    // A term at the next token, which is taken; nothing when no term starts there. `.name` is the dot, its field comes after.
    fn term(&mut self, token: Token) -> Result<Option<(Term, TextSpan)>> {
        let written = token.span.of(self.text);
        let term = match token.kind {
            TokenKind::Name => {
                if self.dialect.function(written).is_none() {
                    self.report(messages::unknown_function(token.span, written, self.dialect, &self.scope));
                }
                Term::Function(written.into())
            }
            TokenKind::Variable => {
                if !self.scope.has(written) {
                    self.report(messages::undefined_variable(token.span, written, self.dialect, &self.scope));
                }
                Term::Variable(written.into())
            }
            TokenKind::Dot | TokenKind::Field => Term::Dot,
            TokenKind::Keyword(Keyword::Nil) => Term::Nil,
            TokenKind::Bool(value) => Term::Bool(value),
            TokenKind::Number => Term::Number(literal::number(written).unwrap_or_else(|| {
                self.report(messages::bad_number(token.span, written));
                0.0
            })),
            TokenKind::Quoted(Quoted::Character) => Term::Number(literal::character(written).unwrap_or_else(|| {
                self.report(messages::bad_character_constant(token.span, written));
                0.0
            })),
            TokenKind::Quoted(Quoted::Text) => Term::Text(self.string(token.span)),
            TokenKind::LeftParen => {
                self.next_solid();
                if !self.enter(token.span) {
                    return Err(Abandoned);
                }
                let group = self.pipeline(Place::Paren, token.span);
                self.depth -= 1;
                let (pipeline, close) = group?;
                return Ok(Some((Term::Group(Box::new(pipeline)), token.span.to(close))));
            }
            _ => return Ok(None),
        };
        self.next_solid();
        Ok(Some((term, token.span)))
    }
}

// What cannot stand behind a `|`.
fn takes_no_argument(operand: &Operand) -> bool {
    operand.fields.is_empty() && matches!(operand.term, Term::Dot | Term::Nil | Term::Bool(_) | Term::Number(_) | Term::Text(_))
}
