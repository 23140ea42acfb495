import { CodeIndexError } from '../../base/mod.ts';
import { keyInFile } from '../key-file.ts';
import type { Operation } from '../operation.ts';
import { bytes } from '../sentences.ts';

export interface RekeyInput {
  readonly newKeyFile?: string;
  readonly plain?: boolean;
}

export interface RekeyAnswer {
  readonly before: 'encrypted' | 'plain';
  readonly after: 'encrypted' | 'plain';
  readonly bytes: number;
}

export const rekeyOperation: Operation<RekeyInput, RekeyAnswer> = {
  name: 'rekey',
  title: 'Change the key of the database',
  text: 'Encrypts the embedded database with another key, encrypts one that is not, or decrypts it with --plain. The key that it has comes from DATABASE_KEY or DATABASE_KEY_FILE. Stop the server first.',
  effect: 'admin',
  keepsOwnRecord: true,
  fields: {
    newKeyFile: { kind: 'text', text: 'file whose first line is the new key' },
    plain: { kind: 'flag', text: 'decrypt the database' },
  },
  async run(service, input, call) {
    const { dataDir, databaseUrl, databaseKey } = service.settings;
    if ((input.newKeyFile === undefined) === (input.plain !== true)) {
      throw new CodeIndexError('invalid_query', 'Either a new key or --plain is wanted.', 'Give --new-key-file <file>, or --plain to decrypt the database.');
    }
    const newKey = input.newKeyFile === undefined ? null : keyInFile(input.newKeyFile);
    if (newKey === null && databaseKey === undefined) throw new CodeIndexError('invalid_query', 'The database is not encrypted, as far as the settings say.', 'Give the key that it has in DATABASE_KEY or DATABASE_KEY_FILE.');
    const { openStore, rekeyStore } = await import('../../store/mod.ts');
    const url = databaseUrl ?? 'sqlite:';
    const done = await rekeyStore(url, { dataDir, ...(databaseKey === undefined ? {} : { key: databaseKey }) }, newKey, {
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      onProgress: (copied, total) => call.onProgress?.({ kind: 'clone', repository: 'rekey', text: `${bytes(copied)} of ${bytes(total)} copied` }),
    });
    if (service.settings.audit === true) {
      // The service knows the old key alone.
      const store = await openStore(url, { dataDir, ...(newKey === null ? {} : { key: newKey }) });
      await store.journal.append({ time: new Date().toISOString(), actor: service.identity.id, act: 'rekey', target: '', outcome: 'done' });
      await store[Symbol.asyncDispose]();
    }
    return { before: databaseKey === undefined ? 'plain' : 'encrypted', after: newKey === null ? 'plain' : 'encrypted', bytes: done.bytes };
  },
};
