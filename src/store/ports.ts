/**
 * The ports of the store, by role. Every driver meets them all and passes `suite/`.
 *
 * Candidates and statistics cross this wall, never scores: the same search code ranks over every driver.
 * Methods take lists, because a driver may be across a network. No connection and no transaction is shown:
 * all writing is `commit(delta)`, which happens wholly or not at all.
 */
import type {
  ApiToken, WebTokenRevocation, AuditEntry, Block, BlobId, BlobInfo, BlobSet, Entry, Repository, RepositoryId, SkipReason, TextOnlyReason, View, ViewId, ViewKind, Problem, Job, JobState,
} from '../domain/mod.ts';
import type { Transfer } from './transfer/pieces.ts';

export interface Store extends AsyncDisposable {
  readonly meta: Meta;
  readonly files: Files;
  readonly trigrams: Trigrams;
  readonly terms: Terms;
  readonly symbols: Symbols;
  readonly vectors: Vectors;
  readonly tokens: Tokens;
  readonly journal: Journal;
  /** What this driver can do beyond the ports, as data. */
  readonly supports: { readonly concurrentWriters: boolean; readonly approximateVectors: boolean };
  /** Applies one delta in one transaction; gives the ids of `delta.blobs` in order. Needs the writer's lease. */
  commit(delta: Delta): Promise<CommitResult>;
  /**
   * Takes the only right to write, waiting up to `waitMillis`; then fails with `conflict`, naming who holds it. Freed by the
   * process's death too. `repository` says that only this one is written: a driver of `concurrentWriters` lets others write
   * the others meanwhile.
   */
  lease(purpose: string, options?: { waitMillis?: number; signal?: AbortSignal; repository?: RepositoryId }): Promise<AsyncDisposable>;
  /** Who holds the right to write at the moment, as a phrase for people; null where nobody does. */
  writer(): Promise<string | null>;
  /** Merges small blocks, drops what no blob needs and gives free space back. Safe to stop at any time. */
  compact(options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Writes a copy of everything, of one moment, to the new file `file` while others read and write; verified by opening
   * it, and encrypted as the store is. Fails with `unavailable` and leaves no file where the disk is full; a driver
   * whose database has tools of its own for this says so.
   */
  copyTo(file: string, options?: CopyOptions): Promise<StoreCopy>;
  /** Connections of this process to the database's server, and questions that wait for one; absent where the database is embedded. */
  connections?(): { readonly busy: number; readonly idle: number; readonly waiting: number };
  /** Everything, from and for another driver. */
  readonly transfer: Transfer;
}

export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Bytes copied so far, and all of them. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A copy of a store as it was found when it was opened. */
export interface StoreCopy {
  readonly bytes: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** Version of the driver's tables. */
  readonly format: number;
  readonly encrypted: boolean;
  readonly statistics: StoreStatistics;
}

/** Repositories and views. */
export interface Meta {
  repositories(): Promise<readonly Repository[]>;
  views(repositories?: readonly RepositoryId[]): Promise<readonly View[]>;
  /** Creates (id absent) or changes a repository. Fails with `conflict` when the name is taken, or a new one's root. */
  putRepository(repository: Omit<Repository, 'id' | 'generation' | 'createdAt' | 'masked' | 'fetchedAt' | 'fetchFailure'> & { id?: RepositoryId }): Promise<Repository>;
  /** Notes of the machinery, apart from what users say: absent parts stay. `masked` never goes back to false. */
  noteRepository(id: RepositoryId, notes: { readonly masked?: true; readonly fetchedAt?: string; readonly fetchFailure?: string | null }): Promise<void>;
  /**
   * Forgets every text of a repository and all that was made of them, in all views; its name and its views stay, as they
   * were before anything was indexed. Nothing of the texts is left in the database's files.
   */
  emptyRepository(id: RepositoryId): Promise<void>;
  /** Creates a view, or gives the one that is there: of a worktree by its root, else by its branch or commit. */
  putView(view: { repository: RepositoryId; kind: ViewKind; branch: string | null; root: string | null; commit: string | null }): Promise<View>;
  /** Removes every row, posting and vector of it. */
  removeRepository(id: RepositoryId): Promise<void>;
  removeView(id: ViewId): Promise<void>;
  /** Totals for `status`: rows and bytes by role. */
  statistics(repository?: RepositoryId): Promise<StoreStatistics>;
  /** Verifies that what is stored is sound; gives one phrase (engine, format version), or fails with `internal` and how to mend it. For `doctor`. */
  check(): Promise<string>;
}

export interface StoreStatistics {
  readonly files: number;
  readonly blobs: number;
  readonly sourceBytes: number;
  readonly symbols: number;
  readonly occurrences: number;
  readonly chunks: number;
  readonly vectors: number;
  /** Masked, in texts that are in use. */
  readonly secrets: number;
  readonly databaseBytes: number;
  readonly languages: Readonly<Record<string, { files: number; bytes: number }>>;
}

/** API tokens, by the digest of their text. Written without the lease. */
export interface Tokens {
  /** Oldest first, revoked ones too. */
  list(): Promise<readonly ApiToken[]>;
  /** Any token with this digest, revoked or expired ones too: the caller decides. */
  byDigest(digest: Uint8Array): Promise<ApiToken | null>;
  create(token: Omit<ApiToken, 'id' | 'createdAt' | 'revokedAt'> & { readonly digest: Uint8Array }): Promise<ApiToken>;
  /** False where there is none of this id, or it was revoked before. */
  revoke(id: number): Promise<boolean>;
  /** Refuses JSON web tokens. Of those that were refused before, the later time holds. */
  revokeWebTokens(revocation: WebTokenRevocation): Promise<void>;
  /** What concerns a token with this id and subject; absent: all, oldest first. */
  webTokenRevocations(token?: { readonly id: string | null; readonly subject: string }): Promise<readonly WebTokenRevocation[]>;
}

/** Jobs and administrative acts: what happened, and what is still to be done after a restart. Written without the lease. */
export interface Journal {
  /** Adds or replaces a job. */
  putJob(job: Job): Promise<void>;
  job(id: string): Promise<Job | null>;
  /** Newest first, before the id `before`. */
  jobs(options: { readonly states?: readonly JobState[]; readonly repository?: string; readonly before?: string; readonly limit: number }): Promise<readonly Job[]>;
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  audit(options: { readonly limit: number }): Promise<readonly AuditEntry[]>;
  /** Forgets finished jobs and acts that are older than `before` (ISO 8601). */
  prune(before: string): Promise<void>;
}

/** Which files a query may answer from. All lists narrow; an empty list does not. */
export interface Scope {
  readonly views: readonly ViewId[];
  readonly languages: readonly string[];
  readonly notLanguages: readonly string[];
  /** Tests on paths, already compiled by the search: any of `paths` (where there are some), none of `notPaths`. */
  readonly paths: readonly PathTest[];
  readonly notPaths: readonly PathTest[];
}

export interface PathTest {
  /** Stable text for caching. */
  readonly key: string;
  /** Every matching path starts with this; may be empty. */
  readonly prefix: string;
  matches(path: string): boolean;
}

/** Paths, blobs, texts and facts. */
export interface Files {
  /** The blobs with text in scope. Cached by the driver until the repository's generation changes. */
  scope(scope: Scope): Promise<BlobSet>;
  blobs(ids: readonly BlobId[]): Promise<ReadonlyMap<BlobId, BlobInfo>>;
  /** Where the blobs are: one or more per blob, in path order. */
  places(views: readonly ViewId[], ids: readonly BlobId[]): Promise<ReadonlyMap<BlobId, readonly Place[]>>;
  /** Entries of one view in path order, after `after`; all of them in turns of `limit`, or only what is skipped, or only texts with masked secrets. */
  entries(view: ViewId, options: { after?: string; limit: number; under?: string; skippedOnly?: boolean; secretsOnly?: boolean }): Promise<readonly Entry[]>;
  /** One entry for each path that is known. */
  entriesAt(view: ViewId, paths: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** Decoded texts; ids without text are absent. */
  texts(ids: readonly BlobId[]): Promise<ReadonlyMap<BlobId, string>>;
  /** Packed facts (domain/packed.ts); ids that are not parsed are absent. */
  facts(ids: readonly BlobId[]): Promise<ReadonlyMap<BlobId, Uint8Array>>;
  /** What the index needs for the difference: known blobs by content id, parse work left, counts of skipped files. */
  readonly plan: Plan;
}

export interface Place {
  readonly view: ViewId;
  readonly entry: Entry;
}

export interface Plan {
  /** Blob ids that the repository already holds for `oid + language`, keyed `oid:language`. */
  known(repository: RepositoryId, keys: readonly { oid: string; language: string }[]): Promise<ReadonlyMap<string, BlobId>>;
  /** Blobs in state `text` that await parsing, least id first. */
  unparsed(repository: RepositoryId, limit: number, after: BlobId): Promise<readonly BlobInfo[]>;
  /** Packs as stored, and where in them the texts are: to hand to a thread without decoding them here. */
  packedTexts(ids: readonly BlobId[]): Promise<PackedTexts>;
  skipped(views: readonly ViewId[]): Promise<ReadonlyMap<SkipReason, number>>;
  /** Files in views, with text. */
  count(views: readonly ViewId[]): Promise<number>;
  unparsedCount(repository: RepositoryId): Promise<number>;
}

/** Where a text is: bytes of UTF-8 within one unpacked pack. */
export interface PackPlace {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
}

export interface PackedTexts {
  /** zstd, by the driver's number of the pack. */
  readonly packs: ReadonlyMap<number, Uint8Array>;
  readonly places: ReadonlyMap<BlobId, PackPlace>;
}

/** A condition on trigrams. Keys are as code/trigrams.ts makes them. */
export type TrigramPlan =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and'; readonly keys: readonly number[]; readonly items: readonly TrigramPlan[] }
  | { readonly kind: 'or'; readonly items: readonly TrigramPlan[] };

export interface Trigrams {
  /** Ascending ids within `within` of blobs that may match; may hold too many, never too few. */
  candidates(repositories: readonly RepositoryId[], plan: TrigramPlan, within: BlobSet): Promise<Uint32Array>;
}

/** One block of chunks, as the ranker needs it. Chunk ordinal c belongs to blob b where chunkStart[b] <= c < chunkStart[b + 1]. */
export interface ChunkBlock {
  readonly repository: RepositoryId;
  readonly blobs: Uint32Array;
  /** Length blobs.length + 1. */
  readonly chunkStart: Uint32Array;
  /** Terms in each chunk, capped at 65,535. */
  readonly chunkTerms: Uint16Array;
}

export interface TermPostings {
  readonly term: string;
  /** One item for each block that holds the term; bytes as `readTerm` reads them. */
  readonly blocks: readonly { readonly block: ChunkBlock; readonly documentCount: number; readonly bytes: Uint8Array }[];
  /** Chunks with the term, over all blocks (chunks of replaced blobs counted until compaction). */
  readonly documentCount: number;
}

export interface Terms {
  postings(repositories: readonly RepositoryId[], terms: readonly string[]): Promise<readonly TermPostings[]>;
  statistics(repositories: readonly RepositoryId[]): Promise<{ readonly chunks: number; readonly terms: number }>;
  /** Blobs in `within` that hold all of the terms. Ascending. */
  blobsWithAll(repositories: readonly RepositoryId[], terms: readonly string[], within: BlobSet): Promise<Uint32Array>;
}

export interface SymbolQuery {
  readonly repositories: readonly RepositoryId[];
  readonly within: BlobSet;
  readonly name: string;
  readonly match: 'exact' | 'prefix' | 'substring' | 'fuzzy';
  /** Names to give back at most; the store stops early. */
  readonly limit: number;
}

export interface Symbols {
  /** Folded names that match, nearest first, with the blobs that define them. Case is for the caller to check. */
  names(query: SymbolQuery): Promise<readonly SymbolNameHit[]>;
}

export interface SymbolNameHit {
  /** Folded. */
  readonly name: string;
  /** Edit distance for `fuzzy`, else 0. */
  readonly distance: number;
  /** Ascending, in scope. */
  readonly blobs: Uint32Array;
}

export interface VectorHit {
  readonly blob: BlobId;
  readonly chunk: number;
  /** Cosine distance, 0 to 2. */
  readonly distance: number;
}

/** The vectors of one blob beside another vector. */
export interface VectorProducts {
  /** Dot product with each chunk's vector. */
  readonly products: Int32Array;
  /** Length of the sum of the blob's vectors. */
  readonly sumLength: number;
}

export interface NearestQuery {
  readonly repositories: readonly RepositoryId[];
  readonly within: BlobSet;
  /** Vectors of other models are not looked at. */
  readonly model: string;
  readonly vector: Int8Array;
  readonly limit: number;
}

export interface Vectors {
  /** The nearest chunks in scope, nearest first; ties by blob and chunk. Exact up to a size that the driver says, approximate beyond it. */
  nearest(query: NearestQuery): Promise<readonly VectorHit[]>;
  /** All vectors of some blobs, one row for each chunk; blobs without vectors of this model are absent. */
  of(blobs: readonly BlobId[], model: string): Promise<ReadonlyMap<BlobId, Int8Array>>;
  /** How all vectors of some blobs lie to `vector`; blobs without vectors of this model are absent. */
  products(blobs: readonly BlobId[], model: string, vector: Int8Array): Promise<ReadonlyMap<BlobId, VectorProducts>>;
  /** How many blobs each model has embedded. */
  models(repositories: readonly RepositoryId[]): Promise<ReadonlyMap<string, number>>;
  /** Parsed blobs in a view that have no vectors of this model, least id first, after `after`. */
  missing(repository: RepositoryId, model: string, limit: number, after: BlobId): Promise<readonly BlobInfo[]>;
  missingCount(repository: RepositoryId, model: string): Promise<number>;
}

/** A blob to store. Its id is given at commit. */
export interface NewBlob {
  readonly oid: string;
  readonly language: string;
  readonly size: number;
  readonly lines: number;
  readonly textOnly: TextOnlyReason | null;
  readonly problems: readonly Problem[];
  /** The decoded text as UTF-8; `pack` counts in `Delta.packs`. */
  readonly content: PackPlace;
}

export interface NewPack {
  /** zstd. */
  readonly data: Uint8Array;
  /** Bytes when unpacked. */
  readonly size: number;
}

/** Everything that can be written, in one piece. Absent parts change nothing. */
export interface Delta {
  readonly repository: RepositoryId;
  /** Texts. `trigrams` documents are these blobs, in this order. A blob that is already known is not stored twice. */
  readonly blobs?: readonly NewBlob[];
  /** Texts of neighbouring blobs, one after the other, zstd-compressed together. */
  readonly packs?: readonly NewPack[];
  readonly trigrams?: Block;
  /** Facts of blobs that are stored already. `names` documents are these, `terms` documents their chunks, in this order. */
  readonly facts?: readonly NewFacts[];
  readonly names?: Block;
  readonly terms?: Block;
  /** Terms in each chunk, over all `facts` in order. */
  readonly chunkTerms?: Uint16Array;
  /** Vectors of blobs that have facts: all chunks of a blob at once, one row after the other. Those of other models are kept until `dropVectorsBut`. */
  readonly vectors?: NewVectors;
  /** Removes the vectors of every other model from the repository. */
  readonly dropVectorsBut?: string;
  readonly view?: ViewDelta;
}

export interface NewVectors {
  readonly model: string;
  readonly dimensions: number;
  readonly rows: readonly { readonly blob: BlobId; readonly vectors: Int8Array }[];
}

export interface NewFacts {
  readonly blob: BlobId;
  /** As `packFacts` makes it. */
  readonly packed: Uint8Array;
  readonly chunks: number;
  readonly symbols: number;
  readonly occurrences: number;
  readonly textOnly: TextOnlyReason | null;
  readonly problems: readonly Problem[];
}

export interface ViewDelta {
  readonly id: ViewId;
  /** `blob` is an id, or `new` an index into `delta.blobs`. */
  readonly upsert?: readonly (Omit<Entry, 'blob'> & { readonly blob: BlobId | null; readonly new?: number })[];
  readonly remove?: readonly string[];
  readonly branch?: string | null;
  readonly commit?: string | null;
  readonly indexedAt?: string;
  readonly pendingFiles?: number;
  readonly pendingSymbols?: number;
}

export interface CommitResult {
  readonly blobs: readonly BlobId[];
}

