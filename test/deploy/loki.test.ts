/**
 * Neither Loki nor Alloy can be had from the registries that this project builds from, so that no test starts them. What can
 * be held against something real is: names between the files, and the fields that are read against a real server's log.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LOG_LEVELS } from '../../src/base/mod.ts';
import { temporaryFolder } from '../faces.ts';
import { getJson, startServer } from '../server.ts';
import { deployDocument, deployText } from './files.ts';

const alloy = deployText('loki/config.alloy').replaceAll(/^\s*\/\/.*$/gm, '');
const dashboard = JSON.parse(deployText('grafana/dashboards/code-index.json')) as { readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly type: string } }[] }[] };

/** The pairs of a map `{"a" = "b"}` behind a word. */
function pairsBehind(word: string): readonly (readonly [string, string])[] {
  const [, body = ''] = new RegExp(`${word}\\s*=\\s*\\{([^}]*)\\}`).exec(alloy) ?? [];
  return [...body.matchAll(/"(\w+)"\s*=\s*"([^"]*)"/g)].map(([, name, value]) => [name as string, value as string] as const);
}

test('loki: old logs go, nothing is told to anybody, and all name one address', () => {
  const loki = deployDocument('loki/loki.yml');
  assert.deepEqual([loki.analytics.reporting_enabled, loki.compactor.retention_enabled, loki.compactor.delete_request_store], [false, true, 'filesystem']);
  assert.match(loki.limits_config.retention_period, /^\d+h$/);
  assert.equal(loki.schema_config.configs[0].object_store, loki.compactor.delete_request_store);
  const folders = [loki.common.storage.filesystem.chunks_directory, loki.common.storage.filesystem.rules_directory, loki.compactor.working_directory];
  assert.deepEqual(folders.filter((one) => !one.startsWith(`${loki.common.path_prefix}/`)), []);
  const source = deployDocument('grafana/provisioning/datasources/datasources.yml').datasources.find(({ type }: { type: string }) => type === 'loki');
  const [, pushed] = /url\s*=\s*"([^"]+)"/.exec(alloy) ?? [];
  assert.deepEqual([new URL(source.url).host, new URL(pushed as string).host], [`loki:${loki.server.http_listen_port}`, `loki:${loki.server.http_listen_port}`]);
});

test('alloy: every part that is named is there, and brackets close', () => {
  const parts = new Set([...alloy.matchAll(/^([a-z_.]+) "(\w+)" \{/gm)].map(([, kind, label]) => `${kind}.${label}`));
  assert.deepEqual([...parts], ['local.file_match.code_index', 'loki.source.file.code_index', 'loki.process.code_index', 'loki.write.loki']);
  const named = [...alloy.matchAll(/(?<=[[= ])((?:local|loki)\.[\w.]+)\.(?:targets|receiver)\b/g)].map(([, one]) => one as string);
  assert.equal(named.length, 3);
  assert.deepEqual(named.filter((one) => !parts.has(one)), []);
  const open: string[] = [];
  for (const [char] of alloy.replaceAll(/"[^"]*"/g, '').matchAll(/[{}[\]]/g)) {
    if (char === '{' || char === '[') open.push(char);
    else assert.equal(open.pop(), char === '}' ? '{' : '[');
  }
  assert.deepEqual(open, []);
});

test('logs: what Alloy reads and the dashboard asks for is in the lines of a server', async () => {
  using folder = temporaryFolder();
  const [dataDir, logs] = [path.join(folder.path, 'data'), path.join(folder.path, 'logs')];
  mkdirSync(dataDir);
  {
    await using server = await startServer({ dataDir, env: { LOG_DIR: logs, MCP_ENVIRONMENT: 'production' } });
    await getJson(server, '/api/status');
    assert.equal(await server.stop(), 0);
  }
  const files = [...alloy.matchAll(/"__path__" = "([^"]+)", "service" = "([^"]+)"/g)].map(([, file, service]) => [path.basename(file as string), service as string]);
  assert.deepEqual(files[0], ['serve.log', 'mcp-server']);
  const lines = readFileSync(path.join(logs, 'serve.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(lines.length >= 3);
  for (const line of lines) {
    for (const [, field] of pairsBehind('expressions')) assert.equal(typeof line[field], 'string', `${field}: ${JSON.stringify(line)}`);
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.equal(typeof line['message'], 'string');
  }
  const labels = new Set(['service', ...pairsBehind('values').map(([label]) => label)]);
  assert.deepEqual(pairsBehind('values').filter(([, field]) => !pairsBehind('expressions').some(([name]) => name === field)), []);
  const asked = dashboard.panels.flatMap(({ targets = [] }) => targets.filter(({ datasource }) => datasource.type === 'loki').map(({ expr }) => expr));
  assert.ok(asked.length > 0);
  for (const expr of asked) {
    const [, selector = ''] = /\{([^}]*)\}/.exec(expr) ?? [];
    for (const [, label, pattern] of selector.matchAll(/(\w+)=~?"([^"]*)"/g)) {
      assert.ok(labels.has(label as string), expr);
      const known = label === 'level' ? LOG_LEVELS : files.map(([, service]) => service as string);
      assert.ok(known.some((one) => new RegExp(`^(?:${pattern})$`).test(one)), `${expr} finds nothing`);
    }
  }
});
