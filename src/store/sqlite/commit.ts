import type { Database, Statement } from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import type { Block, BlobId, RepositoryId } from '../../domain/mod.ts';
import type { CommitResult, Delta, NewFacts, NewPack, ViewDelta } from '../ports.ts';
import { packBlobs, packCounts, packDirectory, type BlockShape } from '../blocks/format.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import { blockKindCode, skipCode, textOnlyCode } from '../codes.ts';
import { packStoredFacts } from '../blocks/facts.ts';
import { missing } from './errors.ts';
import { oidBytes, problemsText } from '../columns.ts';
import { VectorWriter } from './vector-writer.ts';
import { Statements } from './statements.ts';

/** Applies deltas through statements that are prepared once. Every method runs inside one transaction of the caller. */
export class Committer {
  readonly vectors: VectorWriter;
  readonly #languages = new Map<string, number>();
  readonly #statements: Statements;

  /** `wholeChunks`: above so many chunks of a repository bits are kept of its vectors. */
  constructor(database: Database, wholeChunks: number) {
    this.#statements = new Statements(database);
    this.vectors = new VectorWriter(database, wholeChunks);
  }

  #sql(text: string): Statement {
    return this.#statements.of(text);
  }

  apply(delta: Delta): CommitResult {
    const { repository } = delta;
    if (this.#sql('UPDATE repository SET generation = generation + 1 WHERE id = ? AND name IS NOT NULL').run(repository).changes === 0) {
      throw missing('repository', repository);
    }
    const blobs = this.#blobs(repository, delta);
    this.#facts(delta);
    if (delta.vectors !== undefined) this.vectors.put(repository, delta.vectors);
    if (delta.dropVectorsBut !== undefined) this.vectors.dropBut(repository, delta.dropVectorsBut);
    if (delta.view !== undefined) this.#view(repository, delta.view, blobs);
    return { blobs };
  }

  #blobs(repository: RepositoryId, { blobs = [], packs = [], trigrams }: Delta): BlobId[] {
    const find = this.#sql('SELECT id FROM blob WHERE oid = ? AND repository = ? AND language = ?').pluck();
    const insert = this.#sql('INSERT INTO blob (repository, oid, language, size, lines, pack, pack_offset, pack_length, text_only, problems) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const store = this.#sql('INSERT INTO pack (size, data) VALUES (?, ?)');
    // A pack is stored when the first blob needs it: one whose blobs are all known is not.
    const stored = new Map<number, number>();
    const packId = (index: number): number => {
      const known = stored.get(index);
      if (known !== undefined) return known;
      const pack = packs[index] as NewPack;
      const id = Number(store.run(pack.size, pack.data).lastInsertRowid);
      stored.set(index, id);
      return id;
    };
    const fresh: BlobId[] = [];
    const ids = blobs.map((blob) => {
      const oid = oidBytes(blob.oid);
      const language = this.language(blob.language);
      const known = find.get(oid, repository, language) as BlobId | undefined;
      // A blob that is known has its postings in an older block: here it is a document that nobody finds.
      fresh.push(0);
      if (known !== undefined) return known;
      const { pack, offset, length } = blob.content;
      const { lastInsertRowid } = insert.run(
        repository, oid, language, blob.size, blob.lines, packId(pack), offset, length, textOnlyCode(blob.textOnly), problemsText(blob.problems),
      );
      const id = Number(lastInsertRowid);
      fresh[fresh.length - 1] = id;
      return id;
    });
    if (trigrams !== undefined && fresh.some((id) => id !== 0)) {
      this.#checkDocuments('trigrams', trigrams.documents, blobs.length);
      this.writeBlock(trigrams, { repository, kind: 'trigram', documents: trigrams.documents, blobs: fresh, chunks: null, chunkTerms: null });
    }
    return ids;
  }

  /** Facts follow from content and language alone: a blob that is parsed already keeps the facts it has. */
  #facts({ repository, facts = [], names, terms, chunkTerms }: Delta): void {
    if (facts.length === 0) return;
    const mark = this.#sql(
      'UPDATE blob SET state = 1, text_only = coalesce(?, text_only), problems = coalesce(?, problems), chunks = ?, symbols = ?, occurrences = ? WHERE id = ? AND repository = ? AND state = 0',
    );
    const store = this.#sql('INSERT INTO facts (blob, data) VALUES (?, ?)');
    const fresh = facts.map((item: NewFacts) => {
      const { changes } = mark.run(textOnlyCode(item.textOnly), problemsText(item.problems), item.chunks, item.symbols, item.occurrences, item.blob, repository);
      if (changes === 0) return 0;
      store.run(item.blob, packStoredFacts(item.packed));
      return item.blob;
    });
    if (!fresh.some((id) => id !== 0)) return;
    if (names !== undefined) {
      this.#checkDocuments('names', names.documents, facts.length);
      this.writeBlock(names, { repository, kind: 'name', documents: facts.length, blobs: fresh, chunks: null, chunkTerms: null });
    }
    if (terms !== undefined) {
      const chunks = facts.map((item) => item.chunks);
      const documents = chunks.reduce((sum, count) => sum + count, 0);
      this.#checkDocuments('terms', terms.documents, documents);
      this.#checkDocuments('chunkTerms', chunkTerms?.length ?? 0, documents);
      this.writeBlock(terms, { repository, kind: 'term', documents, blobs: fresh, chunks, chunkTerms: chunkTerms ?? new Uint16Array(0) });
    }
  }

  #checkDocuments(what: string, given: number, wanted: number): void {
    if (given !== wanted) throw new CodeIndexError('internal', `A commit has ${what} for ${given} documents, but ${wanted} documents.`, 'Report this as a bug.');
  }

  writeBlock(block: Block, shape: BlockShape): void {
    const id = this.beginBlock(shape);
    let bytes = 0;
    block.pages.forEach((item, number) => {
      this.writePage(id, number, item.bytes);
      bytes += item.bytes.length;
    });
    this.finishBlock(id, block.pages.map((item) => item.firstKey), bytes);
  }

  /** A block that no reader sees before `finishBlock`. */
  beginBlock({ repository, kind, documents, blobs, chunks, chunkTerms }: BlockShape): number {
    const terms = chunkTerms === null ? 0 : chunkTerms.reduce((sum, count) => sum + count, 0);
    const { lastInsertRowid } = this.#sql(
      'INSERT INTO block (repository, kind, ready, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms) VALUES (?, ?, 0, ?, 0, 0, ?, ?, ?, ?, ?)',
    ).run(
      repository, blockKindCode(kind), documents, terms, packBlobs(blobs), new Uint8Array(0),
      chunks === null ? null : packCounts(chunks),
      chunkTerms === null ? null : new Uint8Array(chunkTerms.buffer, chunkTerms.byteOffset, chunkTerms.byteLength),
    );
    return Number(lastInsertRowid);
  }

  writePage(block: number, number: number, bytes: Uint8Array): void {
    this.#sql('INSERT INTO page (id, data) VALUES (?, ?)').run(block * PAGES_PER_BLOCK + number, bytes);
  }

  finishBlock(id: number, firstKeys: readonly Uint8Array[], bytes: number): void {
    const { changes } = this.#sql('UPDATE block SET ready = 1, pages = ?, bytes = ?, directory = ? WHERE id = ?').run(firstKeys.length, bytes, packDirectory(firstKeys), id);
    // Whoever replaces old blocks by this one must not lose both.
    if (changes === 0) throw new CodeIndexError('conflict', `Posting block ${id} was removed while it was made.`, 'Repeat the call; nothing is lost.');
  }

  removeBlock(id: number): void {
    this.#sql('DELETE FROM page WHERE id BETWEEN ? AND ?').run(id * PAGES_PER_BLOCK, (id + 1) * PAGES_PER_BLOCK - 1);
    this.#sql('DELETE FROM block WHERE id = ?').run(id);
  }

  /** The number of a language, made where it is missing. */
  language(name: string): number {
    let code = this.#languages.get(name);
    if (code === undefined) {
      this.#sql('INSERT INTO language (name) VALUES (?) ON CONFLICT DO NOTHING').run(name);
      code = this.#sql('SELECT id FROM language WHERE name = ?').pluck().get(name) as number;
      this.#languages.set(name, code);
    }
    return code;
  }

  #view(repository: RepositoryId, view: ViewDelta, fresh: readonly BlobId[]): void {
    const touched = (view.upsert?.length ?? 0) + (view.remove?.length ?? 0) > 0;
    const { changes } = this.#sql(
      `UPDATE view SET version = version + ?, branch = iif(?, ?, branch), commit_id = iif(?, ?, commit_id), indexed = coalesce(?, indexed),
         pending_files = coalesce(?, pending_files), pending_symbols = coalesce(?, pending_symbols) WHERE id = ? AND repository = ?`,
    ).run(
      touched ? 1 : 0, view.branch === undefined ? 0 : 1, view.branch ?? null, view.commit === undefined ? 0 : 1, view.commit ?? null,
      view.indexedAt ?? null, view.pendingFiles ?? null, view.pendingSymbols ?? null, view.id, repository,
    );
    if (changes === 0) throw missing('view', view.id);
    if (touched) this.#entries(repository, view, fresh);
  }

  #entries(repository: RepositoryId, view: ViewDelta, fresh: readonly BlobId[]): void {
    const before = this.#sql('SELECT blob FROM entry WHERE view = ? AND path = ?').pluck();
    const about = this.#sql('SELECT language, orphan FROM blob WHERE id = ? AND repository = ?').raw();
    const adopt = this.#sql('UPDATE blob SET orphan = 0 WHERE id = ?');
    const put = this.#sql('INSERT OR REPLACE INTO entry (view, path, blob, language, skipped, size, mtime, edited) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const remove = this.#sql('DELETE FROM entry WHERE view = ? AND path = ?');
    const left = new Set<BlobId>();
    for (const path of view.remove ?? []) {
      const old = before.get(view.id, path) as BlobId | null | undefined;
      if (typeof old === 'number') left.add(old);
      remove.run(view.id, path);
    }
    for (const entry of view.upsert ?? []) {
      const blob = entry.new === undefined ? entry.blob : (fresh[entry.new] ?? null);
      if ((blob === null) === (entry.skipped === null)) {
        throw new CodeIndexError('internal', `The entry ${entry.path} has ${blob === null ? 'neither a blob nor a reason' : 'both a blob and a reason'} to be skipped.`, 'Report this as a bug.');
      }
      let language: number | null = null;
      if (blob !== null) {
        const row = about.get(blob, repository) as [number, number] | undefined;
        if (row === undefined) {
          throw new CodeIndexError('conflict', `The content of ${entry.path} (blob ${blob}) is not in the index any more.`, 'Index again: the file will be read anew.');
        }
        language = row[0];
        if (row[1] === 1) adopt.run(blob);
      }
      const old = before.get(view.id, entry.path) as BlobId | null | undefined;
      if (typeof old === 'number' && old !== blob) left.add(old);
      put.run(view.id, entry.path, blob, language, skipCode(entry.skipped), entry.size, entry.mtimeMs, entry.edited ? 1 : 0);
    }
    this.#markOrphans(repository, left);
  }

  /** Blobs that no entry leads to any more wait for compaction; until then going back to them costs nothing. */
  #markOrphans(repository: RepositoryId, left: ReadonlySet<BlobId>): void {
    const used = this.#sql('SELECT 1 FROM view CROSS JOIN entry INDEXED BY entry_blob ON entry.view = view.id AND entry.blob = ? WHERE view.repository = ? LIMIT 1');
    const mark = this.#sql('UPDATE blob SET orphan = 1 WHERE id = ?');
    for (const id of left) if (used.get(id, repository) === undefined) mark.run(id);
  }
}
