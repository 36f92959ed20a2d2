//! Services of one's own that the generated file is to run.

use super::workload;
use super::yard::{Yard, waits};
use crate::diagnostic::Diagnostic;
use crate::lower::healthchecks;
use crate::model::item::{Item, ItemKind};
use crate::spec::decode::rule;
use crate::spec::shared::Status;

/// Adds the services that have a `compose:` and are not only planned.
pub(super) fn add(yard: &mut Yard<'_>) {
    let spec = &yard.model.spec;
    for (name, entry) in spec.services.iter() {
        let service = &entry.value;
        let Some(written) = service.compose.as_ref().filter(|_| service.status != Some(Status::Planned)) else { continue };
        let mut container = yard.container(name);
        if let Some(port) = &service.port {
            container.ports.push(yard.published(port.value, port.value));
        }
        container.health = healthchecks::of_service(service);
        workload::apply(&mut container, name, Some(written), &|_| None, &mut yard.diagnostics);
        if container.image.is_none() && container.build.is_none() {
            let message = format!("the container of `{name}` has neither an image nor a build");
            yard.diagnostics.push(Diagnostic::error(rule::MISSING_FIELD, entry.key, message).help(
                "add `image: NAME:TAG` or `build: {context: ...}`; a service that the base Compose file runs needs no `compose`",
            ));
            continue;
        }
        let item = Item::new(ItemKind::Service, name, entry.key);
        yard.add(name, container, waits(&written.depends_on), item.to_string(), Some(entry.key));
    }
}
