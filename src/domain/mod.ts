/**
 * domain: the plain, read-only data that floors exchange, and the packed forms of the large ones.
 * No input or output, no clock, no database, no protocol.
 */
export type { Span } from './span.ts';
export { SYMBOL_KINDS, type SymbolFact, type SymbolKind } from './symbol.ts';
export { ROLES, type ImportFact, type Occurrence, type Role, type Tier } from './reference.ts';
export { PROBLEM_KINDS, type ChunkFact, type Facts, type MaskedSecret, type Problem, type ProblemKind } from './facts.ts';
export {
  SKIP_REASONS, TEXT_ONLY_REASONS,
  type BlobId, type BlobInfo, type BlobState, type Entry, type RepositoryId, type SkipReason, type TextOnlyReason, type ViewId,
} from './file.ts';
export type { Repository, View, ViewKind } from './repository.ts';
export type { IndexSummary, Progress } from './progress.ts';
export { ACCESS_ROLES, type AccessRole, type ApiToken, type AuditEntry, type Identity, type WebTokenRevocation } from './identity.ts';
export { JOB_STATES, type Job, type JobRequest, type JobResult, type JobState } from './job.ts';
export { MODES, type Atom, type Expression, type Filters, type Mode, type ParsedQuery } from './query.ts';
export type { Answer, AnswerFreshness, Coverage, Elsewhere, Freshness, Match, Result, ResultSymbol, SymbolHead } from './answer.ts';
export { BLOCK_KINDS, BlockWriter, compareKeys, findInPage, pageOf, visitPage, type Block, type BlockKind, type BlockPage, type PostingList } from './block.ts';
export { packFrequency, readPlain, readTerm, termList, writePlain, writeTerm, type TermList } from './postings.ts';
export { packFacts, unpackChunks, unpackImports, unpackOccurrences, unpackSymbols } from './packed.ts';
export { BlobSet } from './blob-set.ts';
