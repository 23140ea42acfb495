import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';
import { restoreStore, type Store } from '../../store/mod.ts';
import type { Call } from '../operation.ts';
import { bytes } from '../sentences.ts';
import type { Service } from '../service.ts';
import type { Backup } from './manifest.ts';

export interface Restored {
  /** Repositories whose folder or clone is not on this machine. */
  readonly missing: readonly { readonly name: string; readonly root: string; readonly url: string | null }[];
  /** Repositories whose files came out of the backup. */
  readonly unpacked: readonly string[];
}

/** Puts the database of a backup in the place, and files that are nowhere else back into the data folder. */
export async function restoreBackup(service: Service, backup: Backup, force: boolean, call: Call): Promise<Restored> {
  const { dataDir, databaseUrl, databaseKey } = service.settings;
  const { manifest, folder } = backup;
  if (manifest.database.encrypted && databaseKey === undefined) {
    throw new CodeIndexError('unavailable', `The backup ${backup.name} is encrypted, and no key was given.`, 'Give its key in DATABASE_KEY or DATABASE_KEY_FILE; nothing was changed.');
  }
  if (!manifest.database.encrypted && databaseKey !== undefined) {
    throw new CodeIndexError('unavailable', `The backup ${backup.name} is not encrypted, and a key was given.`, 'Restore it without DATABASE_KEY and DATABASE_KEY_FILE, and encrypt it then with `code-index rekey --new-key-file <file>`; nothing was changed.');
  }
  await restoreStore(databaseUrl ?? 'sqlite:', { dataDir, ...(databaseKey === undefined ? {} : { key: databaseKey }) }, { file: path.join(folder, manifest.database.file), sha256: manifest.database.sha256 }, {
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    onProgress: (done, total) => call.onProgress?.({ kind: 'clone', repository: 'restore', text: `${bytes(done)} of ${bytes(total)} copied` }),
    allow: async (current) => {
      if (!force) await refuseNewer(current, backup);
    },
  });
  // Until they are there the index answers all the same, and the same call completes what was killed here.
  const unpacked = await unpack(service, backup);
  const missing = manifest.repositories.filter(({ root }) => !existsSync(root)).map(({ name, root, url }) => ({ name, root, url }));
  return { missing, unpacked };
}

/** What was indexed after the backup was made would be lost. */
async function refuseNewer(current: Store, { name, manifest }: Backup): Promise<void> {
  const [repositories, views] = await Promise.all([current.meta.repositories(), current.meta.views()]);
  const newer = repositories.filter((one) => one.createdAt > manifest.createdAt || views.some((view) => view.repository === one.id && (view.indexedAt ?? '') > manifest.createdAt));
  if (newer.length === 0) return;
  throw new CodeIndexError('conflict', `The index is newer than the backup ${name}: ${newer.slice(0, 5).map((one) => one.name).join(', ')} changed after it was made.`, 'Repeat the call with --force to replace it, or back it up first with `code-index backup`; nothing was changed.');
}

/** Folders that are there are left as they are; one that was half unpacked when a run was killed is unpacked again. */
async function unpack(service: Service, { manifest, folder }: Backup): Promise<readonly string[]> {
  const done: string[] = [];
  const own = path.join(service.settings.dataDir, 'repositories');
  for (const { name, files } of manifest.repositories) {
    if (files === null) continue;
    const target = path.join(own, path.basename(files));
    if (existsSync(target)) continue;
    const partial = path.join(own, `.restoring-${path.basename(files)}`);
    await mkdir(own, { recursive: true });
    await rm(partial, { recursive: true, force: true });
    await cp(path.join(folder, files), partial, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await rename(partial, target);
    done.push(name);
  }
  return done;
}
