/**
 * rank: "Which of these files answers the question best?"
 * Pure functions over candidates and statistics: evidence (BM25F), features, one linear score. Knows no driver and
 * no repository; every weight is visible in `why`.
 */
export { candidatesFor, rank, rankByMeaning, type Candidate, type Ranking, type RankedFile } from './rank.ts';
export type { RankScope } from './definers.ts';
export type { QueryVector } from './meaning.ts';
export { FEATURES, OF_MEANING, type Feature } from './features.ts';
