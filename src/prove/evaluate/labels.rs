//! `label_replace` and `label_join`.

use regex::Regex;

use super::{Evaluator, Point, Refusal, Value, distinct};
use crate::promql::ast::{Call, Expr};
use crate::promql::catalog::Name;

impl Evaluator<'_> {
    pub(super) fn label_function(&self, call: &Call, ts: i64, depth: usize) -> Result<Value, Refusal> {
        let texts = |from: usize| call.args.iter().skip(from).map(plain).collect::<Result<Vec<_>, _>>();
        let first = call.args.first().ok_or("an argument is missing")?;
        let points = self.vector(first, ts, depth)?;
        let changed = if call.callee.name() == "label_replace" {
            let [target, replacement, source, pattern] =
                <[String; 4]>::try_from(texts(1)?).map_err(|_| "an argument is missing")?;
            let replace = Replace::new(&target, &replacement, &source, &pattern)?;
            points.into_iter().map(|point| Point { labels: replace.apply(&point.labels), ..point }).collect()
        } else {
            let texts = texts(1)?;
            let [target, separator, sources @ ..] = texts.as_slice() else { return Err("an argument is missing".to_owned()) };
            let join = |mut point: Point| {
                let values: Vec<&str> = sources.iter().map(|source| point.labels.get(source)).collect();
                let joined = Name::from(values.join(separator));
                point.labels.set(&Name::from(target.as_str()), &joined);
                point
            };
            points.into_iter().map(join).collect()
        };
        distinct(changed).map(Value::Vector)
    }
}

/// The text that an argument is.
pub(crate) fn plain(expr: &Expr) -> Result<String, Refusal> {
    match &expr.kind {
        crate::promql::ExprKind::String(text) => {
            text.as_plain().map(str::to_owned).ok_or_else(|| "a variable is not known".to_owned())
        }
        crate::promql::ExprKind::Paren(inner) => plain(inner),
        _ => Err("this is no text".to_owned()),
    }
}

/// A `label_replace` without its vector.
pub(crate) struct Replace {
    target: Name,
    replacement: String,
    source: String,
    pattern: Regex,
}

impl Replace {
    pub(crate) fn new(target: &str, replacement: &str, source: &str, pattern: &str) -> Result<Self, Refusal> {
        let compiled = regex::RegexBuilder::new(&format!("^(?s:{pattern})$")).size_limit(1 << 20).nest_limit(64).build();
        let pattern = compiled.map_err(|_| format!("the pattern `{pattern}` is not understood"))?;
        Ok(Self { target: Name::from(target), replacement: replacement.to_owned(), source: source.to_owned(), pattern })
    }

    pub(crate) fn apply(&self, labels: &crate::prove::series::LabelSet) -> crate::prove::series::LabelSet {
        let mut changed = labels.clone();
        if let Some(found) = self.pattern.captures(labels.get(&self.source)) {
            let mut value = String::new();
            found.expand(&self.replacement, &mut value);
            changed.set(&self.target, &Name::from(value));
        }
        changed
    }
}
