// Alerts, rules and a dashboard for a queue of jobs, in the form that libraries of monitoring have: objects with hidden fields, which whoever
// uses them adds to.
(import 'config.libsonnet')
+ (import 'alerts.libsonnet')
+ (import 'rules.libsonnet')
+ (import 'dashboards.libsonnet')
