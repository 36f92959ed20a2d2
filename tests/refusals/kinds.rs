//! The kind of a metric decides which functions it can have.
use optiinfra_gen::dsl::*;

fn main() {
    let requests = Counter::<Requests>::new("requests_total", "Requests.");
    let used = Gauge::<Bytes>::new("used_bytes", "In use.");
    let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
    let info = Info::new("service_info", "Which service this is.");

    let _ = rate(used.over(minutes(5)));
    let _ = increase(info.over(minutes(5)));
    let _ = rate(duration.over(minutes(5)));
    let _ = avg_over_time(requests.over(minutes(5)));
    let _ = sum(&requests);
    let _ = max(&duration);
    let _ = histogram_quantile(0.95, sum(&used).by(LE));
    let _ = histogram_quantile(0.95, sum(rate(requests.over(minutes(5)))).by(LE));
    let _ = avg(rate(duration.buckets().over(minutes(5))));
    let _ = requests.over(minutes(5)).by(JOB);
}
