import path from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';
import type { BackupManifest } from '../backups/mod.ts';
import type { Operation } from '../operation.ts';
import type { Service } from '../service.ts';

export interface BackupInput {
  readonly to?: string;
  readonly keepDays?: number;
}

export interface BackupLine extends BackupManifest {
  readonly name: string;
  readonly folder: string;
}

export interface BackupAnswer {
  readonly made: BackupLine;
  /** Names of old backups that were removed. */
  readonly removed: readonly string[];
}

const KEEP_DAYS = 7;

/** A copy holds every repository, whatever the caller was granted. */
function requireWhole(service: Service): void {
  if (service.identity.repositories === null) return;
  throw new CodeIndexError('forbidden', 'Backups hold every repository, and this caller may use some of them.', 'Ask an administrator of all repositories.');
}

export const backupOperation: Operation<BackupInput, BackupAnswer> = {
  name: 'backup',
  title: 'Back up',
  text: 'Copies the index while it is used, verifies the copy by opening it, and removes copies that are too old.',
  effect: 'admin',
  fields: {
    to: { kind: 'text', text: 'folder of the backups; default BACKUP_DIR, or `backups` in the data folder' },
    keepDays: { kind: 'integer', least: 0, most: 36_500, text: 'days after which backups are removed; 0 keeps all; default BACKUP_KEEP_DAYS' },
  },
  async run(service, input, call) {
    requireWhole(service);
    const { backupFolderOf, makeBackup, pruneBackups } = await import('../backups/mod.ts');
    const root = path.resolve(input.to ?? backupFolderOf(service));
    const { name, folder, manifest } = await makeBackup(service, root, call);
    const removed = await pruneBackups(root, { name, folder, manifest }, input.keepDays ?? service.settings.backupKeepDays ?? KEEP_DAYS);
    return { made: { name, folder, ...manifest }, removed };
  },
};

export interface BackupsAnswer {
  readonly folder: string;
  /** Newest first. */
  readonly backups: readonly BackupLine[];
}

export const listBackupsOperation: Operation<{ readonly to?: string }, BackupsAnswer> = {
  name: 'backup list',
  title: 'List backups',
  text: 'Lists the backups, the newest first.',
  effect: 'admin',
  fields: { to: { kind: 'text', text: 'folder of the backups' } },
  async run(service, input) {
    requireWhole(service);
    const { backupFolderOf, listBackups } = await import('../backups/mod.ts');
    const folder = path.resolve(input.to ?? backupFolderOf(service));
    return { folder, backups: (await listBackups(folder)).map(({ name, folder: at, manifest }) => ({ name, folder: at, ...manifest })) };
  },
};

export interface RestoreAnswer {
  readonly restored: BackupLine;
  readonly unpacked: readonly string[];
  /** What must be fetched or put back before it can be indexed again; it is found all the same. */
  readonly missing: readonly { readonly name: string; readonly root: string; readonly url: string | null }[];
}

export const restoreOperation: Operation<{ readonly backup: string; readonly force?: boolean }, RestoreAnswer> = {
  name: 'restore',
  title: 'Restore a backup',
  text: 'Puts the index of a backup in the place of the present one, which is kept until the new one has opened. Stop the server first.',
  effect: 'admin',
  keepsOwnRecord: true,
  fields: {
    backup: { kind: 'text', required: true, position: 'one', text: 'name of a backup, or its folder' },
    force: { kind: 'flag', text: 'also where the present index is newer' },
  },
  async run(service, input, call) {
    requireWhole(service);
    const { backupFolderOf, readBackup, restoreBackup } = await import('../backups/mod.ts');
    const backup = await readBackup(path.resolve(/[/\\]/.test(input.backup) ? '.' : backupFolderOf(service), input.backup));
    const { unpacked, missing } = await restoreBackup(service, backup, input.force === true, call);
    if (service.settings.audit === true) {
      const store = await service.store();
      await store.journal.append({ time: new Date().toISOString(), actor: service.identity.id, act: 'restore', target: backup.name, outcome: 'done' });
    }
    return { restored: { name: backup.name, folder: backup.folder, ...backup.manifest }, unpacked, missing };
  },
};
