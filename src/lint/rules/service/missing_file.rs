//! `service/missing-file`

use std::path::Path;

use crate::lint::context::{Context, Disk};
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::workloads;
use crate::load::templates;

/// The rule.
pub const RULE: Rule =
    rule!("service/missing-file", Error, "A file that the spec names is not there", "missing_file.md", Check::Stack(check));

fn check(cx: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let Some(disk) = cx.disk else { return };
    if let Some(notifications) = &stack.spec.notifications {
        for template in notifications.templates.iter().filter(|path| !path.value.contains('*')) {
            let folder = templates::folder_of(disk.world, cx.sources, disk.root, template);
            if !exists(disk, folder, template.as_str()) {
                let message = format!("there is no file `{}`", template.value);
                findings.push(RULE.at(template.span, message).help("the path is relative to the folder of the spec"));
            }
        }
    }
    let Some(project) = disk.project else { return };
    for (owner, workload) in workloads::all(stack) {
        for volume in &workload.volumes {
            let Some((source, _)) = volume.as_str().split_once(':') else { continue };
            // Anything else is a named volume, an absolute path of the host, or decided by a variable.
            if source.starts_with("./") || source.starts_with("../") {
                if exists(disk, project, source) || source.contains('$') {
                    continue;
                }
                let message =
                    format!("`{}` mounts `{source}`, which is not there: Docker makes an empty folder of it", owner.name);
                findings.push_about(owner.span, RULE.at(volume.span, message).help("the path is relative to the Compose file"));
            }
        }
    }
}

fn exists(disk: Disk<'_>, folder: &Path, path: &str) -> bool {
    disk.world.metadata(&folder.join(path)).is_ok()
}
