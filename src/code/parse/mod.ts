/** "Here is a text in a language: what is in it?" Loads grammars lazily; runs on one thread. */
export { FactsParser, ParserCrash, openParser } from './parser.ts';
export { plainFacts } from './blocks.ts';
export { runtimeBytes } from './grammar.ts';
export { listFacts } from './listing.ts';
