//! Movement without memory: what a seed and a name make of a time.

use std::f64::consts::TAU;

/// A number for a text, the same on every machine.
pub(super) fn hash(seed: u64, parts: &[&str]) -> u64 {
    let mut state = mix(seed ^ 0x9e37_79b9_7f4a_7c15);
    for part in parts {
        for byte in part.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // Two parts are not one: ("ab", "c") differs from ("a", "bc").
        state = mix(state);
    }
    state
}

fn mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// The `n`th number of a key, from 0 up to but without 1.
pub(super) fn share(key: u64, n: u64) -> f64 {
    // 53 bits are what a float holds.
    (mix(key.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15))) >> 11) as f64 / (1u64 << 53) as f64
}

/// A curve between 0 and 1: a slow swing of about an hour and a fast one of some minutes. Its integral is known, so a counter needs no memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wave {
    swings: [(f64, f64, f64); 2],
}

const SLOW: f64 = 0.32;
const FAST: f64 = 0.15;

impl Wave {
    /// The curve of a key.
    pub(super) fn new(key: u64) -> Self {
        let slow = 2700.0 + 1800.0 * share(key, 1);
        let fast = 200.0 + 200.0 * share(key, 2);
        Self { swings: [(SLOW, slow, TAU * share(key, 3)), (FAST, fast, TAU * share(key, 4))] }
    }

    /// Its height at a time.
    pub(super) fn at(&self, t: f64) -> f64 {
        self.swings.iter().fold(0.5, |sum, (height, period, phase)| sum + height * (TAU * t / period + phase).sin())
    }

    /// The area below it between two times.
    pub(super) fn area(&self, from: f64, to: f64) -> f64 {
        let swing = |(height, period, phase): &(f64, f64, f64)| {
            let at = |t: f64| -(TAU * t / period + phase).cos();
            height * period / TAU * (at(to) - at(from))
        };
        0.5 * (to - from) + self.swings.iter().map(swing).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_that_of_the_curve() {
        let wave = Wave::new(hash(7, &["a"]));
        let step = 0.5;
        let sum: f64 = (0..4000).map(|n| wave.at(f64::from(n) * step + step / 2.0) * step).sum();
        assert!((sum - wave.area(0.0, 2000.0)).abs() < 0.01, "{sum}");
        for n in 0..20_000 {
            assert!((0.0..=1.0).contains(&wave.at(f64::from(n) * 13.0)));
        }
    }

    #[test]
    fn names_and_seeds_tell_apart() {
        assert_ne!(hash(1, &["ab", "c"]), hash(1, &["a", "bc"]));
        assert_ne!(hash(1, &["a"]), hash(2, &["a"]));
        assert_eq!(hash(1, &["a"]), hash(1, &["a"]));
    }
}
