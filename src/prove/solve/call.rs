//! Functions, turned round.

use super::{Bind, Level, Line, Solver, Why, snap};
use crate::promql::ast::{Call, Expr, ExprKind};
use crate::promql::catalog::Name;
use crate::prove::evaluate::{Replace, labels_of_absent, plain, range_of};
use crate::prove::series::LabelSet;

impl<'a> Solver<'a, '_> {
    pub(super) fn call(&mut self, expr: &'a Expr, call: &'a Call, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let name = call.callee.name();
        let argument = |index: usize| call.args.get(index).ok_or_else(|| "an argument is missing".to_owned());
        let constant = |this: &Self, index: usize| {
            let value = call.args.get(index).and_then(|argument| this.line_of(argument)).and_then(Line::value);
            value.ok_or_else(|| format!("an argument of `{name}` is not a plain number"))
        };
        let flat = |what: &str| match target {
            None => Ok(None),
            Some(line) => line.value().map(Some).ok_or_else(|| format!("`{what}` that moves is not followed")),
        };
        let unnamed = |labels: LabelSet| labels.without_name();
        match name {
            "rate" | "irate" | "deriv" => {
                let growth = flat(name)?.unwrap_or(1.0);
                self.range(argument(0)?, bind, Level::Growth(snap(growth))).map(unnamed)
            }
            "increase" | "delta" => {
                let seconds = range_of(argument(0)?)? as f64 / 1000.0;
                let growth = flat(name)?.unwrap_or(seconds) / seconds;
                self.range(argument(0)?, bind, Level::Growth(growth)).map(unnamed)
            }
            "idelta" => {
                let seconds = self.ground.step as f64 / 1000.0;
                let growth = flat(name)?.unwrap_or(seconds) / seconds;
                self.range(argument(0)?, bind, Level::Growth(growth)).map(unnamed)
            }
            "changes" | "resets" => {
                let count = flat(name)?.unwrap_or(1.0);
                if count < 0.0 || count.fract() != 0.0 || count > 1000.0 {
                    return Err(format!("`{name}` is a whole number"));
                }
                let count = count as u32;
                let level = if name == "changes" { Level::Changes(count) } else { Level::Resets(count) };
                self.range(argument(0)?, bind, level).map(unnamed)
            }
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time" => {
                self.range(argument(0)?, bind, target.map_or(Level::Any, Level::Value))
            }
            "quantile_over_time" => self.range(argument(1)?, bind, target.map_or(Level::Any, Level::Value)).map(unnamed),
            "sum_over_time" => {
                let samples = self.samples_in(argument(0)?)?;
                let level = flat(name)?.map_or(Level::Any, |sum| Level::Value(Line::flat(snap(sum / samples))));
                self.range(argument(0)?, bind, level).map(unnamed)
            }
            "present_over_time" => self.range(argument(0)?, bind, Level::Any).map(unnamed),
            "predict_linear" => {
                let ahead = constant(self, 1)?;
                let level = match flat(name)? {
                    None => Level::Any,
                    Some(value) => Level::Value(self.prediction(value, ahead)?),
                };
                self.range(argument(0)?, bind, level).map(unnamed)
            }
            "absent" | "absent_over_time" => {
                if target.and_then(Line::value).is_some_and(|value| value != 1.0) {
                    return Err(format!("`{name}` is always 1"));
                }
                let labels = labels_of_absent(argument(0)?);
                if !bind.admits(&labels) {
                    return Err(format!("`{name}` has other labels"));
                }
                self.absence(expr, argument(0)?)?;
                Ok(labels)
            }
            "histogram_quantile" => {
                let q = constant(self, 0)?;
                self.quantile(q, argument(1)?, bind, target)
            }
            "label_replace" => {
                let text = |index: usize| plain(argument(index)?);
                let replace = Replace::new(&text(1)?, &text(2)?, &text(3)?, &text(4)?)?;
                let inner = before_replace(bind, &text(1)?, &text(2)?, &text(3)?, &text(4)?);
                let labels = replace.apply(&self.solve(argument(0)?, &inner, target)?);
                if bind.admits(&labels) { Ok(labels) } else { Err(format!("`{}` is never so", text(1)?)) }
            }
            "label_join" => {
                let (label, separator) = (plain(argument(1)?)?, plain(argument(2)?)?);
                let sources = call.args.iter().skip(3).map(plain).collect::<Result<Vec<_>, _>>()?;
                let mut inner = bind.clone();
                inner.fixed.remove(label.as_str());
                let mut labels = self.solve(argument(0)?, &inner, target)?;
                let joined: Vec<&str> = sources.iter().map(|source| labels.get(source)).collect();
                let joined = Name::from(joined.join(&separator));
                labels.set(&Name::from(label.as_str()), &joined);
                if bind.admits(&labels) { Ok(labels) } else { Err(format!("`{label}` is never so")) }
            }
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => self.solve(argument(0)?, bind, target),
            "vector" => Err("its value is a number of its own".to_owned()),
            "clamp" | "clamp_min" | "clamp_max" => {
                if let Some(value) = flat(name)? {
                    let low = if name == "clamp_max" { f64::NEG_INFINITY } else { constant(self, 1)? };
                    let high = match name {
                        "clamp" => constant(self, 2)?,
                        "clamp_max" => constant(self, 1)?,
                        _ => f64::INFINITY,
                    };
                    if value < low || value > high {
                        return Err(format!("`{name}` never lets {value} through"));
                    }
                }
                self.solve(argument(0)?, bind, target).map(unnamed)
            }
            "abs" | "ceil" | "floor" | "round" | "sqrt" | "exp" | "ln" | "log2" | "log10" => {
                let before = flat(name)?.map(|value| before(name, value)).transpose()?;
                self.solve(argument(0)?, bind, before.map(Line::flat)).map(unnamed)
            }
            _ if self.question.loose.is_some() => {
                let series = call.args.iter().find(|argument| self.line_of(argument).is_none() && plain(argument).is_err());
                match series.map(|argument| (argument, range_of(argument).is_ok())) {
                    Some((argument, true)) => self.range(argument, bind, Level::Any).map(unnamed),
                    Some((argument, false)) => self.solve(argument, bind, None).map(unnamed),
                    None => Err(format!("`{name}` depends on the time alone")),
                }
            }
            _ => Err(format!("`{name}` cannot be turned round")),
        }
    }

    /// A range: the series of a selector, or of a subquery's expression at every step.
    fn range(&mut self, expr: &'a Expr, bind: &Bind, level: Level) -> Result<LabelSet, Why> {
        let window = range_of(expr).unwrap_or(0);
        self.window += window;
        let result = match &expr.kind {
            ExprKind::Paren(inner) => {
                self.window -= window;
                let result = self.range(inner, bind, level);
                self.window += window;
                result
            }
            ExprKind::Matrix(matrix) => self.selector(&matrix.selector, bind, level),
            ExprKind::Subquery(subquery) => {
                let target = match level {
                    Level::Any => Ok(None),
                    Level::Value(line) => Ok(Some(line)),
                    Level::Growth(_) | Level::Changes(_) | Level::Resets(_) => {
                        Err("growth inside of a subquery is not followed".to_owned())
                    }
                };
                let shift = super::offset(&subquery.modifiers);
                match (target, shift) {
                    (Ok(target), Ok(shift)) => {
                        self.shift += shift;
                        let result = self.solve(&subquery.expr, bind, target);
                        self.shift -= shift;
                        result
                    }
                    (Err(why), _) | (_, Err(why)) => Err(why),
                }
            }
            _ => Err("this is no range".to_owned()),
        };
        self.window -= window;
        result
    }

    /// How many samples stand in a range.
    fn samples_in(&self, expr: &Expr) -> Result<f64, Why> {
        let window = range_of(expr)?;
        let step = match &expr.kind {
            ExprKind::Subquery(subquery) => {
                let step = subquery.step.as_ref().and_then(|step| step.constant());
                step.map_or(self.ground.step, |seconds| (seconds * 1000.0).round() as i64)
            }
            _ => self.ground.step,
        };
        let step = step.max(1);
        if window % step != 0 {
            return Err("the number of samples in the range varies".to_owned());
        }
        Ok((window / step) as f64 + if self.ground.left_open { 0.0 } else { 1.0 })
    }

    /// A line whose prediction is the value at the start of the phase, and that stays above zero until its end.
    fn prediction(&self, value: f64, ahead: f64) -> Result<Line, Why> {
        if value >= 0.0 {
            return Ok(Line::flat(value));
        }
        let length = self.question.length;
        if ahead <= length * 2.0 {
            return Err("it looks ahead no further than the test lasts".to_owned());
        }
        let slope = value / (ahead - length);
        Ok(Line { start: -slope * (length + self.question.origin), slope })
    }

    /// `absent`: nothing is there, or something where it is to be quiet.
    fn absence(&mut self, atom: &'a Expr, expr: &'a Expr) -> Result<(), Why> {
        self.meet(super::Atom { expr: atom, compared: None });
        match self.side_of(atom) {
            super::Side::Hold => Ok(()),
            super::Side::Quiet => match &expr.kind {
                ExprKind::Matrix(_) | ExprKind::Subquery(_) => self.range(expr, &Bind::default(), Level::Any).map(|_| ()),
                _ => self.solve(expr, &Bind::default(), None).map(|_| ()),
            },
            super::Side::QuietOther | super::Side::Boundary | super::Side::Far => Err("there is no threshold".to_owned()),
        }
    }
}

/// What a function of one number was given.
fn before(name: &str, value: f64) -> Result<f64, Why> {
    let whole = value.fract() == 0.0;
    match name {
        "abs" | "sqrt" if value < 0.0 => Err(format!("`{name}` is never below 0")),
        "exp" if value <= 0.0 => Err("`exp` is always above 0".to_owned()),
        "ceil" | "floor" if !whole => Err(format!("`{name}` is a whole number")),
        "sqrt" => Ok(snap(value * value)),
        "exp" => Ok(value.ln()),
        "ln" => Ok(value.exp()),
        "log2" => Ok(value.exp2()),
        "log10" => Ok(snap(10_f64.powf(value))),
        _ => Ok(value),
    }
}

/// What is demanded before `label_replace` writes a label.
fn before_replace(bind: &Bind, target: &str, replacement: &str, source: &str, pattern: &str) -> Bind {
    let mut inner = bind.clone();
    let wanted = inner.fixed.remove(target);
    let copies = matches!(replacement, "$1" | "${1}") && matches!(pattern, "(.*)" | "(.+)");
    if let (Some(wanted), true) = (&wanted, copies && source != target) {
        inner.fixed.insert(Name::from(source), Name::clone(wanted));
    }
    if let Some(free) = &mut inner.only {
        free.push(Name::from(target));
    }
    inner
}
