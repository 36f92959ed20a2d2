// What one agent is: a service, an alert on its speed, and a row of panels.
{
  local agent = self,

  name:: error 'an agent has a name',
  port:: error 'an agent has a port',
  // What it does, in a few words.
  does:: error 'an agent says what it does',
  // Answers take no longer than this.
  answers_within:: '500ms',
  // Metrics that the others do not have.
  metrics:: {},

  // CostAgent for cost-agent
  local words = std.split(agent.name, '-'),
  camel:: std.join('', [std.asciiUpper(word[0]) + word[1:] for word in words]),

  spec:: {
    services: {
      [agent.name]: {
        help: agent.does,
        language: 'python',
        port: agent.port,
        health: '/health',
        metrics: {
          define: {
            requests_total: {
              type: 'counter',
              unit: 'requests',
              help: 'HTTP requests handled.',
              labels: { status: { matches: '[1-5][0-9]{2}', max: 15 } },
            },
            request_duration_seconds: {
              type: 'histogram',
              unit: 'seconds',
              help: 'Time to answer an HTTP request.',
              buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
            },
          } + agent.metrics,
        },
      },
    },
    alerts: {
      [agent.camel + 'Slow']: {
        query: 'latency',
        where: { job: agent.name },
        above: agent.answers_within,
        'for': '10m',
        severity: 'warning',
        summary: 'The %s answers slowly' % std.strReplace(agent.name, '-', ' '),
        description: '95% of the requests to {{ $labels.job }} are answered within {{ $value | humanizeDuration }}.',
      },
    },
  },

  row:: {
    local panel(id, title, query) = {
      id: '%s-%s' % [agent.name, id],
      title: title,
      kind: 'timeseries',
      query: query,
      where: { job: agent.name },
      width: 12,
    },
    title: agent.does,
    panels: [panel('errors', 'Error ratio', 'error_ratio'), panel('latency', 'Latency P95', 'latency')],
  },
}
