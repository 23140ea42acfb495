/** What tests of the whole share: a generated repository, the program as a process, and a digest of what it answers. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LAUNCHER: string = join(dirname(dirname(fileURLToPath(import.meta.url))), 'code-index');

/** A new folder that is removed when the scope ends. */
export function scratch(name: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), `code-index-${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

const MODULES = [
  { ending: 'ts', text: (n: number, lines: number) => `export class Thing${n} {\n  run(): number {\n    return helper${n}(${n});\n  }\n}\nfunction helper${n}(seed: number): number {\n${'  seed = seed * 31 + 7; // mixing step\n'.repeat(lines)}  return seed;\n}\n` },
  { ending: 'py', text: (n: number, lines: number) => `import os\n\nclass Thing${n}:\n    def run(self):\n        return helper${n}(${n})\n\ndef helper${n}(seed):\n${'    seed = seed * 31 + 7  # mixing step\n'.repeat(lines)}    return seed\n` },
  { ending: 'c', text: (n: number, lines: number) => `#include <stdio.h>\n\nstatic int helper${n}(int seed)\n{\n${'  seed = seed * 31 + 7; /* mixing step */\n'.repeat(lines)}  return seed;\n}\n\nint run_thing${n}(void)\n{\n  return helper${n}(${n});\n}\n` },
  { ending: 'md', text: (n: number, lines: number) => `# Thing ${n}\n\nWhat helper${n} does.\n\n${'A line of prose about the mixing step.\n'.repeat(lines)}` },
] as const;

/** A git repository of `files` files in four languages; the same for the same number. */
export function generateRepository(folder: string, files: number, from = 0): void {
  mkdirSync(folder, { recursive: true });
  if (from === 0) git(folder, 'init', '-q', '-b', 'main');
  for (let n = from; n < from + files; n++) {
    const { ending, text } = MODULES[n % MODULES.length] as (typeof MODULES)[number];
    const path = join(folder, `part${n % 7}`, `thing${n}.${ending}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text(n, 20 + (n % 60)));
  }
  git(folder, 'add', '.');
  git(folder, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-q', '-m', `from ${from}`);
}

export function git(folder: string, ...args: readonly string[]): void {
  const result = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function start(args: readonly string[], dataDir: string, cwd: string): ChildProcess {
  return spawn(LAUNCHER, [...args, '--data-dir', dataDir], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

export function finished(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => (stdout += bytes.toString('utf8')));
  child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export function run(args: readonly string[], dataDir: string, cwd: string): Promise<Ran> {
  return finished(start(args, dataDir, cwd));
}

interface Listed {
  readonly total: { readonly value: number };
  readonly results: readonly { readonly path: string; readonly startLine: number; readonly matches: readonly { readonly line: number }[] }[];
}

/** What a repository answers: places of exact text, of a regex and of symbols, and counts of what was found in the files. */
export async function digest(dataDir: string, cwd: string, repository: string): Promise<string> {
  const ask = async (...args: readonly string[]): Promise<unknown> => {
    const ran = await run([...args, '--json'], dataDir, cwd);
    if (ran.code !== 0) throw new Error(`code-index ${args.join(' ')} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
    return JSON.parse(ran.stdout);
  };
  const places = (answer: unknown): unknown => {
    const { total, results } = answer as Listed;
    if (results.length === 0) throw new Error('A digest of answers without results says nothing.');
    return [total.value, results.map((one) => [one.path, one.startLine, one.matches.map((match) => match.line)])];
  };
  const status = (await ask('status', repository)) as { repositories: readonly Record<string, unknown>[] };
  const { files, sourceBytes, symbols, occurrences } = status.repositories[0] ?? {};
  const answers = [
    places(await ask('search', '"mixing step"', '--mode', 'text', '--all', '--limit', '1000', '--repo', repository)),
    places(await ask('search', 'helper[0-9]+5\\(', '--mode', 'regex', '--all', '--limit', '1000', '--repo', repository)),
    places(await ask('symbol', 'Thing12', '--references', '--repo', repository)),
    [files, sourceBytes, symbols, occurrences],
  ];
  return createHash('sha256').update(JSON.stringify(answers)).digest('hex');
}
