//! The hunks of a unified diff, for people: safe to print on a terminal, and quick on whatever two files hold.

use std::fmt::Write as _;

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Two texts with more lines than this in what they do not share are not compared line by line: the time would grow with the
/// square of it.
const MAX_LINES: usize = 20_000;

/// The hunks that lead from `old` to `new`, each line ended by a newline; empty if they are equal. Control characters are
/// shown as escapes, so that a carriage return can be seen and a terminal obeys nothing.
pub fn unified(old: &[u8], new: &[u8]) -> String {
    if old == new {
        return String::new();
    }
    let (Ok(old_text), Ok(new_text)) = (str::from_utf8(old), str::from_utf8(new)) else {
        return format!("binary: {} bytes on disk, {} bytes from the spec\n", old.len(), new.len());
    };
    let (old_lines, new_lines) = (lines(old_text), lines(new_text));
    let shared = old_lines.iter().zip(&new_lines).take_while(|(old, new)| old == new).count();
    let rest = |lines: &[&str]| lines.len() - shared;
    if rest(&old_lines).saturating_add(rest(&new_lines)) > MAX_LINES && !old.is_empty() && !new.is_empty() {
        let first = shared + 1;
        return format!(
            "first difference in line {first}; {} lines on disk, {} from the spec\n",
            old_lines.len(),
            new_lines.len()
        );
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old_lines, &new_lines);
    let mut text = String::new();
    for group in diff.grouped_ops(CONTEXT) {
        hunk(&mut text, &diff, &group);
    }
    text
}

/// The lines of a text with their ends; a carriage return is part of its line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunk(text: &mut String, diff: &TextDiff<'_, '_, str>, group: &[DiffOp]) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let old = first.old_range().start..last.old_range().end;
    let new = first.new_range().start..last.new_range().end;
    // An empty range is given by the line before it.
    let range = |range: &std::ops::Range<usize>| match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        n => format!("{},{n}", range.start + 1),
    };
    _ = writeln!(text, "@@ -{} +{} @@", range(&old), range(&new));
    for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
        text.push(match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        });
        let line: &str = change.value();
        for c in line.strip_suffix('\n').unwrap_or(line).chars() {
            if c.is_control() && c != '\t' { text.extend(c.escape_default()) } else { text.push(c) }
        }
        text.push('\n');
        if !line.ends_with('\n') {
            text.push_str("\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_those_of_diff() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 3\n", "line three\n").replace("line 17\n", "").replace("line 20\n", "line 20");
        let expected = "@@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+line three\n line 4\n line 5\n line 6\n\
                        @@ -14,7 +14,6 @@\n line 14\n line 15\n line 16\n-line 17\n line 18\n line 19\n-line 20\n+line 20\n\
                        \\ No newline at end of file\n";
        assert_eq!(unified(old.as_bytes(), new.as_bytes()), expected);
        assert_eq!(unified(b"", b"a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(unified(b"a\nb\n", b""), "@@ -1,2 +0,0 @@\n-a\n-b\n");
        assert_eq!(unified(b"a", b"a"), "");
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(unified(b"a\r\n", b"a\n"), "@@ -1 +1 @@\n-a\\r\n+a\n");
        assert_eq!(unified(b"\x1b[2J\n", b"\tx\n"), "@@ -1 +1 @@\n-\\u{1b}[2J\n+\tx\n");
        assert_eq!(unified(b"\xff", b"\tx\n"), "binary: 1 bytes on disk, 3 bytes from the spec\n");
    }

    #[test]
    fn texts_that_share_nothing_are_not_compared_line_by_line() {
        let text = |salt: usize| (0..30_000).map(|n| format!("{}\n", n * 7919 % 30_011 * salt)).collect::<String>();
        let diff = unified(text(1).as_bytes(), text(2).as_bytes());
        assert_eq!(diff, "first difference in line 2; 30000 lines on disk, 30000 from the spec\n");
    }
}
