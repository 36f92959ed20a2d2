//! Texts that stay texts in Markdown (CommonMark with GitHub's tables).

/// A text for a paragraph or a cell of a table: on one line, with nothing in it that means something to Markdown.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    let mut chars = one_line(text).into_iter().peekable();
    while let Some(c) = chars.next() {
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' => true,
            // Inside a word it means nothing, and names of metrics are full of it.
            '_' => !(before.is_some_and(char::is_alphanumeric) && chars.peek().is_some_and(|next| next.is_alphanumeric())),
            '#' | '-' | '+' | '=' => before.is_none(),
            '.' | ')' => out.chars().all(|c| c.is_ascii_digit()) && before.is_some(),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// The characters of a text with its white space drawn together, and none at its ends.
fn one_line(text: &str) -> Vec<char> {
    let mut line = Vec::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars());
    }
    line
}

/// A text between backticks, more of them than it holds itself. A bar would end the cell of a table, even there.
pub(super) fn code(text: &str) -> String {
    let text: String = one_line(text).into_iter().collect();
    if text.is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{}{space}{ticks}", text.replace('|', "\\|"))
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

/// A link. What would end the address is encoded.
pub(super) fn link(title: &str, address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            ' ' => encoded.push_str("%20"),
            '(' => encoded.push_str("%28"),
            ')' => encoded.push_str("%29"),
            '<' => encoded.push_str("%3C"),
            '>' => encoded.push_str("%3E"),
            '|' => encoded.push_str("%7C"),
            '\\' => encoded.push_str("%5C"),
            c if c.is_control() => {}
            c => encoded.push(c),
        }
    }
    format!("[{}]({encoded})", escape(title))
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
        assert_eq!(link("a]b", "x y(z)"), "[a\\]b](x%20y%28z%29)");
    }
}
