/** backups: copies of the index that can be put back. Invariant: what has a name in the folder of backups is whole and was verified. */
export { backupFolderOf, makeBackup, pruneBackups } from './make.ts';
export { digestHolds, listBackups, newestBackupTime, readBackup, unfinished, type Backup, type BackupManifest } from './manifest.ts';
export { restoreBackup, type Restored } from './restore.ts';
