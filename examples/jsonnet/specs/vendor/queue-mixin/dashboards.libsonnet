local panel(title, expr, legend, unit, x) = {
  title: title,
  type: 'timeseries',
  gridPos: { x: x, y: 0, w: 12, h: 8 },
  fieldConfig: { defaults: { unit: unit } },
  targets: [{ expr: expr, legendFormat: legend }],
};

{
  grafanaDashboards+:: {
    'queue.json': {
      title: 'Queue',
      uid: 'queue',
      tags: $._config.dashboardTags,
      panels: [
        panel(
          'Jobs that wait',
          'sum by (queue) (queue_jobs_waiting{%(queueSelector)s})' % $._config,
          '{{queue}}',
          'short',
          0,
        ),
        panel(
          'Share of jobs that fail',
          'job_queue:queue_jobs_failed:ratio_rate5m{%(queueSelector)s}' % $._config,
          '{{queue}}',
          'percentunit',
          12,
        ),
      ],
    },
  },
}
