//! Exporters: what the pack knows of the image is filled with what the spec says of the exporter.

use super::blackbox;
use super::variables::{self, Owner, literal};
use super::workload::{self, arguments};
use super::yard::{Wait, Yard, waits};
use crate::diagnostic::{Diagnostic, RuleId};
use crate::lower::healthchecks;
use crate::model::item::{Item, ItemKind};
use crate::plan::compose::{Container, Health};
use crate::resolve::pack::{self, Chosen, in_version};
use crate::source::Span;
use crate::spec::decode::{Text, rule};
use crate::spec::service::{Exporter, Workload};
use crate::spec::shared::{Setting, Status};

/// A field that nothing of the image reads.
const UNREAD: RuleId = "service/unread-setting";

/// The flags with which known exporters are told where to listen, and what stands before the port.
const LISTEN: [(&str, &str); 4] =
    [("--web.listen-address", ":"), ("-telemetry.address", ":"), ("--address", ":"), ("--port", "")];

/// The profile of what needs GPUs: a machine without them starts the rest.
const GPU_PROFILE: &str = "gpu";

/// Adds the exporters that run here and now.
pub(super) fn add(yard: &mut Yard<'_>) {
    let model = yard.model;
    for (name, entry) in model.spec.exporters.iter() {
        let exporter = &entry.value;
        let elsewhere = exporter.deploy.as_ref().is_some_and(|deploy| !deploy.value);
        if elsewhere || exporter.status == Some(Status::Planned) {
            continue;
        }
        // A pack that is not there is reported where the jobs are made.
        let Some(chosen) = pack::choose(&exporter.pack, &model.spec, &model.shipped, &mut Vec::new()) else { continue };
        let mut container = image(yard, name, &chosen);
        settings(yard, name, entry.key, exporter, &chosen, &mut container);
        let port = exporter.port.as_ref().unwrap_or(&chosen.pack.port);
        let mut always = std::mem::take(&mut container.command);
        always.extend(listen(yard, &chosen, port.value, port.span));
        if chosen.name == "blackbox_exporter" {
            always.extend(blackbox::configure(yard, name, exporter, &mut container));
        }
        container.command = arguments(always, exporter.flags.iter().map(|flag| literal(flag.as_str())));
        container.ports.push(yard.published(port.value, port.value));
        container.health = healthchecks::of_pack(chosen.pack, port.value);
        finish(yard, name, entry.key, &chosen, exporter.compose.as_ref(), &mut container);
        let mut waits = waits(exporter.compose.as_ref().map_or(&[][..], |workload| &workload.depends_on));
        let watched = exporter.watches.as_ref();
        waits.extend(watched.map(|service| Wait { service: service.as_str(), for_health: false }));
        let item = Item::new(ItemKind::Exporter, name, entry.key);
        yard.add(name, container, waits, item.to_string(), Some(entry.key));
    }
}

/// Adds the exporters of GPU pools that are on this machine.
pub(super) fn add_gpu_targets(yard: &mut Yard<'_>) {
    let model = yard.model;
    for (name, entry) in model.spec.gpu_targets.iter() {
        let pool = &entry.value;
        let Some(workload) = pool.compose.as_ref().filter(|_| pool.status != Some(Status::Planned)) else { continue };
        let Some(chosen) = pack::choose(&pool.pack, &model.spec, &model.shipped, &mut Vec::new()) else { continue };
        let mut container = image(yard, name, &chosen);
        let port = pool.port.as_ref().unwrap_or(&chosen.pack.port);
        let always = std::mem::take(&mut container.command);
        container.command = arguments(always, listen(yard, &chosen, port.value, port.span));
        container.ports.push(yard.published(port.value, port.value));
        container.health = healthchecks::of_pack(chosen.pack, port.value);
        container.gpus = true;
        container.profiles.push(GPU_PROFILE.to_owned());
        finish(yard, name, entry.key, &chosen, Some(workload), &mut container);
        let item = Item::new(ItemKind::GpuTarget, name, entry.key);
        yard.add(name, container, waits(&workload.depends_on), item.to_string(), Some(entry.key));
    }
}

/// A container of the pack's image, with what its pack says of mounts and privileges.
fn image(yard: &Yard<'_>, name: &str, chosen: &Chosen<'_>) -> Container {
    let mut container = yard.container(name);
    container.image = chosen.image().map(literal);
    workload::merge(&mut container, chosen.pack.compose.as_ref().map(|raw| &raw.json));
    container
}

fn finish(
    yard: &mut Yard<'_>,
    name: &str,
    place: Span,
    chosen: &Chosen<'_>,
    workload: Option<&Workload>,
    container: &mut Container,
) {
    let file_variant = |variable: &str| file_variant(chosen, variable);
    workload::apply(container, name, workload, &file_variant, &mut yard.diagnostics);
    if let (Some(image), Health::Check(_)) = (workload.and_then(|workload| workload.image.as_ref()), &container.health)
        && Some(image.as_str()) != chosen.image()
        && image.value.contains("distroless")
    {
        container.health = Health::None("a distroless image has no program to ask with".to_owned());
    }
    if container.image.is_none() && container.build.is_none() {
        let message = format!("the pack `{}` names no image for `{name}`", chosen.name);
        yard.diagnostics.push(
            Diagnostic::error(rule::MISSING_FIELD, place, message)
                .help("add `compose: {image: NAME:TAG}`, or `deploy: false` where it runs somewhere else"),
        );
    }
}

/// The variable from which the image reads the path of a file with this variable's secret.
fn file_variant(chosen: &Chosen<'_>, variable: &str) -> Option<String> {
    let known = chosen.pack.env.get(variable)?;
    known.file_variant.as_ref().map(|file| file.value.clone())
}

/// Hands over what the spec says of the thing watched, and the variables that it sets itself, which win.
fn settings(yard: &mut Yard<'_>, name: &str, place: Span, exporter: &Exporter, chosen: &Chosen<'_>, container: &mut Container) {
    let owner = Owner { name, as_in_compose: false };
    let password = exporter.password.clone().map(Setting::Secret);
    let fields = [
        ("dsn", exporter.dsn.as_ref()),
        ("address", exporter.address.as_ref()),
        ("user", exporter.user.as_ref()),
        ("password", password.as_ref()),
    ];
    for (field, setting) in fields {
        let Some(setting) = setting else { continue };
        let filled = |from: Option<&Text>| from.is_some_and(|from| from.value == field);
        let variable = chosen.pack.env.iter().find(|(_, entry)| {
            let known = &entry.value;
            filled(known.from.as_ref()) && in_version(known.since.as_ref(), known.until.as_ref(), chosen.version)
        });
        if let Some((variable, entry)) = variable {
            let file = entry.value.file_variant.as_ref().map(Text::as_str);
            variables::set(container, owner, variable, setting, file, &mut yard.diagnostics);
            continue;
        }
        let flag = chosen.pack.flags.iter().find(|(_, entry)| {
            let known = &entry.value;
            filled(known.from.as_ref()) && in_version(known.since.as_ref(), known.until.as_ref(), chosen.version)
        });
        let Some((flag, _)) = flag else {
            let span = match setting {
                Setting::Plain(text) => text.span,
                Setting::Secret(secret) => secret.span(),
            };
            let message = format!("nothing of the image of `{name}` reads its `{field}`");
            let help = match known_fields(chosen).as_slice() {
                [] => "take it out; this exporter is told nothing about what it watches".to_owned(),
                known => format!("the pack `{}` fills {}", chosen.name, known.join(", ")),
            };
            yard.diagnostics.push(Diagnostic::warning(UNREAD, span, message).label(place, "the exporter").help(help));
            continue;
        };
        let value = match setting {
            Setting::Plain(text) => Some(literal(text.as_str())),
            Setting::Secret(secret) => {
                let what = format!("the flag {flag} of `{name}`");
                variables::from_environment(secret, owner, &what, &mut yard.diagnostics)
            }
        };
        container.command.extend(value.map(|value| format!("{flag}={value}")));
    }
    for (variable, entry) in exporter.environment.iter() {
        let file = file_variant(chosen, variable);
        variables::set(container, owner, variable, &entry.value, file.as_deref(), &mut yard.diagnostics);
    }
}

/// The fields of an exporter that the image's variables and flags are filled from.
fn known_fields(chosen: &Chosen<'_>) -> Vec<String> {
    let variables = chosen.pack.env.iter().filter_map(|(_, entry)| entry.value.from.as_ref());
    let flags = chosen.pack.flags.iter().filter_map(|(_, entry)| entry.value.from.as_ref());
    let mut fields: Vec<String> = variables.chain(flags).map(|from| format!("`{}`", from.value)).collect();
    fields.sort();
    fields.dedup();
    fields
}

/// The argument that makes it listen on another port than usual.
fn listen(yard: &mut Yard<'_>, chosen: &Chosen<'_>, port: u16, place: Span) -> Option<String> {
    if port == chosen.pack.port.value {
        return None;
    }
    let known = LISTEN.iter().find(|(flag, _)| {
        chosen.pack.flags.get(flag).is_some_and(|known| in_version(known.since.as_ref(), known.until.as_ref(), chosen.version))
    });
    if let Some((flag, before)) = known {
        return Some(format!("{flag}={before}{port}"));
    }
    let message = format!("it is not known how a {} is told to listen on port {port}", chosen.name);
    yard.diagnostics.push(
        Diagnostic::warning(UNREAD, place, message)
            .help(format!("take `port` out: inside its container it listens on {}", chosen.pack.port.value)),
    );
    None
}
