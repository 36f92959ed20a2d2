//! What is settled, and what is kept.

use super::{laid_out, laid_out_within, twice};

#[test]
fn indentation_and_lists_have_one_style() {
    assert_eq!(twice("a:\n    b:\n    - c\n    -   d:  1\n        e: 2\n"), "a:\n  b:\n    - c\n    - d: 1\n      e: 2\n");
    assert_eq!(twice("a:\n- - x\n  - y\n-\n  - z\n-\n"), "a:\n  - - x\n    - y\n  - - z\n  -\n");
    assert_eq!(twice("-   a:\n    -   b\n"), "- a:\n    - b\n");
    assert_eq!(twice("a:\n  b\nc:   d   \ne :  f\n\"g\":h\n".replace("g\":h", "g\": h").as_str()), "a: b\nc: d\ne: f\ng: h\n");
}

#[test]
fn brackets_are_spaced_and_broken_only_beyond_the_width() {
    assert_eq!(twice("a: { b : 1,c: [ x,y ],\"d\":{ } , e: [] }\n"), "a: {b: 1, c: [x, y], d: {}, e: []}\n");
    assert_eq!(twice("a: {\n  b: 1,\n  c: 2,\n}\n"), "a: {b: 1, c: 2}\n");
    assert_eq!(twice("a:\n  {b: 1}\n"), "a: {b: 1}\n");
    let text = "a: {b: {c: 1, d: [2, 3]}, e: 'f, g'}\n- x\n".replace("- x\n", "");
    assert_eq!(laid_out_within(&text, 36).unwrap(), "a: {b: {c: 1, d: [2, 3]}, e: \"f, g\"}\n");
    assert_eq!(laid_out_within(&text, 35).unwrap(), "a:\n  b: {c: 1, d: [2, 3]}\n  e: f, g\n");
    assert_eq!(laid_out_within("- {a: 1, b: {c: 2, d: 3}}\n", 16).unwrap(), "- a: 1\n  b:\n    c: 2\n    d: 3\n");
    assert_eq!(laid_out_within("- [aaaa, bbbb, [c]]\n", 12).unwrap(), "- - aaaa\n  - bbbb\n  - [c]\n");
    assert_eq!(twice("a: [b: c, {d}, e: , f]\n"), "a: [{b: c}, {d}, {e:}, f]\n");
}

#[test]
fn quotes_stand_only_where_they_are_needed() {
    let text = "a: 'x'\nb: \"x y\"\n'c': \"it's\"\nd: 'say \"x\"'\n";
    assert_eq!(twice(text), "a: x\nb: x y\nc: it's\nd: say \"x\"\n");
    for needed in [
        "\"true\"",
        "\"null\"",
        "\"\"",
        "\" x\"",
        "\"x \"",
        "\"1.5\"",
        "\"0x1F\"",
        "\"yes\"",
        "\"No\"",
        "\"on\"",
        "\"2027-01-01\"",
        "\"12:30:45\"",
        "\"1_000\"",
        "\"0777\"",
        "\"a: b\"",
        "\"a #b\"",
        "\"#a\"",
        "\"{{ $x }}\"",
        "\"[a]\"",
        "\"*a\"",
        "\"&a\"",
        "\"!a\"",
        "\"%a\"",
        "\"@a\"",
        "\"`a`\"",
        "\"- a\"",
        "\"-\"",
        "\"? a\"",
        "\"a:\"",
        "\"---\"",
        "\"...\"",
        "\"a\\nb\"",
        "\"\\u0007\"",
        "\"~\"",
        "\"<<\"",
        "\"=\"",
        "\"a\\tb\"",
        "\"> 5\"",
        "\"| x\"",
        "'\"a\"'",
        "\"'a'\"",
        "\"--- a\"",
    ] {
        let text = format!("a: {needed}\n");
        assert_eq!(twice(&text), text);
    }
    assert_eq!(twice("a: 'a: \"b\"'\nb: \"a: \\\"b\\\"\"\nc: 'it''s: a'\n"), "a: 'a: \"b\"'\nb: 'a: \"b\"'\nc: \"it's: a\"\n");
    assert_eq!(
        twice("a: ['x', \"a, b\", 'c:d', '{x}', \"e\", 'rate(x[5m])']\n"),
        "a: [x, \"a, b\", \"c:d\", \"{x}\", e, \"rate(x[5m])\"]\n"
    );
    assert_eq!(twice("a: \"\\x41\\u00e9 \\\\d\"\n"), "a: 'Aé \\d'\n".replace('\'', ""));
    assert_eq!(twice("'<<': 1\n\"yes\": 2\n\"a: b\": 3\n'4': 5\n"), "\"<<\": 1\n\"yes\": 2\n\"a: b\": 3\n\"4\": 5\n");
}

#[test]
fn values_on_several_lines() {
    assert_eq!(twice("a: one\n    two\nb: 'one\n\n   two'\n"), "a: one two\nb: 'one\n\n  two'\n");
    assert_eq!(twice("a: \"one \\\n     two\"\n"), "a: one two\n");
    let long = "word ".repeat(40);
    let text = format!("a: {}\n      {}\n", long.trim(), long.trim());
    assert_eq!(twice(&text), format!("a: {}\n  {}\n", long.trim(), long.trim()));
}

#[test]
fn block_scalars_keep_their_content() {
    for text in [
        "a: |\n  x\n    y\n  z\n",
        "a: |-\n  x\nb: >\n  x\n  y\n\n    z\n",
        "a: |+\n  x\n\n\nb: |+\n  y\n\n",
        "a: |2\n    x\n  y\n",
        "a: |\n  x  \n   \n  \ty\n",
        "- |\n  x\n- >-\n  y\n",
        "a: |\n",
        "a: |2-\n     x\n",
        "a: >+\n  x\n\n",
        "a: |\n\n  x\n",
    ] {
        assert_eq!(twice(text), text);
    }
    assert_eq!(twice("a:\n    - b: |4\n            x\n          y\n"), "a:\n  - b: |2\n        x\n      y\n");
    assert_eq!(twice("a: |\n        x\n         y"), "a: |\n  x\n   y\n");
    assert_eq!(twice("a: |\r\n   x\r\n\r\n   y\r\nb: 1\r\n"), "a: |\n  x\n\n  y\nb: 1\n");
    assert_eq!(twice("a: >\n     x\n\n     y\n       z\n\n\n\nb: 1\n"), "a: >\n  x\n\n  y\n    z\n\nb: 1\n");
    assert_eq!(twice("a: | # why\n   x\n"), "a: |  # why\n  x\n");
}

#[test]
fn blank_lines() {
    assert_eq!(twice("\n\n\na:\n\n\n  b: 1\n\n\n\n  c: 2\n\n\nd: 3\n\n\n"), "a:\n  b: 1\n\n  c: 2\n\nd: 3\n");
    assert_eq!(twice("# a\n\n\n# b\n\n\nc: 1\n   \n\t\nd: 2"), "# a\n\n# b\n\nc: 1\n\nd: 2\n");
}

#[test]
fn comments_stay_where_they_belong() {
    for text in [
        "# top\n\n# of a\na: 1  # beside\n# last\n",
        "a:  # head\n  b: 1\n  # end of a\n# of c\nc: 2\n",
        "a:\n  - x  # one\n  # of y\n  - y\n  # end of the list\nb: 1\n",
        "a:\n  # why\n  value\nb: 1\n",
        "a:  # head\n  # why\n  value  # beside\nb: 1\n",
        "-  # head\n  a: 1\n- b: 2  # beside\n  # end\n",
        "a:\n  b:\n    c: 1\n    # of b\n  # of a\n# of d\nd: 2\n",
        "services:\n  # none yet\nalerts: {}\n",
        "a: [1, 2]  # c\nb: {c: d}  # e\n",
        "a: |\n  text\n # of a\nb: 1\n",
        "a: \"x\"# no\n".replace("\"x\"# no", "x#no").as_str(),
        "a:\n    # deep\n  b: 1\n",
        "# nothing else\n",
        "#!/usr/bin/env x\n##\n#: y\n#\n",
    ] {
        assert_eq!(twice(text), text);
    }
    assert_eq!(twice("a: 1 #b\nc: 2\t#  d\n"), "a: 1  # b\nc: 2  #  d\n");
    assert_eq!(twice("a: 1        # b\nccc: 2      # d\ne: 3 # f\n"), "a: 1    # b\nccc: 2  # d\ne: 3  # f\n");
    assert_eq!(twice("a:\n      # b\n      c: 1\n      # d\n"), "a:\n  # b\n  c: 1\n  # d\n");
    assert_eq!(twice("a:\n- x\n# of b\nb: 1\n"), "a:\n  - x\n# of b\nb: 1\n");
}

#[test]
fn comments_in_brackets_break_them() {
    assert_eq!(
        twice("a: {b: 1, # of a\n    c: 2, # of c\n    # of d\n    d: 3}\n"),
        "a:  # of a\n  b: 1\n  c: 2  # of c\n  # of d\n  d: 3\n"
    );
    assert_eq!(twice("a: [ # of a\n  x, # of x\n  [y, z], # of y\n  ]\n"), "a:  # of a\n  - x  # of x\n  - [y, z]  # of y\n");
    assert_eq!(twice("- {a: 1,\n   b: 2} # c\n"), "- a: 1\n  b: 2  # c\n");
    assert_eq!(twice("a: [ # none\n ]\n"), "a: []  # none\n");
}

#[test]
fn suppressions_cover_what_they_covered() {
    for text in [
        "a:\n  # optiinfra-gen allow x/y: why\n  b: {c: 1}\n",
        "a:\n  b: {c: 1}  # optiinfra-gen allow x/y: why\n",
        "a:\n  - c: 1\n    # optiinfra-gen allow x/y: why\n  - d: 1\n",
    ] {
        assert_eq!(twice(text), text);
    }
    let wide = format!("a: {{b: {}, c: 1}} # optiinfra-gen allow x/y: why\n", "x".repeat(130));
    assert_eq!(twice(&wide), format!("a:  # optiinfra-gen allow x/y: why\n  b: {}\n  c: 1\n", "x".repeat(130)));
    let wide = format!("- {{b: {}, c: 1}} # optiinfra-gen allow x/y: why\n", "x".repeat(130));
    assert_eq!(twice(&wide), format!("- b: {}  # optiinfra-gen allow x/y: why\n  c: 1\n", "x".repeat(130)));
}

#[test]
fn anchors_aliases_tags_documents_and_directives() {
    for text in [
        "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n",
        "a: &x [1]\nb: [*x, &y z]\n*y : d\n",
        "- &a\n  b: 1\n- &c d\n- !!str 5\n- ! \"6\"\n- !!seq [x]\n",
        "a: &x !!str |\n  t\nb: !!map\n  c: 1\n",
        "%YAML 1.2\n---\na: 1\n...\n---\nb: 2\n",
        "# one\n---\na: 1\n# two\n---\n# three\nb: 2\n...  # four\n",
        "---  # one\na: 1\n",
        "&a\nb: 1\n",
        "---\n---\n",
        "text\n",
        "[a, b]  # c\n",
    ] {
        assert_eq!(twice(text), text);
    }
    assert_eq!(twice("--- {a: 1}\n"), "---\n{a: 1}\n");
    assert_eq!(twice("? a\n: b\n? c\n"), "a: b\nc:\n");
    assert_eq!(twice("a: !!map\n  # c\n  b: 1\n"), "a: !!map\n  # c\n  b: 1\n");
}

#[test]
fn line_ends_and_characters() {
    assert_eq!(twice("a: 1 # x\r\n\r\n\r\nb:\r\n  - c\r\n"), "a: 1  # x\n\nb:\n  - c\n");
    assert_eq!(twice("ä:\t'é 日本' # ü\n\"💥\": [ß]"), "ä: é 日本  # ü\n💥: [ß]\n");
    for nothing in ["", "\n", "   \n\n", "\r\n"] {
        assert_eq!(twice(nothing), "");
    }
    assert_eq!(twice("---\n"), "---\n");
}

#[test]
fn what_cannot_be_read_is_reported_as_lint_does() {
    assert_eq!(laid_out("a: [1\nb: 2\n").unwrap_err().len(), 1);
    assert_eq!(laid_out("a: 1\n\tb: 2\n").unwrap_err(), ["2:1 spec/syntax: a tab stands in the indentation"]);
    let found = laid_out("{expr: topk(10, x)}\n").unwrap_err();
    assert!(found[0].contains("ends at its first comma"), "{found:?}");
    assert_eq!(
        laid_out("? [a]\n: b\n").unwrap_err(),
        ["1:3 spec/format: a key that is no single value on one line is not laid out"]
    );
    assert!(laid_out(&"[".repeat(100_000)).is_err());
    // Wrong in a spec, and still a text that has a layout.
    assert_eq!(twice("a:   1\na:   2\nb: !vault   x\n"), "a: 1\na: 2\nb: !vault x\n");
}
