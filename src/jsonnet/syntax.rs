//! What is wrong with a text that is no Jsonnet.

use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::{ActualToken, ExpectedToken, ParseError};
use rsjsonnet_lang::program::{AnalyzeError, LoadError};
use rsjsonnet_lang::span::SpanId;
use rsjsonnet_lang::token::STokenKind as Word;

use super::evaluate::Places;
use super::{Failure, FailureKind, Step};

/// So many of the things that may stand at a place are named.
const MOST_EXPECTED: usize = 6;

pub(super) fn failure(error: &LoadError, places: &Places<'_>) -> Failure {
    match error {
        LoadError::Lex(error) => lex(error, places),
        LoadError::Parse(error) => parse(error, places),
        LoadError::Analyze(error) => analyze(error, places),
    }
}

fn at(span: SpanId, message: impl Into<String>, help: &str, places: &Places<'_>) -> Failure {
    Failure {
        kind: FailureKind::Syntax,
        message: message.into(),
        at: places.of(span),
        trail: Vec::new(),
        help: (!help.is_empty()).then(|| help.to_owned()),
    }
}

fn lex(error: &LexError, places: &Places<'_>) -> Failure {
    let (span, message, help) = match error {
        LexError::InvalidChar { span, chr } => (*span, format!("`{chr}` means nothing in Jsonnet"), "put text in quotes"),
        LexError::InvalidUtf8 { span, seq } => {
            let bytes: Vec<String> = seq.iter().map(|byte| format!("0x{byte:02X}")).collect();
            (*span, format!("{} is not UTF-8", bytes.join(" ")), "save the file as UTF-8")
        }
        LexError::UnfinishedMultilineComment { span } => (*span, "the comment is not closed".to_owned(), "end it with `*/`"),
        LexError::LeadingZeroInNumber { span } => (*span, "a number begins with a zero".to_owned(), "leave out the zero"),
        LexError::MissingFracDigits { span } => (*span, "the number has no digit after its point".to_owned(), ""),
        LexError::MissingExpDigits { span } => (*span, "the exponent of the number has no digit".to_owned(), ""),
        LexError::MissingDigitAfterUnderscore { span } => (*span, "no digit follows the `_` of the number".to_owned(), ""),
        LexError::ExpOverflow { span } => (*span, "the exponent of the number is too large".to_owned(), ""),
        LexError::InvalidEscapeInString { span, chr } => {
            (*span, format!("`\\{chr}` is no escape"), "double the backslash, or write the text as @'...'")
        }
        LexError::IncompleteUnicodeEscape { span } => {
            (*span, "the escape lacks digits: it is `\\u` and four of them".to_owned(), "")
        }
        LexError::InvalidUtf16EscapeSequence { span, .. } => (*span, "the escape names no character".to_owned(), ""),
        LexError::UnfinishedString { span } => {
            (*span, "the text is not closed".to_owned(), "end it with the quote that it begins with")
        }
        LexError::MissingLineBreakAfterTextBlockStart { span } => {
            (*span, "text follows `|||`".to_owned(), "begin the text on the next line")
        }
        LexError::MissingWhitespaceTextBlockStart { span } => (
            *span,
            "the first line of the text block is not indented".to_owned(),
            "indent it: that indentation is taken off each line",
        ),
        LexError::InvalidTextBlockTermination { span } => {
            (*span, "the text block does not end with `|||`".to_owned(), "write `|||` on a line that is indented less")
        }
    };
    at(span, message, help, places)
}

fn parse(error: &ParseError, places: &Places<'_>) -> Failure {
    let ParseError::Expected { span, expected, instead } = error;
    // Behind a value anything may follow that goes on with it; what would end it is what is missing.
    let ends = expected.iter().filter(|token| !goes_on(token));
    let mut wanted: Vec<String> = ends.map(expected_token).collect();
    if wanted.is_empty() {
        wanted = expected.iter().map(expected_token).collect();
    }
    wanted.dedup();
    let more = wanted.len() > MOST_EXPECTED;
    wanted.truncate(MOST_EXPECTED);
    let list = match wanted.as_slice() {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        _ if more => format!("{} or the like", wanted.join(", ")),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    let help = match instead {
        ActualToken::EndOfFile => "something above is not closed",
        _ => "",
    };
    at(*span, format!("{} stands where {list} is expected", actual_token(instead)), help, places)
}

fn goes_on(token: &ExpectedToken) -> bool {
    use Word::{Assert, Else, Error, For, Function, If, In, Local, Null, Tailstrict, Then};
    match token {
        ExpectedToken::BinaryOp => true,
        ExpectedToken::Simple(word) => {
            let ends = matches!(
                word,
                Assert
                    | Else
                    | Error
                    | For
                    | Function
                    | If
                    | Local
                    | Null
                    | Then
                    | Word::Comma
                    | Word::Semicolon
                    | Word::Colon
                    | Word::Eq
            ) || matches!(
                word,
                Word::RightBrace | Word::RightBracket | Word::RightParen | Word::ColonColon | Word::ColonColonColon
            );
            !ends || matches!(word, In | Tailstrict)
        }
        _ => false,
    }
}

fn expected_token(token: &ExpectedToken) -> String {
    match token {
        ExpectedToken::EndOfFile => "the end of the file".to_owned(),
        ExpectedToken::Simple(word) => format!("`{}`", written(*word)),
        ExpectedToken::Ident => "a name".to_owned(),
        ExpectedToken::Number => "a number".to_owned(),
        ExpectedToken::String | ExpectedToken::TextBlock => "a text".to_owned(),
        ExpectedToken::Expr => "an expression".to_owned(),
        ExpectedToken::BinaryOp => "an operator".to_owned(),
    }
}

fn actual_token(token: &ActualToken) -> String {
    match token {
        ActualToken::EndOfFile => "the end of the file".to_owned(),
        ActualToken::Simple(word) => format!("`{}`", written(*word)),
        ActualToken::OtherOp(text) | ActualToken::Ident(text) => format!("`{text}`"),
        ActualToken::Number => "a number".to_owned(),
        ActualToken::String | ActualToken::TextBlock => "a text".to_owned(),
    }
}

fn analyze(error: &AnalyzeError, places: &Places<'_>) -> Failure {
    let twice = |original: SpanId, repeated: SpanId, message: String| {
        let mut failure = at(repeated, message, "rename or remove one of them", places);
        failure.trail.extend(places.of(original).map(|at| Step { at, what: "the first is here".to_owned() }));
        failure
    };
    match error {
        AnalyzeError::UnknownVariable { span, name } => {
            at(*span, format!("there is no variable `{name}`"), "define it with `local`, or put text in quotes", places)
        }
        AnalyzeError::SelfOutsideObject { self_span } => at(*self_span, "`self` stands in no object", "", places),
        AnalyzeError::SuperOutsideObject { super_span } => at(*super_span, "`super` stands in no object", "", places),
        AnalyzeError::DollarOutsideObject { dollar_span } => at(*dollar_span, "`$` stands in no object", "", places),
        AnalyzeError::RepeatedLocalName { original_span, repeated_span, name } => {
            twice(*original_span, *repeated_span, format!("the variable `{name}` is defined twice"))
        }
        AnalyzeError::RepeatedFieldName { original_span, repeated_span, name } => {
            twice(*original_span, *repeated_span, format!("the field `{name}` is defined twice"))
        }
        AnalyzeError::RepeatedParamName { original_span, repeated_span, name } => {
            twice(*original_span, *repeated_span, format!("the function has two parameters `{name}`"))
        }
        AnalyzeError::PositionalArgAfterNamed { arg_span } => {
            at(*arg_span, "an argument without a name follows one with a name", "put it first, or name it", places)
        }
        AnalyzeError::TextBlockAsImportPath { span } => {
            at(*span, "the path of an import is a text block", "write it in quotes", places)
        }
        AnalyzeError::ComputedImportPath { span } => at(
            *span,
            "the path of an import is computed",
            "write it out: what is imported is known before anything is evaluated",
            places,
        ),
    }
}

fn written(word: Word) -> &'static str {
    match word {
        Word::Assert => "assert",
        Word::Else => "else",
        Word::Error => "error",
        Word::False => "false",
        Word::For => "for",
        Word::Function => "function",
        Word::If => "if",
        Word::Import => "import",
        Word::Importstr => "importstr",
        Word::Importbin => "importbin",
        Word::In => "in",
        Word::Local => "local",
        Word::Null => "null",
        Word::Tailstrict => "tailstrict",
        Word::Then => "then",
        Word::Self_ => "self",
        Word::Super => "super",
        Word::True => "true",
        Word::Exclam => "!",
        Word::ExclamEq => "!=",
        Word::Dollar => "$",
        Word::Percent => "%",
        Word::Amp => "&",
        Word::AmpAmp => "&&",
        Word::LeftParen => "(",
        Word::RightParen => ")",
        Word::Asterisk => "*",
        Word::Plus => "+",
        Word::PlusColon => "+:",
        Word::PlusColonColon => "+::",
        Word::PlusColonColonColon => "+:::",
        Word::Comma => ",",
        Word::Minus => "-",
        Word::Dot => ".",
        Word::Slash => "/",
        Word::Colon => ":",
        Word::ColonColon => "::",
        Word::ColonColonColon => ":::",
        Word::Semicolon => ";",
        Word::Lt => "<",
        Word::LtLt => "<<",
        Word::LtEq => "<=",
        Word::Eq => "=",
        Word::EqEq => "==",
        Word::Gt => ">",
        Word::GtEq => ">=",
        Word::GtGt => ">>",
        Word::LeftBracket => "[",
        Word::RightBracket => "]",
        Word::Hat => "^",
        Word::LeftBrace => "{",
        Word::Pipe => "|",
        Word::PipePipe => "||",
        Word::RightBrace => "}",
        Word::Tilde => "~",
    }
}
