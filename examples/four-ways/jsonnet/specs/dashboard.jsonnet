local p = import 'panels.libsonnet';

// The providers that are chosen at the top of the dashboard.
local chosen(metric) = metric + '{provider=~"$provider"}';
local by_provider(expr) = 'sum by (provider) (%s)' % expr;

{
  dashboards: {
    'cost-agent': {
      title: 'Cost Agent',
      description: 'What the cost agent finds and what that saves.',
      refresh: '1m',
      range: '24h',
      variables: {
        provider: { values_of: 'cost_savings_total.provider', label: 'Provider', multi: true, include_all: true },
      },
      rows: [
        {
          title: 'Savings',
          panels: [
            p.bargauge('by-provider', 'Total savings by provider', 8, 8) {
              expr: by_provider('increase(%s[$__range])' % chosen('cost_savings_total')),
            },
            p.stat('per-hour', 'Savings rate per hour', 4, 8) {
              expr: 'sum(rate(%s[1h])) * 3600' % chosen('cost_savings_total'),
            },
            p.timeseries('by-day', 'Savings by day', 12, 8) {
              description: 'Money saved within the 24 hours before each point.',
              expr: by_provider(chosen('provider:cost_savings_usd:increase1d')),
              stack: true,
            },
            p.stat('spot-success', 'Spot migration success ratio', 6, 7) {
              local attempts(matchers) = 'sum(rate(spot_migration_attempts_total%s[6h]))' % matchers,
              expr: attempts('{outcome="success"}') + ' / ' + attempts(''),
            },
            p.gauge('ri-coverage', 'Reserved instance coverage', 6, 7) {
              expr: 'avg by (provider) (%s)' % chosen('reserved_instance_coverage'),
            },
            p.bargauge('right-sizing-potential', 'Right-sizing potential', 12, 7) {
              description: 'Money that the right sizes would save in a month.',
              expr: by_provider(chosen('right_sizing_savings_potential')),
            },
          ],
        },
        {
          title: 'The agent at work',
          panels: [
            p.timeseries('errors', 'Error ratio', 8, 8) { query: 'error_ratio', window: '5m' },
            p.timeseries('latency', 'Latency P50/P95', 8, 8) + p.percentiles({ query: 'latency' }),
            p.timeseries('analysis-duration', 'Analysis duration P50/P95', 8, 8)
            + p.percentiles({ query: 'cost_analysis_duration', window: '15m' }, '{{analysis_type}} '),
            p.timeseries('versions', 'Requests by version', 8, 8) {
              expr: |||
                sum by (version) (
                  sum by (job, instance) (rate(requests_total[$__rate_interval]))
                    * on (job, instance) group_left (version) service_info
                )
              |||,
            },
            p.timeseries('api-errors', 'Cloud API error ratio', 8, 8) {
              local rate(metric) = 'sum(rate(%s[15m]))' % metric,
              expr: rate('aws_api_errors_total') + ' / ' + rate('aws_api_calls_total'),
              unit: 'percentunit',
            },
            p.table('executions', 'Optimizations', 8, 8) {
              description: 'Of the last 24 hours, counted.',
              expr: 'sum by (type, outcome) (increase(optimization_executions_total[24h]))',
              columns: [
                { of: 'type', title: 'Type' },
                { of: 'outcome', title: 'Outcome' },
                { of: 'A', title: 'Executions' },
              ],
            },
            p.timeseries('cost-change', 'Change of monthly cost since yesterday', 24, 8) {
              query: 'cost_change',
              unit: 'percentunit',
            },
          ],
        },
      ],
    },
  },
}
