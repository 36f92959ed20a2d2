//! A generator of one's own: services from a list, each with the same alert, checked and written by the compiler's pipeline.
//!
//! ```text
//! own-generator OUT            writes the files
//! own-generator OUT --typo     misspells a label, to show where the finding leads
//! ```

use std::path::Path;
use std::process::ExitCode;

use optiinfra_gen::diagnostic::{Diagnostic, Severity};
use optiinfra_gen::dsl::*;
use optiinfra_gen::emit::write::{self, Options};
use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::source::Sources;
use optiinfra_gen::world::OsWorld;

labels! {
    CODE = "code";
    STATUS = "status";
}

metrics! {
    /// What every service of ours exposes.
    struct Http {
        http_requests_total: Counter<Requests> = counter("Requests handled.").label(CODE, pattern("[1-5][0-9]{2}").up_to(15)),
    }
}

/// All services, with the port of each.
const SERVICES: [(&str, u16); 3] = [("checkout", 9001), ("payments", 9002), ("search", 9003)];

fn spec(failed: Label) -> Spec {
    let http = Http::new();
    let set = MetricSet::new("http", &http);
    let requests = &http.http_requests_total;
    let ratio = sum(rate(requests.like(failed, "5..").over(minutes(5)))).by(JOB) / sum(rate(requests.over(minutes(5)))).by(JOB);
    let team = Receiver::new("team", Way::slack("#shop", Secret::env("SLACK_WEBHOOK_URL")));

    let stack =
        Stack::new("shop", Servers::new("3.5", "0.28", "11.6")).grafana(Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD")));
    let mut spec = Spec::new(stack).with(set.clone());
    for (name, port) in SERVICES {
        spec = spec.with(Service::new(name, Language::Other, port).health("/healthz").uses(&set));
    }
    spec.with(Alert::new("RequestsFail", ratio.clone().above(percent(5)).severity(CRITICAL), "Requests fail").hold(minutes(5)))
        .with(Dashboard::new("http", "Requests", [Row::new("All", [Panel::timeseries("Failed", ratio).size(24, 8)])]))
        .with(Notifications::new(Route::to(&team).group_by([ALERTNAME, JOB]), [&team]))
}

/// `error[promql/unknown-label] src/main.rs:41:36: ...`
fn show(found: &Diagnostic, sources: &Sources) {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let place = found.span.map(|span| {
        let at = sources.position(span);
        format!(" {}:{}:{}", sources.get(span.source).name, at.line, at.column)
    });
    eprintln!("{severity}[{}]{}: {}", found.rule, place.unwrap_or_default(), found.message);
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(out) = arguments.next() else {
        eprintln!("usage: own-generator OUT [--typo]");
        return ExitCode::from(2);
    };
    let failed = if arguments.next().as_deref() == Some("--typo") { STATUS } else { CODE };
    match generate(&spec(failed), Path::new(&out)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Checks the spec and writes its files; whether it has no errors.
fn generate(spec: &Spec, out: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = spec.check(&OsWorld, root, &CheckOptions::default())?;
    checked.diagnostics.iter().for_each(|found| show(found, &checked.sources));
    let Some(model) = checked.model.as_ref().filter(|_| !checked.has_errors()) else { return Ok(false) };
    let (plan, more) = pipeline::plan(model, &checked.sources);
    more.iter().for_each(|found| show(found, &checked.sources));
    let files = pipeline::emit(&plan).map_err(|error| error.to_string())?;
    let outcome = write::write(&OsWorld, out, &files, &Options::default()).map_err(|error| error.to_string())?;
    println!("{}: {outcome}", out.display());
    Ok(true)
}
