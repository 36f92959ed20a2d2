//! `simulate`: the stack's targets, made up, on loopback.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::cli::Format;
use crate::cli::simulate::Simulate;
use crate::commands::terminal::{Exit, Terminal};
use crate::emit::yaml::HEADER;
use crate::load::suggest;
use crate::pipeline::{self, CheckOptions, Checked};
use crate::simulate::prometheus::{Changes, turned};
use crate::simulate::server::{Server, Taken};
use crate::simulate::{Options, Simulation};
use crate::spec::quantity::Duration;
use crate::world::World;

/// Serves /metrics for everything that the spec has scraped, until somebody presses Ctrl-C.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn simulate(args: &Simulate, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let options = CheckOptions { environment: args.env.as_deref(), ..CheckOptions::default() };
    let checked = match pipeline::check(world, &args.specs, &options) {
        Ok(checked) => checked,
        Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen simulate FOLDER"),
    };
    let model = match &checked.model {
        Some(model) if !checked.has_errors() => model,
        _ => {
            terminal.report(&checked.diagnostics, &checked.sources, Format::Human)?;
            return Ok(Exit::Findings);
        }
    };
    if let Some(text) = args.scrape_interval.as_deref().filter(|text| Duration::parse(text).is_none_or(|found| found.millis == 0))
    {
        return terminal.fail(format!("`{text}` is not a duration"), "write whole numbers with their units: 1s, 500ms");
    }
    let Some(now) = world.since_1970() else { return terminal.fail("this machine has no clock", "") };
    let simulation = Simulation::new(model, Options { seed: args.seed, instances: usize::from(args.instances) });
    let mut history = simulation.history(now.as_secs_f64());
    for name in &args.scenario {
        let Some(place) = simulation.scenario(name) else {
            let near = suggest::nearest(name, simulation.scenarios.iter().map(|scenario| scenario.name.as_str()));
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `scenarios:`".to_owned());
            return terminal.fail(format!("there is no scenario `{name}`"), &help);
        };
        history.begin(place, now.as_secs_f64());
    }
    if simulation.targets.is_empty() {
        return terminal.fail("nothing in the spec is scraped", "give a service a port and metrics");
    }
    let started = Instant::now();
    let clock = Arc::new(move || (now + started.elapsed()).as_secs_f64());
    let server = match Server::start(simulation, history, clock, args.port_base) {
        Ok(server) => server,
        Err(Taken { port: 0, error }) => {
            let help = "each target needs a port and a connection: fewer --instances, or more open files (`ulimit -n`)";
            return terminal.fail(format!("no port can be had: {error}"), help);
        }
        Err(Taken { port, error }) => {
            return terminal.fail(format!("port {port} cannot be had: {error}"), "choose another with --port-base");
        }
    };
    if let Some(path) = &args.prometheus_config
        && let Err(error) = write_config(args, path, &checked, &server, world)
    {
        return terminal.fail(format!("{}: {error}", path.display()), "");
    }
    announce(args, &server, terminal)?;
    server.until_interrupted()?;
    Ok(Exit::Clean)
}

/// Says where everything is.
fn announce(args: &Simulate, server: &Server, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let mut series = 0;
    for (place, target) in server.simulation().targets.iter().enumerate() {
        series += target.series();
        if let Some(address) = server.address(place) {
            writeln!(terminal.out, "http://{address}{}  {}  {}", target.path, target.job, target.instance())?;
        }
    }
    writeln!(terminal.out, "{} targets, about {series} series", server.simulation().targets.len())?;
    writeln!(terminal.out, "control: http://{}/scenarios", server.control())?;
    if let Some(path) = &args.prometheus_config {
        writeln!(terminal.out, "wrote {}", path.display())?;
    }
    writeln!(terminal.out, "Ctrl-C ends it")?;
    terminal.out.flush()
}

fn write_config(args: &Simulate, path: &Path, checked: &Checked, server: &Server, world: &dyn World) -> io::Result<()> {
    let Some(model) = &checked.model else { return Ok(()) };
    let (plan, _) = pipeline::plan(model, &checked.sources);
    let rules = world.canonicalize(&args.out.join("prometheus")).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("the rule files in {} are not there, `build` writes them: {error}", args.out.display()),
        )
    })?;
    let changes = Changes {
        control: server.control().to_string(),
        rules: format!("{}/", rules.display()),
        scrape_interval: args.scrape_interval.clone(),
        alertmanager: args.alertmanager.clone(),
    };
    let bytes = crate::emit::prometheus::config(&turned(&plan.prometheus, server.simulation(), &changes));
    // What somebody else wrote stays.
    match world.read(path) {
        Ok(found) if !found.starts_with(HEADER.as_bytes()) => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there, and this program did not write it"));
        }
        Ok(_) => world.remove_file(path)?,
        Err(_) => {}
    }
    world.write_new(path, &bytes, None)
}
