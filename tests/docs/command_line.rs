//! The reference of the command line, made from the types of its arguments.

use clap::{Arg, Command, CommandFactory as _};
use optiinfra_gen::cli::Cli;

/// The page.
pub(crate) fn page() -> String {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut out = String::from("# Command line\n\n");
    out.push_str(&format!("{}\n\n", sentence(&text(program.get_about()))));
    out.push_str(&format!("{}\n\n", sentence(&text(program.get_after_help()))));
    out.push_str(
        "Findings go to standard output, progress and errors of the program to standard error. There is colour on a terminal only, and\n\
         none with `NO_COLOR` set. `optiinfra-gen help COMMAND` says what this page says.\n\n| command | |\n|---|---|\n",
    );
    for command in visible(&program) {
        out.push_str(&format!("| [{0}](#{0}) | {1} |\n", command.get_name(), sentence(&text(command.get_about()))));
    }
    for command in visible(&program) {
        describe(command, 2, &mut out);
    }
    out
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn describe(command: &Command, level: usize, out: &mut String) {
    let about = command.get_long_about().or_else(|| command.get_about());
    out.push_str(&format!("\n{} {}\n\n{}\n\n", "#".repeat(level), command.get_name(), sentence(&text(about))));
    let usage = command.clone().render_usage().to_string();
    let usage: Vec<_> = usage.lines().map(|line| line.trim_start_matches("Usage:").trim()).collect();
    out.push_str(&format!("```text\n{}\n```\n", usage.join("\n")));
    let arguments: Vec<_> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version"))
        .collect();
    if !arguments.is_empty() {
        out.push_str("\n| argument | meaning | default |\n|---|---|---|\n");
        for argument in arguments {
            row(argument, out);
        }
    }
    for below in visible(command) {
        describe(below, level + 1, out);
    }
}

fn row(argument: &Arg, out: &mut String) {
    let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default();
    let takes = argument.get_action().takes_values();
    let name = match (argument.get_long(), takes) {
        (Some(long), true) => format!("--{long} {value}"),
        (Some(long), false) => format!("--{long}"),
        (None, _) => value,
    };
    let name = match argument.get_short() {
        Some(short) => format!("-{short}, {name}"),
        None => name,
    };
    let many = if matches!(argument.get_action(), clap::ArgAction::Append) { " Can be given more than once." } else { "" };
    let mut meaning = sentence(&text(argument.get_long_help().or_else(|| argument.get_help())));
    meaning.push_str(many);
    let words: Vec<_> = argument.get_possible_values().into_iter().filter(|word| takes && !word.is_hide_set()).collect();
    if !words.is_empty() {
        let words: Vec<_> = words
            .iter()
            .map(|word| match text(word.get_help()).trim_end_matches('.') {
                "" => format!("`{}`", word.get_name()),
                help => format!("`{}`: {help}", word.get_name()),
            })
            .collect();
        meaning.push_str(&format!("<br>{}", words.join("<br>")));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = match (takes, argument.is_required_set(), defaults.is_empty()) {
        (true, true, _) => "required".to_owned(),
        (true, _, false) => format!("`{}`", defaults.join(" ")),
        _ => String::new(),
    };
    out.push_str(&format!("| `{name}` | {} | {default} |\n", meaning.replace('|', "\\|").replace('\n', " ")));
}

fn text(styled: Option<&clap::builder::StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}
