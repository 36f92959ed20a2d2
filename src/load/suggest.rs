//! The names that a misspelt one may have meant.

/// At most this many names are suggested.
const MOST: usize = 3;

/// Longer words are compared by these many characters only, which bounds the work on hostile input.
const LONGEST: usize = 96;

/// The candidates nearest to `word`, best first, at most three; none when nothing is near. Equal distances keep the order of names.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = Word::new(word);
    let mut best: Vec<(usize, &'a str)> = Vec::new();
    for candidate in candidates {
        if candidate.is_empty() || candidate == word || best.iter().any(|(_, name)| *name == candidate) {
            continue;
        }
        let Some(score) = wanted.score(candidate) else { continue };
        let entry = (score, candidate);
        let at = best.partition_point(|other| *other < entry);
        if at < MOST {
            best.insert(at, entry);
            best.truncate(MOST);
        }
    }
    // Beside a near certainty the distant names are noise.
    if let Some(&(first, _)) = best.first() {
        best.retain(|(score, _)| *score <= first.saturating_mul(2).saturating_add(SAME));
    }
    best.into_iter().map(|(_, name)| name).collect()
}

/// The suggestion as text: "did you mean `a`, `b` or `c`?"; `None` when there are no names.
pub fn did_you_mean(names: &[&str]) -> Option<String> {
    let (last, others) = names.split_last()?;
    if others.is_empty() {
        return Some(format!("did you mean `{last}`?"));
    }
    let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("did you mean {} or `{last}`?", others.join(", ")))
}

/// Score of a name that differs by case or separators alone. An edit counts [`EDIT`].
const SAME: usize = 1;
/// Score of a name made of the same words in another order.
const SWAPPED: usize = 5;
/// Score of one edit.
const EDIT: usize = 4;
/// Score of a name that only adds words at an end.
const EXTENDED: usize = 9;

struct Word {
    folded: Vec<char>,
    parts: Vec<String>,
}

impl Word {
    fn new(word: &str) -> Self {
        let folded: Vec<char> = fold(word);
        let parts = parts(&folded);
        Self { folded, parts }
    }

    fn score(&self, candidate: &str) -> Option<usize> {
        // A name far longer than the word can only be near as an extension; it is worth no table.
        let other = fold(candidate);
        if self.folded == other {
            return Some(SAME);
        }
        let (short, long) = (self.folded.len().min(other.len()), self.folded.len().max(other.len()));
        // One edit makes any letter of any other.
        let allowed = if short < 2 { 0 } else { (short / 3).clamp(1, 6) };
        let edits = if long - short <= allowed { distance(&self.folded, &other, allowed) } else { None };
        let by_edits = edits.map(|edits| edits * EDIT);
        let by_words = self.words(&other, short);
        match (by_edits, by_words) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn words(&self, other: &[char], short: usize) -> Option<usize> {
        let extended = short >= 3
            && (other.starts_with(&self.folded)
                || self.folded.starts_with(other)
                || other.ends_with(&self.folded)
                || self.folded.ends_with(other));
        if extended {
            return Some(EXTENDED + other.len().abs_diff(self.folded.len()) / 4);
        }
        if self.parts.len() < 2 {
            return None;
        }
        let others = parts(other);
        let mut sorted = (self.parts.clone(), others);
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        (sorted.0 == sorted.1).then_some(SWAPPED)
    }
}

/// Lower case, and one separator for all.
fn fold(word: &str) -> Vec<char> {
    word.chars().take(LONGEST).map(|c| if matches!(c, '-' | '.' | ':' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect()
}

fn parts(folded: &[char]) -> Vec<String> {
    folded.split(|c| *c == '_').filter(|part| !part.is_empty()).map(|part| part.iter().collect()).collect()
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words, when it is at most `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        let mut least = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut cost = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                cost = cost.min(before[j - 1] + 1);
            }
            least = least.min(cost);
            row.push(cost);
        }
        if least > most {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let names =
            ["http_requests_total", "http_request_duration_seconds", "up", "cost_savings_total", "node_cpu_seconds_total"];
        let near = |word| nearest(word, names);
        assert_eq!(near("http_request_total"), ["http_requests_total"]);
        assert_eq!(near("http_reqeusts_total"), ["http_requests_total"]);
        assert_eq!(near("Http-Requests-Total"), ["http_requests_total"]);
        assert_eq!(near("savings_cost_total"), ["cost_savings_total"]);
        assert_eq!(near("cost_savings"), ["cost_savings_total"]);
        assert_eq!(near("cpu_seconds_total"), ["node_cpu_seconds_total"]);
        assert!(near("zzz").is_empty());
        assert!(near("").is_empty());
    }

    #[test]
    fn short_words_need_one_edit() {
        assert_eq!(nearest("fro", ["for", "expr", "title"]), ["for"]);
        assert_eq!(nearest("tilte", ["title", "table", "type"]), ["title"]);
        assert!(nearest("x", ["expr", "for"]).is_empty());
        assert_eq!(nearest("labls", ["labels", "label", "job"]), ["labels"]);
    }

    #[test]
    fn gives_three_at_most_and_each_once() {
        let near = nearest("aaaa", ["aaab", "aaac", "aaad", "aaae", "aaab"]);
        assert_eq!(near, ["aaab", "aaac", "aaad"]);
    }

    #[test]
    fn says_it() {
        assert_eq!(did_you_mean(&[]), None);
        assert_eq!(did_you_mean(&["a"]).as_deref(), Some("did you mean `a`?"));
        assert_eq!(did_you_mean(&["a", "b", "c"]).as_deref(), Some("did you mean `a`, `b` or `c`?"));
    }

    #[test]
    fn long_words_cost_little() {
        let word = "ä".repeat(1_000_000);
        let other = "ä".repeat(999_999) + "b";
        assert_eq!(nearest(&word, [other.as_str()]).len(), 1);
    }
}
