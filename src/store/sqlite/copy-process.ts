/**
 * A process of its own that copies the database and looks at the copy: minutes for a large one, in which the process
 * that asked goes on answering. It is told its task by a message, so that no key stands in a list of processes.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { asCodeIndexError, CodeIndexError } from '../../base/mod.ts';
import type { Store, StoreStatistics } from '../ports.ts';
import { encryptAnew, keyError, loadLibrary, openFile, type Cipher } from './cipher.ts';
import { prepare, type Place } from './connection.ts';
import { copyHandle, copyLog, digestOf, flush, removeDatabase } from './copy-file.ts';
import type { CopyDone, CopyMessage, CopyTask } from './copy-messages.ts';
import { Core } from './core.ts';
import { asStoreError } from './errors.ts';
import { statistics } from './meta.ts';
import { SCHEMA_VERSION } from './migrations.ts';
import { openSqlite } from './store.ts';

/** Runs beside what answers, after it. */
const NICENESS = 10;

process.once('message', (task: CopyTask) => {
  // Whoever asked is gone: nobody wants the copy any more, and nobody else knows its name.
  const alone = (): void => {
    removeDatabase(task.to);
    process.exit(1);
  };
  process.once('disconnect', alone);
  run(task)
    .then((done): CopyMessage => ({ kind: 'done', done }))
    .catch((thrown: unknown): CopyMessage => {
      const { code, message, fix } = asCodeIndexError(told(thrown, task), 'Copying the index');
      return { kind: 'failed', code, message, fix };
    })
    .then((message) => process.send?.(message, (error: Error | null) => (error === null ? process.exit(0) : alone())));
});

function told(thrown: unknown, { key, file, to }: CopyTask): unknown {
  const unreadable = (thrown as { code?: unknown }).code === 'SQLITE_NOTADB';
  return (unreadable ? keyError(file, key !== null) : null) ?? asStoreError(thrown, to, 'Copying the index');
}

async function run(task: CopyTask): Promise<CopyDone> {
  try {
    setPriority(NICENESS);
  } catch {
    // Where the system refuses, the copy is made at the same priority.
  }
  const cipher = await cipherWith(task.key);
  const source: Place = { file: task.file, dataDir: task.dataDir, cipher };
  const wanted = task.source === 'live' ? copyLive(source, task.to) : copyStill(source, task);
  const copy: Place = { file: task.to, dataDir: task.dataDir, cipher: task.newKey === undefined ? cipher : await cipherWith(task.newKey) };
  await settle(copy, cipher, task);
  if (task.update === true) prepare(copy);
  const found = await look(copy);
  if (wanted !== null) compare(wanted, found);
  withoutLog(copy);
  flush(task.to);
  return { bytes: statSync(task.to).size, sha256: digestOf(task.to), format: SCHEMA_VERSION, statistics: found };
}

async function cipherWith(key: string | null): Promise<Cipher | null> {
  return key === null ? null : { library: await loadLibrary(), key: Buffer.from(key, 'base64') };
}

/**
 * The file and then its log, byte for byte, within one read transaction: as long as it is open, no page that it sees is
 * overwritten but by the same page out of the log, and the log is only appended to. So both together are the moment of
 * the copy, however much is written meanwhile (docs/decisions/0030-encryption-and-backups.md). Gives what must be in it:
 * null where others wrote.
 */
function copyLive(source: Place, to: string): StoreStatistics | null {
  const core = new Core(source, true);
  // Closing any handle of a file lets go of this process's locks on it: this one outlives the connection.
  const handle = openSync(source.file, 'r');
  try {
    const before = core.read('Copying the index', () => {
      const found = { dataVersion: core.dataVersion, statistics: statistics(core, undefined) };
      copyHandle(handle, to, { onStep: report });
      copyLog(`${source.file}-wal`, `${to}-wal`);
      return found;
    });
    // What others committed meanwhile may be in the copy.
    return core.read('Copying the index', () => core.dataVersion) === before.dataVersion ? before.statistics : null;
  } finally {
    core.reader.close();
    closeSync(handle);
  }
}

function copyStill(source: Place, { to, sha256 }: CopyTask): null {
  const handle = openSync(source.file, 'r');
  try {
    const found = copyHandle(handle, to, { digest: true, onStep: report });
    if (sha256 !== undefined && found !== sha256) {
      throw new CodeIndexError('unavailable', `${source.file} is damaged: its digest is not the one that its manifest names.`, 'Choose another backup; nothing was changed.');
    }
    return null;
  } finally {
    closeSync(handle);
  }
}

function report(done: number, total: number): void {
  // Nobody there to be told is no error here: `disconnect` says so.
  process.send?.({ kind: 'progress', done, total } satisfies CopyMessage, () => undefined);
}

/** Takes the log into the copy, and encrypts it anew where that is wanted. */
async function settle(copy: Place, cipher: Cipher | null, { newKey }: CopyTask): Promise<void> {
  if (newKey === undefined) return withoutLog(copy);
  const library = cipher ?? { library: await loadLibrary(), key: Buffer.alloc(0) };
  const database = cipher === null ? new library.library(copy.file, { fileMustExist: true }) : openFile(copy.file, { fileMustExist: true }, cipher);
  try {
    database.pragma('temp_store = MEMORY');
    database.pragma('journal_mode = DELETE');
    encryptAnew(database, copy.cipher ?? null);
  } finally {
    database.close();
  }
}

function withoutLog(copy: Place): void {
  const database = openFile(copy.file, { fileMustExist: true }, copy.cipher);
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

/** Opens the copy as anybody would: every page is read, everything is counted, and a question is asked. */
async function look(copy: Place): Promise<StoreStatistics> {
  await using store = openSqlite({ ...copy, readOnly: true });
  await store.meta.check();
  await ask(store);
  return store.meta.statistics();
}

async function ask(store: Store): Promise<void> {
  for (const view of await store.meta.views()) {
    const within = await store.files.scope({ views: [view.id], languages: [], notLanguages: [], paths: [], notPaths: [] });
    const [first] = await store.trigrams.candidates([view.repository], { kind: 'all' }, within);
    if (first === undefined) continue;
    if ((await store.files.texts([first])).size === 1) return;
    throw new CodeIndexError('internal', 'The copy of the index finds a file whose text it does not have.', 'Repeat the call; where it fails again, run `code-index doctor`.');
  }
}

function compare(wanted: StoreStatistics, found: StoreStatistics): void {
  const counts = (one: StoreStatistics): string => JSON.stringify({ ...one, databaseBytes: 0 });
  if (counts(wanted) === counts(found)) return;
  throw new CodeIndexError('internal', 'The copy of the index does not hold what the index holds.', 'Repeat the call; where it fails again, run `code-index doctor` and report this as a bug.');
}
