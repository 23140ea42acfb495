import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '../src/domain/mod.ts';
import type { SymbolAnswer } from '../src/search/mod.ts';
import type { DoctorAnswer, RepositoryLine, StatusAnswer } from '../src/service/mod.ts';
import { LAUNCHER, PROJECT, git, makeRepository, run, temporaryFolder, until, writeFiles, type Outcome } from './faces.ts';

const folder = temporaryFolder();
const dataDir = path.join(folder.path, 'data');
const project = path.join(folder.path, 'project');
const ask = (args: readonly string[], options: { cwd?: string; input?: string; env?: Record<string, string>; launcher?: string; dataDir?: string } = {}): Promise<Outcome> =>
  run(args, { cwd: project, dataDir, ...options });
const parse = <Parsed = Answer>(outcome: Outcome): Parsed => JSON.parse(outcome.stdout) as Parsed;

before(async () => {
  makeRepository(project, PROJECT);
  const indexed = await ask(['index']);
  assert.equal(indexed.code, 0, indexed.stderr);
});
after(() => folder[Symbol.dispose]());

describe('index', () => {
  it('says that nothing changed, and streams NDJSON with --json', async () => {
    const again = await ask(['index']);
    assert.match(again.stdout, /^project \(main\): 5 files, nothing changed · \d+ m?s\n$/);
    const lines = (await ask(['index', '--json'])).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.at(-2).kind, 'done');
    assert.equal(lines.at(-1).repositories[0].repository, 'project');
  });

  it('calls a touched file fresh, and does not read it again', async () => {
    using folder = temporaryFolder();
    const root = makeRepository(path.join(folder.path, 'touched'), { 'a.c': 'int here;\n', 'b.c': 'int there;\n' });
    utimesSync(path.join(root, 'a.c'), 1_000, 1_000);
    const own = { cwd: root, dataDir: path.join(folder.path, 'data') };
    await run(['index', '--quiet'], own);
    writeFiles(root, { 'b.c': 'int there2;\n' });
    assert.match((await run(['index'], own)).stdout, /1 changed/);
    const found = JSON.parse((await run(['search', 'int', '--mode', 'text', '--json'], own)).stdout);
    assert.deepEqual(found.results.map((one: { path: string; freshness: string }) => [one.path, one.freshness]).sort(), [['a.c', 'fresh'], ['b.c', 'edited']]);
    writeFiles(root, { 'b.c': 'int changed again;\n' });
    const read = await run(['read', 'b.c'], own);
    assert.equal(read.stdout, '1 int there2;\nstale: the file changed on disk after it was indexed\n');
  });
  it('works through a symbolic link from any folder', async () => {
    const link = path.join(folder.path, 'link-to-launcher');
    symlinkSync(LAUNCHER, link);
    const answer = await ask(['--version'], { cwd: folder.path, launcher: link });
    assert.match(answer.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('makes names unique, and refuses a name that was asked for and is taken', async () => {
    const other = makeRepository(path.join(folder.path, 'elsewhere', 'project'), { 'a.txt': 'elsewhere\n' });
    const first = await ask(['index', other, '--name', 'project']);
    assert.equal(first.code, 1);
    assert.match(first.stderr, /The name "project" belongs to the repository at .*Choose another --name/);
    const second = await ask(['index', other]);
    assert.match(second.stdout, /^project-2 \(main\)/);
    assert.equal((await ask(['repos', 'remove', 'project-2'])).stdout, 'Removed project-2.\n');
    const list = parse<{ repositories: readonly RepositoryLine[] }>(await ask(['repos', 'list', '--json']));
    assert.deepEqual(list.repositories.map((one) => one.name), ['project']);
  });

  it('keeps branches and linked work trees as views of one repository', async () => {
    const root = makeRepository(path.join(folder.path, 'branches'), { 'a.txt': 'alpha\n' });
    git(root, 'checkout', '-q', '-b', 'next');
    writeFiles(root, { 'b.txt': 'branchonly\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'second');
    git(root, 'checkout', '-q', 'main');
    git(root, 'worktree', 'add', '-q', path.join(folder.path, 'linked'), 'next');
    const indexed = await ask(['index', root, path.join(folder.path, 'linked'), '--branch', 'next']);
    assert.equal(indexed.code, 0, indexed.stderr);
    const status = parse<StatusAnswer>(await ask(['status', 'branches', '--json']));
    assert.equal(status.repositories.length, 1);
    assert.deepEqual(status.repositories[0]?.views.map((one) => [one.kind, one.branch, one.files]).sort(), [['branch', 'next', 2], ['worktree', 'main', 1], ['worktree', 'next', 2]]);
    const found = parse(await ask(['search', 'branchonly', '--repo', 'branches', '--branch', 'next', '--json']));
    assert.deepEqual(found.results.map((one) => one.path), ['b.txt']);
    const none = parse(await ask(['search', 'branchonly', '--json'], { cwd: root }));
    assert.equal(none.total.value, 0);
    await ask(['repos', 'remove', 'branches']);
  });

  it('clones a git URL and updates the clone', async () => {
    const origin = makeRepository(path.join(folder.path, 'origin'), { 'a.txt': 'firstversion\n' });
    const added = await ask(['repos', 'add', `file://${origin}`, '--name', 'cloned', '--purpose', 'example']);
    assert.equal(added.code, 0, added.stderr);
    writeFiles(origin, { 'a.txt': 'secondversion\n' });
    git(origin, 'commit', '-q', '-a', '-m', 'second');
    const updated = await ask(['repos', 'update', 'cloned']);
    assert.equal(updated.code, 0, updated.stderr);
    assert.equal(parse(await ask(['search', 'secondversion', '--repo', 'cloned', '--json'])).total.value, 1);
    assert.equal((await ask(['repos', 'remove', 'cloned'])).code, 0);
  });

  it('indexes a folder of a repository as that folder alone', async () => {
    const indexed = await ask(['index', path.join(project, 'tools')]);
    assert.match(indexed.stdout, /^tools \(main\): 1 file,/);
    const found = parse(await ask(['search', 'greet_everyone', '--json'], { cwd: path.join(project, 'tools') }));
    assert.deepEqual(found.coverage.repositories, ['tools']);
    await ask(['repos', 'remove', 'tools']);
  });
});

describe('search', () => {
  it('answers like grep, with totals in the last line', async () => {
    const answer = await ask(['search', '--mode', 'text', 'hello']);
    assert.equal(answer.code, 0, answer.stderr);
    assert.match(answer.stdout, /^src\/greet\.ts:5: {3}return shout\(`hello \$\{name\}`\);$/m);
    assert.match(answer.stdout.trim().split('\n').at(-1) ?? '', /^3 results · 4 files searched, 1 left out \(1 binary\) · at [0-9a-f]{9} · \d+ m?s$/);
  });

  it('says what was searched when nothing is found', async () => {
    const answer = await ask(['search', 'nosuchwordanywhere']);
    assert.equal(answer.code, 0);
    assert.match(answer.stdout, /^no results · 4 files searched, 1 left out \(1 binary\)/);
  });

  it('gives the contract with --json', async () => {
    const answer = parse(await ask(['search', 'shout', '--json']));
    assert.deepEqual(Object.keys(answer), ['query', 'mode', 'total', 'tookMs', 'nextCursor', 'results', 'coverage', 'freshness', 'notes']);
    assert.deepEqual(Object.keys(answer.results[0] ?? {}).sort(), ['branch', 'endLine', 'freshness', 'kind', 'language', 'matches', 'path', 'repository', 'score', 'snippet', 'startLine', 'symbol', 'why']);
  });

  it('takes words with one dash as words of the query', async () => {
    const answer = parse(await ask(['search', 'hello', '-README', '--mode', 'text', '--json']));
    assert.ok(answer.total.value > 0);
  });

  it('goes on where a page ended', async () => {
    const all = parse(await ask(['search', 'greet', '--mode', 'text', '--all', '--json']));
    const pages: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = parse(await ask(['search', 'greet', '--mode', 'text', '--all', '--limit', '2', '--json', ...(cursor === null ? [] : ['--cursor', cursor])]));
      pages.push(...page.results.map((one) => `${one.path}:${one.startLine}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(pages, all.results.map((one) => `${one.path}:${one.startLine}`));
  });

  it('indexes the text of a new directory first, and its symbols behind the answer', async () => {
    const fresh = makeRepository(path.join(folder.path, 'fresh'), { 'lib/new.py': 'def brand_new_thing():\n    pass\n' });
    const answer = await ask(['search', 'brand_new_thing'], { cwd: path.join(fresh, 'lib') });
    assert.equal(answer.code, 0, answer.stderr);
    assert.match(answer.stdout, /lib\/new\.py/);
    assert.match(answer.stderr, /fresh was not indexed yet: the text of 1 file is searchable now; symbols follow in the background\./);
    await until('the symbols of the new repository', async () => parse<StatusAnswer>(await ask(['status', 'fresh', '--json'])).repositories[0]?.symbols === 1);
    await ask(['repos', 'remove', 'fresh']);
  });

  it('ends well when its reader goes away', async () => {
    const child = spawn(LAUNCHER, ['search', 'greet', '--all'], { cwd: project, env: { ...process.env, CODE_INDEX_DATA_DIR: dataDir }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    assert.deepEqual([await new Promise((resolve) => child.on('close', resolve)), stderr], [0, '']);
  });
});

describe('symbol, read, outline, map, similar', () => {
  it('finds definitions and callers', async () => {
    const found = parse<SymbolAnswer>(await ask(['symbol', 'greet', '--json']));
    assert.equal(found.results[0]?.path, 'src/greet.ts');
    assert.equal(found.results[0]?.symbol?.kind, 'function');
    const callers = parse<SymbolAnswer>(await ask(['symbol', 'shout', '--callers', '--json']));
    assert.ok(callers.results.some((one) => one.symbol?.name === 'greet' && one.tier === 'resolved'));
  });

  it('reads lines, a symbol, an outline and the map', async () => {
    assert.equal((await ask(['read', 'src/shout.ts:1-2'])).stdout, '1 export function shout(text: string): string {\n2   return text.toUpperCase();\n');
    assert.match((await ask(['read', '--symbol', 'Greeter.greetAll'])).stdout, /names\.map/);
    assert.match((await ask(['outline', 'src/greet.ts'])).stdout, /greet\(name: string\)[\s\S]*class Greeter[\s\S]*greetAll/);
    assert.match((await ask(['map', '--tokens', '500'])).stdout, /src\/greet\.ts/);
  });

  it('finds code like a place or like stdin', async () => {
    const place = await ask(['similar', 'src/greet.ts:4-6', '--json']);
    assert.equal(place.code, 0, place.stderr);
    const snippet = await ask(['similar', '-', '--json'], { input: 'def greet_all(names):\n    return ["hello " + name for name in names]\n' });
    assert.equal(snippet.code, 0, snippet.stderr);
    assert.ok(parse(snippet).results.length > 0);
  });
});

describe('status, doctor, help', () => {
  it('lists what was left out and why', async () => {
    const status = parse<StatusAnswer>(await ask(['status', '--skipped', '--json']));
    assert.deepEqual(status.skipped, [{ repository: 'project', branch: 'main', path: 'logo.png', reason: 'binary', kept: 'nothing', size: 10 }]);
    assert.match((await ask(['status', '--skipped'])).stdout, /^binary +logo\.png 10 B\n1 file left out\n$/);
    const root = makeRepository(path.join(folder.path, 'made'), { 'made.c': '/* Code generated by x. DO NOT EDIT. */\nint a;\n' });
    await ask(['index', root, '--quiet']);
    assert.match((await ask(['status', 'made', '--skipped'])).stdout, /^text: generated +made\.c \d+ B\n0 files left out, 1 searched as text only\n$/);
    await ask(['repos', 'remove', 'made']);
  });

  it('finds itself well', async () => {
    const answer = parse<DoctorAnswer>(await ask(['doctor', '--json']));
    assert.deepEqual(answer.checks.filter((one) => !one.ok), []);
    assert.deepEqual(answer.checks.map((one) => one.name), [
      'node', 'git', 'data folder', 'free disk', 'clock', 'threads', 'allowed roots', 'settings', 'secrets', 'queue', 'certificate', 'database', 'writer', 'meaning',
      'repositories', 'jobs', 'backups', 'leftovers',
    ]);
  });

  it('helps', async () => {
    assert.match((await ask(['--help'])).stdout, /^ {2}search <query\.\.\.> +Search indexed code\.$/m);
    assert.match((await ask(['search', '--help'])).stdout, /--mode <auto\|text\|regex\|symbol\|semantic\|hybrid>/);
  });
});

describe('install', () => {
  it('prints, and edits only when asked to, keeping everything else', async () => {
    const home = path.join(folder.path, 'home');
    mkdirSync(home);
    const env = { HOME: home };
    assert.match((await ask(['install', 'claude'], { env })).stdout, /"mcpServers"/);
    writeFileSync(path.join(home, '.claude.json'), '{\n    "theme": "dark",\n    "mcpServers": { "other": { "command": "x" } }\n}\n');
    assert.equal((await ask(['install', 'claude', '--write'], { env })).code, 0);
    const text = readFileSync(path.join(home, '.claude.json'), 'utf8');
    const settings = JSON.parse(text);
    assert.equal(settings.theme, 'dark');
    assert.equal(settings.mcpServers.other.command, 'x');
    assert.deepEqual(settings.mcpServers['code-index'].args, ['mcp']);
    assert.match((await ask(['install', 'claude', '--write'], { env })).stdout, /knew code-index already/);
    assert.equal(readFileSync(path.join(home, '.claude.json'), 'utf8'), text);
    mkdirSync(path.join(home, '.codex'));
    writeFileSync(path.join(home, '.codex', 'config.toml'), 'model = "x"\n\n[mcp_servers.other]\ncommand = "y"\n');
    assert.equal((await ask(['install', 'codex', '--write'], { env })).code, 0);
    assert.match(readFileSync(path.join(home, '.codex', 'config.toml'), 'utf8'), /^model = "x"\n\n\[mcp_servers\.other\]\ncommand = "y"\n\n\[mcp_servers\.code-index\]\ncommand = ".*code-index"\nargs = \["mcp"\]\n$/);
  });
});

describe('watch', () => {
  it('makes a saved file searchable', async () => {
    const watched = makeRepository(path.join(folder.path, 'watched'), { 'a.txt': 'before\n' });
    const child = spawn(LAUNCHER, ['watch', '--json'], { cwd: watched, env: { ...process.env, CODE_INDEX_DATA_DIR: dataDir }, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    let done = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (done += text.split('"kind":"done"').length - 1));
    try {
      await until('the first index', async () => done >= 1);
      writeFiles(watched, { 'a.txt': 'afterwards\n' });
      await until('the second index', async () => done >= 2);
      assert.equal(parse(await ask(['search', 'afterwards', '--json'], { cwd: watched })).total.value, 1);
    } finally {
      child.kill('SIGINT');
    }
    assert.equal(await ended, 0);
    await ask(['repos', 'remove', 'watched']);
  });
});
