//! The order in which recording rules are inferred: each after all that make a series which it reads.

use std::collections::{BTreeMap, BTreeSet};

/// A rule, as far as the order is concerned.
#[derive(Debug)]
pub struct Dependent<'r> {
    /// The series that it makes.
    pub name: &'r str,
    /// The series that it reads.
    pub reads: BTreeSet<String>,
    /// Whether it reads its own series only as they were some time ago, to go on from there.
    pub continues: bool,
}

/// What was found of the order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The indices of the rules: those first that read none of the others, and in the order in which they were given where either may be first.
    pub rules: Vec<usize>,
    /// A rule for each series of a circle, in which each reads the next and the last the first.
    pub circle: Vec<usize>,
    /// Series that are read before they are known: those of circles and of what reads from them, and those of rules that read themselves.
    pub early: BTreeSet<String>,
}

/// Orders rules.
pub fn order(rules: &[Dependent<'_>]) -> Order {
    let mut found = Order::default();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut makers: Vec<Vec<usize>> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let name = *names.entry(rule.name).or_insert(makers.len());
        if name == makers.len() {
            makers.push(Vec::new());
        }
        makers[name].push(index);
    }
    // A series needs all that any of its rules reads; all rules of a series are done together.
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); makers.len()];
    let mut missing: Vec<usize> = vec![0; makers.len()];
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); makers.len()];
    for (name, makers) in makers.iter().enumerate() {
        let several = makers.len() > 1;
        for rule in makers {
            for read in rules[*rule].reads.iter().filter_map(|read| names.get(read.as_str())) {
                if *read == name {
                    found.early.insert(rules[*rule].name.to_owned());
                    // With several rules of one name it may be the series of another one that is read.
                    if rules[*rule].continues || several {
                        continue;
                    }
                }
                needs[name].insert(*read);
            }
        }
        missing[name] = needs[name].len();
        needs[name].iter().for_each(|read| needed_by[*read].push(name));
    }
    let mut level: Vec<Option<usize>> = vec![None; makers.len()];
    let mut ready: Vec<usize> = (0..makers.len()).filter(|name| missing[*name] == 0).collect();
    while let Some(name) = ready.pop() {
        level[name] = Some(needs[name].iter().filter_map(|read| level[*read]).max().map_or(0, |deepest| deepest + 1));
        for reader in &needed_by[name] {
            missing[*reader] -= 1;
            if missing[*reader] == 0 {
                ready.push(*reader);
            }
        }
    }
    // What depends on a circle comes last.
    let last = rules.len();
    let mut keyed: Vec<(usize, usize)> =
        makers.iter().enumerate().flat_map(|(name, rules)| rules.iter().map(move |rule| (name, *rule))).collect();
    keyed.sort_by_key(|(name, rule)| (level[*name].unwrap_or(last), *rule));
    found.rules = keyed.into_iter().map(|(_, rule)| rule).collect();
    let is_stuck = |name: &usize| level[*name].is_none();
    let stuck: Vec<usize> = (0..makers.len()).filter(is_stuck).collect();
    found.early.extend(stuck.iter().map(|name| rules[makers[*name][0]].name.to_owned()));
    found.circle = circle(&stuck, &needs, is_stuck).into_iter().map(|name| makers[name][0]).collect();
    found
}

/// Follows what is needed until a series comes again.
fn circle(stuck: &[usize], needs: &[BTreeSet<usize>], is_stuck: impl Fn(&usize) -> bool) -> Vec<usize> {
    let Some(first) = stuck.first() else { return Vec::new() };
    let mut path: Vec<usize> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = *first;
    loop {
        if let Some(place) = places.insert(at, path.len()) {
            return path.split_off(place);
        }
        path.push(at);
        let Some(next) = needs[at].iter().find(|need| is_stuck(need)) else { return Vec::new() };
        at = *next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rules: &[(&'static str, &[&str], bool)]) -> Order {
        let dependent = |(name, reads, continues): &(&'static str, &[&str], bool)| Dependent {
            name,
            reads: reads.iter().map(|read| (*read).to_owned()).collect(),
            continues: *continues,
        };
        order(&rules.iter().map(dependent).collect::<Vec<_>>())
    }

    #[test]
    fn each_comes_after_what_it_reads() {
        let found =
            of(&[("c", &["b", "x"], false), ("b", &["a"], false), ("d", &[], false), ("a", &[], false), ("b", &[], false)]);
        assert_eq!(found.rules, [2, 3, 1, 4, 0]);
        assert!(found.circle.is_empty() && found.early.is_empty());
    }

    #[test]
    fn circles_are_found_and_what_reads_from_them_is_no_part() {
        let found = of(&[("reader", &["a"], false), ("a", &["b"], false), ("b", &["a"], false), ("free", &[], false)]);
        assert_eq!(found.rules, [3, 0, 1, 2]);
        assert_eq!(found.circle, [1, 2]);
        assert_eq!(found.early.into_iter().collect::<Vec<_>>(), ["a", "b", "reader"]);
        assert_eq!(of(&[("a", &["a"], false)]).circle, [0]);
    }

    #[test]
    fn a_rule_may_go_on_from_its_own_past() {
        let found = of(&[("a", &["a", "b"], true), ("b", &[], false)]);
        assert_eq!((found.rules.as_slice(), found.circle.len()), (&[1, 0][..], 0));
        assert!(found.early.contains("a"));
        assert!(of(&[("a", &["a"], false), ("a", &[], false)]).circle.is_empty(), "another rule of the name is read");
    }

    #[test]
    fn many_rules_take_no_longer_than_many_rules() {
        let names: Vec<String> = (0..50_000).map(|n| format!("n{n}")).collect();
        let chain: Vec<Dependent<'_>> = (0..50_000)
            .map(|n| Dependent { name: &names[n], reads: names.get(n + 1).cloned().into_iter().collect(), continues: false })
            .collect();
        assert_eq!(order(&chain).rules.first(), Some(&49_999));
        let crowd: Vec<Dependent<'_>> = (0..100_000)
            .map(|n| Dependent {
                name: if n % 2 == 0 { "a" } else { "b" },
                reads: [["b", "c"][n % 2].to_owned()].into(),
                continues: false,
            })
            .collect();
        assert_eq!(order(&crowd).rules.first(), Some(&1));
    }
}
