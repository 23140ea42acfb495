/**
 * code: "Here is a file: what is in it?"
 * Text in, facts out: language, symbols, occurrences, imports, chunks, terms, trigrams. Pure functions; the pool runs
 * them in threads and bounds their time and memory. Knows neither repositories nor the store.
 */
export { languageNamed, languageOf } from './languages/detect.ts';
export type { Language } from './languages/language.ts';
export { LANGUAGES } from './languages/table.ts';
export { trigramKey, trigramsOf } from './trigrams.ts';
export { TermBlockBuilder } from './term-block.ts';
export { openPool, type Pool, type PoolOptions } from './threads/pool.ts';
export { serveTasks } from './threads/serve.ts';
export type { ChunkEncoder, EmbedItem, EmbedTask, OpenEncoder, ParseItem, ParseResult, ParseTask, TextItem, TextOutcome, TextResult, TextTask } from './threads/messages.ts';
