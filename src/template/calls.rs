//! The templates that a template calls by name.

use super::ast::{Else, Node, Template, TemplateCall};

/// All calls, in the text and in the templates that it defines, in the order of the text within each.
pub fn calls(template: &Template) -> Vec<&TemplateCall> {
    let mut found = Vec::new();
    within(&template.body, &mut found);
    template.defined.iter().for_each(|define| within(&define.body, &mut found));
    found
}

// The parser limits how deep bodies are nested.
fn within<'t>(body: &'t [Node], found: &mut Vec<&'t TemplateCall>) {
    let otherwise = |part: &'t Option<Else>, found: &mut Vec<&'t TemplateCall>| {
        part.iter().for_each(|part| within(&part.body, found));
    };
    for node in body {
        match node {
            Node::Call(call) => found.push(call),
            Node::Branch(branch) => {
                branch.arms.iter().for_each(|arm| within(&arm.body, found));
                otherwise(&branch.otherwise, found);
            }
            Node::Range(range) => {
                within(&range.body, found);
                otherwise(&range.otherwise, found);
            }
            Node::Text { .. } | Node::Comment { .. } | Node::Action { .. } | Node::Break { .. } | Node::Continue { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Dialect, parse_as};

    #[test]
    fn calls_are_found_wherever_they_stand() {
        let text = "{{ define \"a\" }}{{ if . }}{{ template \"b\" . }}{{ else if 1 }}{{ template \"c\" }}{{ else }}{{ template \"d\" }}{{ end }}{{ end }}\
                    {{ range .Alerts }}{{ template \"e\" . }}{{ else }}{{ template \"f\" }}{{ end }}{{ block \"g\" . }}{{ template \"h\" }}{{ end }}";
        let parsed = parse_as(text, Dialect::Alertmanager);
        let names: Vec<&str> = calls(&parsed.template).into_iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["e", "f", "g", "b", "c", "d", "h"]);
    }
}
