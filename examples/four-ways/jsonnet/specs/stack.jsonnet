// OptiInfra's cost agent as a stack of its own.
{
  stack: {
    name: 'cost',
    scrape_interval: '15s',
    evaluation_interval: self.scrape_interval,
    retention: '15d',
    external_labels: { cluster: 'optiinfra', environment: 'development' },
    servers: { prometheus: '3.5', alertmanager: '0.28', grafana: '11.6' },
    grafana: {
      admin_user: 'admin',
      admin_password: { env: 'GRAFANA_ADMIN_PASSWORD' },
      folder: 'OptiInfra',
      home: 'cost-agent',
    },
    compose: {
      network: 'optiinfra-network',
      base_services: ['cost-agent'],
    },
  },
}
