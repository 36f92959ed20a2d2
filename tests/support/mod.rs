//! What several test programs need: the real tools, and real servers on loopback.

// Each program uses a part of it.
#![allow(dead_code)]

pub(crate) mod server;
pub(crate) mod tool;
