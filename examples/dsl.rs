//! OptiInfra's cost agent as a stack of its own: the spec of `examples/four-ways/yaml`, written in Rust.
//!
//! ```text
//! cargo run --example dsl -- /tmp/cost
//! ```

use std::env;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use optiinfra_gen::diagnostic::render::{Report, human};
use optiinfra_gen::dsl::*;
use optiinfra_gen::emit::write::{self, Options};
use optiinfra_gen::pipeline::{self, CheckOptions};
use optiinfra_gen::world::OsWorld;

units! {
    /// Moves of an instance to spot.
    pub Migrations = "migrations";
    /// Runs of an optimization.
    pub Executions = "executions";
}

labels! {
    ENDPOINT = "endpoint";
    METHOD = "method";
    STATUS = "status";
    NAME = "name";
    TYPE = "type";
    VERSION = "version";
    PROVIDER = "provider";
    OPTIMIZATION_TYPE = "optimization_type";
    OUTCOME = "outcome";
    ANALYSIS_TYPE = "analysis_type";
    CLOUD_SERVICE = "service";
    REGION = "region";
    OPERATION = "operation";
    ERROR_TYPE = "error_type";
    COMPONENT = "component";
}

metrics! {
    /// What the cost agent exposes.
    pub struct CostAgent {
        requests_total: Counter<Requests> = counter("HTTP requests handled.")
            .label(ENDPOINT, up_to(60))
            .label(METHOD, up_to(8))
            .label(STATUS, pattern("[1-5][0-9]{2}").up_to(15)),
        request_duration_seconds: Histogram<Seconds> =
            histogram("Time to answer an HTTP request.", [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
                .label(ENDPOINT, up_to(60))
                .label(METHOD, up_to(8)),
        service_info: Info = info("Which service this process is.")
            .label(NAME, up_to(4))
            .label(TYPE, up_to(4))
            .label(VERSION, up_to(5)),
        cost_savings_total: Counter<Usd> = counter("Money saved since the process started.")
            .label(PROVIDER, up_to(8))
            .label(OPTIMIZATION_TYPE, up_to(10)),
        spot_migration_attempts_total: Counter<Migrations> = counter("Attempts to move an instance to spot, by how they ended.")
            .label(OUTCOME, values(["success", "failure"])),
        reserved_instance_coverage: Gauge<Percent> = gauge("Share of the running instances that reservations cover.")
            .range(0, 100)
            .label(PROVIDER, up_to(8)),
        right_sizing_savings_potential: Gauge<Per<Usd, Months>> = gauge("Money that the right sizes would save in a month.")
            .label(PROVIDER, up_to(8)),
        cost_analysis_duration_seconds: Histogram<Seconds> =
            histogram("Time that a cost analysis took.", [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0])
                .label(ANALYSIS_TYPE, up_to(10)),
        optimization_executions_total: Counter<Executions> = counter("Optimizations that were run, by how they ended.")
            .label(TYPE, up_to(20))
            .label(OUTCOME, values(["success", "failure", "skipped"])),
        // The service `total` is the sum of the others.
        aws_total_monthly_cost_usd: Gauge<Usd> = gauge("Cost of an AWS service in this month.")
            .label(CLOUD_SERVICE, up_to(40).total("total"))
            .label(REGION, up_to(40)),
        aws_api_calls_total: Counter<Calls> = counter("Calls to the AWS API.")
            .label(CLOUD_SERVICE, up_to(40))
            .label(OPERATION, up_to(40)),
        aws_api_errors_total: Counter<Calls> = counter("Calls to the AWS API that failed.")
            .label(CLOUD_SERVICE, up_to(40))
            .label(ERROR_TYPE, up_to(15)),
    }
}

/// Expressions that alerts and panels share.
struct Queries {
    error_ratio: Query<Ratio>,
    latency: Query<Seconds>,
    failed_optimizations: Query<Executions>,
    cost_change: Query<Ratio>,
    cost_analysis_duration: Query<Seconds>,
    /// The parameter of the two that are quantiles.
    quantile: Param<Ratio>,
    savings_by_day: Recorded<Usd>,
}

impl Queries {
    fn new(agent: &CostAgent) -> Self {
        let by_job = |requests: Selector<kind::Counter, Requests>| sum(rate(requests.over(WINDOW))).by(JOB);
        let all = || by_job(Counter::<Requests>::known("requests_total"));
        let failed = by_job(agent.requests_total.like(STATUS, "5.."));
        let quantile = Param::new("quantile", 0.95);
        let monthly = || agent.aws_total_monthly_cost_usd.is(CLOUD_SERVICE, "total");
        let yesterday = sum(monthly().offset(days(1))).greater(number(0));
        let answered = sum(rate(agent.request_duration_seconds.buckets().over(WINDOW))).by([JOB, LE]);
        let analyzed = sum(rate(agent.cost_analysis_duration_seconds.buckets().over(WINDOW))).by([LE, ANALYSIS_TYPE]);
        let failures = agent.optimization_executions_total.is(OUTCOME, "failure");
        Self {
            error_ratio: Query::new("error_ratio", failed.or(all().zeroed()) / all())
                .help("Share of requests that the agent answered with a status of 5xx; 0, not nothing, where none failed.")
                .recorded("job:requests_errors:ratio_rate", [minutes(5)]),
            latency: Query::new("latency", histogram_quantile(&quantile, answered))
                .help("Time within which a share of requests is answered; 95 percent of them unless said.")
                .param(&quantile),
            failed_optimizations: Query::new("failed_optimizations", sum(increase(failures.over(WINDOW))).by([JOB, TYPE]))
                .help("Optimizations that failed, by kind."),
            cost_change: Query::new("cost_change", sum(monthly()) / yesterday - 1)
                .help("Change of the monthly cost at AWS since the day before, as a share.")
                .stating_unit(),
            cost_analysis_duration: Query::new("cost_analysis_duration", histogram_quantile(&quantile, analyzed))
                .help("Time within which a share of cost analyses ends.")
                .param(&quantile),
            quantile,
            savings_by_day: Recorded::new(
                "provider:cost_savings_usd:increase1d",
                sum(increase(agent.cost_savings_total.over(days(1)))).by(PROVIDER),
            )
            .help("Money saved within a day.")
            .interval(minutes(5)),
        }
    }
}

fn service(agent: &CostAgent) -> Service {
    Service::new("cost-agent", Language::Python, 8001)
        .help("Saves money with spot migrations, reserved instances and the right instance sizes.")
        .health("/api/v1/health")
        .scrape(scrape().job("cost-agent").path("/metrics").interval(seconds(15)).instances(["cost-agent:8001"]))
        .allow("metric/unit-not-in-name", "the names are those that the service has")
        .metrics(agent)
}

fn all_alerts(agent: &CostAgent, queries: &Queries) -> Vec<Alert> {
    let targets = up().is(JOB, "cost-agent");
    let coverage = avg(&agent.reserved_instance_coverage).by(PROVIDER);
    vec![
        Alert::new(
            "CostAgentDown",
            targets.clone().now().equal(number(0)).fires().severity(CRITICAL),
            "The cost agent does not answer",
        )
        .hold(minutes(1))
        .description("{{ $labels.job }} at {{ $labels.instance }} has not answered Prometheus for more than a minute.")
        .runbook(concat!(
            "1. `docker compose ps` and the agent's log: does it run, and since when?\n",
            "2. If it runs, fetch its /metrics from inside the network: a 404 means that the route is missing, and Prometheus reads that as down.\n",
        )),
        Alert::new(
            "CostAgentAbsent",
            absent(targets).fires().severity(CRITICAL),
            "Prometheus does not look for the cost agent",
        )
        .hold(minutes(5))
        .description("Prometheus has no target of the job {{ $labels.job }}."),
        Alert::new(
            "HighErrorRate",
            queries
                .error_ratio
                .over(minutes(5))
                .level(WARNING, above(percent(5)).hold(minutes(5)))
                .level(CRITICAL, above(percent(25)).hold(minutes(2))),
            "The cost agent fails too many requests",
        )
        .label(COMPONENT, "application")
        .description("{{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with a status of 5xx."),
        Alert::new(
            "HighLatency",
            queries.latency.over(minutes(5)).above(seconds(1)).severity(WARNING),
            "The cost agent answers slowly",
        )
        .hold(minutes(5))
        .label(COMPONENT, "performance")
        .description("95% of the requests to {{ $labels.job }} are answered within {{ $value | humanizeDuration }}."),
        Alert::new(
            "OptimizationsFail",
            queries.failed_optimizations.over(minutes(5)).above(quantity::<Executions>(3)).severity(WARNING),
            "The agent fails again and again",
        )
        .label(COMPONENT, "agent")
        .description("{{ $labels.job }} failed {{ $value | humanize }} optimizations of type {{ $labels.type }} within 5 minutes."),
        Alert::new(
            "CostAnomaly",
            queries.cost_change.outside(percent(-20), percent(20)).severity(WARNING),
            "The cost at AWS changed a lot within a day",
        )
        .hold(minutes(10))
        .label(COMPONENT, "cost")
        .description("The monthly cost changed by {{ $value | humanizePercentage }} since yesterday."),
        Alert::new(
            "ReservationsExpired",
            coverage.below(percent(40)).severity(WARNING),
            "Few instances are covered by reservations",
        )
        .hold(hours(1))
        .label(COMPONENT, "cost")
        .description("{{ $value | humanize }} percent of the instances at {{ $labels.provider }} are covered."),
    ]
}

fn dashboard(agent: &CostAgent, queries: &Queries) -> Dashboard {
    let provider = Variable::values_of("provider", &agent.cost_savings_total, PROVIDER).label("Provider").multi().include_all();
    let savings = || agent.cost_savings_total.like(PROVIDER, &provider);
    let attempts = &agent.spot_migration_attempts_total;
    let spot_success = sum(rate(attempts.is(OUTCOME, "success").over(hours(6)))) / sum(rate(attempts.over(hours(6))));
    let api_errors =
        sum(rate(agent.aws_api_errors_total.over(minutes(15)))) / sum(rate(agent.aws_api_calls_total.over(minutes(15))));
    let requests = sum(rate(agent.requests_total.over(RATE_INTERVAL))).by([JOB, INSTANCE]);
    let by_version = sum(requests.on([JOB, INSTANCE]).group_left(VERSION) * &agent.service_info).by(VERSION);
    let executions = sum(increase(agent.optimization_executions_total.over(hours(24)))).by([TYPE, OUTCOME]);

    let money = Row::new(
        "Savings",
        [
            Panel::bargauge("Total savings by provider", sum(increase(savings().over(RANGE))).by(PROVIDER))
                .id("by-provider")
                .size(8, 8),
            Panel::stat("Savings rate per hour", sum(rate(savings().over(hours(1)))) * 3600).id("per-hour").size(4, 8),
            Panel::timeseries("Savings by day", sum(queries.savings_by_day.series().like(PROVIDER, &provider)).by(PROVIDER))
                .id("by-day")
                .description("Money saved within the 24 hours before each point.")
                .stack()
                .size(12, 8),
            Panel::stat("Spot migration success ratio", spot_success).id("spot-success").size(6, 7),
            Panel::gauge(
                "Reserved instance coverage",
                avg(agent.reserved_instance_coverage.like(PROVIDER, &provider)).by(PROVIDER),
            )
            .id("ri-coverage")
            .size(6, 7),
            Panel::bargauge(
                "Right-sizing potential",
                sum(agent.right_sizing_savings_potential.like(PROVIDER, &provider)).by(PROVIDER),
            )
            .id("right-sizing-potential")
            .description("Money that the right sizes would save in a month.")
            .size(12, 7),
        ],
    );
    let median = |query: Use<Seconds>| query.with(&queries.quantile, 0.5);
    let analysis = || queries.cost_analysis_duration.over(minutes(15));
    let work = Row::new(
        "The agent at work",
        [
            Panel::timeseries("Error ratio", queries.error_ratio.over(minutes(5))).id("errors").size(8, 8),
            Panel::timeseries(
                "Latency P50/P95",
                [Target::new(median(queries.latency.used())).legend("P50"), Target::new(&queries.latency).legend("P95")],
            )
            .id("latency")
            .size(8, 8),
            Panel::timeseries(
                "Analysis duration P50/P95",
                [
                    Target::new(median(analysis())).legend("{{analysis_type}} P50"),
                    Target::new(analysis()).legend("{{analysis_type}} P95"),
                ],
            )
            .id("analysis-duration")
            .size(8, 8),
            Panel::timeseries("Requests by version", by_version).id("versions").size(8, 8),
            Panel::timeseries("Cloud API error ratio", api_errors).id("api-errors").unit("percentunit").size(8, 8),
            Panel::table("Optimizations", executions)
                .id("executions")
                .description("Of the last 24 hours, counted.")
                .column(Column::of(TYPE).title("Type"))
                .column(Column::of(OUTCOME).title("Outcome"))
                .column(Column::target("A").title("Executions"))
                .size(8, 8),
            Panel::timeseries("Change of monthly cost since yesterday", &queries.cost_change)
                .id("cost-change")
                .unit("percentunit")
                .size(24, 8),
        ],
    );
    Dashboard::new("cost-agent", "Cost Agent", [money, work])
        .description("What the cost agent finds and what that saves.")
        .refresh(minutes(1))
        .range(hours(24))
        .variable(&provider)
}

/// Every alert goes to Slack. What is critical also wakes somebody up.
fn notifications() -> Notifications {
    let slack = Receiver::new("slack", Way::slack("#optiinfra-alerts", Secret::env("SLACK_WEBHOOK_URL")));
    let on_call = Receiver::new("on-call", Way::pagerduty(Secret::env("PAGERDUTY_ROUTING_KEY")));
    let page = Route::to(&on_call).id("page").matching(alerts().is(SEVERITY, "critical")).repeat_interval(hours(1)).resume();
    let route = Route::to(&slack)
        .group_by([ALERTNAME, JOB])
        .group_wait(seconds(30))
        .group_interval(minutes(5))
        .repeat_interval(hours(4))
        .route(page)
        .route(Route::to(&slack).id("everything"));
    // An agent that is down has no error rate worth a message.
    let down = Inhibit::new(alerts().is(ALERTNAME, "CostAgentDown"), alerts().like(ALERTNAME, "HighErrorRate|HighLatency"), JOB);
    Notifications::new(route, [&slack, &on_call]).inhibit(down.id("down"))
}

/// The whole spec.
pub(crate) fn spec() -> Spec {
    let agent = CostAgent::new();
    let queries = Queries::new(&agent);
    let stack = Stack::new("cost", Servers::new("3.5", "0.28", "11.6"))
        .scrape_interval(seconds(15))
        .evaluation_interval(seconds(15))
        .retention(days(15))
        .external_label("cluster", "optiinfra")
        .external_label("environment", "development")
        .grafana(Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD")).admin_user("admin").folder("OptiInfra").home("cost-agent"))
        .compose(map().set("network", "optiinfra-network").set("base_services", ["cost-agent"]));
    Spec::new(stack)
        .with(service(&agent))
        .with([&queries.error_ratio, &queries.cost_change])
        .with([&queries.latency, &queries.cost_analysis_duration])
        .with(&queries.failed_optimizations)
        .with(&queries.savings_by_day)
        .with(all_alerts(&agent, &queries))
        .with(dashboard(&agent, &queries))
        .with(notifications())
}

fn main() -> ExitCode {
    let Some(out) = env::args_os().nth(1) else {
        eprintln!("usage: dsl FOLDER");
        return ExitCode::from(2);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = match spec().check(&OsWorld, root, &CheckOptions::default()) {
        Ok(checked) => checked,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let report = Report { diagnostics: &checked.diagnostics, sources: &checked.sources };
    let options = human::Options { colour: false, width: 100 };
    if let Err(error) = human::write(&report, options, &mut io::stdout()) {
        eprintln!("error: {error}");
        return ExitCode::from(2);
    }
    let Some(model) = checked.model.as_ref().filter(|_| !checked.has_errors()) else { return ExitCode::FAILURE };
    let (plan, _) = pipeline::plan(model, &checked.sources);
    let written = pipeline::emit(&plan).map_err(|error| error.to_string()).and_then(|files| {
        write::write(&OsWorld, Path::new(&out), &files, &Options::default()).map_err(|error| error.to_string())
    });
    match written {
        Ok(outcome) => {
            println!("{outcome}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
