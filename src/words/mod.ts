/**
 * words: "Which words is this text made of?"
 * Identifiers, their parts, stems and terms: the one rule that documents, queries and the embedding model share.
 * Pure functions of a text; knows no language, no file and no model.
 */
export { IdentifierScanner, IdentifierTable } from './identifiers.ts';
export { stem } from './stem.ts';
export { identifiersOf, lookupTerm, partsOf, termsOf, termsOfIdentifier } from './tokens.ts';
