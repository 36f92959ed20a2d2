//! Specs with one value changed: what the compiler still reads, the schema still accepts.

use std::fs;

use optiinfra_gen::load::tree::{Node, Scalar, ScalarKind, Value};
use optiinfra_gen::spec::Spec;
use optiinfra_gen::spec::decode::{Decode as _, Decoder, to_json};

use crate::{Checker, parse, root, yaml_files};

fn scalar(text: &str, kind: ScalarKind) -> Value {
    Value::Scalar(Scalar { text: text.to_owned(), kind })
}

/// Every way that leads to a value that is no mapping.
fn places(node: &Node, path: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    match &node.value {
        Value::Map(pairs) => {
            for (at, pair) in pairs.iter().enumerate() {
                path.push(at);
                places(&pair.value, path, found);
                path.pop();
            }
        }
        Value::Seq(items) => {
            found.push(path.clone());
            for (at, item) in items.iter().enumerate() {
                path.push(at);
                places(item, path, found);
                path.pop();
            }
        }
        Value::Scalar(_) => found.push(path.clone()),
    }
}

fn at<'n>(node: &'n mut Node, path: &[usize]) -> &'n mut Node {
    let Some((first, rest)) = path.split_first() else { return node };
    match &mut node.value {
        Value::Map(pairs) => at(&mut pairs[*first].value, rest),
        Value::Seq(items) => at(&mut items[*first], rest),
        Value::Scalar(_) => panic!("a path leads through collections"),
    }
}

/// The named thing that a path leads into, in a spec without any other; with the path in there.
fn alone(node: &Node, path: &[usize]) -> (Node, Vec<usize>) {
    let mut node = node.clone();
    let mut path = path.to_vec();
    if let (Value::Map(sections), Some(first)) = (&mut node.value, path.first_mut()) {
        sections.swap(0, *first);
        sections.truncate(1);
        *first = 0;
        let is_single = matches!(sections[0].key.text.as_str(), "stack" | "notifications");
        if let (Value::Map(things), Some(second), false) = (&mut sections[0].value.value, path.get_mut(1), is_single) {
            things.swap(0, *second);
            things.truncate(1);
            *second = 0;
        }
    }
    (node, path)
}

fn read(node: &Node) -> bool {
    let mut decoder = Decoder::default();
    Spec::decode(node, &mut decoder).is_some() && decoder.diagnostics.is_empty()
}

#[test]
fn what_the_compiler_reads_the_schema_accepts() {
    let forms = [
        scalar("", ScalarKind::Null),
        scalar("true", ScalarKind::Bool),
        scalar("3", ScalarKind::Number),
        scalar("-1.5", ScalarKind::Number),
        scalar(".inf", ScalarKind::Number),
        scalar("0", ScalarKind::Number),
        scalar("5%", ScalarKind::String),
        scalar("1h30m", ScalarKind::String),
        scalar("83 celsius", ScalarKind::String),
        scalar(" 1_000 usd / hour", ScalarKind::String),
        scalar("$pool.x", ScalarKind::String),
        scalar("services", ScalarKind::String),
        scalar("false", ScalarKind::String),
        scalar("stat", ScalarKind::String),
        Value::Seq(Vec::new()),
        Value::Map(Vec::new()),
    ];
    let checker = Checker::new();
    let (mut accepted, mut refused, mut stricter) = (0, 0, 0);
    for file in yaml_files(&root().join("examples/language/specs")) {
        let mut node = parse(&fs::read_to_string(&file).unwrap());
        // The compiler applies environments and variables before it reads the types.
        if let Value::Map(pairs) = &mut node.value {
            pairs.retain(|pair| !matches!(pair.key.text.as_str(), "variables" | "environments" | "import"));
        }
        let mut found = Vec::new();
        places(&node, &mut Vec::new(), &mut found);
        for path in found {
            let (mut node, path) = alone(&node, &path);
            // What refers to a variable is read after its value has been put in.
            if !read(&node) {
                continue;
            }
            for form in &forms {
                let old = std::mem::replace(&mut at(&mut node, &path).value, form.clone());
                let by_compiler = read(&node);
                let by_schema = checker.0.is_valid(&to_json(&node));
                match (by_compiler, by_schema) {
                    (true, false) => {
                        let errors = checker.errors(&to_json(&node));
                        panic!("{} with {form:?} in place of {old:?}\n{}", file.display(), errors.join("\n"));
                    }
                    (true, true) => accepted += 1,
                    (false, false) => refused += 1,
                    (false, true) => stricter += 1,
                }
                at(&mut node, &path).value = old;
            }
        }
    }
    println!("{accepted} read by both, {refused} refused by both, {stricter} refused by the compiler alone");
    assert!(accepted > 1000 && refused > 1000, "{accepted} accepted, {refused} refused");
    assert!(stricter * 50 < refused, "the schema lets {stricter} through that the compiler refuses, of {refused}");
}

/// A variable may stand for any value: the loader has put it in before the types are read.
#[test]
fn a_variable_may_stand_anywhere() {
    let checker = Checker::new();
    for file in yaml_files(&root().join("examples/language/specs")) {
        let mut node = parse(&fs::read_to_string(&file).unwrap());
        if let Value::Map(pairs) = &mut node.value {
            pairs.retain(|pair| !matches!(pair.key.text.as_str(), "variables" | "environments" | "import"));
        }
        let mut found = Vec::new();
        places(&node, &mut Vec::new(), &mut found);
        for path in found {
            if matches!(at(&mut node, &path).value, Value::Seq(_)) {
                continue;
            }
            let old = std::mem::replace(&mut at(&mut node, &path).value, scalar("${var.x}", ScalarKind::String));
            let errors = checker.errors(&to_json(&node));
            assert!(errors.is_empty(), "{}, in place of {old:?}\n{}", file.display(), errors.join("\n"));
            at(&mut node, &path).value = old;
        }
    }
}
