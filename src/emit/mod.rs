//! Plans become files: emitters make [`Artifacts`], and one place writes them or compares them with the disk.
//!
//! | file | what it does |
//! |---|---|
//! | `artifact` | one file as bytes with its path; a collection that refuses hostile and clashing paths |
//! | `manifest` | MANIFEST.json, which says what the tool owns, and the journal of a build under way |
//! | `survey` | looks at the output folder: what is there, whose it is |
//! | `error` | what can go wrong with the output folder, and the way out |
//! | `write` | decides what is to be done with each file, and says what was done |
//! | `commit` | does it, so that a kill at any point leaves every file whole |
//! | `drift` | says how the folder differs from what is wanted; `unified` shows it line by line |
//!
//! # How the output folder is kept whole
//!
//! 1. The folder is locked (an advisory lock on the folder itself: nothing is left behind, the system drops it with the process).
//! 2. `MANIFEST.json.next`, the journal, is written: every path that the tool owns or is about to own, with the SHA-256 of
//!    what it holds now and of what it will hold. From here on the tree counts as interrupted.
//! 3. Every new text is written beside its place under a name that starts with `.optiinfra-gen-`, and synced. If the disk is
//!    full, it is full here: these files and the journal are removed again and nothing has changed.
//! 4. Each is renamed to its place; files that are no longer wanted are removed; the folders are synced.
//! 5. `MANIFEST.json` is renamed to its place, synced, and the journal is removed.
//!
//! A build that finds a journal knows from it which files are its own, removes what was written beside its place, and goes
//! through the same steps. Folders are made where they are missing and never removed or replaced, even when they are empty,
//! because a running container may hold a bind mount on them.

pub mod alertmanager;
pub mod artifact;
mod commit;
pub mod compose;
pub mod docs;
pub mod drift;
pub mod error;
pub mod grafana;
pub mod json;
pub mod manifest;
pub mod prometheus;
mod survey;
pub mod unified;
pub mod write;
pub mod yaml;

pub use artifact::{Artifact, Artifacts};
pub use error::OutputError;
