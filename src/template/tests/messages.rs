//! What a person reads, and where it points.

use crate::diagnostic::Severity;
use crate::source::{SourceKind, Sources, Span};
use crate::template::{Dialect, ErrorKind, TemplateError, inspect, parse};

fn show(text: &str, errors: &[TemplateError]) -> Vec<String> {
    let mut lines = Vec::new();
    for error in errors {
        let mut line = format!("{} [{}]", error.message, error.span.of(text));
        for label in &error.labels {
            line += &format!(" ({}: {})", label.message, label.span.of(text));
        }
        if let Some(help) = &error.help {
            line += &format!(" -> {help}");
        }
        lines.push(line);
    }
    lines
}

#[track_caller]
fn errors(text: &str, expected: &[&str]) {
    assert_eq!(show(text, &parse(text).errors), expected, "{text}");
}

#[track_caller]
fn failures(text: &str, expected: &[&str]) {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    assert_eq!(show(text, &inspect(&parsed.template, Dialect::PrometheusAlert).failures), expected, "{text}");
}

#[test]
fn unknown_names() {
    errors(
        "{{ $value | humanise }}",
        &["`humanise` is not a function of alert templates [humanise] -> did you mean `humanize`?"],
    );
    errors(
        "{{ $value | HumanizePercentage }}",
        &["`HumanizePercentage` is not a function of alert templates [HumanizePercentage] -> did you mean `humanizePercentage`?"],
    );
    errors("{{ labels.job }}", &["`labels` is not a function of alert templates [labels] -> a variable has a `$`: `$labels`"]);
    errors(
        "{{ instance }}",
        &["`instance` is not a function of alert templates [instance] -> if `instance` is a label, write `$labels.instance`"],
    );
    errors(
        "{{ tmpl \"x\" . }}",
        &["`tmpl` is not a function of alert templates [tmpl] -> console pages have it, alert rules do not; use `template`"],
    );
    errors("{{ $label.job }}", &["`$label` is not defined [$label] -> did you mean `$labels`?"]);
    errors(
        "{{ $instance }}",
        &["`$instance` is not defined [$instance] -> if it is a label, write `$labels.instance`; the value is `$value`"],
    );
    errors(
        "{{ define \"a\" }}{{ $labels.job }}{{ end }}",
        &[
            "`$labels` is not defined [$labels] -> a defined template sees no variables from outside; pass them in: `template \"name\" .`, then `.Labels`",
        ],
    );
}

#[test]
fn several_errors_in_one_text() {
    errors(
        "{{ foo_bar }} {{ $x }} {{ if }}{{ end }} {{ $value | humanise }}",
        &[
            "`foo_bar` is not a function of alert templates [foo_bar] -> if `foo_bar` is a label, write `$labels.foo_bar`",
            "`$x` is not defined [$x] -> if it is a label, write `$labels.x`; the value is `$value`",
            "`if` has no value [{{ if }}]",
            "`humanise` is not a function of alert templates [humanise] -> did you mean `humanize`?",
        ],
    );
}

#[test]
fn what_is_not_closed() {
    let close = "the action is not closed [{{] -> close it with `}}`";
    errors("{{ $labels.job } is down, {{ $value }}", &[close]);
    errors("{{ $labels.job is down", &[close]);
    errors("{{ $labels.job}", &[close]);
    errors("{{ $value | humanize", &[close]);
    errors("{{ if $value }}x", &["`if` has no `end` [{{] -> close it with `{{ end }}`"]);
    errors("{{ (1 }}", &["`(` is not closed [(] (the action ends here: )"]);
    errors("{{ \"a }} b", &["the quote is not closed on its line [\"]"]);
    errors("{{/* a", &["the comment is not closed [{{/*] -> close it with `*/}}`"]);
    errors("{{/* a */ $value }}", &["a comment must be the whole action [/* a */] -> close it with `*/}}`"]);
}

#[test]
fn blocks_that_do_not_fit() {
    errors("a{{ end }}b", &["`end` closes nothing [{{ end }}] -> remove it, or open the block that it should close"]);
    errors("{{ else }}", &["`else` outside `if`, `with` and `range` [{{ else }}]"]);
    errors(
        "{{ if . }}{{ else }}{{ else }}{{ end }}{{ $y }}",
        &[
            "a second `else` [{{ else }}] (the first is here: {{ else }}) -> put the conditions before the last `else`, as `else if`",
            "`$y` is not defined [$y] -> if it is a label, write `$labels.y`; the value is `$value`",
        ],
    );
    errors(
        "{{ range . }}{{ else if . }}{{ end }}",
        &["`else if` in `range` [{{ else if] -> write `{{ else }}{{ if ... }} ... {{ end }}{{ end }}`"],
    );
    errors("{{ break }}", &["`break` outside `range` [{{ break }}]"]);
    errors(
        "{{ if . }}{{ define \"a\" }}{{ end }}{{ end }}",
        &["`define` inside another block [define] -> move it out of every block"],
    );
    errors(
        "{{ define \"a\" }}x{{ end }}{{ define \"a\" }}y{{ end }}",
        &["template `a` is defined twice [\"a\"] (first defined here: \"a\")"],
    );
}

#[test]
fn operators_of_other_languages() {
    errors(
        "{{ if $value > 5 }}{{ end }}",
        &["`>` has no meaning in a template [>] -> a comparison is a function: `gt a b`, `ge a b`"],
    );
    errors(
        "{{ $value * 100 }}",
        &["`*` has no meaning in a template [*] -> templates do not calculate; do it in the expression of the alert"],
    );
    errors(
        "{{ $labels[\"job\"] }}",
        &["`[` has no meaning in a template [[] -> an element is taken with `index`: `index $labels \"name\"`"],
    );
    errors(
        "{{ if eq $value == 1 }}{{ end }}",
        &["unexpected `=` [=] -> a comparison is a function: `eq a b`; only a variable is set, at the start: `$x := a`"],
    );
    errors(
        "{{ $labels.foo-bar }}",
        &["`-` in a name [-] -> a name with `-` is taken with `index`: `index $labels \"the-name\"`; templates do not calculate"],
    );
    errors(
        "{{ printf(\"%d\" 1) }}",
        &["`(` directly after a value [(] -> arguments are separated by spaces: `printf \"%.1f\" $value`"],
    );
    errors(
        "{{\u{a0}$value }}",
        &["the character U+00A0 has no meaning in a template [\u{a0}] -> it looks like a space; type one"],
    );
    errors("{{ . | }}{{ | humanize }}", &["nothing stands before `|` [|]"]);
    errors("{{ 12abc }}", &["`12abc` is not a number [12abc]"]);
    errors(
        "{{ \"\\d+\" }}",
        &[
            "the string has an escape that templates do not know [\"\\d+\"] -> double each backslash that stands for itself, or put the string between backquotes",
        ],
    );
    errors(
        "{{ 'job' }}",
        &["'job' is not one character ['job'] -> single quotes hold one character; a string stands in double quotes"],
    );
    errors("{{ 1 | \"x\" }}", &["`\"x\"` cannot take the value piped into it [\"x\"] -> only a function can stand after `|`"]);
}

#[test]
fn what_is_parsed_and_still_fails() {
    failures("{{ .Label.job }}", &["the alert's data has no field `Label` [Label] -> did you mean `.Labels`?"]);
    failures(
        "{{ .instance }}",
        &["the alert's data has no field `instance` [instance] -> if it is a label, write `.Labels.instance`"],
    );
    failures("{{ $labels.job.name }}", &["text has no field `name` [name]"]);
    failures(
        "{{ (query \"up\").Value }}",
        &["the result of a query has no field `Value` [Value] -> take an element first: `first`, `range` or `index`"],
    );
    failures("{{ label.job }}", &["`label` takes 2 arguments, not 0 [label]"]);
    failures("{{ humanize }}", &["`humanize` takes 1 argument, not 0 [humanize]"]);
    failures("{{ $value | printf }}{{ reReplaceAll \"a\" \"b\" }}", &["`reReplaceAll` takes 3 arguments, not 2 [reReplaceAll]"]);
    failures(
        "{{ template \"a\" . }}",
        &["no template `a` is defined [\"a\"] -> an alert's text sees only the templates that it defines itself"],
    );
    failures("{{ $x = 1 }}", &["`$x` is set before it is declared [$x] -> declare it with `$x := ...`"]);
    failures(
        "{{ $labels.job \"x\" }}",
        &[
            "a value that is no function is given arguments [$labels.job] (the arguments are in this command: $labels.job \"x\") -> a function stands first: `printf \"%s\" $labels.job`",
        ],
    );
    failures(
        "{{ range query \"up\" }}{{ .Labels.job }}{{ .Metric }}{{ end }}",
        &["a sample has no field `Metric` [Metric] -> if it is a label, write `.Labels.Metric`"],
    );
}

#[test]
fn an_error_becomes_a_finding_of_a_rule() {
    let mut sources = Sources::default();
    let source = sources.add("rules.yml", "summary: {{ $label.job }}", SourceKind::File);
    let error = &parse("{{ $label.job }}").errors[0];
    assert_eq!(error.kind, ErrorKind::UndefinedVariable);
    let diagnostic = error.to_diagnostic("alert/invalid-template", |span| Span::new(source, 9 + span.start, 9 + span.end));
    assert_eq!((diagnostic.rule, diagnostic.severity), ("alert/invalid-template", Severity::Error));
    assert_eq!(diagnostic.span.map(|span| sources.text(span)), Some("$label"));
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `$labels`?"));
}
