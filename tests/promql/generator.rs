//! Expressions by a seed: valid ones that use all of the language, and broken ones that are one mistake away.

use std::collections::BTreeMap;

use optiinfra_gen::promql::functions::FUNCTIONS;
use optiinfra_gen::promql::{AggregateOp, BinaryOp, Function, ValueType};

use crate::random::Random;
use crate::words::*;

/// Makes expressions and counts what it used.
pub(crate) struct Generator {
    pub(crate) random: Random,
    /// How often each function and operator was used.
    pub(crate) used: BTreeMap<&'static str, usize>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), used: BTreeMap::new() }
    }

    fn use_up(&mut self, name: &'static str) {
        *self.used.entry(name).or_default() += 1;
    }

    /// An expression that a server of the language's version accepts, but for one in a few hundred.
    pub(crate) fn valid(&mut self) -> String {
        match self.random.below(20) {
            0 => self.of_type(ValueType::Scalar, 3),
            1 => self.of_type(ValueType::RangeVector, 3),
            2 => self.of_type(ValueType::String, 1),
            _ => self.of_type(ValueType::InstantVector, 4),
        }
    }

    fn of_type(&mut self, kind: ValueType, depth: usize) -> String {
        if depth > 0 && self.random.chance(8) {
            let inner = self.of_type(kind, depth - 1);
            let space = self.space();
            return format!("({space}{inner}{space})");
        }
        match kind {
            ValueType::Scalar => self.scalar(depth),
            ValueType::String => self.random.pick(STRINGS).to_owned(),
            ValueType::InstantVector => self.vector(depth),
            ValueType::RangeVector => self.range_vector(depth),
        }
    }

    fn space(&mut self) -> &'static str {
        match self.random.below(12) {
            0 => " ",
            1 => "\n\t",
            2 => " # note\n",
            _ => "",
        }
    }

    fn scalar(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.chance(40) {
            return self.random.pick(NUMBERS).to_owned();
        }
        match self.random.below(4) {
            0 => {
                let operand = self.operand(ValueType::Scalar, depth - 1);
                format!("{}{operand}", self.random.pick(&["-", "+", "- "]))
            }
            1 => self.call_returning(ValueType::Scalar, depth - 1),
            _ => {
                let op = loop {
                    let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
                    if !op.is_set() {
                        break op;
                    }
                };
                self.use_up(op.symbol());
                let bool_modifier = if op.is_comparison() { " bool" } else { "" };
                let left = self.operand(ValueType::Scalar, depth - 1);
                let right = self.operand(ValueType::Scalar, depth - 1);
                let on = if self.random.chance(5) { " on ()" } else { "" };
                format!("{left} {}{bool_modifier}{on} {right}", op.symbol())
            }
        }
    }

    /// An operand of an operator: often bare, so that precedence decides, sometimes in parentheses.
    fn operand(&mut self, kind: ValueType, depth: usize) -> String {
        let text = self.of_type(kind, depth);
        if self.random.chance(30) { format!("({text})") } else { text }
    }

    fn vector(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.chance(15) {
            return self.selector();
        }
        match self.random.below(8) {
            0 | 1 => self.call_returning(ValueType::InstantVector, depth - 1),
            2 | 3 => self.aggregation(depth - 1),
            4 => {
                let operand = self.operand(ValueType::InstantVector, depth - 1);
                format!("{}{operand}", self.random.pick(&["-", "+", "- ", "--"]))
            }
            5 => self.with_scalar(depth - 1),
            _ => self.between_vectors(depth - 1),
        }
    }

    fn with_scalar(&mut self, depth: usize) -> String {
        let op = loop {
            let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
            if !op.is_set() {
                break op;
            }
        };
        self.use_up(op.symbol());
        let bool_modifier = if op.is_comparison() && self.random.chance(30) { " bool" } else { "" };
        // In parentheses: a bare scalar comparison inside could end up without `bool` on two scalars.
        let scalar = format!("({})", self.of_type(ValueType::Scalar, depth));
        let vector = format!("({})", self.of_type(ValueType::InstantVector, depth));
        let (left, right) = if self.random.chance(50) { (scalar, vector) } else { (vector, scalar) };
        format!("{left}{}{}{bool_modifier} {right}", self.space(), op.symbol())
    }

    fn between_vectors(&mut self, depth: usize) -> String {
        let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
        self.use_up(op.symbol());
        let mut modifiers = String::new();
        if op.is_comparison() && self.random.chance(30) {
            modifiers.push_str(" bool");
        }
        let mut bare_group = false;
        if self.random.chance(50) {
            let on = self.random.chance(50);
            let labels = self.labels();
            modifiers.push_str(&format!(" {}{}({labels})", if on { "on" } else { "ignoring" }, self.space()));
            if !op.is_set() && self.random.chance(50) {
                modifiers.push_str(self.random.pick(&[" group_left", " group_right", " GROUP_LEFT"]));
                if self.random.chance(50) {
                    modifiers.push_str(&format!(" ({})", if on { "copied" } else { &labels }));
                } else {
                    bare_group = true;
                }
            }
        }
        if !op.is_set() && self.random.chance(15) {
            bare_group = false;
            let (one, two) = (self.random.pick(NUMBERS), self.random.pick(NUMBERS));
            modifiers.push_str(&match self.random.below(5) {
                0 => format!(" fill ({one})"),
                1 => format!(" fill_left(-{one})"),
                2 => format!(" fill_right (+{one})"),
                3 => format!(" fill_left ({one}) fill_right({two})"),
                _ => format!(" fill_right({one}) fill_left({two})"),
            });
        }
        let left = format!("({})", self.of_type(ValueType::InstantVector, depth));
        let left = if self.random.chance(50) { self.selector() } else { left };
        // The parentheses of the right side would be those of the group modifier.
        let right = if bare_group || self.random.chance(50) {
            self.selector_that_is_no_modifier()
        } else {
            format!("({})", self.of_type(ValueType::InstantVector, depth))
        };
        format!("{left} {}{modifiers} {right}", op.symbol())
    }

    fn selector_that_is_no_modifier(&mut self) -> String {
        format!("a{}", self.braces(true))
    }

    fn labels(&mut self) -> String {
        let count = self.random.below(4);
        let mut labels: Vec<String> = (0..count)
            .map(|_| if self.random.chance(15) { "\"a.b-ä\"".to_owned() } else { self.random.pick(LABELS).to_owned() })
            .collect();
        if count > 0 && self.random.chance(10) {
            labels.push(String::new());
        }
        labels.join(self.random.pick(&[",", ", "]))
    }

    fn selector(&mut self) -> String {
        let base = match self.random.below(10) {
            0 => {
                let braces = self.braces(true);
                format!("{{\"a.b\"{}{}", if braces == "{}" { "" } else { "," }, &braces[1..])
            }
            1 => format!("{{job=\"x\",{}", &self.braces(false)[1..]),
            2 => self.random.pick(METRICS).to_owned(),
            _ => {
                let braces = if self.random.chance(60) { self.braces(false) } else { String::new() };
                format!("{}{}{braces}", self.random.pick(METRICS), if braces.is_empty() { "" } else { self.space() })
            }
        };
        // `fill` and its like are keywords before a parenthesis only, and nothing of the kind follows a selector here.
        format!("{base}{}", self.modifiers(true))
    }

    fn braces(&mut self, with_name: bool) -> String {
        let count = self.random.below(4);
        let mut matchers: Vec<String> = Vec::new();
        for _ in 0..count {
            let label = loop {
                let label = self.random.pick(LABELS);
                // The name must not be set twice.
                if label != "__name__" || with_name {
                    break if label == "__name__" { "name" } else { label };
                }
            };
            let label = if self.random.chance(10) { "'a b'".to_owned() } else { label.to_owned() };
            matchers.push(if self.random.chance(40) {
                let op = self.random.pick(&["=~", "!~", " =~ "]);
                format!("{label}{op}\"{}\"", self.random.pick(PATTERNS))
            } else {
                let op = self.random.pick(&["=", "!=", " = "]);
                format!("{label}{op}{}", self.random.pick(STRINGS))
            });
        }
        if count > 0 && self.random.chance(10) {
            matchers.push(String::new());
        }
        format!("{{{}}}", matchers.join(","))
    }

    fn modifiers(&mut self, with_extension: bool) -> String {
        let mut all: Vec<String> = Vec::new();
        if self.random.chance(12) {
            all.push(format!("{} {}", self.random.pick(&["offset", "OFFSET"]), self.offset()));
        }
        if self.random.chance(8) {
            let moment = self.random.pick(&["start()", "end ( )", "1700000000.5", "-5", "+ 0x10", "1h", "start()"]);
            all.push(format!("@{}{moment}", self.space()));
        }
        if with_extension && self.random.chance(6) {
            all.push(self.random.pick(&["anchored", "smoothed"]).to_owned());
        }
        if self.random.chance(50) {
            all.reverse();
        }
        all.iter().map(|modifier| format!(" {modifier}")).collect()
    }

    fn offset(&mut self) -> String {
        match self.random.below(7) {
            0 => format!("-{}", self.random.pick(DURATIONS)),
            1 => "step()".to_owned(),
            2 => "-range()".to_owned(),
            3 => format!("({})", self.duration_expr(2)),
            4 => format!("-({})", self.duration_expr(1)),
            5 => format!("max_of({}, {})", self.duration_expr(1), self.duration_expr(1)),
            _ => self.random.pick(DURATIONS).to_owned(),
        }
    }

    /// What can stand between brackets: literals mostly, sometimes arithmetic that begins with a literal.
    fn range(&mut self) -> String {
        let space = if self.random.chance(10) { " " } else { "" };
        if self.random.chance(75) {
            return format!("{space}{}{space}", self.random.pick(DURATIONS));
        }
        format!("{space}{} + {}", self.random.pick(DURATIONS), self.duration_expr(2))
    }

    fn duration_expr(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.random.pick(&["5m", "30", "1h", "step()", "range()", "STEP()"]).to_owned();
        }
        let one = self.duration_expr(depth - 1);
        let two = self.duration_expr(depth - 1);
        match self.random.below(7) {
            0 => format!("{one} * {two}"),
            1 => format!("({one} - {two})"),
            2 => format!("{one} ^ 2"),
            3 => format!("min_of({one}, {two})"),
            4 => format!("-{one} % 7s"),
            5 => format!("max_of ( {one} , {two} )"),
            _ => format!("{one} / 2"),
        }
    }

    fn range_vector(&mut self, depth: usize) -> String {
        if depth > 0 && self.random.chance(30) {
            let inner = match self.random.below(3) {
                0 => self.selector(),
                1 => self.call_returning(ValueType::InstantVector, depth - 1),
                _ => format!("({})", self.of_type(ValueType::InstantVector, depth - 1)),
            };
            let step = if self.random.chance(50) { self.range() } else { String::new() };
            return format!("{inner}[{}:{step}]{}", self.range(), self.modifiers(false));
        }
        let selector = match self.random.below(5) {
            0 => "{job=\"x\"}".to_owned(),
            1 => self.random.pick(METRICS).to_owned(),
            _ => format!("{}{}", self.random.pick(METRICS), self.braces(false)),
        };
        format!("{selector}[{}]{}", self.range(), self.modifiers(true))
    }

    fn call_returning(&mut self, returns: ValueType, depth: usize) -> String {
        let fitting: Vec<&'static Function> = FUNCTIONS.iter().filter(|function| function.returns == returns).collect();
        let function = fitting[self.random.below(fitting.len())];
        self.call(function, depth)
    }

    pub(crate) fn call(&mut self, function: &'static Function, depth: usize) -> String {
        self.use_up(function.name);
        let most = function.max_args.unwrap_or(function.args.len() + 2);
        let count = function.min_args + self.random.below(most - function.min_args + 1);
        let args: Vec<String> = (0..count)
            .map(|index| match function.arg(index) {
                Some(_) if function.name == "info" && index == 1 => self.braces(true),
                Some(kind) => self.of_type(kind, depth),
                None => unreachable!("there are at most as many arguments as types"),
            })
            .collect();
        format!("{}{}({})", function.name, self.space(), args.join(","))
    }

    fn aggregation(&mut self, depth: usize) -> String {
        let op = AggregateOp::ALL[self.random.below(AggregateOp::ALL.len())];
        self.aggregation_of(op, depth)
    }

    pub(crate) fn aggregation_of(&mut self, op: AggregateOp, depth: usize) -> String {
        self.use_up(op.name());
        let mut args = String::new();
        if let Some(kind) = op.param() {
            args = format!("{}, ", self.of_type(kind, depth.min(1)));
        }
        args.push_str(&self.of_type(ValueType::InstantVector, depth));
        let name = if self.random.chance(10) { op.name().to_uppercase() } else { op.name().to_owned() };
        let grouping = format!("{} ({})", self.random.pick(&["by", "without", "BY"]), self.labels());
        match self.random.below(3) {
            0 => format!("{name}({args})"),
            1 => format!("{name} {grouping} ({args})"),
            _ => format!("{name}({args}) {grouping}"),
        }
    }

    /// An expression with a mistake in it. Some mistakes make another valid expression.
    pub(crate) fn broken(&mut self) -> String {
        match self.random.below(100) {
            0..45 => return self.wrong_type(),
            45..50 => return self.soup(),
            50..55 => return self.random_pattern(),
            _ => {}
        }
        let valid = self.valid();
        let boundaries: Vec<usize> = valid.char_indices().map(|(at, _)| at).chain([valid.len()]).collect();
        let at = boundaries[self.random.below(boundaries.len())];
        let to = boundaries[self.random.below(boundaries.len())].clamp(at, valid.len());
        let near = boundaries.iter().copied().find(|b| *b > at).unwrap_or(at);
        match self.random.below(6) {
            0 => format!("{}{}", &valid[..at], &valid[near..]),
            1 => format!("{}{}", &valid[..at], &valid[to..]),
            2 => valid[..at].to_owned(),
            3 => format!("{}{}{}", &valid[..at], self.random.pick(CRUMBS), &valid[at..]),
            4 => format!("{}{}{}", &valid[..at], self.random.pick(CRUMBS), &valid[near..]),
            _ => format!("{}{}{}", &valid[..to], &valid[at..to], &valid[to..]),
        }
    }

    /// Tokens in any order.
    fn soup(&mut self) -> String {
        let count = 1 + self.random.below(8);
        let sources =
            [METRICS, LABELS, DURATIONS, NUMBERS, STRINGS, CRUMBS, CRUMBS, BAD_TAILS, &["a", "b", "(", ")", "[5m]", "{a=\"b\"}"]];
        let words: Vec<&str> = (0..count)
            .map(|_| {
                let source = sources[self.random.below(sources.len())];
                self.random.pick(source)
            })
            .collect();
        words.join(self.random.pick(&["", " ", " "]))
    }

    /// A matcher with characters that mean something in patterns, and one whose verdict depends on what the pattern admits.
    fn random_pattern(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a",
            "b",
            "-",
            "^",
            "$",
            ".",
            "*",
            "+",
            "?",
            "??",
            "|",
            "(",
            ")",
            "(?:",
            "(?i)",
            "(?-s:",
            "(?P<n>",
            "[",
            "]",
            "[^",
            "a-z",
            "{",
            "}",
            "{2}",
            "{0,3}",
            "{,2}",
            "{2,}",
            "{1000}",
            "\\d",
            "\\b",
            "\\B",
            "\\A",
            "\\z",
            "\\pL",
            "\\p{Greek}",
            "\\x41",
            "\\0",
            "\\12",
            "\\.",
            "[:alpha:]",
            "ä",
            ",",
            "0",
            "\\Q",
            "\\E",
            "\\",
        ];
        let count = 1 + self.random.below(7);
        let pattern: String = (0..count).map(|_| self.random.pick(PIECES)).collect();
        format!("{{a{}`{pattern}`}}", self.random.pick(&["=~", "!~"]))
    }

    fn wrong_type(&mut self) -> String {
        const TYPES: [ValueType; 4] = [ValueType::Scalar, ValueType::String, ValueType::InstantVector, ValueType::RangeVector];
        let kind = TYPES[self.random.below(4)];
        let any = self.of_type(kind, 2);
        let vector = self.of_type(ValueType::InstantVector, 1);
        match self.random.below(14) {
            0 | 1 => {
                let function = &FUNCTIONS[self.random.below(FUNCTIONS.len())];
                self.use_up(function.name);
                let count = self.random.below(5);
                let args: Vec<String> = (0..count)
                    .map(|_| {
                        let kind = TYPES[self.random.below(4)];
                        self.of_type(kind, 1)
                    })
                    .collect();
                format!("{}({})", function.name, args.join(", "))
            }
            2 => {
                let op = AggregateOp::ALL[self.random.below(AggregateOp::ALL.len())];
                self.use_up(op.name());
                format!("{op}({any}, {vector})")
            }
            3 => {
                let op = AggregateOp::ALL[self.random.below(AggregateOp::ALL.len())];
                self.use_up(op.name());
                format!("{op} by (a) ({any})")
            }
            4 | 5 => {
                let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
                self.use_up(op.symbol());
                let modifier =
                    self.random.pick(&["", "bool", "on(a)", "on(a) group_left(a)", "ignoring() group_right", "fill(1)", "on()"]);
                format!("{vector} {op} {modifier} {any}")
            }
            6 => {
                let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
                self.use_up(op.symbol());
                let kind = TYPES[self.random.below(4)];
                let other = self.of_type(kind, 1);
                format!("{any} {op} {other}")
            }
            7 => format!("{any}[{}]", self.range()),
            8 => format!("({any}){}", self.random.pick(&[" offset 5m", "[5m]", "[5m:]", " @ 5", " anchored", "[5m:1m]"])),
            9 => format!("-{any}"),
            10 => {
                let pattern = self.random.pick(BAD_PATTERNS);
                format!("a{{b=~\"{pattern}\"}}")
            }
            11 => format!("{{{}}}", self.random.pick(BAD_MATCHERS)),
            12 => format!("a[{}]", self.random.pick(BAD_RANGES)),
            _ => format!("a {}", self.random.pick(BAD_TAILS)),
        }
    }
}

/// Expressions at the edges of the language, each of which a server accepts or rejects for a reason of its own.
pub(crate) fn corner_cases() -> Vec<String> {
    let patterns = BAD_PATTERNS.iter().chain(PATTERNS).map(|pattern| format!("{{a=~\"{pattern}\"}}"));
    let matchers = BAD_MATCHERS.iter().map(|matchers| format!("{{{matchers}}}"));
    let named = BAD_MATCHERS.iter().map(|matchers| format!("a{{{matchers}}}"));
    let ranges = BAD_RANGES.iter().map(|range| format!("a[{range}]"));
    let tails = BAD_TAILS.iter().map(|tail| format!("a {tail}"));
    let numbers = NUMBERS.iter().chain(DURATIONS).chain(BAD_NUMBERS).map(|number| format!("vector({number})"));
    let strings = STRINGS.iter().chain(BAD_STRINGS).map(|&string| string.to_owned());
    let names = METRICS.iter().chain(LABELS).flat_map(|name| {
        [
            (*name).to_owned(),
            format!("{name}(a)"),
            format!("sum by ({name}) (a)"),
            format!("a + {name}"),
            format!("{name}{{}}"),
            format!("a{{{name}=\"\"}}"),
        ]
    });
    patterns.chain(matchers).chain(named).chain(ranges).chain(tails).chain(numbers).chain(strings).chain(names).collect()
}
