//! Node names from patterns: `gpu-{001..064}`.

/// The most names that one pattern may make: a typo must not fill the disk.
pub const MOST: usize = 100_000;

/// All names of a pattern, in order; the width of the first number is kept. `Err` says what is wrong with it.
pub fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let Some((before, rest)) = pattern.split_once('{') else {
        return if pattern.contains('}') { Err("a `}` has no `{`".to_owned()) } else { Ok(vec![pattern.to_owned()]) };
    };
    let Some((range, after)) = rest.split_once('}') else { return Err("a `{` has no `}`".to_owned()) };
    let numbers = numbers(range)?;
    let tails = expand(after)?;
    if numbers.len().saturating_mul(tails.len()) > MOST {
        return Err(format!("it makes more than {MOST} names"));
    }
    Ok(numbers.iter().flat_map(|number| tails.iter().map(move |tail| format!("{before}{number}{tail}"))).collect())
}

fn numbers(range: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("`{{{range}}}` is not a range of numbers such as {{01..16}}");
    let (from, to) = range.split_once("..").ok_or_else(wrong)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(from) || !digits(to) {
        return Err(wrong());
    }
    let (first, last): (u64, u64) = (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
    if first > last {
        return Err(format!("`{{{range}}}` goes down: write {{{to}..{from}}}"));
    }
    if last - first >= MOST as u64 {
        return Err(format!("it makes more than {MOST} names"));
    }
    let width = if from.starts_with('0') || from.len() == to.len() { from.len() } else { 1 };
    Ok((first..=last).map(|number| format!("{number:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert_eq!(expand("gpu-{08..10}").unwrap(), ["gpu-08", "gpu-09", "gpu-10"]);
        assert_eq!(expand("n{9..11}").unwrap(), ["n9", "n10", "n11"]);
        assert_eq!(expand("r{1..2}-n{1..2}").unwrap(), ["r1-n1", "r1-n2", "r2-n1", "r2-n2"]);
        assert_eq!(expand("one").unwrap(), ["one"]);
        for bad in ["a{1..", "a{x..2}", "a{3..1}", "a}", "a{1..99999999}", "a{1}", "a{..}"] {
            assert!(expand(bad).is_err(), "{bad}");
        }
    }
}
