/** Milliseconds from saving a file until a session that is open already finds its new text. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spread, watchMemory } from '../measure.ts';
import { filesOf, spaced } from '../patterns.ts';
import { LAUNCHER, McpSession, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const SAVES = 20;
const FILES = 5_000;
const PATIENCE_MILLIS = 10_000;

export async function watchSuite(bench: Bench): Promise<Report> {
  const copy = join(bench.scratch, 'watched');
  for (const file of spaced(filesOf(bench.folder), FILES)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(bench.folder, file), join(copy, file));
  }
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(copy, dataDir, ['--name', 'watched']);
  const watcher = spawn(LAUNCHER, ['watch', copy, '--data-dir', dataDir, '--json'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const peak = watchMemory(watcher);
  const session = new McpSession(dataDir, bench.scratch);
  const times: number[] = [];
  try {
    await session.initialize();
    await sleep(3_000);
    for (let save = 0; save < SAVES; save++) {
      const word = `watched_word_${save}_x`;
      const started = performance.now();
      writeFileSync(join(copy, `saved-${save % 5}.c`), `int ${word}(void) { return ${save}; }\n`);
      times.push(await untilFound(session, word, started));
      await sleep(300);
    }
  } finally {
    watcher.kill('SIGTERM');
    await session.close();
  }
  const { p50, p95, max } = spread(times);
  return {
    suite: 'watch', corpus: bench.name, raw: { times, peakBytes: peak() },
    tables: [{ title: `One saved file searchable, ${SAVES} saves in a tree of ${FILES} files at most, milliseconds`, columns: ['p50', 'p95', 'most'], rows: [[p50, p95, max]] }],
  };
}

async function untilFound(session: McpSession, word: string, started: number): Promise<number> {
  while (performance.now() - started < PATIENCE_MILLIS) {
    const answer = await session.call('search_code', { query: word, mode: 'text', repository: 'watched', limit: 1 });
    if (answer.results.length > 0) return performance.now() - started;
    await sleep(5);
  }
  throw new Error(`${word} was not searchable ${PATIENCE_MILLIS} ms after it was saved.`);
}
