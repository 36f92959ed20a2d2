//! What a thing cannot do without is wanted by its constructor.
use optiinfra_gen::dsl::*;

fn main() {
    let spec = Spec::part();
    let panel = Panel::stat("Targets", sum(up()));
    let requests = Counter::<Requests>::new("requests_total", "Requests.");

    let _ = Alert::new("Down", up().equals(number(0)), "A target does not answer");
    let _ = Alert::new("Down", up().equals(number(0)).severity(CRITICAL));
    let _ = Route::to("team");
    let _ = Dashboard::new("targets", "Targets", [panel.clone()]);
    let _ = spec.clone().with(panel);
    let _ = spec.with(&requests);
    let _ = Panel::stat("Requests", &requests);
    let _ = Service::new("checkout", "go", 9000);
    let _ = sum(up()).by(JOB).by(INSTANCE);
    let _ = up().is("job", "checkout");
}
