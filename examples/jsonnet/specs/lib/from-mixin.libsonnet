// Makes parts of a spec of what a mixin holds, so that its expressions are checked against the metrics that are declared, and its alerts get
// tests and runbook pages like all others.
local rules(groups) = [{ group: group.name, rule: rule } for group in groups for rule in group.rules];
local without(object, names) = { [name]: object[name] for name in std.objectFields(object) if !std.member(names, name) };
local text(expr) = std.stripChars(expr, ' \n');

{
  alerts(mixin):: {
    [entry.rule.alert]: {
      expr: text(entry.rule.expr),
      group: entry.group,
      severity: entry.rule.labels.severity,
      labels: without(entry.rule.labels, ['severity']),
      summary: entry.rule.annotations.summary,
      description: entry.rule.annotations.description,
    } + (if std.objectHas(entry.rule, 'for') then { 'for': entry.rule['for'] } else {})
    for entry in rules(std.get(mixin, 'prometheusAlerts', { groups: [] }).groups)
    if std.objectHas(entry.rule, 'alert')
  },

  recording_rules(mixin):: {
    [entry.rule.record]: { expr: text(entry.rule.expr), group: entry.group }
    for entry in rules(std.get(mixin, 'prometheusRules', { groups: [] }).groups)
    if std.objectHas(entry.rule, 'record')
  },

  dashboards(mixin):: {
    [std.strReplace(file, '.json', '')]: {
      local dashboard = mixin.grafanaDashboards[file],
      title: dashboard.title,
      tags: dashboard.tags,
      rows: [{
        panels: [
          {
            title: panel.title,
            kind: panel.type,
            unit: panel.fieldConfig.defaults.unit,
            width: panel.gridPos.w,
            height: panel.gridPos.h,
            targets: [{ expr: target.expr, legend: target.legendFormat } for target in panel.targets],
          }
          for panel in dashboard.panels
        ],
      }],
    }
    for file in std.objectFields(std.get(mixin, 'grafanaDashboards', {}))
  },
}
