//! The simulation on loopback: a port for each target, and one to steer it.
//!
//! Many targets on one port under several paths would not be like real ones: Prometheus would see one address, and a target could not go away.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::load::suggest;
use crate::simulate::exposition::Format;
use crate::simulate::history::History;
use crate::simulate::{Simulation, prometheus};

/// How many files are open beside the sockets of targets.
const FILES_BESIDE: u64 = 64;

/// The time, in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The running simulation; dropping it ends it.
pub struct Server {
    runtime: Option<tokio::runtime::Runtime>,
    shared: Arc<Shared>,
}

struct Shared {
    simulation: Simulation,
    history: Mutex<History>,
    clock: Clock,
    control: SocketAddr,
    /// Where each target is.
    addresses: Vec<SocketAddr>,
}

impl Shared {
    fn history(&self) -> MutexGuard<'_, History> {
        // A panic of another request leaves nothing half done in it.
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that cannot be had.
#[derive(Debug)]
pub struct Taken {
    /// The port; 0 for any.
    pub port: u16,
    /// Why.
    pub error: io::Error,
}

impl Server {
    /// Listens on loopback: from `port_base` on, the control port first, or on ports that are free.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub fn start(simulation: Simulation, history: History, clock: Clock, port_base: Option<u16>) -> Result<Self, Taken> {
        let mut next = port_base;
        let mut listen = || {
            let port = next.unwrap_or(0);
            if let Some(port) = &mut next {
                *port = port.checked_add(1).unwrap_or(u16::MAX);
            }
            let taken = |error| Taken { port, error };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
            listener.set_nonblocking(true).map_err(taken)?;
            let address = listener.local_addr().map_err(taken)?;
            Ok((listener, address))
        };
        let addresses: std::collections::BTreeSet<&str> =
            simulation.targets.iter().map(|target| target.address.as_str()).collect();
        // A socket that listens and one that is spoken to, for each.
        allow_files(u64::try_from(addresses.len()).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(FILES_BESIDE));
        let (control_listener, control) = listen()?;
        // What is asked at one address is answered at one port, under several paths.
        let mut by_address: BTreeMap<&str, (TcpListener, SocketAddr, Vec<usize>)> = BTreeMap::new();
        let mut addresses = Vec::new();
        for (place, target) in simulation.targets.iter().enumerate() {
            if !by_address.contains_key(target.address.as_str()) {
                let (listener, address) = listen()?;
                by_address.insert(&target.address, (listener, address, Vec::new()));
            }
            if let Some((_, address, places)) = by_address.get_mut(target.address.as_str()) {
                addresses.push(*address);
                places.push(place);
            }
        }
        let listeners: Vec<(TcpListener, Vec<usize>)> =
            by_address.into_values().map(|(listener, _, places)| (listener, places)).collect();
        let shared = Arc::new(Shared { simulation, history: Mutex::new(history), clock, control, addresses });

        let failed = |error| Taken { port: 0, error };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(failed)?;
        let guard = runtime.enter();
        serve(control_listener, steering(shared.clone())).map_err(failed)?;
        for (listener, places) in listeners {
            let router = Router::new().fallback(scrape).with_state(Arc::new(Port { shared: shared.clone(), places }));
            serve(listener, router).map_err(failed)?;
        }
        drop(guard);
        Ok(Self { runtime: Some(runtime), shared })
    }

    /// The address of the control port.
    pub fn control(&self) -> SocketAddr {
        self.shared.control
    }

    /// Where a target is, by its place in the simulation's list.
    pub fn address(&self, target: usize) -> Option<SocketAddr> {
        self.shared.addresses.get(target).copied()
    }

    /// What is simulated.
    pub fn simulation(&self) -> &Simulation {
        &self.shared.simulation
    }

    /// What has happened up to now.
    pub fn history(&self) -> History {
        self.shared.history().clone()
    }

    /// Waits until somebody presses Ctrl-C, then ends.
    ///
    /// # Errors
    ///
    /// When the operating system does not tell of the key.
    pub fn until_interrupted(mut self) -> io::Result<()> {
        match self.runtime.take() {
            Some(runtime) => {
                let result = runtime.block_on(tokio::signal::ctrl_c());
                runtime.shutdown_background();
                result
            }
            None => Ok(()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Asks the operating system for as many open files, where it admits them; where it does not, opening one fails later with its reason.
fn allow_files(wanted: u64) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        let most = now.maximum.map_or(wanted, |maximum| maximum.min(wanted));
        if now.current.is_some_and(|current| current < most) {
            // The limit that was there goes on holding when this is refused.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: now.maximum });
        }
    }
    #[cfg(not(unix))]
    let _ = wanted;
}

fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

/// The targets that answer at one port.
struct Port {
    shared: Arc<Shared>,
    places: Vec<usize>,
}

async fn scrape(
    State(port): State<Arc<Port>>,
    Query(parameters): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let Port { shared, places } = &*port;
    let parameter = |name: &str| parameters.get(name).map_or("", String::as_str);
    let asked = places.iter().filter_map(|place| shared.simulation.targets.get(*place)).find(|target| {
        let probe = target.probe.as_ref();
        target.path == uri.path()
            && probe.is_none_or(|(module, target)| parameter("module") == module && parameter("target") == target)
    });
    let Some(target) = asked else {
        return (StatusCode::NOT_FOUND, "no metrics here\n").into_response();
    };
    let now = (shared.clock)();
    let history = shared.history().clone();
    if !target.is_up(&history, now) {
        return (StatusCode::SERVICE_UNAVAILABLE, "down, as a scenario says\n").into_response();
    }
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let format = Format::accepted(accept);
    ([(header::CONTENT_TYPE, format.content_type())], target.expose(&history, now, format)).into_response()
}

/// The control port.
fn steering(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/scenarios", get(list))
        .route("/scenarios/{name}", post(begin).delete(end))
        .route("/targets", get(all_targets))
        .route("/targets/{job}", get(targets))
        .with_state(shared)
}

async fn list(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let now = (shared.clock)();
    let history = shared.history();
    let scenarios = shared.simulation.scenarios.iter().enumerate();
    Json(Value::Array(
        scenarios
            .map(|(place, scenario)| {
                json!({
                    "name": scenario.name,
                    "help": scenario.help,
                    "active": history.holds(place, now),
                    "fires": scenario.fires,
                })
            })
            .collect(),
    ))
}

async fn begin(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    steer(&shared, &name, |history, place, now| history.begin(place, now))
}

async fn end(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    steer(&shared, &name, |history, place, now| {
        history.end(place, now);
    })
}

fn steer(shared: &Shared, name: &str, change: impl FnOnce(&mut History, usize, f64)) -> Response {
    match shared.simulation.scenario(name) {
        Some(place) => {
            let now = (shared.clock)();
            let mut history = shared.history();
            change(&mut history, place, now);
            Json(json!({"name": name, "active": history.holds(place, now)})).into_response()
        }
        None => {
            let known = shared.simulation.scenarios.iter().map(|scenario| scenario.name.as_str());
            let near = suggest::nearest(name, known);
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "GET /scenarios lists them".to_owned());
            (StatusCode::NOT_FOUND, Json(json!({"error": format!("there is no scenario `{name}`"), "help": help})))
                .into_response()
        }
    }
}

async fn targets(State(shared): State<Arc<Shared>>, Path(job): Path<String>) -> Json<Value> {
    let history = shared.history().clone();
    let address = |place: usize| shared.addresses.get(place).map(ToString::to_string);
    Json(prometheus::targets(&shared.simulation, &job, &history, (shared.clock)(), &address))
}

async fn all_targets(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let pairs = shared.simulation.targets.iter().zip(&shared.addresses);
    Json(Value::Array(
        pairs
            .map(|(target, address)| {
                json!({"job": target.job, "instance": target.instance(), "address": address.to_string(), "path": target.path})
            })
            .collect(),
    ))
}
