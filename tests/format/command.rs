//! `fmt` as a command.
