//! Units are compared, added and divided only where that means something.
use optiinfra_gen::dsl::*;

fn main() {
    let latency = Gauge::<Seconds>::new("latency_seconds", "How long it takes.");
    let used = Gauge::<Bytes>::new("used_bytes", "In use.");
    let cost = Counter::<Usd>::new("cost_usd_total", "Cost.");
    let requests = Counter::<Requests>::new("requests_total", "Requests.");
    let targets = Query::new("latency", max(&latency).by(JOB));

    let _ = latency.above(percent(5));
    let _ = targets.over(minutes(5)).below(gibibytes(1));
    let _ = targets.used().level(WARNING, above(celsius(83)));
    let _ = latency.now().greater(usd(5));
    let _ = latency.above(5.0);
    let _ = latency.now() + used.now();
    let _ = latency.now() - rate(cost.over(minutes(5)));
    let _ = rate(cost.over(minutes(5))) / rate(requests.over(minutes(5)));
    let _ = latency.now() * used.now();
    let _ = latency.now().or(&used);
    let _: Vector<Ratio> = rate(requests.over(minutes(5)));
    let _ = requests.over(gibibytes(5));
}
