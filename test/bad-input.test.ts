/** Wrong input gives one sentence (what, which value, how to mend it) and its exit code, and loses nothing. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PROJECT, git, golden, makeRepository, run, temporaryFolder, type Outcome } from './faces.ts';

const folder = temporaryFolder();
const dataDir = path.join(folder.path, 'data');
const project = path.join(folder.path, 'project');
const ask = (args: readonly string[], options: { cwd?: string; dataDir?: string; env?: Record<string, string> } = {}): Promise<Outcome> => run(args, { cwd: project, dataDir, ...options });

/** `exit code: what was said`, without the temporary folder. */
async function said(args: readonly string[], options: { cwd?: string; dataDir?: string; env?: Record<string, string> } = {}): Promise<string> {
  const { code, stdout, stderr } = await ask(args, options);
  const text = (stderr === '' ? stdout : stderr).replaceAll(folder.path, '<tmp>').replaceAll(/\d+(?:\.\d+)? m?s\b/g, '<time>').replaceAll(/at [0-9a-f]{9}/g, 'at <commit>').trim();
  assert.equal(text.split('\n').length, 1, text);
  return `${code}: ${text}`;
}

before(async () => {
  makeRepository(project, PROJECT);
  assert.equal((await ask(['index'])).code, 0);
});
after(async () => {
  const kept = JSON.parse((await ask(['search', 'hello', '--mode', 'text', '--json'])).stdout);
  assert.ok(kept.total.value >= 3, 'nothing that was indexed is lost');
  folder[Symbol.dispose]();
});

describe('folders', () => {
  it('names the missing path', async () => {
    assert.equal(await said(['index', 'nowhere']), `3: code-index: The folder ${'nowhere'} does not exist. Check the spelling, or name another folder.`);
  });
  it('names the file that is no folder', async () => {
    assert.match(await said(['index', 'README.md']), /^2: code-index: README\.md is a file, not a folder\./);
  });
  it('indexes the chief branch of a bare repository', async () => {
    const bare = path.join(folder.path, 'bare.git');
    git(project, 'clone', '-q', '--bare', '.', bare);
    assert.match(await said(['index', bare]), /^0: bare \(main\): 5 files/);
    await ask(['repos', 'remove', 'bare']);
  });
  it('says that a folder cannot be read', async () => {
    const closed = path.join(folder.path, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0);
    // Root may read everything, so for root the same folder is merely empty.
    const expected = process.getuid?.() === 0 ? /^0: closed: 0 files/ : /^2: code-index: The folder <tmp>\/closed cannot be read by this user\./;
    assert.match(await said(['index', closed]), expected);
    await ask(['repos', 'remove', 'closed']);
  });
  it('says that a git repository is broken', async () => {
    const broken = makeRepository(path.join(folder.path, 'broken'), { 'a.txt': 'a\n' });
    rmSync(path.join(broken, '.git', 'HEAD'));
    assert.match(await said(['index', broken]), /^1: code-index: .*broken/);
  });
  it('indexes the others when one of several fails, with exit code 4', async () => {
    const { code, stdout } = await ask(['index', project, 'nowhere', '--json']);
    assert.equal(code, 4);
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.deepEqual([answer.repositories.length, answer.failed[0].target, answer.failed[0].error.code], [1, 'nowhere', 'not_found']);
  });
  it('takes an empty repository and an empty folder', async () => {
    const empty = path.join(folder.path, 'empty');
    mkdirSync(empty);
    assert.match(await said(['index', empty]), /^0: empty: 0 files, nothing changed/);
    git(empty, 'init', '-q', '-b', 'main');
    assert.match(await said(['index', empty]), /^0: empty \(main\): 0 files, nothing changed/);
    await ask(['repos', 'remove', 'empty']);
  });
  it('stays inside MCP_ALLOWED_ROOTS', async () => {
    const env = { MCP_ALLOWED_ROOTS: path.join(folder.path, 'elsewhere') };
    assert.match(await said(['index', project], { env }), /^2: code-index: <tmp>\/project lies outside the folders that may be indexed\. Add its folder to MCP_ALLOWED_ROOTS/);
    assert.match(await said(['repos', 'add', `file://${project}`], { env }), /^2: .*lies outside/);
  });
  it('refuses helpers and odd transports of git', async () => {
    assert.match(await said(['index', 'ext::sh -c touch% x']), /^2: code-index: /);
    assert.match(await said(['index', 'http://example.org/a.git']), /^2: code-index: http:\/\/example\.org\/a\.git uses http, which may not be cloned from here\./);
  });
  it('knows no branch of that name', async () => {
    assert.match(await said(['index', '--branch', 'nobranch']), /^3: code-index: .*nobranch/);
  });
});

describe('the database', () => {
  it('says that it is corrupt, and leaves it alone', async () => {
    const other = path.join(folder.path, 'corrupt');
    mkdirSync(other);
    writeFileSync(path.join(other, 'code_index.db'), 'this is no database, but it is longer than a header of one needs to be '.repeat(100));
    const before = readFileSync(path.join(other, 'code_index.db'));
    assert.match(await said(['search', 'x', '--repo', 'project'], { dataDir: other }), /^1: code-index: .*code_index\.db/);
    assert.deepEqual(readFileSync(path.join(other, 'code_index.db')), before);
  });
  it('says that it is newer than the program', async () => {
    const other = path.join(folder.path, 'newer');
    mkdirSync(other);
    assert.equal((await ask(['doctor'], { dataDir: other })).code, 0);
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(path.join(other, 'code_index.db'));
    database.pragma('user_version = 9999');
    database.close();
    assert.match(await said(['status'], { dataDir: other }), /^1: code-index: .*newer/);
  });
  it('finds a damaged page with doctor', async () => {
    const other = path.join(folder.path, 'damaged');
    mkdirSync(other);
    await ask(['index', project], { dataDir: other });
    copyFileSync(path.join(other, 'code_index.db'), path.join(other, 'copy'));
    const bytes = readFileSync(path.join(other, 'code_index.db'));
    bytes.fill(0xaa, 8_192, 40_960);
    writeFileSync(path.join(other, 'code_index.db'), bytes);
    const { code, stdout } = await ask(['doctor'], { dataDir: other });
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^BAD +database/m);
  });
  it('says that the data folder cannot be made', async () => {
    appendFileSync(path.join(folder.path, 'plain-file'), 'x');
    assert.match(await said(['status'], { dataDir: path.join(folder.path, 'plain-file', 'data') }), /^1: code-index: The data folder ".*" cannot be made: .*--data-dir/);
  });
});

describe('queries', () => {
  it('says what is wrong with each', async () => {
    const lines: string[] = [];
    for (const [label, args] of Object.entries(QUERIES)) lines.push(`${label.padEnd(20)} ${await said(args)}`);
    const text = `${lines.join('\n')}\n`;
    assert.equal(text, golden('bad-queries.txt', text));
  });
  it('gives the error as JSON on stdout', async () => {
    const { code, stdout } = await ask(['search', '', '--json']);
    assert.equal(code, 2);
    assert.deepEqual(Object.keys(JSON.parse(stdout).error), ['code', 'message', 'fix']);
  });
  it('takes any text as a query', async () => {
    for (const query of ['a.b', 'C++', 'f()', "what's", '...args', '"open', '((', '*', '\\', 'NOT', 'repo:', ':', '日本語', '[0-9', '{}', 'OR OR']) {
      const { code, stderr } = await ask(['search', query]);
      assert.equal(code, 0, `${query}: ${stderr}`);
    }
  });
});

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  empty: ['search', ''],
  'no words': ['search'],
  'too long': ['search', 'x'.repeat(10_001)],
  'invalid regex': ['search', '--mode', 'regex', 'a(b'],
  'glob of nothing': ['search', 'hello', '--path', 'nothing/**'],
  'unknown repository': ['search', 'hello', '--repo', 'nosuch'],
  'unknown language': ['search', 'hello', '--lang', 'klingon'],
  'unknown branch': ['search', 'hello', '--branch', 'nosuch'],
  'bad cursor': ['search', 'hello', '--cursor', 'xyz'],
  'limit too large': ['search', 'hello', '--limit', '100000'],
  'limit no number': ['search', 'hello', '--limit', 'many'],
  'unknown mode': ['search', 'hello', '--mode', 'psychic'],
  'unknown flag': ['search', 'hello', '--frobnicate'],
  'unknown command': ['frobnicate'],
  'half a command': ['repos', 'frobnicate'],
  'unknown symbol kind': ['symbol', 'greet', '--kind', 'gizmo'],
  'no symbol': ['symbol', 'nosuchsymbol'],
  'missing name': ['symbol'],
  'missing file': ['read', 'src/nothere.ts'],
  'lines past the end': ['read', 'src/shout.ts:900-910'],
  'left out file': ['read', 'logo.png'],
  'similar to no line': ['similar', 'src/greet.ts'],
  'unknown client': ['install', 'emacs'],
  'bad setting': ['status', '--threads', 'lots'],
};

describe('an empty index', () => {
  it('says that nothing is indexed, with exit code 3', async () => {
    const other = path.join(folder.path, 'nothing');
    assert.match(await said(['search', 'x', '--repo', '*'], { dataDir: other }), /^3: code-index: /);
    assert.match(await said(['read', 'a.ts', '--repo', 'project'], { dataDir: other }), /^3: code-index: /);
    assert.match(await said(['repos', 'list'], { dataDir: other }), /^0: Nothing is indexed yet: run `code-index index <path>`\.$/);
  });
});
