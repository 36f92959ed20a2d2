//! What will be emitted, with everything decided: ordered collections, no format. Emitters see this and nothing else.

pub mod alertmanager;
pub mod compose;
pub mod docs;
pub mod prometheus;
pub mod secret;
