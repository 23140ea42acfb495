/** Secrets end to end: masked in what is stored and answered, in the raw bytes of every file that the program writes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { OPERATIONS, openService, type Service, type ServiceSettings } from '../src/mod.ts';
import { run } from './faces.ts';
import { getJson, startServer } from './server.ts';

// Joined when the test runs: the repository itself holds nothing that looks like a secret.
const TOKEN = ['ghp', 'q7Zk2mXv9LpR4tYw8NcB6hJd3FsG5aE1uQoW'].join('_');
const PASSWORD = ['mT7', 'qX2', 'vR9', 'kL4', 'pW8'].join('');
const SECRETS = [TOKEN, PASSWORD];

class Project implements AsyncDisposable {
  readonly base: string = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-secrets-')));
  readonly root: string = path.join(this.base, 'project');
  readonly dataDir: string = path.join(this.base, 'data');

  constructor() {
    this.write('src/client.ts', `export const client = connect('${TOKEN}');\nexport function connect(token: string): string {\n  return token;\n}\n`);
    this.write('.env', `PORT=3000\nDATABASE_PASSWORD=${PASSWORD}\n`);
    this.write('src/plain.ts', 'export function harmless(): number {\n  return 1;\n}\n');
    execFileSync('git', ['init', '-q'], { cwd: this.root });
    execFileSync('git', ['add', '-Af'], { cwd: this.root });
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'one'], { cwd: this.root });
  }

  write(file: string, text: string): void {
    const whole = path.join(this.root, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }

  open(more: Partial<ServiceSettings> = {}): Service {
    return openService({ dataDir: this.dataDir, allowedRoots: [], workspace: [this.root], defaultDaysToKeep: 0, autoCleanup: false, version: '0', threads: 1, embedding: { provider: 'none' }, ...more });
  }

  /** Names of secrets that stand in the bytes of the data folder, or in a text that is packed in the database. */
  leaks(): string[] {
    const bytes = readdirSync(this.dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(path.join(one.parentPath, one.name)));
    const database = new Database(path.join(this.dataDir, 'code_index.db'), { readonly: true });
    const packs = database.prepare<[], Buffer>('SELECT data FROM pack').pluck().all().map((data) => zstdDecompressSync(data));
    database.close();
    // Words are stored in lower case, and cut where letters and digits meet.
    const parts = SECRETS.flatMap((secret) => [secret, secret.toLowerCase(), secret.slice(-8)]);
    return parts.filter((part) => [...bytes, ...packs].some((one) => one.includes(part)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** Every operation that shows code, asked for everything. */
async function allAnswers(service: Service): Promise<string> {
  const answers: unknown[] = [];
  for (const secret of SECRETS) {
    for (const mode of ['text', 'regex', 'hybrid', 'auto'] as const) {
      const answer = await OPERATIONS.search.run(service, { query: secret, mode }, {}).catch((error: Error) => error.message);
      // The query is the caller's own.
      answers.push(typeof answer === 'string' ? '' : answer.results);
    }
  }
  for (const query of ['connect', 'DATABASE_PASSWORD', 'client']) answers.push(await OPERATIONS.search.run(service, { query, mode: 'text' }, {}));
  for (const file of ['src/client.ts', '.env']) answers.push(await OPERATIONS.read.run(service, { path: file }, {}).catch((error: Error) => error.message));
  answers.push(await OPERATIONS.read.run(service, { view: 'map' }, {}));
  answers.push(await OPERATIONS.symbol.run(service, { name: 'client', include: ['definition', 'references'] }, {}));
  answers.push(await OPERATIONS.similar.run(service, { path: 'src/client.ts', startLine: 1, endLine: 4 }, {}).catch((error: Error) => error.message));
  answers.push(await OPERATIONS.status.run(service, { skipped: true }, {}));
  const { repositories } = await OPERATIONS.list.run(service, {}, {});
  for (const { name } of repositories) answers.push(await OPERATIONS.secrets.run(service, { repository: name }, {}));
  return JSON.stringify(answers);
}

const shows = (answers: string): string[] => SECRETS.filter((secret) => answers.includes(secret));

test('masked from the beginning: not in any file, not in any answer, not after an update; listed and counted', async () => {
  await using project = new Project();
  await using service = project.open({ maskSecrets: true, embedding: { provider: 'static' } });
  await OPERATIONS.index.run(service, { targets: [project.root] }, {});
  assert.deepEqual([project.leaks(), shows(await allAnswers(service))], [[], []]);
  const file = await OPERATIONS.read.run(service, { path: '.env' }, {});
  assert.equal(file.text, `PORT=3000\nDATABASE_PASSWORD=${'*'.repeat(PASSWORD.length)}`);
  assert.equal((await OPERATIONS.read.run(service, { path: 'src/client.ts', endLine: 1 }, {})).text.trimEnd(), `export const client = connect('ghp_${'*'.repeat(TOKEN.length - 4)}');`);
  const first = await OPERATIONS.secrets.run(service, { repository: 'project', limit: 1 }, {});
  const second = await OPERATIONS.secrets.run(service, { repository: 'project', limit: 1, cursor: first.nextCursor as string }, {});
  assert.deepEqual([...first.secrets, ...second.secrets].map((one) => `${one.path}:${one.line}:${one.column} ${one.rule}`), ['.env:2:19 assigned-secret', 'src/client.ts:1:32 github-token']);
  assert.equal(second.nextCursor, null);
  assert.deepEqual((await OPERATIONS.status.run(service, {}, {})).repositories.map(({ masked, secrets }) => [masked, secrets]), [[true, 2]]);

  project.write('src/client.ts', `// moved down\nexport const again = '${TOKEN}';\n`);
  await OPERATIONS.index.run(service, { targets: [project.root] }, {});
  assert.deepEqual([project.leaks(), shows(await allAnswers(service))], [[], []]);
  // Nothing more to do: what is stored differs from the file, and is compared by its id and its stat data.
  const [again] = (await OPERATIONS.index.run(service, { targets: [project.root] }, {})).repositories;
  assert.equal(again?.changed, 0);
  assert.equal((await OPERATIONS.read.run(service, { path: 'src/client.ts' }, {})).fileFreshness, 'edited');
});

test('indexed in the open, then masked: nothing is answered before, nothing remains after; masked for ever', async () => {
  await using project = new Project();
  {
    await using open = project.open();
    await OPERATIONS.index.run(open, { targets: [project.root] }, {});
    assert.deepEqual(shows(await allAnswers(open)), SECRETS);
    assert.ok(project.leaks().length > 0, 'the test can see a leak');
  }
  {
    await using service = project.open({ maskSecrets: true });
    assert.deepEqual(shows(await allAnswers(service)), []);
    const { results, notes, coverage, freshness } = await OPERATIONS.search.run(service, { query: 'harmless', mode: 'text' }, {});
    assert.deepEqual([results.length, notes, coverage.filesSearched, coverage.filesSkipped], [0, ['Not all files are read yet, and what is not read does not answer: project.'], 0, 0]);
    assert.ok(freshness.pendingFiles > 0 && freshness.indexedAt === null);
    await OPERATIONS.reindex.run(service, {}, {});
    assert.equal((await OPERATIONS.search.run(service, { query: 'harmless', mode: 'text' }, {})).results.length, 1);
    assert.deepEqual([project.leaks(), shows(await allAnswers(service))], [[], []]);
  }
  await using open = project.open();
  project.write('src/new.ts', `export const other = '${TOKEN}';\n`);
  await OPERATIONS.index.run(open, { targets: [project.root] }, {});
  assert.deepEqual([project.leaks(), shows(await allAnswers(open))], [[], []]);
});

test('the allow-file lets texts and paths through', async () => {
  await using project = new Project();
  const allowFile = path.join(project.base, 'allowed');
  writeFileSync(allowFile, '# fixtures\nproject:.env\nother:src/**\n');
  await using service = project.open({ maskSecrets: true, secretsAllowFile: allowFile });
  await OPERATIONS.index.run(service, { targets: [project.root] }, {});
  assert.deepEqual(shows(await allAnswers(service)), [PASSWORD]);
  const { secrets } = await OPERATIONS.secrets.run(service, { repository: 'project' }, {});
  writeFileSync(allowFile, secrets.map(({ sha256 }) => `sha256:${sha256}\n`).join(''));
  await using other = project.open({ maskSecrets: true, secretsAllowFile: allowFile, dataDir: path.join(project.base, 'other') });
  await OPERATIONS.index.run(other, { targets: [project.root] }, {});
  assert.deepEqual(shows(await allAnswers(other)), [TOKEN]);
});

test('a server masks by itself: what was indexed in the open is read again, and nothing of it is answered or logged', async () => {
  await using project = new Project();
  {
    await using open = project.open();
    await OPERATIONS.index.run(open, { targets: [project.root] }, {});
  }
  await using server = await startServer({ dataDir: project.dataDir });
  const answer = await getJson(server, `/api/search?mode=text&query=${TOKEN.slice(4, 20)}`);
  assert.deepEqual(answer.results, []);
  const harmless = async (): Promise<number> => (await getJson(server, '/api/search?mode=text&query=harmless')).results.length;
  for (const end = Date.now() + 60_000; (await harmless()) === 0; await sleep(100)) assert.ok(Date.now() < end, server.log());
  assert.deepEqual((await getJson(server, `/api/search?mode=text&query=${TOKEN.slice(4, 20)}`)).results, []);
  assert.match((await getJson(server, '/api/files?path=.env')).text, /DATABASE_PASSWORD=\*+$/);
  assert.deepEqual([project.leaks(), SECRETS.filter((secret) => server.log().includes(secret))], [[], []]);
  await server.stop();
  assert.deepEqual(project.leaks(), []);
});

test('a command beside a server masks as the server does, so that it answers from the result at once', async () => {
  await using project = new Project();
  mkdirSync(project.dataDir);
  await using server = await startServer({ dataDir: project.dataDir });
  const { code, stderr } = await run(['index', project.root], { cwd: project.base, dataDir: project.dataDir });
  assert.equal(code, 0, stderr);
  const { results, notes } = await getJson(server, '/api/search?mode=text&query=harmless');
  assert.deepEqual([results.length, notes, project.leaks()], [1, [], []]);
});
