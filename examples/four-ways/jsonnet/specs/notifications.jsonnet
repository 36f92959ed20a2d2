// Every alert goes to Slack. What is critical also wakes somebody up.
local secret(name) = { env: name };

{
  notifications: {
    receivers: {
      slack: { slack: { channel: '#optiinfra-alerts', webhook_url: secret('SLACK_WEBHOOK_URL') } },
      'on-call': { pagerduty: { routing_key: secret('PAGERDUTY_ROUTING_KEY') } },
    },
    route: {
      receiver: 'slack',
      group_by: ['alertname', 'job'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: [
        { id: 'page', matchers: ['severity="critical"'], receiver: 'on-call', repeat_interval: '1h', continue: true },
        { id: 'everything', receiver: 'slack' },
      ],
    },
    inhibit: [
      // An agent that is down has no error rate worth a message.
      {
        id: 'down',
        source_matchers: ['alertname="CostAgentDown"'],
        target_matchers: ['alertname=~"HighErrorRate|HighLatency"'],
        equal: ['job'],
      },
    ],
  },
}
