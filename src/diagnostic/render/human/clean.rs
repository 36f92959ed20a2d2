//! Text from files, made fit for a terminal.

/// Makes a character visible that would move the cursor, start an escape sequence or reorder what is around it.
fn visible(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(u32::from(c) + 0x2400).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        _ => c,
    }
}

/// A line of a file. Tabs stay: they are drawn as spaces, and marks follow them.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { c } else { visible(c) }).collect()
}

/// What a message says, line breaks kept.
pub fn message(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

/// A name.
pub(super) fn word(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Enough of a text to know it, on one line.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let line: String = text.chars().take(most).map(visible).collect();
    if text.chars().nth(most).is_some() { line + "…" } else { line }
}
