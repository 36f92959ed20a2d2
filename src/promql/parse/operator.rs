//! Binary operators with their modifiers.

use super::*;

impl Parser<'_> {
    /// The binary operator that comes next, if it binds at least as tightly as `least`; takes it.
    pub(super) fn binary_op(&mut self, least: u8) -> Option<(BinaryOp, Token)> {
        let (TokenKind::Op(op) | TokenKind::Keyword(Keyword::Op(op))) = self.peek() else { return None };
        (op.precedence() >= least).then(|| (op, self.take()))
    }

    /// The rest of a binary expression after its operator.
    pub(super) fn binary(&mut self, op: BinaryOp, op_token: Token, lhs: Node) -> Node {
        let bool_modifier = self.take_if(TokenKind::Keyword(Keyword::Bool)).map(Token::span);
        let matching = self.matching();
        let fill = self.fill();
        let least = op.precedence() + u8::from(!op.is_right_associative());
        let rhs = self.expr(least);
        let height = self.height_above(&[lhs.height, rhs.height]);
        let span = lhs.expr.span.to(rhs.expr.span).to(op_token.span());
        let binary = Binary { op, op_span: op_token.span(), bool_modifier, matching, fill, lhs: lhs.expr, rhs: rhs.expr };
        Node { expr: Expr::new(ExprKind::Binary(Box::new(binary)), span), height }
    }

    /// Whether a variable comes next in place of an operator; it is taken for one that binds least.
    pub(super) fn variable_op(&self, least: u8) -> bool {
        let binds = least <= BinaryOp::Or.precedence();
        binds && self.dialect == Dialect::Grafana && self.peek() == TokenKind::Template
    }

    /// The rest of a binary expression whose operator is a variable.
    pub(super) fn infix(&mut self, lhs: Node) -> Node {
        let token = self.take();
        let callee = self.name_text(token);
        let bool_modifier = self.take_if(TokenKind::Keyword(Keyword::Bool)).map(Token::span);
        let infix = Infix { bool_modifier, matching: self.matching(), fill: self.fill() };
        let rhs = self.expr(BinaryOp::Or.precedence() + 1);
        let height = self.height_above(&[lhs.height, rhs.height]);
        let span = lhs.expr.span.to(rhs.expr.span).to(token.span());
        let args = vec![lhs.expr, rhs.expr];
        let call = VariableCall { callee, callee_span: token.span(), grouping: None, infix: Some(infix), args };
        Node { expr: Expr::new(ExprKind::VariableCall(Box::new(call)), span), height }
    }

    fn matching(&mut self) -> Option<Matching> {
        let on = match self.peek() {
            TokenKind::Keyword(Keyword::On) => true,
            TokenKind::Keyword(Keyword::Ignoring) => false,
            _ => return None,
        };
        let start = self.take().span();
        let (labels, end) = self.labels(if on { "`on`" } else { "`ignoring`" });
        let group = self.group();
        Some(Matching { on, labels, group, span: start.to(end) })
    }

    fn group(&mut self) -> Option<Group> {
        let side = match self.peek() {
            TokenKind::Keyword(Keyword::GroupLeft) => GroupSide::Left,
            TokenKind::Keyword(Keyword::GroupRight) => GroupSide::Right,
            _ => return None,
        };
        let start = self.take().span();
        let (include, end) = match self.peek() {
            TokenKind::LeftParen => self.labels("the group modifier"),
            _ => (Vec::new(), start),
        };
        Some(Group { side, include, span: start.to(end) })
    }

    fn fill(&mut self) -> Fill {
        let mut fill = Fill::default();
        loop {
            let keyword = self.token();
            let repeated = match keyword.kind {
                TokenKind::Keyword(Keyword::Fill) => fill.left.is_some() || fill.right.is_some(),
                TokenKind::Keyword(Keyword::FillLeft) => fill.left.is_some(),
                TokenKind::Keyword(Keyword::FillRight) => fill.right.is_some(),
                _ => return fill,
            };
            if repeated {
                self.error_here(|parser, token| {
                    let name = parser.token_text(token).to_lowercase();
                    ParseError::new(token.span(), format!("`{name}` sets a value that is already set"))
                        .help("`fill` stands alone; `fill_left` and `fill_right` may each stand once")
                });
            }
            self.take();
            let value = self.fill_value(keyword.span());
            if keyword.kind != TokenKind::Keyword(Keyword::FillRight) {
                fill.left = value.clone();
            }
            if keyword.kind != TokenKind::Keyword(Keyword::FillLeft) {
                fill.right = value;
            }
        }
    }

    fn fill_value(&mut self, keyword: Span) -> Option<FillValue> {
        let open = self.expect(TokenKind::LeftParen, "`(`")?;
        let sign = match self.peek() {
            TokenKind::Op(BinaryOp::Add) => Some(UnaryOp::Plus),
            TokenKind::Op(BinaryOp::Sub) => Some(UnaryOp::Minus),
            _ => None,
        };
        if sign.is_some() {
            self.take();
        }
        let value = match self.peek() {
            TokenKind::Number | TokenKind::Duration => {
                let mut number = self.number();
                number.value = negate_if(sign.unwrap_or(UnaryOp::Plus), number.value);
                Some(FillNumber::Number(number))
            }
            TokenKind::Template if sign.is_none() && self.variable(self.token()).is_some() => {
                let token = self.take();
                self.variable(token).map(|variable| FillNumber::Variable(Box::new(variable)))
            }
            _ => {
                self.expected_here("a number to fill in");
                None
            }
        };
        let close = self.close(open, TokenKind::RightParen, "`)` after the number");
        value.map(|value| FillValue { value, span: keyword.to(close) })
    }

    /// Label names in parentheses, with the place of the closing one.
    pub(super) fn labels(&mut self, of: &str) -> (Vec<Label>, Span) {
        let mut labels = Vec::new();
        let Some(open) = self.take_if(TokenKind::LeftParen) else {
            self.expected_here(&format!("`(` and the labels of {of}"));
            return (labels, self.previous());
        };
        while self.peek() != TokenKind::RightParen {
            match self.label() {
                Some(label) => labels.push(label),
                None => self.skip_until(|kind| kind == TokenKind::Comma),
            }
            if self.take_if(TokenKind::Comma).is_none() {
                break;
            }
        }
        let close = self.close(open, TokenKind::RightParen, "`,` or `)`");
        (labels, close)
    }

    fn label(&mut self) -> Option<Label> {
        let token = self.token();
        let name = match token.kind {
            TokenKind::Name | TokenKind::MetricName | TokenKind::Template => self.name_text(token),
            TokenKind::Keyword(keyword) if keyword != Keyword::Without => self.name_text(token),
            TokenKind::String => {
                let decoded = self.string(token);
                if decoded.text.as_plain() == Some("") || !decoded.is_unicode {
                    self.errors.push(ParseError::new(token.span(), "a label name must be text and not empty"));
                }
                decoded.text
            }
            _ => {
                self.error_here(|parser, token| {
                    let error = ParseError::new(token.span(), format!("expected a label name, found {}", parser.found(token)));
                    match token.kind {
                        TokenKind::Keyword(_) => {
                            let text = parser.token_text(token);
                            error.help(format!("write `\"{text}\"` for the label")).replace(token.span(), format!("\"{text}\""))
                        }
                        _ => error,
                    }
                });
                return None;
            }
        };
        self.take();
        Some(Label { name, span: token.span() })
    }
}
