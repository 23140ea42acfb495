/** Backups for people. */
import { bytes, plural, type BackupAnswer, type BackupLine, type BackupsAnswer, type MigrateStoreAnswer, type RekeyAnswer, type RestoreAnswer } from '../../service/mod.ts';
import type { Paint } from './terminal.ts';

export function backupLines({ made, removed }: BackupAnswer, paint: Paint): readonly string[] {
  return [
    `${paint.path(made.folder)} ${contents(made)}, opened and verified`,
    ...made.leftOut.map((sentence) => paint.dim(`Not in it: ${sentence}`)),
    ...(removed.length === 0 ? [] : [`Removed what was too old: ${removed.join(', ')}.`]),
  ];
}

export function backupListLines({ folder, backups }: BackupsAnswer, paint: Paint): readonly string[] {
  if (backups.length === 0) return [`There are no backups in ${folder}: run \`code-index backup\`.`];
  return backups.map((one) => `${paint.path(one.name)}  ${contents(one)}`);
}

export function restoreLines({ restored, unpacked, missing }: RestoreAnswer, paint: Paint): readonly string[] {
  return [
    `Restored ${paint.path(restored.name)}: ${contents(restored)}.`,
    ...(unpacked.length === 0 ? [] : [`Files of ${unpacked.join(', ')} are back in the data folder.`]),
    ...missing.map(({ name, root, url }) => (url === null
      ? `${name} is found as it was indexed; its folder ${root} is not here, and cannot be indexed again until it is.`
      : `${name} is found as it was indexed; its clone is not here: \`code-index repos remove ${name}\` and \`code-index repos add ${url}\` fetch it again.`)),
  ];
}

export function rekeyLines({ before, after, bytes: size }: RekeyAnswer): readonly string[] {
  const how = after === 'plain' ? 'is not encrypted any more: leave DATABASE_KEY and DATABASE_KEY_FILE out from now on' : `is encrypted with the ${before === 'plain' ? '' : 'new '}key: give it in DATABASE_KEY or DATABASE_KEY_FILE from now on`;
  return [`The database (${bytes(size)}) ${how}. Backups keep the key that they were made with.`];
}

export function migratedLines({ from, to, copied, verifiedOnly, counts, sha256 }: MigrateStoreAnswer, paint: Paint): readonly string[] {
  const kept = counts.repositories - copied.length;
  const number = (value: number): string => value.toLocaleString('en-US');
  return [
    verifiedOnly
      ? `${paint.path(to)} is an equal copy of ${paint.path(from)}.`
      : `${paint.path(to)} is now an equal copy of ${paint.path(from)}: ${copied.length === 1 ? '1 repository' : `${number(copied.length)} repositories`} copied${kept === 0 ? '' : `, ${number(kept)} there already`}.`,
    `Compared: ${Object.entries(counts).map(([kind, count]) => `${number(count)} ${kind}`).join(', ')}.`,
    `SHA-256 of the repositories ${sha256.repositories}, of tokens, jobs and audit log ${sha256.records}`,
  ];
}

function contents({ counts, database }: BackupLine): string {
  return `${counts.repositories === 1 ? '1 repository' : `${counts.repositories.toLocaleString('en-US')} repositories`}, ${plural(counts.files, 'file')}, ${bytes(database.bytes)}${database.encrypted ? ', encrypted' : ''}`;
}
