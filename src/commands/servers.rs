//! The servers that a command was given: their addresses, what they are shown, and the way to them.

use std::io;
use std::path::Path;

use crate::cli::verify::Servers;
use crate::commands::terminal::{Exit, Terminal};
use crate::server::address::Address;
use crate::server::client::Client;
use crate::server::credentials::Credentials;
use crate::server::{Kind, Server};
use crate::world::World;

/// The variable with the path of a file of certificate authorities.
const AUTHORITIES: &str = "OPTIINFRA_CA_FILE";

/// Servers that can be asked.
pub(super) struct Connections {
    client: Client,
    list: Vec<(Kind, Address, Credentials)>,
}

impl Connections {
    /// Looks at the addresses and the environment; nothing is sent. `Err` ends the command.
    pub(super) fn open(args: &Servers, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Result<Self, Exit>> {
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
        match client(world) {
            Ok(client) => Ok(Ok(Self { client, list })),
            Err(message) => terminal.fail(message, "name a file with certificates in PEM form, or unset it").map(Err),
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

fn client(world: &dyn World) -> Result<Client, String> {
    let Some(path) = world.env(AUTHORITIES).filter(|path| !path.is_empty()) else { return Client::new(None) };
    let shown = path.to_string_lossy().into_owned();
    let pem = world.read(Path::new(&path)).map_err(|error| format!("{AUTHORITIES}: `{shown}` cannot be read: {error}"))?;
    Client::new(Some(&pem)).map_err(|error| format!("{AUTHORITIES}: `{shown}` does not help: {error}"))
}
