//! What Go's own parser says of the same text.

use super::dump::dump;
use crate::template::parse;

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    tree: Option<String>,
    error: Option<String>,
}

#[test]
fn go_agrees() {
    let cases = std::fs::read_to_string(std::env::var("GOCASES").unwrap()).unwrap();
    let mut bad = 0;
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let parsed = parse(&case.text);
        let ours = parsed.errors.is_empty().then(|| dump(&parsed.template, &case.text));
        if ours != case.tree {
            bad += 1;
            if bad < 25 {
                println!("{:?}\n go   {:?} {:?}\n ours {:?} {:?}", case.text, case.tree, case.error, ours, parsed.errors.iter().map(|e| (&e.message, e.span)).collect::<Vec<_>>());
            }
        }
    }
    println!("{bad} differ");
    assert_eq!(bad, 0);
}
