import { CodeIndexError } from '../../base/mod.ts';
import type { Migrated } from '../migration/mod.ts';
import type { Operation } from '../operation.ts';

export interface MigrateStoreInput {
  readonly from?: string;
  readonly to: string;
  readonly verifyOnly?: boolean;
}

export interface MigrateStoreAnswer extends Migrated {
  /** Nothing was copied, both were compared. */
  readonly verifiedOnly: boolean;
}

export const migrateStoreOperation: Operation<MigrateStoreInput, MigrateStoreAnswer> = {
  name: 'migrate-store',
  title: 'Copy the index into another database',
  text: 'Copies everything, tokens, jobs and audit log too, from one database into an empty one (SQLite or PostgreSQL, either way), reads both back and compares them. Repeated after an interruption it goes on where it stopped.',
  effect: 'admin',
  keepsOwnRecord: true,
  fields: {
    from: { kind: 'text', text: 'address of the source; default DATABASE_URL' },
    to: { kind: 'text', required: true, text: 'address of the target: `sqlite:<path>`, or `postgresql://user@host:5432/database` with its password in DB_PASSWORD' },
    verifyOnly: { kind: 'flag', text: 'copy nothing, compare alone' },
  },
  async run(service, { from, to, verifyOnly = false }, call) {
    const { settings, identity } = service;
    if (identity.repositories !== null) throw new CodeIndexError('forbidden', 'A copy holds every repository, and this caller may use some of them.', 'Ask an administrator of all repositories.');
    const { migrate } = await import('../migration/mod.ts');
    // A replica is behind: what was copied is read back where it was written.
    const { readUrl: _, ...server } = settings.databaseServer ?? {};
    const done = await migrate(from ?? settings.databaseUrl ?? 'sqlite:', to, {
      open: { dataDir: settings.dataDir, server, ...(settings.databaseKey === undefined ? {} : { key: settings.databaseKey }) },
      verifyOnly, actor: settings.audit === true ? identity.id : null,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      onProgress: (text) => call.onProgress?.({ kind: 'clone', repository: 'migrate-store', text }),
    });
    return { ...done, verifiedOnly: verifyOnly };
  },
};
