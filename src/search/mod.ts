/**
 * search: "Which places answer this query?"
 *
 * Invariants: filters work inside the match; an index may offer too many candidates, never too few, and the text
 * decides; every answer says what was searched and how fresh it is; zero hits are an answer; no time is exponential.
 */
export { search } from './search.ts';
export { findSymbols } from './symbols/find.ts';
export { read } from './read/read.ts';
export { similar } from './similar/mod.ts';
export { freshnessOfPlace, headCommit } from './answer/envelope.ts';
export {
  RELATIONS,
  type Narrowing, type OutlineItem, type ReadAnswer, type ReadRequest, type Relation, type SearchRequest, type SimilarRequest,
  type SymbolAnswer, type SymbolRequest, type SymbolResult,
} from './requests.ts';
