//! `completions` and `man`: what a shell and a manual reader need, made from the arguments' types.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::cli::Cli;
use crate::cli::completions::{Completions, Man};
use crate::commands::place;
use crate::commands::terminal::{Exit, Terminal};
use crate::world::World;

/// Prints the completion script of a shell.
///
/// # Errors
///
/// Those of the writer.
pub fn completions(args: &Completions, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, &name, &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete 4.6.11 calls a program with a hyphen by two names in the script for bash, so that no option is ever found.
    let script = script.replace(&name.replace('-', "__subcmd__"), &name.replace('-', "__"));
    terminal.out.write_all(script.as_bytes())?;
    Ok(Exit::Clean)
}

/// Prints a manual page, or writes all of them.
///
/// # Errors
///
/// Those of the writer.
pub fn man(args: &Man, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let pages = pages()?;
    if let Some(dir) = &args.out {
        return match write(world, dir, &pages) {
            Ok(()) => {
                writeln!(terminal.out, "wrote {} pages into {}", pages.len(), dir.display())?;
                Ok(Exit::Clean)
            }
            Err(error) => terminal.fail(format!("the pages cannot be written into `{}`: {error}", dir.display()), ""),
        };
    }
    let name = match &args.command {
        Some(command) => format!("{}-{command}.1", env!("CARGO_PKG_NAME")),
        None => format!("{}.1", env!("CARGO_PKG_NAME")),
    };
    match pages.iter().find(|page| page.name == name) {
        Some(page) => {
            terminal.out.write_all(&page.text)?;
            Ok(Exit::Clean)
        }
        None => {
            let command = args.command.as_deref().unwrap_or_default();
            terminal.fail(format!("there is no command `{command}`"), "`optiinfra-gen help` lists all commands")
        }
    }
}

/// One manual page.
struct Page {
    /// The name of its file: `optiinfra-gen-lint.1`.
    name: String,
    text: Vec<u8>,
}

/// The page of the program and one of each command, below it too.
fn pages() -> io::Result<Vec<Page>> {
    let mut program = Cli::command().disable_help_subcommand(true);
    // Gives every command its full name.
    program.build();
    let mut pages = Vec::new();
    let mut commands = vec![&program];
    while let Some(command) = commands.pop() {
        pages.push(page(command.clone())?);
        commands.extend(command.get_subcommands().filter(|command| !command.is_hide_set()));
    }
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pages)
}

fn page(command: Command) -> io::Result<Page> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let source = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let man = clap_mangen::Man::new(command).title(&name).source(source);
    let mut text = Vec::new();
    man.render(&mut text)?;
    Ok(Page { name: man.get_filename(), text })
}

fn write(world: &dyn World, dir: &Path, pages: &[Page]) -> io::Result<()> {
    place::make_folders(world, dir)?;
    for page in pages {
        place::put(world, &dir.join(&page.name), &page.text)?;
    }
    world.sync_dir(dir)
}
