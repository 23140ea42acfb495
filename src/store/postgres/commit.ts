import { CodeIndexError } from '../../base/mod.ts';
import type { Block, BlobId, RepositoryId } from '../../domain/mod.ts';
import { packStoredFacts } from '../blocks/facts.ts';
import { packBlobs, packCounts, packDirectory, type BlockShape } from '../blocks/format.ts';
import { blockKindCode, textOnlyCode } from '../codes.ts';
import { oidBytes, problemsText } from '../columns.ts';
import type { CommitResult, Delta, NewPack } from '../ports.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import { CopyRows } from './copy-rows.ts';
import type { Core } from './core.ts';
import type { Connection } from './database.ts';
import { putEntries } from './entries.ts';
import { missing } from './errors.ts';
import type { Points } from './points.ts';
import { takeIds } from './ranges.ts';
import { VectorWriter } from './vector-writer.ts';

/** Applies deltas. Every method runs inside one transaction of the caller, under the lease of the repository. */
export class Committer {
  readonly vectors: VectorWriter;
  readonly #core: Core;

  /** `wholeChunks`: above so many chunks of a repository bits are kept of its vectors. */
  constructor(core: Core, wholeChunks: number, points: Points | null) {
    this.#core = core;
    this.vectors = new VectorWriter(wholeChunks, points);
  }

  /** Makes what a delta needs of tables that all repositories share, before its transaction. */
  async prepare({ blobs = [], vectors }: Delta): Promise<void> {
    await this.#core.languages.made(blobs.map(({ language }) => language), this.#core.database.writer);
    if (vectors !== undefined && vectors.rows.length > 0) await this.vectors.model(this.#core.database.writer, vectors.model, vectors.dimensions);
  }

  async apply(connection: Connection, delta: Delta): Promise<CommitResult> {
    const { repository } = delta;
    // What follows from files can be made again: the end of a lease waits for the disk, and with it for all of this.
    await connection.run('SET LOCAL synchronous_commit = off');
    const changed = changesLayout(delta) ? ', layout = layout + 1' : '';
    if ((await connection.run(`UPDATE repository SET generation = generation + 1${changed} WHERE id = $1 AND name IS NOT NULL`, [repository])) === 0) throw missing('repository', repository);
    const { ids, fresh } = await this.#blobs(connection, delta);
    await this.#facts(connection, delta);
    if (delta.vectors !== undefined) await this.vectors.put(connection, repository, delta.vectors);
    if (delta.dropVectorsBut !== undefined) await this.vectors.dropBut(connection, repository, delta.dropVectorsBut);
    if (delta.view !== undefined) await putEntries(connection, repository, delta.view, ids, fresh);
    return { blobs: ids };
  }

  async #blobs(connection: Connection, { repository, blobs = [], packs = [], trigrams }: Delta): Promise<{ ids: BlobId[]; fresh: ReadonlyMap<BlobId, number> }> {
    if (blobs.length === 0) return { ids: [], fresh: new Map() };
    const codes = await this.#core.languages.codes(blobs.map(({ language }) => language));
    const oids = blobs.map(({ oid }) => oidBytes(oid));
    const keyOf = (at: number): string => `${(oids[at] as Buffer).toString('hex')}:${codes.get(blobs[at]?.language ?? '')}`;
    const known = new Map((await connection.rows<[number, Buffer, number]>('SELECT id, oid, language FROM blob WHERE repository = $1 AND oid = ANY($2::bytea[])', [repository, oids]))
      .map(([id, oid, language]) => [`${oid.toString('hex')}:${language}`, id]));
    const added = new Set<string>();
    blobs.forEach((_, at) => {
      if (!known.has(keyOf(at))) added.add(keyOf(at));
    });
    const ids = await takeIds(connection, repository, added.size);
    const rows = new CopyRows(['int8', 'int4', 'bytea', 'int4', 'int4', 'int4', 'int8', 'int4', 'int4', 'int2', 'text']);
    const stored = new Map<number, BlobId>();
    const packRows = new CopyRows(['int8', 'int4', 'int4', 'bytea']);
    /** A pack is stored with the first blob that needs it, under its number: one whose blobs are all known is not. */
    const packOf = (index: number, id: BlobId): BlobId => {
      const there = stored.get(index);
      if (there !== undefined) return there;
      const { size, data } = packs[index] as NewPack;
      packRows.add([id, repository, size, data]);
      stored.set(index, id);
      return id;
    };
    const fresh = new Map<BlobId, number>();
    let next = 0;
    // A blob that is known has its postings in an older block: here it is a document that nobody finds.
    const documents = blobs.map((blob, at) => {
      const key = keyOf(at);
      if (known.has(key)) return 0;
      const id = ids[next++] as BlobId;
      known.set(key, id);
      const language = codes.get(blob.language) as number;
      fresh.set(id, language);
      const { pack, offset, length } = blob.content;
      rows.add([id, repository, oids[at] as Buffer, language, blob.size, blob.lines, packOf(pack, id), offset, length, textOnlyCode(blob.textOnly), problemsText(blob.problems)]);
      return id;
    });
    if (packRows.rows > 0) await connection.copy('pack', ['id', 'repository', 'size', 'data'], packRows.finish());
    if (rows.rows > 0) {
      await connection.copy('blob', ['id', 'repository', 'oid', 'language', 'size', 'lines', 'pack', 'pack_offset', 'pack_length', 'text_only', 'problems'], rows.finish());
    }
    if (trigrams !== undefined && fresh.size > 0) {
      checkDocuments('trigrams', trigrams.documents, blobs.length);
      await this.writeBlock(connection, trigrams, { repository, kind: 'trigram', documents: trigrams.documents, blobs: documents, chunks: null, chunkTerms: null });
    }
    return { ids: blobs.map((_, at) => known.get(keyOf(at)) as BlobId), fresh };
  }

  /** Facts follow from content and language alone: a blob that is parsed already keeps the facts it has. */
  async #facts(connection: Connection, { repository, facts = [], names, terms, chunkTerms }: Delta): Promise<void> {
    if (facts.length === 0) return;
    const marked = await connection.rows<[BlobId]>(
      `UPDATE blob SET state = 1, text_only = coalesce(given.text_only, blob.text_only), problems = coalesce(given.problems, blob.problems),
         chunks = given.chunks, symbols = given.symbols, occurrences = given.occurrences
       FROM unnest($2::int8[], $3::int2[], $4::text[], $5::int4[], $6::int4[], $7::int4[]) AS given (id, text_only, problems, chunks, symbols, occurrences)
       WHERE blob.repository = $1 AND blob.id = given.id AND blob.state = 0 RETURNING blob.id`,
      [
        repository, facts.map(({ blob }) => blob), facts.map(({ textOnly }) => textOnlyCode(textOnly)), facts.map(({ problems }) => problemsText(problems)),
        facts.map(({ chunks }) => chunks), facts.map(({ symbols }) => symbols), facts.map(({ occurrences }) => occurrences),
      ],
    );
    const left = new Set(marked.map(([id]) => id));
    const rows = new CopyRows(['int8', 'int4', 'bytea']);
    const documents = facts.map(({ blob, packed }) => {
      if (!left.delete(blob)) return 0;
      rows.add([blob, repository, packStoredFacts(packed)]);
      return blob;
    });
    if (rows.rows === 0) return;
    await connection.copy('facts', ['blob', 'repository', 'data'], rows.finish());
    if (names !== undefined) {
      checkDocuments('names', names.documents, facts.length);
      await this.writeBlock(connection, names, { repository, kind: 'name', documents: facts.length, blobs: documents, chunks: null, chunkTerms: null });
    }
    if (terms !== undefined) {
      const chunks = facts.map((item) => item.chunks);
      const count = chunks.reduce((sum, some) => sum + some, 0);
      checkDocuments('terms', terms.documents, count);
      checkDocuments('chunkTerms', chunkTerms?.length ?? 0, count);
      await this.writeBlock(connection, terms, { repository, kind: 'term', documents: count, blobs: documents, chunks, chunkTerms: chunkTerms ?? new Uint16Array(0) });
    }
  }

  async writeBlock(connection: Connection, block: Block, shape: BlockShape): Promise<void> {
    const id = await this.beginBlock(connection, shape);
    await this.writePages(connection, shape.repository, id, 0, block.pages.map(({ bytes }) => bytes));
    await this.finishBlock(connection, shape.repository, id, block.pages.map(({ firstKey }) => firstKey), block.pages.reduce((sum, { bytes }) => sum + bytes.length, 0));
  }

  /** A block that no reader sees before `finishBlock`. */
  async beginBlock(connection: Connection, { repository, kind, documents, blobs, chunks, chunkTerms }: BlockShape): Promise<number> {
    const terms = chunkTerms === null ? 0 : chunkTerms.reduce((sum, count) => sum + count, 0);
    const [row] = await connection.rows<[number]>(
      `INSERT INTO block (id, repository, kind, ready, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms)
       VALUES (nextval('block_id'), $1, $2, false, $3, 0, 0, $4, $5, '', $6, $7) RETURNING id`,
      [
        repository, blockKindCode(kind), documents, terms, packBlobs(blobs), chunks === null ? null : packCounts(chunks),
        chunkTerms === null ? null : new Uint8Array(chunkTerms.buffer, chunkTerms.byteOffset, chunkTerms.byteLength),
      ],
    );
    return row?.[0] as number;
  }

  async writePages(connection: Connection, repository: RepositoryId, block: number, from: number, pages: readonly Uint8Array[]): Promise<void> {
    if (pages.length === 0) return;
    const rows = new CopyRows(['int8', 'int4', 'bytea']);
    pages.forEach((bytes, at) => rows.add([block * PAGES_PER_BLOCK + from + at, repository, bytes]));
    await connection.copy('page', ['id', 'repository', 'data'], rows.finish());
  }

  async finishBlock(connection: Connection, repository: RepositoryId, id: number, firstKeys: readonly Uint8Array[], bytes: number): Promise<void> {
    const changed = await connection.run('UPDATE block SET ready = true, pages = $3, bytes = $4, directory = $5 WHERE repository = $1 AND id = $2', [repository, id, firstKeys.length, bytes, packDirectory(firstKeys)]);
    // Whoever replaces old blocks by this one must not lose both.
    if (changed === 0) throw new CodeIndexError('conflict', `Posting block ${id} was removed while it was made.`, 'Repeat the call; nothing is lost.');
  }

  async removeBlocks(connection: Connection, repository: RepositoryId, ids: readonly number[]): Promise<void> {
    for (const id of ids) await connection.run('DELETE FROM page WHERE repository = $1 AND id BETWEEN $2 AND $3', [repository, id * PAGES_PER_BLOCK, (id + 1) * PAGES_PER_BLOCK - 1]);
    await connection.run('DELETE FROM block WHERE repository = $1 AND id = ANY($2::int8[])', [repository, ids]);
  }
}

/** Whether blocks or segments come with it. */
function changesLayout({ blobs = [], facts = [], vectors, dropVectorsBut }: Delta): boolean {
  return blobs.length > 0 || facts.length > 0 || vectors !== undefined || dropVectorsBut !== undefined;
}

function checkDocuments(what: string, given: number, wanted: number): void {
  if (given !== wanted) throw new CodeIndexError('internal', `A commit has ${what} for ${given} documents, but ${wanted} documents.`, 'Report this as a bug.');
}
