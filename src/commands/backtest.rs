//! `backtest`: what the alerts of a spec would have done.

use std::collections::BTreeSet;
use std::io;

use crate::backtest::{self, Backtest, Backtester, Failure, Outcome, Period, instant};
use crate::cli::verify::Servers;
use crate::cli::{self, BacktestFormat};
use crate::commands::servers::Connections;
use crate::commands::specs::{self, Readable};
use crate::commands::terminal::{Exit, Terminal};
use crate::diff::git;
use crate::load::suggest;
use crate::model::Model;
use crate::server::Kind;
use crate::server::prometheus::Prometheus;
use crate::spec::quantity::Duration;
use crate::world::World;

/// Evaluates the alerts of a spec over a time that has passed, and reports how often each fired. An alert that cannot be evaluated is a finding.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn backtest(args: &cli::Backtest, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let period = match period(args, world) {
        Ok(period) => period,
        Err((message, help)) => return terminal.fail(message, help),
    };
    let servers = Servers { prometheus: Some(args.prometheus.clone()), alertmanager: None, grafana: None };
    let connections = match Connections::open(&servers, &args.reach, world, terminal)? {
        Ok(connections) => connections,
        Err(exit) => return Ok(exit),
    };
    let Some(prometheus) = connections.server(Kind::Prometheus).map(Prometheus) else { return Ok(Exit::Unusable) };
    let env = args.env.as_deref();
    let now = match specs::read(&args.specs, env, world, terminal)? {
        Ok(Readable { model, .. }) => model,
        Err(exit) => return Ok(exit),
    };
    let base = match &args.base {
        None => None,
        Some(revision) => {
            let base = match git::read(world, &args.specs, revision) {
                Ok(base) => base,
                Err(error) => return terminal.fail(&error, error.help()),
            };
            match specs::read(&base.root, env, &base, terminal)? {
                Ok(Readable { model, .. }) => Some((revision, model)),
                Err(exit) => return Ok(exit),
            }
        }
    };
    let only: BTreeSet<String> = args.alert.iter().cloned().collect();
    if let Some((message, help)) = unknown(&only, [Some(&now), base.as_ref().map(|(_, model)| model)]) {
        return terminal.fail(message, &help);
    }
    let specs = args.specs.display().to_string();
    let mut tester = Backtester::new(&prometheus, period);
    let shown = terminal.progress;
    let err = &mut *terminal.err;
    let mut begins = |alert: &str| {
        if shown {
            // What cannot be written there is of no consequence.
            let _ = writeln!(err, "asking: {alert}");
        }
    };
    let side = tester.side(specs.clone(), &now, &only, &mut begins);
    let sides = side.and_then(|side| {
        let base = base.as_ref().map(|(revision, model)| tester.side(format!("{revision}:{specs}"), model, &only, &mut begins));
        Ok((side, base.transpose()?))
    });
    let (now, base) = match sides {
        Ok(sides) => sides,
        Err(Failure::Server { message, help }) => return terminal.fail(message, &help.unwrap_or_default()),
        Err(Failure::Question(message)) => return terminal.fail(message, ""),
    };
    let backtest = Backtest { period, base, now };
    match args.format {
        BacktestFormat::Human => write!(terminal.out, "{}", backtest::human(&backtest))?,
        BacktestFormat::Json => writeln!(terminal.out, "{:#}", backtest::json(&backtest))?,
    }
    let failed = backtest.now.alerts.iter().any(|alert| matches!(alert.outcome, Outcome::Failed(_)));
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}

fn period(args: &cli::Backtest, world: &dyn World) -> Result<Period, (String, &'static str)> {
    let range = Duration::parse(&args.range).map(|range| range.millis).filter(|millis| *millis > 0);
    let range = range.ok_or_else(|| (format!("`{}` is no length of time", args.range), "write it as 6h, 30d or 1h30m"))?;
    let end = match &args.end {
        Some(text) => instant::parse(text)
            .ok_or_else(|| (format!("`{text}` is no time"), "write 2026-01-31, 2026-01-31T06:30:00Z, or seconds since 1970"))?,
        None => {
            let seconds = world.seconds_since_1970().and_then(|seconds| i64::try_from(seconds).ok());
            let millis = seconds.and_then(|seconds| seconds.checked_mul(1000));
            millis.ok_or(("this machine does not know what time it is".to_owned(), "give --end"))?
        }
    };
    if range > end {
        return Err((format!("`{}` before the end is before 1970", args.range), "give a shorter --range"));
    }
    Ok(Period { start: end - range, end })
}

/// The first name that no alert has, with the way out.
fn unknown(only: &BTreeSet<String>, models: [Option<&Model>; 2]) -> Option<(String, String)> {
    let names: BTreeSet<&str> =
        models.into_iter().flatten().flat_map(|model| model.alerts.iter().map(|alert| alert.name.as_str())).collect();
    let wanted = only.iter().find(|name| !names.contains(name.as_str()))?;
    let near = suggest::nearest(wanted, names.iter().copied());
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| "name an alert of the spec".to_owned());
    Some((format!("there is no alert `{wanted}`"), help))
}
