//! One file a verb: reads its input, calls the phases, writes the result.

pub mod query;
