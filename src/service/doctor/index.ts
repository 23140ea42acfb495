/** Probes of the index, and of what ought to be done about it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { backupFolderOf, digestHolds, listBackups, unfinished } from '../backups/mod.ts';
import { bytes, plural } from '../sentences.ts';
import { isInside } from '../workspace.ts';
import type { Probe } from './probe.ts';

const DAY_MILLIS = 86_400_000;
const NAMED = 5;

function names(list: readonly string[]): string {
  return `${list.slice(0, NAMED).join(', ')}${list.length > NAMED ? ` and ${list.length - NAMED} more` : ''}`;
}

export const INDEX: readonly Probe[] = [
  {
    name: 'database', fix: 'Restore a backup, or move the database file away and index again; no source file is ever touched.',
    run: async (service) => {
      const store = await service.store();
      const found = await store.meta.check();
      return `${found}, ${bytes((await store.meta.statistics()).databaseBytes)}`;
    },
  },
  {
    name: 'writer', fix: 'Give this user the right to write to the data folder.',
    run: async (service) => (await (await service.store()).writer()) ?? 'nobody writes at the moment',
  },
  {
    name: 'meaning', fix: 'See EMBEDDING_PROVIDER and its neighbours in the settings; words and symbols answer meanwhile.',
    run: async (service) => {
      const model = await service.embedding();
      if (model === null) return 'off: EMBEDDING_PROVIDER is none, words and symbols answer alone';
      await model.embedQuery('is anybody there');
      const store = await service.store();
      const repositories = (await store.meta.repositories()).map(({ id }) => id);
      const [models, missing] = [await store.vectors.models(repositories), await Promise.all(repositories.map((id) => store.vectors.missingCount(id, model.id)))];
      const awaiting = missing.reduce((sum, count) => sum + count, 0);
      return `${model.id} answers; vectors of ${plural(models.get(model.id) ?? 0, 'file')}${awaiting === 0 ? '' : `, ${awaiting.toLocaleString('en-US')} awaited`}`;
    },
  },
  {
    name: 'repositories', fix: 'List them with `code-index repos list`.',
    run: async (service) => {
      const all = await (await service.store()).meta.repositories();
      const expired = all.filter((one) => one.expiresAt !== null && Date.parse(one.expiresAt) < Date.now()).map((one) => one.name);
      const failed = all.filter((one) => one.fetchFailure !== null);
      const told = [
        ...(expired.length === 0 ? [] : [`expired and still here: ${names(expired)}`]),
        ...failed.slice(0, NAMED).map((one) => `the origin of ${one.name} did not answer: ${one.fetchFailure}`),
      ];
      const count = all.length === 1 ? '1 repository' : `${all.length} repositories`;
      if (told.length === 0) return count;
      return { found: `${count}; ${told.join('; ')}.`, fix: [expired.length === 0 ? '' : '`code-index repos gc` removes what has expired.', failed.length === 0 ? '' : '`code-index repos update <name>` asks again.'].filter(Boolean).join(' ') };
    },
  },
  {
    name: 'jobs', fix: 'Restore a backup: the database does not tell its jobs.',
    run: async (service) => {
      const failed = await (await service.store()).journal.jobs({ states: ['failed'], limit: 100 });
      if (failed.length === 0) return 'none failed';
      return { found: `${plural(failed.length, 'job')} failed, the last one on ${failed[0]?.repository ?? 'all repositories'}${failed[0]?.finishedAt ? ` at ${failed[0].finishedAt}` : ''}.`, fix: '`code-index jobs list --state failed` says why, `code-index jobs replay <id>` begins one anew.' };
    },
  },
  {
    name: 'backups', fix: 'Make another one with `code-index backup`, and remove the damaged one.',
    run: async (service) => {
      const [newest, ...older] = await listBackups(backupFolderOf(service));
      if (newest === undefined) return { found: 'none.', fix: '`code-index backup` makes one; what was indexed from folders and clones can also be indexed again.' };
      if (!(await digestHolds(newest))) throw new Error(`the newest backup, ${newest.folder}, is damaged: its digest is not the one that its manifest names`);
      const days = Math.floor((Date.now() - Date.parse(newest.manifest.createdAt)) / DAY_MILLIS);
      return `${older.length + 1}, the newest of ${days === 0 ? 'today' : plural(days, 'day')}${days === 0 ? '' : ' ago'}, sound: ${newest.folder}`;
    },
  },
  {
    name: 'leftovers', fix: 'Give this user the right to read the data folder.',
    run: async (service) => {
      const left = await leftovers(service);
      return left.length === 0 ? 'none' : { found: `of runs that were killed, or put there by hand: ${names(left)}.`, fix: 'Nothing needs them: remove them while no server runs.' };
    },
  },
];

/** Clones and archives that belong to no repository and no job, and halves of backups. */
async function leftovers(service: Parameters<Probe['run']>[0]): Promise<readonly string[]> {
  const store = await service.store();
  const { dataDir } = service.settings;
  const [repositories, jobs] = await Promise.all([store.meta.repositories(), store.journal.jobs({ states: ['queued', 'running'], limit: 1_000 })]);
  const uploads = new Set(jobs.flatMap(({ request }) => (request.kind === 'upload' ? [request.file] : [])));
  const clones = (await entriesOf(path.join(dataDir, 'repositories'))).filter((folder) => !repositories.some(({ root }) => isInside(root, folder)));
  const archives = (await entriesOf(path.join(dataDir, 'uploads'))).filter((file) => !uploads.has(file));
  // A clone or an upload of this moment has no row yet.
  const working = jobs.length > 0 || (await store.writer()) !== null;
  return [...(working ? [] : [...clones, ...archives]), ...(await unfinished(backupFolderOf(service)))];
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).map((name) => path.join(folder, name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}
