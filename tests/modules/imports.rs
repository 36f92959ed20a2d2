//! What an import brings into a spec.

use crate::{AGENT, Project, STACK, run_in};
use std::path::Path;

#[test]
fn one_module_four_times() {
    let project = Project::new(&[
        ("specs/stack.yaml", STACK),
        (
            "specs/deep/agents.yaml",
            "import:\n  cost: {from: ../../modules/agent, with: {name: cost, port: 8001}}\n  risk: {from: ../../modules/agent, with: {name: \
             risk, port: 8002}}\n  gpu: {from: ../../modules/agent, with: {name: gpu}}\n  app: {from: ../../modules/agent/, with: {name: app, port: \
             8004}}\n",
        ),
        ("modules/agent/agent.yaml", AGENT),
    ]);
    let (code, said) = project.says("build");
    assert_eq!(code, Some(0), "{said}");
    let config = project.text("generated/prometheus/prometheus.yml");
    for target in ["cost:8001", "risk:8002", "gpu:8000", "app:8004"] {
        assert!(config.contains(target), "{target} in {config}");
    }
    assert_eq!(project.run("drift").0, Some(0));
}

#[test]
fn a_module_may_be_a_file_and_import_others_and_the_spec_may_be_a_file() {
    let project = Project::new(&[
        (
            "shop.yaml",
            &format!(
                "{STACK}variables: {{port: {{type: number, default: 7000}}}}\nimport: {{a: {{from: modules/pair.yaml, with: {{name: x, first: \
             '${{var.port}}'}}}}}}\n"
            ),
        ),
        (
            "modules/pair.yaml",
            "variables: {name: {type: text}, first: {type: number}}\nimport:\n  one: {from: ./agent, with: {name: '${var.name}-one', port: \
             '${var.first}'}}\n  two: {from: ./agent, with: {name: '${var.name}-two'}}\n",
        ),
        (
            "modules/agent/agent.json",
            r#"{"variables": {"name": {"type": "text"}, "port": {"type": "number", "default": 8000}},
            "services": {"${var.name}": {"port": "${var.port}"}}}"#,
        ),
    ]);
    let (code, said) = project.says("build shop.yaml");
    assert_eq!(code, Some(0), "{said}");
    let config = project.text("generated/prometheus/prometheus.yml");
    assert!(config.contains("x-one:7000") && config.contains("x-two:8000"), "{config}");
}

#[test]
fn environments_change_what_is_imported_and_give_parameters_values() {
    let spec = format!(
        "{STACK}variables: {{who: {{type: text, default: dev}}}}\nimport: {{a: {{from: ../modules/agent, with: {{name: '${{var.who}}-agent'}}}}}}\n\
         environments:\n  production:\n    variables: {{who: prod}}\n    services: {{prod-agent: {{port: 9000}}}}\n  staging:\n    services: \
         {{'${{var.who}}-agent': {{port: 9001}}}}\n"
    );
    let project = Project::new(&[("specs/s.yaml", &spec), ("modules/agent/a.yaml", AGENT)]);
    assert_eq!(project.errors(""), Vec::<String>::new(), "the environment production changes what is there with its own values");
    for (environment, target) in
        [("", "dev-agent:8000"), ("--env production", "prod-agent:9000"), ("--env staging", "dev-agent:9001")]
    {
        let (code, said) = project.says(&format!("build {environment}"));
        assert_eq!(code, Some(0), "{said}");
        let config = project.text("generated/prometheus/prometheus.yml");
        assert!(config.contains(target), "{environment}: {config}");
    }
    project.put("specs/s.yaml", &spec.replace("prod-agent: {port: 9000}", "prod-agnt: {port: 9000}"));
    assert_eq!(
        project.errors(""),
        [
            "specs/s.yaml:8: spec/overlay-target-missing: the environment `production` changes `services.prod-agnt`, which the spec does not have \
          | help: did you mean `prod-agent`?"
        ]
    );
    project.put("specs/s.yaml", &spec.replace("    services: {prod-agent: {port: 9000}}", "    import: {a: {with: {name: x}}}"));
    let errors = project.errors("");
    assert!(errors.len() == 1 && errors[0].contains("the environment `production` changes what is imported"), "{errors:?}");
}

#[test]
fn values_reach_expressions_and_texts_that_belong_to_others_stay() {
    let module = "variables: {job: {type: text}, limit: {type: quantity, default: 5%}}\nalerts:\n  \"${var.job}Down\": {expr: 'up{job=\"${var.job}\"} \
                  == 0', severity: critical, summary: \"${var.job} and $${var.job}\", description: \"{{ $labels.job }}\"}\n";
    let spec = format!(
        "{STACK}services: {{Shop: {{port: 80}}, another: {{port: 81}}}}\nvariables: {{job: {{type: text, default: another}}}}\nimport: {{a: {{from: ../m, with: {{job: \
         Shop}}}}}}\nalerts: {{Mine: {{expr: 'up{{job=\"${{var.job}}\"}} == 0', severity: info, summary: \"$${{var.job}}\"}}}}\n"
    );
    let project = Project::new(&[("specs/s.yaml", &spec), ("m/a.yaml", module)]);
    let (_, said) = project.says("build");
    let alerts = project.text("generated/prometheus/alerts.yml");
    for text in [
        "alert: ShopDown",
        "up{job=\"Shop\"} == 0",
        "summary: Shop and ${var.job}",
        "up{job=\"another\"} == 0",
        "summary: ${var.job}\n",
    ] {
        assert!(alerts.contains(text), "{text} in {alerts}{said}");
    }
}

#[test]
fn templates_lie_beside_the_module_that_names_them() {
    let project = Project::new(&[
        ("specs/s.yaml", &format!("{STACK}import: {{mail: {{from: ../modules/mail}}}}\n")),
        ("modules/mail/m.yaml", "notifications: {templates: [mail.tmpl]}\n"),
        ("modules/mail/mail.tmpl", "{{ define \"mail.text\" }}{{ .Status }}{{ end }}\n"),
    ]);
    let (code, said) = project.says("build");
    assert_eq!(code, Some(0), "{said}");
    assert!(project.path("generated/alertmanager/templates/mail.tmpl").is_file() || said.contains("created"), "{said}");
    std::fs::remove_file(project.path("modules/mail/mail.tmpl")).unwrap();
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with(
        "modules/mail/m.yaml:1: service/missing-file: there is no file `mail.tmpl` | specs/s.yaml:3 imported as `mail`"
    ));
}

/// The spec may be named in any way: files are called as they are reached, and what is emitted is the same.
#[test]
fn names_follow_the_way_in_which_the_spec_is_named() {
    let project = Project::new(&[
        ("specs/s.yaml", &format!("{STACK}import: {{a: {{from: ../modules/agent, with: {{nam: x}}}}}}\n")),
        ("modules/agent/a.yaml", AGENT),
    ]);
    let whole = project.path("specs");
    for (folder, specs, module) in [
        ("", "specs", "modules/agent/a.yaml".to_owned()),
        ("", "./specs/", "modules/agent/a.yaml".to_owned()),
        ("specs", ".", "../modules/agent/a.yaml".to_owned()),
        ("modules", "../specs", "../modules/agent/a.yaml".to_owned()),
        ("", whole.to_str().unwrap(), project.path("modules/agent/a.yaml").display().to_string()),
    ] {
        let (code, out, _) = run_in(&project.path(folder), &format!("lint --format json {specs}"));
        assert_eq!(code, Some(1));
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["diagnostics"][0]["labels"][0]["file"], module, "{specs} in {folder}: {out}");
    }
}

#[test]
fn the_example_is_what_its_spec_compiles_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, out, err) = run_in(root, "drift examples/modules/specs --out examples/modules/generated");
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.starts_with("no differences"), "{out}");
    let rules = std::fs::read_to_string(root.join("examples/modules/generated/prometheus/alerts.yml")).unwrap();
    for agent in ["Cost", "Performance", "Resource", "Application"] {
        assert!(
            rules.contains(&format!("alert: {agent}AgentSlow")) && rules.contains(&format!("alert: {agent}AgentDown")),
            "{agent}"
        );
    }
}

#[test]
fn a_module_may_be_jsonnet() {
    let module =
        "{ variables: {name: {type: 'text'}}, services: {'${var.name}': {port: 8000}}, queries: {'${var.name}': {exp: 'up'}} }\n";
    let import = "import:\n  a: {from: ../modules/agent, with: {name: A}}\n  b: {from: ../modules/agent, with: {name: B}}\n";
    let project = Project::new(&[("specs/s.yaml", &format!("{STACK}{import}")), ("modules/agent/a.jsonnet", module)]);
    let errors = project.errors("");
    let of: Vec<_> = errors.iter().filter(|error| error.contains("spec/unknown-field")).collect();
    assert_eq!(of.len(), 1, "{errors:?}");
    assert!(
        of[0].contains("modules/agent/a.jsonnet") && of[0].contains("imported as `a`") && of[0].contains("imported as `b`"),
        "{errors:?}"
    );
    project.put("modules/agent/a.jsonnet", &module.replace("exp:", "expr:"));
    assert_eq!(project.errors(""), Vec::<String>::new());
    project.put("modules/agent/a.jsonnet", "{ variables: }\n");
    let errors = project.errors("");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("modules/agent/a.jsonnet:1: ") && errors[0].contains("imported as `b`"), "{errors:?}");
}
