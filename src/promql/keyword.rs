//! Keywords, and where a name can stand in their company without quotes.

use super::lex::TokenKind;
use super::literal::is_word;
use super::operators::{AggregateOp, BinaryOp};

/// A word with a meaning of its own in some places; in most others it is a name like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `and`, `or`, `unless`, `atan2`
    Op(BinaryOp),
    Aggregate(AggregateOp),
    Offset,
    Smoothed,
    Anchored,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Bool,
    Start,
    End,
    Step,
    Range,
    MaxOf,
    MinOf,
}

/// The keyword that a word is; case makes no difference. `inf` and `nan` are numbers.
pub(super) fn keyword(word: &str) -> Option<TokenKind> {
    const LONGEST: usize = 12;
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let keyword = match &*lower {
        b"inf" | b"nan" => return Some(TokenKind::Number),
        b"and" => Keyword::Op(BinaryOp::And),
        b"or" => Keyword::Op(BinaryOp::Or),
        b"unless" => Keyword::Op(BinaryOp::Unless),
        b"atan2" => Keyword::Op(BinaryOp::Atan2),
        b"sum" => Keyword::Aggregate(AggregateOp::Sum),
        b"avg" => Keyword::Aggregate(AggregateOp::Avg),
        b"count" => Keyword::Aggregate(AggregateOp::Count),
        b"min" => Keyword::Aggregate(AggregateOp::Min),
        b"max" => Keyword::Aggregate(AggregateOp::Max),
        b"group" => Keyword::Aggregate(AggregateOp::Group),
        b"stddev" => Keyword::Aggregate(AggregateOp::Stddev),
        b"stdvar" => Keyword::Aggregate(AggregateOp::Stdvar),
        b"topk" => Keyword::Aggregate(AggregateOp::Topk),
        b"bottomk" => Keyword::Aggregate(AggregateOp::Bottomk),
        b"count_values" => Keyword::Aggregate(AggregateOp::CountValues),
        b"quantile" => Keyword::Aggregate(AggregateOp::Quantile),
        b"limitk" => Keyword::Aggregate(AggregateOp::Limitk),
        b"limit_ratio" => Keyword::Aggregate(AggregateOp::LimitRatio),
        b"offset" => Keyword::Offset,
        b"smoothed" => Keyword::Smoothed,
        b"anchored" => Keyword::Anchored,
        b"by" => Keyword::By,
        b"without" => Keyword::Without,
        b"on" => Keyword::On,
        b"ignoring" => Keyword::Ignoring,
        b"group_left" => Keyword::GroupLeft,
        b"group_right" => Keyword::GroupRight,
        b"fill" => Keyword::Fill,
        b"fill_left" => Keyword::FillLeft,
        b"fill_right" => Keyword::FillRight,
        b"bool" => Keyword::Bool,
        b"start" => Keyword::Start,
        b"end" => Keyword::End,
        b"step" => Keyword::Step,
        b"range" => Keyword::Range,
        b"max_of" => Keyword::MaxOf,
        b"min_of" => Keyword::MinOf,
        _ => return None,
    };
    Some(TokenKind::Keyword(keyword))
}

/// Whether a name can stand for a metric without quotes.
pub(super) fn is_bare_metric_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let reserved = matches!(
        keyword(name),
        Some(
            TokenKind::Number
                | TokenKind::Keyword(
                    Keyword::On
                        | Keyword::Ignoring
                        | Keyword::Bool
                        | Keyword::GroupLeft
                        | Keyword::GroupRight
                        | Keyword::Op(BinaryOp::Atan2)
                )
        )
    );
    bytes.first().is_some_and(|byte| !byte.is_ascii_digit())
        && bytes.iter().all(|byte| is_word(*byte) || *byte == b':')
        && !reserved
}

/// Whether a name can stand in `by (...)` without quotes.
pub(super) fn is_bare_grouping_label(name: &str) -> bool {
    is_bare_label(name) && !matches!(keyword(name), Some(TokenKind::Number | TokenKind::Keyword(Keyword::Without)))
}

/// Whether a name can stand for a label between braces without quotes.
pub(super) fn is_bare_label(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()) && name.bytes().all(is_word)
}
