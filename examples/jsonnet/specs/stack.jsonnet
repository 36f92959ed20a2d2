// What the other files describe, on servers of these versions.
{
  stack: {
    name: 'agents',
    servers: { prometheus: '3.5', alertmanager: '0.28', grafana: '11.6' },
    grafana: { admin_password: { env: 'GRAFANA_ADMIN_PASSWORD' } },
  },
}
