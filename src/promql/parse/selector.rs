//! Vector selectors and their matchers.

use super::*;
use crate::promql::operators::MatchOp;
use crate::promql::regex;

const REGEX_OPERATORS: [char; 13] = ['\\', '.', '+', '*', '?', '(', ')', '[', ']', '{', '}', '^', '$'];

impl Parser<'_> {
    /// A metric name, whose token is next, with the matchers behind it.
    pub(super) fn named_selector(&mut self) -> Node {
        let token = self.take();
        let name = MetricName { text: self.name_text(token), quoted: false, span: token.span() };
        if self.peek() == TokenKind::LeftBrace {
            return self.selector(Some(name));
        }
        let selector = VectorSelector { name: Some(name), ..VectorSelector::default() };
        Node::leaf(ExprKind::Selector(Box::new(selector)), token.span())
    }

    /// Matchers in braces, behind a name or without one.
    pub(super) fn selector(&mut self, name: Option<MetricName>) -> Node {
        let outer = name.as_ref().map(|name| name.span);
        let mut selector = VectorSelector { name, ..VectorSelector::default() };
        let open = self.take();
        while self.peek() != TokenKind::RightBrace {
            if !self.matcher(&mut selector, outer) {
                self.skip_until(|kind| kind == TokenKind::Comma);
            }
            if self.take_if(TokenKind::Comma).is_none() {
                break;
            }
        }
        let close = self.close_braces(open);
        let braces = open.span().to(close);
        selector.braces = Some(braces);
        Node::leaf(ExprKind::Selector(Box::new(selector)), outer.unwrap_or(braces).to(braces))
    }

    /// Closes braces. Where the closing one is missing, what follows the matchers is still read as what it is.
    fn close_braces(&mut self, open: Token) -> Span {
        if let Some(token) = self.take_if(TokenKind::RightBrace) {
            return token.span();
        }
        self.error_here(|parser, token| {
            ParseError::new(token.span(), format!("expected `,` or `}}`, found {}", parser.found(token)))
                .label(open.span(), "opened here")
        });
        self.skip_until(|kind| matches!(kind, TokenKind::RightBrace | TokenKind::LeftBracket));
        self.take_if(TokenKind::RightBrace).map_or(self.previous(), Token::span)
    }

    /// One matcher, or a quoted metric name; whether it could be read.
    fn matcher(&mut self, selector: &mut VectorSelector, outer: Option<Span>) -> bool {
        let token = self.token();
        let name = match token.kind {
            TokenKind::Name => self.name_text(token),
            TokenKind::Template => self.name_text(token),
            TokenKind::String => self.string(token).text,
            _ => {
                self.error_here(|parser, token| {
                    let error = ParseError::new(token.span(), format!("expected a label or `}}`, found {}", parser.found(token)));
                    match token.kind {
                        TokenKind::End => error.help("the braces are not closed"),
                        _ => error,
                    }
                });
                return false;
            }
        };
        self.take();
        let op = match self.peek() {
            TokenKind::Assign => MatchOp::Equal,
            TokenKind::Op(BinaryOp::NotEqual) => MatchOp::NotEqual,
            TokenKind::RegexMatch => MatchOp::Regex,
            TokenKind::RegexNoMatch => MatchOp::NotRegex,
            _ if token.kind == TokenKind::String => return self.quoted_name(selector, name, token, outer),
            _ if token.kind == TokenKind::Template && name.as_variable().is_some() => {
                selector.matcher_variables.extend(name.as_variable().cloned());
                return true;
            }
            _ => {
                self.error_here(|parser, next| {
                    ParseError::new(
                        next.span(),
                        format!(
                            "expected `=`, `!=`, `=~` or `!~` after {}, found {}",
                            quoted(parser.token_text(token)),
                            parser.found(next)
                        ),
                    )
                });
                return false;
            }
        };
        let op_span = self.take().span();
        let value_token = self.token();
        if value_token.kind != TokenKind::String {
            self.error_here(|parser, token| {
                let error = ParseError::new(token.span(), format!("expected a string in quotes, found {}", parser.found(token)));
                match token.kind {
                    TokenKind::Name | TokenKind::Template => {
                        let text = parser.token_text(token);
                        error.help(format!("write `\"{text}\"`")).replace(token.span(), format!("\"{text}\""))
                    }
                    TokenKind::Assign => error.help("labels are compared with one `=`").replace(token.span(), ""),
                    _ => error,
                }
            });
            return false;
        }
        self.take();
        let value = self.string(value_token);
        if op.is_regex()
            && let Text::Plain(pattern) = &value.text
        {
            self.check_regex(pattern, value.is_unicode, value_token);
        }
        let label = Label { name, span: token.span() };
        selector.matchers.push(Matcher { label, op, op_span, value: value.text, value_span: value_token.span() });
        true
    }

    fn check_regex(&mut self, pattern: &str, is_unicode: bool, token: Token) {
        let error = match regex::check(pattern) {
            Err(error) => error.to_string(),
            // The server does not look into alternatives without any operator.
            Ok(_) if !is_unicode && pattern.contains(REGEX_OPERATORS) => "it is not valid text".to_owned(),
            Ok(_) => return,
        };
        self.errors.push(
            ParseError::new(token.span(), format!("{} is not a regular expression: {error}", quoted(pattern)))
                .help("patterns have the syntax of RE2"),
        );
    }

    /// A metric name in quotes inside the braces.
    fn quoted_name(&mut self, selector: &mut VectorSelector, text: Text, token: Token, outer: Option<Span>) -> bool {
        if selector.name.is_none() && outer.is_none() {
            selector.name = Some(MetricName { text, quoted: true, span: token.span() });
        } else {
            selector.matchers.push(Matcher {
                label: Label { name: Text::plain("__name__"), span: token.span() },
                op: MatchOp::Equal,
                op_span: token.span(),
                value: text,
                value_span: token.span(),
            });
        }
        true
    }
}
