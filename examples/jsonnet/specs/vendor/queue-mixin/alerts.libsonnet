{
  prometheusAlerts+:: {
    groups+: [
      {
        name: 'queue',
        rules: [
          {
            alert: 'QueueBacklog',
            expr: |||
              sum by (job, queue) (queue_jobs_waiting{%(queueSelector)s}) > %(backlogThreshold)d
            ||| % $._config,
            'for': $._config.backlogFor,
            labels: { severity: 'warning' },
            annotations: {
              summary: 'Jobs pile up',
              description: '{{ $value | humanize }} jobs wait in {{ $labels.queue }}.',
            },
          },
          {
            alert: 'QueueJobsFail',
            expr: |||
              job_queue:queue_jobs_failed:ratio_rate5m{%(queueSelector)s} > 0.1
            ||| % $._config,
            'for': '10m',
            labels: { severity: 'critical' },
            annotations: {
              summary: 'Too many jobs fail',
              description: '{{ $value | humanizePercentage }} of the jobs in {{ $labels.queue }} fail.',
            },
          },
        ],
      },
    ],
  },
}
