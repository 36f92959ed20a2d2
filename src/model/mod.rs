//! The resolved stack: names are bound, defaults filled in, every expression stands in its final form.

pub mod item;
pub mod job;
