//! Texts that stay texts in Markdown (CommonMark with GitHub's tables).

/// A text for a paragraph or a cell of a table: on one line, with nothing in it that means something to Markdown.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text);
    out
}

/// Adds an escaped text.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let mut before: Option<char> = None;
    // Digits at the start and a dot after them would begin a numbered list.
    let mut only_digits = true;
    for word in text.split_whitespace() {
        if before.is_some() {
            out.push(' ');
            before = Some(' ');
            only_digits = false;
        }
        let mut chars = word.chars().peekable();
        while let Some(c) = chars.next() {
            let special = match c {
                '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' => true,
                // Inside a word it means nothing, and names of metrics are full of it.
                '_' => !(before.is_some_and(char::is_alphanumeric) && chars.peek().is_some_and(|next| next.is_alphanumeric())),
                '#' | '-' | '+' | '=' => before.is_none(),
                '.' | ')' => only_digits && before.is_some(),
                _ => false,
            };
            if special {
                out.push('\\');
            }
            out.push(c);
            only_digits &= c.is_ascii_digit();
            before = Some(c);
        }
    }
}

/// A text between backticks.
pub(super) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_code(&mut out, text);
    out
}

/// Adds a text between backticks, more of them than it holds itself. A bar would end the cell of a table, even there.
pub(super) fn push_code(out: &mut String, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let ticks = longest_run(text, '`') + 1;
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    out.extend(std::iter::repeat_n('`', ticks));
    out.push_str(space);
    let mut white = false;
    for c in text.chars() {
        // White space is drawn together, so that the text stays on its line.
        if c.is_whitespace() {
            if !white {
                out.push(' ');
            }
        } else {
            if c == '|' {
                out.push('\\');
            }
            out.push(c);
        }
        white = c.is_whitespace();
    }
    out.push_str(space);
    out.extend(std::iter::repeat_n('`', ticks));
}

/// A text between fences, longer ones than it holds itself.
pub(super) fn fence(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text, '`').max(2) + 1);
    format!("{ticks}promql\n{}\n{ticks}", text.trim_end())
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Adds a link to an address, or to a path that `up` leads to. What would end the address is encoded.
pub(super) fn push_link(out: &mut String, title: &str, up: &str, path: &str) {
    out.push('[');
    push_escaped(out, title);
    out.push_str("](");
    if !path.contains("://") {
        out.push_str(up);
    }
    for c in path.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '|' => out.push_str("%7C"),
            '\\' => out.push_str("%5C"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, escaped) in [
            ("Requests handled.", "Requests handled."),
            ("http_requests_total of *all* jobs", "http_requests_total of \\*all\\* jobs"),
            ("_x_ and __y__", "\\_x\\_ and \\_\\_y\\_\\_"),
            ("a | b", "a \\| b"),
            ("a\n\n# b\n| c |", "a # b \\| c \\|"),
            ("# a", "\\# a"),
            ("- a", "\\- a"),
            ("1. a 2. b", "1\\. a 2. b"),
            ("<script>", "\\<script\\>"),
            ("[a](b)", "\\[a\\](b)"),
            ("{{ $labels.job }} &amp;", "{{ \\$labels.job }} \\&amp;"),
            ("", ""),
            (" \n ", ""),
            ("5.5", "5\\.5"),
        ] {
            assert_eq!(escape(text), escaped, "{text:?}");
        }
    }

    #[test]
    fn code_is_fenced_with_more_ticks_than_it_holds() {
        assert_eq!(code("up == 0"), "`up == 0`");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code(""), "");
        assert_eq!(fence("a\n```\nb\n"), "````promql\na\n```\nb\n````");
    }

    #[test]
    fn links_end_where_they_end() {
        let link = |path: &str| {
            let mut out = String::new();
            push_link(&mut out, "a]b", "../", path);
            out
        };
        assert_eq!(link("x y(z)"), "[a\\]b](../x%20y%28z%29)");
        assert_eq!(link("https://x/y"), "[a\\]b](https://x/y)");
    }
}
