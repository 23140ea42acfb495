/**
 * What crosses from one driver to another when everything is copied: columns as every driver has them (codes.ts,
 * blocks/format.ts, vectors/segment.ts), so that nothing is read or built anew. Numbers of blobs, packs and views are the
 * sender's; languages and models go by their names.
 */
import type { ApiToken, AuditEntry, BlobId, Entry, Job, Repository, RepositoryId, View } from '../../domain/mod.ts';

/** One way to get everything out of a store and into another one. */
export interface Transfer {
  /** Runs `work` over everything as it is at this moment, however long it takes and whoever writes meanwhile. */
  send<Result>(work: (outgoing: Outgoing) => Promise<Result>): Promise<Result>;
  /**
   * Takes a repository whose name is free. It is there wholly when this ends, and not at all before: what a killed process
   * left is removed when the next lease is taken. Needs the lease of everything.
   */
  receive(repository: Repository, pieces: AsyncIterable<Piece>): Promise<void>;
  /** Puts records in the place of those that are there, wholly or not at all. */
  receiveRecords(records: Records): Promise<void>;
}

/** Everything of one moment. */
export interface Outgoing {
  /** By name. */
  repositories(): Promise<readonly Repository[]>;
  /** In the order in which they are to be taken. */
  contents(repository: RepositoryId): AsyncIterable<Piece>;
  records(): Promise<Records>;
}

/** Small records beside the index; 90 days of them at most. */
export interface Records {
  readonly tokens: readonly (ApiToken & { readonly digest: Uint8Array })[];
  /** Oldest first. */
  readonly jobs: readonly Job[];
  /** Oldest first. */
  readonly audit: readonly AuditEntry[];
}

/** A model comes before what it made, blobs before what names them, a view before its entries, a block before its pages. */
export type Piece =
  | { readonly part: 'model'; readonly name: string; readonly dimensions: number }
  | ({ readonly part: 'contents' } & Contents)
  | { readonly part: 'view'; readonly view: ViewRow }
  | { readonly part: 'entries'; readonly entries: readonly EntryRow[] }
  | { readonly part: 'block'; readonly block: StoredBlock }
  | { readonly part: 'pages'; readonly from: number; readonly pages: readonly Uint8Array[] }
  | { readonly part: 'space'; readonly space: StoredSpace }
  | { readonly part: 'segment'; readonly model: string; readonly columns: StoredSegment };

/** Some blobs with all that is theirs; packs come with the first blob that lies in them. */
export interface Contents {
  /** Ascending. */
  readonly blobs: readonly StoredBlob[];
  readonly packs: readonly { readonly id: number; readonly size: number; readonly data: Uint8Array }[];
  readonly facts: readonly { readonly blob: BlobId; readonly data: Uint8Array }[];
  readonly vectors: readonly { readonly blob: BlobId; readonly model: string; readonly data: Uint8Array }[];
}

export interface StoredBlob {
  readonly id: BlobId;
  readonly oid: Uint8Array;
  readonly language: string;
  readonly size: number;
  readonly lines: number;
  readonly parsed: boolean;
  readonly orphan: boolean;
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  readonly textOnly: number | null;
  readonly chunks: number;
  readonly symbols: number;
  readonly occurrences: number;
  /** The model that wrote its vectors last. */
  readonly embedded: string | null;
  readonly problems: string | null;
}

export type ViewRow = Omit<View, 'id' | 'repository'> & { readonly version: number };

/** `language` is that of the blob. */
export type EntryRow = Entry & { readonly language: string | null };

export interface StoredBlock {
  readonly kind: number;
  readonly documents: number;
  readonly pages: number;
  readonly bytes: number;
  readonly terms: number;
  readonly blobs: Uint8Array;
  readonly directory: Uint8Array;
  readonly chunks: Uint8Array | null;
  readonly chunkTerms: Uint8Array | null;
}

export interface StoredSegment {
  readonly blobs: Uint8Array;
  readonly counts: Uint8Array;
  readonly bits: Uint8Array;
  readonly cells: Uint8Array | null;
}

export interface StoredSpace {
  readonly model: string;
  readonly center: Uint8Array | null;
  readonly cells: Uint8Array | null;
}
