//! Numbers of panels: those of one dashboard differ, and a panel keeps its number when others come, go or change places, so that links to
//! it stay right.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

/// Numbers have six digits.
const COUNT: u32 = 1_000_000;

/// Gives out numbers.
#[derive(Default)]
pub(super) struct Numbers {
    used: BTreeSet<u32>,
}

impl Numbers {
    /// The number of the panel with this id; the next free one where another panel has it.
    pub(super) fn number(&mut self, id: &str) -> u32 {
        let digest = Sha256::digest(id.as_bytes());
        let start = digest.iter().take(4).fold(0u32, |number, byte| (number << 8) | u32::from(*byte)) % COUNT;
        let free = (0..COUNT).map(|step| (start + step) % COUNT).find(|number| *number != 0 && !self.used.contains(number));
        let number = free.unwrap_or(COUNT);
        self.used.insert(number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_do_not_depend_on_the_order() {
        let names: Vec<String> = (0..300).map(|n| format!("panel-{n}")).collect();
        let of = |names: &mut dyn Iterator<Item = &String>| {
            let mut numbers = Numbers::default();
            let mut all: Vec<(String, u32)> = names.map(|name| (name.clone(), numbers.number(name))).collect();
            all.sort();
            all
        };
        let (forward, backward) = (of(&mut names.iter()), of(&mut names.iter().rev()));
        assert_eq!(forward.iter().map(|(_, number)| number).collect::<BTreeSet<_>>().len(), names.len());
        assert!(forward.iter().zip(&backward).filter(|(a, b)| a != b).count() <= 2);
        let mut numbers = Numbers::default();
        assert_ne!(numbers.number("a"), numbers.number("a"));
    }
}
