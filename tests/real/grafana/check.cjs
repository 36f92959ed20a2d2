// Checks dashboards against Grafana's own types: node check.cjs FOLDER_OF_NODE_MODULES DASHBOARD...
//
// JSON is an object literal of TypeScript, so the compiler reports unknown fields, values of the wrong type and words that a field
// does not know. A field that may be missing is one for which Grafana has a default.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, ...dashboards] = process.argv.slice(2);
const ts = require(path.join(modules, 'typescript'));

// Each kind of panel: its folder and file among the types, and whether it has settings of fields of its own.
const KINDS = {
  bargauge: ['bargauge', 'BarGauge', false],
  gauge: ['gauge', 'Gauge', false],
  heatmap: ['heatmap', 'Heatmap', true],
  piechart: ['piechart', 'PieChart', true],
  stat: ['stat', 'Stat', false],
  'state-timeline': ['statetimeline', 'StateTimeline', true],
  table: ['table', 'Table', true],
  text: ['text', 'Text', false],
  timeseries: ['timeseries', 'TimeSeries', true],
};

const raw = '@grafana/schema/dist/esm/raw';
const name = kind => kind.replace('-', '_');

// Enums of the types are plain words and numbers in JSON.
const head = [
  `import * as dashboard from '${raw}/dashboard/x/dashboard_types.gen';`,
  ...Object.entries(KINDS).map(
    ([kind, [folder, file]]) => `import * as ${name(kind)} from '${raw}/composable/${folder}/panelcfg/x/${file}PanelCfg_types.gen';`,
  ),
  'type Json<T> = T extends string ? `${T}` : T extends number ? number : T extends boolean ? boolean',
  '  : T extends Array<infer U> ? Json<U>[] : T extends object ? { [K in keyof T]?: Json<T[K]> } : T;',
  "type Query = { datasource: { type: 'prometheus', uid: string }, editorMode: 'code', expr: string, instant: boolean, range: boolean,",
  "  format: 'time_series' | 'table' | 'heatmap', hide?: boolean, legendFormat: string, refId: string };",
  'type Link = { targetBlank: boolean, title: string, url: string };',
  "type Panel<O, C> = Omit<Json<dashboard.Panel>, 'options' | 'fieldConfig' | 'links' | 'targets'> & {",
  "  fieldConfig: { defaults: Omit<Json<dashboard.FieldConfig>, 'custom' | 'mappings'> & { custom?: Json<C>, mappings?: unknown[] },",
  "    overrides: Json<dashboard.FieldConfigSource['overrides']> }, links?: Link[], options: Json<O>, targets?: Query[] };",
  "type Row = Omit<Json<dashboard.RowPanel>, 'panels'>;",
  'type Variable = Json<dashboard.VariableModel> & { auto?: boolean, definition?: string };',
  "type Dashboard = Omit<Json<dashboard.Dashboard>, 'panels' | 'templating'>;",
];

const lines = [...head];
const places = [];
const unknown = [];
const literal = (type, value, place) => {
  places[lines.length] = place;
  lines.push(`export const _${lines.length}: ${type} = ${JSON.stringify(value)};`);
};

for (const file of dashboards) {
  const { panels, templating, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
  literal('Dashboard', rest, file);
  for (const variable of templating.list) literal('Variable', variable, `${file}: the variable ${variable.name}`);
  const panel = value => {
    const place = `${file}: the panel ${value.title}`;
    const known = KINDS[value.type];
    if (known) literal(`Panel<${name(value.type)}.Options, ${known[2] ? `${name(value.type)}.FieldConfig` : '{}'}>`, value, place);
    else unknown.push(`${place}: Grafana has no panel of the type ${value.type}`);
  };
  for (const item of panels) {
    if (item.type !== 'row') {
      panel(item);
      continue;
    }
    const { panels: inside, ...row } = item;
    literal('Row', row, `${file}: the row ${item.title}`);
    inside.forEach(panel);
  }
}

const source = path.join(path.dirname(modules), 'dashboards.ts');
const options = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2020,
  types: [],
};
const host = ts.createCompilerHost(options);
const { fileExists, getSourceFile, readFile } = host;
const text = lines.join('\n');
host.fileExists = file => file === source || fileExists(file);
host.readFile = file => (file === source ? text : readFile(file));
host.getSourceFile = (file, ...more) =>
  file === source ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2020, true) : getSourceFile(file, ...more);

const found = ts.getPreEmitDiagnostics(ts.createProgram([source], options, host));
for (const one of found) {
  const line = one.start === undefined ? 0 : text.slice(0, one.start).split('\n').length - 1;
  const near = one.start === undefined ? '' : text.slice(one.start, one.start + one.length);
  console.log(`${places[line] ?? 'the types'}: ${near}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
}
unknown.forEach(line => console.log(line));
console.log(`${places.filter(Boolean).length} things of ${dashboards.length} dashboards checked`);
process.exit(found.length + unknown.length === 0 ? 0 : 1);
