/** Backups as folders: `<UTC time>/code_index.db`, what only the data folder had, and `manifest.json`, which says what is what. */
import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CodeIndexError } from '../../base/mod.ts';

/** Version of this form of backups. */
export const BACKUP_FORMAT = 1;
export const DATABASE_NAME = 'code_index.db';
export const MANIFEST_NAME = 'manifest.json';
/** What is being made or removed: never taken for a backup. */
const UNFINISHED = /^\.(partial|removed)-(\d+)-/;
/** What `deploy/backup/backup.sh` writes last, when a dump of PostgreSQL is whole: `codeindex_20260102_030405.manifest`. */
const DUMPED = /^[\w-]+_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)\.manifest$/;
/** Where it says the same of dumps that are in a bucket: its BACKUP_METRICS_FILE. */
const FIGURES_NAME = 'backup.prom';

export interface BackupManifest {
  readonly backup: number;
  /** ISO 8601, when the copy began. */
  readonly createdAt: string;
  /** Version of the program. */
  readonly version: string;
  readonly database: { readonly file: string; readonly bytes: number; readonly sha256: string; readonly format: number; readonly encrypted: boolean };
  readonly counts: { readonly repositories: number; readonly files: number; readonly blobs: number; readonly chunks: number; readonly vectors: number };
  readonly repositories: readonly BackupRepository[];
  /** Sentences. */
  readonly leftOut: readonly string[];
}

export interface BackupRepository {
  readonly name: string;
  readonly root: string;
  readonly url: string | null;
  /** Folder in the backup with its files, where they lived in the data folder alone; else null. */
  readonly files: string | null;
}

export interface Backup {
  readonly name: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
}

export async function readBackup(folder: string): Promise<Backup> {
  const text = await readFile(path.join(folder, MANIFEST_NAME), 'utf8').catch((thrown: unknown) => {
    throw new CodeIndexError('not_found', `There is no backup at ${folder}.`, 'Name one of those that `code-index backup list` shows, or its folder.', { cause: thrown });
  });
  return { name: path.basename(folder), folder, manifest: parsed(text, folder) };
}

function parsed(text: string, folder: string): BackupManifest {
  let manifest: Partial<BackupManifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<BackupManifest> | null;
  } catch {
    manifest = null;
  }
  const { backup, createdAt, database, counts, repositories } = manifest ?? {};
  if (typeof backup === 'number' && backup > BACKUP_FORMAT) {
    throw new CodeIndexError('unavailable', `${folder} was made by a newer code-index: it has the form ${backup}, this program reads up to ${BACKUP_FORMAT}.`, 'Update code-index, or choose another backup.');
  }
  const whole = typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt)) && typeof database?.sha256 === 'string' && database.file === DATABASE_NAME && typeof counts?.repositories === 'number' && Array.isArray(repositories) && repositories.every(wellFormed);
  if (!whole) throw new CodeIndexError('unavailable', `${path.join(folder, MANIFEST_NAME)} is damaged.`, 'Choose another backup: `code-index backup list`.');
  return manifest as BackupManifest;
}

/** Paths in a manifest stay within the backup. */
function wellFormed(one: Partial<BackupRepository>): boolean {
  return typeof one.name === 'string' && typeof one.root === 'string' && (one.files === null || (typeof one.files === 'string' && /^repositories\/[^/\\]+$/.test(one.files) && !one.files.endsWith('/..')));
}

/** Newest first; what is no backup is passed over. */
export async function listBackups(root: string): Promise<readonly Backup[]> {
  const found: Backup[] = [];
  for (const entry of await namesIn(root)) {
    if (entry.startsWith('.')) continue;
    const backup = await readBackup(path.join(root, entry)).catch(() => null);
    if (backup !== null) found.push(backup);
  }
  return found.sort((a, b) => b.manifest.createdAt.localeCompare(a.manifest.createdAt));
}

/** When the youngest backup of a folder was begun (ISO 8601), whichever program made it; null where there is none. */
export async function newestBackupTime(root: string): Promise<string | null> {
  const names = await namesIn(root);
  const times = names.filter((name) => DUMPED.test(name)).map((name) => name.replace(DUMPED, '$1-$2-$3T$4:$5:$6.000Z'));
  if (names.includes(FIGURES_NAME)) times.push(...timesIn(await readFile(path.join(root, FIGURES_NAME), 'utf8')));
  // Names of our own are times: the first that is a backup is the youngest, and the others are not read.
  for (const name of names.filter((one) => /^\d/.test(one)).sort().reverse()) {
    const own = await readBackup(path.join(root, name)).catch(() => null);
    if (own === null) continue;
    times.push(own.manifest.createdAt);
    break;
  }
  return times.sort().at(-1) ?? null;
}

function timesIn(figures: string): readonly string[] {
  const [, seconds] = /^code_index_backup_success_timestamp_seconds (\d+)$/m.exec(figures) ?? [];
  return seconds === undefined ? [] : [new Date(Number(seconds) * 1_000).toISOString()];
}

/** Whether the database is the one that the manifest names. */
export async function digestHolds({ folder, manifest }: Backup, signal?: AbortSignal): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path.join(folder, manifest.database.file)), hash, signal === undefined ? {} : { signal });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw thrown;
  }
  return hash.digest('hex') === manifest.database.sha256;
}

/** Renamed first, so that half of it is never taken for a backup. */
export async function removeBackup({ folder, name }: Backup): Promise<void> {
  const going = path.join(path.dirname(folder), `.removed-${process.pid}-${name}`);
  await rename(folder, going);
  await rm(going, { recursive: true, force: true });
}

/** What runs left that were killed; those of living processes stay. */
export async function unfinished(root: string): Promise<readonly string[]> {
  return (await namesIn(root)).filter((entry) => {
    const pid = Number(UNFINISHED.exec(entry)?.[2] ?? Number.NaN);
    return !Number.isNaN(pid) && pid !== process.pid && !isAlive(pid);
  }).map((entry) => path.join(root, entry));
}

async function namesIn(root: string): Promise<readonly string[]> {
  try {
    return await readdir(root);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new CodeIndexError('unavailable', `The folder of backups ${root} cannot be read: ${(thrown as Error).message}.`, 'Give this user the right to read it, or name another one in BACKUP_DIR.', { cause: thrown });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
