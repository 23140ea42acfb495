/** Units as systemd takes them, and what a server does under them: its calls are traced and held against what they allow. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { SETTINGS } from '../../src/app/flags.ts';
import { LAUNCHER, makeRepository, temporaryFolder } from '../faces.ts';
import { cleanEnvironment, getJson } from '../server.ts';
import { DEPLOY, deployText, lacking, succeeds } from './files.ts';

/** Settings and commands of parts that are not in this branch. One that has come fails here until it is taken off. */
const AWAITED: readonly string[] = ['WORKER_PORT'];

const UNITS = readdirSync(path.join(DEPLOY, 'systemd')).filter((name) => name.endsWith('.service')).sort();
const ADMIN = 'admin-token-of-the-tests';
const program = path.resolve(import.meta.dirname, '..', '..', 'src', 'bin.ts');

/** What a unit says under each word, in its order. */
function unit(name: string): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, string[]>();
  for (const line of deployText(`systemd/${name}`).split('\n')) {
    const [, word, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (word !== undefined) words.set(word, [...(words.get(word) ?? []), value as string]);
  }
  return words;
}

const last = (name: string, word: string): string => unit(name).get(word)?.at(-1) ?? '';

test('systemd: the units are well formed, and closed but for what the program needs', { skip: lacking('systemd-analyze') }, () => {
  using folder = temporaryFolder();
  const files = UNITS.map((name) => {
    const file = path.join(folder.path, name);
    writeFileSync(file, deployText(`systemd/${name}`).replaceAll('/usr/local/bin/code-index', LAUNCHER));
    return file;
  });
  assert.deepEqual(UNITS, ['mcp-server.service', 'mcp-worker@.service']);
  assert.equal(succeeds('systemd-analyze', 'verify', '--man=no', ...files), '');
  // Of 100; a unit that says nothing has 96. What is left is the network, memory that is written and run, and notices by a child.
  for (const file of files) succeeds('systemd-analyze', 'security', '--offline=true', '--no-pager', '--threshold=20', file);
});

test('systemd: user, folders and settings are those of the program', { skip: lacking('systemd-sysusers', 'systemd-tmpfiles') }, () => {
  const variables = new Set([...SETTINGS.map(({ variable }) => variable), ...AWAITED]);
  assert.deepEqual(AWAITED.filter((name) => SETTINGS.some(({ variable }) => variable === name)), [], 'these have come');
  for (const name of UNITS) {
    const words = unit(name);
    for (const one of words.get('Environment') ?? []) for (const pair of one.split(' ')) assert.ok(variables.has(pair.split('=')[0] as string), `${name}: ${pair}`);
    const folder = `/var/lib/${last(name, 'StateDirectory')}`;
    assert.deepEqual([last(name, 'WorkingDirectory'), last(name, 'ReadWritePaths'), /--data-dir (\S+)/.exec(last(name, 'ExecStart'))?.[1]], [folder, folder, folder]);
    assert.deepEqual([last(name, 'User'), last(name, 'Group'), last(name, 'Type'), last(name, 'NotifyAccess'), last(name, 'ExecReload')], ['mcp', 'mcp', 'notify', 'all', '/bin/kill -s HUP $MAINPID']);
    const drain = Number(SETTINGS.find(({ variable }) => variable === 'DRAIN_SECONDS')?.default);
    assert.ok(Number(last(name, 'TimeoutStopSec')) > drain, name);
  }
  using root = temporaryFolder();
  mkdirSync(path.join(root.path, 'etc'));
  const file = (name: string): string => path.join(DEPLOY, 'systemd', name);
  succeeds('systemd-sysusers', `--root=${root.path}`, file('sysusers.conf'));
  assert.match(readFileSync(path.join(root.path, 'etc', 'passwd'), 'utf8'), /^mcp:x:10001:10001:code-index:\/var\/lib\/code-index:\/usr\/sbin\/nologin$/m);
  if (process.getuid?.() !== 0) return;
  succeeds('systemd-tmpfiles', `--root=${root.path}`, '--create', file('tmpfiles.conf'));
  for (const name of ['repositories', 'uploads', 'logs']) assert.ok(existsSync(path.join(root.path, 'var/lib/code-index', name)), name);
});

interface Traced {
  readonly calls: ReadonlySet<string>;
  readonly families: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  /** Memory that may be written and run was asked for. */
  readonly writesCode: boolean;
}

const CHANGES = /^(?:creat|mkdir|mkdirat|rename|renameat2?|unlink|unlinkat|rmdir|truncate|symlink|link|chmod|fchmodat)$/;

async function read(file: string): Promise<Traced> {
  const [calls, families, written] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let writesCode = false;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, call, rest = ''] = /^\d+ +([a-z]\w*)\((.*)$/.exec(line) ?? [];
    if (call === undefined) continue;
    calls.add(call);
    if (/^socket(pair)?$/.test(call)) families.add(/^AF_\w+/.exec(rest)?.[0] ?? rest);
    if (/^(mmap|mprotect|pkey_mprotect)$/.test(call) && /PROT_WRITE\|PROT_EXEC/.test(rest)) writesCode = true;
    const opened = /^open(at)?$/.test(call) && /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(rest);
    if ((opened || CHANGES.test(call)) && !/ = -1 /.test(rest)) for (const [, name] of rest.matchAll(/"(\/[^"]*)"/g)) written.add(name as string);
  }
  return { calls, families, written, writesCode };
}

/** The names in a group of systemd, with those of the groups in it. */
function callsIn(group: string): readonly string[] {
  const lines = succeeds('systemd-analyze', '--no-pager', 'syscall-filter', group).split('\n').slice(1).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => (line.startsWith('@') ? callsIn(line) : [line]));
}

function allowedBy(filters: readonly string[]): ReadonlySet<string> {
  const allowed = new Set<string>();
  for (const filter of filters) {
    const taken = filter.startsWith('~');
    for (const word of filter.replace('~', '').split(' ')) for (const call of word.startsWith('@') ? callsIn(word) : [word]) {
      if (taken) allowed.delete(call);
      else allowed.add(call);
    }
  }
  // What every process needs before a filter can be set is allowed with every list of allowed calls.
  for (const call of callsIn('@default')) allowed.add(call);
  return allowed;
}

/** Serves, indexes with git, answers, tells figures, reads settings again and stops: all of it traced. */
async function trace(folder: string): Promise<string> {
  const [dataDir, out] = [path.join(folder, 'data'), path.join(folder, 'trace')];
  mkdirSync(dataDir);
  const project = makeRepository(path.join(folder, 'project'), { 'a.ts': 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n' });
  const child = spawn('strace', ['-f', '-qq', '-s', '0', '-e', 'signal=none', '-o', out, process.execPath, program, 'serve', '--port', '0', '--data-dir', dataDir], {
    cwd: dataDir, stdio: ['ignore', 'ignore', 'pipe'], env: cleanEnvironment({ HOME: dataDir, ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true' }),
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let pid = 0;
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      createInterface({ input: child.stderr }).on('line', (line) => {
        said += `${line}\n`;
        const found = /Serving on (\S+?)\.$/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
      void ended.then(() => reject(new Error(`it ended before it served:\n${said}`)));
    });
    pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]);
    const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
    const { job } = await getJson({ url }, '/api/repositories', { method: 'POST', headers, body: JSON.stringify({ path: project }) }, 202);
    for (let turn = 0; turn < 200 && (await getJson({ url }, `/api/jobs/${job.id}`, { headers })).job.state !== 'done'; turn++) await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal((await getJson({ url }, '/api/search?query=parseUrl', { headers })).results[0].path, 'a.ts');
    for (const address of ['/metrics', '/ready']) await (await fetch(url + address, { headers })).text();
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGTERM');
    assert.deepEqual((await ended)[0], 0);
    return out;
  } finally {
    if (child.exitCode === null && pid !== 0) process.kill(pid, 'SIGKILL');
  }
}

test('live: what a server asks of the kernel is what its unit allows', { skip: lacking('strace', 'systemd-analyze', 'git') }, async () => {
  using folder = temporaryFolder();
  const { calls, families, written, writesCode } = await read(await trace(folder.path));
  assert.ok(calls.size > 60, [...calls].join(' '));
  for (const name of UNITS) {
    const allowed = allowedBy(unit(name).get('SystemCallFilter') ?? []);
    // SQLite gives its files to the owner of the database where it runs as root, and only there.
    assert.deepEqual([...calls].filter((call) => !allowed.has(call) && !(call === 'fchown' && process.getuid?.() === 0)), [], `${name}: SystemCallFilter`);
    const spoken = new Set(last(name, 'RestrictAddressFamilies').split(' '));
    assert.deepEqual([...families].filter((one) => !spoken.has(one)), [], `${name}: RestrictAddressFamilies`);
    assert.deepEqual([writesCode, last(name, 'MemoryDenyWriteExecute')], [true, 'false'], name);
  }
  // ProtectSystem=strict: its folder, and PrivateTmp.
  assert.deepEqual([...written].filter((name) => !name.startsWith(`${folder.path}/`) && !name.startsWith(`${tmpdir()}/`) && !name.startsWith('/dev/')), []);
});

test('sysctl: every line is one that this kernel knows, with its reason above it', { skip: process.platform === 'linux' ? false : 'no Linux' }, () => {
  const lines = deployText('sysctl.d/60-code-index.conf').split('\n').filter((line) => line !== '');
  lines.forEach((line, at) => {
    if (line.startsWith('#')) return;
    const [, name, value] = /^([a-z0-9_.]+) = ([\d ]+)$/.exec(line) ?? [];
    assert.ok(name !== undefined && value !== undefined, line);
    assert.ok(existsSync(`/proc/sys/${name.replaceAll('.', '/')}`), line);
    assert.match(lines[at - 1] ?? '', /^#/, `${line} has no reason`);
  });
});
