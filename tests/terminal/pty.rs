//! A real terminal: colour, width, the progress bar, the order of lines.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::{program, shop};

/// Runs a command on a terminal of so many columns, and gives its exit code and all that the terminal was sent.
fn on_terminal(mut command: Command, columns: u16) -> (Option<i32>, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let side = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    command.env("TERM", "xterm-256color");
    command.stdin(Stdio::null()).stdout(side.try_clone().unwrap()).stderr(side);
    let mut child = command.spawn().unwrap();
    // The command holds its side of the terminal open too; only the child may.
    drop(command);
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let mut terminal = File::from(terminal);
    // Reading fails when nobody has the other side open any more.
    while let Ok(count) = terminal.read(&mut buffer) {
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
    (child.wait().unwrap().code(), String::from_utf8_lossy(&bytes).into_owned())
}

/// The text that stays on the terminal: without colours, and without lines that were drawn over.
fn plain(text: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                // ESC [ parameters, and a letter that ends them.
                characters.by_ref().skip(1).find(char::is_ascii_alphabetic);
            }
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => result.truncate(result.rfind('\n').map_or(0, |end| end + 1)),
            other => result.push(other),
        }
    }
    result
}

/// Whether the text holds a sequence that sets a colour or a style, ESC [ numbers m.
fn is_coloured(text: &str) -> bool {
    text.split("\u{1b}[").skip(1).any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
}

fn broken() -> tempfile::TempDir {
    let folder = shop();
    let file = folder.path().join("specs/stack.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, text.replace("sum by (status) (rate(checkout_orders_total", "sum by (status) (rate(checkout_order_total"))
        .unwrap();
    folder
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let folder = broken();
    let lint = || {
        let mut command = program(folder.path());
        command.arg("lint");
        command
    };
    let (code, coloured) = on_terminal(lint(), 100);
    assert_eq!(code, Some(1));
    assert!(is_coloured(&coloured), "{coloured}");
    let mut without = lint();
    without.env("NO_COLOR", "1");
    let (_, uncoloured) = on_terminal(without, 100);
    assert!(!is_coloured(&uncoloured), "{uncoloured}");
    assert_eq!(plain(&coloured), plain(&uncoloured));
    let piped = lint().output().unwrap();
    assert!(!String::from_utf8_lossy(&piped.stdout).contains('\u{1b}'));
}

#[test]
fn the_summary_is_the_last_line_and_lines_fit() {
    let folder = broken();
    let mut command = program(folder.path());
    command.arg("lint");
    let (_, output) = on_terminal(command, 72);
    let text = plain(&output);
    let last = text.trim_end().lines().last().unwrap();
    assert!(last.contains("1 error"), "{text}");
    // Excerpts of the user's files keep their length; sentences are wrapped.
    let prose: Vec<&str> = text.lines().filter(|line| line.contains("help:") || line.contains('×')).collect();
    assert!(!prose.is_empty() && prose.iter().all(|line| line.chars().count() <= 72), "{text}");
}

#[test]
fn a_bar_shows_long_work_and_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let rules: String = (0..30_000)
        .map(|n| {
            format!("  - alert: A{n}\n    expr: sum by (job) (rate(requests_total{{code=\"{n}\"}}[5m])) > {n}\n    for: 5m\n")
        })
        .collect();
    fs::write(folder.path().join("rules.yml"), format!("groups:\n- name: g\n  rules:\n{rules}")).unwrap();
    let mut command = program(folder.path());
    command.args(["lint", "rules.yml", "--rule", "alert/missing-summary=off", "--timings"]);
    let (_, output) = on_terminal(command, 100);
    // A bar on its way, drawn again and again, and the line cleared at the end.
    let bars = output.matches("/6 ").count();
    assert!(bars >= 1, "no bar in {:?}", output.chars().take(500).collect::<String>());
    let (while_working, after) = output.rsplit_once("/6 ").unwrap();
    assert!(while_working.contains("\u{1b}["));
    assert!(after.contains("\u{1b}[2K"), "the bar stays: {:?}", after.chars().take(200).collect::<String>());
    assert!(plain(after).contains("timings: load "), "{}", plain(after));
}

#[test]
fn no_bar_where_nobody_looks() {
    let folder = shop();
    let run = program(folder.path()).args(["build", "--timings"]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(said.starts_with("timings: load ") && said.lines().count() == 1, "{said}");
}
