//! Values from outside: options, the environment, `optiinfra.toml`.

use crate::Project;

const NAMED: &str = "{ stack: { name: std.extVar('name') }, services: { shop: { port: 80, scrape: false } } }";
const FUNCTION: &str = "function(name, ports=[80]) { stack: { name: name }, services: { ['s%d' % port]: { port: port, scrape: false } for port in ports } }";

fn name(project: &Project) -> String {
    let text = project.read("generated/docs/README.md");
    text.split_once("Monitoring of ").unwrap().1.lines().next().unwrap().to_owned()
}

#[test]
fn external_variables() {
    let project = Project::new(&[("specs/a.jsonnet", NAMED)]);
    project.run(&["build"]).has(1, &["the external variable `name` is not given", "specs/a.jsonnet:1:", "-V NAME=VALUE"]);
    project.run(&["build", "-V", "name=a"]).has(0, &[]);
    assert_eq!(name(&project), "a");
    project.run(&["build", "--ext-str", "name=b=c"]).has(0, &[]);
    assert_eq!(name(&project), "b=c");
    project.run(&["build", "--ext-code", "name=std.join('-', ['x', 'y'])"]).has(0, &[]);
    assert_eq!(name(&project), "x-y");
    project.run(&["build", "--ext-code", "name=1 +"]).has(1, &["spec/syntax", "--ext-code name:1:"]);
    project.run(&["build", "--ext-code", "name=import '/etc/passwd'"]).has(1, &["is an absolute path", "--ext-code name:1:1"]);
    let from_environment = project.command().args(["build", "-V", "name"]).env("name", "env").output().unwrap();
    crate::said(from_environment).has(0, &[]);
    assert_eq!(name(&project), "env");
    let absent = project.command().args(["build", "-V", "name"]).env_remove("name").output().unwrap();
    crate::said(absent).has(2, &["there is no such environment variable", "write -V name=VALUE"]);
    project.run(&["build", "-V", "=x"]).has(2, &["names nothing"]);
    // What Jsonnet is not given it does not see.
    project.put("specs/a.jsonnet", &NAMED.replace("'name'", "'PATH'"));
    project.run(&["build"]).has(1, &["the external variable `PATH` is not given"]);
}

#[test]
fn arguments_of_a_function() {
    let project = Project::new(&[("specs/a.jsonnet", FUNCTION)]);
    project.run(&["build"]).has(1, &["the argument `name` of the file's function is missing", "-A NAME=VALUE"]);
    project.run(&["build", "-A", "name=f", "--tla-code", "ports=[1, 2]"]).has(0, &[]);
    assert_eq!(name(&project), "f");
    assert!(project.read("generated/docs/README.md").contains("s2"));
    project.run(&["build", "--tla-str", "name=f", "--tla-str", "other=1"]).has(1, &["the function has no parameter `other`"]);
}

#[test]
fn settings_and_the_command_line_above_them() {
    let project = Project::new(&[
        ("specs/a.jsonnet", NAMED),
        ("optiinfra.toml", "[rules]\n\"alert/untested\" = \"off\"\n[jsonnet.ext-str]\nname = \"toml\"\n"),
    ]);
    project.run(&["build"]).has(0, &[]);
    assert_eq!(name(&project), "toml");
    project.run(&["build", "-V", "name=line"]).has(0, &[]);
    assert_eq!(name(&project), "line");
    project.run(&["drift"]).has(3, &[]);
    project.put("optiinfra.toml", "[jsonnet]\nseconds = 3\njpaths = []\n");
    project
        .run(&["build", "-V", "name=x"])
        .has(2, &["optiinfra.toml:3:1: [jsonnet] has no field `jpaths`", "did you mean `jpath`?"]);
}

/// Each command that takes a spec takes what its Jsonnet files need.
#[test]
fn every_command_that_reads_specs_has_the_options() {
    let project = Project::new(&[("specs/a.jsonnet", NAMED)]);
    for command in
        ["build", "lint", "drift", "backtest", "verify", "apply", "prove", "query", "explain", "diff", "graph", "simulate"]
    {
        let help = project.run(&[command, "--help"]);
        for option in ["-J, --jpath", "-V, --ext-str", "--ext-code", "-A, --tla-str", "--tla-code"] {
            assert!(help.out.contains(option), "{command}: {option}\n{}", help.out);
        }
    }
    project.run(&["explain", "shop", "-V", "name=n"]).has(2, &["there is no rule and nothing in the spec called `shop`"]);
    project.run(&["graph", "-V", "name=n", "--format", "json"]).has(0, &["nodes"]);
    project.run(&["graph"]).has(2, &["the external variable `name` is not given"]);
    project.run(&["query", "up", "--catalog", "specs", "-V", "name=n"]).has(0, &["up"]);
    let two = project.run(&["diff", "specs", "specs", "-V", "name=n"]);
    two.has(0, &[]);
}
