/** Real processes through the launcher, over real repositories in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const LAUNCHER: string = path.resolve(import.meta.dirname, '..', 'code-index');

/** A temporary folder that goes when it is disposed of. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'code-index-test-')));
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function writeFiles(folder: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

export function git(folder: string, ...args: readonly string[]): string {
  const own = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...own, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A git repository on branch `main` with the files in one commit. */
export function makeRepository(folder: string, files: Files): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  writeFiles(folder, files);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'first', '--allow-empty');
  return folder;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly launcher?: string;
}

/** Runs the launcher to its end. */
export function run(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.launcher ?? LAUNCHER, args, {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: '1', ...(options.dataDir === undefined ? {} : { CODE_INDEX_DATA_DIR: options.dataDir }), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Repeats a question until it is answered with yes; throws after ten seconds. */
export async function until(what: string, question: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`${what} did not happen within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The text of a file in `test/goldens/`; with UPDATE_GOLDENS=1 the actual text is written there first. */
export function golden(name: string, actual: string): string {
  const file = path.join(import.meta.dirname, 'goldens', name);
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  if (!existsSync(file)) throw new Error(`There is no golden ${name}: run the tests with UPDATE_GOLDENS=1 and read what it wrote.`);
  return readFileSync(file, 'utf8');
}

/** A small project in two languages, with one file that is left out. */
export const PROJECT: Files = {
  'README.md': '# Greeter\n\nSays hello to people.\n',
  'src/greet.ts': [
    'import { shout } from "./shout.ts";', '', '/** Greets one person by name. */', 'export function greet(name: string): string {', '  return shout(`hello ${name}`);', '}', '',
    'export class Greeter {', '  greetAll(names: string[]): string[] {', '    return names.map((name) => greet(name));', '  }', '}', '',
  ].join('\n'),
  'src/shout.ts': 'export function shout(text: string): string {\n  return text.toUpperCase();\n}\n',
  'tools/greet.py': 'def greet_everyone(names):\n    """Greets all of them."""\n    return [f"hello {name}" for name in names]\n',
  'logo.png': new Uint8Array([137, 80, 78, 71, 0, 0, 0, 1, 2, 3]),
};
