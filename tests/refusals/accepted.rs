//! What compiles: the harness takes the library with which it does.
use optiinfra_gen::dsl::*;

fn main() {
    let requests = Counter::<Requests>::new("requests_total", "Requests.");
    let per_second: Vector<Per<Requests, Seconds>> = rate(requests.over(minutes(5)));
    let _ = Alert::new("Busy", per_second.above(number(100)).severity(WARNING), "There are many requests");
}
