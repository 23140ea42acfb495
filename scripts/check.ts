/**
 * `npm run check`: the one command. Types, lint, floors, tidiness, generated files, tests.
 * `npm test` is the last part alone (`--tests`). Whatever is skipped is said aloud, and in CI nothing may be.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFloors } from './check-floors.ts';
import { checkTidy } from './check-tidy.ts';
import { pgvectorIsInstalled, postgresIsInstalled } from '../test/services/postgres.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts', 'train/**/*.test.ts'];

/** Programs that tests compare with or start; a test whose program is missing says so and is counted as skipped. */
const PROGRAMS: readonly { readonly name: string; readonly package: string; readonly found?: () => boolean }[] = [
  { name: 'git', package: 'git' },
  { name: 'rg', package: 'ripgrep' },
  { name: 'chromium', package: 'chromium' },
  { name: 'systemd-notify', package: 'systemd' },
  { name: 'python3', package: 'python3-minimal' },
  { name: 'postgres', package: 'postgresql', found: postgresIsInstalled },
  { name: 'pgvector', package: 'built by scripts/install-pgvector.sh', found: pgvectorIsInstalled },
  { name: 'redis-server', package: 'redis-server' },
  { name: 'nginx', package: 'nginx' },
  { name: 'promtool', package: 'prometheus' },
  { name: 'strace', package: 'strace' },
  { name: 'curl', package: 'curl' },
  { name: 'zstd', package: 'zstd' },
  { name: 'bwrap', package: 'bubblewrap' },
  { name: 'tini', package: 'tini' },
  { name: 'docker-compose', package: 'installed by scripts/install-docker-compose.sh' },
];

interface Part {
  readonly name: string;
  run(): readonly string[];
}

const PARTS: readonly Part[] = [
  { name: 'types', run: () => tool('the type check', ['node_modules/typescript/bin/tsc', '-p', '.']) },
  { name: 'types of the page', run: () => tool('the type check of the page', ['node_modules/typescript/bin/tsc', '-p', 'web']) },
  { name: 'lint', run: () => tool('the lint', ['node_modules/oxlint/bin/oxlint', '--quiet']) },
  { name: 'floors', run: () => checkFloors(ROOT) },
  { name: 'tidy', run: () => checkTidy(ROOT) },
  { name: 'generated files', run: generatedFresh },
];

async function main(): Promise<void> {
  const skipped = missingPrograms();
  let faults = 0;
  for (const part of process.argv.includes('--tests') ? [] : PARTS) {
    const started = performance.now();
    const found = part.run();
    faults += found.length;
    for (const sentence of found) console.error(`  ${sentence}`);
    console.log(`${found.length === 0 ? 'ok     ' : 'FAILED '} ${part.name} (${Math.round(performance.now() - started)} ms)`);
  }
  for (const sentence of skipped) console.error(`SKIPPED ${sentence}`);
  if (process.argv.includes('--static')) process.exit(faults > 0 ? 1 : 0);
  const tests = await runTests();
  const inCi = process.env['CI'] === 'true';
  if (inCi && (skipped.length > 0 || tests.skipped > 0)) {
    console.error('In CI nothing may be skipped: install what is named above.');
    process.exit(1);
  }
  process.exit(faults > 0 || tests.code !== 0 ? 1 : 0);
}

/** Runs a tool on this same Node; its complaints are its own output. */
function tool(name: string, command: readonly string[]): readonly string[] {
  if (!existsSync(join(ROOT, command[0] as string))) return [`${name} cannot run: ${command[0]} is missing; run npm ci.`];
  const result = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  return result.status === 0 ? [] : [`${name} failed.`];
}

function generatedFresh(): readonly string[] {
  return existsSync(join(ROOT, 'scripts/generate.ts')) ? tool('the comparison of generated files', ['scripts/generate.ts', '--check']) : [];
}

function missingPrograms(): string[] {
  // Debian keeps servers where only root's PATH looks.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  const isThere = (name: string): boolean => spawnSync(name, ['--version'], { stdio: 'ignore', env }).error === undefined;
  return PROGRAMS.filter(({ name, found }) => !(found ?? (() => isThere(name)))()).map(
    ({ name, package: from }) => `the tests that need ${name}: it is not installed (package ${from}).`,
  );
}

/** Node's own runner; its closing lines are the last that is printed. */
function runTests(): Promise<{ code: number; skipped: number }> {
  const threads = String(Math.max(2, availableParallelism()));
  const child = spawn(process.execPath, ['--test', '--test-timeout=480000', '--test-reporter=spec', `--test-concurrency=${threads}`, ...TEST_FILES], {
    cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
  });
  let tail = '';
  child.stdout.on('data', (bytes: Buffer) => {
    process.stdout.write(bytes);
    tail = (tail + bytes.toString('utf8')).slice(-4_096);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, skipped: Number(/\bskipped (\d+)/.exec(tail)?.[1] ?? 0) }));
  });
}

await main();
