// Panels of a given size.
local panel(kind, id, title, width, height) = { id: id, title: title, kind: kind, width: width, height: height };

{
  [kind]: function(id, title, width, height) panel(kind, id, title, width, height)
  for kind in ['bargauge', 'gauge', 'stat', 'table', 'timeseries']
} + {
  // The median and the 95th percentile of a query.
  percentiles(query, prefix=''):: {
    targets: [
      query { with: { quantile: 0.5 }, legend: prefix + 'P50' },
      query { legend: prefix + 'P95' },
    ],
  },
}
