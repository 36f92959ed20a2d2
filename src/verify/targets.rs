//! Jobs and targets: all of the spec's are there and up, and there are no others.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{RuleId, Severity};
use crate::model::job::Job;
use crate::server::printable;
use crate::server::prometheus::Target;
use crate::verify::{Stack, Verified, counted, names};

/// A job of the spec that Prometheus does not scrape.
pub(super) const MISSING_JOB: RuleId = "verify/missing-job";
/// A job that Prometheus scrapes and the spec does not know.
pub(super) const UNKNOWN_JOB: RuleId = "verify/unknown-job";
/// A target of the spec that Prometheus does not scrape.
pub(super) const MISSING_TARGET: RuleId = "verify/missing-target";
/// A target that Prometheus scrapes and the spec does not know.
pub(super) const UNKNOWN_TARGET: RuleId = "verify/unknown-target";
/// A target whose last scrape failed.
pub(super) const TARGET_DOWN: RuleId = "verify/target-down";

/// Findings about single targets of one job.
const MOST_OF_A_JOB: usize = 10;

/// Compares; the text says how many are up.
pub(super) fn verify(stack: Stack<'_>, targets: &[Target], found: &mut Verified) -> String {
    let mut by_pool: BTreeMap<&str, Vec<&Target>> = BTreeMap::new();
    for target in targets {
        by_pool.entry(&target.scrape_pool).or_default().push(target);
    }
    let jobs = stack.model.jobs.iter().filter(|job| !job.planned);
    let known: BTreeSet<&str> = jobs.clone().map(|job| job.name.as_str()).collect();
    for job in jobs {
        match by_pool.get(job.name.as_str()) {
            Some(targets) => {
                present(job, targets, found);
                health(job, targets, found);
            }
            // What is discovered may be nothing.
            None if job.targets.addresses().is_none() => {
                let message = format!("Prometheus has found no target of the job `{}`", job.name);
                found.add(MISSING_JOB, Severity::Warning, Some(job.item.span), message);
            }
            None => {
                let message = format!("Prometheus does not scrape the job `{}`", job.name);
                found.add(MISSING_JOB, Severity::Error, Some(job.item.span), message).help =
                    Some("give Prometheus the generated prometheus.yml, and have it reload".to_owned());
            }
        }
    }
    for (pool, targets) in &by_pool {
        if !known.contains(pool) {
            let message = format!("Prometheus scrapes the job `{}`, which the spec does not know", printable(pool));
            let addresses = names(targets.iter().map(|target| target.scrape_url.as_str()));
            found.add(UNKNOWN_JOB, Severity::Warning, stack.span(), message).help =
                Some(format!("declare what runs at {addresses}, or take the job out of prometheus.yml"));
        }
    }
    let up = targets.iter().filter(|target| target.health == "up").count();
    format!("{up} of {} up", counted(targets.len(), "target"))
}

fn present(job: &Job, targets: &[&Target], found: &mut Verified) {
    let Some(addresses) = job.targets.addresses() else { return };
    let label = |target: &Target, name: &str| target.labels.get(name).cloned().unwrap_or_default();
    let of =
        |target: &Target| [label(target, "instance"), target.discovered_labels.get("__address__").cloned().unwrap_or_default()];
    let scraped: BTreeSet<String> = targets.iter().flat_map(|target| of(target)).collect();
    let missing: Vec<&str> = addresses.iter().copied().filter(|address| !scraped.contains(*address)).collect();
    if !missing.is_empty() {
        let message = format!("Prometheus does not scrape {} of the job `{}`", names(missing.iter().copied()), job.name);
        found.add(MISSING_TARGET, Severity::Error, Some(job.item.span), message);
    }
    let wanted: BTreeSet<&str> = addresses.into_iter().collect();
    let unknown: Vec<String> = targets
        .iter()
        .filter(|target| !of(target).iter().any(|name| wanted.contains(name.as_str())))
        .map(|target| label(target, "instance"))
        .collect();
    if !unknown.is_empty() {
        let list = names(unknown.iter().map(String::as_str));
        let message = format!("Prometheus scrapes {list} as the job `{}`, which the spec does not name", job.name);
        found.add(UNKNOWN_TARGET, Severity::Warning, Some(job.item.span), message);
    }
}

fn health(job: &Job, targets: &[&Target], found: &mut Verified) {
    let down: Vec<&Target> = targets.iter().copied().filter(|target| target.health != "up").collect();
    for target in down.iter().take(MOST_OF_A_JOB) {
        let instance = printable(target.labels.get("instance").unwrap_or(&target.scrape_url));
        let waiting = target.health == "unknown";
        let (severity, message) = match &job.fails {
            _ if waiting => (Severity::Warning, format!("{instance} of the job `{}` has not been scraped yet", job.name)),
            Some(_) => (Severity::Info, format!("{instance} of the job `{}` is down, as the spec says", job.name)),
            None => {
                let error = printable(&target.last_error);
                (Severity::Error, format!("{instance} of the job `{}` is down: {error}", job.name))
            }
        };
        let finding = found.add(TARGET_DOWN, severity, Some(job.item.span), message);
        if severity == Severity::Error {
            finding.help = Some(format!("see what {} answers, as Prometheus reaches it", printable(&target.scrape_url)));
        }
    }
    if down.len() > MOST_OF_A_JOB {
        let message = format!("{} targets of the job `{}` are down, {MOST_OF_A_JOB} of them are named", down.len(), job.name);
        found.add(TARGET_DOWN, Severity::Info, Some(job.item.span), message);
    }
}
