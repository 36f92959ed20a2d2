//! Text from files, made fit for a terminal.

/// Makes a character visible that would move the cursor, start an escape sequence or reorder what is around it.
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' | '\n' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(u32::from(c) + 0x2400).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        _ => c,
    }
}

/// The text with every such character made visible.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Enough of a text to know it, on one line.
pub(super) fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    let line: String = text.chars().take(MOST).map(|c| if c == '\n' { '\u{240a}' } else { visible(c) }).collect();
    if text.chars().nth(MOST).is_some() { line + "…" } else { line }
}
