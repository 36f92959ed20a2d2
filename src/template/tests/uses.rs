use crate::template::{Use, parse, uses};

// `kind name [reference] guard >function`, one a use.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    let show = |found: &Use| {
        let name = found.name.clone().unwrap_or("*".into());
        if found.name.is_some() && !text.contains('\\') {
            assert_eq!(found.name_span.of(text), name, "{text}");
        }
        let passed = found.passed_to.as_ref().map(|function| format!(" >{function}")).unwrap_or_default();
        let query = found.query.map(|span| format!(" of [{}]", span.of(text))).unwrap_or_default();
        let formatted = if found.formatted { " formatted" } else { "" };
        format!("{:?} {name} [{}] {:?}{passed}{formatted}{query}", found.kind, found.span.of(text), found.guard)
    };
    assert_eq!(uses(&parsed.template).iter().map(show).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn labels_however_they_are_written() {
    check("{{ $labels.job }} is down", &["Label job [$labels.job] Always"]);
    check("{{ .Labels.job }}{{ $.Labels.pod }}", &["Label job [.Labels.job] Always", "Label pod [$.Labels.pod] Always"]);
    check("{{ index $labels \"job\" }}", &["Label job [index $labels \"job\"] Always"]);
    check("{{ (index .Labels \"job\") | title }}", &["Label job [index .Labels \"job\"] Always >title"]);
    check("{{ \"job\" | index $labels }}", &["Label job [index $labels] Always"]);
    check(
        "{{ ($labels).job }}{{ $labels.job | toUpper }}",
        &["Label job [($labels).job] Always", "Label job [$labels.job] Always >toUpper"],
    );
    check("{{ index $labels `a-b` }}", &["Label a-b [index $labels `a-b`] Always"]);
    check(
        "{{ printf \"%s:%s\" $labels.a .Labels.b }}",
        &["Label a [$labels.a] Always >printf", "Label b [.Labels.b] Always >printf"],
    );
    check(
        "{{ $externalLabels.cluster }}{{ .ExternalLabels.region }}",
        &["ExternalLabel cluster [$externalLabels.cluster] Always", "ExternalLabel region [.ExternalLabels.region] Always"],
    );
    check("{{ index $labels $labels.a }}", &["Label a [$labels.a] Always >index", "Label * [index $labels $labels.a] Always"]);
}

#[test]
fn aliases_are_followed() {
    check("{{ $l := $labels }}{{ $l.job }}", &["Label job [$l.job] Always"]);
    check("{{ with .Labels }}{{ .job }}{{ $.Value }}{{ end }}", &["Label job [.job] Sometimes", "Value * [$.Value] Sometimes"]);
    check("{{ with $l := $labels }}{{ $l.job }}{{ end }}", &["Label job [$l.job] Sometimes"]);
    check("{{ define \"t\" }}{{ .Labels.job }}{{ end }}{{ template \"t\" . }}", &["Label job [.Labels.job] Always"]);
    check(
        "{{ define \"t\" }}{{ .job }}{{ end }}{{ template \"t\" $labels }}{{ template \"t\" $externalLabels }}",
        &["Label job [.job] Always", "ExternalLabel job [.job] Always"],
    );
    check("{{ block \"b\" .Labels }}{{ $.job }}{{ end }}", &["Label job [$.job] Always"]);
    check("{{ define \"never\" }}{{ .Labels.job }}{{ end }}", &[]);
    check("{{ $v := $value }}{{ $v | humanize }}", &["Value * [$v] Always >humanize"]);
}

#[test]
fn what_is_unknown_stays_unknown() {
    check("{{ $l := $labels }}{{ if $value }}{{ $l = $externalLabels }}{{ end }}{{ $l.job }}", &["Value * [$value] Always"]);
    check("{{ define \"t\" }}{{ .arg0.job }}{{ end }}{{ template \"t\" args $labels }}", &["Label * [$labels] Always >args"]);
    check("{{ range $labels }}{{ . }}{{ end }}", &["Label * [$labels] Always"]);
    check("{{ range $k, $v := $labels }}{{ $k }}={{ $v }}{{ end }}", &["Label * [$labels] Always"]);
    check("{{ . }}", &["Label * [.] Always", "ExternalLabel * [.] Always", "Value * [.] Always"]);
}

#[test]
fn values_and_where_they_go() {
    check(
        "{{ $value | humanizePercentage }}{{ printf \"%.2f\" .Value }}{{ $value }}",
        &["Value * [$value] Always >humanizePercentage", "Value * [.Value] Always >printf", "Value * [$value] Always"],
    );
    check(
        "{{ $externalURL }}{{ .ExternalURL }}",
        &["ExternalUrl * [$externalURL] Always", "ExternalUrl * [.ExternalURL] Always"],
    );
}

#[test]
fn presence_that_the_template_tests_itself() {
    check(
        "{{ if $labels.cluster }} in {{ $labels.cluster }}/{{ $labels.region }}{{ else }}{{ $labels.cluster }}{{ end }}{{ $labels.cluster }}",
        &[
            "Label cluster [$labels.cluster] Tested",
            "Label cluster [$labels.cluster] Tested",
            "Label region [$labels.region] Sometimes",
            "Label cluster [$labels.cluster] Tested",
            "Label cluster [$labels.cluster] Always",
        ],
    );
    check("{{ with $labels.pod }}{{ . }}{{ end }}", &["Label pod [$labels.pod] Tested"]);
    check(
        "{{ if gt $value 5.0 }}{{ $labels.a }}{{ else if eq $labels.b \"x\" }}y{{ end }}",
        &["Value * [$value] Always >gt", "Label a [$labels.a] Sometimes", "Label b [$labels.b] Tested >eq"],
    );
    check(
        "{{ or $labels.pod $labels.instance \"?\" }}",
        &["Label pod [$labels.pod] Tested >or", "Label instance [$labels.instance] Tested >or"],
    );
    check(
        "{{ if index $labels \"a\" }}{{ .Labels.a }}{{ end }}",
        &["Label a [index $labels \"a\"] Tested", "Label a [.Labels.a] Tested"],
    );
}

#[test]
fn labels_of_a_query_are_not_those_of_the_alert() {
    check(
        "{{ range query \"up == 0\" }}{{ .Labels.job }} {{ .Value }} {{ $labels.job }}{{ end }}",
        &[
            "Query up == 0 [query \"up == 0\"] Always",
            "QueryLabel job [.Labels.job] Sometimes of [query \"up == 0\"]",
            "Label job [$labels.job] Sometimes",
        ],
    );
    check(
        "{{ query \"up\" | first | label \"instance\" }}",
        &["Query up [query \"up\"] Always >first", "QueryLabel instance [label \"instance\"] Always of [query \"up\"]"],
    );
    check(
        "{{ with printf \"up{job='%s'}\" $labels.job | query }}{{ . | first | value | humanize }}{{ end }}",
        &["Label job [$labels.job] Tested >printf", "Query up{job='%s'} [query] Always formatted"],
    );
    check(
        "{{ $x := query \"up\" | first }}{{ $x.Labels.a }}{{ index (query \"b\") 0 | label \"c\" }}",
        &[
            "Query up [query \"up\"] Always >first",
            "QueryLabel a [$x.Labels.a] Always of [query \"up\"]",
            "Query b [query \"b\"] Always >index",
            "QueryLabel c [label \"c\"] Always of [query \"b\"]",
        ],
    );
}
