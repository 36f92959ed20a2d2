//! The files of the repository: the schemas in `schemas/`, and every spec that there is.

use std::fs;

use optiinfra_gen::cli::schema::Subject;
use optiinfra_gen::commands::schema::text;
use optiinfra_gen::lint::registry;

use crate::{Checker, json, root, yaml_files};

#[test]
fn the_files_in_schemas_are_what_the_program_prints() {
    for (subject, word) in [(Subject::Spec, "spec"), (Subject::Diagnostic, "diagnostic")] {
        let path = format!("schemas/{word}.schema.json");
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| !value.is_empty()) {
            fs::write(root().join(&path), text(subject)).unwrap();
        }
        let written = fs::read_to_string(root().join(&path)).unwrap_or_default();
        assert!(written == text(subject), "{path} is stale: cargo run -- schema {word} > {path}");
    }
}

#[test]
fn the_schema_is_one() {
    let schema: serde_json::Value = serde_json::from_str(&text(Subject::Spec)).unwrap();
    assert_eq!(schema, optiinfra_gen::spec::schema::spec(), "the text says what the value says");
    jsonschema::meta::validate(&schema).unwrap();
}

/// What real commands print, with findings of many rules, with fixes, and with none.
#[test]
fn what_lint_prints_is_what_the_schema_of_findings_says() {
    let schema: serde_json::Value = serde_json::from_str(&text(Subject::Diagnostic)).unwrap();
    let checker = jsonschema::draft202012::new(&schema).unwrap();
    let broken = tempfile::tempdir().unwrap();
    fs::write(broken.path().join("a.yaml"), "alerts: {A: {exp: up == 0}}\nservices: [").unwrap();
    let broken = broken.path().display().to_string();
    let mut seen = 0;
    for arguments in [
        vec!["examples/hand-written/alerts.yml", "--catalog", "examples/hand-written/catalog"],
        vec!["specs"],
        vec!["examples/minimal/specs"],
        vec![broken.as_str()],
    ] {
        let program = env!("CARGO_BIN_EXE_optiinfra-gen");
        let mut command = std::process::Command::new(program);
        let output = command.current_dir(root()).args(["lint", "--format", "json"]).args(&arguments).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<_> = checker.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{arguments:?}\n{}", errors.join("\n"));
        seen += report["diagnostics"].as_array().unwrap().len();
    }
    assert!(seen > 10, "only {seen} findings");
}

#[test]
fn every_spec_of_the_repository_is_accepted() {
    let checker = Checker::new();
    let mut folders = vec![root().join("specs"), root().join("src/packs"), root().join("src/init")];
    for example in fs::read_dir(root().join("examples")).unwrap() {
        for name in ["specs", "catalog", "modules"] {
            folders.push(example.as_ref().unwrap().path().join(name));
        }
    }
    folders.push(root().join("examples/four-ways/yaml/specs"));
    let files: Vec<_> = folders.iter().filter(|folder| folder.is_dir()).flat_map(|folder| yaml_files(folder)).collect();
    assert!(files.len() > 50, "only {} files", files.len());
    for file in files {
        let errors = checker.errors(&json(&fs::read_to_string(&file).unwrap()));
        assert!(errors.is_empty(), "{}\n{}", file.display(), errors.join("\n"));
    }
}

/// What a page shows as wrong is wrong in its meaning, not in its form, save where a key or a word is the point.
#[test]
fn the_examples_of_the_rules_are_accepted() {
    let checker = Checker::new();
    let mut seen = 0;
    for rule in registry::ALL.iter().filter(|rule| rule.id != "service/literal-secret") {
        for block in rule.page.split("```yaml ").skip(1) {
            let (_, rest) = block.split_once('\n').unwrap();
            let (text, _) = rest.split_once("```").unwrap();
            let errors = checker.errors(&json(text));
            assert!(errors.is_empty(), "{}\n{}\n{text}", rule.id, errors.join("\n"));
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} examples");
}

/// Mistakes that people make, each of which an editor is to underline.
#[test]
fn what_is_wrong_is_refused() {
    let checker = Checker::new();
    for bad in [
        "service: {}",
        "services: {checkout: {prot: 9000}}",
        "services: {checkout: {port: nine}}",
        "services: {checkout: {port: 70000}}",
        "services: {checkout: {port: '9000'}}",
        "services: {checkout: {language: golang}}",
        "services: [checkout]",
        "services: {checkout: {metrics: {define: {x_total: {type: countr}}}}}",
        "services: {checkout: {metrics: {define: {x_total: {help: X.}}}}}",
        "services: {checkout: {metrics: {define: {x: {type: gauge, range: [0]}}}}}",
        "services: {checkout: {metrics: {define: {x: {type: gauge, unit: usd/}}}}}",
        "services: {checkout: {metrics: {define: {x: {type: gauge, labels: {code: many}}}}}}",
        "stack: {scrape_interval: 15s}",
        "stack: {name: shop, scrape_interval: 15}",
        "stack: {name: shop, scrape_interval: 15 s}",
        "stack: {name: shop, scrape_interval: 1.5m}",
        "stack: {name: shop, scrape_interval: 1s1m}",
        "stack: {name: shop, scrape_interval: ''}",
        "stack: {name: shop, grafana: {admin_password: hunter2}}",
        "stack: {name: shop, grafana: {admin_password: {env: A, file: B}}}",
        "alerts: {A: {expr: up == 0, for: 5}}",
        "alerts: {A: {expr: up, above: 5 %%}}",
        "alerts: {A: {expr: up, above: high}}",
        "alerts: {A: {expr: up, above: $window}}",
        "alerts: {A: {expr: up, above: [5]}}",
        "alerts: {A: {expr: up, heartbeat: yes}}",
        "alerts: {A: {expr: [up]}}",
        "alerts: {A: }",
        "alerts: {A: {expr: up, allow: [{rule: a/b}]}}",
        "dashboards: {a: {rows: []}}",
        "dashboards: {a: {title: A, rows: [{panels: [{title: P, kind: bars}]}]}}",
        "dashboards: {a: {title: A, rows: [{panels: [{title: P, kind: stat, width: wide}]}]}}",
        "notifications: {receivers: {team: {slack: {channel: '#a', webhook_url: 'https://hooks.slack.com/services/x'}}}}",
        "notifications: {receivers: {team: {telegram: {bot_token: {env: T}, chat_id: mine}}}}",
        "gpu_targets: {a: {pack: dcgm_exporter, nodes: {ranges: 'gpu-{1..2}'}}}",
        "probes: {a: {module: http_2xx, of: everything}}",
        "variables: {a: {type: integer}}",
        "variables: {a: {default: 1}}",
        "variables: {a b: {type: text}}",
        "import: [../modules/agent]",
        "import: {cost: ../modules/agent}",
        "import: {cost: {with: {name: x}}}",
        "import: {cost: {from: ../m, parameters: {}}}",
        "import: {cost: {from: ../m, with: {name: [x]}}}",
        "environments: {production: {import: {}}}",
        "environments: {production: {alert: {}}}",
        "environments: {production: {alerts: {A: {abov: 2%}}}}",
        "environments: {production: {alerts: {A: {remove: false}}}}",
        "environments: {production: {stack: {retention: long}}}",
        "environments: {production: {dashboards: {a: {rows: {first: {panels: {p: {kind: bars}}}}}}}}",
    ] {
        assert!(!checker.errors(&json(bad)).is_empty(), "accepted: {bad}");
    }
}

/// The forms in which one thing can be written.
#[test]
fn what_is_right_is_accepted() {
    let checker = Checker::new();
    for good in [
        "",
        "services:",
        "services: {checkout: {port: '${var.port}', scrape: false, language: '${var.language}'}}",
        "services: {checkout: {scrape: '${var.scraped}', port: }}",
        "services: {checkout: {metrics: {define: {x: {type: gauge, range: [0, .inf], labels: {a: , b: [1, 2], c: {max: 4}}}}}}}",
        "stack: {name: 7, scrape_interval: '${var.n}s', evaluation_interval: 0, servers: {prometheus: 3.5}}",
        "alerts: {A: {expr: up, above: 5%}, B: {expr: up, above: 1h30m}, C: {expr: up, below: -1.5e3 usd/hour, at_least: 40GiB}}",
        "alerts: {A: {expr: up, above: $pool.temperature}, B: {expr: up, above: 3}, C: {expr: up, equals: true}}",
        "alerts: {A: {expr: up, outside: [15 celsius, '${var.hot}']}}",
        "dashboards: {a: {title: A, variables: [{id: x, values: [a]}], rows: []}, b: {title: B, variables: {x: {interval: true}}}}",
        "notifications: {receivers: {t: {email: [{to: a@example.com}, {to: b@example.com}]}}, route: {routes: [{routes: []}]}}",
        "variables: {slow: {type: quantity, default: 250ms, help: Slow.}, n: {type: number, default: 3}}",
        "import: {cost: {from: ../modules/agent, with: {name: cost-agent, port: 8001, slow: '${var.slow}'}}, base: {from: ../base, with: }}",
        "services: {'${var.name}': {port: '${var.port}', metrics: {define: {'${var.name}_total': {type: counter}}}}}",
        "environments: {production: , staging: {variables: {slow: 100ms}}}",
        "environments: {p: {alerts: {A: {remove: true}, B: {levels: {warning: {above: 2%}}}}, stack: {retention: {remove: true}}}}",
        "environments: {p: {dashboards: {a: {rows: {first: {panels: {p: {title: P}, q: {remove: true}}}}}}}}",
        "environments: {p: {dashboards: {a: {rows: [{panels: []}]}}, services: {a: {metrics: {define: {x: {type: gauge}}}}}}}",
        "environments: {p: {notifications: {route: {routes: {page: {receiver: b}}}, receivers: {t: {email: {to: c@example.com}}}}}}",
    ] {
        let errors = checker.errors(&json(good));
        assert!(errors.is_empty(), "{good}\n{}", errors.join("\n"));
    }
}
