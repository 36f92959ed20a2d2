//! Calls of functions, and what is called by a variable.

use super::*;
use crate::promql::functions;
use crate::promql::suggest;

impl Parser<'_> {
    /// A function's name and its arguments.
    pub(super) fn call(&mut self) -> Node {
        let name_token = self.take();
        let name = self.token_text(name_token).to_owned();
        let callee = functions::get(&name).map_or_else(|| Callee::Unknown(name), Callee::Known);
        if let Callee::Unknown(name) = &callee {
            let error = unknown_function(name, name_token.span());
            self.errors.push(error);
        }
        let (args, height, end) = self.args();
        let height = self.height_above(&[height]);
        let span = name_token.span().to(end);
        Node { expr: Expr::new(ExprKind::Call(Call { callee, callee_span: name_token.span(), args }), span), height }
    }

    /// Arguments in parentheses, the greatest height among them, and the place of the closing parenthesis.
    pub(super) fn args(&mut self) -> (Vec<Expr>, u16, Span) {
        let open = self.take();
        let mut args = Vec::new();
        let mut height = 0;
        if self.peek() != TokenKind::RightParen {
            loop {
                let node = self.expr(0);
                height = height.max(node.height);
                args.push(node.expr);
                if !matches!(self.peek(), TokenKind::Comma | TokenKind::RightParen | TokenKind::End) {
                    self.error_here(|parser, token| {
                        let message = format!("expected `,`, `)` or an operator, found {}", parser.found(token));
                        let error = ParseError::new(token.span(), message).label(open.span(), "opened here");
                        match token.kind {
                            TokenKind::Assign => error.help("a comparison is written `==`").replace(token.span(), "=="),
                            _ => error,
                        }
                    });
                    self.skip_until(|kind| kind == TokenKind::Comma);
                }
                if self.take_if(TokenKind::Comma).is_none() {
                    break;
                }
            }
        }
        let close = self.close(open, TokenKind::RightParen, "`,` or `)`");
        (args, height, close)
    }

    /// A word with variables: a metric name where braces or a range follow, a callee where arguments follow, otherwise
    /// anything that a variable can stand for.
    pub(super) fn template_expr(&mut self) -> Node {
        let token = self.token();
        let text = self.name_text(token);
        let grouping_follows = matches!(self.peek_at(1), TokenKind::Keyword(Keyword::By | Keyword::Without));
        if self.peek_at(1) == TokenKind::LeftParen || grouping_follows {
            return self.variable_call(text);
        }
        let is_selector =
            self.peek_at(1) == TokenKind::LeftBrace || (self.peek_at(1) == TokenKind::LeftBracket && !self.is_subquery());
        let starts_as_number = matches!(&text, Text::Template(parts) if matches!(parts.first(), Some(TextPart::Literal(text)) if text.starts_with(|c: char| c.is_ascii_digit())));
        match text.as_variable() {
            None if !starts_as_number => self.named_selector(),
            Some(_) if is_selector => self.named_selector(),
            variable => {
                let variable = variable.or(text.variables().next()).cloned();
                self.take();
                match variable {
                    Some(variable) => Node::leaf(ExprKind::Variable(Box::new(variable)), token.span()),
                    None => Node::hole(token.span()),
                }
            }
        }
    }

    /// Whether the brackets behind the next token are those of a subquery.
    fn is_subquery(&self) -> bool {
        let rest = self.tokens.get(self.next + 2..).unwrap_or_default();
        rest.iter()
            .find(|token| matches!(token.kind, TokenKind::Colon | TokenKind::RightBracket | TokenKind::LeftBracket))
            .is_some_and(|token| token.kind == TokenKind::Colon)
    }

    fn variable_call(&mut self, callee: Text) -> Node {
        let callee_span = self.take().span();
        let mut grouping = self.grouping(false);
        let (args, height, mut end) = match self.peek() {
            TokenKind::LeftParen => self.args(),
            _ => {
                self.expected_here("`(` and what is aggregated");
                (Vec::new(), 0, self.previous())
            }
        };
        if grouping.is_none() {
            grouping = self.grouping(true);
            end = grouping.as_ref().map_or(end, |grouping| grouping.span);
        }
        let height = self.height_above(&[height]);
        let call = VariableCall { callee, callee_span, grouping, infix: None, args };
        Node { expr: Expr::new(ExprKind::VariableCall(Box::new(call)), callee_span.to(end)), height }
    }
}

fn unknown_function(name: &str, span: Span) -> ParseError {
    let error = ParseError::new(span, format!("there is no function {}", quoted(name)));
    if let Some(now) = functions::replacement(name) {
        return error.help(format!("use `{now}`, which took its place"));
    }
    let lower = name.to_lowercase();
    if functions::get(&lower).is_some() {
        return error.help(format!("names of functions are written in lower case: `{lower}`")).replace(span, lower);
    }
    match suggest::nearest(name, functions::FUNCTIONS.iter().map(|function| function.name)) {
        Some(near) => error.help(format!("did you mean `{near}`?")).replace(span, near),
        None => error,
    }
}
