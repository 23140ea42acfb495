/** The compose files as Docker Compose reads them, held against the image, nginx, the settings and the programs that they start. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Redis } from 'ioredis';
import { DEPLOYMENT_VARIABLES, SETTLED } from '../../scripts/production-environment.ts';
import { SETTINGS } from '../../src/app/flags.ts';
import { startServer } from '../server.ts';
import { postgresIsInstalled, startPostgres } from '../services/postgres.ts';
import { scratch } from '../whole.ts';
import { copyDeployment, prepare, readCompose, variablesOf, type ComposeService } from './compose.ts';
import { environmentOf, ROOT, stagesOf, valueOf, type Stage } from './dockerfile.ts';
import { deployDocument, deployText, lacking } from './files.ts';
import { CONFIGURATION, PORTS } from './nginx.ts';

const scratched = scratch('compose');
after(() => scratched[Symbol.dispose]());
const missing = lacking('docker-compose', 'openssl');
const folder = copyDeployment(path.join(scratched.path, 'clone'));
const prepared = prepare(folder, 'code.example.org');
const compose = missing === false ? readCompose(folder, '-f', 'docker-compose.production.yml') : { services: {}, networks: {}, volumes: {}, secrets: {} };
const services = Object.entries(compose.services);
const shipped = readFileSync(path.join(ROOT, 'deploy/docker-compose.production.yml'), 'utf8');
const image = stagesOf('deploy/Dockerfile.production').at(-1) as Stage;

test('prepare.sh makes what is missing, once: secrets that differ, a certificate, and a token that reads figures', { skip: missing }, async () => {
  assert.equal(prepared.status, 0, prepared.said);
  const variables = variablesOf(path.join(folder, '.env.production'));
  // What the deployment guide sets.
  for (const [name, value] of Object.entries({ MCP_ENVIRONMENT: 'production', ENABLE_REPOSITORY_MANAGEMENT: 'true', REPOSITORY_AUTO_CLEANUP: 'true', DEFAULT_REPOSITORY_TTL_DAYS: '30', PUBLIC_URL: 'https://code.example.org' })) assert.equal(variables[name], value, name);
  const secrets = ['DB_PASSWORD', 'REDIS_PASSWORD', 'GRAFANA_ADMIN_PASSWORD', 'ADMIN_TOKEN', 'JWT_SECRET'].map((name) => variables[name]);
  assert.ok(secrets.every((one) => /^[0-9a-f]{64}$/.test(one ?? '')) && new Set(secrets).size === secrets.length);
  for (const name of ['.env.production', 'deploy/tls', 'deploy/secrets']) assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0, name);
  assert.match(execFileSync('openssl', ['x509', '-in', 'deploy/tls/fullchain.pem', '-noout', '-ext', 'subjectAltName'], { cwd: folder, encoding: 'utf8' }), /DNS:code\.example\.org/);
  const dataDir = path.join(scratched.path, 'data');
  mkdirSync(dataDir);
  await using server = await startServer({ dataDir, env: { ADMIN_TOKEN: variables['ADMIN_TOKEN'] as string, JWT_SECRET: variables['JWT_SECRET'] as string } });
  const token = readFileSync(path.join(folder, 'deploy/secrets/metrics-token'), 'utf8');
  const figures = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual([figures.status, (await fetch(`${server.url}/metrics`)).status, (await fetch(`${server.url}/admin/diagnostics`, { headers: { authorization: `Bearer ${token}` } })).status], [200, 401, 403]);
  const before = readFileSync(path.join(folder, '.env.production'), 'utf8');
  assert.deepEqual(prepare(folder, 'other.example.org'), { status: 0, said: '' });
  assert.equal(readFileSync(path.join(folder, '.env.production'), 'utf8'), before);
  assert.deepEqual([prepare(path.join(folder, 'deploy')).status], [null]);
});

test('the compose file of the root is that of deploy/, and each says which variable is missing', { skip: missing }, () => {
  assert.deepEqual(readCompose(folder, '--env-file', '.env.production', '-f', 'deploy/docker-compose.production.yml'), compose);
  const bare = copyDeployment(path.join(scratched.path, 'bare'));
  assert.throws(() => readCompose(bare, '-f', 'docker-compose.production.yml'), /\.env\.production/);
  writeFileSync(path.join(bare, '.env.production'), 'REDIS_PASSWORD=x\nGRAFANA_ADMIN_PASSWORD=x\n');
  assert.throws(() => readCompose(bare, '-f', 'docker-compose.production.yml'), /DB_PASSWORD into \.env\.production/);
  assert.throws(() => readCompose(folder, '-f', 'deploy/docker-compose.yml'), /ADMIN_TOKEN/);
});

test('every service is hardened, bounded, restarted, watched and no root', { skip: missing }, () => {
  assert.deepEqual(services.map(([name]) => name).sort(), ['alloy', 'backup', 'grafana', 'loki', 'mcp-server', 'mcp-server-2', 'mcp-server-3', 'mcp-worker', 'mcp-worker-2', 'nginx', 'postgres', 'prometheus', 'redis']);
  for (const [name, one] of services) {
    assert.deepEqual([one.read_only, one.cap_drop, one.cap_add, one.privileged, one.security_opt, one.restart], [true, ['ALL'], undefined, undefined, ['no-new-privileges:true'], 'unless-stopped'], name);
    const { memory, pids } = one.deploy?.resources?.limits ?? {};
    assert.ok(Number(memory) >= 512 * 2 ** 20 && (pids ?? 0) >= 128, name);
    // Our own images say by themselves who runs them.
    const user = one.build === undefined ? one.user : valueOf(stagesOf(path.relative(folder, path.join(one.build.context, one.build.dockerfile))).at(-1) as Stage, 'USER');
    assert.match(user ?? '', /^[1-9]\d*:\d+$/, name);
    // The images of these two have no program that could ask.
    assert.equal(one.healthcheck === undefined, name === 'loki' || name === 'alloy', name);
    for (const needed of Object.keys(one.depends_on ?? {})) assert.ok(needed in compose.services);
  }
});

test('the world reaches nginx alone; databases reach nobody', { skip: missing }, () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map(({ target, published: port, host_ip: host }) => `${name} ${host ?? '*'}:${port} -> ${target}`)).sort();
  assert.deepEqual(published, ['grafana 127.0.0.1:3000 -> 3000', `nginx *:443 -> ${PORTS.tls}`, `nginx *:80 -> ${PORTS.http}`, `nginx 127.0.0.1:8000 -> ${PORTS.keepers}`]);
  const networks = (name: string): string[] => Object.keys(compose.services[name]?.networks ?? {}).sort();
  assert.deepEqual([networks('postgres'), networks('redis'), networks('nginx'), networks('loki')], [['data'], ['data'], ['mcp-network'], ['monitoring']]);
  assert.deepEqual(Object.entries(compose.networks).filter(([, one]) => one?.internal === true).map(([name]) => name).sort(), ['data', 'monitoring']);
});

test('names agree: addresses of nginx with servers, ports with the image, mounted files with this repository', { skip: missing }, () => {
  const nginx = readFileSync(CONFIGURATION, 'utf8');
  const upstream = [...nginx.matchAll(/^\s+server (\S+):(\d+) /gm)].map(([, name, port]) => [name, port]);
  const servers = services.filter(([, { command }]) => command?.[0] === 'serve');
  const named = (compose.services['nginx'] as ComposeService).extra_hosts?.map((one) => one.split(/[:=]/)) ?? [];
  assert.deepEqual(upstream.map(([name]) => named.find(([one]) => one === name)?.[1]), servers.map(([, one]) => one.networks?.['mcp-network']?.ipv4_address));
  assert.ok(upstream.length === 3 && upstream.every(([, port]) => port === valueOf(image, 'EXPOSE')));
  for (const port of Object.values(PORTS)) assert.match(nginx, new RegExp(`^\\s+listen ${port}[; ]`, 'm'));
  for (const [name, one] of servers) {
    assert.deepEqual([one.environment?.['TRUSTED_PROXIES'], one.healthcheck?.test.at(-1)], [compose.services['nginx']?.networks?.['mcp-network']?.ipv4_address, one.environment?.['PORT']], name);
    assert.equal(name === 'mcp-server' || one.networks?.['monitoring']?.aliases?.includes('mcp-server'), true, name);
  }
  for (const [name, one] of services.filter(([, { command }]) => command?.[0] === 'worker')) assert.equal(one.healthcheck?.test.at(-1), one.environment?.['WORKER_PORT'], name);
  for (const [name, { volumes = [], secrets = [], environment = {} }] of services) {
    for (const { type, source } of volumes) assert.ok(type === 'volume' ? source in compose.volumes : existsSync(path.join(ROOT, path.relative(folder, source))), `${name} mounts ${source}`);
    for (const { source } of secrets) assert.ok(existsSync(compose.secrets[source]?.file ?? ''), `${name} is told the secret ${source}`);
    if (environment['LOG_DIR'] !== undefined) assert.equal(environment['LOG_DIR'], `/app/logs/${name}`);
  }
  for (const { source, target } of compose.services['nginx']?.secrets ?? []) assert.ok(nginx.includes(`${target};`), source);
});

test('what watches finds what it watches: names, ports, the token, the logs', { skip: missing }, () => {
  const { scrape_configs: jobs } = deployDocument('prometheus/prometheus.yml') as { scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[]; authorization?: { credentials_file: string } }[] };
  const watched = jobs.filter(({ dns_sd_configs: found }) => found !== undefined);
  assert.deepEqual(watched.map(({ job_name: name }) => name), ['mcp-server', 'mcp-worker']);
  for (const { job_name: name, dns_sd_configs: [found] = [], authorization } of watched) {
    const answering = services.filter(([own, { networks = {} }]) => 'monitoring' in networks && (own === name || networks['monitoring']?.aliases?.includes(name)));
    assert.deepEqual([found?.names, answering.length], [[name], name === 'mcp-server' ? 3 : 2]);
    for (const [, one] of answering) assert.equal(one.environment?.[name === 'mcp-server' ? 'PORT' : 'WORKER_PORT'], String(found?.port));
    assert.deepEqual(compose.services['prometheus']?.secrets?.map(({ source, target }) => target ?? `/run/secrets/${source}`), [authorization?.credentials_file]);
  }
  const { datasources } = deployDocument('grafana/provisioning/datasources/datasources.yml') as { datasources: { url: string }[] };
  for (const { url } of datasources) assert.ok('monitoring' in (compose.services[new URL(url).hostname]?.networks ?? {}), url);
  const { providers } = deployDocument('grafana/provisioning/dashboards/dashboards.yml') as { providers: { options: { path: string } }[] };
  assert.ok(compose.services['grafana']?.volumes?.some(({ target }) => target === providers[0]?.options.path));
  const patterns = [...deployText('loki/config.alloy').matchAll(/"__path__" = "([^"]+)"/g)].map((match) => match[1] as string);
  for (const [, { environment = {}, command }] of services.filter(([, one]) => one.environment?.['LOG_DIR'] !== undefined)) {
    const file = `${environment['LOG_DIR']}/${command?.[0] === 'serve' ? 'serve' : 'worker'}.log`;
    assert.ok(patterns.some((pattern) => path.posix.matchesGlob(file, pattern)), file);
  }
});

test('variables exist: each that is used is a setting or in the table of the deployment, with the same default', { skip: missing }, () => {
  const settings = new Set(SETTINGS.map(({ variable }) => variable));
  const table = new Map(DEPLOYMENT_VARIABLES.map((one) => [one.variable, one.default]));
  assert.deepEqual([...table.keys()].filter((name) => settings.has(name)), []);
  const used = [...shipped.matchAll(/\$\{([A-Z0-9_]+)(?::-([^}]*))?[^}]*\}/g)];
  for (const [, name = '', fallback] of used) {
    assert.ok(settings.has(name) || table.has(name), `${name} is known nowhere`);
    if (table.has(name) && fallback !== undefined && fallback !== '') assert.equal(table.get(name), fallback, name);
  }
  const names = new Set(used.map(([, name]) => name));
  assert.deepEqual([...table.keys()].filter((name) => !names.has(name)), []);
  // The program's services are given settings, and the secrets of others blanked.
  for (const [name, value] of Object.entries(compose.services['mcp-server']?.environment ?? {})) assert.ok(settings.has(name) || /_PASSWORD$/.test(name) || value === '', name);
  const example = readFileSync(path.join(ROOT, 'deploy/.env.production.example'), 'utf8');
  for (const name of [...settings, ...table.keys()]) assert.equal(new RegExp(`^(?:# )?${name}=`, 'm').test(example), !SETTLED.includes(name), name);
  for (const name of Object.keys(environmentOf(image))) if (settings.has(name)) assert.ok(SETTLED.includes(name) || example.includes(`${name}=`), name);
});

test('Redis starts with the shipped file and command, keeps jobs when it is full, and wants the password', { skip: missing || lacking('redis-server') }, async () => {
  const { command = [], environment = {} } = compose.services['redis'] as ComposeService;
  const data = path.join(scratched.path, 'redis');
  mkdirSync(data);
  const socket = path.join(data, 'redis.sock');
  const file = path.join(scratched.path, 'redis.conf');
  // Elsewhere than in its container, and smaller.
  writeFileSync(file, `${readFileSync(path.join(ROOT, 'deploy/redis/redis.conf'), 'utf8').replace('dir /data', `dir ${data}`).replace('768mb', '3mb')}\nport 0\nunixsocket ${socket}\n`);
  const words = (command ?? []).map((one) => one.replaceAll('$$', '$').replace('/usr/local/etc/redis/redis.conf', file));
  const child = spawn(words[0] as string, words.slice(1), { env: { PATH: process.env['PATH'], REDIS_PASSWORD: environment['REDIS_PASSWORD'] as string }, stdio: 'ignore' });
  const client = new Redis({ path: socket, password: environment['REDIS_PASSWORD'] as string, retryStrategy: () => 50 });
  client.on('error', () => {});
  try {
    for (const [name, value] of [['maxmemory-policy', 'noeviction'], ['appendonly', 'yes'], ['appendfsync', 'everysec']] as const) assert.deepEqual(await client.config('GET', name), [name, value]);
    await client.set('job', 'kept');
    await assert.rejects(async () => { for (let n = 0; n < 100; n++) await client.set(`filler${n}`, 'x'.repeat(100_000)); }, /OOM/);
    assert.equal(await client.get('job'), 'kept');
    const stranger = new Redis({ path: socket, retryStrategy: () => null });
    stranger.on('error', () => {});
    await assert.rejects(stranger.get('job'), /NOAUTH/);
    stranger.disconnect();
    assert.ok(!readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes(environment['REDIS_PASSWORD'] as string));
  } finally {
    client.disconnect();
    child.kill('SIGTERM');
    // The shell has become Redis, so the signal arrives and everything is written down.
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  }
});

test('PostgreSQL starts with the settings of its command', { skip: missing || (postgresIsInstalled() ? false : 'PostgreSQL is not installed') }, async () => {
  const [program, ...flags] = compose.services['postgres']?.command ?? [];
  const settings = Object.fromEntries(flags.map((one) => /^-c(\w+)=(.*)$/.exec(one)?.slice(1) as [string, string]));
  assert.ok(program === 'postgres' && Object.keys(settings).length > 8);
  await using postgres = await startPostgres({ settings });
  const taken = await postgres.query('SELECT name, current_setting(name) AS value FROM pg_settings') as { name: string; value: string }[];
  for (const [name, value] of Object.entries(settings)) assert.equal(taken.find((one) => one.name === name)?.value, value, name);
});
