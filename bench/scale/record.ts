/**
 * What one question costs, by kind: seconds of processor in the server and in PostgreSQL, for a repository whose pages a server
 * has in memory and for one that it has not. Also what indexing costs, and what the index takes. Writes `costs.json`.
 *
 *   node bench/scale/record.ts [--corpus curl] [--corpora DIR]
 */
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getJson, startServer } from '../../test/server.ts';
import { startPostgres, type PrivatePostgres } from '../../test/services/postgres.ts';
import { corpora } from '../suites/corpora-of.ts';
import { TUNED } from '../suites/postgres.ts';
import { machine } from '../measure.ts';
import { patternsOf } from '../patterns.ts';
import { indexFolder } from '../product.ts';

const { values: flags } = parseArgs({ options: { corpus: { type: 'string', default: 'curl' }, corpora: { type: 'string' } } });
const TICKS = 100;
const QUESTIONS = 30;
const WARM_UP = 25;

/** Processor seconds of a process and of those that it ever started and waited for. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  return [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] as number), 0) / TICKS;
}

/** Of all processes of a server of PostgreSQL: the first one's, and those under it. */
function databaseSeconds(server: PrivatePostgres): number {
  const first = Number(readFileSync(join(server.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1]) === first;
    } catch {
      return false;
    }
  });
  return [first, ...children].reduce((sum, pid) => sum + (processorSecondsOrNone(pid)), 0);
}

function processorSecondsOrNone(pid: number): number {
  try {
    return processorSeconds(pid);
  } catch {
    return 0;
  }
}

interface Cost {
  readonly serverMillis: number;
  readonly databaseMillis: number;
  readonly wallMillis: number;
}

async function main(): Promise<void> {
  const [folder] = corpora([flags.corpus], [flags.corpus], flags.corpora) as [string];
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'code-index-scale-')));
  try {
    await using postgres = await startPostgres({ durable: true, settings: TUNED });
    const url = await postgres.createDatabase('scale', []);
    process.env['DATABASE_URL'] = url;
    const before = databaseSeconds(postgres);
    const started = performance.now();
    const run = await indexFolder(folder, join(scratch, 'index'), ['--name', flags.corpus]);
    const indexing = { wallMillis: performance.now() - started, databaseMillis: (databaseSeconds(postgres) - before) * 1_000 };
    // A second repository warms the program itself, so that what is cold is the repository alone.
    await indexFolder(join(import.meta.dirname, '..', '..', 'src'), join(scratch, 'index'), ['--name', 'warm']);

    const patterns = patternsOf(folder, QUESTIONS);
    const kinds: Readonly<Record<string, readonly string[]>> = {
      literal: patterns.rare.map((word) => `/api/search?mode=text&query=${word}`), common: patterns.common.map((word) => `/api/search?mode=text&query=${word}`),
      regex: patterns.regex.map((pattern) => `/api/search?mode=regex&query=${encodeURIComponent(pattern)}`), symbol: patterns.symbols.map((name) => `/api/symbols?name=${name}`),
      ranked: patterns.ranked.map((words) => `/api/search?query=${encodeURIComponent(words)}`),
    };
    const costs: Record<string, { cold: Cost; warm: Cost }> = {};
    for (const [kind, addresses] of Object.entries(kinds)) {
      const ask = async (list: readonly string[], warmed: boolean): Promise<Cost> => {
        await using server = await startServer({ dataDir: mkdtempSync(join(scratch, 'serve-')), env: { DATABASE_URL: url, RATE_LIMIT: 'off' } });
        const pid = server.process.pid as number;
        for (const [at, address] of list.concat(addresses).slice(0, WARM_UP).entries()) await getJson(server, `${address.replace(/=([^=]*)$/, `=$1+${at}`)}&repository=warm&limit=20`);
        if (warmed) for (const address of list.slice(0, list.length / 2)) await getJson(server, `${address}&repository=${flags.corpus}&limit=20`);
        const [own, database, clock] = [processorSeconds(pid), databaseSeconds(postgres), performance.now()];
        const asked = warmed ? list.slice(list.length / 2) : list.slice(0, 1);
        for (const address of asked) await getJson(server, `${address}&repository=${flags.corpus}&limit=20`);
        return {
          serverMillis: ((processorSeconds(pid) - own) * 1_000) / asked.length, databaseMillis: ((databaseSeconds(postgres) - database) * 1_000) / asked.length,
          wallMillis: (performance.now() - clock) / asked.length,
        };
      };
      const distinct = [...new Set(addresses)];
      const cold: Cost[] = [];
      for (const address of distinct.slice(0, 3)) cold.push(await ask([address], false));
      const middle = (list: readonly Cost[], field: keyof Cost): number => list.map((one) => one[field]).toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
      costs[kind] = { cold: { serverMillis: middle(cold, 'serverMillis'), databaseMillis: middle(cold, 'databaseMillis'), wallMillis: middle(cold, 'wallMillis') }, warm: await ask(distinct, true) };
      console.log(kind, JSON.stringify(costs[kind]));
    }
    const [size] = await postgres.query("SELECT pg_database_size('scale') AS bytes");
    const recorded = {
      date: new Date().toISOString().slice(0, 10), machine: machine(), corpus: flags.corpus, files: Number(run.summary['files']), sourceBytes: Number(run.summary['bytes']),
      databaseBytes: Number(size.bytes), indexing: { ...indexing, peakBytes: run.peakBytes }, costs,
    };
    writeFileSync(join(import.meta.dirname, 'costs.json'), `${JSON.stringify(recorded, null, 1)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
