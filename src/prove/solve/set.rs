//! `and`, `or`, `unless`, and conditions that series are there or not.

use super::compare::has_condition;
use super::{Atom, Bind, Line, Side, Solver, Why};
use crate::promql::ast::{Binary, Expr};
use crate::promql::operators::BinaryOp;
use crate::prove::series::LabelSet;

impl<'a> Solver<'a, '_> {
    pub(super) fn set(&mut self, expr: &'a Expr, binary: &'a Binary, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        if binary.op == BinaryOp::Or {
            let way = self.way(2, true);
            let branch = if way == 0 { &binary.lhs } else { &binary.rhs };
            if let Some(number) = self.line_of(branch) {
                let fits = target.is_none_or(|target| target == number);
                return if fits { Ok(LabelSet::default()) } else { Err("a branch is a number of its own".to_owned()) };
            }
            return self.solve(branch, bind, target);
        }
        let labels = self.solve(&binary.lhs, bind, target)?;
        let meeting = match &binary.matching {
            None => Bind::meeting(&labels, None),
            matching => Bind::meeting(&labels, matching.as_ref()),
        };
        let unless = binary.op == BinaryOp::Unless;
        if has_condition(&binary.rhs) {
            self.inverted ^= unless;
            let mark = self.mark();
            let solved = self.solve(&binary.rhs, &meeting, None);
            self.inverted ^= unless;
            match solved {
                // What must not hold need not have any series at all.
                Err(_) if unless => self.back_to(&mark),
                Err(why) => return Err(why),
                Ok(_) => {}
            }
            return Ok(labels);
        }
        if self.line_of(&binary.rhs).is_some() {
            return Ok(labels);
        }
        self.presence(expr, &binary.rhs, &meeting, !unless).map(|_| labels)
    }

    /// A condition that an expression returns series, or that it returns none.
    pub(super) fn presence(&mut self, atom: &'a Expr, expr: &'a Expr, bind: &Bind, wanted: bool) -> Result<LabelSet, Why> {
        self.meet(Atom { expr: atom, compared: None });
        let holds = match self.side_of(atom) {
            Side::Hold => true,
            Side::Quiet => false,
            Side::QuietOther | Side::Boundary | Side::Far => return Err("there is no threshold".to_owned()),
        };
        if holds == wanted { self.solve(expr, bind, None) } else { Ok(LabelSet::default()) }
    }
}
