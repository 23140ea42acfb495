import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, ViewId } from '../../domain/mod.ts';
import type { Segment } from '../vectors/segment.ts';
import type { Contents, EntryRow, Piece, StoredBlock, StoredSpace, ViewRow } from './pieces.ts';
import { renumberedBlock, renumberedSegment, Renumbering } from './renumber.ts';

/** What a driver does to take one repository; all numbers are its own. Every call is one transaction at most. */
export interface Incoming {
  /** New, ascending. */
  blobIds(count: number): Promise<readonly BlobId[]>;
  /** New, one for each pack, which is known by the first blob that lies in it. */
  packIds(firstBlobs: readonly BlobId[]): Promise<readonly number[]>;
  model(name: string, dimensions: number): Promise<void>;
  contents(contents: Contents): Promise<void>;
  view(view: ViewRow): Promise<ViewId>;
  entries(view: ViewId, entries: readonly EntryRow[]): Promise<void>;
  /** Gives the number of the block. */
  block(block: StoredBlock): Promise<number>;
  pages(block: number, from: number, pages: readonly Uint8Array[]): Promise<void>;
  space(space: StoredSpace): Promise<void>;
  segment(model: string, segment: Segment): Promise<void>;
}

/** Takes the pieces of one repository, with the receiver's own numbers in them. */
export async function receivePieces(pieces: AsyncIterable<Piece>, incoming: Incoming): Promise<void> {
  const blobs = new Renumbering();
  const packs = new Map<number, number>();
  let view: ViewId | null = null;
  let block: number | null = null;
  for await (const piece of pieces) {
    switch (piece.part) {
      case 'model':
        await incoming.model(piece.name, piece.dimensions);
        break;
      case 'contents':
        await incoming.contents(await renumberedContents(piece, blobs, packs, incoming));
        break;
      case 'view':
        view = await incoming.view(piece.view);
        break;
      case 'entries':
        await incoming.entries(view as ViewId, piece.entries.map((entry) => renumberedEntry(entry, blobs)));
        break;
      case 'block':
        block = await incoming.block(renumberedBlock(piece.block, blobs));
        break;
      case 'pages':
        await incoming.pages(block as number, piece.from, piece.pages);
        break;
      case 'space':
        await incoming.space(piece.space);
        break;
      case 'segment':
        await incoming.segment(piece.model, renumberedSegment(piece.columns, blobs));
        break;
    }
  }
}

async function renumberedContents({ blobs, packs, facts, vectors }: Contents, numbers: Renumbering, packNumbers: Map<number, number>, incoming: Incoming): Promise<Contents> {
  const ids = await incoming.blobIds(blobs.length);
  const firstBlobs = new Map<number, number>();
  blobs.forEach(({ id, pack }, at) => {
    numbers.add(id, ids[at] as number);
    if (!packNumbers.has(pack) && !firstBlobs.has(pack)) firstBlobs.set(pack, ids[at] as number);
  });
  const packIds = await incoming.packIds([...firstBlobs.values()]);
  [...firstBlobs.keys()].forEach((pack, at) => packNumbers.set(pack, packIds[at] as number));
  const packOf = (pack: number): number => packNumbers.get(pack) as number;
  return {
    blobs: blobs.map((blob, at) => ({ ...blob, id: ids[at] as number, pack: packOf(blob.pack) })),
    packs: packs.map((pack) => ({ ...pack, id: packOf(pack.id) })),
    facts: facts.map((row) => ({ ...row, blob: numbers.of(row.blob) })),
    vectors: vectors.map((row) => ({ ...row, blob: numbers.of(row.blob) })),
  };
}

function renumberedEntry(entry: EntryRow, numbers: Renumbering): EntryRow {
  if (entry.blob === null) return entry;
  const blob = numbers.of(entry.blob);
  if (blob === 0) throw new CodeIndexError('internal', `The text of ${entry.path} is missing in the index that is copied.`, 'Run `code-index doctor` there, index the repository again, and repeat the copy.');
  return { ...entry, blob };
}
