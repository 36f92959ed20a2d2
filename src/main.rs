//! The command line of the compiler.

use std::io::{self, Write};
use std::process::ExitCode;

use optiinfra_gen::commands::query;
use optiinfra_gen::promql::{self, Dialect};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["query", "--jsonl"] => query::jsonl(io::stdin().lock(), io::BufWriter::new(io::stdout().lock()), Dialect::Prometheus),
        ["query", expr] => {
            let parsed = promql::parse(expr, Dialect::Prometheus);
            io::stdout().lock().write_all(query::tree(&parsed.expr, expr).as_bytes())
        }
        _ => return ExitCode::from(2),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
