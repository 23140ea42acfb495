import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { BACKUP_FORMAT, DATABASE_NAME, MANIFEST_NAME, newestBackupTime } from './manifest.ts';

test('backups: the youngest is told whichever program made it, and what is none or is not whole is passed over', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'code-index-backups-'));
  try {
    const folder = (name: string, createdAt: string): void => {
      mkdirSync(path.join(root, name));
      const manifest = { backup: BACKUP_FORMAT, createdAt, database: { file: DATABASE_NAME, sha256: '' }, counts: { repositories: 0 }, repositories: [] };
      writeFileSync(path.join(root, name, MANIFEST_NAME), JSON.stringify(manifest));
    };
    assert.deepEqual([await newestBackupTime(path.join(root, 'none')), await newestBackupTime(root)], [null, null]);
    folder('2026-01-02T03-04-05Z', '2026-01-02T03:04:05.678Z');
    folder('2026-01-01T03-04-05Z', '2026-01-01T03:04:05.678Z');
    mkdirSync(path.join(root, '2026-01-09T03-04-05Z'));
    folder('.partial-1-2026-01-09T03-04-05Z', '2026-01-09T03:04:05.678Z');
    writeFileSync(path.join(root, 'codeindex_20260109_000000.dump'), '');
    assert.equal(await newestBackupTime(root), '2026-01-02T03:04:05.678Z');
    writeFileSync(path.join(root, 'zebra_20260101_000000.manifest'), '');
    writeFileSync(path.join(root, 'codeindex_20260103_040506.manifest'), '');
    assert.equal(await newestBackupTime(root), '2026-01-03T04:05:06.000Z');
    writeFileSync(path.join(root, 'backup.prom'), '# TYPE code_index_backup_succeeded gauge\ncode_index_backup_succeeded 0\n');
    assert.equal(await newestBackupTime(root), '2026-01-03T04:05:06.000Z');
    writeFileSync(path.join(root, 'backup.prom'), 'code_index_backup_succeeded 1\ncode_index_backup_success_timestamp_seconds 1767600000\n');
    assert.equal(await newestBackupTime(root), '2026-01-05T08:00:00.000Z');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
