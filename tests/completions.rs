//! Completion scripts and manual pages, run by the programs that they are for.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the tests start shells")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory as _;
use optiinfra_gen::cli::Cli;

const PROGRAM: &str = env!("CARGO_BIN_EXE_optiinfra-gen");

fn program(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

fn script(shell: &str) -> String {
    let output = program(&["completions", shell]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program over a text; `None` when the program is not installed, which is said aloud.
fn run(name: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let child = Command::new(name).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            let _ = std::io::stderr().write_all(format!("SKIPPED: {name} cannot be run: {error}\n").as_bytes());
            assert!(std::env::var("CI").as_deref() != Ok("true"), "skipped although CI=true: {name}");
            return None;
        }
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    Some(output)
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let ask = format!(
        "\nset -eu\ncomplete -p optiinfra-gen > /dev/null\nfunction=$(complete -p optiinfra-gen | sed -E 's/.*-F ([^ ]+) .*/\\1/')\n\
         COMP_WORDS=({})\nCOMP_CWORD={}\nset +eu\n\"$function\" optiinfra-gen \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        quoted.join(" "),
        words.len() - 1,
    );
    let output = run("bash", &["--norc", "--noprofile"], &(script("bash") + &ask)).unwrap_or_else(|| panic!("no bash"));
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    assert_eq!(offered(&["optiinfra-gen", "li"]), ["lint"]);
    let all = offered(&["optiinfra-gen", ""]);
    for command in Cli::command().get_subcommands() {
        assert!(all.iter().any(|word| word == command.get_name()), "{}: {all:?}", command.get_name());
    }
    assert_eq!(offered(&["optiinfra-gen", "lint", "--for"]), ["--format"]);
    assert_eq!(offered(&["optiinfra-gen", "lint", "--format", "sa"]), ["sarif"]);
    assert_eq!(offered(&["optiinfra-gen", "schema", "d"]), ["diagnostic"]);
    assert_eq!(offered(&["optiinfra-gen", "nonsense-"]), [""; 0]);
}

#[test]
fn other_shells_take_their_scripts() {
    for (shell, values) in [("zsh", true), ("fish", true), ("elvish", false), ("powershell", false)] {
        let script = script(shell);
        assert!(script.contains("optiinfra-gen") && script.contains("fail-on"), "{shell}");
        assert_eq!(script.contains("sarif"), values, "{shell} completes values or options alone");
    }
    if let Some(output) = run(&installed("zsh", "zsh"), &["-n"], &script("zsh")) {
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // Nothing installs fish, so where it is not there its script is looked at as a text alone.
    if Command::new("fish").arg("--version").output().is_ok() {
        let output = run("fish", &["--no-execute"], &script("fish")).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A page read by troff with all warnings on.
fn troff(page: &str) -> Option<Output> {
    let program = installed("troff", "groff");
    let mut arguments = vec!["-man", "-Tutf8", "-ww", "-z"];
    // An unpacked troff has its macros beside itself.
    let share = Path::new(&program).ancestors().nth(2).map(|folder| folder.join("share/current")).unwrap_or_default();
    let (macros, fonts) = (share.join("tmac").display().to_string(), share.join("font").display().to_string());
    if share.is_dir() {
        arguments.extend(["-M", &macros, "-F", &fonts]);
    }
    run(&program, &arguments, page)
}

/// The path of a program that scripts/tools.sh installs, or its name, to be found on the PATH.
fn installed(name: &str, folder: &str) -> String {
    let tools = std::env::var_os("OPTIINFRA_TOOLS_DIR").filter(|folder| !folder.is_empty());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(tools.unwrap_or_else(|| ".tools".into()));
    let path = path.join(folder).join("bin").join(name);
    if path.is_file() { path.to_str().unwrap().to_owned() } else { name.to_owned() }
}

#[test]
fn every_command_has_a_page_and_troff_reads_it_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    // Twice: the second run replaces what the first wrote.
    for _ in 0..2 {
        let output = program(&["man", "--out", pages.to_str().unwrap()]);
        assert!(output.status.success(), "{output:?}");
    }
    let mut names: Vec<_> =
        std::fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut expected = vec!["optiinfra-gen.1".to_owned()];
    let mut commands: Vec<_> =
        Cli::command().get_subcommands().map(|command| format!("optiinfra-gen-{}.1", command.get_name())).collect();
    commands.sort();
    expected.splice(0..0, commands);
    assert_eq!(names, expected);
    for name in names {
        let page = std::fs::read_to_string(pages.join(&name)).unwrap();
        let Some(output) = troff(&page) else { continue };
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn one_page_is_printed() {
    let output = program(&["man", "lint"]);
    assert!(output.status.success());
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains(".TH") && page.contains("fail\\-on"), "{page}");
    let broken = page.replacen(".SH SYNOPSIS", ".SYNOPSIS", 1);
    if let Some(output) = troff(&broken) {
        assert!(!output.stderr.is_empty(), "troff is to see a macro that does not exist");
    }
    let output = program(&["man", "nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: there is no command `nonsense`\n  help: `optiinfra-gen help` lists all commands\n"
    );
}
