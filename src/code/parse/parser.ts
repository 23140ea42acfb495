/** The door of parsing: one file's text in, all that is known of it out. */
import type { Parser } from 'web-tree-sitter';
import { LIMITS } from '../../base/mod.ts';
import type { Facts } from '../../domain/mod.ts';
import { languageNamed, languageOfText } from '../languages/detect.ts';
import type { Language } from '../languages/language.ts';
import { HAND_OUTLINES } from '../languages/outline-by-hand/mod.ts';
import { textOnlyFacts } from './blocks.ts';
import { chunksOf } from './chunk.ts';
import { Collector, meaningsOf } from './collect.ts';
import type { Found } from './found.ts';
import { Grammar, ParserCrash, openRuntime, parseDeadline } from './grammar.ts';
import { Lines } from './lines.ts';
import { outlineOf } from './outline.ts';
import { occurrencesOf } from './references.ts';

export { ParserCrash };

/** What a query says of regions and names rather than of single definitions. */
type Regions = Pick<Collector, 'scopes' | 'exportedNames'>;

const NO_REGIONS: Regions = { scopes: [], exportedNames: new Set() };

interface Loaded {
  readonly language: Language;
  readonly grammar: Grammar;
  readonly meanings: ReturnType<typeof meaningsOf>;
  /** The language inside this one. */
  readonly inner: Loaded | null;
}

/** Parses for one thread. Grammars are loaded when first needed and stay. */
export class FactsParser {
  readonly #parser: Parser;
  readonly #loaded = new Map<string, Loaded | Promise<Loaded>>();

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /**
   * What is in `text`. The same input gives the same facts; bad code gives fewer facts and a problem, never an error.
   * Throws `ParserCrash` when the parser's memory is broken (replace the thread), and `CodeIndexError('internal')` when
   * a grammar cannot be loaded.
   */
  facts(path: string, language: Language, text: string): Facts | Promise<Facts> {
    const meant = languageOfText(language, path, text);
    if (meant.byHand !== undefined) {
      const outline = HAND_OUTLINES[meant.byHand];
      if (outline === undefined) throw new TypeError(`${meant.name} names an outline by hand that does not exist: ${meant.byHand}`);
      return assemble(text, meant, new Lines(text), outline(text), NO_REGIONS);
    }
    if (meant.grammar === null) {
      return textOnlyFacts(text, { kind: 'no_parser', message: `There is no parser for ${meant.name}; the file is searched as text.` });
    }
    const loaded = this.#loaded.get(meant.name);
    if (loaded !== undefined && !(loaded instanceof Promise)) return this.#parse(path, meant, loaded, text);
    return this.#load(meant).then((ready) => this.#parse(path, meant, ready, text));
  }

  #load(language: Language): Promise<Loaded> {
    const known = this.#loaded.get(language.name);
    if (known !== undefined) return Promise.resolve(known);
    const innerLanguage = language.embedded === undefined ? null : languageNamed(language.embedded.language);
    const loading = Grammar.load(language).then(async (grammar) => {
      const inner = innerLanguage === null ? null : await this.#load(innerLanguage);
      const loaded = { language, grammar, meanings: meaningsOf(grammar.captureNames), inner };
      this.#loaded.set(language.name, loaded);
      return loaded;
    });
    this.#loaded.set(language.name, loading);
    return loading;
  }

  #parse(path: string, language: Language, loaded: Loaded, text: string): Facts {
    if (deepestBracket(text) > LIMITS.parseNesting) {
      return textOnlyFacts(text, { kind: 'too_deep', message: `Brackets are nested more than ${LIMITS.parseNesting} deep; the file is searched as text.` });
    }
    const lines = new Lines(text);
    const deadline = parseDeadline();
    const found = this.#collect(path, loaded, language.prepare?.(text) ?? text, lines, deadline);
    const innerText = loaded.inner === null || found === 'timeout' ? null : (language.embedded?.only(text) ?? null);
    const inner = loaded.inner === null || innerText === null ? null : this.#collect(path, loaded.inner, innerText, lines, deadline);
    if (found === 'timeout' || inner === 'timeout') {
      return textOnlyFacts(text, { kind: 'parse_timeout', message: `Parsing took longer than ${LIMITS.parseMillis} ms; the file is searched as text.` });
    }
    if (inner !== null) found.add(inner);
    return assemble(text, language, lines, found, found);
  }

  /** `text` may be blanked in parts; its offsets are those of the file. */
  #collect(path: string, { grammar, meanings }: Loaded, text: string, lines: Lines, deadline: number): Collector | 'timeout' {
    const found = new Collector(text, grammar, meanings, (offset) => lines.at(offset));
    const result = grammar.run(this.#parser, path, text, deadline, (pattern, data, from, to) => found.visit(pattern, data, from, to));
    return result === 'timeout' ? result : found;
  }
}

/** Loads the parser's runtime; grammars follow one by one as they are needed. */
export async function openParser(): Promise<FactsParser> {
  return new FactsParser(await openRuntime());
}

function assemble(text: string, language: Language, lines: Lines, found: Found, regions: Regions): Facts {
  if (found.symbols.length > LIMITS.symbolsPerFile) {
    return textOnlyFacts(text, { kind: 'too_many_symbols', message: `The file defines more than ${LIMITS.symbolsPerFile} symbols; it is searched as text.` });
  }
  const comments = sortedApart(found.comments);
  const symbols = outlineOf(found.symbols, { text, lines, language, comments, references: found.references, scopes: regions.scopes, exportedNames: regions.exportedNames });
  return {
    symbols,
    occurrences: occurrencesOf(found.references, symbols, lines),
    imports: found.imports,
    chunks: chunksOf(text, lines, symbols),
    comments,
    problems: [],
  };
}

/** [start, end) pairs in order; of two that overlap the first stays. */
function sortedApart(pairs: readonly number[]): readonly number[] {
  const order: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) order.push(i);
  order.sort((a, b) => (pairs[a] as number) - (pairs[b] as number));
  const apart: number[] = [];
  let end = -1;
  for (const i of order) {
    if ((pairs[i] as number) < end) continue;
    end = pairs[i + 1] as number;
    apart.push(pairs[i] as number, end);
  }
  return apart;
}

/** How deep brackets are open at once, strings and comments not told apart: an upper bound that costs next to nothing. */
function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 40 || unit === 91 || unit === 123) {
      if (++depth > deepest) deepest = depth;
    } else if ((unit === 41 || unit === 93 || unit === 125) && depth > 0) depth--;
  }
  return deepest;
}
