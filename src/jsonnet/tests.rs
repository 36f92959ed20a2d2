use std::path::{Path, PathBuf};

use super::gather::{Main, gather};
use super::*;
use crate::world::{MemoryWorld, World};

/// What the file `/s/a.jsonnet` of a folder evaluates to, or the sentence that says why not.
fn outcome(files: &[(&str, &str)], settings: &Settings) -> Outcome {
    let world = MemoryWorld::with_files(files.iter().copied());
    one(&world, settings)
}

fn one(world: &MemoryWorld, settings: &Settings) -> Outcome {
    let path = PathBuf::from("/s/a.jsonnet");
    let text = String::from_utf8(world.read(&path).unwrap()).unwrap();
    let request = gather(world, settings, Path::new("/s"), vec![Main { path, text }]);
    evaluate(&request).outcomes.pop().unwrap()
}

fn json(files: &[(&str, &str)], settings: &Settings) -> String {
    match outcome(files, settings) {
        Outcome::Json(json) => json.split_whitespace().collect::<Vec<_>>().join(" "),
        Outcome::Failed(failure) => format!("{:?}: {}", failure.kind, failure.message),
    }
}

fn alone(text: &str) -> String {
    json(&[("/s/a.jsonnet", text)], &Settings::default())
}

fn with_paths(paths: &[&str]) -> Settings {
    Settings { paths: paths.iter().map(PathBuf::from).collect(), ..Settings::default() }
}

#[test]
fn imports_are_looked_for_beside_the_file_and_then_in_the_last_library_first() {
    let files = [
        ("/s/a.jsonnet", "[import 'x.libsonnet', import 'y.libsonnet', import 'z/z.libsonnet']"),
        ("/s/x.libsonnet", "'own x'"),
        ("/l1/x.libsonnet", "'x of l1'"),
        ("/l1/y.libsonnet", "'y of l1'"),
        ("/l2/y.libsonnet", "'y of l2'"),
        ("/l1/z/z.libsonnet", "import '../y.libsonnet'"),
    ];
    assert_eq!(json(&files, &with_paths(&["/l1", "/l2"])), "[ \"own x\", \"y of l2\", \"y of l1\" ]");
    assert_eq!(json(&files, &with_paths(&["/l2", "/l1"])), "[ \"own x\", \"y of l1\", \"y of l1\" ]");
    assert_eq!(json(&files, &Settings::default()), "Import: the import `y.libsonnet` is not in `/s`");
}

#[test]
fn imports_stay_inside() {
    let outside = ("/other/x.libsonnet", "1");
    let leads_out =
        "Import: the import `../other/x.libsonnet` leads out of the folder of the spec (`/s`), to `/other/x.libsonnet`";
    assert_eq!(json(&[("/s/a.jsonnet", "import '../other/x.libsonnet'"), outside], &Settings::default()), leads_out);
    assert_eq!(json(&[("/s/a.jsonnet", "import '../other/x.libsonnet'"), outside], &with_paths(&["/other"])), "1");
    assert_eq!(
        json(&[("/s/a.jsonnet", "importstr '/s/a.jsonnet'")], &Settings::default()),
        "Import: the import `/s/a.jsonnet` is an absolute path"
    );
    assert_eq!(
        json(&[("/s/a.jsonnet", "import 'b/../c.libsonnet'"), ("/s/b/x", ""), ("/s/c.libsonnet", "2")], &Settings::default()),
        "2"
    );
    assert_eq!(
        json(&[("/s/a.jsonnet", "import 'b'"), ("/s/b/x", "")], &Settings::default()),
        "Import: the import `b` leads to `/s/b`, which is no file"
    );
    assert_eq!(alone("import ''"), "Import: an import names no file");
    let world = MemoryWorld::with_files([("/s/a.jsonnet", "import 'link.libsonnet'"), outside, ("/s/in.libsonnet", "3")]);
    world.put_link("/s/link.libsonnet", "../other/x.libsonnet");
    let Outcome::Failed(failure) = one(&world, &Settings::default()) else { panic!("it leads out") };
    assert!(failure.message.ends_with("leads out of the folder of the spec (`/s`), to `/other/x.libsonnet`"), "{failure:?}");
    let world = MemoryWorld::with_files([("/s/a.jsonnet", "import 'link.libsonnet'"), ("/s/in.libsonnet", "3")]);
    world.put_link("/s/link.libsonnet", "in.libsonnet");
    assert_eq!(one(&world, &Settings::default()), Outcome::Json("3".to_owned()));
}

#[test]
fn an_import_that_is_not_taken_may_lead_anywhere() {
    assert_eq!(alone("if true then 1 else import '/etc/passwd'"), "1");
}

#[test]
fn texts_and_bytes_are_imported_as_they_are() {
    let files = [("/s/a.jsonnet", "[importstr 't.txt', importbin 't.txt']"), ("/s/t.txt", "\u{feff}ä")];
    assert_eq!(json(&files, &Settings::default()), "[ \"\u{feff}ä\", [ 239, 187, 191, 195, 164 ] ]");
    let world = MemoryWorld::with_files([("/s/a.jsonnet", "importstr 't.txt'")]);
    world.put("/s/t.txt", [0xff_u8, 0xfe].as_slice());
    let Outcome::Failed(failure) = one(&world, &Settings::default()) else { panic!("it is no text") };
    assert_eq!(failure.message, "`t.txt` is not UTF-8 text");
    world.put("/s/a.jsonnet", "importbin 't.txt'");
    assert!(matches!(one(&world, &Settings::default()), Outcome::Json(json) if json.contains("254")));
    world.put("/s/a.jsonnet", "import 't.txt'");
    let Outcome::Failed(failure) = one(&world, &Settings::default()) else { panic!("it is no code") };
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Syntax, "0xFF is not UTF-8"));
    let marked = [("/s/a.jsonnet", "import 'm.libsonnet'"), ("/s/m.libsonnet", "\u{feff}{a: 1}")];
    assert_eq!(json(&marked, &Settings::default()), "{ \"a\": 1 }");
}

#[test]
fn files_that_import_each_other_are_no_trouble_until_a_value_needs_itself() {
    let b = "local a = import 'a.jsonnet'; {b: 2, c: a.a}";
    assert_eq!(
        json(&[("/s/a.jsonnet", "local b = import 'b.libsonnet'; {a: 1, b: b.b}"), ("/s/b.libsonnet", b)], &Settings::default()),
        "{ \"a\": 1, \"b\": 2 }"
    );
    assert_eq!(
        json(&[("/s/a.jsonnet", "import 'b.libsonnet'"), ("/s/b.libsonnet", "import 'a.jsonnet'")], &Settings::default()),
        "Error: a value depends on itself"
    );
}

#[test]
fn values_come_from_outside() {
    let text = |text: &str| Given::Text(text.to_owned());
    let code = |text: &str| Given::Code(text.to_owned());
    let settings = Settings {
        external: Bindings::from([("t".to_owned(), text("1 + 1")), ("c".to_owned(), code("(import 'n.libsonnet') + 1"))]),
        arguments: Bindings::from([("x".to_owned(), text("hm")), ("y".to_owned(), code("[std.extVar('c')]"))]),
        ..Settings::default()
    };
    let files = [
        ("/s/a.jsonnet", "function(x, y, z=7) {t: std.extVar('t'), c: std.extVar('c'), x: x, y: y, z: z}"),
        ("/s/n.libsonnet", "40"),
    ];
    assert_eq!(json(&files, &settings), "{ \"c\": 41, \"t\": \"1 + 1\", \"x\": \"hm\", \"y\": [ 41 ], \"z\": 7 }");
    // A file that is no function takes no arguments.
    assert_eq!(json(&[("/s/a.jsonnet", "{}")], &settings), "{ }");
    let broken = Settings { external: Bindings::from([("c".to_owned(), code("1 +"))]), ..Settings::default() };
    assert!(json(&[("/s/a.jsonnet", "{}")], &broken).starts_with("Syntax: the end of the file stands where"));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_way_there() {
    let files = [
        ("/s/a.jsonnet", "local l = import 'l.libsonnet';\n{ x: l.f(3) }"),
        ("/s/l.libsonnet", "{ f(n):: self.g(n), g(n):: error 'no ' + n }"),
    ];
    let Outcome::Failed(failure) = outcome(&files, &Settings::default()) else { panic!("it fails") };
    let texts = [files[0].1, files[1].1];
    let text = |at: Place| &texts[at.file][at.start..at.end];
    assert_eq!((failure.message.as_str(), text(failure.at.unwrap())), ("no 3", "error 'no ' + n"));
    let trail: Vec<_> = failure.trail.iter().map(|step| (text(step.at), step.what.as_str())).collect();
    assert_eq!(trail, [("self.g(n)", "called here"), ("l.f(3)", "called here"), ("", "evaluated for `x`")]);
}

#[test]
fn messages() {
    let mut wrong = Vec::new();
    for (text, message) in [
        ("{a: 1", "Syntax: the end of the file stands where `,` or `}` is expected"),
        ("a", "Syntax: there is no variable `a`"),
        ("{a: 1, a: 2}", "Syntax: the field `a` is defined twice"),
        ("'x", "Syntax: the text is not closed"),
        ("/* x", "Syntax: the comment is not closed"),
        ("import 'a' + 'b'", "Syntax: the path of an import is computed"),
        ("import ('a' + 'b')", "Syntax: the path of an import is computed"),
        ("self", "Syntax: `self` stands in no object"),
        ("{a: {}.b}", "Error: the object has no field `b`"),
        ("[1][2]", "Error: there is no item 2: there are 1, counted from 0"),
        ("1 + {}", "Error: `+` cannot be applied to a number and an object"),
        ("-'x'", "Error: `-` cannot be applied to a text"),
        ("1 / 0", "Error: division by zero"),
        ("std.length(1)", "Error: argument 1 of `std.length` is a text or an array or an object or a function, not a number"),
        ("assert 1 == 2 : 'why'; 1", "Error: why"),
        ("assert 1 == 2; 1", "Error: an assertion does not hold"),
        ("std.assertEqual(1, 2)", "Error: `1` is not `2`"),
        ("std.extVar('x')", "Error: the external variable `x` is not given"),
        ("{a: [{b: function() 1}]}", "Error: a function stands where a value is expected"),
        ("std.native('x')(1)", "Error: null is called, which is no function"),
        ("(function(x) x)(1, 2)", "Error: too many arguments: the function has 1 parameter"),
        ("function(x) x", "Error: the argument `x` of the file's function is missing"),
        ("if 1 then 2", "Error: a condition is true or false, not a number"),
        ("{a: self.a}", "Error: a value depends on itself"),
        ("local f(x) = 1 + f(x); f(1)", "Limit: calls are nested deeper than 500"),
        (&"[".repeat(100_000), "Limit: brackets are nested 100000 deep; 500 can be read"),
    ] {
        let said = alone(text);
        if said != message {
            wrong.push(format!("{}\n  {said}\n  {message}", text.chars().take(50).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_it_evaluates_to_may_be_so_long() {
    let settings = Settings { limits: Limits { output: 10 << 20, ..Limits::default() }, ..Settings::default() };
    let text = [("/s/a.jsonnet", "std.repeat('x', 11 * 1024 * 1024)")];
    assert_eq!(json(&text, &settings), "Limit: the file evaluates to 12 MiB of JSON; it may be 10 MiB");
}

#[test]
fn one_broken_file_does_not_spoil_the_others() {
    let world = MemoryWorld::with_files([("/s/a.jsonnet", "error 'x'"), ("/s/b.jsonnet", "{b: std.trace('t', 1)}")]);
    let main =
        |name: &str| Main { path: PathBuf::from(name), text: String::from_utf8(world.read(Path::new(name)).unwrap()).unwrap() };
    let request = gather(&world, &Settings::default(), Path::new("/s"), vec![main("/s/a.jsonnet"), main("/s/b.jsonnet")]);
    let answer = evaluate(&request);
    assert!(matches!(answer.outcomes.as_slice(), [Outcome::Failed(_), Outcome::Json(_)]), "{answer:?}");
    assert_eq!(answer.traces.len(), 1);
    assert_eq!(answer.traces[0].at.map(|at| at.file), Some(1));
}

#[test]
fn hostile_texts_end() {
    for text in [
        "",
        "\u{0}",
        "|||",
        "|||\n  x",
        "@",
        "{",
        "}",
        "{a:}",
        "local",
        "\u{feff}",
        "'\\ud800'",
        "'\\u12'",
        "1e999",
        "[1e308 * 10]",
        "0x",
    ] {
        let _ = alone(text);
    }
    let text = "local f(x) = x; { a: f(1), b: [x for x in [1, 2]], c: |||\n  y\n|||, d: 'é\\n' }";
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let _ = alone(&text[..end]);
    }
}
