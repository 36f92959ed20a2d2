// Expressions that alerts and panels share.
local requests(matchers='') = 'sum by (job) (rate(requests_total%s[$window]))' % matchers;
local quantile(labels, histogram) =
  'histogram_quantile($quantile, sum by (%s) (rate(%s_bucket[$window])))' % [std.join(', ', labels), histogram];

{
  queries: {
    error_ratio: {
      help: 'Share of requests that the agent answered with a status of 5xx; 0, not nothing, where none failed.',
      expr: '(%s or 0 * %s) / %s' % [requests('{status=~"5.."}'), requests(), requests()],
      record: { as: 'job:requests_errors:ratio_rate', windows: ['5m'] },
    },
    latency: {
      help: 'Time within which a share of requests is answered; 95 percent of them unless said.',
      params: { quantile: 0.95 },
      expr: quantile(['job', 'le'], 'request_duration_seconds'),
    },
    failed_optimizations: {
      help: 'Optimizations that failed, by kind.',
      expr: 'sum by (job, type) (increase(optimization_executions_total{outcome="failure"}[$window]))',
    },
    cost_change: {
      local total = 'aws_total_monthly_cost_usd{service="total"}',
      help: 'Change of the monthly cost at AWS since the day before, as a share.',
      unit: 'ratio',
      expr: 'sum(%s) / (sum(%s offset 1d) > 0) - 1' % [total, total],
    },
    cost_analysis_duration: {
      help: 'Time within which a share of cost analyses ends.',
      params: { quantile: 0.95 },
      expr: quantile(['le', 'analysis_type'], 'cost_analysis_duration_seconds'),
    },
  },
  recording_rules: {
    'provider:cost_savings_usd:increase1d': {
      help: 'Money saved within a day.',
      expr: 'sum by (provider) (increase(cost_savings_total[1d]))',
      interval: '5m',
    },
  },
}
