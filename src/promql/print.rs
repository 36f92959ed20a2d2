//! The canonical text of an expression: one line that parses to an equivalent tree.

use std::fmt::{self, Display, Write};

use super::ast::*;
use super::duration::{DurationExpr, DurationKind};
use super::keyword;
use super::literal::{is_unsigned, write_number};
use super::operators::{BinaryOp, MatchOp};
use super::quote::Quoted;
use super::text::Text;

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(number) => f.write_str(&write_number(*number)),
            ExprKind::String(value) => Quoted(value).fmt(f),
            ExprKind::Selector(selector) => write!(f, "{}{}", Series(selector), selector.modifiers),
            ExprKind::Matrix(matrix) => {
                write!(f, "{}[{}]{}", Series(&matrix.selector), matrix.range, matrix.selector.modifiers)
            }
            ExprKind::Subquery(subquery) => {
                operand(f, &subquery.expr, POSTFIX)?;
                write!(f, "{}", Brackets(subquery))
            }
            ExprKind::Call(call) => {
                f.write_str(call.callee.name())?;
                args(f, &call.args)
            }
            ExprKind::VariableCall(call) => {
                if let Some((lhs, operator, rhs)) = infix(call) {
                    operand(f, lhs, BinaryOp::Or.precedence())?;
                    write!(f, " {operator} ")?;
                    return operand(f, rhs, BinaryOp::Or.precedence() + 1);
                }
                write!(f, "{}", call.callee)?;
                if let Some(grouping) = &call.grouping {
                    write!(f, " {grouping} ")?;
                }
                args(f, &call.args)
            }
            ExprKind::Aggregate(aggregate) => {
                write!(f, "{}(", AggregateHead(aggregate))?;
                if let Some(param) = &aggregate.param {
                    write!(f, "{param}, ")?;
                }
                write!(f, "{})", aggregate.expr)
            }
            ExprKind::Binary(binary) => {
                operand(f, &binary.lhs, binary.least_left())?;
                write!(f, " {} ", Operator::of(binary))?;
                operand(f, &binary.rhs, binary.least_right())
            }
            ExprKind::Unary(unary) => {
                f.write_str(unary.op.symbol())?;
                operand(f, &unary.expr, unary.least())
            }
            ExprKind::Paren(inner) => write!(f, "({inner})"),
            ExprKind::Variable(variable) => variable.fmt(f),
            ExprKind::Hole => f.write_str("<error>"),
        }
    }
}

/// The precedence of what a range or a modifier can follow without parentheses.
pub(super) const POSTFIX: u8 = 7;

/// How tightly the outermost operator of an expression binds.
pub(super) fn precedence(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(binary) => binary.op.precedence(),
        ExprKind::Unary(_) => BinaryOp::Mul.precedence(),
        ExprKind::Number(number) if !is_unsigned(*number) => BinaryOp::Mul.precedence(),
        ExprKind::VariableCall(call) if infix(call).is_some() => BinaryOp::Or.precedence(),
        _ => POSTFIX,
    }
}

/// Both sides of a variable that stands for an operator, and what is between them.
pub(super) fn infix(call: &VariableCall) -> Option<(&Expr, Operator<'_>, &Expr)> {
    let (Some(infix), [lhs, rhs]) = (&call.infix, call.args.as_slice()) else { return None };
    let operator = Operator {
        name: &call.callee,
        bool_modifier: infix.bool_modifier.is_some(),
        matching: infix.matching.as_ref(),
        fill: &infix.fill,
        parens_follow: starts_with_paren(rhs, BinaryOp::Or.precedence() + 1),
    };
    Some((lhs, operator, rhs))
}

/// Writes an operand, in parentheses where it binds less tightly than `least`.
fn operand(f: &mut fmt::Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    if precedence(expr) < least { write!(f, "({expr})") } else { expr.fmt(f) }
}

fn args(f: &mut fmt::Formatter<'_>, args: &[Expr]) -> fmt::Result {
    f.write_char('(')?;
    list(f, args, ", ")?;
    f.write_char(')')
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, items: impl IntoIterator<Item = T>, separator: &str) -> fmt::Result {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Binary {
    /// How tightly the left side must bind to need no parentheses.
    pub(super) fn least_left(&self) -> u8 {
        let in_durations = self.op.is_arithmetic() && self.op != BinaryOp::Atan2;
        if in_durations && is_open(&self.lhs) { u8::MAX } else { self.op.precedence() + u8::from(self.op.is_right_associative()) }
    }

    /// The same for the right side; a sign may stand there in any case.
    pub(super) fn least_right(&self) -> u8 {
        match &self.rhs.kind {
            ExprKind::Unary(_) | ExprKind::Number(_) => 0,
            _ => self.op.precedence() + u8::from(!self.op.is_right_associative()),
        }
    }
}

impl Unary {
    /// How tightly the operand must bind to need no parentheses; a sign may follow a sign.
    pub(super) fn least(&self) -> u8 {
        if matches!(self.expr.kind, ExprKind::Unary(_)) { 0 } else { BinaryOp::Pow.precedence() }
    }
}

/// An operator with its modifiers.
pub(super) struct Operator<'a> {
    name: &'a dyn Display,
    bool_modifier: bool,
    matching: Option<&'a Matching>,
    fill: &'a Fill,
    parens_follow: bool,
}

impl<'a> Operator<'a> {
    pub(super) fn of(binary: &'a Binary) -> Self {
        Self {
            name: &binary.op,
            bool_modifier: binary.bool_modifier.is_some(),
            matching: binary.matching.as_ref(),
            fill: &binary.fill,
            parens_follow: starts_with_paren(&binary.rhs, binary.least_right()),
        }
    }
}

impl Display for Operator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        if self.bool_modifier {
            f.write_str(" bool")?;
        }
        if let Some(matching) = self.matching {
            write!(f, " {matching}")?;
        }
        match (&self.fill.left, &self.fill.right) {
            (Some(left), Some(right)) if left.value == right.value => write!(f, " fill ({})", left.value),
            (left, right) => {
                if let Some(left) = left {
                    write!(f, " fill_left ({})", left.value)?;
                }
                if let Some(right) = right {
                    write!(f, " fill_right ({})", right.value)?;
                }
                Ok(())
            }
        }?;
        // Without parentheses of its own a group modifier would take those of the right side.
        let bare_group = self.matching.and_then(|matching| matching.group.as_ref()).is_some_and(|group| group.include.is_empty());
        let has_fill = self.fill.left.is_some() || self.fill.right.is_some();
        if bare_group && !has_fill && self.parens_follow { f.write_str(" ()") } else { Ok(()) }
    }
}

/// Whether the text of an operand that must bind as tightly as `least` starts with a parenthesis.
fn starts_with_paren(expr: &Expr, least: u8) -> bool {
    let (mut expr, mut least) = (expr, least);
    loop {
        if precedence(expr) < least {
            return true;
        }
        (expr, least) = match &expr.kind {
            ExprKind::Paren(_) => return true,
            ExprKind::Binary(inner) => (&inner.lhs, inner.least_left()),
            ExprKind::Subquery(inner) => (&inner.expr, POSTFIX),
            ExprKind::VariableCall(call) if call.infix.is_some() => match call.args.first() {
                Some(first) => (first, BinaryOp::Or.precedence()),
                None => return false,
            },
            _ => return false,
        };
    }
}

impl Display for FillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.write_str(&write_number(*number)),
            Self::Variable(variable) => variable.fmt(f),
        }
    }
}

impl Display for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", if self.on { "on" } else { "ignoring" })?;
        list(f, self.labels.iter().map(GroupingLabel), ", ")?;
        f.write_char(')')?;
        let Some(group) = &self.group else { return Ok(()) };
        f.write_str(match group.side {
            GroupSide::Left => " group_left",
            GroupSide::Right => " group_right",
        })?;
        if !group.include.is_empty() {
            f.write_str(" (")?;
            list(f, group.include.iter().map(GroupingLabel), ", ")?;
            f.write_char(')')?;
        }
        Ok(())
    }
}

impl Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.without { "without (" } else { "by (" })?;
        list(f, self.labels.iter().map(GroupingLabel), ", ")?;
        f.write_char(')')
    }
}

/// An aggregation up to its arguments.
pub(super) struct AggregateHead<'a>(pub(super) &'a Aggregate);

impl Display for AggregateHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.op)?;
        match &self.0.grouping {
            Some(grouping) => write!(f, " {grouping} "),
            None => Ok(()),
        }
    }
}

struct GroupingLabel<'a>(&'a Label);

impl Display for GroupingLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        label(f, &self.0.name, keyword::is_bare_grouping_label)
    }
}

fn label(f: &mut fmt::Formatter<'_>, name: &Text, is_bare: fn(&str) -> bool) -> fmt::Result {
    match name {
        Text::Plain(plain) if is_bare(plain) => f.write_str(plain),
        Text::Template(_) if is_bare_template(name) => name.fmt(f),
        other => Quoted(other).fmt(f),
    }
}

/// Whether a name with variables needs no quotes.
fn is_bare_template(name: &Text) -> bool {
    match name {
        Text::Plain(_) => false,
        Text::Template(parts) => parts.iter().all(|part| match part {
            super::text::TextPart::Literal(literal) => literal.bytes().all(super::literal::is_word),
            super::text::TextPart::Variable(_) => true,
        }),
    }
}

/// A selector without what follows its braces.
struct Series<'a>(&'a VectorSelector);

impl Display for Series<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selector = self.0;
        let mut inside = None;
        if let Some(name) = &selector.name {
            let bare = match &name.text {
                Text::Plain(plain) => keyword::is_bare_metric_name(plain),
                Text::Template(_) => true,
            };
            if bare && !name.quoted {
                name.text.fmt(f)?;
            } else {
                inside = Some(&name.text);
            }
        }
        let named_outside = selector.name.is_some() && inside.is_none();
        if named_outside && selector.matchers.is_empty() && selector.matcher_variables.is_empty() {
            return Ok(());
        }
        f.write_char('{')?;
        let name = inside.map(Quoted);
        let name = name.iter().map(|name| name as &dyn Display);
        let matchers = selector.matchers.iter().map(|matcher| matcher as &dyn Display);
        let variables = selector.matcher_variables.iter().map(|variable| variable as &dyn Display);
        list(f, name.chain(matchers).chain(variables), ",")?;
        f.write_char('}')
    }
}

impl Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        label(f, &self.label.name, keyword::is_bare_label)?;
        write!(f, "{}{}", self.op, Quoted(&self.value))
    }
}

impl Display for Modifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset.as_ref().map(|offset| OffsetText(&offset.duration));
        let first = offset.as_ref().filter(|offset| offset.is_open());
        if let Some(offset) = first {
            offset.fmt(f)?;
        }
        if let Some(extension) = &self.range_extension {
            write!(f, " {}", extension.kind.name())?;
        }
        if let Some(at) = &self.at {
            write!(f, " @ {}", at.moment)?;
        }
        match &offset {
            Some(offset) if first.is_none() => offset.fmt(f),
            _ => Ok(()),
        }
    }
}

/// An offset. Arithmetic in it needs parentheses, or it would be arithmetic with the selector; but then an operator behind them
/// would go on with the arithmetic, so something else has to stand between: another modifier or a closing parenthesis.
struct OffsetText<'a>(&'a DurationExpr);

impl OffsetText<'_> {
    /// The duration without parentheses around it, which say nothing here.
    fn inner(&self) -> &DurationExpr {
        let mut inner = self.0;
        while let DurationKind::Paren(next) = &inner.kind {
            inner = next;
        }
        inner
    }

    /// Whether it ends in parentheses behind which an operator would be part of it.
    fn is_open(&self) -> bool {
        match &self.inner().kind {
            DurationKind::Binary(..) => true,
            DurationKind::Unary(_, operand) => {
                matches!(operand.kind, DurationKind::Binary(..) | DurationKind::Unary(..) | DurationKind::Literal(_))
            }
            _ => false,
        }
    }
}

impl Display for OffsetText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_open() { write!(f, " offset ({})", self.inner()) } else { write!(f, " offset {}", self.inner()) }
    }
}

impl Modifiers {
    /// Whether an operator cannot follow their text.
    fn is_open(&self) -> bool {
        let alone = self.at.is_none() && self.range_extension.is_none();
        alone && self.offset.as_ref().is_some_and(|offset| OffsetText(&offset.duration).is_open())
    }
}

/// Whether the text of an expression ends in an offset behind which an operator would be arithmetic with durations.
fn is_open(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Selector(selector) => return selector.modifiers.is_open(),
            ExprKind::Matrix(matrix) => return matrix.selector.modifiers.is_open(),
            ExprKind::Subquery(subquery) => return subquery.modifiers.is_open(),
            ExprKind::Binary(binary) => &binary.rhs,
            ExprKind::Unary(unary) => &unary.expr,
            _ => return false,
        }
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timestamp(number) => f.write_str(&write_number(*number)),
            Self::Start => f.write_str("start()"),
            Self::End => f.write_str("end()"),
            Self::Variable(variable) => variable.fmt(f),
        }
    }
}

/// The brackets of a subquery and what follows them.
pub(super) struct Brackets<'a>(pub(super) &'a Subquery);

impl Display for Brackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}:", self.0.range)?;
        if let Some(step) = &self.0.step {
            step.fmt(f)?;
        }
        write!(f, "]{}", self.0.modifiers)
    }
}

impl Display for DurationExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            DurationKind::Literal(number) => f.write_str(&write_number(*number)),
            DurationKind::Variable(text) => text.fmt(f),
            DurationKind::Step => f.write_str("step()"),
            DurationKind::Range => f.write_str("range()"),
            DurationKind::MinOf(pair) => write!(f, "min_of({}, {})", pair[0], pair[1]),
            DurationKind::MaxOf(pair) => write!(f, "max_of({}, {})", pair[0], pair[1]),
            DurationKind::Unary(op, operand) => {
                f.write_str(op.symbol())?;
                let least = if matches!(operand.kind, DurationKind::Unary(..)) { 0 } else { BinaryOp::Pow.precedence() };
                duration_operand(f, operand, least)
            }
            DurationKind::Binary(op, pair) => {
                let right_associative = *op == super::duration::DurationOp::Pow;
                duration_operand(f, &pair[0], op.precedence() + u8::from(right_associative))?;
                write!(f, " {} ", op.symbol())?;
                let least = match pair[1].kind {
                    DurationKind::Unary(..) | DurationKind::Literal(_) => 0,
                    _ => op.precedence() + u8::from(!right_associative),
                };
                duration_operand(f, &pair[1], least)
            }
            DurationKind::Paren(inner) => write!(f, "({inner})"),
            DurationKind::Hole => f.write_str("<error>"),
        }
    }
}

fn duration_operand(f: &mut fmt::Formatter<'_>, expr: &DurationExpr, least: u8) -> fmt::Result {
    let precedence = match &expr.kind {
        DurationKind::Binary(op, _) => op.precedence(),
        DurationKind::Unary(..) => BinaryOp::Mul.precedence(),
        DurationKind::Literal(number) if !is_unsigned(*number) => BinaryOp::Mul.precedence(),
        _ => POSTFIX,
    };
    if precedence < least { write!(f, "({expr})") } else { expr.fmt(f) }
}

impl VectorSelector {
    /// The matchers that select its series, with the metric name as one of them, sorted: equal for selectors of equal series
    /// however they are written.
    pub fn canonical_matchers(&self) -> Vec<String> {
        let name = self.name.iter().map(|name| {
            let label = Label { name: Text::plain("__name__"), span: name.span };
            let (op, value) = (MatchOp::Equal, name.text.clone());
            Matcher { label, op, op_span: name.span, value, value_span: name.span }.to_string()
        });
        let mut matchers: Vec<String> = name.chain(self.matchers.iter().map(Matcher::to_string)).collect();
        matchers.sort();
        matchers.dedup();
        matchers
    }
}
