//! Which imports a text holds, found without evaluating anything.

use std::collections::BTreeSet;

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::StrInterner;
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::span::SpanManager;
use rsjsonnet_lang::token::{STokenKind, TokenKind};

/// An import, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Written {
    /// The path.
    pub(super) path: String,
    /// Whether what it leads to is Jsonnet, which imports in turn, and not a text or bytes.
    pub(super) is_code: bool,
}

/// All imports in a text. One that is no Jsonnet has none: its evaluation says what is wrong with it.
pub(super) fn imports(text: &[u8]) -> BTreeSet<Written> {
    let (arena, syntax) = (Arena::new(), Arena::new());
    let interner = StrInterner::new();
    let mut spans = SpanManager::new();
    let (context, _) = spans.insert_source_context(text.len());
    let Ok(tokens) = Lexer::new(&arena, &syntax, &interner, &mut spans, context, text).lex_to_eof(false) else {
        return BTreeSet::new();
    };
    let mut found = BTreeSet::new();
    for (word, path) in tokens.iter().zip(tokens.iter().skip(1)) {
        let is_code = match word.kind {
            TokenKind::Simple(STokenKind::Import) => true,
            TokenKind::Simple(STokenKind::Importstr | STokenKind::Importbin) => false,
            _ => continue,
        };
        if let TokenKind::String(path) = path.kind {
            found.insert(Written { path: path.to_owned(), is_code });
        }
    }
    found
}

/// How deep brackets are nested in a text, which is how deep the parser calls itself.
pub(super) fn nesting(text: &[u8]) -> usize {
    let (arena, syntax) = (Arena::new(), Arena::new());
    let interner = StrInterner::new();
    let mut spans = SpanManager::new();
    let (context, _) = spans.insert_source_context(text.len());
    let Ok(tokens) = Lexer::new(&arena, &syntax, &interner, &mut spans, context, text).lex_to_eof(false) else { return 0 };
    let (mut depth, mut deepest) = (0usize, 0);
    for token in tokens {
        match token.kind {
            TokenKind::Simple(STokenKind::LeftBrace | STokenKind::LeftBracket | STokenKind::LeftParen) => depth += 1,
            TokenKind::Simple(STokenKind::RightBrace | STokenKind::RightBracket | STokenKind::RightParen) => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::{imports, nesting};

    #[test]
    fn imports_are_found_where_they_are_code() {
        let text = "local a = import 'a.libsonnet'; // import 'not.libsonnet'\n\
            { b: importstr \"b/\\u0063.txt\", c: \"import 'no'\", d: (importbin @'d.bin'), e: import ('computed' + 'x'), f: import 'a.libsonnet' }";
        let found: Vec<_> = imports(text.as_bytes()).into_iter().map(|found| (found.path, found.is_code)).collect();
        let wanted = [("a.libsonnet", true), ("b/c.txt", false), ("d.bin", false)];
        assert_eq!(found, wanted.map(|(path, is_code)| (path.to_owned(), is_code)));
        assert!(imports(b"import 'a' \xff").is_empty());
        assert!(imports(b"").is_empty());
    }

    #[test]
    fn brackets_are_counted_outside_of_texts() {
        assert_eq!(nesting(b"{a: [f(1), '((((', 2]} // [[["), 3);
        assert_eq!(nesting(b"]]]"), 0);
        assert_eq!(nesting("[".repeat(70_000).as_bytes()), 70_000);
    }
}
