//! `prove`: show that each alert fires when it should, is silent when it should, and who is told.

use std::io;
use std::path::Path;

use crate::cli::{Format, prove as cli};
use crate::commands::compile::show;
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::model::Model;
use crate::pipeline::{self, CheckOptions, Checked};
use crate::prove::run::tool;
use crate::prove::trial::{Programs, Report, SCORE, Trial};
use crate::prove::{self, table};
use crate::world::World;

/// Proves the alerts of a spec.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn prove(args: &cli::Prove, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let lint = match settings::read(world, &args.report, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(exit),
    };
    let checked = match pipeline::check(world, &args.specs, &CheckOptions { environment: args.env.as_deref(), lint }) {
        Ok(checked) => checked,
        Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen prove FOLDER"),
    };
    let Some(model) = &checked.model else {
        terminal.report(&checked.diagnostics, &checked.sources, args.report.format)?;
        return Ok(Exit::Unusable);
    };
    if model.settings.grafana_alerting {
        return terminal.fail(
            "Grafana evaluates the alerts of this stack, and it has no unit tests",
            "`notifications: {via: alertmanager}` lets Prometheus evaluate them",
        );
    }
    let programs = match programs(args, world, model) {
        Ok(programs) => programs,
        Err(message) => {
            return terminal.fail(
                message,
                "install Prometheus' and Alertmanager's tools, set OPTIINFRA_TOOLS_DIR, or name them: --promtool PROGRAM --amtool PROGRAM",
            );
        }
    };
    let dir = match world.temporary_dir() {
        Ok(dir) => dir,
        Err(error) => return terminal.fail(format!("no temporary folder can be made: {error}"), ""),
    };
    let tried = attempt(args, world, &checked, model, &programs, &dir);
    let removed = world.remove_temporary(&dir);
    let report = match tried {
        Ok(report) => report,
        Err(error) => return terminal.fail(format!("the tests cannot be run: {error}"), ""),
    };
    if let Err(error) = removed {
        writeln!(terminal.err, "warning: `{}` cannot be removed: {error}", dir.display())?;
    }
    conclude(args, &checked, report, terminal)
}

fn programs(args: &cli::Prove, world: &dyn World, model: &Model) -> Result<Programs, String> {
    let new = crate::resolve::catalog::version(&model.settings.versions.prometheus).is_none_or(|version| version.0 >= 3);
    let folders: &[&str] = if new { &["prometheus-3", "prometheus-2.42"] } else { &["prometheus-2.42", "prometheus-3"] };
    let promtool = tool::find(world, "promtool", args.promtool.as_deref(), folders)?;
    let amtool = if model.settings.alertmanager {
        Some(tool::find(world, "amtool", args.amtool.as_deref(), &["alertmanager-current", "alertmanager-0.25"])?)
    } else {
        None
    };
    Ok(Programs { promtool, amtool })
}

fn attempt(
    args: &cli::Prove,
    world: &dyn World,
    checked: &Checked,
    model: &Model,
    programs: &Programs,
    dir: &Path,
) -> io::Result<Report> {
    let (plan, _) = pipeline::plan(model, &checked.sources);
    // Without Alertmanager's configuration there is nobody to be told; everything else can still be shown.
    let files = pipeline::emit(&plan).ok();
    let trial = Trial { world, programs, model, plan: &plan, dir };
    trial.run(model.proofs(), files.as_ref(), &checked.diagnostics, args.mutate)
}

fn conclude(args: &cli::Prove, checked: &Checked, report: Report, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Report { lines, diagnostics, score } = report;
    // What is only a warning to `lint` is an error here, so it is not said twice.
    let mut found: Vec<Diagnostic> = diagnostics;
    found.extend(checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).cloned());
    let too_low = score.as_ref().filter(|score| score.percent() < args.least_score);
    if let Some(score) = too_low {
        let message = format!("the tests notice {:.1} % of the changes, less than {} %", score.percent(), args.least_score);
        found.push(Diagnostic::without_place(SCORE, message));
    }
    diagnostic::sort(&mut found);
    match args.report.format {
        Format::Human => {
            table::write(&lines, terminal.out)?;
            for line in lines.iter().filter(|line| !line.is_proved()) {
                writeln!(
                    terminal.out,
                    "  {}: {}",
                    line.alert,
                    line.reason.as_deref().unwrap_or("it does not do what it should")
                )?;
            }
            if let Some(score) = &score {
                table::write_score(score, terminal.out)?;
            }
            if !found.is_empty() {
                writeln!(terminal.out)?;
            }
            show(&found, &checked.sources, &args.report, terminal)?;
        }
        Format::Json => {
            let mut bytes = Vec::new();
            let as_json = crate::diagnostic::render::Report { diagnostics: &found, sources: &checked.sources };
            crate::diagnostic::render::json::write(&as_json, &mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            let open = text.trim_end().strip_suffix('}').unwrap_or(&text);
            write!(terminal.out, "{open},\"alerts\":{}", serde_json::to_string(&lines)?)?;
            if let Some(score) = &score {
                write!(terminal.out, ",\"mutation\":{}", serde_json::to_string(score)?)?;
            }
            writeln!(terminal.out, "}}")?;
        }
        Format::Sarif | Format::Github => terminal.report(&found, &checked.sources, args.report.format)?,
    }
    let unproved = lines.iter().any(|line| !prove::table::Line::is_proved(line));
    Ok(if unproved { Exit::Findings } else { verdict(&found, &args.report) })
}
