//! What a server says of the text of an expression.

use serde_json::Value;

use crate::server::{Client, FORM};

impl Client {
    /// The server's tree of an expression that it accepts and can write as JSON.
    pub(crate) fn tree(&mut self, expr: &str) -> Option<Value> {
        let (status, body) = self.ask("POST", "/api/v1/parse_query", FORM, &form(expr)).unwrap();
        let mut answer: Value = serde_json::from_str(&body).ok()?;
        (status == 200).then(|| answer["data"].take())
    }

    /// Whether the server accepts the expression, or why not.
    pub(crate) fn parse(&mut self, expr: &str) -> Result<(), String> {
        let (status, body) = self.ask("POST", "/api/v1/parse_query", FORM, &form(expr)).unwrap();
        match status {
            200 => Ok(()),
            // Parsed, but a tree with NaN or Inf in a fill value cannot be written as JSON.
            500 if body.contains("unsupported value") => Ok(()),
            400 => {
                let answer: Value = serde_json::from_str(&body).unwrap();
                Err(answer["error"].as_str().unwrap_or_default().to_owned())
            }
            _ => panic!("the server answers {status}: {body}"),
        }
    }
}

fn form(expr: &str) -> Vec<u8> {
    let encoded: String = expr.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("query={encoded}").into_bytes()
}
