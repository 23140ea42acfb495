/** From the start of the process to the answer of `initialize`, and to the first answer of a tool. */
import { join } from 'node:path';
import { spread } from '../measure.ts';
import { McpSession, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const STARTS = 15;

export async function startupSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const initialize: number[] = [];
  const first: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const started = performance.now();
    const session = new McpSession(dataDir, bench.folder);
    try {
      await session.initialize();
      initialize.push(performance.now() - started);
      await session.text('search_code', { query: 'nothing_of_this_name', mode: 'text', repository: bench.name });
      first.push(performance.now() - started);
    } finally {
      await session.close();
    }
  }
  const row = (what: string, times: number[]): (string | number)[] => {
    const { p50, p95, max } = spread(times);
    return [what, p50, p95, max];
  };
  return {
    suite: 'startup', corpus: bench.name, raw: { initialize, first },
    tables: [{ title: `From process start, ${STARTS} starts, milliseconds`, columns: ['until', 'p50', 'p95', 'most'], rows: [row('initialize is answered', initialize), row('the first search is answered', first)] }],
  };
}
