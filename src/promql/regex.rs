//! Whether a pattern is one of the server's, which has the syntax of RE2 as Go implements it, and whether it matches nothing.
//!
//! Patterns are only judged here, never run: what RE2 rejects differs in many small ways from other engines (repetitions of
//! repetitions, counts above 1000, classes by name), so no other engine's parser can stand in.

mod classes;

use std::fmt;

use classes::{CATEGORIES, POSIX_CLASSES, SCRIPTS};

/// What is known of a valid pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether it matches the empty string as a whole.
    pub matches_empty: bool,
}

/// Why a pattern is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexError {
    /// What is wrong.
    pub message: &'static str,
    /// First byte of what is wrong, in the decoded pattern.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    text: String,
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() { f.write_str(self.message) } else { write!(f, "{}, `{}`", self.message, self.text) }
    }
}

/// Checks a pattern.
///
/// # Errors
/// The first thing that the server would reject.
pub fn check(pattern: &str) -> Result<Facts, RegexError> {
    let mut checker = Checker { pattern, pos: 0, groups: vec![Group::default()] };
    checker.run()?;
    match checker.groups.pop() {
        Some(group) if checker.groups.is_empty() => Ok(Facts { matches_empty: group.finish().empty }),
        _ => Err(checker.error("a `(` is not closed", 0, 0)),
    }
}

/// The deepest tree that the server builds.
const MOST_HEIGHT: u32 = 1000;
/// The greatest count of a repetition, repetitions within it multiplied.
const MOST_REPEATS: u32 = 1000;

/// What is known of a part of a pattern.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Whether it matches the empty string.
    empty: bool,
    /// The greatest product of the counts of repetitions within each other.
    repeats: u32,
    height: u32,
}

impl Part {
    fn character() -> Self {
        Self { empty: false, repeats: 1, height: 1 }
    }

    fn assertion(holds: bool) -> Self {
        Self { empty: holds, repeats: 1, height: 1 }
    }

    fn and(self, other: Part) -> Self {
        Self {
            empty: self.empty && other.empty,
            repeats: self.repeats.max(other.repeats),
            height: self.height.max(other.height + 1),
        }
    }

    fn or(self, other: Part) -> Self {
        Self { empty: self.empty || other.empty, ..self.and(other) }
    }
}

/// An open group: the alternatives before the current one, the current one without its last part, and that part.
#[derive(Debug, Default)]
struct Group {
    captures: bool,
    alternatives: Option<Part>,
    concatenation: Option<Part>,
    last: Option<Part>,
}

impl Group {
    fn push(&mut self, part: Part) {
        if let Some(last) = self.last.replace(part) {
            self.concatenation = Some(match self.concatenation {
                Some(before) => before.and(last),
                None => last,
            });
        }
    }

    fn alternative(&mut self) {
        let branch = match (self.concatenation.take(), self.last.take()) {
            (Some(before), Some(last)) => before.and(last),
            (None, Some(last)) => last,
            _ => Part::assertion(true),
        };
        self.alternatives = Some(match self.alternatives {
            Some(before) => before.or(branch),
            None => branch,
        });
    }

    fn finish(mut self) -> Part {
        self.alternative();
        let part = self.alternatives.unwrap_or(Part::assertion(true));
        if self.captures { Part { height: part.height + 1, ..part } } else { part }
    }
}

struct Checker<'p> {
    pattern: &'p str,
    pos: usize,
    groups: Vec<Group>,
}

impl Checker<'_> {
    fn rest(&self) -> &str {
        self.pattern.get(self.pos..).unwrap_or_default()
    }

    fn error(&self, message: &'static str, start: usize, end: usize) -> RegexError {
        const MOST: usize = 30;
        let text: String = self.pattern.get(start..end).unwrap_or_default().chars().take(MOST).collect();
        RegexError { message, start, end, text }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.pos += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.pos += text.len();
        }
        found
    }

    fn push(&mut self, part: Part) -> Result<(), RegexError> {
        if part.height > MOST_HEIGHT {
            return Err(self.error("it is nested too deeply", 0, 0));
        }
        if let Some(group) = self.groups.last_mut() {
            group.push(part);
        }
        Ok(())
    }

    fn run(&mut self) -> Result<(), RegexError> {
        // Where the repetition that ends here began; a repetition cannot follow it directly.
        let mut repetition: Option<usize> = None;
        while let Some(next) = self.rest().chars().next() {
            let start = self.pos;
            let mut repeated = None;
            match next {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.pos += 1;
                    if let Some(group) = self.groups.last_mut() {
                        group.alternative();
                    }
                }
                '^' | '$' => {
                    self.pos += 1;
                    self.push(Part::assertion(true))?;
                }
                '[' => self.class()?,
                '*' | '+' | '?' => {
                    self.pos += 1;
                    self.repeat(start, repetition, (u32::from(next == '+'), None))?;
                    repeated = Some(start);
                }
                '{' => match self.count() {
                    Some((counts, end)) => {
                        self.pos = end;
                        self.counted(start, repetition, counts)?;
                        repeated = Some(start);
                    }
                    // What is no count is text.
                    None => {
                        self.pos += 1;
                        self.push(Part::character())?;
                    }
                },
                '\\' => self.backslash()?,
                _ => {
                    self.pos += next.len_utf8();
                    self.push(Part::character())?;
                }
            }
            repetition = repeated;
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), RegexError> {
        let start = self.pos;
        if !self.rest().starts_with("(?") {
            self.pos += 1;
            self.groups.push(Group { captures: true, ..Group::default() });
            return Ok(());
        }
        let rest = self.rest();
        let name_start = if rest.len() > 4 && rest.starts_with("(?P<") {
            Some(4)
        } else if rest.len() > 3 && rest.starts_with("(?<") {
            Some(3)
        } else {
            None
        };
        if let Some(name_start) = name_start {
            let Some(end) = rest.find('>') else {
                return Err(self.error("the name of a group is not closed", start, self.pattern.len()));
            };
            let name = rest.get(name_start..end).unwrap_or_default();
            if name.is_empty() || !name.bytes().all(super::literal::is_word) {
                return Err(self.error("a group cannot have this name", start, start + end + 1));
            }
            self.pos += end + 1;
            self.groups.push(Group { captures: true, ..Group::default() });
            return Ok(());
        }
        self.pos += 2;
        let (mut negative, mut flag_seen) = (false, false);
        while let Some(next) = self.next() {
            match next {
                'i' | 'm' | 's' | 'U' => flag_seen = true,
                '-' if !negative => (negative, flag_seen) = (true, false),
                ':' | ')' if !negative || flag_seen => {
                    if next == ':' {
                        self.groups.push(Group::default());
                    }
                    return Ok(());
                }
                _ => break,
            }
        }
        Err(self.error("RE2 has no such group", start, self.pos))
    }

    fn close(&mut self) -> Result<(), RegexError> {
        let start = self.pos;
        self.pos += 1;
        if self.groups.len() < 2 {
            return Err(self.error("there is no `(` for this", start, self.pos));
        }
        match self.groups.pop() {
            Some(group) => self.push(group.finish()),
            None => Ok(()),
        }
    }

    fn counted(&mut self, start: usize, before: Option<usize>, counts: Counts) -> Result<(), RegexError> {
        let (min, max) = counts;
        let too_many = |n: u32| n > MOST_REPEATS;
        if too_many(min) || max.is_some_and(|max| too_many(max) || max < min) {
            return Err(self.error("this cannot be repeated so often", start, self.pos));
        }
        self.repeat(start, before, counts)?;
        let repeats = self.groups.last().and_then(|group| group.last).map_or(1, |part| part.repeats);
        if repeats > MOST_REPEATS {
            return Err(self.error("this cannot be repeated so often", start, self.pos));
        }
        Ok(())
    }

    /// Applies a repetition to the part before it. Stars count as no repetition.
    fn repeat(&mut self, start: usize, before: Option<usize>, (min, max): Counts) -> Result<(), RegexError> {
        let is_count = self.pattern.as_bytes().get(start) == Some(&b'{');
        self.eat("?");
        if let Some(before) = before {
            return Err(self.error("a repetition cannot be repeated", before, self.pos));
        }
        let Some(part) = self.groups.last_mut().and_then(|group| group.last.as_mut()) else {
            return Err(self.error("there is nothing to repeat", start, self.pos));
        };
        part.empty |= min == 0;
        part.height += 1;
        if is_count {
            part.repeats = match max.unwrap_or(min) {
                0 if max.is_some() => 1,
                count => part.repeats.saturating_mul(count.max(1)),
            };
        }
        if part.height > MOST_HEIGHT {
            return Err(self.error("it is nested too deeply", 0, 0));
        }
        Ok(())
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`.
    fn count(&self) -> Option<(Counts, usize)> {
        let rest = self.rest().strip_prefix('{')?;
        let (min, rest) = integer(rest)?;
        let (max, rest) = match rest.strip_prefix(',') {
            None => (Some(min), rest),
            Some(rest) if rest.starts_with('}') => (None, rest),
            Some(rest) => {
                let (max, rest) = integer(rest)?;
                (Some(max), rest)
            }
        };
        let rest = rest.strip_prefix('}')?;
        Some(((min, max), self.pattern.len() - rest.len()))
    }

    fn backslash(&mut self) -> Result<(), RegexError> {
        let start = self.pos;
        match self.rest().chars().nth(1) {
            Some('A' | 'z' | 'B') => {
                self.pos += 2;
                self.push(Part::assertion(true))
            }
            Some('b') => {
                self.pos += 2;
                self.push(Part::assertion(false))
            }
            Some('C') => Err(self.error("RE2 has no such escape", start, start + 2)),
            Some('Q') => {
                self.pos += 2;
                let literal = self.rest().split("\\E").next().unwrap_or_default();
                let (count, length) = (literal.chars().count(), literal.len());
                self.pos += length;
                self.eat("\\E");
                for _ in 0..count {
                    self.push(Part::character())?;
                }
                Ok(())
            }
            Some('p' | 'P') => {
                self.unicode_class()?;
                self.push(Part::character())
            }
            Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
                self.pos += 2;
                self.push(Part::character())
            }
            _ => {
                self.escape()?;
                self.push(Part::character())
            }
        }
    }

    /// Reads an escaped character.
    fn escape(&mut self) -> Result<char, RegexError> {
        let start = self.pos;
        self.pos += 1;
        let Some(next) = self.next() else {
            return Err(self.error("a backslash stands at the end", start, start));
        };
        let octal = |c: char| c.to_digit(8);
        let value = match next {
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(0x0a),
            'r' => Some(0x0d),
            't' => Some(0x09),
            'v' => Some(0x0b),
            '0'..='7' => {
                let mut value = octal(next).unwrap_or(0);
                let mut digits = 1;
                while digits < 3
                    && let Some(digit) = self.rest().chars().next().and_then(octal)
                {
                    value = value * 8 + digit;
                    digits += 1;
                    self.pos += 1;
                }
                // One digit is a reference to a group, which RE2 does not have.
                (next == '0' || digits > 1).then_some(value)
            }
            'x' => self.hexadecimal(),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(u32::from(other)),
            _ => None,
        };
        // Values that are no characters still compare as numbers in ranges; the nearest one stands for them.
        match value {
            Some(value) => Ok(char::from_u32(value).unwrap_or('\u{d7ff}')),
            None => Err(self.error("RE2 has no such escape", start, self.pos)),
        }
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        if self.eat("{") {
            let length = self.rest().find('}').filter(|length| *length > 0)?;
            let digits = self.rest().get(..length)?.to_owned();
            let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            self.pos += length + 1;
            let significant = digits.trim_start_matches('0');
            let value = if significant.is_empty() { Ok(0) } else { u32::from_str_radix(significant, 16) };
            return value.ok().filter(|value| all_digits && *value <= u32::from(char::MAX));
        }
        let first = self.next()?.to_digit(16)?;
        let second = self.next()?.to_digit(16)?;
        Some(first * 16 + second)
    }

    fn unicode_class(&mut self) -> Result<(), RegexError> {
        let start = self.pos;
        self.pos += 2;
        let name = if self.eat("{") {
            let Some(length) = self.rest().find('}') else {
                return Err(self.error("the name of a class is not closed", start, self.pattern.len()));
            };
            let name = self.rest().get(..length).unwrap_or_default().to_owned();
            self.pos += length + 1;
            name
        } else {
            match self.next() {
                Some(next) => next.to_string(),
                // A pattern that ends here names the class of no name.
                None => String::new(),
            }
        };
        let name = name.strip_prefix('^').unwrap_or(&name);
        if name == "Any" || CATEGORIES.contains(&name) || SCRIPTS.binary_search(&name).is_ok() {
            return Ok(());
        }
        Err(self.error("there is no such class of characters", start, self.pos))
    }

    fn class(&mut self) -> Result<(), RegexError> {
        let whole = self.pos;
        self.pos += 1;
        self.eat("^");
        let mut first = true;
        loop {
            if self.rest().starts_with(']') && !first {
                self.pos += 1;
                return self.push(Part::character());
            }
            first = false;
            if self.rest().starts_with("[:")
                && self.rest().len() > 2
                && let Some(length) = self.rest().get(2..).and_then(|rest| rest.find(":]"))
            {
                let name = self.rest().get(2..2 + length).unwrap_or_default();
                if !POSIX_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(self.error("there is no such class of characters", self.pos, self.pos + length + 4));
                }
                self.pos += length + 4;
                continue;
            }
            let bytes = self.rest().as_bytes();
            match (bytes.first(), bytes.get(1)) {
                (Some(b'\\'), Some(b'p' | b'P')) => {
                    self.unicode_class()?;
                    continue;
                }
                (Some(b'\\'), Some(b'd' | b'D' | b's' | b'S' | b'w' | b'W')) => {
                    self.pos += 2;
                    continue;
                }
                _ => {}
            }
            let start = self.pos;
            let low = self.class_character(whole)?;
            let rest = self.rest().as_bytes();
            if rest.len() >= 2 && rest.first() == Some(&b'-') && rest.get(1) != Some(&b']') {
                self.pos += 1;
                if self.class_character(whole)? < low {
                    return Err(self.error("the range of characters runs backwards", start, self.pos));
                }
            }
        }
    }

    fn class_character(&mut self, whole: usize) -> Result<char, RegexError> {
        if self.rest().starts_with('\\') {
            return self.escape();
        }
        match self.next() {
            Some(next) => Ok(next),
            None => Err(self.error("a `[` is not closed", whole, self.pattern.len())),
        }
    }
}

/// Least and most; no most is without end.
type Counts = (u32, Option<u32>);

/// An integer without leading zeros at the start of a text, and what follows. One too large counts as the largest.
fn integer(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(u32::MAX), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_as_re2_does() {
        for good in [
            "",
            "a|b",
            "a{",
            "a{,5}",
            "a{01}",
            "{",
            "[]a]",
            "[^]a]",
            "[a-]",
            "[-a]",
            "[[a]",
            "[a&&b]",
            "[[:alpha:][:^digit:]]",
            "\\_",
            "\\Qa*\\E+",
            "(?i)a(?-s:b)",
            "(?P<n>a)(?<m>b)",
            "\\pL\\p{Greek}\\P{^Lu}",
            "\\x{10FFFF}\\x41\\012",
            "a{1000}",
            "(a{10}){100}",
            "a*?",
            "(a*)*",
            "a*(?i)*",
            "\\b{start}",
            "[\\d-z]",
            "x*y+",
            "()",
        ] {
            assert!(check(good).is_ok(), "{good}: {:?}", check(good));
        }
        for bad in [
            "(",
            ")",
            "a)(b",
            "[",
            "[]",
            "[a",
            "a**",
            "a*+",
            "a+*",
            "a{2}{3}",
            "*",
            "|*",
            "(*",
            "(?i:*)",
            "a{1001}",
            "a{2,1}",
            "(a{100}){100}",
            "\\",
            "\\1",
            "\\8",
            "\\q",
            "\\C",
            "\\Z",
            "\\p{Nope}",
            "\\pX",
            "\\x{110000}",
            "\\xg1",
            "\\x{}",
            "(?x)a",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?P<>a)",
            "(?P<a-b>c)",
            "(?P=n)",
            "[b-a]",
            "[[:nope:]]",
            "(?i",
            "(?-)",
            "a{99999999999}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn knows_what_matches_nothing() {
        for pattern in ["", ".*", "a|", "a?", "(a*|b)c{0,3}", "^$", "a{0}", "(?:)", "\\B", "\\A\\z", "(a|)+", "x{0}{"] {
            assert_eq!(check(pattern).map(|facts| facts.matches_empty), Ok(!pattern.ends_with("}{")), "{pattern}");
        }
        for pattern in [".+", "a", "\\b", "a*b", "(a|b)", "[^a]", "a{1,}", "\\Qx\\E"] {
            assert_eq!(check(pattern).map(|facts| facts.matches_empty), Ok(false), "{pattern}");
        }
    }

    #[test]
    fn hostile_patterns_end_soon() {
        assert!(check(&"(".repeat(100_000)).is_err());
        assert!(check(&format!("{}{}", "(".repeat(100_000), ")".repeat(100_000))).is_err());
        assert!(check(&"(?:".repeat(100_000)).is_err());
        assert!(check(&"a".repeat(10_000_000)).is_ok());
        assert!(check(&"a|".repeat(1_000_000)).is_ok());
    }
}
