//! Places inside expressions.

/// A range of bytes in one of the texts that an expression is made of. `start <= end`, both on character boundaries.
///
/// The parser writes part 0. Who composes one expression out of several texts (a window in place of `$window`, a comparison
/// appended from another place) gives each text its own number with [`crate::promql::Expr::set_part`], so that every node
/// still knows where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Which text.
    pub part: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of part 0; positions beyond 4 GiB saturate.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { part: 0, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that covers both; `self` when they lie in different parts.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.part == other.part {
            Span { part: self.part, start: self.start.min(other.start), end: self.end.max(other.end) }
        } else {
            self
        }
    }

    /// The empty span right after this one.
    #[must_use]
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// The range as indices into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
