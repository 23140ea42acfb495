/**
 * similar: "Where is the same idea?" Code beside code, of any two languages: sketches without a parser, signals between
 * sketches, learned weights.
 */
export { SIGNALS } from './compare.ts';
export { MEANING_SIGNALS, meaningSignals } from './score.ts';
export { comparedFor, similar } from './similar.ts';
