//! The servers that a command was given: their addresses, what they are shown, and the way to them.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::cli::reach::Reach;
use crate::cli::verify::Servers;
use crate::commands::terminal::{Exit, Terminal};
use crate::server::address::Address;
use crate::server::client::Client;
use crate::server::credentials::Credentials;
use crate::server::{Kind, Server};
use crate::spec::quantity;
use crate::world::World;

/// The variable with the path of a file of certificate authorities.
const AUTHORITIES: &str = "OPTIINFRA_CA_FILE";
/// How long an answer may take where nothing else is said.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Servers that can be asked.
pub(super) struct Connections {
    client: Client,
    list: Vec<(Kind, Address, Credentials)>,
}

impl Connections {
    /// Looks at the addresses and the environment; nothing is sent. `Err` ends the command.
    pub(super) fn open(
        args: &Servers,
        reach: &Reach,
        world: &dyn World,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Result<Self, Exit>> {
        let mut list = Vec::new();
        let given =
            [(Kind::Prometheus, &args.prometheus), (Kind::Alertmanager, &args.alertmanager), (Kind::Grafana, &args.grafana)];
        for (kind, text) in given {
            let Some(text) = text else { continue };
            let address = match Address::parse(kind, text) {
                Ok(address) => address,
                Err(error) => return terminal.fail(&error.message, &error.help).map(Err),
            };
            match Credentials::of(kind, world) {
                Ok(credentials) => list.push((kind, address, credentials)),
                Err(message) => return terminal.fail(message, &kind.variables()).map(Err),
            }
        }
        let within = match reach.timeout.as_deref().map(|text| (text, quantity::Duration::parse(text))) {
            None => ANSWER_WITHIN,
            Some((_, Some(found))) if found.millis > 0 => Duration::from_millis(found.millis.unsigned_abs()),
            Some((text, _)) => {
                let message = format!("`{text}` is not a duration");
                return terminal.fail(message, "write whole numbers with their units: 30s, 2m").map(Err);
            }
        };
        match client(reach, within, world) {
            Ok(client) => Ok(Ok(Self { client, list })),
            Err(message) => terminal.fail(message, "name a file with certificates in PEM form").map(Err),
        }
    }

    /// The servers, in a fixed order.
    pub(super) fn servers(&self) -> Vec<Server<'_>> {
        let server = |(kind, address, credentials)| Server { kind, address, credentials, http: &self.client };
        self.list.iter().map(|(kind, address, credentials)| server((*kind, address, credentials))).collect()
    }

    /// The server of a kind, if it was given.
    pub(super) fn server(&self, kind: Kind) -> Option<Server<'_>> {
        self.servers().into_iter().find(|server| server.kind == kind)
    }
}

fn client(reach: &Reach, within: Duration, world: &dyn World) -> Result<Client, String> {
    let variable = world.env(AUTHORITIES).filter(|path| !path.is_empty());
    let (from, path) = match (&reach.ca_file, &variable) {
        (Some(path), _) => ("--ca-file", path.as_path()),
        (None, Some(path)) => (AUTHORITIES, Path::new(path)),
        (None, None) => return Client::new(None, within),
    };
    let shown = path.display();
    let pem = world.read(path).map_err(|error| format!("{from}: `{shown}` cannot be read: {error}"))?;
    Client::new(Some(&pem), within).map_err(|error| format!("{from}: `{shown}` does not help: {error}"))
}
