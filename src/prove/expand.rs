//! Expands the templates of labels and annotations as the server does, for what a test expects.

use std::collections::BTreeMap;

use crate::prove::number::{general, humanize, humanize_1024, humanize_duration, shortest};
use crate::prove::series::LabelSet;
use crate::template::{self, Branch, BranchKind, Command, Node, Operand, Pipeline, Term};

/// What a template is expanded with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data<'d> {
    /// The labels of the series.
    pub labels: &'d LabelSet,
    /// Its value.
    pub value: f64,
    /// The labels that the server adds.
    pub external: &'d BTreeMap<String, String>,
}

/// Blocks inside each other that are followed.
const MAX_DEPTH: usize = 100;

/// Expands a template.
///
/// # Errors
///
/// When something in it is not understood: queries, loops, functions that no test needs.
pub(super) fn expand(text: &str, data: Data<'_>) -> Result<String, String> {
    if !text.contains("{{") {
        return Ok(text.to_owned());
    }
    let parsed = template::parse(text);
    if !parsed.errors.is_empty() || !parsed.template.defined.is_empty() {
        return Err("the template is not understood".to_owned());
    }
    let mut run = Run { text, data, variables: BTreeMap::new(), out: String::new(), depth: 0 };
    run.nodes(&parsed.template.body, &Item::Data)?;
    Ok(run.out)
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Data,
    Labels,
    External,
    Nil,
    Text(String),
    Number(f64),
    Whole(f64),
    Bool(bool),
}

struct Run<'d> {
    text: &'d str,
    data: Data<'d>,
    variables: BTreeMap<String, Item>,
    out: String,
    depth: usize,
}

impl Item {
    fn print(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Number(number) => Ok(shortest(*number)),
            Self::Whole(number) => Ok(format!("{number:.0}")),
            Self::Bool(value) => Ok(value.to_string()),
            Self::Data | Self::Labels | Self::External | Self::Nil => Err("it prints something that is no text".to_owned()),
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) | Self::Whole(number) => *number != 0.0,
            Self::Bool(value) => *value,
            Self::Nil => false,
            Self::Data | Self::Labels | Self::External => true,
        }
    }

    fn number(&self) -> Result<f64, String> {
        match self {
            Self::Number(number) | Self::Whole(number) => Ok(*number),
            Self::Text(text) => text.parse().map_err(|_| "a text is no number".to_owned()),
            _ => Err("this is no number".to_owned()),
        }
    }

    fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err("this is no text".to_owned()),
        }
    }
}

impl Run<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Item) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the template is nested too deeply".to_owned());
        }
        for node in nodes {
            match node {
                Node::Text { span } => self.out.push_str(span.of(self.text)),
                Node::Comment { .. } => {}
                Node::Action { pipeline, .. } => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        let printed = value.print()?;
                        self.out.push_str(&printed);
                    }
                }
                Node::Branch(branch) => self.branch(branch, dot)?,
                Node::Range(_) | Node::Call(_) | Node::Break { .. } | Node::Continue { .. } => {
                    return Err("loops and calls in templates are not followed".to_owned());
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn branch(&mut self, branch: &Branch, dot: &Item) -> Result<(), String> {
        for arm in &branch.arms {
            let value = self.pipeline(&arm.pipeline, dot)?;
            if value.is_true() {
                let inner = if branch.kind == BranchKind::With { &value } else { dot };
                return self.nodes(&arm.body, inner);
            }
        }
        match &branch.otherwise {
            Some(otherwise) => self.nodes(&otherwise.body, dot),
            None => Ok(()),
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Item) -> Result<Item, String> {
        let mut piped = None;
        for command in &pipeline.commands {
            piped = Some(self.command(command, piped, dot)?);
        }
        let value = piped.ok_or("an action is empty")?;
        for variable in &pipeline.variables {
            self.variables.insert(variable.name.to_string(), value.clone());
        }
        Ok(value)
    }

    fn command(&mut self, command: &Command, piped: Option<Item>, dot: &Item) -> Result<Item, String> {
        let Some((first, rest)) = command.operands.split_first() else { return Err("an action is empty".to_owned()) };
        let Term::Function(name) = &first.term else {
            return if rest.is_empty() && piped.is_none() {
                self.operand(first, dot)
            } else {
                Err("this is no function".to_owned())
            };
        };
        let mut arguments = rest.iter().map(|operand| self.operand(operand, dot)).collect::<Result<Vec<_>, _>>()?;
        arguments.extend(piped);
        function(name, &arguments, self.data)
    }

    fn operand(&mut self, operand: &Operand, dot: &Item) -> Result<Item, String> {
        let mut value = match &operand.term {
            Term::Dot => dot.clone(),
            Term::Nil => Item::Nil,
            Term::Bool(value) => Item::Bool(*value),
            Term::Number(number) if number.fract() == 0.0 => Item::Whole(*number),
            Term::Number(number) => Item::Number(*number),
            Term::Text(text) => Item::Text(text.clone()),
            Term::Variable(name) => match name.as_str() {
                "$" => Item::Data,
                "$labels" => Item::Labels,
                "$externalLabels" => Item::External,
                "$value" => Item::Number(self.data.value),
                other => {
                    self.variables.get(other).cloned().ok_or_else(|| format!("`{other}` is not understood in a template"))?
                }
            },
            Term::Function(name) => function(name, &[], self.data)?,
            Term::Group(pipeline) => self.pipeline(pipeline, dot)?,
        };
        for field in &operand.fields {
            value = match (&value, field.name.as_str()) {
                (Item::Data, "Labels") => Item::Labels,
                (Item::Data, "ExternalLabels") => Item::External,
                (Item::Data, "Value") => Item::Number(self.data.value),
                (Item::Labels, label) => Item::Text(self.data.labels.get(label).to_owned()),
                (Item::External, label) => Item::Text(self.data.external.get(label).cloned().unwrap_or_default()),
                (_, other) => return Err(format!("`.{other}` is not understood in a template")),
            };
        }
        Ok(value)
    }
}

fn function(name: &str, arguments: &[Item], data: Data<'_>) -> Result<Item, String> {
    let text = |value: String| Ok(Item::Text(value));
    match (name, arguments) {
        ("humanize", [value]) => text(humanize(value.number()?)),
        ("humanize1024", [value]) => text(humanize_1024(value.number()?)),
        ("humanizePercentage", [value]) => text(format!("{}%", general(value.number()? * 100.0, 4))),
        ("humanizeDuration", [value]) => text(humanize_duration(value.number()?)),
        ("toUpper", [value]) => text(value.text()?.to_uppercase()),
        ("toLower", [value]) => text(value.text()?.to_lowercase()),
        ("stripPort", [value]) => {
            let address = value.text()?;
            let plain = address.rsplit_once(':').filter(|(host, _)| !host.contains(':')).map_or(address, |(host, _)| host);
            text(plain.to_owned())
        }
        ("index", [Item::Labels, label]) => text(data.labels.get(label.text()?).to_owned()),
        ("index", [Item::External, label]) => text(data.external.get(label.text()?).cloned().unwrap_or_default()),
        ("eq", [first, others @ ..]) if !others.is_empty() => Ok(Item::Bool(others.iter().any(|other| same(first, other)))),
        ("ne", [first, other]) => Ok(Item::Bool(!same(first, other))),
        ("not", [value]) => Ok(Item::Bool(!value.is_true())),
        ("and", all @ [.., last]) => Ok(all.iter().find(|item| !item.is_true()).unwrap_or(last).clone()),
        ("or", all @ [.., last]) => Ok(all.iter().find(|item| item.is_true()).unwrap_or(last).clone()),
        ("gt", [left, right]) => Ok(Item::Bool(left.number()? > right.number()?)),
        ("lt", [left, right]) => Ok(Item::Bool(left.number()? < right.number()?)),
        ("print", [value]) => value.print().map(Item::Text),
        ("printf", [format, values @ ..]) => printf(format.text()?, values).map(Item::Text),
        _ => Err(format!("`{name}` is not understood in a template")),
    }
}

fn same(a: &Item, b: &Item) -> bool {
    match (a.number(), b.number()) {
        (Ok(a), Ok(b)) if !matches!((a, b), (a, b) if a.is_nan() || b.is_nan()) => a == b,
        _ => a == b,
    }
}

/// `%.2f`, `%s`, `%v`, `%d` and the like.
fn printf(format: &str, values: &[Item]) -> Result<String, String> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            out.push('%');
            continue;
        }
        let mut precision = None;
        if chars.next_if_eq(&'.').is_some() {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            precision = Some(digits.parse::<usize>().unwrap_or(0).min(64));
        }
        let verb = chars.next().ok_or("a format ends early")?;
        let value = values.next().ok_or("a format has too few values")?;
        match (verb, value) {
            ('f', Item::Number(number)) => out.push_str(&format!("{number:.*}", precision.unwrap_or(6))),
            ('g', Item::Number(number)) => {
                out.push_str(&precision.map_or_else(|| shortest(*number), |digits| general(*number, digits.max(1))));
            }
            ('v', value) if precision.is_none() => out.push_str(&value.print()?),
            ('s', Item::Text(text)) if precision.is_none() => out.push_str(text),
            ('d', Item::Whole(number)) if precision.is_none() => out.push_str(&format!("{number:.0}")),
            _ => return Err("a format is not understood".to_owned()),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::catalog::Name;

    fn expanded(text: &str, value: f64) -> Result<String, String> {
        let labels = [("job", "api"), ("node", "n1")].into_iter().map(|(name, value)| (Name::from(name), Name::from(value)));
        let labels = labels.collect();
        let external = BTreeMap::from([("cluster".to_owned(), "c".to_owned())]);
        expand(text, Data { labels: &labels, value, external: &external })
    }

    #[test]
    fn templates_as_the_server_expands_them() {
        let cases = [
            ("{{ $labels.job }} on {{ .Labels.node }}: {{ $value }}", 1e6, "api on n1: 1e+06"),
            ("{{ $value | humanizePercentage }}", 0.9595, "95.95%"),
            ("{{ $value | humanizeDuration }}", 3661.0, "1h 1m 1s"),
            ("{{ $value | humanizeDuration }}", 0.25, "250ms"),
            ("{{ humanize $value }}", 12_345.0, "12.35k"),
            ("{{ printf \"%.2f\" $value }} {{ $value | printf \"%.0f\" }}", 2.5, "2.50 2"),
            ("{{ if $labels.missing }}a{{ else if eq $labels.job \"api\" }}b{{ end }}", 0.0, "b"),
            ("{{ with $externalLabels.cluster }}[{{ . }}]{{ end }}", 0.0, "[c]"),
            ("{{ $x := $labels.job }}{{ $x | toUpper }}", 0.0, "API"),
        ];
        for (text, value, wanted) in cases {
            assert_eq!(expanded(text, value).as_deref(), Ok(wanted), "{text}");
        }
        for refused in
            ["{{ query \"up\" }}", "{{ range query \"up\" }}{{ end }}", "{{ $labels }}", "{{ unknown }}", "{{ printf \"%\" }}"]
        {
            assert!(expanded(refused, 1.0).is_err(), "{refused}");
        }
    }
}
