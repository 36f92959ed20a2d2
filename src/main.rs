//! Parses the arguments, calls one command, maps its end to an exit code.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use optiinfra_gen::cli::{Cli, Command};
use optiinfra_gen::commands::terminal::{Exit, Terminal, human_options, shows_progress};
use optiinfra_gen::commands::{
    apply, backtest, backup, build, completions, convert, diff, drift, explain, fmt, graph, init, jsonnet, lint, prove, query,
    schema, simulate, verify,
};
use optiinfra_gen::jsonnet::child;
use optiinfra_gen::world::OsWorld;

/// The program makes and drops very many small values on several threads. Beside the allocator of glibc this one saves a quarter of the CPU time
/// and a tenth of the memory of linting 100,000 rules (`cargo bench --bench lint_rules`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A bug in this program.
const BUG: u8 = 70;

fn main() -> ExitCode {
    // No command for people: it stands in no help, no completion and no manual.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|argument| argument == child::COMMAND) && arguments.next().is_none() {
        return evaluate().into();
    }
    let cli = Cli::parse();
    match std::panic::catch_unwind(|| run(&cli)) {
        Ok(Ok(exit)) => exit.into(),
        // Whoever reads the output has had enough: `optiinfra-gen lint | head`.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean.into(),
        Ok(Err(error)) => {
            eprintln!("error: the report cannot be written: {error}");
            Exit::Unusable.into()
        }
        Err(_) => {
            eprintln!("error: this is a bug in optiinfra-gen; the message above says where");
            ExitCode::from(BUG)
        }
    }
}

/// Evaluates Jsonnet for the program that began this one.
fn evaluate() -> Exit {
    match child::serve(&OsWorld, io::stdin().lock(), io::stdout()) {
        Ok(()) => Exit::Clean,
        Err(error) => {
            eprintln!("error: the request cannot be answered: {error}");
            Exit::Unusable
        }
    }
}

fn run(cli: &Cli) -> io::Result<Exit> {
    let world = OsWorld;
    let mut out = BufWriter::new(io::stdout().lock());
    // Not locked: the progress bar is drawn from a thread of its own.
    let mut err = io::stderr();
    let human = human_options(&world);
    let mut terminal = Terminal { out: &mut out, err: &mut err, human, progress: shows_progress(&world) };
    let outside = match jsonnet::outside(cli.command.jsonnet(), &world, &mut terminal)? {
        Ok(outside) => outside,
        Err(exit) => return Ok(exit),
    };
    let world = outside;
    let exit = match &cli.command {
        Command::Build(args) => build::build(args, &world, &mut terminal),
        Command::Drift(args) => drift::drift(args, &world, &mut terminal),
        Command::Lint(args) => lint::lint(args, &world, &mut terminal),
        Command::Prove(args) => prove::prove(args, &world, &mut terminal),
        Command::Apply(args) => apply::apply(args, &world, &mut terminal),
        Command::Backup(args) => backup::backup(args, &world, &mut terminal),
        Command::Verify(args) => verify::verify(args, &world, &mut terminal),
        Command::Explain(args) => explain::explain(args, &world, &mut terminal),
        Command::Diff(args) => diff::diff(args, &world, &mut terminal),
        Command::Graph(args) => graph::graph(args, &world, &mut terminal),
        Command::Simulate(args) => simulate::simulate(args, &world, &mut terminal),
        Command::Fmt(args) => fmt::fmt(args, &world, io::stdin().lock(), &mut terminal),
        Command::Convert(args) => convert::convert(args, &world, &mut terminal),
        Command::Init(args) => init::init(args, &world, &mut terminal),
        Command::Schema(args) => schema::schema(args, &mut terminal),
        Command::Completions(args) => completions::completions(args, &mut terminal),
        Command::Man(args) => completions::man(args, &world, &mut terminal),
        Command::Backtest(args) => backtest::backtest(args, &world, &mut terminal),
        Command::Query(args) => query::query(args, &world, io::stdin().lock(), &mut terminal),
    }?;
    out.flush()?;
    Ok(exit)
}
