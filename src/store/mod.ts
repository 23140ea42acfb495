/**
 * store: "What do we remember?" Candidates and statistics cross this door, never scores.
 *
 * Invariants: all writing of content is `commit(delta)`, wholly or not at all; killing the process at any instant
 * leaves a database that opens and answers; readers are never blocked; ids of blobs are never used twice.
 */
export type {
  ChunkBlock, CommitResult, CopyOptions, Delta, Files, Journal, Meta, NewBlob, NewFacts, NewPack, NewVectors, PackedTexts, PackPlace, PathTest, Place, Plan, Scope, Store, StoreCopy, StoreStatistics,
  SymbolNameHit, SymbolQuery, Symbols, TermPostings, Terms, Tokens, TrigramPlan, Trigrams, VectorHit, VectorProducts, Vectors, ViewDelta,
} from './ports.ts';
export type { Connection, Database, Session, Value } from './postgres/database.ts';
export { readCopied, withNumbers, type CopiedType } from './postgres/copied-rows.ts';
export { openOver, openStore, placeOf, rekeyStore, restoreStore, type OpenOptions, type ReplaceOptions, type ServerOptions } from './open.ts';
export { copyStore, withoutId, type CopiedStore } from './transfer/copy.ts';
