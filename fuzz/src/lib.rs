//! What every fuzz target does with its input: one module a target, each with a function `check` that panics where something does not hold.
//!
//! The functions are plain code, so that an input that was found can be replayed without the engine: `cargo run --bin promql FILE`.

pub mod foreign;
pub mod json;
mod places;
pub mod promql;
mod report;
pub mod spec;
pub mod template;
pub mod yaml;

/// Runs a target over files, for builds without the fuzzing engine.
pub fn replay(check: fn(&[u8])) {
    for path in std::env::args_os().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => check(&bytes),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
}
