/** Prometheus with our configuration asks a real server; what rules and dashboards ask for is there, and it moves. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { METRICS } from '../../src/base/mod.ts';
import { LAUNCHER, temporaryFolder, writeFiles } from '../faces.ts';
import { cleanEnvironment, getJson, startServer, type RunningServer } from '../server.ts';
import { postgresIsInstalled, startPostgres } from '../services/postgres.ts';
import { startPrometheus, type PrometheusService } from '../services/prometheus.ts';
import { DEPLOY, deployDocument, deployText, lacking, succeeds } from './files.ts';
import { metricsOf } from './promql.ts';

/** Metrics of parts that are not in this branch. A name that has come into the table of metrics fails here until it is taken off. */
const AWAITED: readonly string[] = ['code_index_dead_jobs', 'code_index_shared_requests_total'];
/** Of Prometheus itself. */
const ITS_OWN = new Set(['up', 'ALERTS']);

const skip = lacking('prometheus', 'promtool');
const skipLive = skip === false && !postgresIsInstalled() && process.env['CI'] !== 'true' ? 'postgresql is not installed' : skip;
const ADMIN = 'admin-token-of-the-tests';
const asAdmin = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
const rules = deployDocument('prometheus/alerts.yml').groups.flatMap((group: { rules: readonly unknown[] }) => group.rules) as readonly { readonly alert: string; readonly expr: string; readonly labels: { readonly severity: string }; readonly annotations: { readonly summary: string; readonly action: string } }[];

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly type: string; readonly uid: string } }[];
}

const dashboard = JSON.parse(deployText('grafana/dashboards/code-index.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
};
const panelExpressions = dashboard.panels.flatMap(({ title, targets = [] }) => targets.filter(({ datasource }) => datasource.type === 'prometheus').map(({ expr }) => ({ title, expr })));
const wanted = [...new Set([...rules.map(({ expr }) => expr), ...panelExpressions.map(({ expr }) => expr), ...dashboard.annotations.list.map(({ expr }) => expr)].flatMap(metricsOf))].filter((name) => !ITS_OWN.has(name)).sort();

test('promql: names of metrics are told from functions, labels and numbers', () => {
  assert.deepEqual(metricsOf('sum by (job, le) (rate(a_total{b="c {d}", e=~"f"}[5m])) / on () g_bucket > 0.9 * 1e3 and max(h offset 30m) # i'), ['a_total', 'g', 'h']);
});

test('promtool: configuration and rules are what Prometheus takes, and alerts fire when they should', { skip }, () => {
  const file = (name: string): string => path.join(DEPLOY, 'prometheus', name);
  // Without the secret, which a deployment brings.
  assert.match(succeeds('promtool', 'check', 'config', '--syntax-only', file('prometheus.yml')), /SUCCESS/);
  assert.match(succeeds('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', file('alerts.yml')), new RegExp(`SUCCESS: ${rules.length} rules found`));
  assert.match(succeeds('promtool', 'test', 'rules', file('alerts.test.yml')), /SUCCESS/);
});

test('alerts: each has a test that it fires and that it waits, a severity, and says what to do', () => {
  const cases = deployDocument('prometheus/alerts.test.yml').tests.flatMap((one: { promql_expr_test?: readonly { expr: string; exp_samples: readonly unknown[] }[] }) => one.promql_expr_test ?? []) as readonly { readonly expr: string; readonly exp_samples: readonly unknown[] }[];
  for (const { alert, labels, annotations } of rules) {
    const own = cases.filter(({ expr }) => expr === `ALERTS{alertname="${alert}", alertstate="firing"}`).map(({ exp_samples }) => exp_samples.length);
    assert.deepEqual(own, [0, 1], alert);
    assert.ok(['page', 'ticket'].includes(labels.severity), alert);
    for (const text of [annotations.summary, annotations.action]) assert.match(text, /\.$/, alert);
  }
});

test('alerts: the command for the Prometheus operator makes a rule of them', { skip }, () => {
  using folder = temporaryFolder();
  const [, command = ''] = /```sh\n(\{ printf .*; \}) \| kubectl apply -f -\n```/.exec(deployText('kubernetes/README.md')) ?? [];
  const made = parse(execFileSync('sh', ['-c', command], { cwd: path.dirname(DEPLOY), encoding: 'utf8' })) as { readonly kind: string; readonly spec: unknown };
  assert.equal(made.kind, 'PrometheusRule');
  const file = path.join(folder.path, 'rules.yml');
  writeFileSync(file, stringify(made.spec));
  assert.match(succeeds('promtool', 'check', 'rules', file), new RegExp(`SUCCESS: ${rules.length} rules found`));
});

test('dashboard: every panel has a place of its own, a description, and a source that is provisioned', () => {
  const sources = deployDocument('grafana/provisioning/datasources/datasources.yml').datasources as readonly { readonly uid: string; readonly type: string }[];
  const known = new Set(sources.map(({ uid, type }) => `${type} ${uid}`));
  const taken = new Set<string>();
  for (const { title, type, description, gridPos: { h, w, x, y }, targets = [] } of dashboard.panels) {
    assert.ok(x + w <= 24, title);
    for (let at = 0; at < h * w; at++) {
      const cell = `${x + (at % w)},${y + Math.floor(at / w)}`;
      assert.ok(!taken.has(cell), `${title} lies over another panel at ${cell}`);
      taken.add(cell);
    }
    if (type === 'row') continue;
    assert.ok((description ?? '') !== '' && targets.length > 0, title);
    for (const { datasource } of targets) assert.ok(known.has(`${datasource.type} ${datasource.uid}`), title);
  }
  const seed = ['Request rate', 'Request latency', 'Error rate', 'Active connections', 'CPU', 'Memory', 'Database connection pool', 'Cache hit ratio', 'Indexing queue', 'Background job rate'];
  assert.deepEqual(seed.filter((title) => !dashboard.panels.some((one) => one.title === title)), []);
  assert.equal(deployDocument('grafana/provisioning/dashboards/dashboards.yml').providers[0].type, 'file');
});

test('metrics: what rules and panels name is declared, or still awaited', () => {
  const declared = new Set(Object.keys(METRICS));
  assert.deepEqual(wanted.filter((name) => /^(mcp|code_index)_/.test(name) && !declared.has(name)).sort(), [...AWAITED].sort());
});

test('live: Prometheus with our configuration finds a server, all that rules and panels ask for is there, and it moves', { skip: skipLive }, async () => {
  using folder = temporaryFolder();
  const [project, dataDir] = [path.join(folder.path, 'project'), path.join(folder.path, 'data')];
  writeFiles(project, { 'a.ts': 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n' });
  mkdirSync(dataDir);
  await using postgres = await startPostgres();
  const database = { DATABASE_URL: await postgres.createDatabase() };
  await using server = await startServer({ dataDir, env: { ...database, ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', EMBEDDING_PROVIDER: 'none', RATE_LIMIT: '600/hour' } });
  const token = tokenFor(dataDir, database);
  const tokenFile = path.join(folder.path, 'metrics-token');
  writeFileSync(tokenFile, `${token}\n`);
  const before = await figures(server, token);
  await using prometheus = await startPrometheus((port) => ({ 'prometheus.yml': configurationFor(server, port, tokenFile), 'alerts.yml': deployText('prometheus/alerts.yml') }));
  await drive(server, project);
  const after = await figures(server, token);
  assert.deepEqual(wanted.filter((name) => !after.has(name) && !AWAITED.includes(name)), [], '/metrics has no such metric');
  const still = wanted.filter((name) => /(_total|_seconds)$/.test(name) && after.get(name)?.kind !== 'gauge' && !AWAITED.includes(name) && !((after.get(name)?.sum ?? 0) > (before.get(name)?.sum ?? 0)));
  assert.deepEqual(still, [], 'these did not move');
  await isWell(prometheus);
  await hasData(prometheus);
});

/** As an operator makes it: a reader of all repositories. */
function tokenFor(dataDir: string, database: Readonly<Record<string, string>>): string {
  const made = succeeds('env', '-i', ...Object.entries(cleanEnvironment(database)).map(([name, value]) => `${name}=${value}`), LAUNCHER, 'tokens', 'create', 'prometheus', '--role', 'reader', '--json', '--data-dir', dataDir);
  return (JSON.parse(made) as { readonly text: string }).text;
}

/** What ships, with what a deployment has and a test has not: names of containers, and the time to wait for four scrapes. */
function configurationFor(server: RunningServer, port: number, tokenFile: string): string {
  const shipped = deployDocument('prometheus/prometheus.yml');
  const scrapes = Object.fromEntries(shipped.scrape_configs.map((one: { job_name: string }) => [one.job_name, one]));
  assert.deepEqual(Object.keys(scrapes), ['mcp-server', 'mcp-worker', 'prometheus']);
  assert.deepEqual([scrapes['mcp-server'].dns_sd_configs[0].port, scrapes['mcp-worker'].dns_sd_configs[0].port], [8000, 8001]);
  const targets: Readonly<Record<string, string>> = { 'mcp-server': new URL(server.url).host, 'mcp-worker': '127.0.0.1:1', prometheus: `127.0.0.1:${port}` };
  for (const [name, one] of Object.entries(scrapes)) {
    delete one.dns_sd_configs;
    one.static_configs = [{ targets: [targets[name]] }];
  }
  for (const name of ['mcp-server', 'mcp-worker']) scrapes[name].authorization.credentials_file = tokenFile;
  shipped.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  return stringify(shipped);
}

interface Figure {
  readonly kind: string;
  /** Over all labels; of a histogram, how many values it took. */
  sum: number;
}

async function figures(server: RunningServer, token: string): Promise<ReadonlyMap<string, Figure>> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  const found = new Map<string, Figure>();
  for (const line of (await response.text()).split('\n')) {
    const [, declared, kind] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (declared !== undefined) found.set(declared, { kind: kind as string, sum: 0 });
    const [, name, value] = /^([a-z_]+?)(?:_count)?(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    const figure = found.get(name ?? '');
    if (figure !== undefined) figure.sum += Number(value);
  }
  return found;
}

/** Indexes, asks, and is refused: as a token, as a stranger, and for asking too often. */
async function drive(server: RunningServer, project: string): Promise<void> {
  const { job } = await getJson(server, '/api/repositories', { method: 'POST', headers: asAdmin, body: JSON.stringify({ path: project }) }, 202);
  for (let turn = 0; ; turn++) {
    assert.ok(turn < 200, 'the job does not end');
    if ((await getJson(server, `/api/jobs/${job.id}`, { headers: asAdmin })).job.state === 'done') break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (let turn = 0; turn < 3; turn++) await getJson(server, '/api/search?query=parseUrl', { headers: asAdmin });
  await getJson(server, '/api/search?query=parseUrl', { headers: { authorization: 'Bearer a-wrong-token-of-somebody' } }, 401);
  let status = 0;
  for (let turn = 0; turn < 700 && status !== 429; turn++) ({ status } = await fetch(`${server.url}/api/session`));
  assert.equal(status, 429);
}

async function isWell(prometheus: PrometheusService): Promise<void> {
  await until(async () => (await prometheus.query('up{job="mcp-server"} == 1')).length === 1 && (await prometheus.query('up{job="mcp-worker"} == 0')).length === 1, 'the targets are not known');
  await until(async () => {
    const groups = (await prometheus.ask('/api/v1/rules')).groups as readonly { readonly rules: readonly { readonly health: string; readonly lastError?: string }[] }[];
    const all = groups.flatMap((group) => group.rules);
    assert.deepEqual(all.filter(({ health }) => health === 'err'), []);
    return all.length === rules.length && all.every(({ health }) => health === 'ok');
  }, 'the rules were not evaluated');
  const pending = (await prometheus.query('ALERTS')).map(({ metric }) => metric['alertname']);
  assert.ok(pending.includes('NoWorker'), `no worker runs, and of alerts there are ${pending.join(', ')}`);
}

/** Every expression of the dashboard is understood, and gives something. */
async function hasData(prometheus: PrometheusService): Promise<void> {
  for (const { title, expr } of panelExpressions) {
    // As Grafana fills it in. Nothing fires within seconds, so that what waits to fire stands for it.
    const asked = expr.replaceAll('$__rate_interval', '1m').replaceAll('"$instance"', '".*"').replaceAll('alertstate="firing"', 'alertstate=~"firing|pending"');
    assert.doesNotMatch(asked, /\$/, title);
    if (metricsOf(expr).some((name) => AWAITED.includes(name))) assert.deepEqual(await prometheus.query(asked), [], `${title} has come`);
    else await until(async () => (await prometheus.query(asked)).length > 0, `${title} shows nothing: ${asked}`);
  }
  for (const { query } of dashboard.templating.list) {
    const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(query.query) ?? [];
    assert.ok((await prometheus.query(series as string)).every(({ metric }) => metric[label as string] !== undefined), query.query);
  }
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(what);
}
