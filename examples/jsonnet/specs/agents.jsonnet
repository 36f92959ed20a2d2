// Three agents that differ in little: each is written as what is its own.
local base = import 'lib/agent.libsonnet';

local agents = [
  base {
    name:: 'cost-agent',
    port:: 8001,
    does:: 'Finds what costs too much',
    answers_within:: '1s',
    metrics:: {
      savings_usd_total: {
        type: 'counter',
        unit: 'usd',
        help: 'Money saved since the process started.',
        labels: { provider: { max: 8 } },
      },
    },
  },
  base { name:: 'performance-agent', port:: 8002, does:: 'Finds what is slow' },
  base { name:: 'resource-agent', port:: 8003, does:: 'Finds what is idle', answers_within:: '250ms' },
];

// All of the agents, and what they share.
std.foldl(std.mergePatch, [agent.spec for agent in agents], {}) + {
  queries: {
    error_ratio: {
      help: 'Share of requests that were answered with a status of 5xx; 0, not nothing, where none failed.',
      local requests(matchers='') = 'sum by (job) (rate(requests_total%s[$window]))' % matchers,
      expr: '(%s or 0 * %s) / %s' % [requests('{status=~"5.."}'), requests(), requests()],
    },
    latency: {
      help: 'Time within which 95 percent of the requests are answered.',
      expr: 'histogram_quantile(0.95, sum by (job, le) (rate(request_duration_seconds_bucket[$window])))',
    },
  },
  alerts+: {
    TargetDown: {
      expr: 'up == 0',
      'for': '2m',
      severity: 'critical',
      summary: 'Something does not answer Prometheus',
      description: '{{ $labels.job }} at {{ $labels.instance }} has not answered for 2 minutes.',
    },
    AgentFails: {
      query: 'error_ratio',
      levels: { warning: { above: '5%', 'for': '10m' }, critical: { above: '25%', 'for': '2m' } },
      summary: 'An agent fails too many requests',
      description: '{{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with a status of 5xx.',
    },
  },
  dashboards: {
    agents: {
      title: 'Agents',
      rows: [agent.row for agent in agents] + [{
        title: 'Money',
        panels: [{
          id: 'savings',
          title: 'Saved by provider',
          kind: 'bargauge',
          expr: 'sum by (provider) (increase(savings_usd_total[$__range]))',
          width: 24,
        }],
      }],
    },
  },
}
