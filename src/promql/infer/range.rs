//! Intervals of numbers, with the arithmetic of floats.
//!
//! An interval is a set that holds all values; it may hold more. `f64::MAX` as an end means finite but unbounded, infinity as an end
//! means that infinity itself may occur: a counter is within `[0, MAX]`, so the difference of two counters is never NaN.

use std::cmp::Ordering;
use std::fmt;

/// A set of numbers between two ends, with or without NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lo: f64,
    /// The upper end. Below the lower end when there is no number at all.
    pub hi: f64,
    /// Whether the lower end itself is left out.
    pub lo_open: bool,
    /// Whether the upper end itself is left out.
    pub hi_open: bool,
    /// Whether NaN may occur.
    pub nan: bool,
}

impl Interval {
    /// All values.
    pub const ALL: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY, lo_open: false, hi_open: false, nan: true };

    /// No value.
    pub const NONE: Self = Self { lo: f64::INFINITY, hi: f64::NEG_INFINITY, lo_open: false, hi_open: false, nan: false };

    /// From `lo` to `hi`, both included, never NaN. An end that is NaN is no end.
    pub fn new(lo: f64, hi: f64) -> Self {
        let lo = if lo.is_nan() { f64::NEG_INFINITY } else { lo };
        let hi = if hi.is_nan() { f64::INFINITY } else { hi };
        Self { lo, hi, lo_open: false, hi_open: false, nan: false }
    }

    /// One value.
    pub fn exactly(value: f64) -> Self {
        if value.is_nan() { Self { nan: true, ..Self::NONE } } else { Self::new(value, value) }
    }

    /// Finite numbers from zero on: what counters and counts are.
    pub fn non_negative() -> Self {
        Self::new(0.0, f64::MAX)
    }

    /// Finite numbers.
    pub fn finite() -> Self {
        Self::new(f64::MIN, f64::MAX)
    }

    /// The same, but NaN may occur.
    #[must_use]
    pub fn or_nan(self) -> Self {
        Self { nan: true, ..self }
    }

    /// Whether there is no value in it.
    pub fn is_empty(&self) -> bool {
        !self.has_numbers() && !self.nan
    }

    /// Whether there is a number, infinities included, in it.
    pub fn has_numbers(&self) -> bool {
        self.lo < self.hi || (self.lo == self.hi && !self.lo_open && !self.hi_open)
    }

    /// Whether a value can be it.
    pub fn contains(&self, value: f64) -> bool {
        if value.is_nan() {
            return self.nan;
        }
        let above = value > self.lo || (value == self.lo && !self.lo_open);
        let below = value < self.hi || (value == self.hi && !self.hi_open);
        above && below
    }

    /// Whether it says nothing about how small a number can be.
    pub fn is_unbounded_below(&self) -> bool {
        self.lo <= f64::MIN
    }

    /// Whether it says nothing about how great a number can be.
    pub fn is_unbounded_above(&self) -> bool {
        self.hi >= f64::MAX
    }

    /// Whether every value of it is a number in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        if !self.has_numbers() {
            return !self.nan || other.nan;
        }
        let low = self.lo > other.lo || (self.lo == other.lo && (self.lo_open || !other.lo_open));
        let high = self.hi < other.hi || (self.hi == other.hi && (self.hi_open || !other.hi_open));
        low && high && (!self.nan || other.nan)
    }

    /// A set that holds the values of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        if !self.has_numbers() {
            return Self { nan: self.nan || other.nan, ..other };
        }
        if !other.has_numbers() {
            return Self { nan: self.nan || other.nan, ..self };
        }
        let (lo, lo_open) = match self.lo.total_cmp(&other.lo) {
            Ordering::Less => (self.lo, self.lo_open),
            Ordering::Greater => (other.lo, other.lo_open),
            Ordering::Equal => (self.lo, self.lo_open && other.lo_open),
        };
        let (hi, hi_open) = match self.hi.total_cmp(&other.hi) {
            Ordering::Greater => (self.hi, self.hi_open),
            Ordering::Less => (other.hi, other.hi_open),
            Ordering::Equal => (self.hi, self.hi_open && other.hi_open),
        };
        Self { lo, hi, lo_open, hi_open, nan: self.nan || other.nan }
    }

    /// The values in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let (lo, lo_open) = match self.lo.total_cmp(&other.lo) {
            Ordering::Greater => (self.lo, self.lo_open),
            Ordering::Less => (other.lo, other.lo_open),
            Ordering::Equal => (self.lo, self.lo_open || other.lo_open),
        };
        let (hi, hi_open) = match self.hi.total_cmp(&other.hi) {
            Ordering::Less => (self.hi, self.hi_open),
            Ordering::Greater => (other.hi, other.hi_open),
            Ordering::Equal => (self.hi, self.hi_open || other.hi_open),
        };
        let both = Self { lo, hi, lo_open, hi_open, nan: self.nan && other.nan };
        if both.has_numbers() { both } else { Self { nan: both.nan, ..Self::NONE } }
    }

    /// What a function that never falls makes of it. An end stays open only where the caller knows it to be strict.
    #[must_use]
    pub fn map_increasing(self, f: impl Fn(f64) -> f64) -> Self {
        if !self.has_numbers() {
            return self;
        }
        Self { nan: self.nan, ..Self::new(f(self.lo), f(self.hi)) }
    }

    /// The same with the ends themselves included.
    #[must_use]
    pub fn closed(self) -> Self {
        Self { lo_open: false, hi_open: false, ..self }
    }

    fn has_infinity(&self) -> bool {
        self.has_numbers() && (self.lo == f64::NEG_INFINITY || self.hi == f64::INFINITY)
    }

    fn has_zero(&self) -> bool {
        self.contains(0.0)
    }

    /// The set of `a + b`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        if !self.has_numbers() || !other.has_numbers() {
            return Self { nan: self.nan || other.nan, ..Self::NONE };
        }
        let opposite = (self.hi == f64::INFINITY && other.lo == f64::NEG_INFINITY)
            || (self.lo == f64::NEG_INFINITY && other.hi == f64::INFINITY);
        Self { nan: self.nan || other.nan || opposite, ..Self::new(self.lo + other.lo, self.hi + other.hi) }
    }

    /// The set of `-a`.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo, lo_open: self.hi_open, hi_open: self.lo_open, nan: self.nan }
    }

    /// The set of `a - b`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// An operation on all pairs of ends. `0 * Inf` and `Inf / Inf` stand for values next to them that tend to a zero.
    fn ends(self, other: Self, operation: impl Fn(f64, f64) -> f64) -> [f64; 4] {
        [(self.lo, other.lo), (self.lo, other.hi), (self.hi, other.lo), (self.hi, other.hi)].map(|(a, b)| {
            let end = operation(a, b);
            if end.is_nan() { 0.0_f64.copysign(a.signum() * b.signum()) } else { end }
        })
    }

    /// The set of `a * b`.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        if !self.has_numbers() || !other.has_numbers() {
            return Self { nan: self.nan || other.nan, ..Self::NONE };
        }
        let zero_times_infinity = (self.has_zero() && other.has_infinity()) || (self.has_infinity() && other.has_zero());
        let ends = self.ends(other, |a, b| a * b);
        Self { nan: self.nan || other.nan || zero_times_infinity, ..of_ends(&ends) }
    }

    /// The set of `a / b`.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        if !self.has_numbers() || !other.has_numbers() {
            return Self { nan: self.nan || other.nan, ..Self::NONE };
        }
        let nan = self.nan || other.nan || (self.has_zero() && other.has_zero()) || (self.has_infinity() && other.has_infinity());
        // Near zero a quotient grows without bound and takes the sign of the zero: `[0, …` holds no negative zero, `[-0, …` does.
        let above = other.lo > 0.0 || (other.lo == 0.0 && (other.lo_open || other.lo.is_sign_positive()));
        let below = other.hi < 0.0 || (other.hi == 0.0 && (other.hi_open || other.hi.is_sign_negative()));
        if other.lo <= 0.0 && other.hi >= 0.0 {
            let quotients = match (above, below) {
                (true, _) if self.lo >= 0.0 => Self::new(self.lo / other.hi, f64::INFINITY),
                (true, _) if self.hi <= 0.0 => Self::new(f64::NEG_INFINITY, self.hi / other.hi),
                (_, true) if self.lo >= 0.0 => Self::new(f64::NEG_INFINITY, self.lo / other.lo),
                (_, true) if self.hi <= 0.0 => Self::new(self.hi / other.lo, f64::INFINITY),
                _ => Self::ALL,
            };
            return Self { nan, ..quotients };
        }
        let ends = self.ends(other, |a, b| a / b);
        Self { nan, ..of_ends(&ends) }
    }
}

fn of_ends(ends: &[f64]) -> Interval {
    // In total order a negative zero lies below zero, which division needs to know.
    let lo = ends.iter().copied().min_by(f64::total_cmp).unwrap_or(f64::NEG_INFINITY);
    let hi = ends.iter().copied().max_by(f64::total_cmp).unwrap_or(f64::INFINITY);
    Interval::new(lo, hi)
}

impl fmt::Display for Interval {
    /// `[0, 1]`, `(0.5, …)`, `[0, …) or NaN`; an end without a bound is `…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.has_numbers() {
            return f.write_str(if self.nan { "NaN" } else { "nothing" });
        }
        if self.is_unbounded_below() {
            write!(f, "(…, ")?;
        } else {
            write!(f, "{}{}, ", if self.lo_open { '(' } else { '[' }, self.lo + 0.0)?;
        }
        if self.is_unbounded_above() {
            write!(f, "…)")?;
        } else {
            write!(f, "{}{}", self.hi + 0.0, if self.hi_open { ')' } else { ']' })?;
        }
        if self.nan { f.write_str(" or NaN") } else { Ok(()) }
    }
}
