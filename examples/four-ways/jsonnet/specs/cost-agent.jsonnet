// The cost agent and what it exposes.
local m = import 'metrics.libsonnet';

local calls = { endpoint: m.few(60), method: m.few(8) };
local by_provider = { provider: m.few(8) };

{
  services: {
    'cost-agent': {
      help: 'Saves money with spot migrations, reserved instances and the right instance sizes.',
      language: 'python',
      port: 8001,
      health: '/api/v1/health',
      scrape: { job: 'cost-agent', path: '/metrics', interval: '15s', instances: ['cost-agent:8001'] },
      allow: [{ rule: 'metric/unit-not-in-name', reason: 'the names are those that the service has' }],
      metrics: {
        define: {
          requests_total: m.counter(
            'requests', 'HTTP requests handled.', calls { status: { matches: '[1-5][0-9]{2}', max: 15 } },
          ),
          request_duration_seconds: m.seconds(
            'Time to answer an HTTP request.', [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], calls,
          ),
          service_info: m.info('Which service this process is.', { name: m.few(4), type: m.few(4), version: m.few(5) }),
          cost_savings_total: m.counter(
            'usd', 'Money saved since the process started.', by_provider { optimization_type: m.few(10) },
          ),
          spot_migration_attempts_total: m.counter(
            'migrations', 'Attempts to move an instance to spot, by how they ended.', { outcome: ['success', 'failure'] },
          ),
          reserved_instance_coverage: m.gauge(
            'percent', 'Share of the running instances that reservations cover.', by_provider,
          ) + { range: [0, 100] },
          right_sizing_savings_potential: m.gauge('usd/month', 'Money that the right sizes would save in a month.', by_provider),
          cost_analysis_duration_seconds: m.seconds(
            'Time that a cost analysis took.', [0.1, 0.5, 1, 2, 5, 10, 30, 60], { analysis_type: m.few(10) },
          ),
          optimization_executions_total: m.counter(
            'executions',
            'Optimizations that were run, by how they ended.',
            { type: m.few(20), outcome: ['success', 'failure', 'skipped'] },
          ),
          aws_total_monthly_cost_usd: m.gauge(
            'usd',
            'Cost of an AWS service in this month.',
            // The service `total` is the sum of the others.
            { service: { max: 40, total: 'total' }, region: m.few(40) },
          ),
          aws_api_calls_total: m.counter('calls', 'Calls to the AWS API.', { service: m.few(40), operation: m.few(40) }),
          aws_api_errors_total: m.counter(
            'calls', 'Calls to the AWS API that failed.', { service: m.few(40), error_type: m.few(15) },
          ),
        },
      },
    },
  },
}
