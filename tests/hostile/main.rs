//! Input made to break the program, given to the program itself: it ends by itself, with one of its exit codes, whatever it reads.
//!
//! A run that does not end is killed, and fails its test; how long one takes is not judged.

// These tests start a program on files of their own, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod dashboards;
mod exposition;
mod expressions;
mod json;
mod program;
mod rules;
mod specs;
mod templates;
mod texts;
mod yaml;
