local component(name) = { labels: { component: name } };
local warning = { severity: 'warning' };

{
  alerts: {
    CostAgentDown: {
      expr: 'up{job="cost-agent"} == 0',
      'for': '1m',
      severity: 'critical',
      summary: 'The cost agent does not answer',
      description: '{{ $labels.job }} at {{ $labels.instance }} has not answered Prometheus for more than a minute.',
      runbook: |||
        1. `docker compose ps` and the agent's log: does it run, and since when?
        2. If it runs, fetch its /metrics from inside the network: a 404 means that the route is missing, and Prometheus reads that as down.
      |||,
    },

    CostAgentAbsent: {
      expr: 'absent(up{job="cost-agent"})',
      'for': '5m',
      severity: 'critical',
      summary: 'Prometheus does not look for the cost agent',
      description: 'Prometheus has no target of the job {{ $labels.job }}.',
    },

    HighErrorRate: component('application') {
      query: 'error_ratio',
      window: '5m',
      levels: {
        warning: { above: '5%', 'for': '5m' },
        critical: { above: '25%', 'for': '2m' },
      },
      summary: 'The cost agent fails too many requests',
      description: '{{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with a status of 5xx.',
    },

    HighLatency: warning + component('performance') {
      query: 'latency',
      window: '5m',
      above: '1s',
      'for': '5m',
      summary: 'The cost agent answers slowly',
      description: '95% of the requests to {{ $labels.job }} are answered within {{ $value | humanizeDuration }}.',
    },

    OptimizationsFail: warning + component('agent') {
      query: 'failed_optimizations',
      window: '5m',
      above: '3 executions',
      summary: 'The agent fails again and again',
      description: '{{ $labels.job }} failed {{ $value | humanize }} optimizations of type {{ $labels.type }} within 5 minutes.',
    },

    CostAnomaly: warning + component('cost') {
      query: 'cost_change',
      outside: ['-20%', '20%'],
      'for': '10m',
      summary: 'The cost at AWS changed a lot within a day',
      description: 'The monthly cost changed by {{ $value | humanizePercentage }} since yesterday.',
    },

    ReservationsExpired: warning + component('cost') {
      expr: 'avg by (provider) (reserved_instance_coverage)',
      below: '40%',
      'for': '1h',
      summary: 'Few instances are covered by reservations',
      description: '{{ $value | humanize }} percent of the instances at {{ $labels.provider }} are covered.',
    },
  },
}
