//! Operators on numbers and intervals.

use super::range::Interval;
use crate::promql::operators::BinaryOp;

/// What an arithmetic operator makes of two numbers, as the server computes it.
pub(super) fn compute(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => a.powf(b),
        BinaryOp::Atan2 => a.atan2(b),
        _ => f64::from(u8::from(holds(op, a, b))),
    }
}

/// Whether a comparison holds for two numbers.
pub(super) fn holds(op: BinaryOp, a: f64, b: f64) -> bool {
    match op {
        BinaryOp::Equal => a == b,
        BinaryOp::NotEqual => a != b,
        BinaryOp::Greater => a > b,
        BinaryOp::GreaterOrEqual => a >= b,
        BinaryOp::Less => a < b,
        BinaryOp::LessOrEqual => a <= b,
        _ => false,
    }
}

/// The comparison with its sides exchanged.
pub(super) fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        other => other,
    }
}

/// The values of an arithmetic operator.
pub(super) fn interval(op: BinaryOp, a: Interval, b: Interval) -> Interval {
    if let (Some(left), Some(right)) = (only(a), only(b)) {
        return Interval::exactly(compute(op, left, right));
    }
    match op {
        BinaryOp::Add => a.plus(b),
        BinaryOp::Sub => a.minus(b),
        BinaryOp::Mul => a.times(b),
        BinaryOp::Div => a.over(b),
        BinaryOp::Mod => modulo(a, b),
        BinaryOp::Pow => power(a, b),
        BinaryOp::Atan2 => Interval { nan: a.nan || b.nan, ..Interval::new(-std::f64::consts::PI, std::f64::consts::PI) },
        _ => Interval::ALL,
    }
}

fn only(interval: Interval) -> Option<f64> {
    (interval.lo.to_bits() == interval.hi.to_bits() && !interval.nan && interval.has_numbers()).then_some(interval.lo)
}

/// The remainder has the sign of the dividend and is smaller than either.
fn modulo(a: Interval, b: Interval) -> Interval {
    if !a.has_numbers() || !b.has_numbers() {
        return Interval { nan: a.nan || b.nan, ..Interval::NONE };
    }
    let nan = a.nan || b.nan || b.contains(0.0) || a.lo == f64::NEG_INFINITY || a.hi == f64::INFINITY;
    let most = b.lo.abs().max(b.hi.abs());
    let lo = if a.lo < 0.0 || a.lo.is_sign_negative() { a.lo.max(-most).min(-0.0) } else { 0.0 };
    let hi = if a.hi > 0.0 { a.hi.min(most) } else { 0.0 };
    Interval { nan, ..Interval::new(lo, hi) }
}

/// Powers with a constant exponent of numbers that are not negative; of others nothing is known.
fn power(a: Interval, b: Interval) -> Interval {
    match only(b) {
        Some(exponent) if a.has_numbers() && a.lo >= 0.0 && a.lo.is_sign_positive() => {
            let ends = [a.lo.powf(exponent), a.hi.powf(exponent)];
            Interval { nan: a.nan, ..Interval::new(ends[0].min(ends[1]), ends[0].max(ends[1])) }
        }
        Some(exponent) if a.has_numbers() && exponent == 2.0 => {
            let most = a.lo.abs().max(a.hi.abs());
            Interval { nan: a.nan, ..Interval::new(0.0, most * most) }
        }
        _ => Interval::ALL,
    }
}

/// What a comparison says of the values on its left side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds for none of them.
    Never,
    /// It holds for all of them, NaN aside.
    Always,
    /// It may hold or not.
    Open,
}

/// Whether `a op b` holds for numbers of these intervals.
pub(super) fn verdict(op: BinaryOp, a: Interval, b: Interval) -> Verdict {
    if !a.has_numbers() || !b.has_numbers() {
        // NaN is not equal to anything and not comparable with anything.
        let certain = (a.nan && !a.has_numbers()) || (b.nan && !b.has_numbers());
        return match op {
            _ if !certain => Verdict::Open,
            BinaryOp::NotEqual => Verdict::Always,
            _ => Verdict::Never,
        };
    }
    let always = |holds: bool| if holds && !b.nan { Verdict::Always } else { Verdict::Open };
    let below = a.hi < b.lo || (a.hi == b.lo && (a.hi_open || b.lo_open));
    let above = a.lo > b.hi || (a.lo == b.hi && (a.lo_open || b.hi_open));
    let same = a.lo == a.hi && b.lo == b.hi && a.lo == b.lo;
    match op {
        BinaryOp::Greater if a.hi <= b.lo => Verdict::Never,
        BinaryOp::GreaterOrEqual if below => Verdict::Never,
        BinaryOp::Less if a.lo >= b.hi => Verdict::Never,
        BinaryOp::LessOrEqual if above => Verdict::Never,
        BinaryOp::Equal if below || above => Verdict::Never,
        BinaryOp::NotEqual if same && !a.nan && !b.nan => Verdict::Never,
        BinaryOp::Greater => always(above),
        BinaryOp::GreaterOrEqual => always(a.lo >= b.hi),
        BinaryOp::Less => always(below),
        BinaryOp::LessOrEqual => always(a.hi <= b.lo),
        BinaryOp::Equal => always(same),
        BinaryOp::NotEqual => always(below || above),
        _ => Verdict::Open,
    }
}

/// The values of the left side for which a comparison with some value of the right side can hold.
pub(super) fn narrowed(op: BinaryOp, a: Interval, b: Interval) -> Interval {
    let (lo, hi) = (b.lo, b.hi);
    // A zero of either sign is equal to the other.
    let from = |lo: f64| if lo == 0.0 { -0.0 } else { lo };
    let to = |hi: f64| if hi == 0.0 { 0.0 } else { hi };
    let kept = match op {
        BinaryOp::Greater => Interval { lo_open: true, ..Interval::new(to(lo), f64::INFINITY) },
        BinaryOp::GreaterOrEqual => Interval { lo_open: b.lo_open, ..Interval::new(from(lo), f64::INFINITY) },
        BinaryOp::Less => Interval { hi_open: true, ..Interval::new(f64::NEG_INFINITY, from(hi)) },
        BinaryOp::LessOrEqual => Interval { hi_open: b.hi_open, ..Interval::new(f64::NEG_INFINITY, to(hi)) },
        BinaryOp::Equal => Interval { lo: from(lo), hi: to(hi), nan: false, ..b },
        _ => {
            let mut kept = a;
            if lo == hi && !b.nan {
                kept.lo_open |= a.lo == lo;
                kept.hi_open |= a.hi == hi;
            }
            return kept;
        }
    };
    if !b.has_numbers() {
        return Interval::NONE;
    }
    a.intersection(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BinaryOp::*;

    /// Every operator on every pair of sample values must land in the interval computed from enclosing intervals.
    #[test]
    fn no_value_leaves_its_interval() {
        let points =
            [f64::NEG_INFINITY, f64::MIN, -3.5, -1.0, -0.25, -0.0, 0.0, 0.25, 1.0, 2.0, 3.5, f64::MAX, f64::INFINITY, f64::NAN];
        let mut intervals = vec![Interval::ALL];
        for (index, lo) in points[..13].iter().enumerate() {
            for hi in &points[index..13] {
                for nan in [false, true] {
                    intervals.push(Interval { nan, ..Interval::new(*lo, *hi) });
                    if lo < hi {
                        intervals.push(Interval { nan, lo_open: true, hi_open: true, ..Interval::new(*lo, *hi) });
                    }
                }
            }
        }
        let inside = |interval: &Interval, value: f64| {
            // For the end of an interval a negative zero lies below zero.
            let zero = value == 0.0;
            interval.contains(value)
                && !(zero && value.is_sign_negative() && interval.lo == 0.0 && interval.lo.is_sign_positive())
                && !(zero && value.is_sign_positive() && interval.hi == 0.0 && interval.hi.is_sign_negative())
        };
        let members: Vec<Vec<f64>> =
            intervals.iter().map(|interval| points.iter().copied().filter(|value| inside(interval, *value)).collect()).collect();
        for (a, in_a) in intervals.iter().zip(&members) {
            for (b, in_b) in intervals.iter().zip(&members) {
                for op in [Add, Sub, Mul, Div, Mod, Pow, Atan2] {
                    let result = interval(op, *a, *b);
                    for x in in_a {
                        for y in in_b {
                            let value = compute(op, *x, *y);
                            assert!(inside(&result, value), "{x} {op} {y} = {value} is not in {result}, from {a} and {b}");
                        }
                    }
                }
                for op in [Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual] {
                    let (verdict, narrowed) = (verdict(op, *a, *b), narrowed(op, *a, *b));
                    for x in in_a {
                        for y in in_b {
                            let holds = holds(op, *x, *y);
                            assert!(!(holds && verdict == Verdict::Never), "{x} {op} {y} holds, {a} {b}");
                            assert!(holds || verdict != Verdict::Always || x.is_nan(), "{x} {op} {y} fails, {a} {b}");
                            assert!(!holds || inside(&narrowed, *x), "{x} {op} {y} leaves {narrowed}, from {a} and {b}");
                        }
                    }
                }
            }
        }
    }
}
