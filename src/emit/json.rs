//! JSON as all emitters write it.

use serde::Serialize;

/// A value as JSON: two spaces of indentation, a final newline. The order of keys is that of the value.
pub fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = match serde_json::to_vec_pretty(value) {
        Ok(bytes) => bytes,
        // Plain structs with text keys cannot fail to be written.
        Err(error) => unreachable!("a plan cannot be written as JSON: {error}"),
    };
    bytes.push(b'\n');
    bytes
}
