//! Which imports a text holds and how deep it is nested, found without evaluating anything.
//!
//! This looks at every file before anything bounds the work, so it is a single pass that cannot fail: a text that is no Jsonnet has whatever
//! it seems to have, and its evaluation says what is wrong with it.

use std::collections::BTreeSet;

/// An import, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Written {
    /// The path.
    pub(super) path: String,
    /// Whether what it leads to is Jsonnet, which imports in turn, and not a text or bytes.
    pub(super) is_code: bool,
}

/// All imports in a text.
pub(super) fn imports(text: &[u8]) -> BTreeSet<Written> {
    scan(text).0
}

/// How deep brackets are nested in a text, which is how deep the parser calls itself.
pub(super) fn nesting(text: &[u8]) -> usize {
    scan(text).1
}

fn scan(text: &[u8]) -> (BTreeSet<Written>, usize) {
    let mut scanner = Scanner { text, at: 0 };
    let mut found = BTreeSet::new();
    let (mut depth, mut deepest) = (0usize, 0);
    // Whether the word before this was an import, and of what.
    let mut import = None;
    while let Some(byte) = scanner.peek(0) {
        let before = import.take();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                scanner.at += 1;
                import = before;
            }
            b'#' => {
                scanner.line();
                import = before;
            }
            b'/' if scanner.peek(1) == Some(b'/') => {
                scanner.line();
                import = before;
            }
            b'/' if scanner.peek(1) == Some(b'*') => {
                scanner.comment();
                import = before;
            }
            b'\'' | b'"' => {
                scanner.at += 1;
                let path = scanner.quoted(byte);
                found.extend(before.map(|is_code| Written { path, is_code }));
            }
            b'@' if matches!(scanner.peek(1), Some(b'\'' | b'"')) => {
                let quote = scanner.peek(1).unwrap_or_default();
                scanner.at += 2;
                let path = scanner.verbatim(quote);
                found.extend(before.map(|is_code| Written { path, is_code }));
            }
            b'|' if scanner.rest().starts_with(b"|||") => scanner.block(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                import = match scanner.word() {
                    b"import" => Some(true),
                    b"importstr" | b"importbin" => Some(false),
                    _ => None,
                };
            }
            b'{' | b'[' | b'(' => {
                scanner.at += 1;
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => {
                scanner.at += 1;
                depth = depth.saturating_sub(1);
            }
            _ => scanner.at += 1,
        }
    }
    (found, deepest)
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Scanner<'t> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at.saturating_add(ahead)).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on while this holds; gives what was passed.
    fn pass(&mut self, holds: impl Fn(u8) -> bool) -> &'t [u8] {
        let rest = self.rest();
        let passed = rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len());
        self.at += passed;
        rest.get(..passed).unwrap_or_default()
    }

    fn word(&mut self) -> &'t [u8] {
        self.pass(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    fn line(&mut self) {
        self.pass(|byte| byte != b'\n');
    }

    fn comment(&mut self) {
        self.at += 2;
        let rest = self.rest();
        let end = rest.windows(2).position(|pair| pair == b"*/");
        self.at += end.map_or(rest.len(), |end| end + 2);
    }

    /// A text with escapes, behind its first quote.
    fn quoted(&mut self, quote: u8) -> String {
        let mut text = Vec::new();
        loop {
            text.extend_from_slice(self.pass(|byte| byte != quote && byte != b'\\'));
            let Some(byte) = self.peek(0) else { break };
            self.at += 1;
            if byte == quote {
                break;
            }
            let escaped = self.peek(0);
            self.at += 1;
            match escaped {
                Some(b'n') => text.push(b'\n'),
                Some(b't') => text.push(b'\t'),
                Some(b'r') => text.push(b'\r'),
                Some(b'b') => text.push(8),
                Some(b'f') => text.push(12),
                Some(b'u') => {
                    let mut unit = || {
                        let digits = std::str::from_utf8(self.rest().get(..4)?).ok()?;
                        let unit = u16::from_str_radix(digits, 16).ok()?;
                        self.at += 4;
                        Some(unit)
                    };
                    let first = unit();
                    let second = match first {
                        Some(0xD800..=0xDBFF) if self.rest().starts_with(b"\\u") => {
                            self.at += 2;
                            let digits = self.rest().get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
                            self.at += 4;
                            digits.and_then(|digits| u16::from_str_radix(digits, 16).ok())
                        }
                        _ => None,
                    };
                    let units: Vec<u16> = first.into_iter().chain(second).collect();
                    text.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
                }
                Some(other) => text.push(other),
                None => break,
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// A text without escapes, behind its first quote; two quotes are one in it.
    fn verbatim(&mut self, quote: u8) -> String {
        let mut text = Vec::new();
        loop {
            text.extend_from_slice(self.pass(|byte| byte != quote));
            self.at += 1;
            if self.peek(0) != Some(quote) {
                break;
            }
            text.push(quote);
            self.at += 1;
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// A text block: lines that are indented as its first one is.
    fn block(&mut self) {
        let blank = |byte: u8| matches!(byte, b' ' | b'\t');
        self.line();
        self.at += 1;
        while self.peek(0) == Some(b'\n') {
            self.at += 1;
        }
        let indent = self.pass(blank);
        if indent.is_empty() {
            return;
        }
        loop {
            self.line();
            self.at += 1;
            while self.peek(0) == Some(b'\n') {
                self.at += 1;
            }
            if !self.rest().starts_with(indent) {
                break;
            }
        }
        self.pass(blank);
        if self.rest().starts_with(b"|||") {
            self.at += 3;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{imports, nesting};

    fn found(text: &str) -> Vec<(String, bool)> {
        imports(text.as_bytes()).into_iter().map(|found| (found.path, found.is_code)).collect()
    }

    #[test]
    fn imports_are_found_where_they_are_code() {
        let text = "local a = import 'a.libsonnet'; // import 'not.libsonnet'\n# import 'neither'\n/* import 'nor' */\n\
            { b: importstr /* of */ \"b/\\u0063\\\"\\ud83d\\ude00.txt\", c: \"import 'no'\", d: (importbin\n@'d''.bin'), e: importt 'x',\n\
            t: |||\n    import 'in a block'\n\n    more\n  |||, g: import @\"g\", h: '\\'', f: import 'a.libsonnet', i: import ('p' + 'x') }";
        let wanted = [("a.libsonnet", true), ("b/c\"😀.txt", false), ("d'.bin", false), ("g", true)];
        assert_eq!(found(text), wanted.map(|(path, is_code)| (path.to_owned(), is_code)));
    }

    #[test]
    fn what_is_cut_off_is_no_trouble() {
        let text = "local a = import 'ä\\u00e4'; /* c */ { b: @'x''y', t: |||\n  a\n   b\n|||, c: importstr \"\\ud83d\\ude00\" } # end\n";
        for end in 0..=text.len() {
            let _ = imports(&text.as_bytes()[..end]);
            let _ = imports(&text.as_bytes()[end..]);
        }
        for text in [
            "",
            "'",
            "@'",
            "|||",
            "|||\n",
            "|||\n  ",
            "|||\n  a\n",
            "\"\\",
            "\"\\u12",
            "\"\\ud800\\u",
            "/*",
            "import",
            "import '",
        ] {
            assert!(imports(text.as_bytes()).len() <= 1, "{text}");
        }
    }

    #[test]
    fn brackets_are_counted_outside_of_texts() {
        assert_eq!(nesting(b"{a: [f(1), '((((', 2]} // [[["), 3);
        assert_eq!(nesting(b"]]]"), 0);
        assert_eq!(nesting("[".repeat(70_000).as_bytes()), 70_000);
    }
}
