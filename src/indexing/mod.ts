/**
 * indexing: "What must be rewritten?"
 * Compares ground state with derived state and rewrites the difference; one path for full, incremental and watched
 * indexing. Invariants: every commit is a state that may be answered from; a second run changes nothing.
 */
export { completeView } from './complete-view.ts';
export { indexView, type IndexOptions, type IndexTarget } from './index-view.ts';
export { allowedSecrets, NOTHING_ALLOWED, readAllowedSecrets, type AllowedSecrets } from './allowed-secrets.ts';
export type { Embedding, Masking } from './run.ts';
export { openThreads } from './threads.ts';
