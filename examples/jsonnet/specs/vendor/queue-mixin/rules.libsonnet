{
  prometheusRules+:: {
    groups+: [
      {
        name: 'queue.rules',
        rules: [
          {
            record: 'job_queue:queue_jobs_failed:ratio_rate5m',
            expr: |||
              sum by (job, queue) (rate(queue_jobs_done_total{%(queueSelector)s, outcome="failed"}[5m]))
                / sum by (job, queue) (rate(queue_jobs_done_total{%(queueSelector)s}[5m]))
            ||| % $._config,
          },
        ],
      },
    ],
  },
}
