//! amtool over the routes and receivers, and a real Alertmanager that starts with them.

use crate::scratch::Scratch;
use crate::server::Server;
use crate::tool::{ALERTMANAGER, AMTOOLS, root, run, skip};
use crate::tree::{named, own, trees};
use std::process::Command;

const CONFIG: &str = "alertmanager/alertmanager.yml";

#[test]
fn amtool_accepts_the_configuration() {
    for amtool in AMTOOLS {
        let Some(program) = amtool.find() else { continue };
        for tree in trees() {
            let scratch = Scratch::of(&tree);
            if let Some(config) = scratch.tree().file(CONFIG) {
                run(Command::new(&program).arg("check-config").arg(config)).accepted(&format!(
                    "{} of {}",
                    named(&tree.path.join(CONFIG)),
                    amtool.folder
                ));
            }
        }
    }
}

/// As a person runs it, in the checkout, where no secret is mounted.
#[test]
fn amtool_accepts_the_configuration_in_place() {
    let Some(config) = own().and_then(|tree| tree.file(CONFIG)) else { return };
    for amtool in AMTOOLS {
        let Some(program) = amtool.find() else { continue };
        run(Command::new(program).current_dir(root()).arg("check-config").arg(&config))
            .accepted(&format!("generated/{CONFIG} of {}", amtool.folder));
    }
}

#[test]
fn a_real_alertmanager_starts_with_every_receiver() {
    let Some(program) = ALERTMANAGER.find() else { return };
    for tree in trees() {
        let scratch = Scratch::of(&tree);
        let Some(config) = scratch.tree().file(CONFIG) else { continue };
        let data = scratch.path("data");
        let server = Server::start(&program, &scratch.path(""), |port| {
            vec![
                format!("--config.file={}", config.display()),
                format!("--storage.path={}", data.display()),
                format!("--web.listen-address=127.0.0.1:{port}"),
                // No cluster: it would listen beyond loopback.
                "--cluster.listen-address=".into(),
            ]
        });
        let server = match server {
            Ok(server) => server,
            // Debian's program has the built-in templates outside, at a place that only root can fill.
            Err(log) if log.contains("default.tmpl: no such file") => {
                return skip("starting Alertmanager: its built-in templates are not installed, scripts/tools.sh does it as root");
            }
            Err(log) => panic!("{}: {log}", named(&tree.path)),
        };
        let receivers = server.json("/api/v2/receivers");
        let receivers = receivers.as_array().map_or(0, Vec::len);
        assert_ne!(receivers, 0, "{}: no receiver\n{}", named(&tree.path), server.log());
    }
}
