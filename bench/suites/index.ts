/** How long until text is searchable, until all is; how much memory and disk; and what peers take for their part of it. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderBytes, has, round, timed, type Timed } from '../measure.ts';
import { filesOf, spaced } from '../patterns.ts';
import { indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const MIB = 2 ** 20;
/** A second run removes the cost of a cold page cache; a large corpus is measured once. */
const RUNS_BELOW_BYTES = 200 * MIB;
const REINDEX_FILES = 5_000;

export async function indexSuite(bench: Bench): Promise<Report> {
  await timed(['rg', '--count-matches', 'the first read fills the page cache', bench.folder]);
  const dataDir = join(bench.scratch, 'data');
  let run = await indexFolder(bench.folder, dataDir);
  const source = Number(run.summary['bytes'] ?? 0);
  const all = [run];
  while (source < RUNS_BELOW_BYTES && all.length < 3) {
    rmSync(dataDir, { recursive: true });
    all.push(await indexFolder(bench.folder, dataDir));
  }
  run = all.toSorted((a, b) => a.millis - b.millis)[Math.floor(all.length / 2)] as typeof run;
  const database = folderBytes(dataDir, 'code_index.db');
  const again = await indexFolder(bench.folder, dataDir);
  const rows = [
    ['code-index: text searchable', round(run.textMillis), '', ''],
    ['code-index: complete', round(run.millis), round(run.peakBytes / MIB), `${round(database / MIB)} (${round(database / source)} of the source)`],
    ['code-index: again, nothing changed', round(again.millis), round(again.peakBytes / MIB), ''],
    ...(await peers(bench)),
  ];
  const five = await reindexFive(bench);
  return {
    suite: 'index', corpus: bench.name, raw: { runs: all, again, five, database },
    tables: [
      { title: `${run.summary['files']} files, ${round(source / MIB)} MiB`, columns: ['what', 'ms', 'peak MiB', 'on disk MiB'], rows },
      { title: `Unchanged re-index of ${five.files} files`, columns: ['what', 'ms', 'peak MiB'], rows: [['median of 3', round(five.millis), round(five.peakBytes / MIB)]] },
    ],
  };
}

async function peers(bench: Bench): Promise<(string | number)[][]> {
  const rows: (string | number)[][] = [];
  const row = (name: string, result: Timed, disk: number): void => {
    rows.push([name, round(result.millis), round(result.peakBytes / MIB), disk === 0 ? '' : round(disk / MIB)]);
  };
  if (has('cindex')) {
    const index = join(bench.scratch, 'csearch');
    const result = await timed(['cindex', '-reset', bench.folder], { env: { CSEARCHINDEX: index }, memory: true });
    row('csearch: cindex (trigrams alone)', result, folderBytes(dirname(index), 'csearch'));
  }
  if (has('ctags')) row('universal-ctags (definitions alone)', await timed(['ctags', '-R', '-f', join(bench.scratch, 'tags'), bench.folder], { memory: true }), folderBytes(bench.scratch, 'tags'));
  row('ripgrep: one search, no index', await timed(['rg', '-c', 'no such text anywhere', bench.folder], { memory: true }), 0);
  return rows;
}

async function reindexFive(bench: Bench): Promise<{ files: number; millis: number; peakBytes: number }> {
  const copy = join(bench.scratch, 'five-thousand');
  const dataDir = join(bench.scratch, 'five-thousand-data');
  const files = spaced(filesOf(bench.folder), REINDEX_FILES);
  for (const file of files) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(bench.folder, file), join(copy, file), { dereference: false });
  }
  await indexFolder(copy, dataDir);
  const runs = [];
  for (let i = 0; i < 3; i++) runs.push(await indexFolder(copy, dataDir));
  const median = runs.toSorted((a, b) => a.millis - b.millis)[1] as (typeof runs)[number];
  return { files: files.length, millis: median.millis, peakBytes: median.peakBytes };
}
