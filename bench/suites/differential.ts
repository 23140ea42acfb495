/** The same lines as ripgrep, over patterns taken from the corpus: literal and regex, both ways of treating case. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, patternsOf } from '../patterns.ts';
import { LAUNCHER, McpSession, allLines, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

export interface Difference {
  readonly pattern: string;
  readonly kind: string;
  readonly onlyHere: readonly string[];
  readonly onlyRipgrep: readonly string[];
}

const SHOWN = 5;

export async function differentialSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const files = indexedFiles(bench.folder, dataDir, bench.name);
  const patterns = patternsOf(bench.folder, bench.queries);
  const literals = [...patterns.rare, ...patterns.common.slice(0, 6), ...patterns.noHit.slice(0, 3), ...patterns.symbols.map((name) => `${name}(`)];
  const cases = [...new Set(literals)].map((text) => ({ text, kind: 'literal' })).concat([...new Set(patterns.regex)].map((text) => ({ text, kind: 'regex' })));
  const session = new McpSession(dataDir, bench.scratch);
  const differences: Difference[] = [];
  let lines = 0;
  try {
    await session.initialize();
    for (const { text, kind } of cases) {
      for (const sensitive of [true, false]) {
        const query = `${kind === 'regex' ? text : `"${text}"`}${sensitive ? ' case:yes' : ''}`;
        const here = await allLines(session, { query, mode: kind === 'regex' ? 'regex' : 'text', repository: bench.name });
        const there = ripgrepLines(bench.folder, text, [...(kind === 'regex' ? [] : ['-F']), ...(sensitive ? [] : ['-i'])], files);
        lines += there.size;
        const onlyHere = [...here].filter((line) => !there.has(line));
        const onlyRipgrep = [...there].filter((line) => !here.has(line));
        if (onlyHere.length + onlyRipgrep.length > 0) differences.push({ pattern: query, kind, onlyHere, onlyRipgrep });
      }
    }
  } finally {
    await session.close();
  }
  return {
    suite: 'differential', corpus: bench.name, raw: { differences },
    tables: [
      { title: 'Compared with ripgrep', columns: ['patterns', 'files', 'lines', 'patterns that differ'], rows: [[cases.length * 2, files.size, lines, differences.length]] },
      {
        title: 'Differences', columns: ['pattern', 'only here', 'only ripgrep'],
        rows: differences.slice(0, 40).map((one) => [one.pattern, `${one.onlyHere.length}: ${one.onlyHere.slice(0, SHOWN).join(', ')}`, `${one.onlyRipgrep.length}: ${one.onlyRipgrep.slice(0, SHOWN).join(', ')}`]),
      },
    ],
  };
}

/** What git knows or would add (outside git: every file), without what the product says it left out. */
export function indexedFiles(folder: string, dataDir: string, repository: string): Set<string> {
  const listed = existsSync(join(folder, '.git'))
    ? spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout.split('\0').filter((path) => path !== '')
    : filesOf(folder);
  const status = spawnSync(LAUNCHER, ['status', repository, '--skipped', '--json', '--data-dir', dataDir], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { skipped } = JSON.parse(status.stdout) as { skipped?: readonly { path: string; kept: 'nothing' | 'text' }[] };
  const left = new Set((skipped ?? []).flatMap(({ path, kept }) => (kept === 'nothing' ? [path] : [])));
  return new Set(listed.filter((path) => !left.has(path)));
}

function ripgrepLines(folder: string, pattern: string, flags: readonly string[], files: ReadonlySet<string>): Set<string> {
  const result = spawnSync('rg', ['-n', '-a', '--no-ignore', '--hidden', '--no-config', '--no-heading', '--null', '-g', '!.git', ...flags, '-e', pattern, '.'], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 30 });
  const lines = new Set<string>();
  for (const line of result.stdout.split('\n')) {
    const end = line.indexOf('\0');
    if (end < 0) continue;
    const path = line.slice(0, end).replace(/^\.\//, '');
    if (files.has(path)) lines.add(`${path}:${/^\d+/.exec(line.slice(end + 1))?.[0] ?? ''}`);
  }
  return lines;
}
