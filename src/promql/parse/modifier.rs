//! What follows an operand: ranges, subqueries, `offset`, `@`, `anchored`, `smoothed`.

use super::*;
use crate::promql::duration::{DurationExpr, DurationKind};

impl Parser<'_> {
    pub(super) fn postfix(&mut self, mut node: Node) -> Node {
        loop {
            match self.peek() {
                TokenKind::LeftBracket => node = self.brackets(node),
                TokenKind::Keyword(Keyword::Offset) => self.offset(&mut node),
                TokenKind::At => self.at(&mut node),
                TokenKind::Keyword(Keyword::Anchored) => self.range_extension(&mut node, RangeExtensionKind::Anchored),
                TokenKind::Keyword(Keyword::Smoothed) => self.range_extension(&mut node, RangeExtensionKind::Smoothed),
                _ => return node,
            }
        }
    }

    /// A range or a subquery behind `node`.
    fn brackets(&mut self, node: Node) -> Node {
        let open = self.take();
        let range = self.duration("a duration");
        self.check_positive(&range);
        let colon = self.take_if(TokenKind::Colon);
        let step = (colon.is_some() && self.peek() != TokenKind::RightBracket).then(|| {
            let step = self.duration("a duration or `]`");
            self.check_positive(&step);
            step
        });
        let expected = if colon.is_some() { "`]`" } else { "`]` after the range, or `:` for a subquery" };
        let close = self.close(open, TokenKind::RightBracket, expected);
        let range_span = open.span().to(close);
        let span = node.expr.span.to(range_span);
        if colon.is_some() {
            let height = self.height_above(&[node.height]);
            let subquery = Subquery { expr: node.expr, range, step, range_span, modifiers: Modifiers::default() };
            return Node { expr: Expr::new(ExprKind::Subquery(Box::new(subquery)), span), height };
        }
        self.matrix(node, range, range_span, span)
    }

    fn matrix(&mut self, node: Node, range: DurationExpr, range_span: Span, span: Span) -> Node {
        let selector = match node.expr.kind {
            ExprKind::Selector(selector) => selector,
            ExprKind::Hole => return Node::hole(span),
            other => {
                let text = self.slice(range_span);
                let subquery = format!("{}:]", text.trim_end_matches(']').trim_end());
                let inner = Expr::new(other, node.expr.span);
                let error = match &inner.kind {
                    ExprKind::Matrix(_) | ExprKind::Subquery(_) => {
                        ParseError::new(range_span, "a range vector cannot have a second range")
                            .label(node.expr.span, "this is a range vector already")
                    }
                    ExprKind::Paren(paren) if matches!(paren.kind, ExprKind::Selector(_)) => {
                        ParseError::new(range_span, "a range cannot follow parentheses")
                            .help("put the range inside the parentheses")
                    }
                    _ => ParseError::new(range_span, "a range can only follow a metric selector")
                        .label(node.expr.span, "this is computed, not selected")
                        .help(format!("a subquery computes it over a range: `{}`", quoted(&subquery).trim_matches('`')))
                        .replace(range_span, subquery),
                };
                self.errors.push(error);
                // Taken for what was meant, so that the rest of the expression makes sense.
                let height = self.height_above(&[node.height]);
                let subquery = Subquery { expr: inner, range, step: None, range_span, modifiers: Modifiers::default() };
                let expr = match &subquery.expr.kind {
                    ExprKind::Matrix(_) | ExprKind::Subquery(_) => Expr::new(ExprKind::Hole, span),
                    _ => Expr::new(ExprKind::Subquery(Box::new(subquery)), span),
                };
                return Node { expr, height };
            }
        };
        let early = match &selector.modifiers {
            Modifiers { offset: Some(offset), .. } if is_set_literally(&offset.duration) => Some(("offset", offset.span)),
            Modifiers { at: Some(at), .. } if matches!(at.moment, Moment::Timestamp(_)) => Some(("@", at.span)),
            _ => None,
        };
        if let Some((name, place)) = early {
            self.errors.push(
                ParseError::new(range_span, format!("the range must come before `{name}`"))
                    .label(place, format!("`{name}` is set here"))
                    .help(format!("write the range first: `metric[5m] {name} ...`")),
            );
        }
        let selector_span = node.expr.span;
        let matrix = MatrixSelector { selector: *selector, selector_span, range, range_span };
        Node { expr: Expr::new(ExprKind::Matrix(Box::new(matrix)), span), height: node.height }
    }

    fn check_positive(&mut self, duration: &DurationExpr) {
        if duration.literal().is_some_and(|seconds| seconds <= 0.0) {
            self.errors.push(ParseError::new(duration.span, "the duration must be greater than 0"));
        }
    }

    /// The modifiers of what can have them; otherwise reports that it cannot.
    fn modifiers<'n>(&mut self, node: &'n mut Node, place: Span, name: &str) -> Option<&'n mut Modifiers> {
        let span = node.expr.span;
        match &mut node.expr.kind {
            ExprKind::Selector(selector) => Some(&mut selector.modifiers),
            ExprKind::Matrix(matrix) => Some(&mut matrix.selector.modifiers),
            ExprKind::Subquery(subquery) => Some(&mut subquery.modifiers),
            // A variable can stand for a selector.
            ExprKind::Hole | ExprKind::Variable(_) => None,
            other => {
                let error = ParseError::new(place, format!("`{name}` can only follow a selector or a subquery"))
                    .label(span, "this is neither");
                let error = match other {
                    ExprKind::Paren(_) => error.help(format!("put `{name}` inside the parentheses, behind the selector")),
                    ExprKind::Call(_) | ExprKind::Aggregate(_) => {
                        error.help(format!("put `{name}` behind the selector inside the call"))
                    }
                    _ => error,
                };
                self.errors.push(error);
                None
            }
        }
    }

    fn offset(&mut self, node: &mut Node) {
        let start = self.take().span();
        let duration = self.offset_duration();
        let span = start.to(duration.span);
        // A variable becomes a selector as soon as something can only follow one.
        self.select_variable(node);
        if let Some(modifiers) = self.modifiers(node, span, "offset") {
            // An offset of zero counts as none for the server.
            if let Some(earlier) = modifiers.offset.as_ref().filter(|offset| is_set(&offset.duration)) {
                let error = ParseError::new(span, "`offset` is set twice").label(earlier.span, "first set here");
                self.errors.push(error);
            }
            modifiers.offset = Some(Box::new(Offset { duration, span }));
        }
        node.expr.span = node.expr.span.to(span);
    }

    fn at(&mut self, node: &mut Node) {
        let start = self.take().span();
        let moment = self.moment();
        let span = start.to(self.previous());
        self.select_variable(node);
        if let Some(moment) = moment
            && let Some(modifiers) = self.modifiers(node, span, "@")
        {
            if let Some(earlier) = &modifiers.at {
                let error = ParseError::new(span, "`@` is set twice").label(earlier.span, "first set here");
                self.errors.push(error);
            }
            modifiers.at = Some(Box::new(At { moment, span }));
        }
        node.expr.span = node.expr.span.to(span);
    }

    fn moment(&mut self) -> Option<Moment> {
        let sign = match self.peek() {
            TokenKind::Op(BinaryOp::Add) => Some(UnaryOp::Plus),
            TokenKind::Op(BinaryOp::Sub) => Some(UnaryOp::Minus),
            _ => None,
        };
        if sign.is_some() {
            self.take();
        }
        let token = self.token();
        match token.kind {
            TokenKind::Number | TokenKind::Duration => {
                let mut number = self.number();
                number.value = negate_if(sign.unwrap_or(UnaryOp::Plus), number.value);
                let limit = i64::MAX as f64;
                if !(-limit < number.value && number.value < limit) {
                    self.errors.push(ParseError::new(token.span(), "the time after `@` is out of range"));
                }
                Some(Moment::Timestamp(number))
            }
            TokenKind::Keyword(keyword @ (Keyword::Start | Keyword::End)) if sign.is_none() => {
                self.take();
                let open = self.expect(TokenKind::LeftParen, "`(`")?;
                self.close(open, TokenKind::RightParen, "`)`");
                Some(if keyword == Keyword::Start { Moment::Start } else { Moment::End })
            }
            TokenKind::Template if sign.is_none() && self.variable(token).is_some() => {
                self.take();
                self.variable(token).map(|variable| Moment::Variable(Box::new(variable)))
            }
            _ => {
                self.expected_here("a time in seconds, `start()` or `end()`");
                None
            }
        }
    }

    fn range_extension(&mut self, node: &mut Node, kind: RangeExtensionKind) {
        let span = self.take().span();
        let name = kind.name();
        self.select_variable(node);
        if let ExprKind::Subquery(_) = node.expr.kind {
            self.errors
                .push(ParseError::new(span, format!("`{name}` cannot follow a subquery")).label(node.expr.span, "subquery"));
        } else if let Some(modifiers) = self.modifiers(node, span, name) {
            if let Some(earlier) = modifiers.range_extension.as_ref().filter(|earlier| earlier.kind != kind) {
                let error = ParseError::new(span, "`anchored` and `smoothed` exclude each other")
                    .label(earlier.span, format!("`{}` is set here", earlier.kind.name()));
                self.errors.push(error);
            }
            modifiers.range_extension = Some(RangeExtension { kind, span });
        }
        node.expr.span = node.expr.span.to(span);
    }

    /// A variable with a modifier behind it stands for a metric name.
    fn select_variable(&mut self, node: &mut Node) {
        if let ExprKind::Variable(variable) = &node.expr.kind {
            let name = MetricName { text: Text::variable((**variable).clone()), quoted: false, span: node.expr.span };
            let selector = VectorSelector { name: Some(name), ..VectorSelector::default() };
            node.expr.kind = ExprKind::Selector(Box::new(selector));
        }
    }
}

/// Whether a duration literal is not zero.
fn is_set_literally(duration: &DurationExpr) -> bool {
    duration.literal().is_some_and(|seconds| (seconds * 1e9).round() != 0.0)
}

fn is_set(duration: &DurationExpr) -> bool {
    match duration.kind {
        DurationKind::Hole => false,
        _ => duration.literal().is_none() || is_set_literally(duration),
    }
}
