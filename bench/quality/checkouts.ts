/**
 * Brings the repositories of a labelled set, each at its revision, into a folder; what is there already is left alone.
 *
 *   node bench/quality/checkouts.ts --repos DIR [--queries DIR] [--only a,b]
 *
 * This is the only command of this folder that downloads anything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readLabelled, type LabelledRepository } from './labelled.ts';

const { values: flags } = parseArgs({ options: { repos: { type: 'string' }, queries: { type: 'string', default: join(import.meta.dirname, 'own') }, only: { type: 'string', default: '' } } });
if (flags.repos === undefined) {
  console.error('Say where the checkouts are to lie: node bench/quality/checkouts.ts --repos DIR');
  process.exit(2);
}
const repos = flags.repos;
mkdirSync(repos, { recursive: true });
let failed = 0;
for (const set of readLabelled(flags.queries, flags.only.split(',').filter((name) => name !== ''))) {
  const folder = join(repos, set.name);
  if (existsSync(folder)) console.log(`${set.name}: there already`);
  else if (bring(set, folder)) console.log(`${set.name}: ${set.revision}`);
  else {
    console.error(`${set.name}: ${set.url} did not give ${set.revision}`);
    failed++;
  }
}
process.exitCode = failed === 0 ? 0 : 1;

/** Under another name until it is complete, so that a half-made checkout is never measured. */
function bring({ url, revision }: LabelledRepository, folder: string): boolean {
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  const git = (...args: readonly string[]): boolean => spawnSync('git', args, { cwd: part, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const done = git('init', '-q') && git('fetch', '-q', '--depth', '1', url, revision) && git('checkout', '-q', 'FETCH_HEAD');
  if (done) renameSync(part, folder);
  else rmSync(part, { recursive: true, force: true });
  return done;
}
