// Metrics as values: what they share is said once.
{
  local metric(type, unit, help, labels) = { type: type, unit: unit, help: help, labels: labels },

  // A label with at most so many values.
  few(most):: { max: most },

  counter(unit, help, labels):: metric('counter', unit, help, labels),
  gauge(unit, help, labels):: metric('gauge', unit, help, labels),
  seconds(help, buckets, labels):: metric('histogram', 'seconds', help, labels) + { buckets: buckets },
  info(help, labels):: { type: 'info', help: help, labels: labels },
}
