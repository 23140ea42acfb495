import type { Database, Statement } from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import type { BlockKind, RepositoryId, ViewId } from '../../domain/mod.ts';
import type { BlockRow } from '../blocks/format.ts';
import { blockKindName } from '../codes.ts';
import { BUSY_MILLIS, fileNumber, openReader, openWriter, type Place } from './connection.ts';
import { asStoreError, isBusy, translated } from './errors.ts';
import { Languages } from './languages.ts';

/** What nearly every question needs and few rows hold; true as long as nobody wrote. */
interface Snapshot {
  readonly dataVersion: number;
  readonly views: ReadonlyMap<ViewId, { readonly repository: RepositoryId; readonly version: number }>;
  readonly blocks: readonly BlockRow[];
}

/**
 * The two connections of one open store. All answers come from the reader, inside one read transaction each, so that
 * they see a whole commit or none of it; the writer is opened when something is written first.
 */
export class Core {
  readonly place: Place;
  readonly readOnly: boolean;
  readonly reader: Database;
  readonly languages: Languages;
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #dataVersion: Statement<[], number>;
  readonly #views: Statement<[], { id: number; repository: number; version: number }>;
  readonly #blocks: Statement<[], Omit<BlockRow, 'kind'> & { kind: number }>;
  #snapshot: Snapshot = { dataVersion: -1, views: new Map(), blocks: [] };
  #writer: Database | null = null;
  /** The file's number in the file system when it was opened. */
  readonly #number: number | null;
  #queue: Promise<unknown> = Promise.resolve();
  #background: Promise<unknown> = Promise.resolve();
  /** Null where nothing of `writeSoon` is under way. */
  #soon: Promise<void> | null = null;
  #failure: unknown = null;
  #reading = false;
  #closed = false;

  constructor(place: Place, readOnly: boolean) {
    this.place = place;
    this.readOnly = readOnly;
    const reader = openReader(place);
    this.reader = reader;
    this.#number = fileNumber(place.file);
    this.languages = new Languages(reader);
    this.#begin = reader.prepare('BEGIN');
    this.#end = reader.prepare('COMMIT');
    this.#dataVersion = reader.prepare<[], number>('PRAGMA data_version').pluck();
    this.#views = reader.prepare('SELECT id, repository, version FROM view');
    this.#blocks = reader.prepare('SELECT id, repository, kind, documents, pages, bytes, terms FROM block WHERE ready = 1 ORDER BY id');
  }

  /** Runs one question. `action` names it for the error message, such as `Searching the index`. */
  read<Result>(action: string, work: () => Result): Result {
    if (this.#reading) return work();
    this.#checkOpen();
    return translated(this.place.file, action, () => {
      this.#begin.run();
      this.#reading = true;
      try {
        this.#refresh();
        return work();
      } finally {
        this.#reading = false;
        if (this.reader.inTransaction) this.#end.run();
      }
    });
  }

  #refresh(): void {
    const dataVersion = this.#dataVersion.get() as number;
    if (dataVersion === this.#snapshot.dataVersion) return;
    this.#snapshot = {
      dataVersion,
      views: new Map(this.#views.all().map(({ id, repository, version }) => [id, { repository, version }])),
      blocks: this.#blocks.all().map((row) => ({ ...row, kind: blockKindName(row.kind) })),
    };
  }

  /** Only inside `read`. Another one after anybody wrote. */
  get dataVersion(): number {
    return this.#snapshot.dataVersion;
  }

  /** Only inside `read`. Grows with each change of the view's entries; -1 where there is no such view. */
  viewVersion(view: ViewId): number {
    return this.#snapshot.views.get(view)?.version ?? -1;
  }

  /** Only inside `read`. Oldest first. */
  blocks(kind: BlockKind, repositories: readonly RepositoryId[]): BlockRow[] {
    return this.#snapshot.blocks.filter((block) => block.kind === kind && repositories.includes(block.repository));
  }

  get writer(): Database {
    this.#checkOpen();
    if (this.readOnly) {
      throw new CodeIndexError('unavailable', `${this.place.file} was opened for reading only.`, 'Run this where the index may be written.');
    }
    // What is written to a file that was removed would be gone with the process.
    if (fileNumber(this.place.file) !== this.#number) {
      throw new CodeIndexError('unavailable', `${this.place.file} was removed or replaced while it was open.`, 'Put it back or restore a backup, and start the program again; until then it answers from what it had open.');
    }
    this.#writer ??= openWriter(this.place);
    return this.#writer;
  }

  /** One transaction that happens wholly or not at all; waits for other processes' transactions. */
  write<Result>(action: string, work: (database: Database) => Result): Result {
    const writer = this.writer;
    return translated(this.place.file, action, () => writer.transaction(() => work(writer)).immediate());
  }

  /**
   * The same without holding up this process while another one writes: what is noted beside answers. One after the
   * other, in the order of the calls, and at once where nobody writes.
   */
  writeSoon<Result>(action: string, work: (database: Database) => Result): Promise<Result> {
    const until = Date.now() + BUSY_MILLIS;
    const attempt = (): { readonly result: Result } | null => {
      const { writer } = this;
      writer.pragma('busy_timeout = 0');
      try {
        return { result: translated(this.place.file, action, () => writer.transaction(() => work(writer)).immediate()) };
      } catch (thrown) {
        if ((thrown as CodeIndexError).code !== 'conflict' || !isBusy((thrown as CodeIndexError).cause) || Date.now() >= until) throw thrown;
        return null;
      } finally {
        writer.pragma(`busy_timeout = ${BUSY_MILLIS}`);
      }
    };
    const repeat = async (): Promise<Result> => {
      for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
        const done = attempt();
        if (done !== null) return done.result;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    };
    const waiting = this.#soon;
    const written = waiting === null ? repeat() : waiting.then(repeat);
    const mine = written.then(() => {}, () => {}).then(() => {
      if (this.#soon === mine) this.#soon = null;
    });
    this.#soon = mine;
    return written;
  }

  /** Runs writing work one after the other. What failed behind the scenes is told to the next who writes. */
  inTurn<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
    const checked = (): Promise<Result> => {
      const failure = this.#failure;
      this.#failure = null;
      if (failure !== null) throw failure;
      return work();
    };
    const result = this.#queue.then(checked).catch((thrown: unknown) => {
      throw asStoreError(thrown, this.place.file, action);
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Copies the log back into the file and empties it, as far as readers let it. */
  checkpoint(): void {
    translated(this.place.file, 'Writing the log back', () => this.writer.pragma('wal_checkpoint(TRUNCATE)'));
  }

  /** Runs writing work that nobody waits for, between the commits of others; its steps each leave a whole database. */
  behind(action: string, work: () => Promise<void>): void {
    this.#background = this.#background.then(work).catch((thrown: unknown) => {
      this.#failure ??= asStoreError(thrown, this.place.file, action);
    });
  }

  /** When the work behind the scenes is done. Inside a turn nothing new comes behind. */
  async settled(): Promise<void> {
    await this.#background;
  }

  /** When no writing work at all is under way. */
  async idle(): Promise<void> {
    await this.#queue;
    await this.#background;
    await this.#soon;
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodeIndexError('unavailable', 'The index was closed.', 'Open it again.');
  }

  /** Waits for writing work under way. */
  async close(): Promise<void> {
    await this.idle();
    if (this.#closed) return;
    this.#closed = true;
    this.reader.close();
    this.#writer?.close();
  }
}
