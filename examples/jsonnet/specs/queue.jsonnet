// The queue between the agents. Its alerts, rule and dashboard come from a library, with a limit of our own.
local from = import 'lib/from-mixin.libsonnet';
local mixin = (import 'vendor/queue-mixin/mixin.libsonnet') + {
  _config+:: { backlogThreshold: 200, dashboardTags: ['agents', 'queue'] },
};

{
  services: {
    queue: {
      help: 'Hands the work to the agents.',
      language: 'go',
      port: 9200,
      health: '/healthz',
      metrics: {
        define: {
          queue_jobs_waiting: {
            type: 'gauge',
            unit: 'jobs',
            help: 'Jobs that wait.',
            labels: { queue: { max: 12 } },
          },
          queue_jobs_done_total: {
            type: 'counter',
            unit: 'jobs',
            help: 'Jobs that are done, by how they ended.',
            labels: { queue: { max: 12 }, outcome: ['ok', 'failed'] },
          },
        },
      },
    },
  },
  alerts: from.alerts(mixin),
  recording_rules: from.recording_rules(mixin),
  dashboards: from.dashboards(mixin),
}
