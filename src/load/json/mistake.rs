//! What people write where JSON wants something else, and what they meant.

/// The end of a comment that begins at `at`.
pub(super) fn comment(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    if rest.starts_with('#') || rest.starts_with("//") {
        return Some(at + rest.get(..line).map_or(0, |comment| comment.trim_end().len()));
    }
    rest.starts_with("/*").then(|| rest.find("*/").map_or(at + line, |end| at + end + 2))
}

/// How to mend what stands where something else is wanted.
pub(super) fn help(rest: &str, wanted: &str) -> Option<String> {
    let first = rest.chars().next()?;
    if first == '\'' {
        return Some("JSON puts text into double quotes".to_owned());
    }
    if wanted.starts_with("a key") {
        let word =
            rest.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).next().filter(|word| !word.is_empty())?;
        return Some(format!("write \"{word}\""));
    }
    if wanted.starts_with("`,`") && (first.is_alphanumeric() || matches!(first, '"' | '{' | '[' | '-')) {
        return Some("put a comma between the two".to_owned());
    }
    (wanted == "the end of the text" && !matches!(first, '}' | ']')).then(|| "a file holds one value".to_owned())
}

/// Message and help for a word that is no value.
pub(super) fn word(word: &str, looks_like_yaml: bool) -> (String, &'static str) {
    let help = match word {
        "NaN" | "nan" => return (format!("JSON has no number `{word}`"), "leave the field out, or write null"),
        "Infinity" | "inf" => return infinite(word),
        "True" | "TRUE" => "write true",
        "False" | "FALSE" => "write false",
        "None" | "nil" | "Null" | "NULL" | "undefined" => "write null",
        _ if looks_like_yaml => "the text looks like YAML: call the file .yaml",
        _ => "put text into double quotes",
    };
    (format!("`{word}` is no JSON value"), help)
}

fn infinite(text: &str) -> (String, &'static str) {
    let help = if text.starts_with('-') {
        "a field of a spec that takes infinity takes the text \"-.inf\""
    } else {
        "a field of a spec that takes infinity takes the text \".inf\""
    };
    (format!("JSON has no number `{text}`"), help)
}

/// Message and help for what begins like a number and is none.
pub(super) fn number(text: &str) -> (String, &'static str) {
    let unsigned = text.trim_start_matches(['+', '-']);
    if ["Infinity", "inf", ".inf", ".Inf", ".INF"].contains(&unsigned) {
        return infinite(text);
    }
    if ["NaN", ".nan", ".NaN"].contains(&unsigned) {
        return (format!("JSON has no number `{text}`"), "leave the field out, or write null");
    }
    let numeric = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let help = if unsigned.starts_with("0x") || unsigned.starts_with("0o") || unsigned.starts_with("0b") {
        "write it with decimal digits"
    } else if !numeric(unsigned) {
        "put text into double quotes"
    } else if text.starts_with('+') {
        "remove the sign"
    } else if unsigned.starts_with('.') || unsigned.ends_with('.') {
        "write digits on both sides of the point"
    } else if unsigned.starts_with('0') {
        "remove the leading zero, or put text into double quotes"
    } else {
        "put text into double quotes"
    };
    (format!("`{text}` is no JSON number"), help)
}

/// Message and help for an escape that is half of a character.
pub(super) fn half(escape: &str) -> Option<(String, &'static str)> {
    let code = u32::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()?;
    match code {
        0xD800..0xDC00 => Some((
            format!("the escape {escape} is the first half of a character"),
            "its second half, \\udc00 to \\udfff, has to follow; or write the character itself",
        )),
        0xDC00..0xE000 => Some((
            format!("the escape {escape} is the second half of a character"),
            "its first half, \\ud800 to \\udbff, has to stand before it; or write the character itself",
        )),
        _ => None,
    }
}
