//! promtool over the rules and the configuration, and a real Prometheus that loads them.

use crate::scratch::Scratch;
use crate::server::Server;
use crate::tool::{PROMETHEUS, PROMTOOLS, root, run};
use crate::tree::{Tree, named, own, trees};
use std::path::PathBuf;
use std::process::Command;

const CONFIG: &str = "prometheus/prometheus.yml";

/// The rule files of a tree: every YAML file beside the configuration.
fn rule_files(tree: &Tree) -> Vec<PathBuf> {
    let mut files = tree.files("prometheus", "yml");
    files.retain(|path| path.file_name().is_some_and(|name| name != "prometheus.yml"));
    files
}

#[test]
fn promtool_accepts_the_configuration() {
    for promtool in PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        for tree in trees() {
            let scratch = Scratch::of(&tree);
            if let Some(config) = scratch.tree().file(CONFIG) {
                run(Command::new(&program).args(["check", "config", "--lint=all", "--lint-fatal"]).arg(config))
                    .accepted(&format!("{} of {}", named(&tree.path.join(CONFIG)), promtool.folder));
            }
        }
    }
}

/// As a person runs it, in the checkout, where no secret is mounted.
#[test]
fn promtool_accepts_the_configuration_in_place() {
    let Some(tree) = own() else { return };
    for promtool in PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        run(Command::new(program).current_dir(root()).args(["check", "config"]).arg(tree.path.join(CONFIG)))
            .accepted(&format!("generated/{CONFIG} of {}", promtool.folder));
    }
}

#[test]
fn promtool_accepts_the_rules_without_a_lint() {
    for promtool in PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        for tree in trees() {
            let files = rule_files(&tree);
            if !files.is_empty() {
                run(Command::new(&program).args(["check", "rules", "--lint=all", "--lint-fatal"]).args(&files))
                    .accepted(&format!("rules of {} of {}", named(&tree.path), promtool.folder));
            }
        }
    }
}

#[test]
fn promtool_passes_the_rule_tests() {
    // The last version alone: where an interval starts changed between the two, and the tests are written for the later.
    let [_, promtool] = PROMTOOLS;
    let Some(program) = promtool.find() else { return };
    for tree in trees() {
        let tests = tree.files("prometheus/tests", "yml");
        if !tests.is_empty() {
            run(Command::new(&program).args(["test", "rules"]).args(&tests))
                .accepted(&format!("rule tests of {}", named(&tree.path)));
        }
    }
}

#[test]
fn a_real_prometheus_loads_every_rule() {
    for (promtool, prometheus) in PROMTOOLS.iter().zip(PROMETHEUS) {
        let (Some(checker), Some(program)) = (promtool.find(), prometheus.find()) else { continue };
        for tree in trees() {
            let scratch = Scratch::of(&tree);
            let Some(config) = scratch.tree().file(CONFIG) else { continue };
            let what = format!("{} in {}", named(&tree.path), prometheus.folder);

            let data = scratch.path("data");
            let server = Server::start(&program, &scratch.path(""), |port| {
                vec![
                    format!("--config.file={}", config.display()),
                    format!("--storage.tsdb.path={}", data.display()),
                    format!("--web.listen-address=127.0.0.1:{port}"),
                    "--log.level=warn".into(),
                ]
            })
            .unwrap_or_else(|log| panic!("{what}: {log}"));

            let answer = server.json("/api/v1/rules");
            let groups = answer["data"]["groups"].as_array().unwrap();
            let rules: Vec<_> = groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).collect();
            for rule in &rules {
                assert_ne!(rule["health"], "err", "{what}: {rule}");
            }
            let expected: usize = rule_files(&tree)
                .iter()
                .map(|file| rules_found(&run(Command::new(&checker).args(["check", "rules"]).arg(file)).output))
                .sum();
            assert_eq!(rules.len(), expected, "{what}: rules loaded and rules in the files\n{}", server.log());
        }
    }
}

/// The count in promtool's "SUCCESS: 17 rules found".
fn rules_found(output: &str) -> usize {
    let (_, after) = output.split_once("SUCCESS: ").unwrap_or_else(|| panic!("no count of rules\n{output}"));
    after.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no count of rules\n{output}"))
}
