use super::*;
use crate::world::{MemoryWorld, OsWorld};

fn spec(files: &[(&str, &[u8])]) -> (Sources, SpecFiles) {
    let world = MemoryWorld::with_files(files.iter().map(|(path, bytes)| (format!("/s/{path}"), *bytes)));
    let mut sources = Sources::default();
    let read = read(&world, &mut sources, Path::new("/s")).expect("readable");
    (sources, read)
}

fn names(sources: &Sources, spec: &SpecFiles) -> Vec<String> {
    spec.files.iter().map(|file| sources.get(file.source).name.clone()).collect()
}

fn findings(sources: &Sources, spec: &SpecFiles) -> Vec<String> {
    let place = |d: &Diagnostic| {
        d.span.map_or(String::new(), |s| format!("{}:{} ", sources.get(s.source).name, sources.position(s).line))
    };
    spec.diagnostics.iter().map(|d| format!("{}{} {}", place(d), d.rule, d.message)).collect()
}

#[test]
fn finds_files_at_any_depth_in_order() {
    let files: [(&str, &[u8]); 9] = [
        ("b.yaml", b"b: 1"),
        ("a/x/y/z.yml", b"z: 1"),
        ("a.json", b"{\"a\": 1}"),
        ("a/K.YAML", b"k: 1"),
        (".git/no.yaml", b"no: 1"),
        ("a/.hidden/no.yaml", b"no: 1"),
        (".no.yaml", b"no: 1"),
        ("README.md", b"# no"),
        ("yaml", b"no"),
    ];
    let (sources, spec) = spec(&files);
    assert_eq!(names(&sources, &spec), ["/s/a.json", "/s/a/K.YAML", "/s/a/x/y/z.yml", "/s/b.yaml"]);
    assert_eq!(spec.diagnostics, []);
    assert!(spec.files.iter().all(|file| file.document.is_some()));
}

#[test]
fn reports_every_broken_file() {
    let (sources, spec) = spec(&[
        ("a.yaml", b"a: ]"),
        ("b.json", b"{"),
        ("c.yaml", b"c: 1"),
        ("d.yaml", b"d: 1\nd: 2\n"),
        ("e.yaml", b"- x\n"),
        ("f.yaml", b"a:1\n"),
    ]);
    assert_eq!(
        findings(&sources, &spec),
        [
            "/s/a.yaml:1 spec/syntax `]` closes nothing",
            "/s/b.json:1 spec/syntax the end of the text stands where a key in double quotes is expected",
            "/s/d.yaml:2 spec/duplicate-key the key `d` is here twice",
            "/s/e.yaml:1 spec/top-level the top level of a spec is a mapping, not a list",
            "/s/f.yaml:1 spec/top-level the top level of a spec is a mapping, not text",
        ]
    );
    let whole: Vec<bool> = spec.files.iter().map(|file| file.document.is_some()).collect();
    assert_eq!(whole, [false, false, true, true, false, false]);
}

#[test]
fn several_documents_and_none() {
    let (sources, spec) = spec(&[
        ("a.yaml", b"a: 1\n---\nb: 1\n---\n"),
        ("b.yaml", b"---\nb: 1\n---\n"),
        ("c.yaml", b""),
        ("d.yaml", b"# c\n"),
        ("e.json", b"\n"),
    ]);
    assert_eq!(
        findings(&sources, &spec),
        [
            "/s/a.yaml:3 spec/multiple-documents the file holds a second document",
            "/s/c.yaml:1 spec/empty-file the file says nothing",
            "/s/d.yaml:1 spec/empty-file the file says nothing",
            "/s/e.json:1 spec/empty-file the file says nothing",
        ]
    );
}

#[test]
fn bytes_that_are_no_text() {
    let (sources, spec) = spec(&[
        ("a.yaml", b"a: 1\nb: caf\xE9 x\n"),
        ("b.yaml", b"\xFF\xFEa\0:\0"),
        ("c.yaml", b"\xEF\xBB\xBFc: 1\nc: 2\n"),
        ("d.yaml", b"d: \0\n"),
        ("e.json", b"\xEF\xBB\xBF{\"e\": 1}"),
        ("f.yaml", b"a: 1\r\nb: x\r\nb: y\r\n"),
    ]);
    assert_eq!(
        findings(&sources, &spec),
        [
            "/s/a.yaml:2 spec/encoding byte 0xE9 at offset 11, on line 2, is not UTF-8",
            "/s/b.yaml:1 spec/encoding the file is UTF-16",
            "/s/c.yaml:2 spec/duplicate-key the key `c` is here twice",
            "/s/d.yaml:1 spec/encoding a NUL byte stands in the text",
            "/s/f.yaml:3 spec/duplicate-key the key `b` is here twice",
        ]
    );
    assert_eq!(sources.text(spec.diagnostics[2].span.expect("a place")), "c");
    assert_eq!(spec.files.iter().map(|file| file.byte_order_mark).collect::<Vec<_>>(), [false, true, true, false, true, false]);
    let value = spec.files[5].document.as_ref().and_then(|d| d.root.get("b")).expect("b");
    assert_eq!(sources.text(value.span), "x");
}

#[test]
fn jsonnet_is_evaluated_and_what_it_imports_is_no_file_of_the_spec() {
    let (sources, found) = spec(&[
        ("a.jsonnet", b"local b = import 'b.libsonnet'; {a: b + 1, c: error 'no'}"),
        ("b.libsonnet", b"1"),
        ("c.jsonnet", b"\xef\xbb\xbf{c: [import 'b.libsonnet']}"),
        ("d.jsonnet", b"{d: \xff}"),
        ("e.jsonnet", b"{e: 1"),
    ]);
    assert_eq!(
        findings(&sources, &found),
        [
            "/s/a.jsonnet:1 spec/jsonnet-error no",
            "/s/d.jsonnet:1 spec/encoding byte 0xFF at offset 4, on line 1, is not UTF-8",
            "/s/e.jsonnet:1 spec/syntax the end of the file stands where `,` or `}` is expected",
        ]
    );
    let broken: Vec<bool> = found.files.iter().map(|file| file.is_broken).collect();
    assert_eq!(broken, [true, false, true, true]);
    let c = &found.files[1];
    assert_eq!(sources.get(c.source).kind, SourceKind::Evaluated);
    let item = c.document.as_ref().and_then(|document| document.root.get("c"));
    assert_eq!(item.map(|item| sources.text(item.span).split_whitespace().collect::<String>()).as_deref(), Some("[1]"));
    assert_eq!(found.files.len(), 4);
}

#[test]
fn what_is_not_read_is_said() {
    let world = MemoryWorld::default();
    world.put_dir("/s");
    let found = read(&world, &mut Sources::default(), Path::new("/s")).expect("readable");
    assert_eq!(found.diagnostics[0].rule, rule::NO_FILES);
    world.put_other("/s/pipe.yaml");
    let error = read(&world, &mut Sources::default(), Path::new("/s")).expect_err("a pipe");
    assert_eq!(error.to_string(), "`/s/pipe.yaml` is neither a folder nor a .yaml, .yml, .json or .jsonnet file");
    let error = read(&world, &mut Sources::default(), Path::new("/no")).expect_err("nothing there");
    assert_eq!(error.to_string(), "`/no` does not exist");
}

#[test]
fn a_file_instead_of_a_folder() {
    let world = MemoryWorld::with_files([("/s/a.yaml", "a: 1"), ("/s/b.txt", "b")]);
    let mut sources = Sources::default();
    let found = read(&world, &mut sources, Path::new("/s/a.yaml")).expect("readable");
    assert_eq!(names(&sources, &found), ["/s/a.yaml"]);
    assert!(matches!(read(&world, &mut sources, Path::new("/s/b.txt")), Err(LoadError::NotASpec { .. })));
}

#[test]
fn links() {
    let world = MemoryWorld::with_files([("/s/b/x.yaml", "x: 1"), ("/out/y.yaml", "y: 1"), ("/out/z.txt", "")]);
    world.put_link("/s/a", "b");
    world.put_link("/s/c", "/out");
    world.put_link("/s/b/back", "..");
    world.put_link("/s/again.yaml", "b/x.yaml");
    world.put_link("/s/own", "own");
    world.put_link("/s/nowhere", "/gone");
    world.put_link("/out/in", "/s");
    let mut sources = Sources::default();
    let found = read(&world, &mut sources, Path::new("/s")).expect("readable");
    assert_eq!(names(&sources, &found), ["/s/b/x.yaml", "/s/c/y.yaml"], "each file once, under the name that is no link");
    assert_eq!(
        findings(&sources, &found),
        [
            "spec/symlink-loop the link `/s/b/back` leads back to a folder that it lies in",
            "spec/symlink-loop the link `/s/own` leads back to itself",
        ]
    );
    world.put_link("/s/gone.yaml", "/gone.yaml");
    let error = read(&world, &mut sources, Path::new("/s")).expect_err("a spec file that is not there");
    assert!(error.to_string().starts_with("`/s/gone.yaml` cannot be read"), "{error}");
}

#[test]
fn on_a_real_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let world = OsWorld;
    world.create_dir(&at("b")).expect("a folder");
    world.write_new(&at("b/x.yaml"), b"x: 1", None).expect("a file");
    std::os::unix::fs::symlink("b", at("a")).expect("a link");
    std::os::unix::fs::symlink("..", at("b/back")).expect("a link");
    std::os::unix::fs::symlink("own.yaml", at("own.yaml")).expect("a link");
    std::fs::hard_link(at("b/x.yaml"), at("hard.yaml")).expect("a hard link");
    let mut sources = Sources::default();
    let found = read(&world, &mut sources, folder.path()).expect("readable");
    assert_eq!(found.files.len(), 1);
    let found: Vec<_> = found.diagnostics.iter().map(|d| d.rule).collect();
    assert_eq!(found, [rule::SYMLINK_LOOP, rule::SYMLINK_LOOP]);
}

#[test]
fn the_result_does_not_depend_on_the_order_of_work() {
    let files: Vec<(String, String)> = (0..200).map(|i| (format!("/s/{i}.yaml"), format!("k{i}: {i}\nk{i}: 2\n"))).collect();
    let world = MemoryWorld::with_files(files.iter().map(|(p, t)| (p, t)));
    let run = || {
        let mut sources = Sources::default();
        read(&world, &mut sources, Path::new("/s")).expect("readable")
    };
    let first = run();
    assert_eq!(first.diagnostics.len(), 200);
    for _ in 0..5 {
        assert_eq!(run(), first);
    }
}
