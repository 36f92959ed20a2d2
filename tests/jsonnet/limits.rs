//! Evaluations that would not end, or take everything: each ends, and says at which file and why.

use crate::Project;

const SHORT: &str = "[jsonnet]\nseconds = 1\n";

fn lint(settings: &str, text: &str) -> crate::Said {
    Project::new(&[("optiinfra.toml", settings), ("specs/a.jsonnet", text)]).run(&["lint", "specs"])
}

const TOO_LONG: &[&str] = &[
    "error[spec/jsonnet-limit]",
    "evaluating the file takes more than 1 s",
    "specs/a.jsonnet:1:1",
    "`seconds` of [jsonnet] in optiinfra.toml allows more",
];

#[test]
fn an_endless_loop() {
    lint(SHORT, "local f(x) = f(x) tailstrict; { a: f(1) }").has(1, TOO_LONG);
}

#[test]
fn a_text_that_takes_the_parser_for_ever() {
    lint(SHORT, &("!".repeat(1_000_000) + "true")).has(1, TOO_LONG);
}

#[test]
fn a_comprehension_without_end() {
    lint(SHORT, "local r = std.range(1, 3000); { a: std.length([1 for a in r for b in r for c in r if a + b + c < 0]) }")
        .has(1, &["error[spec/jsonnet-limit]", "specs/a.jsonnet:1:1"]);
}

#[test]
fn a_recursion_without_end() {
    let said = ["error[spec/jsonnet-limit]", "calls are nested deeper than 500", "specs/a.jsonnet:1:18", "`max-stack`"];
    lint("", "local f(x) = 1 + f(x + 1); { a: f(1) }").has(1, &said);
    lint("[jsonnet]\nmax-stack = 90\n", "local f(x) = 1 + f(x + 1); { a: f(1) }").has(1, &["calls are nested deeper than 90"]);
}

#[test]
fn a_value_that_needs_itself() {
    lint("", "{ a: self.b, b: self.a }")
        .has(1, &["error[spec/jsonnet-error]", "a value depends on itself", "specs/a.jsonnet:1:"]);
}

#[test]
fn more_memory_than_there_is_to_be() {
    let said = [
        "error[spec/jsonnet-limit]",
        "evaluating the file takes more than 64 MiB of memory",
        "specs/a.jsonnet:1:1",
        "`memory-mib`",
    ];
    let settings = "[jsonnet]\nmemory-mib = 64\n";
    lint(settings, "local d(a, n) = if n == 0 then a else d(a + a, n - 1); { a: std.length(d([1, 2, 3], 60)) }").has(1, &said);
    lint(settings, "{ a: std.repeat('xxxxxxxxxx', 1000000000) }").has(1, &said);
}

#[test]
fn what_is_too_deep() {
    let deep = "local d(n) = if n == 0 then {} else { a: d(n - 1) }; { a: d(300) }";
    lint("", deep).has(1, &["error[spec/limit]", "nested deeper than 100 levels", "what specs/a.jsonnet evaluates to"]);
    lint("", &"[".repeat(200_000)).has(1, &["error[spec/jsonnet-limit]", "brackets are nested 200000 deep; 500 can be read"]);
    // Nested without brackets: the process may end on it, the program does not.
    let nested = lint("", &("local a = 1; ".repeat(400_000) + "{}"));
    assert!([0, 1].contains(&nested.code), "{}{}", nested.out, nested.err);
}

#[test]
fn what_is_too_long() {
    let settings = "[jsonnet]\noutput-mib = 1\n";
    let said = [
        "error[spec/jsonnet-limit]",
        "the file evaluates to 2 MiB of JSON; it may be 1 MiB",
        "specs/a.jsonnet:1:1",
        "`output-mib`",
    ];
    lint(settings, "{ a: std.repeat('x', 1100000) }").has(1, &said);
}

#[test]
fn the_file_at_which_it_ended_is_named_and_nothing_is_said_of_the_others() {
    let project = Project::new(&[
        ("optiinfra.toml", SHORT),
        ("specs/a.jsonnet", crate::SERVICE),
        ("specs/b.jsonnet", "local f(x) = f(x) tailstrict; f(1)"),
        ("specs/c.jsonnet", "{ alerts: { A: { expr: 'x_total > 1', severity: 'critical', summary: 's' } } }"),
    ]);
    let said = project.run(&["lint", "specs"]);
    said.has(1, &["specs/b.jsonnet:1:1", "1 error in 3 files"]);
    project.run(&["build", "specs"]).has(1, &["nothing was written"]);
}

#[test]
fn the_process_that_evaluates_is_for_the_program_alone() {
    let project = Project::new(&[]);
    for arguments in [&["--help"][..], &["completions", "bash"], &["man"]] {
        let said = project.run(arguments);
        assert!(!said.out.contains("evaluate-jsonnet"), "{}", said.out);
    }
    let said = crate::said(project.command().arg("evaluate-jsonnet").stdin(std::process::Stdio::null()).output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
}
