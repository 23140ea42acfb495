import { existsSync } from 'node:fs';
import { cp, mkdir, open, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asCodeIndexError, CodeIndexError, throwIfAborted } from '../../base/mod.ts';
import type { Repository } from '../../domain/mod.ts';
import { openStore } from '../../store/mod.ts';
import type { Call } from '../operation.ts';
import { bytes } from '../sentences.ts';
import type { Service } from '../service.ts';
import { isInside } from '../workspace.ts';
import { BACKUP_FORMAT, DATABASE_NAME, listBackups, MANIFEST_NAME, removeBackup, unfinished, type Backup, type BackupManifest, type BackupRepository } from './manifest.ts';

const DAY_MILLIS = 86_400_000;
/** Free space left over for others. */
const SPARE_SHARE = 1.02;

export function backupFolderOf(service: Service): string {
  return service.settings.backupDir ?? path.join(service.settings.dataDir, 'backups');
}

/** Copies everything that cannot be fetched again into a new folder of `root`, and gives the name only to what was verified. */
export async function makeBackup(service: Service, root: string, call: Call): Promise<Backup> {
  const store = await service.store();
  const createdAt = new Date().toISOString();
  const name = createdAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-');
  const partial = path.join(root, `.partial-${process.pid}-${name}`);
  try {
    await makeFolder(root);
    for (const left of await unfinished(root)) await rm(left, { recursive: true, force: true });
    await haveSpace(root, (await store.meta.statistics()).databaseBytes);
    await mkdir(partial, { mode: 0o700 });
    const file = path.join(partial, DATABASE_NAME);
    const copy = await store.copyTo(file, {
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      onProgress: (done, total) => call.onProgress?.({ kind: 'clone', repository: 'backup', text: `${bytes(done)} of ${bytes(total)} copied` }),
    });
    const repositories = await repositoriesIn(service, file, partial, call);
    const { files, blobs, chunks, vectors } = copy.statistics;
    const manifest: BackupManifest = {
      backup: BACKUP_FORMAT, createdAt, version: service.settings.version,
      database: { file: DATABASE_NAME, bytes: copy.bytes, sha256: copy.sha256, format: copy.format, encrypted: copy.encrypted },
      counts: { repositories: repositories.length, files, blobs, chunks, vectors },
      repositories, leftOut: leftOut(repositories),
    };
    const target = path.join(partial, MANIFEST_NAME);
    await writeFile(target, `${JSON.stringify(manifest, null, 2)}\n`);
    for (const each of [target, partial]) await flush(each);
    const folder = await named(partial, path.join(root, name));
    await flush(root);
    return { name: path.basename(folder), folder, manifest };
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    throw explained(thrown, root);
  }
}

/** Removes backups that are older than so many days; `newest` stays whatever its age. */
export async function pruneBackups(root: string, newest: Backup, days: number): Promise<readonly string[]> {
  if (days === 0) return [];
  const before = new Date(Date.now() - days * DAY_MILLIS).toISOString();
  const old = (await listBackups(root)).filter((one) => one.name !== newest.name && one.manifest.createdAt < before);
  for (const one of old) await removeBackup(one);
  return old.map((one) => one.name);
}

/** Opens the copy as a reader does, and takes along the files of repositories that are nowhere else. */
async function repositoriesIn(service: Service, file: string, partial: string, call: Call): Promise<readonly BackupRepository[]> {
  const { databaseKey, dataDir } = service.settings;
  const copied = await openStore(`sqlite:${file}`, { dataDir: partial, readOnly: true, ...(databaseKey === undefined ? {} : { key: databaseKey }) });
  let all: readonly Repository[];
  try {
    all = await copied.meta.repositories();
  } finally {
    await copied[Symbol.asyncDispose]();
  }
  const own = path.join(dataDir, 'repositories');
  const told: BackupRepository[] = [];
  for (const { name, root, url } of all) {
    throwIfAborted(call.signal);
    const here = url === null && root !== own && isInside(root, own);
    const [folder = ''] = path.relative(own, root).split(path.sep);
    const files = here ? `repositories/${folder}` : null;
    if (files !== null) await cp(path.join(own, folder), path.join(partial, files), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    told.push({ name, root, url, files });
  }
  return told;
}

function leftOut(repositories: readonly BackupRepository[]): readonly string[] {
  const clones = repositories.filter(({ url }) => url !== null).map(({ name }) => name);
  const folders = repositories.filter(({ url, files }) => url === null && files === null).map(({ name }) => name);
  return [
    ...(clones.length === 0 ? [] : [`Clones, which are fetched again: ${clones.join(', ')}.`]),
    ...(folders.length === 0 ? [] : [`Folders of their owners, which were only read: ${folders.join(', ')}.`]),
    'Logs and settings.',
  ];
}

/** Level by level: where a file system refuses new folders, making them recursively would try for ever. */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolder(path.dirname(folder));
  await mkdir(folder).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  });
}

async function haveSpace(root: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize >= needed * SPARE_SHARE) return;
  throw new CodeIndexError('unavailable', `A backup needs ${bytes(needed)}, and ${root} has ${bytes(bavail * bsize)} free.`, 'Free some space, or name another folder with --to or BACKUP_DIR; the index was not touched.');
}

/** Two backups of one second are told apart by a number. */
async function named(partial: string, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    try {
      await rename(partial, folder);
      return folder;
    } catch (thrown) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((thrown as NodeJS.ErrnoException).code ?? '') || number === 100) throw thrown;
    }
  }
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explained(thrown: unknown, root: string): unknown {
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EFBIG') {
    return new CodeIndexError('unavailable', `The disk of ${root} is full.`, 'Free some space, or name another folder with --to or BACKUP_DIR; the index was not touched.', { cause: thrown });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'ENOENT' || code === 'EEXIST') {
    return new CodeIndexError('unavailable', `No backup can be written to ${root}: ${(thrown as Error).message}.`, 'Give this user the right to write there, or name another folder with --to or BACKUP_DIR.', { cause: thrown });
  }
  return asCodeIndexError(thrown, 'Backing up');
}
